/*
 * Custom stores, warehouses and exports: JSON, NDJSON or CSV with a mapping from the account's configuration (docs/generic.md).
 * Each row or element is rewritten in our own fact form and read by the one fact reader, so that every error names our field.
 * Without a mapping the names must be ours already: columns such as order_id, ship_to.city, items.sku.
 */
#include "connectors/generic_int.h"

#include "connectors/lib/csv.h"
#include "connectors/lib/flat_kind.h"
#include "connectors/lib/signature.h"
#include "model/fact_json.h"

static const struct json_limits LIMITS = {(size_t)5 << 20, 400000, 32};

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "key of the HMAC over the body, or the shared secret"},
    {"signature", false, false, "hmac-sha256 (default) or secret"},
    {"signature_header", false, false, "header that carries it: X-Wismo-Signature unless set"},
    {"signature_encoding", false, false, "hex (default) or base64"},
    {"signature_prefix", false, false, "text before the signature, e.g. sha256="},
    {"mapping", false, false, "which facts a message gives and where their fields stand (docs/generic.md)"},
    {NULL, false, false, NULL},
};

/* ---- a mapped object: field -> path, nested objects and lists by objects of their own */

static struct str value_at(const struct plan *p, const struct json *from, struct str path)
{
    struct str z;
    if (from == NULL || arena_dup(p->ctx->arena, path, &z) != OK)
        return STR_NULL;
    /* a column's name may have dots of its own: whole first */
    const struct json *v = json_get(from, z.p);
    if (v == NULL)
        v = json_path(from, z.p);
    if (json_is(v, JSON_BOOL))
        return v->truth ? STR("true") : STR("false");
    return json_value_text(v);
}

static const struct json *list_at(const struct plan *p, const struct json *from, struct str path)
{
    struct str z;
    return arena_dup(p->ctx->arena, path, &z) == OK ? json_path(from, z.p) : NULL;
}

static enum err put_object(struct plan *p, struct jw *w, const struct json *fields, const struct json *from, int depth);

static enum err put_list(struct plan *p, struct jw *w, const struct json *spec, const struct json *from, int depth)
{
    struct str each = json_str(spec, "each");
    const struct json *list = str_empty(each) ? NULL : list_at(p, from, each);
    enum err e = OK;
    jw_arr(w);
    if (str_empty(each)) { /* one element, made of the same row */
        jw_obj(w);
        e = put_object(p, w, json_get(spec, "fields"), from, depth + 1);
        jw_end(w);
    }
    JSON_EACH(one, list) {
        if (e != OK)
            break;
        jw_obj(w);
        e = put_object(p, w, json_get(spec, "fields"), one, depth + 1);
        jw_end(w);
    }
    jw_arr_end(w);
    return e;
}

static enum err put_object(struct plan *p, struct jw *w, const struct json *fields, const struct json *from, int depth)
{
    enum err e = OK;
    if (depth > 4)
        return ctx_fail(p->ctx, ERR_LIMIT, "mapping: nested too deep");
    JSON_EACH(f, fields) {
        if (e != OK)
            break;
        if (json_is(f, JSON_OBJECT)) {
            bool list = str_eq(f->key, STR("items")) || str_eq(f->key, STR("parcels"));
            e = generic_key(p, w, f->key);
            if (e == OK && list) {
                e = put_list(p, w, f, from, depth);
            } else if (e == OK) {
                jw_obj(w);
                e = put_object(p, w, f, from, depth + 1);
                jw_end(w);
            }
            continue;
        }
        struct str path = json_value_text(f);
        struct str v = str_starts(path, STR("=")) ? str_sub(path, 1, path.n) : value_at(p, from, path);
        if (str_empty(v))
            continue;
        e = generic_put(p, w, f->key, v);
    }
    return e;
}

/* ---- names that are ours already: a flat row becomes nested by its dots */

static bool is_list_name(struct str name)
{
    return str_eq(name, STR("items")) || str_eq(name, STR("parcels"));
}

static enum err put_group(struct plan *p, struct jw *w, const struct json *row, struct str group)
{
    enum err e = generic_key(p, w, group);
    if (is_list_name(group))
        jw_arr(w);
    jw_obj(w);
    JSON_EACH(c, row) {
        if (e == OK && c->key.n > group.n + 1 && str_starts(c->key, group) && c->key.p[group.n] == '.' && !str_empty(json_value_text(c))) {
            e = generic_put(p, w, str_sub(c->key, group.n + 1, c->key.n), json_value_text(c));
        }
    }
    jw_end(w);
    if (is_list_name(group))
        jw_arr_end(w);
    return e;
}

static bool first_of_group(const struct json *row, const struct json *at, struct str group)
{
    JSON_EACH(c, row) {
        if (c == at)
            return true;
        if (c->key.n > group.n && str_starts(c->key, group) && c->key.p[group.n] == '.')
            return false;
    }
    return true;
}

static enum err put_own_names(struct plan *p, struct jw *w, const struct json *row)
{
    enum err e = OK;
    JSON_EACH(c, row) {
        struct str rest = c->key, group;
        struct str v = json_value_text(c);
        if (e != OK)
            break;
        if (str_eq(c->key, STR("kind")))
            continue;
        (void)str_split(&rest, '.', &group);
        if (rest.p != NULL) {
            if (first_of_group(row, c, group))
                e = put_group(p, w, row, group);
        } else if (json_is(c, JSON_BOOL)) {
            e = generic_key(p, w, c->key);
            jw_bool(w, c->truth);
        } else if (!str_empty(v)) {
            e = generic_put(p, w, c->key, v);
        } else if (json_is(c, JSON_ARRAY) || json_is(c, JSON_OBJECT)) {
            e = generic_key(p, w, c->key);
            json_write(w, c);
        }
    }
    return e;
}

static bool row_has(const void *row, const char *name)
{
    return json_get(row, name) != NULL;
}

static struct str guess_kind(const struct json *row)
{
    struct str kind = json_str(row, "kind");
    return str_empty(kind) ? str_of(fact_kind_word(flat_kind(row_has, row))) : kind;
}

/* ---- one element to one fact */

static enum err join_items(struct ctx *ctx, const struct fact_item **items, size_t *n, const struct fact_item *more, size_t more_n)
{
    struct fact_item *all = arena_array(ctx->arena, *n + more_n + 1, sizeof(*all));
    if (all == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    if (*n > 0)
        memcpy(all, *items, *n * sizeof(*all));
    if (more_n > 0)
        memcpy(all + *n, more, more_n * sizeof(*all));
    *items = all;
    *n += more_n;
    return *n <= FACT_ITEMS_MAX ? OK : ctx_fail(ctx, ERR_LIMIT, "items: more than %d of one order", FACT_ITEMS_MAX);
}

static bool has_parcel(const struct fulfillment_fact *ff, struct str number)
{
    for (size_t i = 0; i < ff->parcels_n; i++)
        if (str_eq(ff->parcels[i].tracking_number, number))
            return true;
    return false;
}

static enum err join_parcels(struct ctx *ctx, struct fulfillment_fact *ff, const struct fulfillment_fact *more)
{
    struct parcel_ref *all = arena_array(ctx->arena, ff->parcels_n + more->parcels_n + 1, sizeof(*all));
    if (all == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    if (ff->parcels_n > 0)
        memcpy(all, ff->parcels, ff->parcels_n * sizeof(*all));
    ff->parcels = all;
    for (size_t i = 0; i < more->parcels_n; i++)
        if (!has_parcel(ff, more->parcels[i].tracking_number))
            all[ff->parcels_n++] = more->parcels[i];
    return ff->parcels_n <= FACT_PARCELS_MAX ? OK : ctx_fail(ctx, ERR_LIMIT, "parcels: more than %d of one fulfillment", FACT_PARCELS_MAX);
}

/* Rows of one order, or of one fulfillment, that follow one another are its lines: they go into one fact. */
static enum err merge_lines(struct ctx *ctx, struct decoded *out, const struct fact *fct, bool *merged)
{
    struct fact *last = out->n == 0 ? NULL : &out->facts[out->n - 1];
    *merged = false;
    if (last == NULL || last->kind != fct->kind)
        return OK;
    if (fct->kind == FACT_ORDER && str_eq(last->u.order.order_id, fct->u.order.order_id)) {
        *merged = true;
        return join_items(ctx, &last->u.order.items, &last->u.order.items_n, fct->u.order.items, fct->u.order.items_n);
    }
    if (fct->kind == FACT_FULFILLMENT && str_eq(last->u.fulfillment.fulfillment_id, fct->u.fulfillment.fulfillment_id) &&
        str_eq(last->u.fulfillment.order_id, fct->u.fulfillment.order_id)) {
        *merged = true;
        enum err e = join_items(ctx, &last->u.fulfillment.items, &last->u.fulfillment.items_n, fct->u.fulfillment.items, fct->u.fulfillment.items_n);
        return e == OK ? join_parcels(ctx, &last->u.fulfillment, &fct->u.fulfillment) : e;
    }
    return OK;
}

static enum err read_fact(struct plan *p, struct str text, bool rows, struct decoded *out)
{
    const struct json *v = NULL;
    struct fact fct, *to = NULL;
    enum fact_kind kind;
    bool merged = false;
    enum err e = json_parse(p->ctx, text, &LIMITS, &v);
    if (e == OK && fact_kind_parse(json_str(v, "kind"), &kind) && (kind == FACT_TICK || kind == FACT_HEARD))
        e = ctx_fail(p->ctx, ERR_PARSE, "kind: a %s does not come from outside", fact_kind_word(kind));
    if (e == OK)
        e = fact_read(p->ctx, v, NULL, &fct);
    if (e != OK)
        return e;
    if (json_get(v, "role") == NULL)
        fct.role = fct.kind == FACT_TRACKING_EVENT ? ROLE_CARRIER : p->acct->role;
    e = fact_tidy_carriers(p->ctx, &fct);
    if (e == OK && rows)
        e = merge_lines(p->ctx, out, &fct, &merged);
    if (e == OK && !merged)
        e = decoded_add(p->ctx, out, fct.kind, &to);
    if (e == OK && !merged)
        *to = fct;
    return e;
}

static bool tells(const struct plan *p, const struct json *el, const char *name)
{
    return json_get(p->spec == NULL ? el : json_get(p->spec, "fields"), name) != NULL;
}

/* What follows from other fields: the currency of amounts, a scan's code and reason. */
static void put_rest(struct plan *p, struct jw *w, const struct json *el)
{
    bool scan = str_eq(p->kind, STR("tracking_event")), money = str_eq(p->kind, STR("order")) || str_eq(p->kind, STR("refund"));
    if (money && !tells(p, el, "currency"))
        jw_kstr_opt(w, "currency", p->currency);
    if (scan && !tells(p, el, "code"))
        jw_kstr_opt(w, "code", p->raw_status);
    if (scan && !tells(p, el, "reason"))
        jw_kstr_opt(w, "reason", p->table_reason);
}

static enum err add_element(struct plan *p, const struct json *el, bool rows, struct decoded *out)
{
    struct buf b;
    struct str text = STR_NULL, path = json_str(json_get(p->spec, "fields"), "currency");
    buf_init(&b, (size_t)4 << 20);
    struct jw w = jw_of(&b);
    p->currency = p->spec == NULL ? json_str(el, "currency") : json_str(p->spec, "currency");
    if (!str_empty(path))
        p->currency = str_starts(path, STR("=")) ? str_sub(path, 1, path.n) : value_at(p, el, path);
    p->kind = p->spec == NULL ? guess_kind(el) : p->kind;
    p->raw_status = p->table_reason = STR_NULL;
    jw_obj(&w);
    jw_kstr(&w, "kind", p->kind);
    enum err e = p->spec == NULL ? put_own_names(p, &w, el) : put_object(p, &w, json_get(p->spec, "fields"), el, 0);
    put_rest(p, &w, el);
    jw_end(&w);
    if (e == OK)
        e = buf_err(&b);
    if (e == OK)
        e = arena_dup(p->ctx->arena, buf_str(&b), &text);
    buf_clear(&b);
    return e == OK ? read_fact(p, text, rows, out) : e;
}

/* One document through every plan of the mapping. */
static enum err add_document(struct ctx *ctx, const struct account *acct, const struct json *doc, bool rows, struct decoded *out)
{
    const struct json *facts = json_get(acct->mapping, "facts");
    enum err e = OK;
    struct plan own = {.ctx = ctx, .acct = acct, .minor = true};
    if (facts == NULL) {
        if (!json_is(doc, JSON_ARRAY))
            return add_element(&own, doc, rows, out);
        JSON_EACH(el, doc) {
            if (e == OK)
                e = add_element(&own, el, rows, out);
        }
        return e;
    }
    JSON_EACH(spec, facts) {
        struct plan p = {.ctx = ctx, .acct = acct};
        struct str each = json_str(spec, "each");
        if (e == OK)
            e = generic_plan(&p, spec);
        const struct json *list = str_empty(each) ? doc : list_at(&p, doc, each);
        if (e == OK && !json_is(list, JSON_ARRAY) && list != NULL)
            e = add_element(&p, list, rows, out);
        for (const struct json *el = json_is(list, JSON_ARRAY) ? list->first : NULL; e == OK && el != NULL; el = el->next)
            e = add_element(&p, el, rows, out);
    }
    return e;
}

/* ---- documents */

/* A row as a flat JSON object of texts. */
static enum err row_object(struct ctx *ctx, const struct csv *csv, const struct str *cells, size_t n, const struct json **out)
{
    struct buf b;
    struct str text = STR_NULL;
    buf_init(&b, (size_t)4 << 20);
    struct jw w = jw_of(&b);
    enum err e = OK;
    jw_obj(&w);
    for (size_t i = 0; e == OK && i < n && i < csv->columns; i++) {
        struct str key;
        if (str_empty(csv->header[i]) || str_empty(cells[i]))
            continue;
        size_t well = str_utf8_prefix(cells[i]);
        if (well < cells[i].n) { /* else it would be taken with other characters than were meant */
            e = ctx_fail(ctx, ERR_PARSE, "%.*s: %s", STR_ARG(str_sub(csv->header[i], 0, 60)),
                         cells[i].p[well] == 0 ? "a NUL character is not allowed" : "is not UTF-8: save the file as UTF-8");
            break;
        }
        e = arena_dup(ctx->arena, csv->header[i], &key);
        if (e == OK)
            jw_kstr(&w, key.p, cells[i]);
    }
    jw_end(&w);
    if (e == OK)
        e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &text);
    buf_clear(&b);
    return e == OK ? json_parse(ctx, text, &LIMITS, out) : e;
}

static enum err decode_csv(struct ctx *ctx, const struct account *acct, struct str body, struct decoded *out)
{
    struct csv csv;
    struct str cells[CSV_COLUMNS_MAX];
    size_t n = 0;
    bool more = true;
    enum err e = csv_open(ctx, body, &csv);
    while (e == OK) {
        const struct json *row = NULL;
        e = csv_next(ctx, &csv, cells, &n, &more);
        if (e != OK || !more)
            break;
        e = row_object(ctx, &csv, cells, n, &row);
        if (e == OK)
            e = add_document(ctx, acct, row, true, out);
        if (e != OK) {
            struct str why = arena_fmt(ctx->arena, "%s", ctx->msg);
            return ctx_fail(ctx, e, "line %zu: %.*s", csv.line, STR_ARG(why));
        }
    }
    return e;
}

static bool is_csv(const struct account *acct, const struct http_msg *msg)
{
    struct str format = json_str(acct->mapping, "format");
    if (!str_empty(format))
        return str_eq(format, STR("csv"));
    struct str body = str_trim(msg->body);
    return str_contains_nocase(http_msg_header(msg, "Content-Type"), STR("csv")) ||
           (body.n > 0 && body.p[0] != '{' && body.p[0] != '[');
}

static enum err decode_body(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    struct str body = str_trim(msg->body), line;
    const struct json *v = NULL;
    enum err e = OK;
    if (str_empty(body))
        return ctx_fail(ctx, ERR_PARSE, "body: empty");
    if (is_csv(acct, msg))
        return decode_csv(ctx, acct, body, out);
    if (!str_eq(json_str(acct->mapping, "format"), STR("ndjson"))) {
        e = json_parse(ctx, body, &LIMITS, &v);
        return e == OK ? add_document(ctx, acct, v, false, out) : e;
    }
    while (e == OK && str_split(&body, '\n', &line)) {
        line = str_trim(line);
        if (str_empty(line))
            continue;
        e = json_parse(ctx, line, &LIMITS, &v);
        if (e == OK)
            e = add_document(ctx, acct, v, false, out);
    }
    return e;
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, struct decoded *out)
{
    size_t from = out->n;
    enum err e = decode_body(ctx, acct, msg, out);
    for (size_t i = from; e == OK && i < out->n; i++) /* after the rows were joined */
        e = fact_key_by_content(ctx, &out->facts[i]);
    return e;
}

static enum err verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg)
{
    struct str name = account_setting(acct, "signature_header");
    struct str z = arena_fmt(ctx->arena, "%.*s", STR_ARG(str_empty(name) ? STR("X-Wismo-Signature") : name));
    struct str given = http_msg_header(msg, z.p);
    if (str_eq(account_setting(acct, "signature"), STR("secret")))
        return sig_header_secret(ctx, acct, given);
    bool b64 = str_eq(account_setting(acct, "signature_encoding"), STR("base64"));
    return sig_hmac(ctx, acct, MAC_SHA256, b64 ? SIG_BASE64 : SIG_HEX, account_setting(acct, "signature_prefix"), given, &msg->body, 1);
}

static const struct hook_ops HOOK = {.verify = verify, .decode = decode, .decode_ahead = true};

const struct connector connector_generic = {
    .id = "generic",
    .title = "Custom store (JSON, NDJSON, CSV)",
    .docs_url = "docs/generic.md",
    .api_version = "1",
    .role = ROLE_STOREFRONT,
    .auth = AUTH_NONE,
    .limits = {.body_max = (size_t)5 << 20, .source = "our own"},
    .cfg = CFG,
    .hook = &HOOK,
};
