/*
 * See json.h. yajl reads, we build: each value is a node in the arena, children are linked in order. Keys of one object are
 * checked for repeats as they come: by comparison while they are few, by a hash set when they are many.
 */
#include "base/json.h"

#include "base/num.h"
#include "base/timefmt.h"

#include <stdlib.h>
#include <yajl/yajl_parse.h>

const struct json_limits JSON_LIMITS_WEBHOOK = {(size_t)5 << 20, 200000, 32};
const struct json_limits JSON_LIMITS_SMALL = {(size_t)64 << 10, 2000, 16};

#define DEPTH_MAX 64
#define FEW_KEYS 12

struct level {
    struct json *node;
    struct json *last;
    struct str key;     /* waiting for its value */
    uint64_t *seen;     /* hash set of keys once they are many */
    size_t seen_cap;
};

struct parse {
    struct ctx *ctx;
    const struct json_limits *lim;
    struct str text;
    struct level levels[DEPTH_MAX];
    int depth;
    size_t nodes;
    struct json *root;
    enum err e;
};

static int stop(struct parse *p, enum err e)
{
    p->e = e;
    return 0;
}

/* A string's bytes: a view into the input when yajl gave one, else a copy. */
static enum err keep(struct parse *p, const unsigned char *s, size_t n, struct str *out)
{
    const char *c = (const char *)s;
    if (n == 0) {
        *out = STR("");
        return OK;
    }
    if (c >= p->text.p && c + n <= p->text.p + p->text.n) {
        *out = (struct str){c, n};
        return OK;
    }
    return arena_dup(p->ctx->arena, (struct str){c, n}, out);
}

static struct json *add(struct parse *p, enum json_type t)
{
    if (++p->nodes > p->lim->max_nodes) {
        p->e = ctx_fail(p->ctx, ERR_LIMIT, "JSON: more than %zu values", p->lim->max_nodes);
        return NULL;
    }
    struct json *v = ctx_alloc(p->ctx, sizeof(*v));
    if (v == NULL) {
        p->e = ERR_MEMORY;
        return NULL;
    }
    v->type = t;
    if (p->depth == 0) {
        p->root = v;
        return v;
    }
    struct level *l = &p->levels[p->depth - 1];
    v->key = l->key;
    if (l->last == NULL)
        l->node->first = v;
    else
        l->last->next = v;
    l->last = v;
    l->node->count++;
    return v;
}

static int on_null(void *u)
{
    return add(u, JSON_NULL) != NULL;
}

static int on_bool(void *u, int b)
{
    struct json *v = add(u, JSON_BOOL);
    if (v != NULL)
        v->truth = b != 0;
    return v != NULL;
}

static int on_number(void *u, const char *s, size_t n)
{
    struct parse *p = u;
    struct json *v = add(p, JSON_NUMBER);
    if (v == NULL)
        return 0;
    enum err e = keep(p, (const unsigned char *)s, n, &v->text);
    return e == OK ? 1 : stop(p, e);
}

static int on_string(void *u, const unsigned char *s, size_t n)
{
    struct parse *p = u;
    struct json *v = add(p, JSON_STRING);
    if (v == NULL)
        return 0;
    if (n > 0 && memchr(s, 0, n) != NULL)
        return stop(p, ctx_fail(p->ctx, ERR_PARSE, "%.*s: a NUL character is not allowed", STR_ARG(v->key)));
    enum err e = keep(p, s, n, &v->text);
    return e == OK ? 1 : stop(p, e);
}

static bool set_add(uint64_t *set, size_t cap, uint64_t h)
{
    size_t i = h & (cap - 1);
    for (; set[i] != 0; i = (i + 1) & (cap - 1))
        if (set[i] == h)
            return false;
    set[i] = h;
    return true;
}

/* Many keys: a set of hashes; equal hashes are compared by walking, so that no key is refused wrongly. */
static bool is_repeat_many(struct parse *p, struct level *l)
{
    size_t need = (l->node->count + 1) * 2;
    if (l->seen == NULL || need > l->seen_cap) {
        size_t cap = 64;
        while (cap < need * 2)
            cap *= 2;
        l->seen = arena_array(p->ctx->arena, cap, sizeof(uint64_t));
        l->seen_cap = cap;
        if (l->seen == NULL) {
            p->e = ctx_fail(p->ctx, ERR_MEMORY, "JSON: over the memory limit");
            return true;
        }
        for (const struct json *c = l->node->first; c != NULL; c = c->next)
            (void)set_add(l->seen, cap, str_hash(c->key) | 1);
    }
    if (set_add(l->seen, l->seen_cap, str_hash(l->key) | 1))
        return false;
    for (const struct json *c = l->node->first; c != NULL; c = c->next)
        if (str_eq(c->key, l->key))
            return true;
    return false;
}

static bool is_repeat(struct parse *p, struct level *l)
{
    if (l->node->count > FEW_KEYS)
        return is_repeat_many(p, l);
    for (const struct json *c = l->node->first; c != NULL; c = c->next)
        if (str_eq(c->key, l->key))
            return true;
    return false;
}

static int on_key(void *u, const unsigned char *s, size_t n)
{
    struct parse *p = u;
    struct level *l = &p->levels[p->depth - 1];
    enum err e = keep(p, s, n, &l->key);
    if (e != OK)
        return stop(p, e);
    if (is_repeat(p, l))
        return stop(p, p->e != OK ? p->e : ctx_fail(p->ctx, ERR_PARSE, "%.*s: the same name twice in one object", STR_ARG(l->key)));
    return 1;
}

static int open_level(struct parse *p, enum json_type t)
{
    if (p->depth >= p->lim->max_depth || p->depth >= DEPTH_MAX)
        return stop(p, ctx_fail(p->ctx, ERR_LIMIT, "JSON: nested deeper than %d", p->lim->max_depth));
    struct json *v = add(p, t);
    if (v == NULL)
        return 0;
    p->levels[p->depth++] = (struct level){.node = v};
    return 1;
}

static int on_open_obj(void *u)
{
    return open_level(u, JSON_OBJECT);
}

static int on_open_arr(void *u)
{
    return open_level(u, JSON_ARRAY);
}

static int on_close(void *u)
{
    ((struct parse *)u)->depth--;
    return 1;
}

static const yajl_callbacks CALLBACKS = {
    .yajl_null = on_null,
    .yajl_boolean = on_bool,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_open_obj,
    .yajl_map_key = on_key,
    .yajl_end_map = on_close,
    .yajl_start_array = on_open_arr,
    .yajl_end_array = on_close,
};

static enum err syntax_error(struct ctx *ctx, yajl_handle h, struct str text)
{
    size_t at = yajl_get_bytes_consumed(h);
    unsigned char *words = yajl_get_error(h, 0, (const unsigned char *)text.p, text.n);
    struct str w = str_trim(str_of((const char *)words));
    for (size_t i = 0; i < w.n; i++)
        if (w.p[i] == '\n')
            w.n = i;
    enum err e = ctx_fail(ctx, ERR_PARSE, "JSON: %.*s near byte %zu", STR_ARG(w), at);
    yajl_free_error(h, words);
    return e;
}

enum err json_parse(struct ctx *ctx, struct str text, const struct json_limits *lim, const struct json **out)
{
    struct parse p = {.ctx = ctx, .lim = lim, .text = text};
    if (text.n > lim->max_bytes)
        return ctx_fail(ctx, ERR_LIMIT, "JSON: %zu bytes, at most %zu are allowed", text.n, lim->max_bytes);
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
        text = str_sub(text, 3, text.n);
    if (text.n == 0)
        return ctx_fail(ctx, ERR_PARSE, "JSON: empty");
    yajl_handle h = yajl_alloc(&CALLBACKS, NULL, &p);
    if (h == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "JSON: no memory");
    yajl_status st = yajl_parse(h, (const unsigned char *)text.p, text.n);
    if (st == yajl_status_ok)
        st = yajl_complete_parse(h);
    enum err e = p.e;
    if (e == OK && st != yajl_status_ok)
        e = syntax_error(ctx, h, text);
    yajl_free(h);
    if (e == OK && p.root == NULL)
        e = ctx_fail(ctx, ERR_PARSE, "JSON: empty");
    if (e == OK)
        *out = p.root;
    return e;
}

/* ---- reading */

const struct json *json_get(const struct json *obj, const char *key)
{
    if (obj == NULL || obj->type != JSON_OBJECT)
        return NULL;
    size_t n = strlen(key);
    for (const struct json *c = obj->first; c != NULL; c = c->next)
        if (c->key.n == n && memcmp(c->key.p, key, n) == 0)
            return c;
    return NULL;
}

const struct json *json_at(const struct json *arr, size_t i)
{
    if (arr == NULL || arr->type != JSON_ARRAY)
        return NULL;
    const struct json *c = arr->first;
    while (c != NULL && i-- > 0)
        c = c->next;
    return c;
}

const struct json *json_path(const struct json *v, const char *path)
{
    struct str rest = str_of(path), part;
    while (v != NULL && str_split(&rest, '.', &part)) {
        int64_t i;
        const struct json *next = NULL;
        if (v->type == JSON_ARRAY && num_parse_i64(part, 0, INT32_MAX, &i) == OK)
            next = json_at(v, (size_t)i);
        for (const struct json *c = v->type == JSON_OBJECT ? v->first : NULL; c != NULL; c = c->next)
            if (str_eq(c->key, part))
                next = c;
        v = next;
    }
    return v;
}

bool json_is(const struct json *v, enum json_type t)
{
    return v != NULL && v->type == t;
}

const struct json *json_first(const struct json *v)
{
    return v != NULL && (v->type == JSON_ARRAY || v->type == JSON_OBJECT) ? v->first : NULL;
}

struct str json_str(const struct json *obj, const char *key)
{
    const struct json *v = json_get(obj, key);
    return json_is(v, JSON_STRING) ? v->text : STR_NULL;
}

struct str json_value_text(const struct json *v)
{
    return json_is(v, JSON_STRING) || json_is(v, JSON_NUMBER) ? v->text : STR_NULL;
}

struct str json_text(const struct json *obj, const char *key)
{
    return json_value_text(json_get(obj, key));
}

bool json_true(const struct json *obj, const char *key)
{
    const struct json *v = json_get(obj, key);
    return json_is(v, JSON_BOOL) && v->truth;
}

enum err json_i64(const struct json *obj, const char *key, int64_t min, int64_t max, int64_t *out)
{
    const struct json *v = json_get(obj, key);
    if (v == NULL || v->type == JSON_NULL)
        return ERR_NOTFOUND;
    if (v->type != JSON_NUMBER)
        return ERR_PARSE;
    return num_parse_i64(v->text, min, max, out);
}

/* ---- writing */

static void before_value(struct jw *w)
{
    if (w->comma)
        buf_addc(w->b, ',');
    w->comma = true;
}

static void open_with(struct jw *w, char c)
{
    before_value(w);
    buf_addc(w->b, c);
    w->comma = false;
}

static void close_with(struct jw *w, char c)
{
    buf_addc(w->b, c);
    w->comma = true;
}

void jw_obj(struct jw *w)
{
    open_with(w, '{');
}

void jw_end(struct jw *w)
{
    close_with(w, '}');
}

void jw_arr(struct jw *w)
{
    open_with(w, '[');
}

void jw_arr_end(struct jw *w)
{
    close_with(w, ']');
}

static void escape_one(struct buf *b, unsigned char c)
{
    static const char HEX[] = "0123456789abcdef";
    const char *two = c == '"' ? "\\\"" : c == '\\' ? "\\\\" : c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : NULL;
    if (two != NULL) {
        buf_add(b, (struct str){two, 2});
        return;
    }
    char u[6] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15]};
    buf_add(b, (struct str){u, 6});
}

/* Well-formed length at s[0]; 0 when ill-formed. */
static size_t utf8_step(struct str s)
{
    size_t max = s.n < 4 ? s.n : 4;
    for (size_t n = 1; n <= max; n++)
        if (str_is_utf8((struct str){s.p, n}))
            return n;
    return 0;
}

static void write_string(struct buf *b, struct str s)
{
    size_t from = 0, i = 0;
    buf_addc(b, '"');
    while (i < s.n) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            i++;
            continue;
        }
        size_t len = c < 0x80 ? 1 : utf8_step(str_sub(s, i, 4));
        if (c >= 0x80 && len > 0) {
            i += len;
            continue;
        }
        buf_add(b, str_sub(s, from, i - from));
        if (c >= 0x80)
            buf_add(b, STR("\xef\xbf\xbd"));
        else
            escape_one(b, c);
        i++;
        from = i;
    }
    buf_add(b, str_sub(s, from, i - from));
    buf_addc(b, '"');
}

void jw_key(struct jw *w, const char *key)
{
    before_value(w);
    write_string(w->b, str_of(key));
    buf_addc(w->b, ':');
    w->comma = false;
}

void jw_str(struct jw *w, struct str s)
{
    before_value(w);
    write_string(w->b, s);
}

void jw_i64(struct jw *w, int64_t v)
{
    before_value(w);
    buf_add_i64(w->b, v);
}

void jw_bool(struct jw *w, bool v)
{
    before_value(w);
    buf_addz(w->b, v ? "true" : "false");
}

void jw_null(struct jw *w)
{
    before_value(w);
    buf_addz(w->b, "null");
}

void jw_raw(struct jw *w, struct str json)
{
    before_value(w);
    buf_add(w->b, json);
}

void jw_time(struct jw *w, int64_t utc_us)
{
    before_value(w);
    if (utc_us == 0) {
        buf_addz(w->b, "null");
        return;
    }
    struct civil c = civil_from_us(utc_us);
    buf_fmt(w->b, "\"%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.min, c.sec);
    if (c.us != 0)
        buf_fmt(w->b, ".%06d", c.us);
    buf_addz(w->b, "Z\"");
}

void jw_kstr(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_str(w, s);
}

void jw_kstr_opt(struct jw *w, const char *key, struct str s)
{
    if (!str_empty(s))
        jw_kstr(w, key, s);
}

void jw_kstr_null(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    if (str_empty(s))
        jw_null(w);
    else
        jw_str(w, s);
}

void jw_ki64(struct jw *w, const char *key, int64_t v)
{
    jw_key(w, key);
    jw_i64(w, v);
}

void jw_kbool(struct jw *w, const char *key, bool v)
{
    jw_key(w, key);
    jw_bool(w, v);
}

void jw_ktime(struct jw *w, const char *key, int64_t utc_us)
{
    jw_key(w, key);
    jw_time(w, utc_us);
}

/* Depth is bounded by the parser's limit. */
void json_write(struct jw *w, const struct json *v)
{
    bool is_obj = json_is(v, JSON_OBJECT);
    switch (v == NULL ? JSON_NULL : v->type) {
    case JSON_NULL:
        jw_null(w);
        break;
    case JSON_BOOL:
        jw_bool(w, v->truth);
        break;
    case JSON_NUMBER:
        jw_raw(w, v->text);
        break;
    case JSON_STRING:
        jw_str(w, v->text);
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        open_with(w, is_obj ? '{' : '[');
        JSON_EACH(c, v) {
            if (is_obj) {
                before_value(w);
                write_string(w->b, c->key);
                buf_addc(w->b, ':');
                w->comma = false;
            }
            json_write(w, c);
        }
        close_with(w, is_obj ? '}' : ']');
        break;
    }
}
