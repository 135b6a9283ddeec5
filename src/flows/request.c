/* See request.h. Trying is the fold's decision over what is known now; making appends a fact, and the fold's answer is read back. */
#include "flows/request.h"

#include "flows/act_read.h"
#include "flows/reader.h"
#include "model/fact_json.h"

#define REQUEST_WAIT_MS 2000

/* ---- as a fact */

static struct str address_detail(struct ctx *ctx, const struct merchant *m, const struct address *a)
{
    unsigned char h[CONTACT_HASH_LEN];
    struct buf hex;
    struct str out = STR_NULL;
    struct str joined = arena_fmt(ctx->arena, "%.*s|%.*s|%.*s|%.*s|%.*s", STR_ARG(a->line1), STR_ARG(a->line2), STR_ARG(a->city),
                                  STR_ARG(a->postal_code), STR_ARG(a->country));
    if (contact_hash(ctx, &m->keys, CONTACT_ADDRESS, joined, h) != OK)
        return STR("address");
    buf_init(&hex, 256);
    buf_add_hex(&hex, (struct str){(const char *)h, 8});
    if (buf_err(&hex) != OK || arena_dup(ctx->arena, buf_str(&hex), &out) != OK)
        out = STR("address");
    buf_clear(&hex);
    return out;
}

static enum err fact_of(struct ctx *ctx, const struct merchant *m, const struct request_given *g, struct fact *fct)
{
    struct fact_item *items = arena_array(ctx->arena, g->items_n + 1, sizeof(*items));
    if (items == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "request: no memory");
    if (g->items_n > ACTION_ITEMS_MAX)
        return ctx_fail(ctx, ERR_PARSE, "items: at most %d", ACTION_ITEMS_MAX);
    for (size_t i = 0; i < g->items_n; i++) {
        if (g->items[i].quantity <= 0 || g->items[i].quantity > 1000000)
            return ctx_fail(ctx, ERR_PARSE, "items: quantity: expected 1 to 1000000");
        items[i] = (struct fact_item){.sku = g->items[i].sku, .quantity = g->items[i].quantity};
    }
    if (g->amount_minor < 0)
        return ctx_fail(ctx, ERR_PARSE, "amount_minor: expected 0 or more");
    *fct = (struct fact){.kind = FACT_REQUEST, .role = str_empty(g->by) ? ROLE_CUSTOMER : ROLE_SYSTEM};
    fct->u.request = (struct request_fact){
        .order_no = g->order_no, .request_id = str_empty(g->id) ? str_of(ctx->request_id) : g->id,
        .request = str_of(policy_request_word((unsigned)g->request)), .channel = str_of(policy_enum_word(FIELD_CHANNEL, (unsigned)g->channel)),
        .proof = str_of(policy_proof_word((unsigned)g->proof)), .confidence = (uint32_t)g->confidence, .sensitive = g->sensitive,
        .repeat = g->repeat, .tracking_number = g->tracking_number, .items = items, .items_n = g->items_n, .amount_minor = g->amount_minor,
        .detail = g->address != NULL ? address_detail(ctx, m, g->address) : g->detail, .note = g->note, .by = g->by,
        .at_us = clock_now_us(ctx->clock)};
    if (g->address != NULL)
        fct->u.request.ship_to = *g->address;
    return OK;
}

/* ---- trying */

enum err request_try(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, const struct request_given *given,
                     struct request_answer *out)
{
    struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    struct act_view view;
    struct act_request req;
    struct fact fct;
    if (m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    enum err e = fact_of(ctx, m, given, &fct);
    if (e == OK)
        e = act_request_of(ctx, &fct.u.request, &req);
    if (e == OK)
        e = act_view_read(ctx, rd, m, given->order_no, &view);
    return e == OK ? act_view_answer(ctx, &view, &req, out) : e;
}

/* ---- making */

enum err request_answer_at(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t pos, struct request_answer *out)
{
    const struct json *v = NULL;
    enum err e = act_decision_at(ctx, rd, merchant_id, pos, "answer", &v);
    return e == OK ? request_answer_read(ctx, v, out) : e;
}

enum err request_make(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, const struct request_given *given,
                      struct request_answer *out, int64_t *pos)
{
    struct merchant *m = engine_merchant_by_id(eng, merchant_id);
    struct act_request req;
    struct fact fct;
    *pos = 0;
    if (m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    enum err e = fact_of(ctx, m, given, &fct);
    if (e == OK)
        e = act_request_of(ctx, &fct.u.request, &req); /* so that what the fold could not read is refused at once */
    if (e == OK)
        e = act_order_known(ctx, rd, merchant_id, given->order_no);
    if (e == OK)
        e = act_policy_known(ctx, rd, merchant_id);
    if (e != OK)
        return e;
    e = fact_append_wait(ctx, eng, &(struct fact_to){.merchant_id = merchant_id, .max = (size_t)1 << 18}, &fct, pos);
    if (e == OK)
        e = engine_wait_folded(ctx, eng, merchant_id, *pos, REQUEST_WAIT_MS);
    return e == OK ? request_answer_at(ctx, rd, merchant_id, *pos, out) : e;
}
