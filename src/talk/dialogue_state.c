/* What a conversation remembers between turns, as JSON: the state in clear, the details that a customer gave to be sealed. */
#include "talk/dialogue.h"

#include "base/num.h"
#include "mind/template.h"

#include <stddef.h>

static const char *const AWAIT_WORDS[AWAIT_COUNT] = {"", "identity", "order", "confirm", "offer", "code", "address", "matter"};

const char *dialogue_outcome_word(enum dialogue_outcome o)
{
    static const char *const WORDS[DIALOGUE_OUTCOME_COUNT] = {"answered", "asked", "acted", "handed", "silent"};
    return o < DIALOGUE_OUTCOME_COUNT ? WORDS[o] : "";
}

static void put_number(struct jw *w, const char *key, int64_t v)
{
    if (v != 0)
        jw_ki64(w, key, v);
}

void dialogue_state_write(struct jw *w, const struct dialogue_state *st)
{
    jw_obj(w);
    jw_kstr_opt(w, "await", str_of(AWAIT_WORDS[st->await]));
    put_number(w, "order_no", st->order_no);
    if (st->proof != PROOF_NONE)
        jw_kstr(w, "proof", str_of(policy_proof_word((unsigned)st->proof)));
    jw_kstr_opt(w, "shown_by", st->shown_by);
    jw_kstr_opt(w, "lang", st->lang);
    if (st->want != CAP_COUNT)
        jw_kstr(w, "want", str_of(capability_word(st->want)));
    put_number(w, "want_confidence", st->want_confidence);
    if (st->matter < INTENT_COUNT)
        jw_kstr(w, "matter", str_of(intent_word(st->matter)));
    put_number(w, "asked", st->asked);
    put_number(w, "misses", st->misses);
    put_number(w, "codes", st->codes);
    jw_kstr_opt(w, "code", st->code);
    put_number(w, "code_until_us", st->code_until_us);
    put_number(w, "due_us", st->due_us);
    put_number(w, "heard", (int64_t)(st->heard >> 2));
    put_number(w, "same", st->same);
    put_number(w, "turns", st->turns);
    put_number(w, "since_us", st->since_us);
    jw_key(w, "orders");
    jw_arr(w);
    for (size_t i = 0; i < st->orders_n; i++)
        jw_i64(w, st->orders[i]);
    jw_arr_end(w);
    jw_key(w, "offers");
    jw_arr(w);
    for (size_t i = 0; i < st->offers_n; i++)
        jw_str(w, str_of(capability_word(st->offers[i])));
    jw_arr_end(w);
    jw_key(w, "told");
    jw_arr(w);
    for (size_t i = 0; i < st->told_n; i++)
        jw_i64(w, (int64_t)(st->told[i] >> 2)); /* JSON's integers have a sign, and room above it */
    jw_arr_end(w);
    jw_end(w);
}

static int64_t number(const struct json *v, const char *key)
{
    int64_t n = 0;
    return json_i64(v, key, INT64_MIN / 2, INT64_MAX / 2, &n) == OK ? n : 0;
}

static unsigned word_at(struct str word, const char *(*name)(unsigned), unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (str_eq(word, str_of(name(i))))
            return i;
    return 0;
}

static void read_lists(const struct json *v, struct dialogue_state *st)
{
    int64_t n = 0;
    JSON_EACH(o, json_get(v, "orders"))
        if (st->orders_n < DIALOGUE_ORDERS_MAX && num_parse_i64(o->text, 1, INT64_MAX, &n) == OK)
            st->orders[st->orders_n++] = n;
    JSON_EACH(c, json_get(v, "offers"))
        if (st->offers_n < POLICY_CAPS_MAX && capability_parse(c->text, &st->offers[st->offers_n]))
            st->offers_n++;
    JSON_EACH(t, json_get(v, "told"))
        if (st->told_n < DIALOGUE_TOLD_MAX && num_parse_i64(t->text, 0, INT64_MAX / 2, &n) == OK)
            st->told[st->told_n++] = (uint64_t)n << 2;
}

enum err dialogue_state_read(struct ctx *ctx, struct str text, struct dialogue_state *out)
{
    const struct json *v = NULL;
    *out = (struct dialogue_state){.matter = INTENT_COUNT, .want = CAP_COUNT};
    if (str_empty(text))
        return OK;
    enum err e = json_parse(ctx, text, &JSON_LIMITS_SMALL, &v);
    if (e != OK)
        return e;
    struct str await = json_str(v, "await");
    for (int i = 1; i < AWAIT_COUNT; i++)
        if (str_eq(await, str_of(AWAIT_WORDS[i])))
            out->await = (enum dialogue_await)i;
    out->order_no = number(v, "order_no");
    out->proof = (enum policy_proof)word_at(json_str(v, "proof"), policy_proof_word, PROOF_COUNT);
    out->shown_by = json_str(v, "shown_by");
    out->lang = words_language(json_str(v, "lang"));
    if (!capability_parse(json_str(v, "want"), &out->want))
        out->want = CAP_COUNT;
    out->want_confidence = (int)number(v, "want_confidence");
    out->matter = intent_from_word(json_str(v, "matter"));
    out->asked = number(v, "asked") != 0;
    out->misses = (int)number(v, "misses");
    out->codes = (int)number(v, "codes");
    out->code = json_str(v, "code");
    out->code_until_us = number(v, "code_until_us");
    out->due_us = number(v, "due_us");
    out->heard = (uint64_t)number(v, "heard") << 2;
    out->same = (int)number(v, "same");
    out->turns = (int)number(v, "turns");
    out->since_us = number(v, "since_us");
    read_lists(v, out);
    return OK;
}

/* ---- details */

#define KEPT(m) offsetof(struct dialogue_kept, m)
static const struct {
    const char *name;
    size_t at;
} KEPT_FIELDS[] = {
    {"order", KEPT(order_name)},    {"tracking_number", KEPT(tracking_number)}, {"email", KEPT(email)},
    {"phone", KEPT(phone)},         {"zip", KEPT(zip)},                         {"name", KEPT(address.name)},
    {"line1", KEPT(address.line1)}, {"line2", KEPT(address.line2)},             {"city", KEPT(address.city)},
    {"region", KEPT(address.region)}, {"postal_code", KEPT(address.postal_code)}, {"country", KEPT(address.country)},
};
#define KEPT_N (sizeof(KEPT_FIELDS) / sizeof(KEPT_FIELDS[0]))

void dialogue_kept_write(struct jw *w, const struct dialogue_kept *kept)
{
    jw_obj(w);
    for (size_t i = 0; i < KEPT_N; i++) {
        struct str s;
        memcpy(&s, (const char *)kept + KEPT_FIELDS[i].at, sizeof(s));
        jw_kstr_opt(w, KEPT_FIELDS[i].name, s);
    }
    jw_end(w);
}

enum err dialogue_kept_read(struct ctx *ctx, struct str text, struct dialogue_kept *out)
{
    const struct json *v = NULL;
    *out = (struct dialogue_kept){.order_name = STR_NULL};
    enum err e = str_empty(text) ? OK : json_parse(ctx, text, &JSON_LIMITS_SMALL, &v);
    for (size_t i = 0; e == OK && i < KEPT_N; i++) {
        struct str s = json_str(v, KEPT_FIELDS[i].name);
        memcpy((char *)out + KEPT_FIELDS[i].at, &s, sizeof(s));
    }
    return e;
}
