/* See limits_text.h. */
#include "mind/limits_text.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/num.h"

#include <stddef.h>

#define TEXT_MAX ((size_t)1 << 20)
#define RULES_MAX 10000
#define DAYS_OFF_MAX 10000
#define DAY_MAX 4000000 /* beyond year 9999 */

static const struct json_limits LIMITS = {TEXT_MAX, 400000, 6};

static const struct {
    const char *key;
    size_t at;
    int least, most;
} FIGURES[] = {
#define LIMIT(field, lo, hi, d, words) {#field, offsetof(struct limit_set, field), (lo), (hi)},
#include "mind/limit.def"
#undef LIMIT
};
#define FIGURES_N (sizeof(FIGURES) / sizeof(FIGURES[0]))

static void write_set(struct jw *w, const struct limit_set *s, bool trust)
{
    for (size_t i = 0; i < FIGURES_N; i++) {
        int v;
        memcpy(&v, (const char *)s + FIGURES[i].at, sizeof(v));
        if (v >= 0)
            jw_ki64(w, FIGURES[i].key, v);
    }
    if (trust)
        jw_kbool(w, "delivered_trusted", s->delivered_trusted);
}

static void write_rule(struct jw *w, const struct limit_rule *r)
{
    jw_obj(w);
    if (!str_empty(r->carrier))
        jw_kstr(w, "carrier", r->carrier);
    if (!str_empty(r->service))
        jw_kstr(w, "service", r->service);
    if (!str_empty(r->country))
        jw_kstr(w, "country", r->country);
    if (r->from_day != 0 || r->to_day != 0) {
        jw_ki64(w, "from_day", r->from_day);
        jw_ki64(w, "to_day", r->to_day);
    }
    write_set(w, &r->set, r->set.trust_said);
    jw_end(w);
}

static void write_all(struct jw *w, const struct promises *p)
{
    jw_obj(w);
    jw_kstr(w, "home_country", p->home_country);
    jw_kstr(w, "home_zone", p->home_zone);
    jw_key(w, "limits");
    jw_obj(w);
    write_set(w, &p->base, true);
    jw_end(w);
    jw_key(w, "rules");
    jw_arr(w);
    for (size_t i = 0; i < p->rules_n; i++)
        write_rule(w, &p->rules[i]);
    jw_arr_end(w);
    jw_key(w, "days_off");
    jw_arr(w);
    for (size_t i = 0; i < p->extra_off_n; i++)
        jw_i64(w, p->extra_off[i]);
    jw_arr_end(w);
    jw_end(w);
}

enum err promises_text(struct ctx *ctx, const struct promises *p, struct str *text, struct str *version)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    struct jw w = jw_of(&b);
    write_all(&w, p);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), text);
    if (e == OK)
        e = text_version(ctx, *text, version);
    buf_clear(&b);
    return e == OK ? OK : ctx_fail(ctx, e, "promises: they do not fit into %zu bytes", TEXT_MAX);
}

static enum err read_set(const struct json *v, struct limit_set *out)
{
    const struct json *trust = json_get(v, "delivered_trusted");
    for (size_t i = 0; i < FIGURES_N; i++) {
        int64_t n = -1;
        enum err e = json_i64(v, FIGURES[i].key, FIGURES[i].least, FIGURES[i].most, &n);
        if (e != OK && e != ERR_NOTFOUND)
            return ERR_PARSE;
        int figure = (int)n;
        memcpy((char *)out + FIGURES[i].at, &figure, sizeof(figure));
    }
    out->trust_said = trust != NULL;
    out->delivered_trusted = trust == NULL || json_true(v, "delivered_trusted");
    return OK;
}

static enum err read_day(const struct json *v, const char *key, int64_t *out)
{
    enum err e = json_i64(v, key, -DAY_MAX, DAY_MAX, out);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err read_rules(struct ctx *ctx, const struct json *list, struct promises *out)
{
    size_t n = 0;
    JSON_EACH(v, list)
        n++;
    struct limit_rule *rules = n > RULES_MAX ? NULL : ctx_alloc(ctx, (n + 1) * sizeof(*rules));
    if (rules == NULL)
        return n > RULES_MAX ? ERR_PARSE : ERR_MEMORY;
    out->rules = rules;
    JSON_EACH(v, list) {
        struct limit_rule *r = &rules[out->rules_n++];
        *r = (struct limit_rule){.carrier = json_str(v, "carrier"), .service = json_str(v, "service"), .country = json_str(v, "country")};
        if (read_set(v, &r->set) != OK || read_day(v, "from_day", &r->from_day) != OK || read_day(v, "to_day", &r->to_day) != OK)
            return ERR_PARSE;
    }
    return OK;
}

static enum err read_days_off(struct ctx *ctx, const struct json *list, struct promises *out)
{
    size_t n = 0;
    JSON_EACH(v, list)
        n++;
    int64_t *days = n > DAYS_OFF_MAX ? NULL : ctx_alloc(ctx, (n + 1) * sizeof(*days));
    if (days == NULL)
        return n > DAYS_OFF_MAX ? ERR_PARSE : ERR_MEMORY;
    out->extra_off = days;
    JSON_EACH(v, list)
        if (num_parse_i64(v->text, -DAY_MAX, DAY_MAX, &days[out->extra_off_n++]) != OK)
            return ERR_PARSE;
    return OK;
}

static bool is_whole(const struct limit_set *s)
{
    for (size_t i = 0; i < FIGURES_N; i++) {
        int v;
        memcpy(&v, (const char *)s + FIGURES[i].at, sizeof(v));
        if (v < 0)
            return false;
    }
    return true;
}

enum err promises_read(struct ctx *ctx, struct str text, struct promises *out)
{
    const struct json *v = NULL;
    *out = (struct promises){.rules = NULL};
    enum err e = arena_dup(ctx->arena, text, &text); /* its strings are looked into */
    if (e == OK)
        e = json_parse(ctx, text, &LIMITS, &v);
    if (e == OK) {
        out->home_country = json_str(v, "home_country");
        out->home_zone = json_str(v, "home_zone");
        e = read_set(json_get(v, "limits"), &out->base);
        out->base.trust_said = false;
    }
    if (e == OK)
        e = is_whole(&out->base) ? OK : ERR_PARSE;
    if (e == OK)
        e = read_rules(ctx, json_get(v, "rules"), out);
    if (e == OK)
        e = read_days_off(ctx, json_get(v, "days_off"), out);
    return e == OK || e == ERR_MEMORY ? e : ctx_fail(ctx, ERR_PARSE, "promises: not as recorded");
}
