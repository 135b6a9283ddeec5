/* "When would it arrive?" before there is an order (R121): a range for a checkout page, by the model that tells it of cases. */
#ifndef WISMO_FLOWS_ESTIMATE_ASK_H
#define WISMO_FLOWS_ESTIMATE_ASK_H

#include "base/json.h"
#include "flows/engine.h"

#define ESTIMATE_ITEMS_MAX 50
#define ESTIMATE_OPTIONS_MAX 20

struct estimate_question {
    struct str origin_country;               /* empty: the merchant's home */
    struct str country, region, postal_code; /* the destination's; country needed */
    struct estimate_option {                 /* a way to ship; either may be empty */
        struct str carrier, service;
    } options[ESTIMATE_OPTIONS_MAX];
    size_t options_n;                        /* 0: whatever the store usually takes */
    struct {
        struct str sku;
        int64_t quantity;
    } items[ESTIMATE_ITEMS_MAX];
    size_t items_n;
};
/*
 * estimate_question_set: one parameter by its name: origin_country, destination_country, destination_region, destination_postal_code,
 * options ("ups:ground,usps"), items ("MUG-BLU:2,LAMP"). Errs: ERR_PARSE names it.
 */
MUST_CHECK enum err estimate_question_set(struct ctx *ctx, struct estimate_question *q, const char *name, struct str value);
/* estimate_answer: as of now, as JSON (docs/estimate.schema.json). Errs: ERR_PARSE no destination; those of reading. */
MUST_CHECK enum err estimate_answer(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct estimate_question *q, struct jw *w);

#endif
