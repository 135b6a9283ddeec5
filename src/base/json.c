/*
 * See json.h. yajl reads, we build: each value is a node in the arena, children are linked in
 * order. Keys of one object are checked for repeats as they come: by comparison while they are few,
 * by a hash set when they are many. The text is checked for UTF-8 before yajl sees it (yajl 2.1
 * lets overlong forms pass), and half surrogate pairs, which yajl 2.1 takes together with the
 * character behind them, are replaced by U+FFFD, as long as they are. Writing is in json_write.c.
 */
#include "base/json.h"

#include "base/crypto.h"
#include "base/num.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

const struct json_limits JSON_LIMITS_WEBHOOK = {(size_t)5 << 20, 200000, 32};
const struct json_limits JSON_LIMITS_SMALL = {(size_t)64 << 10, 2000, 16};

#define DEPTH_MAX 64
#define FEW_KEYS 12
#define PATH_MAX_LEN 160

static pthread_once_t hash_once = PTHREAD_ONCE_INIT;
static uint64_t hash_key[2];

static void make_hash_key(void)
{
    if (crypto_random((unsigned char *)hash_key, sizeof(hash_key)) != OK)
        abort(); /* a system without randomness */
}

struct level {
    struct json *node;
    struct json *last;
    struct str key; /* waiting for its value */
    uint64_t *seen; /* hash set of keys once they are many */
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

/* Where we are: "orders.3.name". Cut when it is long. */
static const char *path_of(const struct parse *p, char out[PATH_MAX_LEN])
{
    size_t n = 0;
    memcpy(out, "JSON", 5);
    for (int i = 0; i < p->depth && n < PATH_MAX_LEN; i++) {
        const struct level *l = &p->levels[i];
        const char *dot = i == 0 ? "" : ".";
        int w = l->node->type == JSON_OBJECT
                    ? snprintf(out + n, PATH_MAX_LEN - n, "%s%.*s", dot, STR_ARG(l->key))
                    : snprintf(out + n, PATH_MAX_LEN - n, "%s%zu", dot,
                               l->node->count - (l->node->count > 0));
        n += w > 0 ? (size_t)w : 0;
    }
    return out;
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
        char path[PATH_MAX_LEN];
        p->e = ctx_fail(p->ctx, ERR_LIMIT, "%s: more than %zu values", path_of(p, path),
                        p->lim->max_nodes);
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

/* A NUL can only come from an escape: the text has none. */
static enum err refuse_nul(struct parse *p, const unsigned char *s, size_t n)
{
    char path[PATH_MAX_LEN];
    if (n == 0 || memchr(s, 0, n) == NULL)
        return OK;
    return ctx_fail(p->ctx, ERR_PARSE, "%s: a NUL character is not allowed", path_of(p, path));
}

static int on_string(void *u, const unsigned char *s, size_t n)
{
    struct parse *p = u;
    struct json *v = add(p, JSON_STRING);
    if (v == NULL)
        return 0;
    if (refuse_nul(p, s, n) != OK)
        return stop(p, ERR_PARSE);
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

/* Many keys: a set of hashes; equal hashes are compared by walking, so that no key is refused
 * wrongly. */
static bool is_repeat_many(struct parse *p, struct level *l)
{
    size_t need = (l->node->count + 1) * 2;
    (void)pthread_once(&hash_once, make_hash_key);
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
            (void)set_add(l->seen, cap, str_hash_keyed(hash_key, c->key) | 1);
    }
    if (set_add(l->seen, l->seen_cap, str_hash_keyed(hash_key, l->key) | 1))
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
    char path[PATH_MAX_LEN];
    enum err e = keep(p, s, n, &l->key);
    if (e == OK)
        e = refuse_nul(p, s, n);
    if (e != OK)
        return stop(p, e);
    if (is_repeat(p, l))
        return stop(p, p->e != OK
                           ? p->e
                           : ctx_fail(p->ctx, ERR_PARSE, "%s: the same name twice in one object",
                                      path_of(p, path)));
    return 1;
}

static int open_level(struct parse *p, enum json_type t)
{
    char path[PATH_MAX_LEN];
    if (p->depth >= p->lim->max_depth || p->depth >= DEPTH_MAX)
        return stop(p, ctx_fail(p->ctx, ERR_LIMIT, "%s: nested deeper than %d", path_of(p, path),
                                p->lim->max_depth));
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

static enum err check_text(struct ctx *ctx, struct str text, const struct json_limits *lim)
{
    if (text.n > lim->max_bytes)
        return ctx_fail(ctx, ERR_LIMIT, "JSON: %zu bytes, at most %zu are allowed", text.n,
                        lim->max_bytes);
    if (str_trim(text).n == 0)
        return ctx_fail(ctx, ERR_PARSE, "JSON: empty");
    size_t well = str_utf8_prefix(text);
    if (well < text.n)
        return ctx_fail(ctx, ERR_PARSE, "JSON: byte %zu %s", well + 1,
                        text.p[well] == 0 ? "is NUL" : "is not UTF-8");
    return OK;
}

/* The code unit of an escape at p ("\\uXXXX"), or -1. */
static int escape_unit(struct str s)
{
    int v = 0;
    if (s.n < 6 || s.p[0] != '\\' || s.p[1] != 'u')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        char c = s.p[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return -1;
        v = v << 4 | d;
    }
    return v;
}

/* The next half of a pair that stands alone, from *at on; false at the end. */
static bool find_half(struct str s, size_t *at)
{
    while (*at < s.n) {
        const char *esc = memchr(s.p + *at, '\\', s.n - *at);
        if (esc == NULL)
            return false;
        *at = (size_t)(esc - s.p);
        int unit = escape_unit(str_sub(s, *at, 6));
        int next = unit >= 0xd800 && unit < 0xdc00 ? escape_unit(str_sub(s, *at + 6, 6)) : -1;
        if (next >= 0xdc00 && next < 0xe000) {
            *at += 12;
            continue;
        }
        if (unit >= 0xd800 && unit < 0xe000)
            return true;
        *at += unit < 0 ? 2 : 6;
    }
    return false;
}

static enum err mend_halves(struct ctx *ctx, struct str *text)
{
    size_t at = 0;
    if (!find_half(*text, &at))
        return OK;
    char *copy = ctx_alloc(ctx, text->n);
    if (copy == NULL)
        return ERR_MEMORY;
    memcpy(copy, text->p, text->n);
    do {
        memcpy(copy + at, "\\ufffd", 6);
        at += 6;
    } while (find_half(*text, &at));
    text->p = copy;
    return OK;
}

enum err json_parse(struct ctx *ctx, struct str text, const struct json_limits *lim,
                    const struct json **out)
{
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_sub(text, 3, text.n);
    enum err e = check_text(ctx, text, lim);
    if (e == OK)
        e = mend_halves(ctx, &text);
    if (e != OK)
        return e;
    struct parse p;
    p.ctx = ctx;
    p.lim = lim;
    p.text = text;
    p.depth = 0; /* levels are filled as they open */
    p.nodes = 0;
    p.root = NULL;
    p.e = OK;
    yajl_handle h = yajl_alloc(&CALLBACKS, NULL, &p);
    if (h == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "JSON: no memory");
    (void)yajl_config(h, yajl_dont_validate_strings, 1);
    yajl_status st = yajl_parse(h, (const unsigned char *)text.p, text.n);
    if (st == yajl_status_ok)
        st = yajl_complete_parse(h);
    e = p.e;
    if (e == OK && st != yajl_status_ok)
        e = syntax_error(ctx, h, text);
    yajl_free(h);
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
        for (const struct json *c = v->type == JSON_OBJECT ? v->first : NULL; c != NULL;
             c = c->next)
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
