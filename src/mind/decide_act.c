/* See decide_act.h. Each matter finds its rule, each step of the rule its verdict. */
#include "mind/decide_act.h"

#define TIME_BOUND_MAX 100000 /* hours or days that a rule may wait for */

struct decider {
    struct ctx *ctx;
    struct act_input in;     /* its book is a copy that grows with what is reserved here */
    struct guard_book book;
    struct action_row *rows;
    size_t rows_cap;
    const struct situation *sit;
    struct act_decisions *out;
    size_t cap;
    enum err err;
};

static void look_at(struct decider *d, int64_t at_us)
{
    if (at_us > d->in.now_us && (d->out->next_look_us == 0 || at_us < d->out->next_look_us))
        d->out->next_look_us = at_us;
}

static struct act_decision *add(struct decider *d, const struct act_decision *dec)
{
    if (d->out->n == d->cap) {
        size_t cap = d->cap == 0 ? 16 : d->cap * 2;
        struct act_decision *v = arena_array(d->ctx->arena, cap, sizeof(*v));
        if (v == NULL) {
            d->err = ctx_fail(d->ctx, ERR_MEMORY, "decisions: no memory");
            return NULL;
        }
        if (d->out->n > 0)
            memcpy(v, d->out->v, d->out->n * sizeof(*v));
        d->out->v = v;
        d->cap = cap;
    }
    d->out->v[d->out->n] = *dec;
    return &d->out->v[d->out->n++];
}

/* What is reserved here counts for the next step. */
static void reserve(struct decider *d, const struct action_row *row)
{
    if (d->book.n == d->rows_cap) {
        size_t cap = d->book.n + 32;
        struct action_row *rows = arena_array(d->ctx->arena, cap, sizeof(*rows));
        if (rows == NULL) {
            d->err = ctx_fail(d->ctx, ERR_MEMORY, "decisions: no memory");
            return;
        }
        if (d->book.n > 0)
            memcpy(rows, d->book.rows, d->book.n * sizeof(*rows));
        d->rows = rows;
        d->book.rows = rows;
        d->rows_cap = cap;
    }
    d->rows[d->book.n++] = *row;
}

/* ---- words */

static void add_why(struct buf *b, const struct decider *d, const struct policy_rule *rule)
{
    struct arena *a = d->ctx->arena;
    if (rule == NULL) {
        buf_addz(b, "no rule matches, so a person decides");
        return;
    }
    buf_fmt(b, "rule %.*s", STR_ARG(rule->name));
    for (size_t i = 0; i < rule->conds_n; i++) {
        const struct policy_cond *c = &rule->conds[i];
        buf_fmt(b, "%s%.*s (%.*s)", i == 0 ? ": " : ", ", STR_ARG(cond_text(a, d->in.policy, c)),
                STR_ARG(situation_text(a, d->in.policy, d->sit, c->field)));
    }
}

static struct str why(const struct decider *d, const struct policy_rule *rule, const struct act_decision *dec)
{
    struct buf b;
    struct str s = STR_NULL;
    buf_init(&b, (size_t)1 << 20);
    add_why(&b, d, rule);
    for (size_t i = 0; i < dec->refused_n; i++)
        buf_fmt(&b, "; %s not by itself: %s", capability_word(dec->refused[i].cap), guard_reason_what(dec->refused[i].verdict.reason));
    if (buf_err(&b) != OK || arena_dup(d->ctx->arena, buf_str(&b), &s) != OK)
        s = STR_NULL;
    buf_clear(&b);
    return s;
}

/* ---- steps */

/* Nothing of a step passed: a person gets it, with what was meant. */
static void to_person(struct decider *d, struct act_decision *dec, const struct policy_step *step)
{
    dec->verb = VERB_HAND_OVER;
    dec->at_us = d->in.now_us + ACT_HAND_OVER_HOURS * US_PER_H;
    dec->priority = PRIORITY_NORMAL;
    if (step->caps_n > 0)
        dec->recommend = arena_fmt(d->ctx->arena, "decide on %s: %s", capability_word(step->caps[0]),
                                   guard_reason_what(dec->refused[0].verdict.reason));
}

static void ask_guard(struct decider *d, const struct policy_step *step, struct act_decision *dec)
{
    for (size_t i = 0; i < step->caps_n && d->err == OK; i++) {
        struct guard_wish *wish = ctx_alloc(d->ctx, sizeof(*wish));
        struct act_choice c = {.cap = step->caps[i], .wish = wish};
        d->err = wish == NULL ? ERR_MEMORY : act_wish(d->ctx, &d->in, d->sit, c.cap, wish);
        if (d->err != OK)
            return;
        wish->ask_person = step->verb == VERB_APPROVE;
        wish->rule = dec->rule->name;
        guard_check(d->in.policy, wish, &d->book, d->in.now_us, d->in.day, &c.verdict);
        if (c.verdict.outcome == GUARD_REFUSED)
            dec->refused[dec->refused_n++] = c;
        else
            dec->choices[dec->choices_n++] = c;
    }
}

static void take_step(struct decider *d, const struct policy_step *step, struct act_decision *dec)
{
    int64_t at = d->in.now_us + step->hours * US_PER_H;
    dec->verb = step->verb;
    dec->step = step;
    dec->priority = step->priority;
    dec->recommend = step->recommend;
    ask_guard(d, step, dec);
    if (step->caps_n > 0 && dec->choices_n == 0)
        to_person(d, dec, step);
    else if (step->verb == VERB_HAND_OVER || step->verb == VERB_WAIT)
        dec->at_us = at;
    if (step->verb == VERB_WAIT)
        look_at(d, at);
    bool reserves = (dec->verb == VERB_ACT || dec->verb == VERB_APPROVE) && dec->choices[0].verdict.outcome != GUARD_REPEAT;
    if (reserves)
        reserve(d, &dec->choices[0].verdict.row);
    dec->why = why(d, dec->rule, dec);
    (void)add(d, dec);
}

/* ---- time: what an hour alone would change is looked at when that hour comes */

static void look_at_bound(struct decider *d, enum policy_field f, int64_t bound)
{
    const struct order_view *v = order_anchor(d->in.cas);
    int64_t have = d->sit->v[f], hours = f == FIELD_LATE ? 24 : 1;
    if (!d->sit->known[f] || bound <= have || bound > TIME_BOUND_MAX)
        return;
    if (f == FIELD_AGE)
        look_at(d, d->sit->since_us + bound * US_PER_H);
    else if (f == FIELD_ORDER_AGE)
        look_at(d, v->placed_us + bound * US_PER_H);
    else /* counted in the carrier's working time: no later than it can be */
        look_at(d, d->in.now_us + (bound - have) * hours * US_PER_H);
}

static void look_at_hours(struct decider *d)
{
    for (size_t i = 0; i < d->in.policy->rules_n; i++) {
        const struct policy_rule *rule = &d->in.policy->rules[i];
        bool fits = true;
        for (size_t k = 0; k < rule->conds_n; k++)
            fits = fits && (rule->conds[k].field != FIELD_CLASS || cond_holds(&rule->conds[k], d->sit));
        for (size_t k = 0; fits && k < rule->conds_n; k++) {
            enum policy_field f = rule->conds[k].field;
            if (f != FIELD_AGE && f != FIELD_ORDER_AGE && f != FIELD_SILENT && f != FIELD_LATE)
                continue;
            look_at_bound(d, f, rule->conds[k].lo);
            if (rule->conds[k].hi < TIME_BOUND_MAX)
                look_at_bound(d, f, rule->conds[k].hi + 1);
        }
    }
}

static void decide_matter(struct decider *d, size_t matter)
{
    const struct policy_rule *rule = policy_match(d->in.policy, d->sit);
    look_at_hours(d);
    struct act_decision base = {.rule = rule, .matter = matter, .cls = d->sit->diag->cls};
    if (d->sit->parcel != NULL)
        base.parcel = d->sit->parcel->parcel->number;
    if (d->sit->ret != NULL)
        base.parcel = d->sit->ret->return_id;
    for (size_t i = 0; rule != NULL && i < rule->steps_n && d->err == OK; i++) {
        struct act_decision dec = base;
        take_step(d, &rule->steps[i], &dec);
    }
    if (rule != NULL || d->sit->ret != NULL) /* a return that no rule speaks of takes its course */
        return;
    base.verb = VERB_HAND_OVER;
    base.at_us = d->in.now_us + ACT_HAND_OVER_HOURS * US_PER_H;
    base.why = why(d, NULL, &base);
    (void)add(d, &base);
}

enum err policy_decide(struct ctx *ctx, const struct act_input *in, struct act_decisions *out)
{
    struct decider d = {.ctx = ctx, .in = *in, .book = *in->book, .out = out};
    const struct situation_input si = {in->policy, in->cas, in->cd, in->ask, in->history, in->now_us};
    d.rows_cap = d.book.n; /* full: the caller's rows are never written */
    d.in.book = &d.book;
    *out = (struct act_decisions){.policy_version = in->policy->version};
    size_t n = situation_total(&si);
    for (size_t i = 0; i < n && i < ACT_MATTERS_MAX && d.err == OK; i++) {
        struct situation sit;
        d.err = situation_make(ctx, &si, i, &sit);
        d.sit = &sit;
        if (d.err == OK)
            decide_matter(&d, i);
    }
    return d.err;
}

static bool asks_of(const struct policy_rule *rule, enum policy_source what, enum diag_class cls)
{
    bool asks = false, fits = true;
    for (size_t i = 0; i < rule->conds_n; i++) {
        asks = asks || policy_field_row(rule->conds[i].field)->source == what;
        fits = fits && (rule->conds[i].field != FIELD_CLASS || (rule->conds[i].set >> cls & 1) != 0);
    }
    return asks && fits;
}

static bool needs(const struct policy *pol, enum policy_source what, const struct case_diagnosis *cd)
{
    size_t n = situation_count(cd);
    for (size_t i = 0; i < n && i < ACT_MATTERS_MAX; i++)
        for (size_t k = 0; k < pol->rules_n; k++)
            if (asks_of(&pol->rules[k], what, i < cd->parcels_n ? cd->parcels[i].d.cls : cd->order.cls))
                return true;
    return false;
}

bool act_needs_stock(const struct policy *pol, const struct case_diagnosis *cd)
{
    return needs(pol, SOURCE_STOCK, cd);
}

bool act_needs_history(const struct policy *pol, const struct case_diagnosis *cd)
{
    return needs(pol, SOURCE_HISTORY, cd);
}
