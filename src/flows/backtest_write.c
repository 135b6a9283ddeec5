/* See backtest.h: the report as text and as JSON. */
#include "flows/backtest.h"

#include "base/buf.h"
#include "base/json.h"

#define TEXT_DIFFERENCES 20

static const char *const SIDES[BACKTEST_SIDES] = {"now", "new"};

static struct str currency_of(const struct backtest_options *opt)
{
    const struct policy *p = opt->policies[BACKTEST_NEW] != NULL ? opt->policies[BACKTEST_NEW] : opt->policies[BACKTEST_NOW];
    return p == NULL ? STR("") : p->currency;
}

static struct str money(struct ctx *ctx, const struct backtest_options *opt, int64_t minor)
{
    return policy_money(ctx->arena, minor, currency_of(opt));
}

static struct str minute(struct ctx *ctx, int64_t us)
{
    return str_sub(time_rfc3339(ctx->arena, us), 0, 16);
}

/* ---- text */

static void line(struct buf *b, const char *what, int64_t now, int64_t new)
{
    if (now != 0 || new != 0)
        buf_fmt(b, "  %-44s %10lld %10lld %+10lld\n", what, (long long)now, (long long)new, (long long)(new - now));
}

static void money_line(struct ctx *ctx, const struct backtest_options *opt, struct buf *b, const char *what, const struct backtest_count *now,
                       const struct backtest_count *new)
{
    struct str a = money(ctx, opt, now->minor), c = money(ctx, opt, new->minor);
    if (now->n != 0 || new->n != 0)
        buf_fmt(b, "  %-44s %lld times, %.*s; new: %lld times, %.*s\n", what, (long long)now->n, STR_ARG(a), (long long)new->n, STR_ARG(c));
}

static void caps_text(struct ctx *ctx, const struct backtest_sums *now, const struct backtest_sums *new, struct buf *b)
{
    for (int c = 0; c < CAP_COUNT; c++) {
        const char *word = capability_word((enum capability)c);
        line(b, arena_fmt(ctx->arena, "%s, by itself", word).p, now->caps[c].by_itself.n, new->caps[c].by_itself.n);
        line(b, arena_fmt(ctx->arena, "%s, a person approves", word).p, now->caps[c].approved.n, new->caps[c].approved.n);
        line(b, arena_fmt(ctx->arena, "%s, in shadow", word).p, now->caps[c].shadow.n, new->caps[c].shadow.n);
        line(b, arena_fmt(ctx->arena, "%s, asked for before", word).p, now->caps[c].repeats, new->caps[c].repeats);
        line(b, arena_fmt(ctx->arena, "%s, not let pass", word).p, now->caps[c].refused, new->caps[c].refused);
    }
}

static void differences_text(struct ctx *ctx, const struct backtest_options *opt, const struct backtest_report *rep, struct buf *b)
{
    size_t n = rep->differences_n < TEXT_DIFFERENCES ? rep->differences_n : TEXT_DIFFERENCES;
    buf_fmt(b, "\n%lld orders with other actions%s\n", (long long)rep->orders_differ, n < rep->differences_n ? "; the first:" : n > 0 ? ":" : "");
    for (size_t i = 0; i < n; i++) {
        const struct backtest_difference *d = &rep->differences[i];
        struct str at = minute(ctx, d->at_us), amount = money(ctx, opt, d->minor);
        buf_fmt(b, "  %.*s  %-10.*s only %s: %s %s, %.*s, by rule %.*s%s%s\n", STR_ARG(at), STR_ARG(d->order), SIDES[d->side],
                capability_word(d->cap), guard_outcome_word(d->outcome), STR_ARG(amount), STR_ARG(d->rule),
                d->twice ? "; money was given back later, too" : "", d->arrived ? "; it arrived afterwards" : "");
    }
}

static void steps_text(struct ctx *ctx, const struct backtest_options *opt, const struct backtest_report *rep, struct buf *b)
{
    for (size_t i = 0; i < rep->steps_n; i++) {
        const struct backtest_step *s = &rep->steps[i];
        struct str at = minute(ctx, s->at_us), amount = money(ctx, opt, s->minor), rule = str_empty(s->rule) ? STR("none") : s->rule;
        buf_fmt(b, "%s%.*s  %s  %-10s %s", i == 0 ? "\nCase by case:\n  " : "  ", STR_ARG(at), SIDES[s->side], policy_verb_word(s->verb),
                diag_class_word(s->cls));
        if (!str_empty(s->parcel))
            buf_fmt(b, " (%.*s)", STR_ARG(s->parcel));
        if (s->cap != CAP_COUNT)
            buf_fmt(b, ": %s %.*s: %s%s%s", capability_word(s->cap), STR_ARG(amount), guard_outcome_word(s->outcome), s->reason != GUARD_NONE ? ", " : "",
                    s->reason != GUARD_NONE ? guard_reason_what(s->reason) : "");
        buf_fmt(b, "\n      rule %.*s; %.*s\n", STR_ARG(rule), STR_ARG(s->why));
    }
}

void backtest_text(struct ctx *ctx, const struct backtest_options *opt, const struct backtest_report *rep, struct buf *b)
{
    const struct backtest_sums *now = &rep->sums[BACKTEST_NOW], *new = &rep->sums[BACKTEST_NEW];
    struct str from = minute(ctx, opt->from_us), to = minute(ctx, opt->to_us);
    buf_fmt(b, "%lld cases, %lld facts, looked at %lld times, %.1f s on %u threads; decisions from %.*s to %.*s\n\n", (long long)rep->cases,
            (long long)rep->facts, (long long)rep->looks, (double)rep->took_us / 1e6, rep->threads, STR_ARG(from), STR_ARG(to));
    buf_fmt(b, "  %-44s %10s %10s %10s\n", "", "now", "new", "more");
    caps_text(ctx, now, new, b);
    line(b, "offered to the customer", now->offers, new->offers);
    line(b, "handed over to a person", now->hand_overs, new->hand_overs);
    line(b, "waited for", now->waits, new->waits);
    for (int r = GUARD_NONE + 1; r < GUARD_REASON_COUNT; r++)
        line(b, arena_fmt(ctx->arena, "held back: %s", guard_reason_word((enum guard_reason)r)).p, now->refused[r], new->refused[r]);
    buf_addc(b, '\n');
    money_line(ctx, opt, b, "money given back", &now->money, &new->money);
    money_line(ctx, opt, b, "goods sent again", &now->goods, &new->goods);
    money_line(ctx, opt, b, "given back by somebody later, too", &now->twice, &new->twice);
    money_line(ctx, opt, b, "made good for, arrived afterwards", &now->arrived, &new->arrived);
    differences_text(ctx, opt, rep, b);
    steps_text(ctx, opt, rep, b);
}

/* ---- JSON */

static void count_json(struct jw *w, const char *key, const struct backtest_count *c)
{
    jw_key(w, key);
    jw_obj(w);
    jw_ki64(w, "times", c->n);
    jw_ki64(w, "amount_minor", c->minor);
    jw_end(w);
}

static void sums_json(struct jw *w, const struct backtest_sums *s)
{
    jw_obj(w);
    jw_key(w, "capabilities");
    jw_obj(w);
    for (int c = 0; c < CAP_COUNT; c++) {
        jw_key(w, capability_word((enum capability)c));
        jw_obj(w);
        count_json(w, "by_itself", &s->caps[c].by_itself);
        count_json(w, "approved", &s->caps[c].approved);
        count_json(w, "shadow", &s->caps[c].shadow);
        jw_ki64(w, "repeats", s->caps[c].repeats);
        jw_ki64(w, "refused", s->caps[c].refused);
        jw_end(w);
    }
    jw_end(w);
    jw_key(w, "held_back");
    jw_obj(w);
    for (int r = GUARD_NONE + 1; r < GUARD_REASON_COUNT; r++)
        if (s->refused[r] != 0)
            jw_ki64(w, guard_reason_word((enum guard_reason)r), s->refused[r]);
    jw_end(w);
    jw_ki64(w, "offers", s->offers);
    jw_ki64(w, "hand_overs", s->hand_overs);
    jw_ki64(w, "waits", s->waits);
    count_json(w, "money", &s->money);
    count_json(w, "goods", &s->goods);
    count_json(w, "twice", &s->twice);
    count_json(w, "arrived_afterwards", &s->arrived);
    jw_end(w);
}

static void difference_json(struct jw *w, const struct backtest_difference *d)
{
    jw_obj(w);
    jw_kstr(w, "order", d->order);
    jw_ki64(w, "order_no", d->order_no);
    jw_ktime(w, "at", d->at_us);
    jw_kstr(w, "only", str_of(SIDES[d->side]));
    jw_kstr(w, "capability", str_of(capability_word(d->cap)));
    jw_kstr(w, "outcome", str_of(guard_outcome_word(d->outcome)));
    jw_ki64(w, "amount_minor", d->minor);
    jw_kstr(w, "rule", d->rule);
    jw_kbool(w, "twice", d->twice);
    jw_kbool(w, "arrived_afterwards", d->arrived);
    jw_end(w);
}

static void step_json(struct jw *w, const struct backtest_step *s)
{
    jw_obj(w);
    jw_ktime(w, "at", s->at_us);
    jw_kstr(w, "policy", str_of(SIDES[s->side]));
    jw_kstr(w, "verb", str_of(policy_verb_word(s->verb)));
    jw_kstr(w, "class", str_of(diag_class_word(s->cls)));
    jw_kstr_null(w, "tracking_number", s->parcel);
    jw_kstr_null(w, "rule", s->rule);
    if (s->cap != CAP_COUNT) {
        jw_kstr(w, "capability", str_of(capability_word(s->cap)));
        jw_kstr(w, "outcome", str_of(guard_outcome_word(s->outcome)));
        jw_kstr(w, "reason", str_of(guard_reason_word(s->reason)));
        jw_ki64(w, "amount_minor", s->minor);
    }
    jw_kstr(w, "why", s->why);
    jw_end(w);
}

void backtest_json(struct ctx *ctx, const struct backtest_options *opt, const struct backtest_report *rep, struct buf *out)
{
    struct jw w = jw_of(out);
    (void)ctx;
    jw_obj(&w);
    jw_ktime(&w, "from", opt->from_us);
    jw_ktime(&w, "to", opt->to_us);
    jw_kstr(&w, "currency", currency_of(opt));
    jw_ki64(&w, "cases", rep->cases);
    jw_ki64(&w, "facts", rep->facts);
    jw_ki64(&w, "looks", rep->looks);
    jw_ki64(&w, "took_ms", rep->took_us / 1000);
    for (int side = 0; side < BACKTEST_SIDES; side++) {
        jw_key(&w, SIDES[side]);
        sums_json(&w, &rep->sums[side]);
    }
    jw_ki64(&w, "orders_differ", rep->orders_differ);
    jw_key(&w, "differences");
    jw_arr(&w);
    for (size_t i = 0; i < rep->differences_n; i++)
        difference_json(&w, &rep->differences[i]);
    jw_arr_end(&w);
    jw_key(&w, "steps");
    jw_arr(&w);
    for (size_t i = 0; i < rep->steps_n; i++)
        step_json(&w, &rep->steps[i]);
    jw_arr_end(&w);
    jw_end(&w);
}
