/* Replay of what customers were told: each recorded answer is rendered again from the state that it had seen. */
#ifndef WISMO_FLOWS_REPLAY_ANSWERS_H
#define WISMO_FLOWS_REPLAY_ANSWERS_H

#include "flows/reader.h"

struct told {
    int64_t seen;    /* fold position that the answer rested on */
    int64_t order_no, now_us, pos, build;
    struct str lang; /* that it was told in */
    struct str sha;  /* SHA-256 of its text, hex */
};
/* told_load: the answers about an order, by the position they had seen; in the arena. */
MUST_CHECK enum err told_load(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct told **out, size_t *n);
/* told_again: *same true when the state in db, folded up to t->seen, gives the same text. */
MUST_CHECK enum err told_again(struct ctx *ctx, struct engine *eng, struct db *db, struct merchant *m, const struct told *t, bool *same);

#endif
