/* See template.h. The table is found by binary search in a sorted index made once per language. */
#include "mind/template.h"

#include "base/data.h"

#include <pthread.h>
#include <stdlib.h>

struct word_row {
    struct str key, text;
};

static struct word_row *rows;
static size_t rows_n;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const struct word_row *)a)->key, ((const struct word_row *)b)->key);
}

static void load(void)
{
    struct str rest = data_file("words/en.tsv"), line;
    while (data_line(&rest, &line)) {
        struct word_row r;
        if (!str_split(&line, '\t', &r.key))
            continue;
        r.text = line;
        struct word_row *p = realloc(rows, (rows_n + 1) * sizeof(*p));
        if (p == NULL)
            return;
        rows = p;
        rows[rows_n++] = r;
    }
    if (rows_n > 0)
        qsort(rows, rows_n, sizeof(*rows), by_key);
}

struct str words_find(struct str lang, struct str key)
{
    (void)lang; /* one language so far: others become further files */
    pthread_once(&once, load);
    struct word_row want = {key, STR_NULL};
    const struct word_row *r = rows_n == 0 ? NULL : bsearch(&want, rows, rows_n, sizeof(*rows), by_key);
    return r == NULL ? STR_NULL : r->text;
}

static struct str slot_value(struct str name, const struct slot *slots, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, str_of(slots[i].name)))
            return slots[i].value;
    return STR_NULL;
}

/* Text without brackets; false when a name in it has no value. */
static bool fill_plain(struct buf *b, struct str t, const struct slot *slots, size_t n)
{
    bool whole = true;
    while (t.n > 0) {
        const char *open = memchr(t.p, '{', t.n);
        size_t lit = open == NULL ? t.n : (size_t)(open - t.p);
        buf_add(b, str_sub(t, 0, lit));
        t = str_sub(t, lit, t.n);
        if (t.n == 0)
            break;
        const char *close = memchr(t.p, '}', t.n);
        size_t len = close == NULL ? t.n : (size_t)(close - t.p);
        struct str v = slot_value(str_sub(t, 1, len - 1), slots, n);
        whole = whole && !str_empty(v);
        buf_add(b, v);
        t = str_sub(t, len + 1, t.n);
    }
    return whole;
}

static void fill_choice(struct buf *b, struct str choice, const struct slot *slots, size_t n)
{
    struct str alt;
    while (str_split(&choice, '|', &alt)) {
        size_t before = b->n;
        if (fill_plain(b, alt, slots, n))
            return;
        b->n = before;
    }
}

struct str template_fill(struct ctx *ctx, struct str tpl, const struct slot *slots, size_t n)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, 65536);
    while (tpl.n > 0) {
        const char *open = memchr(tpl.p, '[', tpl.n);
        size_t lit = open == NULL ? tpl.n : (size_t)(open - tpl.p);
        (void)fill_plain(&b, str_sub(tpl, 0, lit), slots, n);
        tpl = str_sub(tpl, lit, tpl.n);
        if (tpl.n == 0)
            break;
        const char *close = memchr(tpl.p, ']', tpl.n);
        size_t len = close == NULL ? tpl.n : (size_t)(close - tpl.p);
        fill_choice(&b, str_sub(tpl, 1, len - 1), slots, n);
        tpl = str_sub(tpl, len + 1, tpl.n);
    }
    if (buf_err(&b) != OK || arena_dup(ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}
