/* See message.h: vocabularies, what an order remembers as a compact row, decisions as JSON, keys of effects. */
#include "model/message.h"

#include "base/crypto.h"
#include "base/num.h"
#include "model/pack.h"

#define TOLD_VERSION 2        /* 1: without `opened` */
#define TEXT_MAX 4096 /* items of one entry: a hundred numbers with their occasions */

/* ---- words */

static bool find_word(const char *const *words, int n, struct str word, int *out)
{
    for (int i = 0; i < n; i++)
        if (str_eq(word, str_of(words[i]))) {
            *out = i;
            return true;
        }
    return false;
}

#define WORDS(name, type, COUNT)                                                                                       \
    const char *name##_word(enum type v)                                                                               \
    {                                                                                                                  \
        return (int)v >= 0 && v < COUNT ? name##_words[v] : "unknown";                                                 \
    }
#define PARSE(name, type, COUNT)                                                                                       \
    bool name##_parse(struct str word, enum type *out)                                                                 \
    {                                                                                                                  \
        int i;                                                                                                         \
        if (!find_word(name##_words, COUNT, word, &i))                                                                 \
            return false;                                                                                              \
        *out = (enum type)i;                                                                                           \
        return true;                                                                                                   \
    }

static const char *const message_kind_words[] = {
#define MESSAGE_KIND(NAME, word, group) word,
#include "model/message_kind.def"
#undef MESSAGE_KIND
};
WORDS(message_kind, message_kind, MESSAGE_KIND_COUNT)
PARSE(message_kind, message_kind, MESSAGE_KIND_COUNT)

static const char *const channel_kind_words[] = {
#define CHANNEL_KIND(NAME, word) word,
#include "model/channel_kind.def"
#undef CHANNEL_KIND
};
WORDS(channel_kind, channel_kind, CHANNEL_KIND_COUNT)
PARSE(channel_kind, channel_kind, CHANNEL_KIND_COUNT)

bool channel_kind_has_handles(enum channel_kind c)
{
    return c == CHANNEL_MESSENGER || c == CHANNEL_INSTAGRAM;
}


static const char *const told_state_words[] = {"planned", "claimed", "sent", "failed", "withdrawn", "quiet"};
WORDS(told_state, told_state, TOLD_STATE_COUNT)

static const char *const decision_act_words[] = {"tell", "withdraw", "quiet", "hand_over"};
WORDS(decision_act, decision_act, DECISION_ACT_COUNT)
PARSE(decision_act, decision_act, DECISION_ACT_COUNT)

enum message_group message_kind_group(enum message_kind k)
{
    static const enum message_group GROUPS[] = {
#define MESSAGE_KIND(NAME, word, group) GROUP_##group,
#include "model/message_kind.def"
#undef MESSAGE_KIND
    };
    return (int)k >= 0 && k < MESSAGE_KIND_COUNT ? GROUPS[k] : GROUP_TROUBLE;
}

/* ---- what an order remembers */

static enum err tellings_reserve(struct ctx *ctx, struct tellings *t, size_t cap)
{
    if (t->cap >= cap)
        return OK;
    struct told_entry *p = arena_array(ctx->arena, cap, sizeof(*p));
    if (p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "messages: no memory");
    if (t->n > 0)
        memcpy(p, t->entries, t->n * sizeof(*p));
    t->entries = p;
    t->cap = cap;
    return OK;
}

/* The oldest that nothing waits for makes room; when all wait, the oldest does. */
static void tellings_drop(struct tellings *t)
{
    size_t at = 0;
    while (at < t->n && (t->entries[at].state <= TOLD_CLAIMED || t->entries[at].promise == PROMISE_OPEN))
        at++;
    if (at == t->n)
        at = 0;
    memmove(&t->entries[at], &t->entries[at + 1], (t->n - at - 1) * sizeof(*t->entries));
    t->n--;
}

enum err tellings_add(struct ctx *ctx, struct tellings *t, const struct told_entry *e)
{
    if (t->n >= TOLD_MAX)
        tellings_drop(t);
    enum err err = t->n < t->cap ? OK : tellings_reserve(ctx, t, t->cap == 0 ? 4 : t->cap * 2);
    if (err == OK)
        t->entries[t->n++] = *e;
    return err;
}

void tellings_add_elsewhere(struct tellings *t, const struct told_elsewhere *e)
{
    size_t at = t->elsewhere_n;
    for (size_t i = 0; i < t->elsewhere_n; i++)
        if (t->elsewhere[i].by_person == e->by_person && t->elsewhere[i].kind == e->kind && t->elsewhere[i].at_us == e->at_us)
            return;
    if (at == TOLD_ELSEWHERE_MAX) {
        memmove(&t->elsewhere[0], &t->elsewhere[1], (TOLD_ELSEWHERE_MAX - 1) * sizeof(*t->elsewhere));
        at--;
    }
    for (; at > 0 && t->elsewhere[at - 1].at_us > e->at_us; at--)
        t->elsewhere[at] = t->elsewhere[at - 1];
    t->elsewhere[at] = *e;
    t->elsewhere_n += t->elsewhere_n < TOLD_ELSEWHERE_MAX ? 1 : 0;
}

struct told_entry *tellings_find_key(const struct tellings *t, struct str key)
{
    for (size_t i = t->n; i > 0 && !str_empty(key); i--)
        if (str_eq(t->entries[i - 1].key, key))
            return &t->entries[i - 1];
    return NULL;
}

static void pack_int(struct pack *p, int *v)
{
    int64_t n = *v;
    pack_i64(p, &n);
    if (p->out == NULL)
        *v = (int)(n < 0 || n > INT32_MAX ? 0 : n);
}

static void pack_entry(struct pack *p, struct told_entry *e, uint32_t version)
{
    PACK_ENUM(p, e->kind, message_kind, MESSAGE_KIND_COUNT);
    PACK_ENUM(p, e->channel, channel_kind, CHANNEL_KIND_COUNT);
    PACK_ENUM(p, e->state, told_state, TOLD_STATE_COUNT);
    pack_int(p, &e->generation);
    pack_str(p, &e->items);
    pack_str(p, &e->key);
    pack_str(p, &e->why);
    int64_t *const times[] = {&e->event_us,   &e->decided_us, &e->not_before_us, &e->not_after_us,
                              &e->settled_us, &e->said_us,    &e->promise_us};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        pack_i64(p, times[i]);
    PACK_ENUM(p, e->promise, promise_state, PROMISE_STATE_COUNT);
    pack_bool(p, &e->rendered);
    if (version > 1)
        pack_bool(p, &e->opened);
}

static void pack_tellings(struct pack *p, struct tellings *t)
{
    uint32_t version = TOLD_VERSION;
    pack_u32(p, &version);
    if (version < 1 || version > TOLD_VERSION)
        pack_corrupt(p);
    pack_count(p, &t->n, TOLD_MAX);
    t->entries = pack_list(p, t->entries, t->n, sizeof(*t->entries));
    for (size_t i = 0; i < t->n && t->entries != NULL; i++)
        pack_entry(p, &t->entries[i], version);
    pack_count(p, &t->elsewhere_n, TOLD_ELSEWHERE_MAX);
    for (size_t i = 0; i < t->elsewhere_n; i++) {
        pack_bool(p, &t->elsewhere[i].by_person);
        PACK_ENUM(p, t->elsewhere[i].kind, message_kind, MESSAGE_KIND_COUNT + 1);
        pack_i64(p, &t->elsewhere[i].at_us);
    }
}

void tellings_encode(const struct tellings *t, struct buf *out)
{
    struct tellings copy = *t;
    struct pack p = pack_writer(out);
    if (t->n > 0 || t->elsewhere_n > 0)
        pack_tellings(&p, &copy);
}

enum err tellings_decode(struct ctx *ctx, struct str row, struct tellings *out)
{
    *out = (struct tellings){.n = 0};
    if (str_empty(row))
        return OK;
    struct pack p = pack_reader(ctx, row);
    pack_tellings(&p, out);
    enum err e = pack_end(&p);
    out->cap = out->n;
    if (e != OK)
        *out = (struct tellings){.n = 0};
    return e == OK ? OK : ctx_fail(ctx, e, "what an order remembers of its messages: not as written");
}

enum err tellings_merge(struct ctx *ctx, struct tellings *t, const struct tellings *from)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < from->n; i++)
        e = tellings_add(ctx, t, &from->entries[i]);
    for (size_t i = 0; i < from->elsewhere_n; i++)
        tellings_add_elsewhere(t, &from->elsewhere[i]);
    return e;
}

/* ---- decisions as JSON */

/* Items stand one a line inside, as a list outside. */
static void write_items(struct jw *w, struct str items)
{
    struct str one;
    jw_key(w, "items");
    jw_arr(w);
    while (!str_empty(items) && str_split(&items, '\n', &one))
        jw_str(w, one);
    jw_arr_end(w);
}

static void key_time(struct jw *w, const char *key, int64_t us)
{
    if (us != 0)
        jw_ki64(w, key, us);
}

void decision_write(struct jw *w, struct arena *a, const struct decision *dec)
{
    const struct told_entry *t = &dec->t;
    (void)a;
    jw_obj(w);
    jw_kstr(w, "kind", STR("decision"));
    jw_kstr(w, "act", str_of(decision_act_word(dec->act)));
    jw_ki64(w, "order_no", dec->order_no);
    jw_kstr(w, "message", str_of(message_kind_word(t->kind)));
    write_items(w, t->items);
    jw_kstr_opt(w, "key", t->key);
    if (!str_empty(t->key)) {
        jw_kstr(w, "channel", str_of(channel_kind_word(t->channel)));
        jw_ki64(w, "generation", t->generation);
    }
    jw_kstr(w, "rule", t->why);
    jw_kstr(w, "why", dec->words);
    jw_kstr_opt(w, "policy", dec->policy);
    key_time(w, "event_us", t->event_us);
    key_time(w, "decided_us", t->decided_us);
    key_time(w, "not_before_us", t->not_before_us);
    key_time(w, "not_after_us", t->not_after_us);
    key_time(w, "said_us", t->said_us);
    key_time(w, "promise_us", t->promise_us);
    jw_end(w);
}

static enum err read_time(struct ctx *ctx, const struct json *v, const char *key, int64_t *out)
{
    enum err e = json_i64(v, key, 0, INT64_MAX, out);
    return e == OK || e == ERR_NOTFOUND ? OK : ctx_fail(ctx, ERR_CORRUPT, "decision: %s", key);
}

static enum err read_items(struct ctx *ctx, const struct json *v, struct str *out)
{
    struct buf b;
    buf_init(&b, TEXT_MAX * 4);
    JSON_EACH(c, v) {
        if (b.n > 0)
            buf_addc(&b, '\n');
        buf_add(&b, c->text);
    }
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    buf_clear(&b);
    return e;
}

enum err decision_read(struct ctx *ctx, const struct json *v, struct decision *out)
{
    struct decision dec = {.act = DECISION_TELL};
    struct told_entry *t = &dec.t;
    int64_t generation = 0;
    if (!decision_act_parse(json_str(v, "act"), &dec.act) || !message_kind_parse(json_str(v, "message"), &t->kind) ||
        json_i64(v, "order_no", 1, INT64_MAX, &dec.order_no) != OK)
        return ctx_fail(ctx, ERR_CORRUPT, "decision: act, message or order_no");
    t->key = json_str(v, "key");
    if (!str_empty(t->key) && (!channel_kind_parse(json_str(v, "channel"), &t->channel) ||
                               json_i64(v, "generation", 0, MESSAGE_GENERATION_MAX, &generation) != OK))
        return ctx_fail(ctx, ERR_CORRUPT, "decision: channel or generation");
    t->generation = (int)generation;
    t->why = json_str(v, "rule");
    dec.words = json_str(v, "why");
    dec.policy = json_str(v, "policy");
    const struct {
        const char *key;
        int64_t *to;
    } TIMES[] = {{"event_us", &t->event_us}, {"decided_us", &t->decided_us}, {"not_before_us", &t->not_before_us},
                 {"not_after_us", &t->not_after_us}, {"said_us", &t->said_us}, {"promise_us", &t->promise_us}};
    enum err e = read_items(ctx, json_get(v, "items"), &t->items);
    for (size_t i = 0; e == OK && i < sizeof(TIMES) / sizeof(TIMES[0]); i++)
        e = read_time(ctx, v, TIMES[i].key, TIMES[i].to);
    if (e == OK)
        *out = dec;
    return e;
}

/* ---- keys of effects */

struct str effect_key(struct arena *a, int64_t merchant_id, int64_t order_no, struct str capability, struct str items, int generation)
{
    unsigned char sum[SHA256_LEN];
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, 65536);
    buf_fmt(&b, "%lld\n%lld\n%.*s\n%d\n", (long long)merchant_id, (long long)order_no, STR_ARG(capability), generation);
    buf_add(&b, items);
    if (buf_err(&b) == OK) {
        sha256(buf_str(&b), sum);
        buf_reset(&b);
        buf_add_hex(&b, (struct str){(const char *)sum, MESSAGE_KEY_LEN / 2});
        if (buf_err(&b) != OK || arena_dup(a, buf_str(&b), &out) != OK)
            out = STR_NULL;
    }
    buf_clear(&b);
    return out;
}
