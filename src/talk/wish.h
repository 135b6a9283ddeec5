/*
 * What the asker wants besides an answer: by the language model of talk/nlu, taken only where it is sure enough. A wish is told
 * and recorded; nothing here acts on it.
 */
#ifndef WISMO_TALK_WISH_H
#define WISMO_TALK_WISH_H

#include "model/fact.h"
#include "talk/nlu/nlu.h"

struct wish {
    enum intent intent;    /* INTENT_COUNT: there were no words */
    int confidence;        /* per cent */
    struct str lang;
    bool person;           /* asks for a person */
    bool says;             /* says of a delivery: */
    enum report_kind said;
    struct deadline deadline; /* by which it is needed */
    uint64_t model;        /* of the model that understood it so */
};

/* wish_of: pure. Errs: ERR_MEMORY, ERR_PARSE when the embedded model is not whole. */
MUST_CHECK enum err wish_of(struct ctx *ctx, struct str text, struct wish *out);
/* wish_words: what to say of a wish that goes beyond the answer about an order; empty: the answer covers it, or it is not sure. */
struct str wish_words(struct ctx *ctx, struct str lang, const struct wish *w, enum diag_class cls);

#endif
