/*
 * The talker: takes conversations that wait for a turn, oldest first, has each turn worked out and appends them together. Twice
 * does no harm: a turn that answers what is answered already is dropped by the fold. Merchants without `talk` keep what was written
 * and answer themselves.
 */
#ifndef WISMO_FLOWS_TALKER_H
#define WISMO_FLOWS_TALKER_H

#include "flows/ask.h"

struct talker;
struct talker_options {
    struct engine *eng;
    ask_refresh_fn refresh; /* NULL: answers from what is known */
    void *refresh_user;
};
MUST_CHECK enum err talker_new(struct ctx *ctx, const struct talker_options *opt, struct talker **out);
/* talker_run: one round over all merchants; *n: turns that were made and folded. */
MUST_CHECK enum err talker_run(struct ctx *ctx, struct talker *t, size_t max, size_t *n);
MUST_CHECK enum err talker_start(struct ctx *ctx, struct talker *t); /* its thread */
void talker_free(struct talker *t);

#endif
