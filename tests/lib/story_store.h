/* A store in a temporary folder with one merchant "demo", its engine without threads, and what tests do with it. */
#ifndef WISMO_TESTS_LIB_STORY_STORE_H
#define WISMO_TESTS_LIB_STORY_STORE_H

#include "lib/fixture.h"

#include "flows/engine.h"

struct story_store {
    char dir[64];
    struct config cfg;
    struct merchant_config mc;
    struct clock *clock;
    struct engine *eng;
    struct reader *rd;
    int64_t merchant_id;
    enum origin origin; /* of what is appended; live unless a test says otherwise */
};

/* story_store_open: empty store; accounts may be NULL. Fails the test when it cannot. */
void story_store_open(struct ctx *ctx, struct clock *clock, struct account *accounts, size_t accounts_n, struct story_store *out);
/* story_store_open_threads: the same with the engine's threads running. */
void story_store_open_threads(struct ctx *ctx, struct clock *clock, struct account *accounts, size_t accounts_n, struct story_store *out);
/* story_store_open_messages: the same with message rules. */
void story_store_open_messages(struct ctx *ctx, struct clock *clock, const struct message_policy *mp, struct story_store *out);
/* story_store_open_live: threads, and a whole configuration, which nobody may change from then on: story_store_merchant, and what differs. */
struct merchant_config story_store_merchant(struct account *accounts, size_t accounts_n);
void story_store_open_live(struct ctx *ctx, struct clock *clock, const struct merchant_config *mc, struct story_store *out);
/* story_store_courier: what is due goes out, as if a channel had taken it at once; *n: how many. */
enum err story_store_courier(struct ctx *ctx, struct story_store *st, size_t *n);
void story_store_close(struct story_store *st); /* removes the folder */
/* story_store_shut: the engine ends, as a process does. story_store_again: another one opens what it left, without threads, and settles. */
void story_store_shut(struct story_store *st);
void story_store_again(struct ctx *ctx, struct story_store *st);
/* story_store_replays: fails the test when the ledger, folded again, gives anything else; gives what was compared. */
struct replay_report story_store_replays(struct ctx *ctx, struct story_store *st);
/* story_store_append: one fact as NDJSON, told by source; story_store_settle: until everything is folded, ticks too. */
enum err story_store_append(struct ctx *ctx, struct story_store *st, struct str source, const struct fact *fct);
enum err story_store_settle(struct ctx *ctx, struct story_store *st);

#endif
