/*
 * Shopify, acting: Admin GraphQL (introspection of 2026-10; every document and its variables are checked against it by a test).
 * Step 0 always looks: whether it was done already, by this action's key or by somebody else, and what Shopify would do. Money
 * goes back by the transactions that Shopify suggests, never more than was decided. `@idempotent` makes the refund itself safe to
 * repeat; a cancellation runs in the background and is looked up, not sent again.
 */
#include "base/num.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/shopify_int.h"

/* ---- documents */

#define LOOK_REFUND                                                                                                                 \
    "query($id:ID!,$lines:[RefundLineItemInput!],$full:Boolean){order(id:$id){currencyCode refunds(first:50){id note} "             \
    "suggestedRefund(refundLineItems:$lines,suggestFullRefund:$full){amountSet{shopMoney{amount}} "                                 \
    "suggestedTransactions{gateway amountSet{shopMoney{amount}} parentTransaction{id}}}}}"
#define REFUND                                                                                                                      \
    "mutation($input:RefundInput!,$key:String!){refundCreate(input:$input) @idempotent(key:$key){refund{id} userErrors{message}}}"
#define LOOK_ORDER                                                                                                                  \
    "query($id:ID!){order(id:$id){cancelledAt displayFulfillmentStatus shippingAddress{address1 address2 city zip countryCodeV2} "  \
    "fulfillmentOrders(first:5){nodes{id status fulfillmentHolds{id handle}}}}}"
#define CANCEL                                                                                                                      \
    "mutation($id:ID!,$note:String){orderCancel(orderId:$id,reason:CUSTOMER,restock:true,notifyCustomer:false,"                     \
    "refundMethod:{originalPaymentMethodsRefund:true},staffNote:$note){job{id} orderCancelUserErrors{message}}}"
#define ADDRESS "mutation($input:OrderInput!){orderUpdate(input:$input){order{id} userErrors{message}}}"
#define HOLD                                                                                                                        \
    "mutation($id:ID!,$hold:FulfillmentOrderHoldInput!){fulfillmentOrderHold(id:$id,fulfillmentHold:$hold){fulfillmentHold{id} "    \
    "userErrors{message}}}"
#define RELEASE                                                                                                                     \
    "mutation($id:ID!,$holds:[ID!]){fulfillmentOrderReleaseHold(id:$id,holdIds:$holds){fulfillmentOrder{id} userErrors{message}}}"
#define LOOK_GOODS                                                                                                                  \
    "query($id:ID!,$made:String!){order(id:$id){lineItems(first:100){nodes{id variant{id}}}} orders(first:1,query:$made){nodes{id tags}}}"
#define SEND_AGAIN                                                                                                                  \
    "mutation($order:OrderCreateOrderInput!,$options:OrderCreateOptionsInput){orderCreate(order:$order,options:$options){order{id} " \
    "userErrors{message}}}"

#define LOOK_BACK                                                                                                                   \
    "query($id:ID!){order(id:$id){returns(first:5,reverse:true){nodes{id returnLineItems(first:10){nodes{returnReasonNote}}}} "     \
    "fulfillments(first:5){fulfillmentLineItems(first:20){nodes{id quantity lineItem{id}}}}}}"
#define SEND_BACK "mutation($input:ReturnInput!){returnCreate(returnInput:$input){return{id} userErrors{message}}}"

#define LOOK_NOTE "query($id:ID!){order(id:$id){note}}"
#define NOTE                                                                                                                        \
    "mutation($id:ID!,$tags:[String!]!,$input:OrderInput!){tagsAdd(id:$id,tags:$tags){userErrors{message}} "                        \
    "orderUpdate(input:$input){order{id} userErrors{message}}}"

#define HOLD_HANDLE "wismo"
#define NOTE_MAX 4000 /* of a note with ours; more is left to people */
#define WHY "- " /* before the reason of a refusal, behind the holds that go first */

/* ---- writing */

static void key_gid(struct ctx *ctx, struct jw *w, const char *key, const char *type, struct str id)
{
    jw_kstr(w, key, arena_fmt(ctx->arena, "gid://shopify/%s/%.*s", type, STR_ARG(id)));
}

static void key_lines(struct ctx *ctx, struct jw *w, const char *key, const struct action_call *call)
{
    jw_key(w, key);
    jw_arr(w);
    for (size_t i = 0; i < call->lines_n; i++) {
        jw_obj(w);
        key_gid(ctx, w, "lineItemId", "LineItem", call->lines[i].item_id);
        jw_ki64(w, "quantity", call->lines[i].quantity);
        jw_kstr(w, "restockType", STR("NO_RESTOCK"));
        jw_end(w);
    }
    jw_arr_end(w);
}

static struct str note_of(struct ctx *ctx, const struct action_call *call)
{
    return arena_fmt(ctx->arena, "Wismo %.*s", STR_ARG(call->key));
}

/* carry: "gateway amount parent" of each transaction, a line each. */
static void write_refund(struct ctx *ctx, struct jw *w, const struct action_call *call, struct str carry)
{
    struct str line, amount, parent;
    jw_key(w, "input");
    jw_obj(w);
    key_gid(ctx, w, "orderId", "Order", call->order_id);
    jw_kstr(w, "note", note_of(ctx, call));
    key_lines(ctx, w, "refundLineItems", call);
    if (call->whole) {
        jw_key(w, "shipping");
        jw_obj(w);
        jw_kbool(w, "fullRefund", true);
        jw_end(w);
    }
    jw_key(w, "transactions");
    jw_arr(w);
    while (!str_empty(carry) && str_split(&carry, '\n', &line)) {
        (void)str_split(&line, ' ', &amount);
        (void)str_split(&line, ' ', &parent);
        jw_obj(w);
        key_gid(ctx, w, "orderId", "Order", call->order_id);
        jw_kstr(w, "gateway", line);
        jw_kstr(w, "kind", STR("REFUND"));
        jw_kstr(w, "amount", amount);
        jw_kstr(w, "parentId", parent);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_end(w);
    jw_kstr(w, "key", call->key);
}

static void key_address(struct jw *w, const struct address *a)
{
    size_t cut = a->name.n;
    while (cut > 0 && a->name.p[cut - 1] != ' ')
        cut--;
    jw_key(w, "shippingAddress");
    jw_obj(w);
    jw_kstr_opt(w, "firstName", cut > 0 ? str_sub(a->name, 0, cut - 1) : STR_NULL);
    jw_kstr_opt(w, "lastName", str_sub(a->name, cut, a->name.n));
    jw_kstr_opt(w, "address1", a->line1);
    jw_kstr_opt(w, "address2", a->line2);
    jw_kstr_opt(w, "city", a->city);
    jw_kstr_opt(w, "provinceCode", a->region);
    jw_kstr_opt(w, "zip", a->postal_code);
    jw_kstr_opt(w, "countryCode", a->country);
    jw_kstr_opt(w, "phone", a->phone);
    jw_end(w);
}

static void write_address(struct ctx *ctx, struct jw *w, const struct action_call *call)
{
    jw_key(w, "input");
    jw_obj(w);
    key_gid(ctx, w, "id", "Order", call->order_id);
    key_address(w, &call->new_address);
    jw_end(w);
}

static struct str tag_of(struct ctx *ctx, const struct action_call *call)
{
    return arena_fmt(ctx->arena, "wismo-%.*s", STR_ARG(call->key));
}

/* carry: the variants of the lines, a line each. It costs nothing, and takes its stock where the shop lets it. */
static void write_again(struct ctx *ctx, struct jw *w, const struct action_call *call, struct str carry)
{
    struct str variant;
    jw_key(w, "order");
    jw_obj(w);
    jw_kstr(w, "currency", call->currency);
    jw_kstr(w, "financialStatus", STR("PAID"));
    jw_kstr_opt(w, "email", call->email);
    jw_kstr(w, "note", arena_fmt(ctx->arena, "Wismo %.*s: sent again for %.*s", STR_ARG(call->key), STR_ARG(call->order_name)));
    jw_key(w, "tags");
    jw_arr(w);
    jw_str(w, STR("wismo-reship"));
    jw_str(w, tag_of(ctx, call));
    jw_arr_end(w);
    jw_key(w, "lineItems");
    jw_arr(w);
    for (size_t i = 0; i < call->lines_n && str_split(&carry, '\n', &variant); i++) {
        jw_obj(w);
        jw_kstr(w, "variantId", variant);
        jw_ki64(w, "quantity", call->lines[i].quantity);
        jw_key(w, "priceSet");
        jw_obj(w);
        jw_key(w, "shopMoney");
        jw_obj(w);
        jw_kstr(w, "amount", STR("0.00"));
        jw_kstr(w, "currencyCode", call->currency);
        jw_end(w);
        jw_end(w);
        jw_end(w);
    }
    jw_arr_end(w);
    key_address(w, &call->ship_to);
    jw_end(w);
    jw_key(w, "options");
    jw_obj(w);
    jw_kstr(w, "inventoryBehaviour", STR("DECREMENT_OBEYING_POLICY"));
    jw_kbool(w, "sendReceipt", false);
    jw_end(w);
}

/* carry: fulfillment orders that are open, a line each. */
static void write_hold(struct ctx *ctx, struct jw *w, const struct action_call *call, struct str carry)
{
    struct str id;
    (void)str_split(&carry, '\n', &id);
    jw_kstr(w, "id", id);
    jw_key(w, "hold");
    jw_obj(w);
    jw_kstr(w, "reason", STR("INCORRECT_ADDRESS"));
    jw_kstr(w, "reasonNotes", note_of(ctx, call));
    jw_kstr(w, "handle", STR(HOLD_HANDLE));
    jw_kbool(w, "notifyMerchant", true);
    jw_end(w);
}

/* carry: "fulfillment-order hold", a line each. */
static void write_release(struct jw *w, struct str carry)
{
    struct str line, id;
    (void)str_split(&carry, '\n', &line);
    (void)str_split(&line, ' ', &id);
    jw_kstr(w, "id", id);
    jw_key(w, "holds");
    jw_arr(w);
    jw_str(w, line);
    jw_arr_end(w);
}

/* carry: the fulfillment's line of each of ours. The note of each carries our key. */
static void write_back(struct ctx *ctx, struct jw *w, const struct action_call *call, struct str carry)
{
    struct str line;
    jw_key(w, "input");
    jw_obj(w);
    key_gid(ctx, w, "orderId", "Order", call->order_id);
    jw_key(w, "returnLineItems");
    jw_arr(w);
    for (size_t i = 0; i < call->lines_n && str_split(&carry, '\n', &line); i++) {
        jw_obj(w);
        jw_kstr(w, "fulfillmentLineItemId", line);
        jw_ki64(w, "quantity", call->lines[i].quantity);
        jw_kstr(w, "returnReasonNote", note_of(ctx, call));
        jw_end(w);
    }
    jw_arr_end(w);
    jw_end(w);
}

/* carry: the note that stands there. A tag is added, never taken away. */
static void write_note(struct ctx *ctx, struct jw *w, const struct action_call *call, struct str carry)
{
    key_gid(ctx, w, "id", "Order", call->order_id);
    jw_key(w, "tags");
    jw_arr(w);
    jw_str(w, arena_fmt(ctx->arena, "wismo-%.*s", STR_ARG(str_sub(call->detail, 0, 30))));
    jw_arr_end(w);
    jw_key(w, "input");
    jw_obj(w);
    key_gid(ctx, w, "id", "Order", call->order_id);
    jw_kstr(w, "note", arena_fmt(ctx->arena, "%.*s%s%.*s: %.*s", STR_ARG(carry), str_empty(carry) ? "" : "\n", STR_ARG(note_of(ctx, call)), STR_ARG(call->note)));
    jw_end(w);
}

static const char *document_of(const struct action_call *call, int step, bool *effect)
{
    *effect = step > 0;
    switch (call->cap) {
    case CAP_REFUND:
        return step == 0 ? LOOK_REFUND : REFUND;
    case CAP_CANCEL:
        *effect = step == 1;
        return step == 1 ? CANCEL : LOOK_ORDER;
    case CAP_CHANGE_ADDRESS:
        return step == 0 ? LOOK_ORDER : step == 1 ? ADDRESS : RELEASE;
    case CAP_RESHIP:
        return step == 0 ? LOOK_GOODS : SEND_AGAIN;
    case CAP_START_RETURN:
        return step == 0 ? LOOK_BACK : SEND_BACK;
    case CAP_NOTE_ORDER:
        return step == 0 ? LOOK_NOTE : NOTE;
    default:
        return step == 0 ? LOOK_ORDER : HOLD;
    }
}

static void write_variables(struct ctx *ctx, struct jw *w, const struct action_call *call, int step, struct str carry, const char *document)
{
    if (step == 0 || call->cap == CAP_CANCEL)
        key_gid(ctx, w, "id", "Order", call->order_id);
    if (strcmp(document, LOOK_REFUND) == 0) {
        if (!call->whole)
            key_lines(ctx, w, "lines", call);
        jw_kbool(w, "full", call->whole);
    } else if (strcmp(document, REFUND) == 0)
        write_refund(ctx, w, call, carry);
    else if (strcmp(document, CANCEL) == 0)
        jw_kstr(w, "note", note_of(ctx, call));
    else if (strcmp(document, ADDRESS) == 0)
        write_address(ctx, w, call);
    else if (strcmp(document, HOLD) == 0)
        write_hold(ctx, w, call, carry);
    else if (strcmp(document, RELEASE) == 0)
        write_release(w, carry);
    else if (strcmp(document, LOOK_GOODS) == 0)
        jw_kstr(w, "made", arena_fmt(ctx->arena, "tag:%.*s", STR_ARG(tag_of(ctx, call))));
    else if (strcmp(document, SEND_AGAIN) == 0)
        write_again(ctx, w, call, carry);
    else if (strcmp(document, NOTE) == 0)
        write_note(ctx, w, call, carry);
    else if (strcmp(document, SEND_BACK) == 0)
        write_back(ctx, w, call, carry);
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                        struct out_req *out, bool *effect)
{
    const char *document = document_of(call, step, effect);
    struct buf b;
    if (str_empty(call->order_id))
        return ctx_fail(ctx, ERR_DENIED, "Shopify does not know this order");
    for (size_t i = 0; i < call->lines_n; i++)
        if (str_empty(call->lines[i].item_id))
            return ctx_fail(ctx, ERR_DENIED, "Shopify's line of an item is not known");
    buf_init(&b, (size_t)1 << 18);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "query", str_of(document));
    jw_key(&w, "variables");
    jw_obj(&w);
    write_variables(ctx, &w, call, step, carry, document);
    jw_end(&w);
    jw_end(&w);
    out->method = STR("POST");
    out->url = url_join(ctx, acct, "", "/admin/api/" SHOPIFY_API_VERSION "/graphql.json", STR_NULL);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

/* ---- reading */

static void refuse(struct action_answer *out, struct str why)
{
    out->step = STEP_REFUSED;
    out->detail = str_sub(why, 0, 200);
}

static void done(struct action_answer *out, struct str id, struct str detail)
{
    out->step = STEP_DONE;
    out->id = shopify_gid_tail(id);
    out->detail = detail;
}

/* Sums what Shopify suggests, and keeps it for the refund. */
static enum err suggested(struct ctx *ctx, const struct json *order, struct str currency, int64_t *sum, struct str *carry)
{
    *sum = 0;
    *carry = STR("");
    JSON_EACH(t, json_path(order, "suggestedRefund.suggestedTransactions")) {
        int64_t amount = 0;
        struct str text = json_str(json_path(t, "amountSet.shopMoney"), "amount"), parent = json_str(json_get(t, "parentTransaction"), "id");
        enum err e = body_money(ctx, json_path(t, "amountSet.shopMoney"), "amount", currency, &amount);
        if (e != OK)
            return e;
        if (amount <= 0)
            continue;
        if (str_empty(parent) || !num_add(*sum, amount, sum))
            return ctx_fail(ctx, ERR_PARSE, "suggestedTransactions: a transaction without its parent");
        *carry = arena_fmt(ctx->arena, "%.*s%s%.*s %.*s %.*s", STR_ARG(*carry), carry->n > 0 ? "\n" : "", STR_ARG(text), STR_ARG(parent),
                           STR_ARG(json_str(t, "gateway")));
    }
    return carry->p == NULL ? ctx_fail(ctx, ERR_MEMORY, "refund: no memory") : OK;
}

static enum err decode_refund_look(struct ctx *ctx, const struct action_call *call, const struct json *order, struct action_answer *out)
{
    struct str note = note_of(ctx, call), currency = json_str(order, "currencyCode");
    int64_t sum = 0;
    JSON_EACH(r, json_get(order, "refunds")) {
        if (str_contains(json_str(r, "note"), note)) {
            done(out, json_str(r, "id"), STR("was done already"));
            return OK;
        }
    }
    if (!str_eq(currency, call->currency)) {
        refuse(out, STR("the order is in another currency"));
        return OK;
    }
    enum err e = suggested(ctx, order, currency, &sum, &out->carry);
    if (e != OK)
        return e;
    out->step = STEP_NEXT;
    if (sum == 0)
        refuse(out, STR("Shopify has nothing left to give back"));
    else if (sum > call->amount_minor)
        refuse(out, arena_fmt(ctx->arena, "Shopify would give back %lld minor units, decided were %lld", (long long)sum, (long long)call->amount_minor));
    return OK;
}

static bool has_left(const struct json *order)
{
    struct str s = json_str(order, "displayFulfillmentStatus");
    return !str_eq(s, STR("UNFULFILLED")) && !str_eq(s, STR("ON_HOLD")) && !str_eq(s, STR("SCHEDULED"));
}

static enum err decode_cancel_look(const struct action_call *call, int step, const struct json *order, struct action_answer *out)
{
    if (!str_empty(json_str(order, "cancelledAt")))
        done(out, call->order_id, STR("it is cancelled"));
    else if (step > 0 || call->again) /* it runs in the background: never sent twice */
        *out = (struct action_answer){.step = STEP_UNKNOWN, .detail = STR("the cancellation is under way")};
    else if (has_left(order))
        refuse(out, STR("it is picked, or part of it"));
    else
        out->step = STEP_NEXT;
    return OK;
}

/* Our own holds, to be released: "fulfillment-order hold", a line each. */
static struct str our_holds(struct ctx *ctx, const struct json *order)
{
    struct str list = STR("");
    JSON_EACH(fo, json_path(order, "fulfillmentOrders.nodes")) {
        JSON_EACH(h, json_get(fo, "fulfillmentHolds")) {
            if (str_eq(json_str(h, "handle"), STR(HOLD_HANDLE)))
                list = arena_fmt(ctx->arena, "%.*s%s%.*s %.*s", STR_ARG(list), list.n > 0 ? "\n" : "", STR_ARG(json_str(fo, "id")), STR_ARG(json_str(h, "id")));
        }
    }
    return list;
}

static bool is_there(const struct json *order, const struct address *a)
{
    const struct json *at = json_get(order, "shippingAddress");
    return str_eq(json_str(at, "address1"), a->line1) && str_eq(json_text(at, "zip"), a->postal_code) && str_eq(json_str(at, "city"), a->city);
}

static enum err decode_address_look(struct ctx *ctx, const struct action_call *call, const struct json *order, struct action_answer *out)
{
    out->carry = our_holds(ctx, order);
    out->step = STEP_NEXT;
    if (is_there(order, &call->new_address) && str_empty(out->carry))
        done(out, call->order_id, STR("the address is that one"));
    else if (has_left(order))
        refuse(out, STR("it is picked, or part of it"));
    return OK;
}

static enum err decode_hold_look(struct ctx *ctx, const struct json *order, struct action_answer *out)
{
    struct str list = STR("");
    bool ours = !str_empty(our_holds(ctx, order));
    JSON_EACH(fo, json_path(order, "fulfillmentOrders.nodes")) {
        bool open = str_eq(json_str(fo, "status"), STR("OPEN")) || str_eq(json_str(fo, "status"), STR("SCHEDULED"));
        if (open)
            list = arena_fmt(ctx->arena, "%.*s%s%.*s", STR_ARG(list), list.n > 0 ? "\n" : "", STR_ARG(json_str(fo, "id")));
    }
    out->carry = list;
    out->step = STEP_NEXT;
    if (list.n == 0 && ours)
        done(out, STR("hold"), STR("it is on hold"));
    else if (list.n == 0)
        refuse(out, STR("nothing of it waits to be picked"));
    return OK;
}

/* A return of ours, known by the note of its lines. */
static struct str our_return(struct ctx *ctx, const struct action_call *call, const struct json *order)
{
    struct str note = note_of(ctx, call);
    JSON_EACH(r, json_path(order, "returns.nodes")) {
        JSON_EACH(l, json_path(r, "returnLineItems.nodes")) {
            if (str_contains(json_str(l, "returnReasonNote"), note))
                return json_str(r, "id");
        }
    }
    return STR_NULL;
}

/* The line of a fulfillment that holds as many of an item; empty: it has not left, or not as many. */
static struct str sent_line(const struct json *order, const struct action_line *line)
{
    JSON_EACH(f, json_get(order, "fulfillments")) {
        JSON_EACH(l, json_path(f, "fulfillmentLineItems.nodes")) {
            int64_t n = 0;
            bool same = str_eq(shopify_gid_tail(json_str(json_get(l, "lineItem"), "id")), line->item_id);
            if (same && json_i64(l, "quantity", 0, 1000000, &n) == OK && n >= line->quantity)
                return json_str(l, "id");
        }
    }
    return STR_NULL;
}

static enum err decode_back(struct ctx *ctx, const struct action_call *call, const struct json *order, struct action_answer *out)
{
    struct str list = STR(""), ours = our_return(ctx, call, order);
    if (!str_empty(ours)) {
        done(out, ours, STR("was done already"));
        return OK;
    }
    out->step = STEP_NEXT;
    if (call->lines_n == 0)
        refuse(out, STR("nothing is named that would come back"));
    for (size_t i = 0; out->step == STEP_NEXT && i < call->lines_n; i++) {
        struct str line = sent_line(order, &call->lines[i]);
        list = arena_fmt(ctx->arena, "%.*s%s%.*s", STR_ARG(list), i > 0 ? "\n" : "", STR_ARG(line));
        if (str_empty(line))
            refuse(out, STR("what would come back was not sent, or not as many in one part"));
    }
    if (list.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "return: no memory");
    out->carry = list;
    return OK;
}

static void decode_note(struct ctx *ctx, const struct action_call *call, const struct json *order, struct action_answer *out)
{
    struct str note = json_str(order, "note");
    out->carry = note.p == NULL ? STR("") : note;
    out->step = STEP_NEXT;
    if (str_contains(note, note_of(ctx, call)))
        done(out, call->order_id, STR("was done already"));
    else if (note.n + call->note.n > NOTE_MAX)
        refuse(out, STR("the order's note has no room"));
}

static enum err decode_look(struct ctx *ctx, const struct action_call *call, int step, const struct json *order, struct action_answer *out)
{
    if (!json_is(order, JSON_OBJECT)) {
        refuse(out, STR("Shopify does not know this order, or not to this app"));
        return OK;
    }
    switch (call->cap) {
    case CAP_REFUND:
        return decode_refund_look(ctx, call, order, out);
    case CAP_CANCEL:
        return decode_cancel_look(call, step, order, out);
    case CAP_CHANGE_ADDRESS:
        return decode_address_look(ctx, call, order, out);
    case CAP_START_RETURN:
        return decode_back(ctx, call, order, out);
    case CAP_NOTE_ORDER:
        decode_note(ctx, call, order, out);
        return OK;
    default:
        return decode_hold_look(ctx, order, out);
    }
}

static bool has_tag(const struct json *order, struct str tag)
{
    JSON_EACH(t, json_get(order, "tags")) {
        if (str_eq(json_value_text(t), tag))
            return true;
    }
    return false;
}

/* Which variants the lines were; and an order that carries our key is the one that was sent. */
static enum err decode_goods(struct ctx *ctx, const struct action_call *call, const struct json *data, struct action_answer *out)
{
    const struct json *made = json_path(data, "orders.nodes.0"), *order = json_get(data, "order");
    struct str list = STR("");
    if (has_tag(made, tag_of(ctx, call))) {
        done(out, json_str(made, "id"), STR("was done already"));
        return OK;
    }
    out->step = STEP_NEXT;
    if (!json_is(order, JSON_OBJECT) || call->lines_n == 0)
        refuse(out, STR("Shopify does not know this order, or nothing is named that would be sent again"));
    for (size_t i = 0; out->step == STEP_NEXT && i < call->lines_n; i++) {
        struct str variant = STR_NULL;
        JSON_EACH(l, json_path(order, "lineItems.nodes")) {
            if (str_eq(shopify_gid_tail(json_str(l, "id")), call->lines[i].item_id))
                variant = json_str(json_get(l, "variant"), "id");
        }
        list = arena_fmt(ctx->arena, "%.*s%s%.*s", STR_ARG(list), i > 0 ? "\n" : "", STR_ARG(variant));
        if (str_empty(variant))
            refuse(out, STR("a product of it is not there any more"));
    }
    if (list.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "reship: no memory");
    out->carry = list;
    return OK;
}

/* What a mutation answers; its errors say that nothing was done. */
static enum err decode_mutation(struct ctx *ctx, const struct action_call *call, const struct json *data, struct str carry, struct action_answer *out)
{
    enum after { ENDS, LOOKS, RELEASES, EACH }; /* it ends; it is looked up; holds of ours go; the next one of the list */
    static const struct {
        const char *field, *errors, *id;
        enum after after;
    } PAYLOADS[] = {{"refundCreate", "userErrors", "refund.id", ENDS},
                    {"orderCreate", "userErrors", "order.id", ENDS},
                    {"returnCreate", "userErrors", "return.id", ENDS},
                    {"orderCancel", "orderCancelUserErrors", "job.id", LOOKS},
                    {"orderUpdate", "userErrors", "order.id", RELEASES},
                    {"fulfillmentOrderHold", "userErrors", "fulfillmentHold.id", EACH},
                    {"fulfillmentOrderReleaseHold", "userErrors", "fulfillmentOrder.id", EACH}};
    struct str rest = carry, first;
    (void)str_split(&rest, '\n', &first);
    for (size_t i = 0; i < sizeof(PAYLOADS) / sizeof(PAYLOADS[0]); i++) {
        const struct json *p = json_get(data, PAYLOADS[i].field), *errors = json_get(p, PAYLOADS[i].errors);
        if (!json_is(p, JSON_OBJECT))
            continue;
        enum after after = call->cap == CAP_NOTE_ORDER ? ENDS : PAYLOADS[i].after;
        if (json_is(errors, JSON_ARRAY) && errors->count > 0) {
            struct str why = json_str(json_first(errors), "message");
            if (after == RELEASES && !str_empty(carry)) /* refused, once what holds it is gone again */
                *out = (struct action_answer){.step = STEP_NEXT, .carry = arena_fmt(ctx->arena, "%.*s\n" WHY "%.*s", STR_ARG(carry), STR_ARG(str_sub(why, 0, 200)))};
            else
                refuse(out, why);
            return OK;
        }
        if (after == EACH && str_starts(rest, STR(WHY))) {
            refuse(out, str_sub(rest, sizeof(WHY) - 1, rest.n));
            return OK;
        }
        const struct json *id = json_path(p, PAYLOADS[i].id);
        done(out, id == NULL ? STR_NULL : id->text, STR("done"));
        out->carry = after == EACH ? rest : carry;
        if (after == LOOKS || (after == RELEASES && !str_empty(carry)) || (after == EACH && !str_empty(rest)))
            out->step = STEP_NEXT;
        return OK;
    }
    return ctx_fail(ctx, ERR_PARSE, "Shopify: an answer without its payload");
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct action_call *call, int step, struct str carry,
                       const struct http_msg *msg, struct action_answer *out)
{
    const struct json *v = NULL;
    (void)acct;
    *out = (struct action_answer){.step = STEP_UNKNOWN};
    if (msg->status == 401 || msg->status == 403 || msg->status == 404) {
        refuse(out, arena_fmt(ctx->arena, "Shopify answers %d: the app's token or its rights", msg->status));
        return OK;
    }
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    e = shopify_errors(ctx, v);
    if (e == ERR_BUSY || e == ERR_DENIED) { /* refused before anything was done */
        out->step = e == ERR_BUSY ? STEP_LATER : STEP_REFUSED;
        out->detail = arena_fmt(ctx->arena, "%s", ctx->msg);
        return OK;
    }
    if (e != OK)
        return e;
    const struct json *data = json_get(v, "data");
    if (call->cap == CAP_RESHIP && step == 0)
        return decode_goods(ctx, call, data, out);
    return json_get(data, "order") != NULL ? decode_look(ctx, call, step, json_get(data, "order"), out) : decode_mutation(ctx, call, data, carry, out);
}

const struct act_ops shopify_act = {
    .kinds = 1u << CAP_REFUND | 1u << CAP_CANCEL | 1u << CAP_CHANGE_ADDRESS | 1u << CAP_HOLD_FULFILLMENT | 1u << CAP_RESHIP |
             1u << CAP_START_RETURN | 1u << CAP_NOTE_ORDER,
    .request = request, .decode = decode};
