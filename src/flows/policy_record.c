/* Facts on their way into the ledger: one at a time, those that the server makes itself, and the merchants' rules among them. */
#include "flows/engine_int.h"

#include "flows/performer.h"
#include "flows/promises.h"
#include "mind/limits_text.h"
#include "model/fact_json.h"

static void ignore_done(void *user, enum err e, int64_t pos)
{
    (void)user;
    (void)e;
    (void)pos;
}

static struct append_req request(int64_t merchant_id, const struct http_msg *msg)
{
    return (struct append_req){.merchant_id = merchant_id, .source = RECV_SYSTEM, .account = STR("wismo"), .msg = msg, .done = ignore_done};
}

enum err system_append(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str body)
{
    struct http_msg msg = {.body = body, .received_us = clock_now_us(eng->clock)};
    struct append_req req = request(merchant_id, &msg);
    return engine_append(ctx, eng, &req);
}

enum err system_append_wait(struct ctx *ctx, struct engine *eng, int64_t merchant_id, struct str body, int64_t *pos)
{
    struct http_msg msg = {.body = body, .received_us = clock_now_us(eng->clock)};
    struct append_req req = request(merchant_id, &msg);
    return engine_append_wait(ctx, eng, &req, pos);
}

enum err fact_line(struct ctx *ctx, const struct fact *fct, struct buf *b)
{
    struct jw w = jw_of(b);
    fact_write(ctx->arena, &w, fct);
    buf_addc(b, '\n');
    return buf_err(b);
}

enum err fact_append_wait(struct ctx *ctx, struct engine *eng, const struct fact_to *to, const struct fact *fct, int64_t *pos)
{
    struct buf b;
    buf_init(&b, to->max);
    enum err e = fact_line(ctx, fct, &b);
    if (e == OK && to->account == NULL) {
        e = system_append_wait(ctx, eng, to->merchant_id, buf_str(&b), pos);
    } else if (e == OK) {
        struct http_msg msg = {.body = buf_str(&b), .received_us = to->at_us};
        struct append_req req = {.merchant_id = to->merchant_id, .source = to->source, .account = str_of(to->account),
                                 .request_id = str_of(ctx->request_id), .msg = &msg};
        e = engine_append_wait(ctx, eng, &req, pos);
    }
    buf_clear(&b);
    return e;
}

static enum err last_version(struct ctx *ctx, struct engine *eng, int64_t merchant_id, enum sql_id id, struct str *out, bool *tickets)
{
    struct db_stmt *st = NULL;
    bool row = false;
    *out = STR_NULL;
    enum err e = db_stmt_get(ctx, eng->state, id, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, merchant_id);
    e = db_step(ctx, st, &row);
    if (e == OK && row)
        e = arena_dup(ctx->arena, db_col_str(st, 0), out);
    *tickets = e == OK && row && id == SQL_ACT_POLICY_LAST && db_col_i64(st, 2) != 0;
    db_done(st);
    return e;
}

static enum err append_policy(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct policy_fact *pf)
{
    struct fact fct = {.kind = FACT_POLICY, .role = ROLE_SYSTEM, .u.policy = *pf};
    struct buf b;
    buf_init(&b, (size_t)2 << 20);
    enum err e = fact_line(ctx, &fct, &b);
    if (e == OK)
        e = system_append(ctx, eng, merchant_id, buf_str(&b));
    buf_clear(&b);
    return e;
}

static enum err record_messages(struct ctx *ctx, struct engine *eng, struct merchant *m)
{
    struct message_policy mp = m->cfg->messages.policy;
    struct policy_fact pf = {.about = STR_NULL};
    struct str last;
    bool none;
    enum err e = last_version(ctx, eng, m->id, SQL_POLICY_LAST, &last, &none);
    if (e == OK)
        e = message_policy_text(ctx, &mp, &pf.body);
    if (e != OK || str_eq(last, mp.version) || (str_empty(last) && !mp.enabled))
        return e;
    pf.version = mp.version;
    return append_policy(ctx, eng, m->id, &pf);
}

static enum err record_actions(struct ctx *ctx, struct engine *eng, struct merchant *m)
{
    bool off = str_empty(m->cfg->policy_text);
    bool tickets = takes_tickets(m->cfg);
    struct policy_fact pf = {.about = STR("actions"), .tickets = !off && tickets, .version = off ? STR(ACT_POLICY_OFF) : m->cfg->policy_version,
                             .body = off ? STR(ACT_POLICY_OFF) : m->cfg->policy_text};
    struct str last;
    bool had;
    enum err e = last_version(ctx, eng, m->id, SQL_ACT_POLICY_LAST, &last, &had);
    if (e != OK || (str_eq(last, pf.version) && had == pf.tickets) || (str_empty(last) && off))
        return e;
    return append_policy(ctx, eng, m->id, &pf);
}

static enum err record_promises(struct ctx *ctx, struct engine *eng, struct merchant *m)
{
    struct policy_fact pf = {.about = STR(PROMISES_ABOUT)};
    struct str last;
    enum err e = promises_recorded(ctx, eng->state, m->id, &last);
    if (e != OK || str_eq(last, str_of(m->promises_version)))
        return e;
    e = promises_text(ctx, &m->cfg->promises, &pf.body, &pf.version);
    return e == OK ? append_policy(ctx, eng, m->id, &pf) : e;
}

enum err policy_record(struct ctx *ctx, struct engine *eng)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++)
        e = record_promises(ctx, eng, &eng->merchants[i]);
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++)
        e = record_messages(ctx, eng, &eng->merchants[i]);
    for (size_t i = 0; e == OK && i < eng->merchants_n; i++)
        e = record_actions(ctx, eng, &eng->merchants[i]);
    return e;
}
