/* See policy_explain.h: the search for what would change a decision. Its forms are written by policy_explain_write.c. */
#include "mind/policy_explain.h"
#include "mind/policy_space.h"

/* What would have to happen for a parcel or order to be of a class; those not named come by time, or in no single step. */
static const char *const HAPPENS[DIAG_CLASS_COUNT] = {
    [DIAG_ON_TRACK] = "a scan shows it moving",
    [DIAG_OUT_FOR_DELIVERY] = "it is scanned out for delivery",
    [DIAG_DELIVERED] = "it is scanned as delivered",
    [DIAG_DELIVERED_NOT_RECEIVED] = "it is told as delivered and the customer says that it did not come",
    [DIAG_ATTEMPT_FAILED] = "a delivery attempt fails",
    [DIAG_ADDRESS_PROBLEM] = "the carrier reports a problem with the address",
    [DIAG_CUSTOMS_HOLD] = "customs hold it",
    [DIAG_PICKUP_WAITING] = "it reaches a pickup point",
    [DIAG_DAMAGED] = "it is reported as damaged",
    [DIAG_WRONG_ITEM] = "an item is reported as wrong or missing",
    [DIAG_RETURNING] = "it turns back to the sender",
    [DIAG_RETURNED] = "it is back at the sender",
    [DIAG_LOST] = "the carrier says that it is lost",
    [DIAG_ON_HOLD] = "the order is put on hold",
    [DIAG_CANCELLED] = "it is cancelled",
    [DIAG_REFUNDED] = "the order is refunded in full",
};

struct searcher {
    struct ctx *ctx;
    const struct policy *pol;
    const struct space *sp;
    struct box all;         /* what can be at all */
    struct explain_matter *m;
    size_t cap;
    int64_t now_us;
    enum err err;
};

static bool has_classes(enum policy_field f)
{
    return f == FIELD_CLASS || f == FIELD_ORDER_CLASS;
}

static bool may_change(const struct searcher *s, enum policy_field f, unsigned piece)
{
    if (f == FIELD_OF || f == FIELD_ORDER_CLASS || (f == FIELD_RETURN && s->m->sit.ret == NULL))
        return false;
    if (f != FIELD_CLASS)
        return true;
    bool can_be = (s->all.set[f].w[piece / 64] >> (piece % 64) & 1) != 0;
    return can_be && piece / DIAG_CLASS_COUNT == (unsigned)s->m->sit.v[FIELD_OF] && HAPPENS[piece % DIAG_CLASS_COUNT] != NULL;
}

/* Hours that only grow: when the piece begins. */
static int64_t comes_at(const struct searcher *s, enum policy_field f, unsigned piece)
{
    const struct situation *sit = &s->m->sit;
    bool grows = f == FIELD_AGE || f == FIELD_ORDER_AGE || f == FIELD_SILENT;
    if (!grows || !sit->known[f] || piece + (s->sp->fields[f].unknown ? 1u : 0u) >= s->sp->fields[f].n)
        return 0;
    int64_t more = s->sp->fields[f].starts[piece] - sit->v[f];
    int64_t since = f == FIELD_AGE ? sit->since_us : s->now_us - sit->v[f] * US_PER_H;
    return more <= 0 ? 0 : f == FIELD_AGE ? since + s->sp->fields[f].starts[piece] * US_PER_H : s->now_us + more * US_PER_H;
}

static struct explain_change *same_change(const struct searcher *s, const struct explain_change *c)
{
    for (size_t i = 0; i < s->m->changes_n; i++)
        if (s->m->changes[i].field == c->field && s->m->changes[i].rule == c->rule && s->m->changes[i].at_us == 0 && c->at_us == 0 &&
            str_empty(c->fact))
            return &s->m->changes[i];
    return NULL;
}

static void add_change(struct searcher *s, struct explain_change c)
{
    struct explain_change *have = same_change(s, &c);
    if (have != NULL) {
        have->value = arena_fmt(s->ctx->arena, "%.*s, %.*s", STR_ARG(have->value), STR_ARG(c.value));
        return;
    }
    if (s->m->changes_n == s->cap) {
        size_t cap = s->cap == 0 ? 32 : s->cap * 2;
        struct explain_change *v = arena_array(s->ctx->arena, cap, sizeof(*v));
        if (v == NULL) {
            s->err = ctx_fail(s->ctx, ERR_MEMORY, "explanation: no memory");
            return;
        }
        if (s->m->changes_n > 0)
            memcpy(v, s->m->changes, s->m->changes_n * sizeof(*v));
        s->m->changes = v;
        s->cap = cap;
    }
    s->m->changes[s->m->changes_n++] = c;
}

/* What just happened is new: its figures begin with it. An order's own class is the class of its matter: both change together. */
static void happen(struct situation *sit)
{
    enum diag_class c = (enum diag_class)sit->v[FIELD_CLASS];
    if (sit->v[FIELD_OF] == OF_ORDER)
        sit->v[FIELD_ORDER_CLASS] = c;
    sit->v[FIELD_AGE] = 0;
    sit->v[FIELD_SILENT] = 0;
    sit->v[FIELD_SEVERITY] = diag_class_severity(c);
    sit->v[FIELD_REASON] = REASON_NONE;
    sit->v[FIELD_ATTEMPTS] += c == DIAG_ATTEMPT_FAILED ? 1 : 0;
}

static void try_piece(struct searcher *s, enum policy_field f, unsigned piece)
{
    if (f == FIELD_CLASS && piece % DIAG_CLASS_COUNT == (unsigned)s->m->sit.v[FIELD_CLASS])
        return;
    struct situation other = s->m->sit;
    struct str tags[POLICY_TAGS_MAX];
    space_set(s->sp, f, piece, &other, tags);
    if (f == FIELD_CLASS)
        happen(&other);
    const struct policy_rule *rule = policy_match(s->pol, &other);
    if (rule == s->m->rule)
        return;
    struct explain_change c = {.field = f, .rule = rule, .at_us = comes_at(s, f, piece)};
    c.value = f == FIELD_CLASS ? str_of(diag_class_word((enum diag_class)(piece % DIAG_CLASS_COUNT))) : space_piece(s->sp, s->ctx->arena, f, piece);
    if (has_classes(f))
        c.fact = str_of(HAPPENS[piece % DIAG_CLASS_COUNT]);
    add_change(s, c);
}

static void search(struct searcher *s)
{
    for (unsigned f = 0; f < FIELD_COUNT && s->err == OK; f++)
        for (unsigned i = 0; i < s->sp->fields[f].n && s->err == OK; i++)
            if (may_change(s, (enum policy_field)f, i))
                try_piece(s, (enum policy_field)f, i);
}

/* ---- time alone */

static enum err look_ahead(struct ctx *ctx, const struct act_input *in, const struct promises *promises, size_t i, struct explain_matter *m)
{
    struct case_diagnosis then;
    struct situation sit;
    int64_t at = m->sit.diag->next_look_us;
    if (at == 0 || at <= in->now_us)
        return OK;
    enum err e = diagnose(ctx, in->cas, promises, at, &then);
    const struct situation_input si = {in->policy, in->cas, &then, in->ask, in->history, at};
    if (e != OK || i >= situation_total(&si))
        return e;
    e = situation_make(ctx, &si, i, &sit);
    if (e != OK)
        return e;
    m->next_us = at;
    m->next_cls = sit.diag->cls;
    m->next_rule = policy_match(in->policy, &sit);
    return OK;
}

static enum err explain_matter(struct ctx *ctx, const struct act_input *in, const struct promises *promises, const struct space *sp, size_t i,
                               struct explain_matter *m)
{
    const struct situation_input si = {in->policy, in->cas, in->cd, in->ask, in->history, in->now_us};
    enum err e = situation_make(ctx, &si, i, &m->sit);
    if (e != OK)
        return e;
    m->rule = policy_match(in->policy, &m->sit);
    struct searcher s = {.ctx = ctx, .pol = in->policy, .sp = sp, .m = m, .now_us = in->now_us};
    space_all(sp, &s.all);
    search(&s);
    return s.err != OK ? s.err : look_ahead(ctx, in, promises, i, m);
}

enum err policy_explain(struct ctx *ctx, const struct act_input *in, const struct promises *promises, struct explanation *out)
{
    struct space sp;
    const struct situation_input si = {in->policy, in->cas, in->cd, in->ask, in->history, in->now_us};
    size_t n = situation_total(&si);
    const struct order_view *v = order_anchor(in->cas);
    *out = (struct explanation){.policy = in->policy, .now_us = in->now_us, .order = v == NULL ? STR_NULL : v->name};
    enum err e = policy_decide(ctx, in, &out->decisions);
    if (e == OK)
        e = space_make(ctx, in->policy, &sp);
    if (e != OK)
        return e;
    out->matters = arena_array(ctx->arena, n, sizeof(*out->matters));
    if (out->matters == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "explanation: no memory");
    for (; out->n < n && e == OK; out->n++)
        e = explain_matter(ctx, in, promises, &sp, out->n, &out->matters[out->n]);
    return e;
}
