/*
 * After an order was diagnosed: what its customer is told of it. The decision is pure (mind/tell.h); here its facts and rows are
 * written in the fold's transaction, its texts are rendered and recorded when their time has come, and the order's next look is
 * set to when time alone may change the decision. Replay comes through here too and gives the same facts and rows.
 */
#include "flows/fold.h"

#include "base/metrics.h"
#include "connectors/lib/tracking_number.h"
#include "mind/message_text.h"
#include "mind/tell.h"
#include "storage/outbox.h"

/* ---- the rules of the time */

static enum err load_policy(struct fold *f)
{
    struct db_stmt *st = NULL;
    struct str body;
    bool row = false;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_POLICY_LAST, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    message_policy_default(&f->policy);
    e = db_step(f->ctx, st, &row);
    if (e == OK && row) {
        e = arena_dup(f->ctx->arena, db_col_str(st, 1), &body);
        db_done(st);
        if (e == OK)
            e = message_policy_read(f->ctx, body, &f->policy);
    }
    f->have_policy = e == OK;
    return e;
}

/* Channels that the customer does not want; kept by customer, or by order where no contact is known. */
static enum err load_consent(struct fold *f, const struct fold_order *fo, uint32_t *opted_out)
{
    struct db_stmt *st = NULL;
    bool row = true;
    *opted_out = 0;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_CONSENT_GET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_text(st, 2, fold_consent_subject(f, fo));
    while ((e = db_step(f->ctx, st, &row)) == OK && row)
        if (db_col_i64(st, 1) != 0 && db_col_i64(st, 0) >= 0 && db_col_i64(st, 0) < CHANNEL_KIND_COUNT)
            *opted_out |= 1u << db_col_i64(st, 0);
    return e;
}

struct str fold_consent_subject(struct fold *f, const struct fold_order *fo)
{
    return str_empty(fo->c.customer) ? arena_fmt(f->ctx->arena, "order:%lld", (long long)fo->c.order_no) : fo->c.customer;
}

/* ---- recording decisions */

static enum err record_decision(struct fold *f, const struct decision *dec, int64_t *idx)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 16);
    struct jw w = jw_of(&b);
    decision_write(&w, f->ctx->arena, dec);
    enum err e = buf_err(&b);
    if (e == OK)
        e = fold_derived(f, FACT_DECISION, buf_str(&b));
    *idx = f->derived_idx;
    buf_clear(&b);
    return e;
}

static enum err add_row(struct fold *f, const struct decision *dec, int64_t idx)
{
    const struct told_entry *t = &dec->t;
    struct outbox_row row = {.key = t->key,
                             .order_no = dec->order_no,
                             .capability = arena_fmt(f->ctx->arena, "tell.%s", message_kind_word(t->kind)),
                             .channel = (int)t->channel,
                             .generation = t->generation,
                             .items = t->items,
                             .not_before_us = t->not_before_us,
                             .not_after_us = t->not_after_us,
                             .next_us = t->not_before_us,
                             .why = STR(""),
                             .pos = f->pos,
                             .idx = idx,
                             .lease_by = STR("")};
    return outbox_put(f->ctx, f->db, f->m->id, &row);
}

static enum err withdraw_row(struct fold *f, const struct decision *dec)
{
    struct outbox_row row;
    enum err e = outbox_get(f->ctx, f->db, f->m->id, dec->t.key, &row);
    if (e != OK)
        return e;
    row.state = OUTBOX_WITHDRAWN;
    row.settled_us = f->now_us;
    row.why = dec->t.why;
    return outbox_set(f->ctx, f->db, f->m->id, &row);
}

static enum err apply_decision(struct fold *f, const struct decision *dec)
{
    int64_t idx = 0;
    enum err e = record_decision(f, dec, &idx);
    if (e == OK && dec->act == DECISION_TELL)
        e = add_row(f, dec, idx);
    else if (e == OK && dec->act == DECISION_WITHDRAW)
        e = withdraw_row(f, dec);
    return e;
}

enum err fold_obligation(struct fold *f, int64_t order_no, const struct told_entry *t)
{
    struct db_stmt *st = NULL;
    enum err e = db_stmt_get(f->ctx, f->db, SQL_OBLIGATION_SET, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, f->m->id);
    db_bind_i64(st, 2, order_no);
    db_bind_text(st, 3, t->key);
    db_bind_i64(st, 4, t->settled_us);
    db_bind_i64(st, 5, t->promise_us);
    db_bind_i64(st, 6, t->promise);
    if (!f->replay)
        metric_add(METRIC_PROMISES, (size_t)(t->promise - PROMISE_OPEN), 1);
    return db_run(f->ctx, st);
}

/* ---- texts */

static struct str link_of(struct ctx *ctx, struct str carrier, struct str number)
{
    return carrier_url(ctx->arena, carrier, number);
}

static enum err record_text(struct fold *f, const struct fold_order *fo, const struct told_entry *t, const struct message_text *m)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 18);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "kind", STR("message"));
    jw_ki64(&w, "order_no", fo->c.order_no);
    jw_kstr(&w, "key", t->key);
    jw_kstr(&w, "message", str_of(message_kind_word(t->kind)));
    jw_kstr(&w, "language", m->language);
    jw_kstr(&w, "templates", m->templates);
    jw_kstr(&w, "policy", f->policy.version);
    jw_kstr(&w, "subject", m->subject);
    jw_kstr(&w, "text", m->text);
    jw_kstr(&w, "short", m->brief);
    jw_end(&w);
    enum err e = buf_err(&b);
    if (e == OK)
        e = fold_derived(f, FACT_MESSAGE, buf_str(&b));
    buf_clear(&b);
    return e;
}

/* The text is made when the message may go, so that it says what is known then. */
static enum err render_due(struct fold *f, const struct fold_order *fo, const struct case_diagnosis *cd, struct tellings *told, bool *changed)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < told->n; i++) {
        struct told_entry *t = &told->entries[i];
        struct message_text m;
        struct outbox_row row;
        if (t->state != TOLD_PLANNED || t->rendered || t->not_before_us > f->now_us)
            continue;
        struct message_input in = {.cas = &fo->c, .cd = cd, .policy = &f->policy, .entry = t, .now_us = f->now_us, .link = link_of, .post = post_at_destination};
        e = message_render(f->ctx, &in, &m);
        if (e == OK)
            e = record_text(f, fo, t, &m);
        if (e == OK)
            e = outbox_get(f->ctx, f->db, f->m->id, t->key, &row);
        if (e == OK) {
            row.text_pos = f->pos;
            row.text_idx = f->derived_idx;
            e = outbox_set(f->ctx, f->db, f->m->id, &row);
        }
        t->rendered = *changed = true;
    }
    return e;
}

/* ---- one order */

enum err fold_tellings_put(struct fold *f, struct fold_order *fo, const struct tellings *told)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    tellings_encode(told, &b);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(f->ctx->arena, buf_str(&b), &fo->told);
    buf_clear(&b);
    if (e == OK)
        fold_order_changed(f, fo);
    return e;
}

enum err fold_tellings_merge(struct fold *f, struct fold_order *into, struct fold_order *from)
{
    struct tellings a, b;
    if (str_empty(from->told))
        return OK;
    enum err e = tellings_decode(f->ctx, into->told, &a);
    if (e == OK)
        e = tellings_decode(f->ctx, from->told, &b);
    if (e == OK)
        e = tellings_merge(f->ctx, &a, &b);
    from->told = STR_NULL;
    return e == OK ? fold_tellings_put(f, into, &a) : e;
}

static void set_look(struct fold *f, struct fold_order *fo, int64_t look_us)
{
    if (look_us == 0 || (fo->c.due_us != 0 && fo->c.due_us <= look_us))
        return;
    fo->c.due_us = look_us;
    fold_order_changed(f, fo);
}

enum err fold_decide(struct fold *f, struct fold_order *fo, const struct case_diagnosis *cd)
{
    struct tellings told;
    struct tell_output out = {.n = 0};
    struct tell_input in = {.merchant_id = f->m->id, .cas = &fo->c, .cd = cd, .policy = &f->policy, .now_us = f->now_us,
                            .history = f->origin == ORIGIN_HISTORY};
    enum err e = f->have_policy ? OK : load_policy(f);
    if (e != OK || !f->policy.enabled)
        return e;
    e = tellings_decode(f->ctx, fo->told, &told);
    if (e == OK)
        e = load_consent(f, fo, &in.opted_out);
    if (e == OK)
        e = decide_tell(f->ctx, &in, &told, &out);
    for (size_t i = 0; e == OK && i < out.n; i++)
        e = apply_decision(f, &out.decisions[i]);
    for (size_t i = 0; e == OK && i < out.promises_n; i++)
        e = fold_obligation(f, fo->c.order_no, &out.promises[i]);
    bool changed = out.changed;
    if (e == OK)
        e = render_due(f, fo, cd, &told, &changed);
    if (e == OK && changed)
        e = fold_tellings_put(f, fo, &told);
    if (e == OK)
        set_look(f, fo, out.next_look_us);
    return e;
}
