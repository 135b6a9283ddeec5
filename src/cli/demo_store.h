/* The demo store's events: data/demo/store.story cut into its parts, put in the order of time, and played into an engine. */
#ifndef WISMO_CLI_DEMO_STORE_H
#define WISMO_CLI_DEMO_STORE_H

#include "flows/engine.h"
#include "flows/story.h"

struct demo_event {
    int64_t at_us;
    size_t seq;             /* place in the file: keeps equal times in order */
    struct str source;
    const struct fact *fact;
};

struct demo_expect {        /* "expect #1001 class=late" at the end of a part */
    struct str order;
    enum diag_class cls;
};

struct demo_store {
    struct demo_event *events;
    size_t events_n, events_cap;
    struct demo_expect *expects;
    size_t expects_n, expects_cap;
    int64_t start_us, now_us; /* first morning; where the clock stands at the end */
};

/* demo_store_read: from the story's text; all in ctx's arena. Errs: ERR_PARSE with the line, ERR_MEMORY. */
MUST_CHECK enum err demo_store_read(struct ctx *ctx, struct str text, struct demo_store *out);

/*
 * demo_store_play: events in their order on a virtual clock: orders and fulfillments of the shop as signed Shopify webhooks,
 * parcels of some carriers as signed webhooks of theirs, the rest as facts; the clock ends at now_us.
 * step is called after the clock has moved and after each event; it has to make the engine fold.
 * Errs: what appending gives.
 */
struct demo_player {
    struct engine *eng;
    int64_t merchant_id;
    struct clock *clock;
    enum err (*step)(void *user, struct ctx *ctx);
    void *user;
    size_t webhooks, facts; /* out: what was sent how */
};
MUST_CHECK enum err demo_store_play(struct ctx *ctx, const struct demo_store *ds, struct demo_player *pl);

#endif
