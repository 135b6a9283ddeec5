/* Inside of reading: shared by reader.c, identity.c, replay.c and the ledger's lists. */
#ifndef WISMO_FLOWS_READER_H
#define WISMO_FLOWS_READER_H

#include "flows/engine_int.h"

struct reader {
    struct engine *eng;
    struct db *ledger, *state;
};

/* order_alias_name: the look-up form of an order's name: "#1020", " 1020" and "1020" are one. In the arena. */
struct str order_alias_name(struct arena *a, struct str name);

/* reader_order: *st at the order's row (ORDER_GET names the columns), for the caller to end with db_done. Errs: ERR_NOTFOUND. */
MUST_CHECK enum err reader_order(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct db_stmt **st);

/* reader_position: what of a merchant's ledger is folded, and its newest order; zeros before the first fold. */
struct fold_reach {
    int64_t pos, order_no;
};
MUST_CHECK enum err reader_position(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct fold_reach *out);

/* A fact row as stored; views live until the statement moves, copies are made with the arena. */
struct fact_row {
    int64_t pos, at_us, subject, build;
    uint32_t idx;
    enum fact_kind kind;
    enum origin origin;
    struct str account, clear, sealed;
};
void fact_row_from_stmt(struct db_stmt *st, struct fact_row *out);
/* fact_row_get: copied into the arena. Errs: ERR_NOTFOUND. */
MUST_CHECK enum err fact_row_get(struct ctx *ctx, struct db *state, int64_t merchant_id, struct fact_ref ref, struct fact_row *out);
/* fact_row_personal: the sealed object; *out NULL when there is none or its key is gone. */
MUST_CHECK enum err fact_row_personal(struct ctx *ctx, struct reader *rd, struct merchant *m, const struct fact_row *row,
                                      const struct json **out);
/* fact_row_whole: the row at a place and its fact with what was sealed, as far as its key is there. Errs: ERR_NOTFOUND, ERR_PARSE. */
MUST_CHECK enum err fact_row_whole(struct ctx *ctx, struct reader *rd, struct merchant *m, struct fact_ref ref, struct fact_row *row, struct fact *out);
/* fact_row_read: the clear part as a fact again, with the marks that stand for sealed fields; *address_hash as recorded. */
MUST_CHECK enum err fact_row_read(struct ctx *ctx, const struct fact_row *row, struct fact *out, uint64_t *address_hash);

#endif
