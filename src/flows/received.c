/*
 * A received row on its way back to facts: unsealed, then decoded by what it is. Webhooks and poll answers go through their
 * account's connector, our own facts through the fact reader; ticks are two words a line.
 */
#include "flows/engine_int.h"

#include "base/num.h"
#include "connectors/lib/poll_ask.h"
#include "flows/envelope.h"
#include "flows/understand.h"

void received_from_stmt(struct db_stmt *st, struct received_row *out)
{
    *out = (struct received_row){
        .pos = db_col_i64(st, 0),
        .at_us = db_col_i64(st, 1),
        .source = (enum recv_source)db_col_i64(st, 2),
        .origin = (enum origin)db_col_i64(st, 3),
        .account = db_col_str(st, 4),
        .request_id = db_col_str(st, 5),
        .day = db_col_i64(st, 6),
        .body = db_col_str(st, 7),
        .wrapped = db_col_str(st, 8),
    };
}

enum err received_open(struct ctx *ctx, struct engine *eng, struct db *ledger, struct merchant *m, const struct received_row *row,
                       struct http_msg *out)
{
    unsigned char day_key[KEY_LEN], key[KEY_LEN];
    if (str_empty(row->wrapped))
        return ctx_fail(ctx, ERR_DENIED, "position %lld: its key was destroyed", (long long)row->pos);
    enum err e = merchant_day_key(ctx, eng, ledger, m, row->day, day_key);
    if (e == OK) {
        e = key_unwrap(day_key, STR("raw"), row->wrapped, key);
        if (e != OK && !err_is_transient(e))
            e = ctx_fail(ctx, ERR_DENIED, "position %lld: its key does not open it", (long long)row->pos);
    }
    if (e == OK) {
        e = envelope_open(ctx, row->body, key, out);
        if (e != OK && !err_is_transient(e))
            e = ctx_fail(ctx, ERR_CORRUPT, "position %lld: its bytes are not what was written", (long long)row->pos);
    }
    if (e == OK)
        out->received_us = row->at_us;
    return e;
}

/* "P 123 1795000000000000": a parcel or an order of the merchant, and the time it came due. */
static enum err decode_ticks(struct ctx *ctx, struct str body, struct decoded *out)
{
    struct str line;
    while (str_split(&body, '\n', &line)) {
        struct str kind, number;
        struct fact *fct = NULL;
        if (str_empty(line))
            continue;
        if (!str_split(&line, ' ', &kind) || !str_split(&line, ' ', &number))
            return ctx_fail(ctx, ERR_CORRUPT, "tick: \"%.*s\"", STR_ARG(line));
        enum err e = decoded_add(ctx, out, FACT_TICK, &fct);
        if (e == OK)
            e = num_parse_i64(number, 1, INT64_MAX, &fct->u.tick.number);
        if (e == OK)
            e = num_parse_i64(line, 1, INT64_MAX, &fct->u.tick.due_us);
        if (e != OK)
            return ctx_fail(ctx, ERR_CORRUPT, "tick: number or time");
        fct->u.tick.is_parcel = str_eq(kind, STR("P"));
        fct->role = ROLE_SYSTEM;
    }
    return OK;
}

/* What was asked for was told, new or not: an answer "no such number" is no telling. */
static enum err note_heard(struct ctx *ctx, const struct connector *conn, const struct poll_ask *ask, struct decoded *out)
{
    const char *const *reads = conn->poll->order_reads;
    bool parcel = ask->kind == POLL_PARCEL, order = false;
    struct fact *fct = NULL;
    for (size_t i = 0; i < out->n; i++) {
        parcel = parcel && out->facts[i].kind != FACT_NOT_FOUND;
        order = order || out->facts[i].kind == FACT_ORDER;
    }
    order = order && ask->kind == POLL_FETCH && reads != NULL && str_eq(ask->fetch.what, str_of(reads[0]));
    if (!parcel && !order)
        return OK;
    enum err e = decoded_add(ctx, out, FACT_HEARD, &fct);
    if (e != OK)
        return e;
    fct->role = conn->role;
    fct->u.heard = (struct heard_fact){parcel ? ask->tracking_number : STR_NULL, order ? ask->fetch.id : STR_NULL};
    return OK;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct str cursor = STR_NULL;
    struct poll_ask ask;
    bool known = poll_ask_parse(ctx, msg->query, &ask);
    enum err e = acct->conn->poll->decode(ctx, acct, known ? &ask : NULL, msg, out, &cursor);
    return e == OK && known ? note_heard(ctx, acct->conn, &ask, out) : e;
}

static const struct hook_ops *own_hook(void)
{
    const struct connector *c = connector_find(STR("wismo"));
    return c == NULL ? NULL : c->hook;
}

static enum err decode(struct ctx *ctx, struct engine *eng, struct merchant *m, const struct received_row *row, const struct http_msg *msg,
                       struct decoded *out)
{
    const struct account *acct = engine_account(eng, m->id, row->account);
    switch (row->source) {
    case RECV_TICK:
        return decode_ticks(ctx, msg->body, out);
    case RECV_TALK:
        return OK;
    case RECV_SYSTEM:
    case RECV_FACTS: {
        struct account own = {.merchant = m->cfg->name, .id = row->account, .conn = connector_find(STR("wismo"))};
        const struct hook_ops *h = own_hook();
        return h == NULL ? ctx_fail(ctx, ERR_UNSUPPORTED, "no decoder for facts") : h->decode(ctx, &own, msg, out);
    }
    case RECV_WEBHOOK:
        if (acct == NULL || acct->conn->hook == NULL)
            break;
        return acct->conn->hook->decode(ctx, acct, msg, out);
    case RECV_POLL:
        if (acct == NULL || acct->conn->poll == NULL)
            break;
        return decode_poll(ctx, acct, msg, out);
    case RECV_SOURCE_COUNT:
        break;
    }
    return ctx_fail(ctx, ERR_UNSUPPORTED, "account \"%.*s\" is not configured, or its connector cannot read this",
                    STR_ARG(row->account));
}

enum err received_decode(struct ctx *ctx, struct engine *eng, struct merchant *m, const struct received_row *row,
                         const struct http_msg *msg, struct decoded *out)
{
    enum err e = decode(ctx, eng, m, row, msg, out);
    return e == OK ? understand_decoded(ctx, out) : e;
}
