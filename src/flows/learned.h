/*
 * Settings that vendors gave: a webhook may be signed by a key that is newer than the configuration. What such a message lacks is
 * wished for, the poller reads it, and from then on it stands before the configured settings of that account. Kept in the store.
 */
#ifndef WISMO_FLOWS_LEARNED_H
#define WISMO_FLOWS_LEARNED_H

#include "flows/engine_int.h"

#define LEARNED_VALUE_MAX ((size_t)256 << 10) /* a set of signing keys has some 3 KiB */
#define LEARNED_WISH_US (60 * US_PER_S)       /* anybody can send an unknown key id: one read of an account in so long */

/* learned_open: room for the accounts whose connectors can lack something, and what the store knows. Errs: ERR_MEMORY, of the store. */
MUST_CHECK enum err learned_open(struct ctx *ctx, struct engine *eng);
void learned_close(struct engine *eng);
/* learned_account: the account with what was learned before its own settings, in ctx's arena; itself when there is nothing. */
MUST_CHECK enum err learned_account(struct ctx *ctx, struct engine *eng, const struct account *acct, const struct account **out);
/* learned_wish: asked for by a webhook that lacks it. learned_take: the wish, once; *want in ctx's arena. */
void learned_wish(struct engine *eng, const struct account *acct, const struct fetch_request *want);
bool learned_take(struct ctx *ctx, struct engine *eng, const struct account *acct, struct fetch_request *want);
/* learned_keep: a setting's new value, in memory and in the store. Errs: ERR_LIMIT too long, ERR_MEMORY, of the store. */
MUST_CHECK enum err learned_keep(struct ctx *ctx, struct engine *eng, struct db *state, const struct account *acct, int64_t merchant_id,
                                 struct str name, struct str value);

#endif
