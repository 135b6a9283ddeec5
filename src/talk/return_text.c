/* See return_text.h. */
#include "talk/return_text.h"

#include "base/zone.h"
#include "mind/phrases.h"
#include "talk/fill.h"

#define ENDED_US (30 * US_PER_DAY)
#define TEXT_MAX 8192

bool return_is_told(const struct order_case *cas, const struct case_return *ret, int64_t now_us)
{
    int64_t since_us;
    enum return_state s = case_return_state(cas, ret, &since_us);
    return case_return_open(s) || (s != RETURN_CANCELLED && now_us - since_us < ENDED_US);
}

bool returns_any(const struct order_case *cas, int64_t now_us)
{
    for (size_t i = 0; i < cas->returns_n; i++)
        if (return_is_told(cas, &cas->returns[i], now_us))
            return true;
    return false;
}

/* Whether the parcel or the goods came in is one to who waits for them. */
static struct str sentence(const struct day_of *d, const struct order_case *cas, const struct case_return *ret)
{
    int64_t since_us;
    enum return_state s = case_return_state(cas, ret, &since_us);
    struct str word = str_of(return_state_word(s == RETURN_RECEIVED ? RETURN_ARRIVED : s));
    struct str key = arena_fmt(d->ctx->arena, "return.%.*s", STR_ARG(word));
    struct fill_pair values[] = {{"when", since_us == 0 ? STR_NULL : phrase_past(d, since_us, 0, false)}, {NULL, STR_NULL}};
    return key.p == NULL ? STR_NULL : fill_words(d->ctx, d->lang, key.p, values);
}

struct str returns_text(struct ctx *ctx, struct str lang, const struct order_case *cas, int64_t now_us)
{
    bool exact;
    struct buf b;
    struct place dest = case_destination(cas);
    struct day_of d = {ctx, zone_of_place(dest.country, dest.region, &exact), now_us, lang};
    buf_init(&b, TEXT_MAX);
    for (size_t i = 0; i < cas->returns_n; i++) {
        if (!return_is_told(cas, &cas->returns[i], now_us))
            continue;
        buf_addc(&b, '\n');
        buf_add(&b, sentence(&d, cas, &cas->returns[i]));
    }
    return buf_move(&b, ctx->arena);
}
