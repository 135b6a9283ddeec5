/*
 * Understanding one message: its language, what it asks for with a calibrated confidence, and what it tells about the writer.
 * Local, without state, the same answer for the same bytes and the same model. Entities are talk/entities.h's part.
 */
#ifndef WISMO_TALK_NLU_NLU_H
#define WISMO_TALK_NLU_NLU_H

#include "talk/nlu/model.h"
#include "talk/nlu/signals.h"
#include "talk/nlu/slots.h"

#define NLU_INTENTS_MAX 4
#define NLU_INTENT_FLOOR 0.10f /* what is less likely is not listed */

struct intent_guess {
    enum intent intent;
    float confidence; /* 0..1 */
};

struct nlu_result {
    struct str lang;                            /* of the model's languages; "und": none fits; in the arena */
    enum intent intent;                         /* the first of intents */
    float confidence;
    struct intent_guess intents[NLU_INTENTS_MAX]; /* most likely first */
    size_t intents_n;
    float known;                                /* share of the message's word features that training knew */
    struct signals signals;
    struct slots slots;                         /* views into the arena */
};

/* nlu_open: the embedded model, checked. Errs: ERR_PARSE. */
MUST_CHECK enum err nlu_open(struct ctx *ctx, struct model *out);
/* nlu_understand: lang: what is known of the writer's language ("pt-BR"), or empty; the words may tell otherwise. Errs: ERR_MEMORY. */
MUST_CHECK enum err nlu_understand(struct ctx *ctx, const struct model *m, struct str text, struct str lang, struct nlu_result *out);
/* nlu_model_id: hash of the block, to be stored with what was understood. */
uint64_t nlu_model_id(void);

#endif
