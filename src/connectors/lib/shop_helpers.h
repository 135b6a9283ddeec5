/* What storefront connectors share: money and time of a body, items, states by tables, keys of versions. */
#ifndef WISMO_CONNECTORS_LIB_SHOP_HELPERS_H
#define WISMO_CONNECTORS_LIB_SHOP_HELPERS_H

#include "connectors/connector.h"

/* One word of the vendor and ours. Tables end with word NULL. */
struct word_map {
    const char *word;
    int value;
};
/* map_word: value of a whole word (ASCII case ignored), else fallback. */
int map_word(const struct word_map *map, struct str word, int fallback);
/* body_money: decimal text to minor units; an absent member gives 0. Errs: ERR_PARSE naming the field. */
MUST_CHECK enum err body_money(struct ctx *ctx, const struct json *obj, const char *name, struct str currency, int64_t *out);
/* body_time: an instant; 0 when absent or without a certain zone. Errs: ERR_PARSE naming the field. */
MUST_CHECK enum err body_time(struct ctx *ctx, const struct json *obj, const char *name, int64_t *out_us);
/* body_time_utc: the same of a vendor that writes UTC without saying so. */
MUST_CHECK enum err body_time_utc(struct ctx *ctx, const struct json *obj, const char *name, int64_t *out_us);
/* body_quantity: 0..1,000,000, absent: fallback. Errs: ERR_PARSE naming the field. */
MUST_CHECK enum err body_quantity(struct ctx *ctx, const struct json *obj, const char *name, int64_t fallback, int64_t *out);
/* fail_in: the words of the last failure again, with the place in a list before them: "line_items[2].quantity: ...". Gives e. */
MUST_CHECK enum err fail_in(struct ctx *ctx, enum err e, const char *list, size_t i);
/* version_key: "kind:id:changed", the natural key of a versioned object. */
struct str version_key(struct ctx *ctx, const char *kind, struct str id, int64_t changed_us);
/*
 * fact_key_by_content: gives a fact that has no key one: a scan its natural key, all else a hash of the fact as fact_write gives
 * it, so that the same content is a repeat, however it was written. Errs: ERR_LIMIT, ERR_MEMORY.
 */
MUST_CHECK enum err fact_key_by_content(struct ctx *ctx, struct fact *fct);
/* fact_tidy_carriers: carriers that somebody typed ("UPS Ground") become our ids; what is not known stays, in lower case. */
MUST_CHECK enum err fact_tidy_carriers(struct ctx *ctx, struct fact *fct);
/* parcel_ref_make: a shop's free text as a parcel; false when the number holds nothing. Carrier by word, else by check digit. */
bool parcel_ref_make(struct ctx *ctx, struct str carrier_word, struct str number, struct str url, struct parcel_ref *out);

#endif
