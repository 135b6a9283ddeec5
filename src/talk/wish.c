/* See wish.h. */
#include "talk/wish.h"

#include "talk/reply.h"

#define SURE 60  /* per cent, to tell the asker what was understood */
#define SAID 50  /* to believe what is said of a delivery that the carrier reports as made */

enum err wish_of(struct ctx *ctx, struct str text, struct wish *out)
{
    static const struct {
        enum intent intent;
        enum report_kind said;
    } REPORTS[] = {{INTENT_DELIVERED_NOT_RECEIVED, REPORT_NOT_RECEIVED}, {INTENT_DAMAGED_ITEM, REPORT_DAMAGED},
                   {INTENT_WRONG_OR_MISSING_ITEM, REPORT_WRONG_ITEM}};
    struct model m;
    struct nlu_result r = {.intent = INTENT_COUNT};
    *out = (struct wish){.intent = INTENT_COUNT};
    if (str_empty(str_trim(text)))
        return OK;
    enum err e = nlu_open(ctx, &m);
    if (e == OK)
        e = nlu_understand(ctx, &m, text, STR_NULL, &r);
    if (e != OK)
        return e;
    out->lang = r.lang;
    out->intent = r.intent;
    out->confidence = (int)(r.confidence * 100);
    out->deadline = r.slots.deadline;
    out->model = nlu_model_id();
    out->person = r.signals.has[SIGNAL_PERSON] || (r.intent == INTENT_HUMAN_AGENT && out->confidence >= SURE);
    for (size_t i = 0; i < sizeof(REPORTS) / sizeof(REPORTS[0]); i++)
        if (r.intent == REPORTS[i].intent && out->confidence >= SAID) {
            out->says = true;
            out->said = REPORTS[i].said;
        }
    return OK;
}

static bool is_covered(enum intent in, enum diag_class cls)
{
    bool money = in == INTENT_REFUND_REQUEST || in == INTENT_REFUND_STATUS;
    return (money && cls == DIAG_REFUNDED) || (in == INTENT_CANCEL_ORDER && cls == DIAG_CANCELLED);
}

struct str wish_words(struct ctx *ctx, struct str lang, const struct wish *w, enum diag_class cls)
{
    if (w->intent >= INTENT_COUNT || w->confidence < SURE || is_covered(w->intent, cls))
        return STR_NULL;
    return reply_wish(ctx, lang, intent_word(w->intent));
}
