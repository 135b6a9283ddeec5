/* See shop_helpers.h. */
#include "connectors/lib/shop_helpers.h"

#include "base/num.h"
#include "connectors/lib/tracking_number.h"
#include "model/fact_json.h"

int map_word(const struct word_map *map, struct str word, int fallback)
{
    for (; map->word != NULL; map++)
        if (str_eq_nocase(word, str_of(map->word)))
            return map->value;
    return fallback;
}

enum err body_money(struct ctx *ctx, const struct json *obj, const char *name, struct str currency, int64_t *out)
{
    struct str s = json_text(obj, name);
    if (str_empty(s))
        return OK;
    enum err e = num_parse_money(s, currency, out);
    return e == OK ? OK : ctx_fail(ctx, ERR_PARSE, "%s: expected an amount in %.*s, got %.*s", name, STR_ARG(currency), STR_ARG(str_sub(s, 0, 40)));
}

enum err body_time(struct ctx *ctx, const struct json *obj, const char *name, int64_t *out_us)
{
    struct str s = json_str(obj, name);
    struct when w;
    if (str_empty(s))
        return OK;
    if (when_parse(s, &w) != OK)
        return ctx_fail(ctx, ERR_PARSE, "%s: expected a time of the years 1970 to 2199, got %.*s", name, STR_ARG(str_sub(s, 0, 40)));
    *out_us = w.kind == WHEN_UTC ? w.utc_us : 0;
    return OK;
}

enum err body_time_utc(struct ctx *ctx, const struct json *obj, const char *name, int64_t *out_us)
{
    struct str s = json_str(obj, name);
    struct when w;
    if (str_empty(s))
        return OK;
    if (when_parse(s, &w) != OK || w.kind == WHEN_DATE)
        return ctx_fail(ctx, ERR_PARSE, "%s: expected a time of the years 1970 to 2199, got %.*s", name, STR_ARG(str_sub(s, 0, 40)));
    *out_us = w.kind == WHEN_UTC ? w.utc_us : w.local_us;
    return OK;
}

enum err body_quantity(struct ctx *ctx, const struct json *obj, const char *name, int64_t fallback, int64_t *out)
{
    *out = fallback;
    enum err e = json_i64(obj, name, 0, 1000000, out);
    if (e == OK || e == ERR_NOTFOUND)
        return OK;
    return ctx_fail(ctx, ERR_PARSE, "%s: expected a whole number from 0 to 1000000, got %.*s", name, STR_ARG(str_sub(json_text(obj, name), 0, 40)));
}

enum err fail_in(struct ctx *ctx, enum err e, const char *list, size_t i)
{
    char words[CTX_MSG_MAX];
    memcpy(words, ctx->msg, sizeof(words));
    return ctx_fail(ctx, e, "%s[%zu].%s", list, i, words);
}

struct str version_key(struct ctx *ctx, const char *kind, struct str id, int64_t changed_us)
{
    return arena_fmt(ctx->arena, "%s:%.*s:%lld", kind, STR_ARG(id), (long long)changed_us);
}

enum err fact_key_by_content(struct ctx *ctx, struct fact *fct)
{
    struct buf b;
    if (!str_empty(fct->key))
        return OK;
    if (fct->kind == FACT_TRACKING_EVENT) {
        fct->key = str_empty(fct->u.event.vendor_event_id) ? tracking_event_key(ctx->arena, &fct->u.event) : fct->u.event.vendor_event_id;
        return OK;
    }
    buf_init(&b, (size_t)8 << 20);
    struct jw w = jw_of(&b);
    fact_write(ctx->arena, &w, fct);
    enum err e = buf_err(&b);
    if (e == OK)
        fct->key = arena_fmt(ctx->arena, "%016llx", (unsigned long long)str_hash(buf_str(&b)));
    buf_clear(&b);
    return e == OK ? OK : ctx_fail(ctx, e, "fact: too large");
}

static enum err tidy(struct ctx *ctx, struct str *carrier)
{
    struct str known = carrier_from_word(*carrier);
    bool plain = true;
    for (size_t i = 0; i < carrier->n; i++) {
        char c = carrier->p[i];
        plain = plain && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
    }
    if (plain) /* an id, ours or of a carrier that we do not know */
        return OK;
    if (!str_empty(known)) {
        *carrier = known;
        return OK;
    }
    char *p = ctx_alloc(ctx, carrier->n + 1);
    if (p == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < carrier->n; i++)
        p[i] = carrier->p[i] >= 'A' && carrier->p[i] <= 'Z' ? (char)(carrier->p[i] + 32) : carrier->p[i];
    *carrier = str_trim((struct str){p, carrier->n});
    return OK;
}

static enum err tidy_parcels(struct ctx *ctx, struct fulfillment_fact *ff)
{
    struct parcel_ref *refs = ctx_alloc(ctx, (ff->parcels_n + 1) * sizeof(*refs));
    enum err e = refs == NULL ? ERR_MEMORY : OK;
    for (size_t i = 0; e == OK && i < ff->parcels_n; i++) {
        refs[i] = ff->parcels[i];
        e = tidy(ctx, &refs[i].carrier);
        /* none is told: the number's check digit may tell */
        if (e == OK && str_empty(refs[i].carrier) && !parcel_ref_make(ctx, STR_NULL, refs[i].tracking_number, refs[i].url, &refs[i]))
            refs[i] = ff->parcels[i];
    }
    if (e == OK)
        ff->parcels = refs;
    return e;
}

enum err fact_tidy_carriers(struct ctx *ctx, struct fact *fct)
{
    enum err e = OK;
    switch (fct->kind) {
    case FACT_TRACKING_EVENT:
        e = tidy(ctx, &fct->u.event.carrier);
        return e == OK ? tidy(ctx, &fct->u.event.next_carrier) : e;
    case FACT_PARCEL_LINK:
        e = tidy(ctx, &fct->u.link.carrier);
        return e == OK ? tidy(ctx, &fct->u.link.next_carrier) : e;
    case FACT_NOT_FOUND:
        return tidy(ctx, &fct->u.not_found.carrier);
    case FACT_RETURN:
        return tidy(ctx, &fct->u.ret.carrier);
    case FACT_FULFILLMENT:
        return tidy_parcels(ctx, &fct->u.fulfillment);
    default:
        return OK;
    }
}

bool parcel_ref_make(struct ctx *ctx, struct str carrier_word, struct str number, struct str url, struct parcel_ref *out)
{
    struct number_candidate cand[NUMBER_CANDIDATES_MAX];
    size_t n = 0;
    *out = (struct parcel_ref){.url = url};
    if (str_empty(str_trim(number)) || tracking_number_normalise(ctx, number, &out->tracking_number) != OK)
        return false;
    out->carrier = carrier_from_word(carrier_word); /* the shop's own word outranks a guess */
    if (str_empty(out->carrier) && str_empty(str_trim(carrier_word)) && number_candidates(ctx, number, cand, &n) == OK && n > 0 &&
        cand[0].trust == TRUST_CHECK_DIGIT && cand[0].confidence >= 90)
        out->carrier = cand[0].carrier;
    return true;
}
