/*
 * ICU's C interface knows numbered arguments only, taken from a C argument list. So names become numbers first: those of plurals
 * 0 and 1, the rest from there on; all others are texts, and more of them are passed than a pattern has. See icu_text.h.
 */
#include "base/icu_text.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/thread.h"
#include "base/timefmt.h"
#include "base/zone.h"

#include <stdlib.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/uloc.h>
#include <unicode/umsg.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#define SLOTS 512
#define SLOTS_FULL 384
#define PLURALS_MAX 2
#define TEXT_MAX 65536
#define DEPTH_MAX 8

/* ---- formatters of a thread, by kind, language and pattern */

enum slot_kind { SLOT_MESSAGE, SLOT_DATE, SLOT_MONEY };
struct slot {
    char *key;
    size_t key_n;
    enum slot_kind kind;
    void *obj;
};
struct cache {
    struct slot slots[SLOTS];
    size_t used;
};

static void slot_clear(struct slot *s)
{
    if (s->key == NULL)
        return;
    if (s->kind == SLOT_MESSAGE)
        umsg_close(s->obj);
    else if (s->kind == SLOT_DATE)
        udat_close(s->obj);
    else
        unum_close(s->obj);
    free(s->key);
    memset(s, 0, sizeof(*s));
}

static void forget(struct cache *c)
{
    for (size_t i = 0; i < SLOTS; i++)
        slot_clear(&c->slots[i]);
    c->used = 0;
}

static void end_thread(void *p)
{
    forget(p);
    free(p);
}

static struct thread_own caches = THREAD_OWN(sizeof(struct cache), end_thread);

/* The slot of a key: filled, or empty for the caller to fill; NULL without memory. */
static struct slot *slot_of(enum slot_kind kind, struct str text)
{
    struct cache *c = thread_own(&caches);
    if (c == NULL)
        return NULL;
    if (c->used >= SLOTS_FULL)
        forget(c);
    size_t i = (str_hash(text) + (uint64_t)kind * 7919) % SLOTS;
    while (c->slots[i].key != NULL &&
           !(c->slots[i].kind == kind && str_eq(text, (struct str){c->slots[i].key, c->slots[i].key_n})))
        i = (i + 1) % SLOTS;
    return &c->slots[i];
}

static bool slot_fill(struct slot *s, enum slot_kind kind, struct str text, void *obj)
{
    struct cache *c = thread_own(&caches);
    char *copy = c == NULL ? NULL : malloc(text.n + 1);
    if (copy == NULL)
        return false;
    memcpy(copy, text.p, text.n);
    *s = (struct slot){copy, text.n, kind, obj};
    c->used++;
    return true;
}

/* ---- texts to ICU's and back */

static UChar *to_icu(struct ctx *ctx, struct str s, int32_t *out_n)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar *p = arena_array(ctx->arena, s.n + 1, sizeof(UChar));
    int32_t n = 0;
    if (p == NULL || s.n > TEXT_MAX)
        return NULL;
    u_strFromUTF8WithSub(p, (int32_t)s.n + 1, &n, s.p == NULL ? "" : s.p, (int32_t)s.n, 0xFFFD, NULL, &status);
    if (U_FAILURE(status))
        return NULL;
    p[n] = 0;
    if (out_n != NULL)
        *out_n = n;
    return p;
}

static struct str from_icu(struct ctx *ctx, const UChar *p, int32_t n)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t len = 0;
    char *out = arena_alloc(ctx->arena, (size_t)n * 3 + 1);
    if (out == NULL)
        return STR_NULL;
    u_strToUTF8(out, n * 3 + 1, &len, p, n, &status);
    return U_FAILURE(status) ? STR_NULL : (struct str){out, (size_t)len};
}

static const char *lang_z(struct ctx *ctx, struct str lang)
{
    struct str z;
    return arena_dup(ctx->arena, str_empty(lang) ? STR("en") : lang, &z) == OK ? z.p : "en";
}

/* ---- names in a pattern: {name}, {name, type}, {name, plural, one {...} other {...}} */

struct walk {
    struct ctx *ctx;
    struct str in;
    size_t at;
    struct buf *out; /* the pattern with numbers for names; NULL: only looked at */
    void (*fn)(void *user, struct str name, bool is_number);
    int (*number)(void *user, struct str name, bool is_number); /* -1: unknown */
    void *user;
};

static enum err walk_message(struct walk *w, int depth, bool inside);

static void put(struct walk *w, struct str s)
{
    if (w->out != NULL)
        buf_add(w->out, s);
}

static struct str take_until(struct walk *w, const char *stops)
{
    size_t from = w->at;
    while (w->at < w->in.n && strchr(stops, w->in.p[w->at]) == NULL)
        w->at++;
    return str_sub(w->in, from, w->at - from);
}

static enum err bad_pattern(struct walk *w)
{
    return ctx_fail(w->ctx, ERR_PARSE, "message: braces do not fit together in \"%.*s\"", STR_ARG(str_sub(w->in, 0, 80)));
}

/* "one {...} other {...}" up to the closing brace of the argument. */
static enum err walk_choices(struct walk *w, int depth)
{
    enum err e = OK;
    while (e == OK && w->at < w->in.n) {
        put(w, take_until(w, "{}"));
        if (w->at >= w->in.n)
            break;
        char c = w->in.p[w->at++];
        put(w, c == '{' ? STR("{") : STR("}"));
        if (c == '}')
            return OK;
        e = walk_message(w, depth + 1, true);
        put(w, STR("}"));
    }
    return e == OK ? bad_pattern(w) : e;
}

static enum err walk_argument(struct walk *w, int depth)
{
    struct str name = str_trim(take_until(w, ",}{")), type = STR_NULL;
    if (w->at >= w->in.n || w->in.p[w->at] == '{' || str_empty(name))
        return bad_pattern(w);
    bool simple = w->in.p[w->at++] == '}';
    if (!simple)
        type = str_trim(take_until(w, ",}{"));
    bool is_number = str_eq(type, STR("plural")) || str_eq(type, STR("selectordinal"));
    if (w->fn != NULL)
        w->fn(w->user, name, is_number);
    int n = w->number == NULL ? 0 : w->number(w->user, name, is_number);
    if (n < 0)
        return ctx_fail(w->ctx, ERR_PARSE, "message: {%.*s} is not among the values", STR_ARG(name));
    if (w->out != NULL)
        buf_fmt(w->out, simple ? "%d}" : "%d, %.*s", n, STR_ARG(type));
    if (simple)
        return OK;
    if (w->at >= w->in.n || w->in.p[w->at] == '{')
        return bad_pattern(w);
    return walk_choices(w, depth);
}

/* Text up to the end, or inside a choice to its closing brace. Apostrophes quote braces as ICU has it. */
static enum err walk_message(struct walk *w, int depth, bool inside)
{
    enum err e = depth > DEPTH_MAX ? bad_pattern(w) : OK;
    while (e == OK && w->at < w->in.n) {
        put(w, take_until(w, "{}'"));
        if (w->at >= w->in.n)
            break;
        char c = w->in.p[w->at];
        if (c == '\'') {
            bool quotes = w->at + 1 < w->in.n && strchr("{}#", w->in.p[w->at + 1]) != NULL;
            size_t from = w->at++;
            if (quotes) {
                (void)take_until(w, "'");
                w->at += w->at < w->in.n;
            }
            put(w, str_sub(w->in, from, w->at - from));
            continue;
        }
        w->at++;
        if (c == '}')
            return inside ? OK : bad_pattern(w);
        put(w, STR("{"));
        e = walk_argument(w, depth);
    }
    return e == OK && inside ? bad_pattern(w) : e;
}

enum err icu_names(struct ctx *ctx, struct str pattern, void (*fn)(void *user, struct str name, bool is_number), void *user)
{
    struct walk w = {.ctx = ctx, .in = pattern, .fn = fn, .user = user};
    return walk_message(&w, 0, false);
}

/* ---- a message */

struct numbering {
    const struct icu_arg *args;
    size_t n;
    const struct icu_arg *plurals[PLURALS_MAX], *texts[ICU_ARGS_MAX];
    size_t plurals_n, texts_n;
    bool limit;
};

static const struct icu_arg *arg_of(const struct numbering *nb, struct str name)
{
    for (size_t i = 0; i < nb->n; i++)
        if (str_eq(nb->args[i].name, name))
            return &nb->args[i];
    return NULL;
}

static void note_plural(void *user, struct str name, bool is_number)
{
    struct numbering *nb = user;
    const struct icu_arg *a = arg_of(nb, name);
    for (size_t i = 0; i < nb->plurals_n; i++)
        if (nb->plurals[i] == a)
            return;
    if (!is_number || a == NULL)
        return;
    if (nb->plurals_n == PLURALS_MAX)
        nb->limit = true;
    else
        nb->plurals[nb->plurals_n++] = a;
}

static int number_of(void *user, struct str name, bool is_number)
{
    struct numbering *nb = user;
    const struct icu_arg *a = arg_of(nb, name);
    if (a == NULL)
        return -1;
    for (size_t i = 0; i < nb->plurals_n; i++)
        if (nb->plurals[i] == a && is_number)
            return (int)i;
    for (size_t i = 0; i < nb->texts_n; i++)
        if (nb->texts[i] == a)
            return (int)(nb->plurals_n + i);
    if (nb->texts_n == ICU_ARGS_MAX) {
        nb->limit = true;
        return -1;
    }
    nb->texts[nb->texts_n++] = a;
    return (int)(nb->plurals_n + nb->texts_n - 1);
}

static enum err numbered_pattern(struct ctx *ctx, struct str pattern, struct numbering *nb, struct buf *out)
{
    enum err e = icu_names(ctx, pattern, note_plural, nb);
    struct walk w = {.ctx = ctx, .in = pattern, .out = out, .number = number_of, .user = nb};
    if (e == OK)
        e = walk_message(&w, 0, false);
    if (nb->limit)
        return ctx_fail(ctx, ERR_LIMIT, "message: more than %d values or %d plurals", ICU_ARGS_MAX, PLURALS_MAX);
    return e == OK ? buf_err(out) : e;
}

static UMessageFormat *message_format(struct ctx *ctx, struct str lang, struct str numbered)
{
    struct str text = arena_fmt(ctx->arena, "%.*s|%.*s", STR_ARG(lang), STR_ARG(numbered));
    struct slot *s = text.p == NULL ? NULL : slot_of(SLOT_MESSAGE, text);
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = 0;
    if (s == NULL || s->key != NULL)
        return s == NULL ? NULL : s->obj;
    UChar *pattern = to_icu(ctx, numbered, &n);
    UMessageFormat *f = pattern == NULL ? NULL : umsg_open(pattern, n, lang_z(ctx, lang), NULL, &status);
    if (U_FAILURE(status) || f == NULL || !slot_fill(s, SLOT_MESSAGE, text, f)) {
        umsg_close(f);
        return NULL;
    }
    return f;
}

static int32_t format(const UMessageFormat *f, UChar *out, int32_t cap, const struct numbering *nb, UChar **t, UErrorCode *status)
{
    double a = nb->plurals_n > 0 ? (double)nb->plurals[0]->number : 0, b = nb->plurals_n > 1 ? (double)nb->plurals[1]->number : 0;
#define TEXTS t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[10], t[11], t[12], t[13], t[14], t[15], t[16],    \
              t[17], t[18], t[19], t[20], t[21], t[22], t[23]
    if (nb->plurals_n == 2)
        return umsg_format(f, out, cap, status, a, b, TEXTS);
    if (nb->plurals_n == 1)
        return umsg_format(f, out, cap, status, a, TEXTS);
    return umsg_format(f, out, cap, status, TEXTS);
#undef TEXTS
}

static enum err run_format(struct ctx *ctx, const UMessageFormat *f, const struct numbering *nb, struct str *out)
{
    UChar *texts[ICU_ARGS_MAX], none[1] = {0};
    size_t size = 1024;
    for (size_t i = 0; i < ICU_ARGS_MAX; i++)
        texts[i] = none;
    for (size_t i = 0; i < nb->texts_n; i++) {
        const struct icu_arg *a = nb->texts[i];
        struct str s = a->is_number ? arena_fmt(ctx->arena, "%lld", (long long)a->number) : a->text;
        texts[i] = to_icu(ctx, s, NULL);
        size += 2 * s.n + 1024;
        if (texts[i] == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "message: no memory");
    }
    for (int tries = 0; tries < 2; tries++) {
        UErrorCode status = U_ZERO_ERROR;
        UChar *to = arena_array(ctx->arena, size, sizeof(*to));
        int32_t n = to == NULL ? 0 : format(f, to, (int32_t)size, nb, texts, &status);
        if (to == NULL)
            break;
        if (U_SUCCESS(status)) {
            *out = from_icu(ctx, to, n);
            return out->p == NULL ? ctx_fail(ctx, ERR_MEMORY, "message: no memory") : OK;
        }
        if (status != U_BUFFER_OVERFLOW_ERROR)
            return ctx_fail(ctx, ERR_PARSE, "message: %s", u_errorName(status));
        size = (size_t)n + 1;
    }
    return ctx_fail(ctx, ERR_MEMORY, "message: no memory");
}

enum err icu_message(struct ctx *ctx, struct str lang, struct str pattern, const struct icu_arg *args, size_t n, struct str *out)
{
    struct numbering nb = {.args = args, .n = n};
    struct buf b;
    buf_init(&b, TEXT_MAX);
    enum err e = numbered_pattern(ctx, pattern, &nb, &b);
    const UMessageFormat *f = e == OK ? message_format(ctx, lang, buf_str(&b)) : NULL;
    buf_clear(&b);
    if (e == OK && f == NULL)
        e = ctx_fail(ctx, ERR_PARSE, "message: not a pattern of ICU: \"%.*s\"", STR_ARG(str_sub(pattern, 0, 80)));
    return e == OK ? run_format(ctx, f, &nb, out) : e;
}

/* ---- days, clocks, amounts */

static UDateFormat *date_format(struct ctx *ctx, struct str lang, const char *skeleton)
{
    struct str text = arena_fmt(ctx->arena, "%.*s|%s", STR_ARG(lang), skeleton);
    struct slot *s = text.p == NULL ? NULL : slot_of(SLOT_DATE, text);
    UErrorCode status = U_ZERO_ERROR;
    UChar pattern[128], utc[4] = {'U', 'T', 'C', 0};
    if (s == NULL || s->key != NULL)
        return s == NULL ? NULL : s->obj;
    UDateTimePatternGenerator *g = udatpg_open(lang_z(ctx, lang), &status);
    UChar *sk = to_icu(ctx, str_of(skeleton), NULL);
    int32_t n = sk == NULL || U_FAILURE(status) ? 0 : udatpg_getBestPattern(g, sk, -1, pattern, 128, &status);
    udatpg_close(g);
    UDateFormat *f = n == 0 ? NULL : udat_open(UDAT_PATTERN, UDAT_PATTERN, lang_z(ctx, lang), utc, 3, pattern, n, &status);
    if (f != NULL && (U_FAILURE(status) || !slot_fill(s, SLOT_DATE, text, f))) {
        udat_close(f);
        return NULL;
    }
    return f;
}

static struct str date_text(struct ctx *ctx, struct str lang, struct str zone, int64_t at_us, const char *skeleton)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar out[256];
    int32_t off = 0;
    const UDateFormat *f = at_us == 0 ? NULL : date_format(ctx, lang, skeleton);
    if (f == NULL)
        return STR_NULL;
    if (zone_offset(zone, at_us, &off) != OK)
        off = 0;
    int32_t n = udat_format(f, (UDate)((at_us + off * US_PER_S) / 1000), out, 256, NULL, &status);
    return U_FAILURE(status) ? STR_NULL : from_icu(ctx, out, n);
}

struct str icu_day(struct ctx *ctx, struct str lang, struct str zone, int64_t at_us)
{
    return date_text(ctx, lang, zone, at_us, "EEEEdMMMM");
}

struct str icu_date(struct ctx *ctx, struct str lang, struct str zone, int64_t at_us)
{
    return date_text(ctx, lang, zone, at_us, "EEEEdMMMMy");
}

struct str icu_clock(struct ctx *ctx, struct str lang, struct str zone, int64_t at_us)
{
    struct str s = date_text(ctx, lang, zone, at_us, "jm");
    struct buf b;
    buf_init(&b, 256);
    for (size_t i = 0; i < s.n; i++) /* the narrow space before AM and PM is beyond many phones */
        if (i + 3 <= s.n && memcmp(s.p + i, "\xe2\x80\xaf", 3) == 0) {
            buf_addc(&b, ' ');
            i += 2;
        } else {
            buf_addc(&b, s.p[i]);
        }
    struct str out = STR_NULL;
    if (b.n > 0 && arena_dup(ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

struct str icu_money(struct ctx *ctx, struct str lang, struct str currency, int64_t minor)
{
    struct str text = arena_fmt(ctx->arena, "%.*s|%.*s", STR_ARG(lang), STR_ARG(currency));
    struct slot *s = text.p == NULL ? NULL : slot_of(SLOT_MONEY, text);
    UErrorCode status = U_ZERO_ERROR;
    UChar out[128];
    int digits = num_currency_digits(currency);
    double value = (double)minor;
    if (s == NULL || digits < 0)
        return STR_NULL;
    if (s->key == NULL) {
        UNumberFormat *f = unum_open(UNUM_CURRENCY, NULL, 0, lang_z(ctx, lang), NULL, &status);
        UChar *code = to_icu(ctx, currency, NULL);
        if (U_FAILURE(status) || code == NULL)
            return STR_NULL;
        unum_setTextAttribute(f, UNUM_CURRENCY_CODE, code, -1, &status);
        if (!slot_fill(s, SLOT_MONEY, text, f)) {
            unum_close(f);
            return STR_NULL;
        }
    }
    for (int i = 0; i < digits; i++)
        value /= 10;
    int32_t n = unum_formatDoubleCurrency(s->obj, value, to_icu(ctx, currency, NULL), out, 128,
                                          NULL, &status);
    return U_FAILURE(status) ? STR_NULL : from_icu(ctx, out, n);
}

bool icu_is_rtl(struct str lang)
{
    char z[32];
    size_t n = lang.n < sizeof(z) - 1 ? lang.n : sizeof(z) - 1;
    memcpy(z, lang.n == 0 ? "" : lang.p, n);
    z[n] = 0;
    return uloc_isRightToLeft(z);
}
