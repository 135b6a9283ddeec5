/* One value of a custom store: their words, times and amounts to ours. Which type a field has is told by its name. */
#include "connectors/generic_int.h"

#include "base/num.h"
#include "base/zone.h"
#include "connectors/lib/status_map.h"
#include "connectors/lib/time_pattern.h"

static bool one_of(struct str name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (str_eq(name, str_of(*names)))
            return true;
    return false;
}

/* ---- the plan */

/* The table's name as its connector has it, for a table is known by the pointer. */
static const char *table_named(struct str name)
{
    for (size_t i = 0; i < connector_count(); i++)
        if (connector_at(i)->status_file != NULL && str_eq(name, str_of(connector_at(i)->status_file)))
            return connector_at(i)->status_file;
    return NULL;
}

enum err generic_plan(struct plan *p, const struct json *spec)
{
    struct str money = json_str(spec, "money"), table = json_str(spec, "statuses");
    int32_t offset;
    p->spec = spec;
    p->kind = json_str(spec, "kind");
    p->time = json_str(spec, "time");
    p->zone = json_str(spec, "zone");
    p->minor = str_eq(money, STR("minor"));
    if (!str_empty(money) && !p->minor && !str_eq(money, STR("decimal")))
        return ctx_fail(p->ctx, ERR_PARSE, "mapping: money: expected decimal or minor, got %.*s", STR_ARG(money));
    if (!str_empty(p->time) && !str_eq(p->time, STR("unix")) && !str_eq(p->time, STR("unix_ms")) && !str_contains(p->time, STR("%")))
        return ctx_fail(p->ctx, ERR_PARSE, "mapping: time: expected unix, unix_ms or a pattern such as %%d/%%m/%%Y %%H:%%M, got %.*s", STR_ARG(p->time));
    if (!str_empty(p->zone) && zone_offset(p->zone, 0, &offset) != OK)
        return ctx_fail(p->ctx, ERR_PARSE, "mapping: zone: expected a time zone such as Europe/Berlin, got %.*s", STR_ARG(p->zone));
    p->statuses = str_empty(table) ? NULL : table_named(table);
    if (!str_empty(table) && p->statuses == NULL)
        return ctx_fail(p->ctx, ERR_PARSE, "mapping: statuses: there is no table %.*s", STR_ARG(table));
    return OK;
}

/* ---- times */

static bool is_instant(struct str name)
{
    static const char *const NAMES[] = {"at", "occurred_local", NULL};
    return str_ends(name, STR("_at")) || one_of(name, NAMES);
}

/* May be a day, and may be told otherwise than the instants are. */
static bool is_day(struct str name)
{
    static const char *const NAMES[] = {"estimated_delivery", "pickup_until", "preorder_until", NULL};
    return one_of(name, NAMES);
}

static enum err read_time(const struct plan *p, struct str v, struct when *out)
{
    bool ms = str_eq(p->time, STR("unix_ms"));
    int64_t n;
    if (!ms && !str_eq(p->time, STR("unix")))
        return str_empty(p->time) ? when_parse(v, out) : time_by_pattern(v, p->time, out);
    if (num_parse_i64(v, 0, ms ? INT64_C(7258118399999) : INT64_C(7258118399), &n) != OK)
        return ERR_PARSE;
    *out = when_from_utc(ms ? n * 1000 : n * US_PER_S);
    return OK;
}

static enum err put_time(struct plan *p, struct jw *w, struct str name, struct str v)
{
    struct when t;
    enum err e = read_time(p, v, &t);
    if (e != OK && (is_day(name) || str_starts(name, STR("promised"))))
        e = when_parse(v, &t);
    if (e != OK && str_empty(p->time)) { /* the one reader says what is wrong */
        jw_str(w, v);
        return OK;
    }
    if (e != OK)
        return ctx_fail(p->ctx, ERR_PARSE, "%.*s: expected a time of the form %.*s (years 1970 to 2199), got %.*s", STR_ARG(name), STR_ARG(p->time),
                        STR_ARG(str_sub(v, 0, 40)));
    if (t.kind == WHEN_LOCAL && !str_empty(p->zone) && !str_eq(name, STR("occurred_local")) && zone_to_utc(p->zone, t.local_us, &t.utc_us) == OK)
        t.kind = WHEN_UTC;
    jw_str(w, t.kind == WHEN_UTC ? time_rfc3339(p->ctx->arena, t.utc_us) : time_local_text(p->ctx->arena, &t));
    return OK;
}

/* ---- amounts, numbers, flags */

static enum err put_money(struct plan *p, struct jw *w, struct str name, struct str v)
{
    int64_t minor = 0;
    enum err e = p->minor ? num_parse_i64(v, -INT64_C(1000000000000000), INT64_C(1000000000000000), &minor) : num_parse_money(v, p->currency, &minor);
    if (e != OK)
        return ctx_fail(p->ctx, ERR_PARSE, "%.*s: expected an amount%s, got %.*s", STR_ARG(name),
                        p->minor ? " in minor units" : str_empty(p->currency) ? " and a currency" : "", STR_ARG(str_sub(v, 0, 40)));
    jw_i64(w, minor);
    return OK;
}

static enum err put_number(struct plan *p, struct jw *w, struct str name, struct str v)
{
    int64_t n;
    if (num_parse_i64(v, INT64_MIN / 2, INT64_MAX / 2, &n) != OK)
        return ctx_fail(p->ctx, ERR_PARSE, "%.*s: expected a whole number, got %.*s", STR_ARG(name), STR_ARG(str_sub(v, 0, 40)));
    jw_i64(w, n);
    return OK;
}

static enum err put_flag(struct plan *p, struct jw *w, struct str name, struct str v)
{
    static const char *const YES[] = {"true", "1", "yes", "y", "TRUE", "True", "Yes", "YES", NULL};
    static const char *const NO[] = {"false", "0", "no", "n", "FALSE", "False", "No", "NO", NULL};
    if (!one_of(v, YES) && !one_of(v, NO))
        return ctx_fail(p->ctx, ERR_PARSE, "%.*s: expected true or false, got %.*s", STR_ARG(name), STR_ARG(str_sub(v, 0, 40)));
    jw_bool(w, one_of(v, YES));
    return OK;
}

/* ---- words */

/* The vendor's words for ours: spec.values.<field>.<word>. */
static struct str translate(const struct plan *p, struct str name, struct str v)
{
    JSON_EACH(f, json_get(p->spec, "values")) {
        if (!str_eq(f->key, name))
            continue;
        JSON_EACH(word, f) {
            if (str_eq_nocase(word->key, v))
                return json_value_text(word);
        }
    }
    return v;
}

/* A scan's status: a word of ours, of the table, or unknown; then the raw word is kept as the code. */
static void put_status(struct plan *p, struct jw *w, struct str raw, struct str v)
{
    enum parcel_status known;
    struct status_row row;
    p->raw_status = raw;
    if (p->statuses != NULL && status_find(p->statuses, v, &row)) {
        v = str_of(parcel_status_word(row.status));
        p->table_reason = str_of(reason_word(row.reason));
    }
    jw_str(w, parcel_status_parse(v, &known) ? v : str_of(parcel_status_word(PARCEL_UNKNOWN)));
}

/* Takes " x 2" off the end of *sku; what stands behind the last such sign, or empty. */
static struct str take_count(struct str *sku)
{
    static const char *const TIMES[] = {" x ", " X ", " * ", " \xc3\x97 ", NULL};
    for (size_t i = sku->n; i-- > 1;)
        for (const char *const *t = TIMES; *t != NULL; t++)
            if (str_starts(str_sub(*sku, i, sku->n), str_of(*t))) {
                struct str count = str_trim(str_sub(*sku, i + strlen(*t), sku->n));
                *sku = str_trim(str_sub(*sku, 0, i));
                return count;
            }
    return STR_NULL;
}

/* "MUG x 2; PLATE": SKU and how many, one when nothing is said. */
static enum err put_items(struct plan *p, struct jw *w, struct str v)
{
    enum err e = OK;
    struct str one;
    jw_arr(w);
    while (e == OK && str_split(&v, ';', &one)) {
        struct str sku = str_trim(one), count = take_count(&sku);
        if (str_empty(sku))
            continue;
        jw_obj(w);
        jw_kstr(w, "sku", sku);
        jw_key(w, "quantity");
        e = put_number(p, w, STR("items.quantity"), str_empty(count) ? STR("1") : count);
        jw_end(w);
    }
    jw_arr_end(w);
    return e;
}

/* "ups 1Z...; 003404...": a carrier's word, when there is one, and a number. */
static void put_parcels(struct jw *w, struct str v)
{
    struct str one;
    jw_arr(w);
    while (str_split(&v, ';', &one)) {
        struct str number = str_trim(one), carrier = STR_NULL;
        if (str_empty(number))
            continue;
        if (str_contains(number, STR(" ")))
            (void)str_split(&number, ' ', &carrier);
        jw_obj(w);
        jw_kstr_opt(w, "carrier", carrier);
        jw_kstr(w, "tracking_number", str_trim(number));
        jw_end(w);
    }
    jw_arr_end(w);
}

enum err generic_key(struct plan *p, struct jw *w, struct str name)
{
    struct str z;
    enum err e = arena_dup(p->ctx->arena, name, &z);
    if (e == OK)
        jw_key(w, z.p);
    return e;
}

enum err generic_put(struct plan *p, struct jw *w, struct str name, struct str value)
{
    static const char *const NUMBERS[] = {"quantity", "available", "sequence", NULL};
    static const char *const FLAGS[] = {"cod", "full", "released", "ships", "synthetic", "no_notification", NULL};
    struct str v = translate(p, name, value);
    enum err e = generic_key(p, w, name);
    if (e != OK)
        return e;
    if (str_ends(name, STR("_minor")))
        return put_money(p, w, name, v);
    if (is_instant(name) || is_day(name))
        return put_time(p, w, name, v);
    if (one_of(name, FLAGS))
        return put_flag(p, w, name, v);
    if (one_of(name, NUMBERS))
        return put_number(p, w, name, v);
    if (str_eq(name, STR("items")))
        return put_items(p, w, v);
    if (str_eq(name, STR("parcels")))
        put_parcels(w, v);
    else if (str_eq(name, STR("status")) && str_eq(p->kind, STR("tracking_event")))
        put_status(p, w, value, v);
    else
        jw_str(w, v);
    return OK;
}
