/* See fact_json.h: reading facts, strictly. Every refusal names the field with its place: "items[2].quantity: ..., got -1". */
#include "model/fact_fields.h"

#include "base/num.h"

struct reader_ctx {
    struct ctx *ctx;
    const char *prefix; /* "", "ship_to.", "items[2]." */
};

static enum err wrong(struct reader_ctx *r, const char *name, const char *expected)
{
    return ctx_fail(r->ctx, ERR_PARSE, "%s%s: expected %s", r->prefix, name, expected);
}

static enum err get_str(struct reader_ctx *r, const struct json *obj, const char *name, struct str *out)
{
    const struct json *v = json_get(obj, name);
    if (v == NULL || v->type == JSON_NULL)
        return OK;
    if (v->type != JSON_STRING && v->type != JSON_NUMBER)
        return wrong(r, name, "text");
    *out = v->text;
    return OK;
}

static enum err get_i64(struct reader_ctx *r, const struct json *obj, const char *name, int64_t min, int64_t max, int64_t *out)
{
    const struct json *v = json_get(obj, name);
    if (v == NULL || v->type == JSON_NULL)
        return OK;
    if (v->type != JSON_NUMBER || num_parse_i64(v->text, min, max, out) != OK)
        return ctx_fail(r->ctx, ERR_PARSE, "%s%s: expected a whole number from %lld to %lld, got %.*s", r->prefix, name,
                        (long long)min, (long long)max, STR_ARG(str_sub(v->text, 0, 40)));
    return OK;
}

static enum err get_time(struct reader_ctx *r, const struct json *obj, const char *name, int64_t *out)
{
    struct str s = STR_NULL;
    struct when w;
    enum err e = get_str(r, obj, name, &s);
    if (e != OK || str_empty(s))
        return e;
    if (when_parse(s, &w) != OK || w.kind != WHEN_UTC)
        return ctx_fail(r->ctx, ERR_PARSE, "%s%s: expected a time with its zone such as 2026-11-23T10:00:00Z (years 1970 to 2199), got %.*s",
                        r->prefix, name, STR_ARG(str_sub(s, 0, 40)));
    *out = w.utc_us;
    return OK;
}

static enum err get_bool(struct reader_ctx *r, const struct json *obj, const char *name, bool *out)
{
    const struct json *v = json_get(obj, name);
    if (v == NULL || v->type == JSON_NULL)
        return OK;
    if (v->type != JSON_BOOL)
        return wrong(r, name, "true or false");
    *out = v->truth;
    return OK;
}

static enum err get_enum(struct reader_ctx *r, const struct json *obj, const struct field *fd, int *out)
{
    struct str s = STR_NULL;
    enum err e = get_str(r, obj, fd->name, &s);
    if (e != OK || str_empty(s))
        return e;
    if (!fd->vocab->parse(s, out))
        return ctx_fail(r->ctx, ERR_PARSE, "%s%s: expected %s, got %.*s", r->prefix, fd->name, fd->vocab->what,
                        STR_ARG(str_sub(s, 0, 40)));
    return OK;
}

static enum err get_when(struct reader_ctx *r, const struct json *obj, const char *name, struct when *out)
{
    char key[48];
    struct str utc = STR_NULL, local = STR_NULL;
    struct when u, l;
    size_t n = strlen(name);
    memcpy(key, name, n);
    memcpy(key + n, "_at", 4);
    enum err e = get_str(r, obj, key, &utc);
    if (e == OK && !str_empty(utc) && when_parse(utc, &u) != OK)
        e = ctx_fail(r->ctx, ERR_PARSE, "%s%s: expected a time such as 2026-11-23T10:00:00Z (years 1970 to 2199), got %.*s", r->prefix,
                     key, STR_ARG(str_sub(utc, 0, 40)));
    memcpy(key + n, "_local", 7);
    if (e == OK)
        e = get_str(r, obj, key, &local);
    if (e == OK && !str_empty(local) && (when_parse(local, &l) != OK || l.kind == WHEN_UTC))
        e = ctx_fail(r->ctx, ERR_PARSE, "%s%s: expected a wall time without zone such as 2026-11-23T10:00:00, or a date, got %.*s",
                     r->prefix, key, STR_ARG(str_sub(local, 0, 40)));
    if (e != OK)
        return e;
    if (!str_empty(utc)) {
        *out = u;
        if (u.kind == WHEN_UTC && !str_empty(local)) {
            out->local_us = l.local_us;
            out->has_local = true;
        }
    } else if (!str_empty(local)) {
        *out = l;
    }
    return OK;
}

static enum err get_country(struct reader_ctx *r, const struct json *obj, struct str *out)
{
    enum err e = get_str(r, obj, "country", out);
    if (e == OK && !str_empty(*out) &&
        (out->n != 2 || out->p[0] < 'A' || out->p[0] > 'Z' || out->p[1] < 'A' || out->p[1] > 'Z'))
        return wrong(r, "country", "a country code of two capital letters (ISO 3166)");
    return e;
}

static enum err get_place(struct ctx *ctx, const struct json *v, struct place *out)
{
    struct reader_ctx r = {ctx, "location."};
    enum err e = get_str(&r, v, "city", &out->city);
    if (e == OK)
        e = get_str(&r, v, "region", &out->region);
    if (e == OK)
        e = get_str(&r, v, "postal_code", &out->postal_code);
    return e == OK ? get_country(&r, v, &out->country) : e;
}

static enum err get_address(struct ctx *ctx, const struct json *v, struct address *out)
{
    struct reader_ctx r = {ctx, "ship_to."};
    const struct {
        const char *name;
        struct str *to;
    } F[] = {{"name", &out->name}, {"line1", &out->line1}, {"line2", &out->line2}, {"city", &out->city}, {"region", &out->region},
             {"postal_code", &out->postal_code}, {"phone", &out->phone}};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof(F) / sizeof(F[0]); i++)
        e = get_str(&r, v, F[i].name, F[i].to);
    return e == OK ? get_country(&r, v, &out->country) : e;
}

static enum err get_item(struct ctx *ctx, const struct json *v, size_t i, struct fact_item *it)
{
    struct str prefix = arena_fmt(ctx->arena, "items[%zu].", i);
    struct reader_ctx r = {ctx, prefix.p == NULL ? "items." : prefix.p};
    it->ships = true;
    it->quantity = 1;
    enum err e = v->type == JSON_OBJECT ? OK : wrong(&r, "", "an object");
    if (e == OK)
        e = get_str(&r, v, "item_id", &it->item_id);
    if (e == OK)
        e = get_str(&r, v, "sku", &it->sku);
    if (e == OK)
        e = get_str(&r, v, "title", &it->title);
    if (e == OK)
        e = get_i64(&r, v, "quantity", 0, 1000000, &it->quantity);
    if (e == OK)
        e = get_i64(&r, v, "price_minor", -INT64_C(1000000000000), INT64_C(1000000000000), &it->price_minor);
    return e == OK ? get_bool(&r, v, "ships", &it->ships) : e;
}

static enum err get_items(struct reader_ctx *r, const struct json *obj, const char *name, struct items *out)
{
    const struct json *arr = json_get(obj, name);
    if (arr == NULL || arr->type == JSON_NULL)
        return OK;
    if (arr->type != JSON_ARRAY || arr->count > FACT_ITEMS_MAX)
        return wrong(r, name, "a list of at most 500 items");
    struct fact_item *p = ctx_alloc(r->ctx, (arr->count + 1) * sizeof(*p));
    enum err e = p == NULL ? ERR_MEMORY : OK;
    size_t n = 0;
    for (const struct json *v = arr->first; e == OK && v != NULL; v = v->next, n++)
        e = get_item(r->ctx, v, n, &p[n]);
    *out = (struct items){p, n};
    return e;
}

static enum err get_parcels(struct reader_ctx *r, const struct json *obj, const char *name, struct parcels *out)
{
    const struct json *arr = json_get(obj, name);
    if (arr == NULL || arr->type == JSON_NULL)
        return OK;
    if (arr->type != JSON_ARRAY || arr->count > FACT_PARCELS_MAX)
        return wrong(r, name, "a list of at most 100 parcels");
    struct parcel_ref *p = ctx_alloc(r->ctx, (arr->count + 1) * sizeof(*p));
    enum err e = p == NULL ? ERR_MEMORY : OK;
    size_t n = 0;
    struct reader_ctx in = {r->ctx, "parcels[]."};
    for (const struct json *v = arr->first; e == OK && v != NULL; v = v->next, n++) {
        struct str typed = STR_NULL;
        e = get_str(&in, v, "carrier", &p[n].carrier);
        if (e == OK)
            e = get_str(&in, v, "tracking_number", &typed);
        if (e == OK)
            e = tracking_number_normalise(r->ctx, typed, &p[n].tracking_number);
        if (e == OK)
            e = get_str(&in, v, "url", &p[n].url);
    }
    *out = (struct parcels){p, n};
    return e;
}

static enum err get_text(struct reader_ctx *r, const struct json *v, const struct field *fd, struct str *out)
{
    enum err e = get_str(r, v, fd->name, out);
    if (e == OK && (fd->flags & NEED) != 0 && str_empty(*out))
        return wrong(r, fd->name, "text, it is missing");
    if (e == OK && (fd->flags & CODE) != 0 && !str_empty(*out) && num_currency_digits(*out) < 0)
        return ctx_fail(r->ctx, ERR_PARSE, "%s: expected a currency code (ISO 4217) such as EUR, got %.*s", fd->name,
                        STR_ARG(str_sub(*out, 0, 20)));
    if (e == OK && fd->type == F_NUMBER && ((fd->flags & NEED) != 0 || !str_empty(*out)))
        return tracking_number_normalise(r->ctx, *out, out);
    return e;
}

static enum err get_field(struct reader_ctx *r, const struct json *v, const struct field *fd, struct fact *out)
{
    void *p = (char *)out + fd->at;
    enum err e = OK;
    int64_t n = 0;
    switch (fd->type) {
    case F_STR:
    case F_NUMBER:
        return get_text(r, v, fd, p);
    case F_I64:
        return get_i64(r, v, fd->name, INT64_MIN / 2, INT64_MAX / 2, p);
    case F_MONEY:
        return get_i64(r, v, fd->name, -INT64_C(1000000000000000), INT64_C(1000000000000000), p);
    case F_COUNT:
        e = get_i64(r, v, fd->name, 0, UINT32_MAX, &n);
        *(uint32_t *)p = (uint32_t)n;
        return e;
    case F_BOOL:
        return get_bool(r, v, fd->name, p);
    case F_TIME:
        return get_time(r, v, fd->name, p);
    case F_WHEN:
        return get_when(r, v, fd->name, p);
    case F_PLACE:
        return get_place(r->ctx, json_get(v, fd->name), p);
    case F_ADDRESS:
        return get_address(r->ctx, json_get(v, fd->name), p);
    case F_ITEMS:
        return get_items(r, v, fd->name, p);
    case F_PARCELS:
        return get_parcels(r, v, fd->name, p);
    case F_ENUM:
        return get_enum(r, v, fd, p);
    }
    return e;
}

static enum err get_fields(struct reader_ctx *r, const struct json *v, const struct field *fd, bool personal_only, struct fact *out)
{
    enum err e = OK;
    for (; e == OK && fd != NULL && fd->name != NULL; fd++)
        if (!personal_only || ((fd->flags & PERSONAL) != 0 && json_get(v, fd->name) != NULL))
            e = get_field(r, v, fd, out);
    return e;
}

static enum err check_incident(struct ctx *ctx, const struct incident_fact *in)
{
    if (in->country.n != 2)
        return ctx_fail(ctx, ERR_PARSE, "country: expected two letters such as US, got \"%.*s\"", STR_ARG(str_sub(in->country, 0, 40)));
    if (in->until_us != 0 && in->until_us <= in->from_us)
        return ctx_fail(ctx, ERR_PARSE, "until: expected a time after from");
    return OK;
}

static enum err check_return(struct ctx *ctx, const struct json *v, const struct return_fact *ret)
{
    if (str_empty(json_str(v, "state")))
        return ctx_fail(ctx, ERR_PARSE, "state: expected a state of a return such as approved, it is missing");
    if (str_empty(ret->order_id) && str_empty(ret->order_name))
        return ctx_fail(ctx, ERR_PARSE, "order_id: expected it, or order_name");
    return OK;
}

enum err fact_read(struct ctx *ctx, const struct json *v, const struct json *personal, struct fact *out)
{
    struct reader_ctx r = {ctx, ""};
    struct fact fct;
    memset(&fct, 0, sizeof(fct));
    if (v == NULL || v->type != JSON_OBJECT)
        return ctx_fail(ctx, ERR_PARSE, "expected an object with a kind");
    struct str kind = json_str(v, "kind");
    if (!fact_kind_parse(kind, &fct.kind) || fact_fields(fct.kind) == NULL)
        return ctx_fail(ctx, ERR_PARSE, "kind: expected order, fulfillment, tracking_event, inventory_level, refund, return, hold, customer, "
                                        "customer_report, parcel_link, not_found or incident, got \"%.*s\"",
                        STR_ARG(str_sub(kind, 0, 40)));
    enum err e = get_fields(&r, v, fact_fields(fct.kind), false, &fct);
    if (e == OK)
        e = get_fields(&r, v, fact_common_fields, false, &fct);
    if (e == OK && fct.kind == FACT_INCIDENT)
        e = check_incident(ctx, &fct.u.incident);
    if (e == OK && fct.kind == FACT_RETURN)
        e = check_return(ctx, v, &fct.u.ret);
    if (e == OK && personal != NULL)
        e = get_fields(&r, personal, fact_fields(fct.kind), true, &fct);
    if (e != OK)
        return e;
    if (fct.kind == FACT_INVENTORY_LEVEL && json_true(v, FACT_SKU_IS_REF))
        fct.u.inventory.sku = STR_NULL;
    *out = fct;
    return OK;
}
