/*
 * Odoo 17 and newer: sale orders, outgoing pickings and stock as facts of the back office and of the warehouse. JSON-2 (Odoo 19:
 * POST /json/2/MODEL/METHOD, named arguments, the bare value back) or JSON-RPC (POST /jsonrpc, execute_kw; setting interface: jsonrpc).
 * odoo/documentation external_api, external_rpc_api, read 2026-11; web_read and web_search_read of the web module, which give what
 * belongs to a record with it. Traps: what is empty is false; times are UTC without saying so; numbers are floats; JSON-RPC fails with
 * HTTP 200; a quant is one lot at one place, so a product's quants are read and added up. A webhook of an automation rule is not
 * signed: its URL ends in ?token=WORD.
 */
#include "base/http_client.h"
#include "base/num.h"
#include "connectors/lib/scan_helpers.h"
#include "connectors/lib/shop_helpers.h"
#include "connectors/lib/signature.h"

#define PAGE 40
#define QUANTITY_MAX 1000000

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "https://COMPANY.odoo.com"},
    {"api_key", false, true, "API key of a user who may read sales and stock"},
    {"interface", false, false, "json2 (Odoo 19 and newer) unless jsonrpc (17 and newer)"},
    {"database", false, false, "name of the database; jsonrpc needs it, json2 where a host has several"},
    {"uid", false, false, "number of the key's user; jsonrpc needs it"},
    {"webhook_secrets", false, true, "the word behind ?token= in the address of an automation rule's webhook"},
    {NULL, false, false, NULL},
};

/* ---- what is read */

#define PARTNER                                                                                                                     \
    "{\"fields\":{\"name\":{},\"email\":{},\"phone\":{},\"street\":{},\"street2\":{},\"city\":{},\"zip\":{},"                       \
    "\"state_id\":{\"fields\":{\"code\":{}}},\"country_id\":{\"fields\":{\"code\":{}}}}}"
#define PRODUCT "{\"fields\":{\"default_code\":{},\"name\":{},\"type\":{}}}"
#define ORDER_SPEC                                                                                                                  \
    "{\"name\":{},\"client_order_ref\":{},\"origin\":{},\"state\":{},\"amount_total\":{},\"currency_id\":{\"fields\":{\"name\":{}}},"  \
    "\"date_order\":{},\"commitment_date\":{},\"write_date\":{},\"partner_shipping_id\":" PARTNER ",\"partner_id\":" PARTNER          \
    ",\"order_line\":{\"fields\":{\"product_id\":" PRODUCT ",\"product_uom_qty\":{},\"price_unit\":{},\"display_type\":{}}}}"
#define PICKING_SPEC                                                                                                                \
    "{\"name\":{},\"sale_id\":{\"fields\":{\"name\":{}}},\"state\":{},\"date_done\":{},\"scheduled_date\":{},\"write_date\":{},"     \
    "\"location_id\":{\"fields\":{\"display_name\":{}}},\"carrier_id\":{\"fields\":{\"name\":{}}},\"carrier_tracking_ref\":{},"      \
    "\"carrier_tracking_url\":{},\"move_ids\":{\"fields\":{\"product_id\":" PRODUCT ",\"product_uom_qty\":{},\"quantity\":{}}}}"
#define QUANT_SPEC                                                                                                                  \
    "{\"product_id\":" PRODUCT ",\"location_id\":{\"fields\":{\"display_name\":{}}},\"quantity\":{},\"reserved_quantity\":{},\"write_date\":{}}"

/* What is asked for since a time, one list after the other; %s is that time. And by id, for what was named. */
static const struct {
    const char *what, *model, *spec, *since;
} LISTS[] = {
    {"order", "sale.order", ORDER_SPEC, "[[\"write_date\",\">=\",\"%s\"],[\"state\",\"in\",[\"sale\",\"done\",\"cancel\"]]]"},
    {"picking", "stock.picking", PICKING_SPEC, "[[\"write_date\",\">=\",\"%s\"],[\"picking_type_code\",\"=\",\"outgoing\"],[\"sale_id\",\"!=\",false]]"},
    {"stock", "stock.quant", QUANT_SPEC, "[[\"write_date\",\">=\",\"%s\"],[\"location_id.usage\",\"=\",\"internal\"]]"},
};
#define LISTS_N (sizeof(LISTS) / sizeof(LISTS[0]))

static const struct {
    const char *what, *model, *spec, *domain; /* %lld: the id */
} READS[] = {
    {"order", "sale.order", ORDER_SPEC, "[[\"id\",\"=\",%lld]]"},
    {"pickings", "stock.picking", PICKING_SPEC, "[[\"sale_id\",\"=\",%lld],[\"picking_type_code\",\"=\",\"outgoing\"]]"},
    {"picking", "stock.picking", PICKING_SPEC, "[[\"id\",\"=\",%lld]]"},
    {"quant", "stock.quant", QUANT_SPEC, "[[\"id\",\"=\",%lld]]"},
    {"product", "stock.quant", QUANT_SPEC, "[[\"product_id\",\"=\",%lld],[\"location_id.usage\",\"=\",\"internal\"]]"},
};

static bool is_jsonrpc(const struct account *acct)
{
    return str_eq(account_setting(acct, "interface"), STR("jsonrpc"));
}

static void write_named(struct jw *w, const char *spec, struct str domain, int64_t offset)
{
    jw_obj(w);
    jw_key(w, "domain");
    jw_raw(w, domain);
    jw_key(w, "specification");
    jw_raw(w, str_of(spec));
    jw_kstr(w, "order", STR("write_date, id"));
    jw_ki64(w, "limit", PAGE);
    jw_ki64(w, "offset", offset);
    jw_end(w);
}

static enum err write_rpc(struct ctx *ctx, const struct account *acct, struct jw *w, const char *model, const char *spec, struct str domain, int64_t offset)
{
    int64_t uid = 0;
    struct str database = account_setting(acct, "database");
    if (str_empty(database) || num_parse_i64(account_setting(acct, "uid"), 1, INT64_MAX, &uid) != OK || acct->api_key.n == 0)
        return ctx_fail(ctx, ERR_DENIED, "Odoo: with interface jsonrpc database, uid and api_key are needed");
    jw_obj(w);
    jw_kstr(w, "jsonrpc", STR("2.0"));
    jw_kstr(w, "method", STR("call"));
    jw_ki64(w, "id", 1);
    jw_key(w, "params");
    jw_obj(w);
    jw_kstr(w, "service", STR("object"));
    jw_kstr(w, "method", STR("execute_kw"));
    jw_key(w, "args");
    jw_arr(w);
    jw_str(w, database);
    jw_i64(w, uid);
    jw_str(w, secret_view(&acct->api_key));
    jw_str(w, str_of(model));
    jw_str(w, STR("web_search_read"));
    jw_arr(w);
    jw_arr_end(w);
    write_named(w, spec, domain, offset);
    jw_arr_end(w);
    jw_end(w);
    jw_end(w);
    return OK;
}

static enum err search(struct ctx *ctx, const struct account *acct, const char *model, const char *spec, struct str domain, int64_t offset, struct out_req *out)
{
    struct buf b;
    enum err e = OK;
    struct str database = account_setting(acct, "database");
    if (str_empty(acct->base_url))
        return ctx_fail(ctx, ERR_DENIED, "Odoo: base_url is needed, such as https://company.odoo.com");
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    if (is_jsonrpc(acct))
        e = write_rpc(ctx, acct, &w, model, spec, domain, offset);
    else
        write_named(&w, spec, domain, offset);
    if (e == OK)
        e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->body);
    buf_clear(&b);
    out->method = STR("POST");
    out->url = is_jsonrpc(acct) ? url_join(ctx, acct, "", "/jsonrpc", STR_NULL)
                                : url_join(ctx, acct, "", "/json/2/", arena_fmt(ctx->arena, "%s/web_search_read", model));
    if (e == OK && !is_jsonrpc(acct) && !str_empty(database))
        e = out_req_header(ctx, out, STR("X-Odoo-Database"), database);
    return e == OK ? out_req_header(ctx, out, STR("Content-Type"), STR("application/json")) : e;
}

/* "LIST OFFSET SINCE FROM": which list, all since when, and from where it goes on; empty: it begins. Times are "2026-11-18 11:06:40". */
struct place_in_lists {
    size_t list;
    int64_t offset;
    struct str since, from;
};
#define TIME_N 19

static struct str odoo_time(struct ctx *ctx, int64_t us)
{
    struct str text = time_rfc3339(ctx->arena, us);
    return arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(str_sub(text, 0, 10)), STR_ARG(str_sub(text, 11, 8)));
}

static bool place_of(struct ctx *ctx, const struct poll_ask *ask, struct place_in_lists *out)
{
    struct str rest = ask->cursor, word = STR_NULL, number = STR_NULL;
    *out = (struct place_in_lists){0};
    if (str_empty(ask->cursor)) {
        out->since = out->from = odoo_time(ctx, ask->since_us);
        return true;
    }
    (void)str_split(&rest, ' ', &word);
    (void)str_split(&rest, ' ', &number);
    while (out->list < LISTS_N && !str_eq(word, str_of(LISTS[out->list].what)))
        out->list++;
    out->since = str_sub(rest, 0, TIME_N);
    out->from = str_sub(rest, TIME_N + 1, TIME_N);
    return out->list < LISTS_N && out->from.n == TIME_N && num_parse_i64(number, 0, INT64_MAX / 2, &out->offset) == OK;
}

static struct str domain_of(struct ctx *ctx, const char *pattern, const char *mark, struct str value)
{
    struct str rest = str_of(pattern);
    const char *at = strstr(pattern, mark);
    if (at == NULL)
        return STR_NULL;
    size_t n = (size_t)(at - pattern);
    return arena_fmt(ctx->arena, "%.*s%.*s%.*s", STR_ARG(str_sub(rest, 0, n)), STR_ARG(value), STR_ARG(str_sub(rest, n + strlen(mark), rest.n)));
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    struct place_in_lists at;
    int64_t id;
    if (ask->kind == POLL_SINCE) {
        if (!place_of(ctx, ask, &at))
            return ctx_fail(ctx, ERR_PARSE, "Odoo: the cursor cannot be read");
        return search(ctx, acct, LISTS[at.list].model, LISTS[at.list].spec, domain_of(ctx, LISTS[at.list].since, "%s", at.from), at.offset, out);
    }
    for (size_t i = 0; i < sizeof(READS) / sizeof(READS[0]); i++)
        if (str_eq(ask->fetch.what, str_of(READS[i].what)) && num_parse_i64(ask->fetch.id, 1, INT64_MAX, &id) == OK)
            return search(ctx, acct, READS[i].model, READS[i].spec, domain_of(ctx, READS[i].domain, "%lld", ask->fetch.id), 0, out);
    return ctx_fail(ctx, ERR_UNSUPPORTED, "Odoo: nothing to read a %.*s with", STR_ARG(str_sub(ask->fetch.what, 0, 40)));
}

/* ---- values: false is empty, numbers are floats */

/* A float as minor units, rounded: 42.800000000000004 is 42.80. */
static enum err money_of(struct ctx *ctx, const struct json *obj, const char *name, struct str currency, int64_t *out)
{
    struct str s = json_text(obj, name), whole = s, frac = STR_NULL;
    int64_t round = 0;
    int digits = num_currency_digits(currency);
    if (str_empty(s) || digits < 0)
        return OK;
    const char *dot = memchr(s.p, '.', s.n);
    if (dot != NULL) {
        whole = str_sub(s, 0, (size_t)(dot - s.p));
        frac = str_sub(s, whole.n + 1, s.n);
    }
    bool up = frac.n > (size_t)digits && frac.p[digits] >= '5' && frac.p[digits] <= '9';
    frac = str_sub(frac, 0, (size_t)digits);
    struct str cut = frac.n > 0 ? arena_fmt(ctx->arena, "%.*s.%.*s", STR_ARG(whole), STR_ARG(frac)) : whole;
    enum err e = num_parse_money(cut, currency, &round);
    if (e != OK)
        return ctx_fail(ctx, ERR_PARSE, "%s: expected an amount in %.*s, got %.*s", name, STR_ARG(currency), STR_ARG(str_sub(s, 0, 40)));
    *out = !up ? round : s.p[0] == '-' ? round - 1 : round + 1;
    return OK;
}

/* 2.0 pieces; parts of a piece are no whole one. */
static enum err pieces_of(struct ctx *ctx, const struct json *obj, const char *name, int64_t min, int64_t *out)
{
    struct str s = json_text(obj, name), whole = STR_NULL;
    int64_t n = 0;
    if (str_empty(s))
        return OK;
    (void)str_split(&s, '.', &whole);
    if (num_parse_i64(whole, min, QUANTITY_MAX * 1000LL, &n) != OK)
        return ctx_fail(ctx, ERR_PARSE, "%s: expected a number, got %.*s", name, STR_ARG(str_sub(whole, 0, 40)));
    *out = n;
    return OK;
}

static enum err product_item(struct ctx *ctx, const struct json *line, const char *quantity, struct fact_item *it)
{
    const struct json *product = json_get(line, "product_id");
    it->item_id = json_text(line, "id");
    it->sku = json_str(product, "default_code");
    it->title = json_str(product, "name");
    it->ships = !str_eq(json_str(product, "type"), STR("service"));
    it->quantity = 0;
    return pieces_of(ctx, line, quantity, 0, &it->quantity);
}

static enum err items_of(struct ctx *ctx, const struct json *lines, const char *quantity, struct str currency, const struct fact_item **out, size_t *n)
{
    size_t count = json_is(lines, JSON_ARRAY) ? lines->count : 0, k = 0, i = 0;
    struct fact_item *items = ctx_alloc(ctx, (count + 1) * sizeof(*items));
    if (items == NULL)
        return ERR_MEMORY;
    if (count > FACT_ITEMS_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "lines: more than %d", FACT_ITEMS_MAX);
    for (const struct json *l = count == 0 ? NULL : lines->first; l != NULL; l = l->next, i++) {
        if (!json_is(json_get(l, "product_id"), JSON_OBJECT)) /* a heading or a note */
            continue;
        enum err e = product_item(ctx, l, quantity, &items[k]);
        if (e == OK)
            e = money_of(ctx, l, "price_unit", currency, &items[k].price_minor);
        if (e != OK)
            return fail_in(ctx, e, "lines", i);
        k++;
    }
    *out = items;
    *n = k;
    return OK;
}

static struct address address_of(struct ctx *ctx, const struct json *p)
{
    return (struct address){.name = json_str(p, "name"), .line1 = json_str(p, "street"), .line2 = json_str(p, "street2"), .city = json_str(p, "city"),
                            .region = json_str(json_get(p, "state_id"), "code"), .postal_code = json_text(p, "zip"),
                            .country = scan_country(ctx, json_str(json_get(p, "country_id"), "code")), .phone = json_text(p, "phone")};
}

static struct str either(struct str a, struct str b)
{
    return str_empty(a) ? b : a;
}

/* ---- records */

static enum err add_order(struct ctx *ctx, const struct json *o, struct decoded *out)
{
    struct fact *fct = NULL;
    const struct json *ship = json_get(o, "partner_shipping_id"), *who = json_get(o, "partner_id");
    struct str state = json_str(o, "state"), promised = json_str(o, "commitment_date");
    enum err e = decoded_add(ctx, out, FACT_ORDER, &fct);
    if (e != OK)
        return e;
    struct order_fact *of = &fct->u.order;
    fct->role = ROLE_BACK_OFFICE;
    of->order_id = json_text(o, "id");
    of->name = json_str(o, "name");
    of->order_ref = either(str_trim(json_str(o, "client_order_ref")), str_trim(json_str(o, "origin")));
    of->currency = json_str(json_get(o, "currency_id"), "name");
    of->email = either(json_str(ship, "email"), json_str(who, "email"));
    of->phone = either(json_text(ship, "phone"), json_text(who, "phone"));
    of->ship_to = address_of(ctx, ship);
    of->state = str_eq(state, STR("cancel")) ? ORDER_CANCELLED : ORDER_OPEN;
    if (str_empty(of->order_id))
        return ctx_fail(ctx, ERR_PARSE, "id: missing");
    if (!str_empty(of->currency) && !num_is_currency(of->currency))
        return ctx_fail(ctx, ERR_PARSE, "currency_id: expected a currency code (ISO 4217), got %.*s", STR_ARG(str_sub(of->currency, 0, 20)));
    e = body_time_utc(ctx, o, "date_order", &of->placed_us);
    if (e == OK)
        e = body_time_utc(ctx, o, "write_date", &fct->changed_us);
    int64_t promised_us = 0;
    if (e == OK)
        e = body_time_utc(ctx, o, "commitment_date", &promised_us);
    if (e == OK && !str_empty(promised))
        of->promised_at = time_rfc3339(ctx->arena, promised_us);
    if (e == OK)
        e = money_of(ctx, o, "amount_total", of->currency, &of->total_minor);
    if (e == OK)
        e = items_of(ctx, json_get(o, "order_line"), "product_uom_qty", of->currency, &of->items, &of->items_n);
    fct->key = version_key(ctx, "order", of->order_id, fct->changed_us);
    return e;
}

static const struct word_map PICKING_STATES[] = {{"draft", FUL_PENDING}, {"waiting", FUL_PENDING}, {"confirmed", FUL_PENDING}, {"assigned", FUL_OPEN},
                                                 {"done", FUL_SHIPPED},  {"cancel", FUL_CANCELLED}, {NULL, 0}};

/* Several numbers stand in one text, parted by commas. */
static enum err refs_of(struct ctx *ctx, const struct json *p, struct fulfillment_fact *ff)
{
    struct str rest = json_text(p, "carrier_tracking_ref"), one;
    struct parcel_ref *refs = ctx_alloc(ctx, FACT_PARCELS_MAX * sizeof(*refs));
    if (refs == NULL)
        return ERR_MEMORY;
    while (!str_empty(rest) && str_split(&rest, ',', &one) && ff->parcels_n < FACT_PARCELS_MAX)
        ff->parcels_n += parcel_ref_make(ctx, json_str(json_get(p, "carrier_id"), "name"), one, json_str(p, "carrier_tracking_url"), &refs[ff->parcels_n]);
    ff->parcels = refs;
    return OK;
}

static enum err add_picking(struct ctx *ctx, const struct json *p, struct decoded *out)
{
    struct fact *fct = NULL;
    struct str id = json_text(p, "id"), order = json_text(json_get(p, "sale_id"), "id");
    bool done = str_eq(json_str(p, "state"), STR("done"));
    if (str_empty(id) || str_empty(order))
        return ctx_fail(ctx, ERR_PARSE, "%s: missing", str_empty(id) ? "id" : "sale_id");
    enum err e = decoded_add(ctx, out, FACT_FULFILLMENT, &fct);
    if (e != OK)
        return e;
    struct fulfillment_fact *ff = &fct->u.fulfillment;
    fct->role = ROLE_WAREHOUSE;
    ff->order_id = order;
    ff->fulfillment_id = id;
    ff->state = (enum fulfillment_state)map_word(PICKING_STATES, json_str(p, "state"), FUL_PENDING);
    ff->location = json_str(json_get(p, "location_id"), "display_name");
    e = body_time_utc(ctx, p, "write_date", &fct->changed_us);
    if (e == OK)
        e = body_time_utc(ctx, p, "date_done", &ff->created_us);
    if (e == OK) /* once it is done what left counts, before it what was asked for */
        e = items_of(ctx, json_get(p, "move_ids"), done ? "quantity" : "product_uom_qty", STR_NULL, &ff->items, &ff->items_n);
    if (e == OK)
        e = refs_of(ctx, p, ff);
    fct->key = version_key(ctx, "picking", id, fct->changed_us);
    return e;
}

/* A product's level at a place: what its quants hold there, less what is reserved. */
static enum err add_level(struct ctx *ctx, const struct json *list, const struct json *first, struct decoded *out)
{
    struct str product = json_text(json_get(first, "product_id"), "id"), place = json_text(json_get(first, "location_id"), "id");
    struct fact *fct = NULL;
    enum err e = decoded_add(ctx, out, FACT_INVENTORY_LEVEL, &fct);
    if (e != OK)
        return e;
    struct inventory_fact *v = &fct->u.inventory;
    fct->role = ROLE_WAREHOUSE;
    v->sku = json_str(json_get(first, "product_id"), "default_code");
    v->item_ref = product;
    v->location = json_str(json_get(first, "location_id"), "display_name");
    v->net_of_orders = true;
    JSON_EACH(q, list) {
        int64_t held = 0, reserved = 0, changed_us = 0;
        if (!str_eq(json_text(json_get(q, "product_id"), "id"), product) || !str_eq(json_text(json_get(q, "location_id"), "id"), place))
            continue;
        e = pieces_of(ctx, q, "quantity", -QUANTITY_MAX * 1000LL, &held);
        if (e == OK)
            e = pieces_of(ctx, q, "reserved_quantity", -QUANTITY_MAX * 1000LL, &reserved);
        if (e == OK)
            e = body_time_utc(ctx, q, "write_date", &changed_us);
        if (e == OK && !num_add(v->available, held - reserved, &v->available))
            e = ctx_fail(ctx, ERR_PARSE, "quantity: too large");
        if (e != OK)
            return e;
        fct->changed_us = changed_us > fct->changed_us ? changed_us : fct->changed_us;
    }
    fct->key = version_key(ctx, "level", arena_fmt(ctx->arena, "%.*s@%.*s", STR_ARG(product), STR_ARG(place)), fct->changed_us);
    return OK;
}

static bool came_before(const struct json *list, const struct json *q, const char *const *names)
{
    for (const struct json *o = list->first; o != q; o = o->next) {
        bool same = true;
        for (const char *const *n = names; *n != NULL; n++)
            same = same && str_eq(json_text(json_get(o, *n), "id"), json_text(json_get(q, *n), "id"));
        if (same)
            return true;
    }
    return false;
}

/* Of a list of changed quants the products are read whole; of one product they are all there. */
static enum err add_quants(struct ctx *ctx, const struct json *list, bool whole, struct decoded *out)
{
    static const char *const LEVEL[] = {"product_id", "location_id", NULL}, *const BY_PRODUCT[] = {"product_id", NULL};
    enum err e = OK;
    JSON_EACH(q, list) {
        struct str product = json_text(json_get(q, "product_id"), "id");
        if (e == OK && str_empty(product))
            e = ctx_fail(ctx, ERR_PARSE, "product_id: missing");
        if (e != OK || came_before(list, q, whole ? LEVEL : BY_PRODUCT))
            continue;
        e = whole ? add_level(ctx, list, q, out) : decoded_fetch(ctx, out, STR("product"), product);
    }
    return e;
}

/* ---- answers */

static const struct {
    const char *name;
    enum err err;
} FAULTS[] = {
    {"AccessDenied", ERR_DENIED}, {"AccessError", ERR_DENIED}, {"Unauthorized", ERR_DENIED}, {"Forbidden", ERR_DENIED}, {"MissingError", ERR_NOTFOUND},
    {"SerializationFailure", ERR_BUSY}, {"LockNotAvailable", ERR_BUSY},
};

/* {"name": "odoo.exceptions.AccessError", "message", "debug"}, alone (JSON-2) or as error.data (JSON-RPC). */
static enum err fault_of(struct ctx *ctx, const struct json *v)
{
    const struct json *rpc = json_get(v, "error"), *data = json_get(rpc, "data");
    const struct json *fault = json_is(data, JSON_OBJECT) ? data : rpc != NULL ? rpc : json_get(v, "debug") != NULL ? v : NULL;
    enum err e = ERR_PARSE;
    if (fault == NULL)
        return OK;
    for (size_t i = 0; i < sizeof(FAULTS) / sizeof(FAULTS[0]); i++)
        if (str_contains(json_str(fault, "name"), str_of(FAULTS[i].name)))
            e = FAULTS[i].err;
    return ctx_fail(ctx, e, "Odoo: %.*s %.*s", STR_ARG(str_sub(json_str(fault, "name"), 0, 80)), STR_ARG(str_sub(json_str(fault, "message"), 0, 150)));
}

/* By time, not by page: what changes meanwhile moves to the end and would shift the pages. Only inside one second by page. */
static enum err next_list(struct ctx *ctx, const struct json *list, const struct poll_ask *ask, struct str *cursor)
{
    struct place_in_lists at;
    if (!place_of(ctx, ask, &at))
        return ctx_fail(ctx, ERR_PARSE, "Odoo: the cursor cannot be read");
    struct str first = json_str(json_first(list), "write_date"), last = list->count == 0 ? STR_NULL : json_str(json_at(list, list->count - 1), "write_date");
    bool full = list->count >= PAGE, same = str_eq(first, last) || last.n < TIME_N;
    if (!full && at.list + 1 == LISTS_N)
        return OK;
    const char *what = LISTS[full ? at.list : at.list + 1].what;
    struct str from = !full ? at.since : same ? at.from : str_sub(last, 0, TIME_N);
    *cursor = arena_fmt(ctx->arena, "%s %lld %.*s %.*s", what, (long long)(full && same ? at.offset + PAGE : 0), STR_ARG(at.since), STR_ARG(from));
    return OK;
}

static enum err decode_records(struct ctx *ctx, const struct json *list, bool whole, struct decoded *out)
{
    enum err e = OK;
    size_t i = 0;
    if (json_get(json_first(list), "reserved_quantity") != NULL)
        return add_quants(ctx, list, whole, out);
    JSON_EACH(r, list) {
        if (json_get(r, "order_line") != NULL)
            e = add_order(ctx, r, out);
        else if (json_get(r, "move_ids") != NULL)
            e = add_picking(ctx, r, out);
        else
            e = ctx_fail(ctx, ERR_PARSE, "expected a sale order, a picking or a quant");
        if (e != OK)
            return fail_in(ctx, e, "records", i);
        i++;
    }
    return OK;
}

static enum err decode_poll(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                            struct decoded *out, struct str *cursor)
{
    const struct json *v = NULL;
    bool since = ask != NULL && ask->kind == POLL_SINCE;
    (void)acct;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e == OK)
        e = fault_of(ctx, v);
    if (e != OK)
        return e;
    const struct json *result = json_get(v, "result") != NULL ? json_get(v, "result") : v, *list = json_get(result, "records");
    if (!json_is(list, JSON_ARRAY))
        return ctx_fail(ctx, ERR_PARSE, "records: missing");
    bool one_quant = ask != NULL && ask->kind == POLL_FETCH && str_eq(ask->fetch.what, STR("quant"));
    e = decode_records(ctx, list, !since && !one_quant, out);
    return e == OK && since ? next_list(ctx, list, ask, cursor) : e;
}

/* ---- webhook of an automation rule: {"_model", "_id", "_action"} names what changed */

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str token = STR_NULL;
    (void)query_get(ctx->arena, msg->query, "token", &token);
    return sig_header_secret(ctx, acct, token);
}

static enum err decode_hook(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    static const struct {
        const char *model, *what;
    } NAMED[] = {{"sale.order", "order"}, {"stock.picking", "picking"}, {"stock.quant", "quant"}};
    const struct json *v = NULL;
    int64_t id = 0;
    (void)acct;
    enum err e = json_parse(ctx, msg->body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return e;
    struct str model = json_str(v, "_model");
    if (str_empty(model) || json_i64(v, "_id", 1, INT64_MAX, &id) != OK)
        return ctx_fail(ctx, ERR_PARSE, "%s: missing", str_empty(model) ? "_model" : "_id");
    for (size_t i = 0; i < sizeof(NAMED) / sizeof(NAMED[0]); i++)
        if (str_eq(model, str_of(NAMED[i].model)))
            return decoded_fetch(ctx, out, str_of(NAMED[i].what), json_text(v, "_id"));
    out->note = arena_fmt(ctx->arena, "model not used: %.*s", STR_ARG(str_sub(model, 0, 80)));
    return OK;
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode_hook, .decode_ahead = true};
static const char *const ORDER_READS[] = {"order", "pickings", NULL};
static const struct poll_ops POLL = {
    .kinds = 1u << POLL_SINCE | 1u << POLL_FETCH, .order_reads = ORDER_READS, .request = request, .decode = decode_poll};

const struct connector connector_odoo = {
    .id = "odoo",
    .title = "Odoo",
    .docs_url = "https://www.odoo.com/documentation/19.0/developer/reference/external_api.html",
    .api_version = "JSON-2, JSON-RPC",
    .role = ROLE_BACK_OFFICE,
    .auth = AUTH_BEARER,
    .limits = {.calls = 1, .window_s = 1, .poll_every_s = 300, .timeout_ms = 20000, .body_max = (size_t)5 << 20,
               .source = "ours: Odoo asks for about one call a second on its hosts"},
    .cfg = CFG,
    .hook = &HOOK,
    .poll = &POLL,
};
