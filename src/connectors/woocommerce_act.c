/*
 * WooCommerce, acting: REST v3 (woocommerce-rest-api-docs: Update an order, Create a refund, Create an order; read 2026-11). It knows no
 * idempotency keys, so what is done carries ours (a refund in its reason, an order in its meta data) and step 0 always reads the order:
 * done already, by whom, and is enough left. What follows stands in carry, the next thing first: "refund 14.50", "cancel 14.50",
 * "hold", "address", "release", "look LINES", "send LINES", "notes" (a look), "note". Traps: a refund by gateways that cannot give money back is answered 500,
 * after a record was made and removed again; they are refused before. An order that is put on hold, or cancelled, may make the shop send its own mail.
 */
#include "connectors/woocommerce_int.h"

#include "base/num.h"
#include "connectors/lib/scan_helpers.h"

#define KEY_META "_wismo_key"
#define HOLD_META "_wismo_hold"

/* ---- writing */

static struct str mark_of(struct ctx *ctx, const struct action_call *call)
{
    return arena_fmt(ctx->arena, "Wismo %.*s", STR_ARG(call->key));
}

static void write_meta(struct jw *w, const char *name, struct str value)
{
    jw_key(w, "meta_data");
    jw_arr(w);
    jw_obj(w);
    jw_kstr(w, "key", str_of(name));
    jw_kstr(w, "value", value);
    jw_end(w);
    jw_arr_end(w);
}

static void write_refund(struct ctx *ctx, struct jw *w, const struct action_call *call, struct str amount)
{
    jw_kstr(w, "amount", amount);
    jw_kstr(w, "reason", mark_of(ctx, call));
    jw_kbool(w, "api_refund", true);
    jw_kbool(w, "api_restock", call->cap == CAP_CANCEL);
    jw_key(w, "line_items");
    jw_arr(w);
    for (size_t i = 0; i < call->lines_n; i++) {
        jw_obj(w);
        jw_key(w, "id");
        jw_raw(w, call->lines[i].item_id);
        jw_ki64(w, "quantity", call->lines[i].quantity);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void write_status(struct jw *w, const char *status, const char *meta, struct str value)
{
    jw_kstr(w, "status", str_of(status));
    write_meta(w, meta, value);
}

static void write_address(struct jw *w, const char *name, const struct address *a, struct str email)
{
    size_t cut = a->name.n;
    while (cut > 0 && a->name.p[cut - 1] != ' ')
        cut--;
    jw_key(w, name);
    jw_obj(w);
    jw_kstr(w, "first_name", cut > 0 ? str_sub(a->name, 0, cut - 1) : STR(""));
    jw_kstr(w, "last_name", str_sub(a->name, cut, a->name.n));
    jw_kstr(w, "address_1", a->line1);
    jw_kstr(w, "address_2", a->line2);
    jw_kstr(w, "city", a->city);
    jw_kstr(w, "state", a->region);
    jw_kstr(w, "postcode", a->postal_code);
    jw_kstr(w, "country", a->country);
    jw_kstr_opt(w, "phone", a->phone);
    jw_kstr_opt(w, "email", email);
    jw_end(w);
}

/* Lines are "PRODUCT VARIATION QUANTITY", parted by commas. */
static void write_goods(struct jw *w, struct str lines)
{
    struct str line, product, variation;
    jw_key(w, "line_items");
    jw_arr(w);
    while (!str_empty(lines) && str_split(&lines, ',', &line)) {
        (void)str_split(&line, ' ', &product);
        (void)str_split(&line, ' ', &variation);
        jw_obj(w);
        jw_key(w, "product_id");
        jw_raw(w, product);
        jw_key(w, "variation_id");
        jw_raw(w, variation);
        jw_key(w, "quantity");
        jw_raw(w, line);
        jw_kstr(w, "subtotal", STR("0.00"));
        jw_kstr(w, "total", STR("0.00"));
        jw_end(w);
    }
    jw_arr_end(w);
}

static void write_body(struct ctx *ctx, struct jw *w, const struct action_call *call, struct str what, struct str rest)
{
    jw_obj(w);
    if (str_eq(what, STR("refund"))) {
        write_refund(ctx, w, call, rest);
    } else if (str_eq(what, STR("cancel"))) {
        write_status(w, "cancelled", KEY_META, call->key);
    } else if (str_eq(what, STR("hold"))) {
        write_status(w, "on-hold", HOLD_META, call->key);
    } else if (str_eq(what, STR("note"))) {
        jw_kstr(w, "note", arena_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(mark_of(ctx, call)), STR_ARG(call->note)));
        jw_kbool(w, "customer_note", false);
    } else if (str_eq(what, STR("send"))) {
        jw_kstr(w, "status", STR("processing"));
        jw_kbool(w, "set_paid", true);
        jw_key(w, "parent_id");
        jw_raw(w, call->order_id);
        write_address(w, "billing", &call->ship_to, call->email);
        write_address(w, "shipping", &call->ship_to, STR_NULL);
        write_goods(w, rest);
        write_meta(w, KEY_META, call->key);
    } else {
        write_address(w, "shipping", &call->new_address, STR_NULL);
        if (str_eq(what, STR("release")))
            write_status(w, "processing", HOLD_META, STR(""));
    }
    jw_end(w);
}

static bool is_number(struct str s)
{
    int64_t n;
    return num_parse_i64(s, 1, INT64_MAX, &n) == OK;
}

static enum err check(struct ctx *ctx, const struct account *acct, const struct action_call *call)
{
    if (str_empty(acct->base_url))
        return ctx_fail(ctx, ERR_DENIED, "WooCommerce: base_url is needed, such as https://shop.example.com");
    if (!is_number(call->order_id))
        return ctx_fail(ctx, ERR_DENIED, "WooCommerce does not know this order");
    for (size_t i = 0; i < call->lines_n; i++)
        if (!is_number(call->lines[i].item_id))
            return ctx_fail(ctx, ERR_DENIED, "WooCommerce's line of an item is not known");
    return OK;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                        struct out_req *out, bool *effect)
{
    struct str rest = carry, what = STR_NULL;
    struct buf b;
    enum err e = check(ctx, acct, call);
    if (e != OK)
        return e;
    (void)str_split(&rest, ' ', &what);
    bool looks = str_eq(what, STR("look")), refunds = str_eq(what, STR("refund")), sends = str_eq(what, STR("send"));
    bool lists = str_eq(what, STR("notes")), notes = str_eq(what, STR("note"));
    *effect = step > 0 && !looks && !lists;
    out->method = !*effect ? STR("GET") : refunds || sends || notes ? STR("POST") : STR("PUT");
    if (looks)
        out->url = url_join(ctx, acct, "", "/wp-json/wc/v3/orders?per_page=100&parent=", call->order_id);
    else if (sends)
        out->url = url_join(ctx, acct, "", "/wp-json/wc/v3/orders", STR_NULL);
    else
        out->url = woo_order_url(ctx, acct, call->order_id, step > 0 && refunds ? "/refunds" : lists || notes ? "/notes" : "");
    if (!*effect)
        return OK;
    buf_init(&b, (size_t)1 << 18);
    struct jw w = jw_of(&b);
    write_body(ctx, &w, call, what, rest);
    e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

/* ---- reading */

static enum err refuse(struct action_answer *out, struct str why)
{
    out->step = STEP_REFUSED;
    out->detail = str_sub(why, 0, 200);
    return OK;
}

static enum err done(struct action_answer *out, struct str id, struct str detail)
{
    *out = (struct action_answer){.step = STEP_DONE, .id = id, .detail = detail};
    return OK;
}

static enum err go_on(struct action_answer *out, struct str carry)
{
    out->step = carry.p == NULL ? STEP_UNKNOWN : STEP_NEXT;
    out->carry = carry;
    return OK;
}

static struct str meta_of(const struct json *order, const char *name)
{
    JSON_EACH(m, json_get(order, "meta_data")) {
        if (str_eq(json_str(m, "key"), str_of(name)))
            return json_text(m, "value");
    }
    return STR_NULL;
}

static bool is_status(const struct json *order, const char *const *names)
{
    for (; *names != NULL; names++)
        if (str_eq(json_str(order, "status"), str_of(*names)))
            return true;
    return false;
}

static bool waits(const struct account *acct, const struct json *order)
{
    static const char *const OPEN[] = {"pending", "processing", "on-hold", NULL};
    return is_status(order, OPEN) && !woo_has_tracking(acct, order);
}

/* Money goes back through a gateway, and these have none. */
static bool can_refund(const struct json *order)
{
    static const char *const BY_HAND[] = {"cod", "bacs", "cheque", ""};
    for (size_t i = 0; i < sizeof(BY_HAND) / sizeof(BY_HAND[0]); i++)
        if (str_eq(json_str(order, "payment_method"), str_of(BY_HAND[i])))
            return false;
    return true;
}

static struct str amount_text(struct ctx *ctx, int64_t minor, struct str currency)
{
    int64_t unit = 1;
    int digits = num_currency_digits(currency);
    for (int i = 0; i < digits; i++)
        unit *= 10;
    return digits == 0 ? arena_fmt(ctx->arena, "%lld", (long long)minor)
                       : arena_fmt(ctx->arena, "%lld.%0*lld", (long long)(minor / unit), digits, (long long)(minor % unit));
}

static struct str our_refund(struct ctx *ctx, const struct json *order, const struct action_call *call)
{
    JSON_EACH(r, json_get(order, "refunds")) {
        if (str_contains(json_str(r, "reason"), mark_of(ctx, call)))
            return json_text(r, "id");
    }
    return STR_NULL;
}

/* What was paid and did not go back yet; 0 where nothing was paid. */
static enum err left_of(struct ctx *ctx, const struct json *order, struct str currency, int64_t *left)
{
    int64_t total = 0, back = 0;
    enum err e = body_money(ctx, order, "total", currency, &total);
    if (e == OK)
        e = woo_refunded(ctx, order, currency, &back);
    *left = e != OK || str_empty(json_str(order, "date_paid_gmt")) || back >= total ? 0 : total - back;
    return e;
}

static enum err look_refund(struct ctx *ctx, const struct action_call *call, const struct json *order, int64_t left, struct action_answer *out)
{
    struct str ours = our_refund(ctx, order, call);
    if (!str_empty(ours))
        return done(out, ours, STR("was done already"));
    if (left == 0)
        return refuse(out, STR("nothing is paid, or nothing is left to give back"));
    if (call->amount_minor <= 0 || call->amount_minor > left)
        return refuse(out, arena_fmt(ctx->arena, "%lld minor units are left, decided were %lld", (long long)left, (long long)call->amount_minor));
    if (!can_refund(order))
        return refuse(out, STR("it was paid in a way that gives nothing back by itself"));
    return go_on(out, arena_fmt(ctx->arena, "refund %.*s", STR_ARG(amount_text(ctx, call->amount_minor, call->currency))));
}

/* Our own cancellation is known by its key: then its money is what is left to do. */
static enum err look_cancel(struct ctx *ctx, const struct account *acct, const struct action_call *call, const struct json *order, int64_t left,
                            struct action_answer *out)
{
    static const char *const CANCELLED[] = {"cancelled", "refunded", NULL};
    struct str refund = our_refund(ctx, order, call), amount = amount_text(ctx, left, call->currency);
    bool ours = str_eq(meta_of(order, KEY_META), call->key), cancelled = is_status(order, CANCELLED);
    if (cancelled && left == 0)
        return done(out, str_empty(refund) ? call->order_id : refund, STR("it is cancelled"));
    if (left > call->amount_minor)
        return refuse(out, arena_fmt(ctx->arena, "%lld minor units are paid, decided were %lld", (long long)left, (long long)call->amount_minor));
    if (cancelled && !ours)
        return refuse(out, STR("somebody cancelled it, and its money is not back"));
    if (left > 0 && !can_refund(order))
        return refuse(out, STR("it was paid in a way that gives nothing back by itself"));
    if (cancelled)
        return go_on(out, arena_fmt(ctx->arena, "refund %.*s", STR_ARG(amount)));
    if (!waits(acct, order))
        return refuse(out, STR("it has left, or part of it"));
    return go_on(out, left > 0 ? arena_fmt(ctx->arena, "cancel %.*s", STR_ARG(amount)) : STR("cancel"));
}

static enum err look_address(const struct account *acct, const struct action_call *call, const struct json *order, struct action_answer *out)
{
    const struct json *at = json_get(order, "shipping");
    const struct address *a = &call->new_address;
    bool there = str_eq(json_str(at, "address_1"), a->line1) && str_eq(json_text(at, "postcode"), a->postal_code) && str_eq(json_str(at, "city"), a->city);
    bool held = str_eq(json_str(order, "status"), STR("on-hold")) && !str_empty(meta_of(order, HOLD_META));
    if (there && !held)
        return done(out, call->order_id, STR("the address is that one"));
    if (!waits(acct, order))
        return refuse(out, STR("it has left, or part of it"));
    return go_on(out, held ? STR("release") : STR("address"));
}

static enum err look_hold(const struct account *acct, const struct action_call *call, const struct json *order, struct action_answer *out)
{
    if (!waits(acct, order))
        return refuse(out, STR("nothing of it waits to be picked"));
    if (str_eq(json_str(order, "status"), STR("on-hold")))
        return done(out, call->order_id, STR("it is on hold"));
    return go_on(out, STR("hold"));
}

/* Which products the lines were. */
static enum err look_goods(struct ctx *ctx, const struct action_call *call, const struct json *order, struct action_answer *out)
{
    struct str list = STR("");
    for (size_t i = 0; i < call->lines_n; i++) {
        const struct json *found = NULL;
        JSON_EACH(l, json_get(order, "line_items")) {
            if (str_eq(json_text(l, "id"), call->lines[i].item_id))
                found = l;
        }
        struct str product = json_text(found, "product_id"), variation = json_text(found, "variation_id");
        if (!is_number(product))
            return refuse(out, STR("a product of it is not there any more"));
        list = arena_fmt(ctx->arena, "%.*s%s%.*s %.*s %lld", STR_ARG(list), list.n > 0 ? "," : "", STR_ARG(product),
                         STR_ARG(is_number(variation) ? variation : STR("0")), (long long)call->lines[i].quantity);
    }
    return list.n == 0 ? refuse(out, STR("nothing is named that would be sent again")) : go_on(out, arena_fmt(ctx->arena, "look %.*s", STR_ARG(list)));
}

static enum err look(struct ctx *ctx, const struct account *acct, const struct action_call *call, const struct json *order, struct action_answer *out)
{
    int64_t left = 0;
    if (!str_eq(json_text(order, "id"), call->order_id))
        return ctx_fail(ctx, ERR_PARSE, "id: expected the order that was asked for");
    if (call->cap == CAP_CHANGE_ADDRESS)
        return look_address(acct, call, order, out);
    if (call->cap == CAP_NOTE_ORDER)
        return go_on(out, STR("notes"));
    if (call->cap == CAP_HOLD_FULFILLMENT)
        return look_hold(acct, call, order, out);
    if (call->cap == CAP_RESHIP)
        return look_goods(ctx, call, order, out);
    if (!str_eq(json_str(order, "currency"), call->currency) || !num_is_currency(call->currency))
        return refuse(out, STR("the order is in another currency"));
    enum err e = left_of(ctx, order, call->currency, &left);
    if (e != OK)
        return e;
    return call->cap == CAP_REFUND ? look_refund(ctx, call, order, left, out) : look_cancel(ctx, acct, call, order, left, out);
}

/* ---- answers to what has an effect */

static enum err sent_before(struct ctx *ctx, const struct action_call *call, const struct json *list, struct str rest, struct action_answer *out)
{
    JSON_EACH(o, list) {
        if (str_eq(meta_of(o, KEY_META), call->key))
            return done(out, json_text(o, "id"), STR("was done already"));
    }
    if (!json_is(list, JSON_ARRAY))
        return ctx_fail(ctx, ERR_PARSE, "expected a list of orders");
    return go_on(out, arena_fmt(ctx->arena, "send %.*s", STR_ARG(rest)));
}

static enum err noted_before(struct ctx *ctx, const struct action_call *call, const struct json *list, struct action_answer *out)
{
    if (!json_is(list, JSON_ARRAY))
        return ctx_fail(ctx, ERR_PARSE, "expected a list of notes");
    JSON_EACH(n, list) {
        if (str_contains(json_str(n, "note"), mark_of(ctx, call)))
            return done(out, json_text(n, "id"), STR("was done already"));
    }
    return go_on(out, STR("note"));
}

static enum err changed(struct ctx *ctx, const struct json *v, struct str what, struct str rest, struct action_answer *out)
{
    struct str id = json_text(v, "id");
    const struct json *paid = json_get(v, "refunded_payment");
    if (str_empty(id))
        return ctx_fail(ctx, ERR_PARSE, "id: missing in the answer");
    if (str_eq(what, STR("refund")) && json_is(paid, JSON_BOOL) && !paid->truth)
        return refuse(out, STR("a refund was recorded, but the gateway gave nothing back"));
    if (str_eq(what, STR("cancel")) && !str_empty(rest))
        return go_on(out, arena_fmt(ctx->arena, "refund %.*s", STR_ARG(rest)));
    return done(out, id, STR("done"));
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                       const struct http_msg *msg, struct action_answer *out)
{
    const struct json *v = NULL;
    struct str rest = carry, what = STR_NULL;
    *out = (struct action_answer){.step = STEP_UNKNOWN};
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (msg->status >= 300)
        return refuse(out, arena_fmt(ctx->arena, "WooCommerce answers %d %.*s", msg->status, STR_ARG(e == OK ? json_str(v, "code") : STR(""))));
    if (e == OK)
        e = woo_error(ctx, v);
    if (e != OK)
        return e;
    if (step == 0)
        return look(ctx, acct, call, v, out);
    (void)str_split(&rest, ' ', &what);
    if (str_eq(what, STR("notes")))
        return noted_before(ctx, call, v, out);
    return str_eq(what, STR("look")) ? sent_before(ctx, call, v, rest, out) : changed(ctx, v, what, rest, out);
}

const struct act_ops woocommerce_act = {
    .kinds = 1u << CAP_REFUND | 1u << CAP_CANCEL | 1u << CAP_CHANGE_ADDRESS | 1u << CAP_HOLD_FULFILLMENT | 1u << CAP_RESHIP |
             1u << CAP_NOTE_ORDER,
    .request = request,
    .decode = decode,
};
