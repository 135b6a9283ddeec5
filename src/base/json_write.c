/* JSON out: commas, escapes and the canonical text of a tree. See json.h. */
#include "base/json.h"

#include "base/timefmt.h"

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
    const char *two = c == '"'    ? "\\\""
                      : c == '\\' ? "\\\\"
                      : c == '\n' ? "\\n"
                      : c == '\r' ? "\\r"
                      : c == '\t' ? "\\t"
                                  : NULL;
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

/* Eight bytes at once: none is a control, a quote, a backslash or above 0x7f. May say no where only the bytes before would. */
static bool plain8(const char *p)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t x;
    memcpy(&x, p, sizeof(x));
    return ((x | (x - each * 0x20) | ((x ^ each * '"') - each) | ((x ^ each * '\\') - each)) & each * 0x80) == 0;
}

static void write_string(struct buf *b, struct str s)
{
    size_t from = 0, i = 0;
    buf_addc(b, '"');
    while (i < s.n) {
        if (s.n - i >= 8 && plain8(s.p + i)) {
            i += 8;
            continue;
        }
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
    char t[TIME_TEXT_MAX];
    buf_addc(w->b, '"');
    buf_add(w->b, (struct str){t, time_write(t, utc_us)});
    buf_addc(w->b, '"');
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
        JSON_EACH(c, v)
        {
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
