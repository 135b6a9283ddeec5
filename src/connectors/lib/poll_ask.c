/* See poll_ask.h. "ask=parcel&carrier=ups&number=1Z...", "ask=fetch&what=order&id=17",
 * "ask=since&cursor=...". */
#include "connectors/lib/poll_ask.h"

#include "base/http_client.h"
#include "base/num.h"

static const char *const KINDS[] = {
    [POLL_PARCEL] = "parcel", [POLL_SINCE] = "since", [POLL_FETCH] = "fetch"};

struct str poll_ask_text(struct ctx *ctx, const struct poll_ask *ask)
{
    const char *kind = KINDS[ask->kind];
    struct arena *a = ctx->arena;
    switch (ask->kind) {
    case POLL_PARCEL:
        return arena_fmt(a, "ask=%s&carrier=%.*s&number=%.*s", kind,
                         STR_ARG(url_encode(a, ask->carrier)),
                         STR_ARG(url_encode(a, ask->tracking_number)));
    case POLL_FETCH:
        return arena_fmt(a, "ask=%s&what=%.*s&id=%.*s", kind,
                         STR_ARG(url_encode(a, ask->fetch.what)),
                         STR_ARG(url_encode(a, ask->fetch.id)));
    case POLL_SINCE:
        return arena_fmt(a, "ask=%s&since=%lld&cursor=%.*s", kind, (long long)ask->since_us,
                         STR_ARG(url_encode(a, ask->cursor)));
    }
    return STR_NULL;
}

static struct str value_of(struct ctx *ctx, struct str text, const char *name)
{
    struct str s = STR_NULL;
    return query_get(ctx->arena, text, name, &s) ? s : STR_NULL;
}

bool poll_ask_parse(struct ctx *ctx, struct str text, struct poll_ask *out)
{
    struct poll_ask ask = {0};
    struct str kind = value_of(ctx, text, "ask");
    size_t k = 0;
    while (k < sizeof(KINDS) / sizeof(KINDS[0]) && !str_eq(kind, str_of(KINDS[k])))
        k++;
    if (k == sizeof(KINDS) / sizeof(KINDS[0]))
        return false;
    ask.kind = (enum poll_kind)k;
    ask.carrier = value_of(ctx, text, "carrier");
    ask.tracking_number = value_of(ctx, text, "number");
    ask.fetch.what = value_of(ctx, text, "what");
    ask.fetch.id = value_of(ctx, text, "id");
    ask.cursor = value_of(ctx, text, "cursor");
    if (num_parse_i64(value_of(ctx, text, "since"), 0, INT64_MAX, &ask.since_us) != OK)
        ask.since_us = 0;
    *out = ask;
    return true;
}
