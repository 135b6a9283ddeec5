/*
 * What an order's policy has decided, read by faces: what waits for a person, which actions there are, and what a request would
 * give now. Nothing here writes.
 */
#ifndef WISMO_FLOWS_ACT_READ_H
#define WISMO_FLOWS_ACT_READ_H

#include "flows/fold_act.h"

/* All that a decision about an order rests on, as of now. */
struct act_view {
    struct case_answer ca;
    struct policy policy;
    struct guard_book book;
    struct customer_history history;
    int64_t now_us, day;
};
/* Errs: ERR_NOTFOUND no such order, ERR_UNSUPPORTED no policy holds */
MUST_CHECK enum err act_view_read(struct ctx *ctx, struct reader *rd, struct merchant *m, int64_t order_no, struct act_view *out);
MUST_CHECK enum err act_view_answer(struct ctx *ctx, const struct act_view *view, const struct act_request *req, struct request_answer *out);

MUST_CHECK enum err act_policy_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct policy *out); /* ERR_UNSUPPORTED */
/* act_book_read: the rows that limits look at, and the merchant's day. */
MUST_CHECK enum err act_book_read(struct ctx *ctx, struct reader *rd, const struct promises *promises, const struct case_answer *ca,
                                  struct guard_book *book, int64_t *day);
/* act_history_read: the customer's, as of the case's time. */
MUST_CHECK enum err act_history_read(struct ctx *ctx, struct reader *rd, const struct case_answer *ca, struct str currency, struct customer_history *out);
MUST_CHECK enum err act_policy_known(struct ctx *ctx, struct reader *rd, int64_t merchant_id); /* ERR_UNSUPPORTED */
MUST_CHECK enum err act_order_known(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no); /* ERR_NOTFOUND */
/* act_decision_at: the decision with this verb at a position. Errs: ERR_NOTFOUND */
MUST_CHECK enum err act_decision_at(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t pos, const char *verb, const struct json **out);

/* act_tasks_read: what waits, or waited, for a person. Errs: ERR_NOTFOUND no such order */
MUST_CHECK enum err act_tasks_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct act_memory *out);

/* What a case shows. */
struct case_acts {
    struct str policy_version, currency; /* empty: no policy holds */
    struct act_memory tasks;
    struct action_list actions;
};
MUST_CHECK enum err case_acts_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct case_acts *out);
/* case_acts_join: into an answer about now. */
MUST_CHECK enum err case_acts_join(struct ctx *ctx, struct reader *rd, struct case_answer *ca);
/* case_acts_json: members "policy", "waiting" and "actions" of an open object; action_json: one action as an object. */
void case_acts_json(struct jw *w, const struct case_acts *acts);
void action_json(struct jw *w, const struct action_kept *act, struct str currency);
void case_acts_text(struct ctx *ctx, struct buf *b, const struct case_acts *acts);

#endif
