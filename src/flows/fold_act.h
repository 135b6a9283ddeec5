/* Inside of the fold: decisions to act (fold_act.c) and the facts about actions (fold_act_fact.c). */
#ifndef WISMO_FLOWS_FOLD_ACT_H
#define WISMO_FLOWS_FOLD_ACT_H

#include "flows/fold.h"
#include "mind/act_memory.h"
#include "storage/actions.h"

#define ACT_RULES_ARENA_MAX ((size_t)32 << 20)
#define ACT_CUSTOMER_DAYS_MAX 3650

/* A request of the position under way, on its order. */
struct act_request {
    struct act_request *next;
    struct policy_ask ask;
    struct str id, parcel;
    int64_t pos, idx;
};

MUST_CHECK enum err fold_act_policy(struct fold *f, const struct policy **out); /* NULL: none holds */
MUST_CHECK enum err fold_act_memory(struct fold *f, struct fold_order *fo, struct act_memory *out);
MUST_CHECK enum err fold_act_memory_put(struct fold *f, struct fold_order *fo, const struct act_memory *mem);
MUST_CHECK enum err fold_act_outbox(struct fold *f, const struct action_kept *act);
/* fold_ticket.c: the ticket of a task (idx: of its decision, 0: none); what came of one; what people did with one (*known: it is ours). */
MUST_CHECK enum err fold_ticket_open(struct fold *f, int64_t order_no, const struct act_task *t, int64_t idx);
/* fold_ticket_of_talk: of a conversation whose order nobody knows. */
struct fact_place;
MUST_CHECK enum err fold_ticket_of_talk(struct fold *f, int64_t conversation_no, struct fact_place at);
MUST_CHECK enum err fold_ticket_close(struct fold *f, int64_t order_no, const struct act_task *t);
MUST_CHECK enum err fold_ticket_result(struct fold *f, struct outbox_row *row, const struct action_result_fact *r);
MUST_CHECK enum err fold_ticket_event(struct fold *f, struct ticket_fact *t, bool *known);
/* act_request_of: the request as the policy sees it. Errs: ERR_PARSE a word is not known, ERR_MEMORY */
MUST_CHECK enum err act_request_of(struct ctx *ctx, const struct request_fact *r, struct act_request *out);

#endif
