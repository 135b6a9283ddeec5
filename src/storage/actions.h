/*
 * Actions as they are kept: one row each for ever, written by the fold alone. The rows are the merchant's budgets too (guard.h);
 * what is to be done outside stands in the outbox under the same key.
 */
#ifndef WISMO_STORAGE_ACTIONS_H
#define WISMO_STORAGE_ACTIONS_H

#include "model/action.h"
#include "storage/db.h"

struct action_kept {
    struct action_row row;
    struct str key;                  /* of its effect, unique in the merchant */
    int64_t pos, idx;                /* its decision's fact */
    int64_t request_pos, request_idx; /* the request's fact, 0: none */
};

MUST_CHECK enum err action_add(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct action_kept *act); /* ERR_CONFLICT: the key is there */
MUST_CHECK enum err action_set(struct ctx *ctx, struct db *db, int64_t merchant_id, const struct action_kept *act);
/* action_get: by its number; action_by_key: by its effect's key. Errs: ERR_NOTFOUND */
MUST_CHECK enum err action_get(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t action_no, struct action_kept *out);
MUST_CHECK enum err action_by_key(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str key, struct action_kept *out);
MUST_CHECK enum err action_last_no(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t *out);

struct action_list {
    struct action_kept *v;
    size_t n, cap;
};
/* action_list_order and so on: appends rows that the list does not have yet, by number, in the arena. */
MUST_CHECK enum err action_list_order(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t order_no, struct action_list *out);
MUST_CHECK enum err action_list_customer(struct ctx *ctx, struct db *db, int64_t merchant_id, struct str customer, int64_t since_us, struct action_list *out);
MUST_CHECK enum err action_list_day(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t day, struct action_list *out);
MUST_CHECK enum err action_list_stock(struct ctx *ctx, struct db *db, int64_t merchant_id, struct action_list *out); /* that hold stock */
MUST_CHECK enum err action_list_state(struct ctx *ctx, struct db *db, int64_t merchant_id, enum action_state state, struct action_list *out);
/* action_list_page: behind a number, at most max. */
MUST_CHECK enum err action_list_page(struct ctx *ctx, struct db *db, int64_t merchant_id, int64_t after_no, int64_t max, struct action_list *out);
/* action_rows_of: the rows alone, as the guard reads them; in the arena. */
MUST_CHECK enum err action_rows_of(struct ctx *ctx, const struct action_list *list, struct action_row **out);

#endif
