/*
 * JSON: reading into an arena tree (on yajl: numbers keep their digits, so ids over 2^53 survive), writing with escapes.
 * Refused: depth over the limit, more nodes than the limit, invalid UTF-8, a NUL in a string, a key twice in one object,
 * anything after the value. The message names the path or byte. Half a surrogate pair in an escape is read as U+FFFD.
 */
#ifndef WISMO_BASE_JSON_H
#define WISMO_BASE_JSON_H

#include "base/buf.h"
#include "base/ctx.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    bool truth;              /* JSON_BOOL */
    struct str key;          /* name inside its object, else empty */
    struct str text;         /* string (unescaped) or the number's digits as written */
    size_t count;            /* children of an array or object */
    const struct json *first, *next; /* children in order; next sibling */
};

struct json_limits {
    size_t max_bytes, max_nodes;
    int max_depth;
};
extern const struct json_limits JSON_LIMITS_WEBHOOK; /* 5 MiB, 200,000 nodes, depth 32 */
extern const struct json_limits JSON_LIMITS_SMALL;   /* 64 KiB, 2,000 nodes, depth 16 */

/* json_parse: text may be reused by the caller afterwards only if it outlives the tree (strings may be views into it). */
MUST_CHECK enum err json_parse(struct ctx *ctx, struct str text, const struct json_limits *lim, const struct json **out);

/* All getters accept NULL and wrong types: they give NULL, an empty str, or false. */
const struct json *json_get(const struct json *obj, const char *key);
const struct json *json_path(const struct json *v, const char *path); /* "shipment.0.package": names and indices */
const struct json *json_at(const struct json *arr, size_t i);
bool json_is(const struct json *v, enum json_type t);
struct str json_str(const struct json *obj, const char *key);  /* string member, else empty */
struct str json_text(const struct json *obj, const char *key); /* string or number member as text, else empty */
struct str json_value_text(const struct json *v);              /* the same of the value itself */
bool json_true(const struct json *obj, const char *key);       /* member is literally true */
/* json_i64: integer member in min..max. ERR_NOTFOUND absent or null, ERR_PARSE not an integer, ERR_LIMIT out of range. */
MUST_CHECK enum err json_i64(const struct json *obj, const char *key, int64_t min, int64_t max, int64_t *out);

#define JSON_EACH(v, arr) for (const struct json *v = json_first(arr); v != NULL; v = v->next)
const struct json *json_first(const struct json *v); /* first child or NULL */

/* Writing. Commas and escapes are put in by the writer; ill-formed UTF-8 becomes U+FFFD. Check buf_err(w->b) at the end. */
struct jw {
    struct buf *b;
    bool comma; /* state: a value stands before */
};
static inline struct jw jw_of(struct buf *b)
{
    return (struct jw){b, false};
}
void jw_obj(struct jw *w);              /* { */
void jw_end(struct jw *w);              /* } */
void jw_arr(struct jw *w);              /* [ */
void jw_arr_end(struct jw *w);          /* ] */
void jw_key(struct jw *w, const char *key);
void jw_str(struct jw *w, struct str s);
void jw_i64(struct jw *w, int64_t v);
void jw_bool(struct jw *w, bool v);
void jw_null(struct jw *w);
void jw_raw(struct jw *w, struct str json); /* one value that is JSON already */
void jw_time(struct jw *w, int64_t utc_us); /* RFC 3339; null for 0 */
/* key and value in one call; *_opt leaves the key out when the value is empty */
void jw_kstr(struct jw *w, const char *key, struct str s);
void jw_kstr_opt(struct jw *w, const char *key, struct str s);
void jw_kstr_null(struct jw *w, const char *key, struct str s); /* null when empty */
void jw_ki64(struct jw *w, const char *key, int64_t v);
void jw_kbool(struct jw *w, const char *key, bool v);
void jw_ktime(struct jw *w, const char *key, int64_t utc_us);   /* null for 0 */
/* json_write: a tree back to canonical text (members in their order, numbers as written). */
void json_write(struct jw *w, const struct json *v);

#endif
