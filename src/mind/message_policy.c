/* See message_policy.h. */
#include "mind/message_policy.h"

#include "base/crypto.h"

#define TEXT_MAX ((size_t)60 << 10) /* JSON_LIMITS_SMALL reads it back */

void message_policy_default(struct message_policy *out)
{
    *out = (struct message_policy){
        .language = STR("en"),
        .zone = STR("America/New_York"),
        .country = STR("US"),
        .quiet_from_min = 21 * 60,
        .quiet_until_min = 8 * 60,
        .morning_min = 7 * 60,
        .per_day = 3,
        .spacing_hours = 24,
        .gather_minutes = 10,
        .midpoint_days = 4,
        .promise_hour = 18,
        .channels = {CHANNEL_EMAIL},
        .channels_n = 1,
    };
}

/* ---- as JSON: one table for the figures, so that writing and reading cannot drift apart */

static const struct {
    const char *key;
    size_t at;
    int min, max;
} FIGURES[] = {
#define FIGURE(field, lo, hi) {#field, offsetof(struct message_policy, field), lo, hi}
    FIGURE(quiet_from_min, 0, 1439), FIGURE(quiet_until_min, 0, 1439), FIGURE(morning_min, 0, 1439), FIGURE(per_day, 1, 100),
    FIGURE(spacing_hours, 0, 2400),  FIGURE(gather_minutes, 0, 60),    FIGURE(midpoint_days, 0, 400), FIGURE(promise_hour, 1, 23),
    FIGURE(unopened_hours, 0, 240),
#undef FIGURE
};
static const struct {
    const char *key;
    size_t at;
} TEXTS[] = {
#define WORDS(field) {#field, offsetof(struct message_policy, field)}
    WORDS(store), WORDS(sign_off), WORDS(language), WORDS(zone), WORDS(country), WORDS(problem_url),
#undef WORDS
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void write_channels(struct jw *w, const enum channel_kind *list, size_t n)
{
    jw_key(w, "channels");
    jw_arr(w);
    for (size_t i = 0; i < n; i++)
        jw_str(w, str_of(channel_kind_word(list[i])));
    jw_arr_end(w);
}

static void write_rule(struct jw *w, const struct message_rule *r)
{
    jw_obj(w);
    if (r->kind < MESSAGE_KIND_COUNT)
        jw_kstr(w, "message", str_of(message_kind_word(r->kind)));
    jw_kstr_opt(w, "country", r->country);
    jw_kstr_opt(w, "carrier", r->carrier);
    if (r->value_from_minor != 0)
        jw_ki64(w, "value_from_minor", r->value_from_minor);
    jw_kbool(w, "send", r->send);
    write_channels(w, r->channels, r->channels_n);
    jw_end(w);
}

static void write_templates(struct jw *w, const struct message_policy *mp)
{
    jw_key(w, "templates");
    jw_arr(w);
    for (size_t i = 0; i < mp->templates_n; i++) {
        jw_obj(w);
        jw_kstr(w, "language", mp->templates[i].language);
        jw_kstr(w, "key", mp->templates[i].key);
        jw_kstr(w, "text", mp->templates[i].text);
        jw_end(w);
    }
    jw_arr_end(w);
}

void message_policy_write(struct jw *w, const struct message_policy *mp)
{
    jw_obj(w);
    jw_kbool(w, "enabled", mp->enabled);
    for (size_t i = 0; i < COUNT(TEXTS); i++)
        jw_kstr(w, TEXTS[i].key, *(const struct str *)(const void *)((const char *)mp + TEXTS[i].at));
    for (size_t i = 0; i < COUNT(FIGURES); i++)
        jw_ki64(w, FIGURES[i].key, *(const int *)(const void *)((const char *)mp + FIGURES[i].at));
    jw_key(w, "storefront_tells");
    jw_arr(w);
    for (int k = 0; k < MESSAGE_KIND_COUNT; k++)
        if ((mp->storefront_tells & 1u << k) != 0)
            jw_str(w, str_of(message_kind_word((enum message_kind)k)));
    jw_arr_end(w);
    write_channels(w, mp->channels, mp->channels_n);
    jw_key(w, "rules");
    jw_arr(w);
    for (size_t i = 0; i < mp->rules_n; i++)
        write_rule(w, &mp->rules[i]);
    jw_arr_end(w);
    if (mp->templates_n > 0)
        write_templates(w, mp);
    jw_end(w);
}

enum err message_policy_text(struct ctx *ctx, struct message_policy *mp, struct str *out)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    struct jw w = jw_of(&b);
    message_policy_write(&w, mp);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    if (e == OK)
        e = text_version(ctx, *out, &mp->version);
    buf_clear(&b);
    return e == OK ? OK : ctx_fail(ctx, e, "message rules: they do not fit into %zu bytes", TEXT_MAX);
}

static enum err read_channels(struct ctx *ctx, const struct json *v, enum channel_kind *list, size_t *n)
{
    *n = 0;
    JSON_EACH(c, json_get(v, "channels"))
        if (*n >= CHANNEL_KIND_COUNT || !channel_kind_parse(json_value_text(c), &list[(*n)++]))
            return ctx_fail(ctx, ERR_PARSE, "message rules: channels");
    return OK;
}

static enum err read_rule(struct ctx *ctx, const struct json *v, struct message_rule *out)
{
    struct str kind = json_str(v, "message");
    *out = (struct message_rule){.kind = MESSAGE_KIND_COUNT, .country = json_str(v, "country"), .carrier = json_str(v, "carrier"),
                                 .send = json_true(v, "send")};
    if (!str_empty(kind) && !message_kind_parse(kind, &out->kind))
        return ctx_fail(ctx, ERR_PARSE, "message rules: message");
    enum err e = json_i64(v, "value_from_minor", 0, INT64_MAX, &out->value_from_minor);
    if (e != OK && e != ERR_NOTFOUND)
        return ctx_fail(ctx, ERR_PARSE, "message rules: value_from_minor");
    return read_channels(ctx, v, out->channels, &out->channels_n);
}

static enum err read_rules(struct ctx *ctx, const struct json *list, struct message_policy *mp)
{
    if (list == NULL || list->count > MESSAGE_RULES_MAX)
        return ctx_fail(ctx, ERR_PARSE, "message rules: rules");
    struct message_rule *rules = arena_array(ctx->arena, list->count + 1, sizeof(*rules));
    enum err e = rules == NULL ? ctx_fail(ctx, ERR_MEMORY, "message rules: no memory") : OK;
    JSON_EACH(c, list) {
        if (e == OK)
            e = read_rule(ctx, c, &rules[mp->rules_n]);
        mp->rules_n += e == OK ? 1 : 0;
    }
    mp->rules = rules;
    return e;
}

static enum err read_templates(struct ctx *ctx, const struct json *list, struct message_policy *mp)
{
    if (list == NULL)
        return OK;
    if (list->count > MESSAGE_TEMPLATES_MAX)
        return ctx_fail(ctx, ERR_PARSE, "message rules: templates");
    struct message_template *out = arena_array(ctx->arena, list->count + 1, sizeof(*out));
    if (out == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "message rules: no memory");
    JSON_EACH(c, list)
        out[mp->templates_n++] = (struct message_template){json_str(c, "language"), json_str(c, "key"), json_str(c, "text")};
    mp->templates = out;
    return OK;
}

enum err message_policy_read(struct ctx *ctx, struct str text, struct message_policy *out)
{
    const struct json *v = NULL;
    struct message_policy mp;
    struct str again;
    int64_t n = 0;
    message_policy_default(&mp);
    enum err e = json_parse(ctx, text, &JSON_LIMITS_SMALL, &v);
    mp.enabled = json_true(v, "enabled");
    for (size_t i = 0; e == OK && i < COUNT(TEXTS); i++)
        *(struct str *)(void *)((char *)&mp + TEXTS[i].at) = json_str(v, TEXTS[i].key);
    for (size_t i = 0; e == OK && i < COUNT(FIGURES); i++) {
        e = json_i64(v, FIGURES[i].key, FIGURES[i].min, FIGURES[i].max, &n);
        if (e == ERR_NOTFOUND) { /* of a version that did not have it */
            e = OK;
            continue;
        }
        *(int *)(void *)((char *)&mp + FIGURES[i].at) = (int)n;
    }
    JSON_EACH(c, json_get(v, "storefront_tells")) {
        enum message_kind k;
        if (message_kind_parse(json_value_text(c), &k))
            mp.storefront_tells |= 1u << k;
    }
    if (e == OK)
        e = read_channels(ctx, v, mp.channels, &mp.channels_n);
    if (e == OK)
        e = read_rules(ctx, json_get(v, "rules"), &mp);
    if (e == OK)
        e = read_templates(ctx, json_get(v, "templates"), &mp);
    if (e == OK)
        e = message_policy_text(ctx, &mp, &again);
    if (e == OK)
        *out = mp;
    return e == OK || e == ERR_MEMORY ? e : ctx_fail(ctx, ERR_PARSE, "message rules: not as recorded");
}

struct str message_template_own(const struct message_policy *mp, struct str language, struct str key)
{
    for (size_t i = 0; i < mp->templates_n; i++)
        if (str_eq(mp->templates[i].language, language) && str_eq(mp->templates[i].key, key))
            return mp->templates[i].text;
    return STR_NULL;
}

bool message_policy_uses(const struct message_policy *mp, enum channel_kind c)
{
    bool used = false;
    for (size_t i = 0; i < mp->channels_n; i++)
        used = used || mp->channels[i] == c;
    for (size_t i = 0; i < mp->rules_n; i++)
        for (size_t k = 0; k < mp->rules[i].channels_n; k++)
            used = used || mp->rules[i].channels[k] == c;
    return used;
}

const struct message_rule *message_rule_for(const struct message_policy *mp, enum message_kind kind, struct str country,
                                            struct str carrier, int64_t value_minor)
{
    for (size_t i = 0; i < mp->rules_n; i++) {
        const struct message_rule *r = &mp->rules[i];
        if ((r->kind == MESSAGE_KIND_COUNT || r->kind == kind) && (str_empty(r->country) || str_eq(r->country, country)) &&
            (str_empty(r->carrier) || str_eq(r->carrier, carrier)) && value_minor >= r->value_from_minor)
            return r;
    }
    return NULL;
}
