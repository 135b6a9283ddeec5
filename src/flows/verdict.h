/* A person's word on an action (approve, decline, call back) or on what waits (done): recorded, folded, and what came of it. */
#ifndef WISMO_FLOWS_VERDICT_H
#define WISMO_FLOWS_VERDICT_H

#include "flows/act_read.h"

struct verdict_answer {
    bool done;
    struct str state;   /* of the action afterwards */
    struct str why;     /* not done: why not */
    int64_t pos;
};
/*
 * verdict_give: by names the person: for two approvals two names are needed.
 * Errs: ERR_TIMEOUT recorded, not folded yet (out->pos is set); ERR_PARSE no name
 */
MUST_CHECK enum err verdict_give(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, const struct verdict_fact *v,
                                 struct verdict_answer *out);

/* An action that waits for approval, with what the person sees. */
struct approval {
    struct action_kept act;
    struct case_answer ca;
    struct case_acts acts;    /* history: the order's other actions and tasks */
};
/* approvals_read: those that are proposed, oldest first, at most max. */
MUST_CHECK enum err approvals_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, size_t max, struct approval **out, size_t *n);
void approvals_json(struct ctx *ctx, struct jw *w, const struct approval *list, size_t n);
void approvals_text(struct ctx *ctx, struct buf *b, const struct approval *list, size_t n);

#endif
