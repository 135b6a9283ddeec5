/*
 * See template.h. The texts are part of the program; a sorted index of their keys is made once, at
 * the first question. A further language is a further file and a further index here.
 */
#include "mind/template.h"

#include "base/data.h"

#include <pthread.h>
#include <stdlib.h>

#define ROWS_MAX 512 /* keys of one language; en has some 120 */
#define TEXT_MAX 65536

struct word_row {
    struct str key, text;
};

static struct word_row rows[ROWS_MAX];
static size_t rows_n;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const struct word_row *)a)->key, ((const struct word_row *)b)->key);
}

static void load(void)
{
    struct str rest = data_file("words/en.tsv"), line;
    while (rows_n < ROWS_MAX && data_line(&rest, &line)) {
        struct word_row *r = &rows[rows_n];
        if (str_split(&line, '\t', &r->key)) {
            r->text = line;
            rows_n++;
        }
    }
    if (rows_n > 0)
        qsort(rows, rows_n, sizeof(*rows), by_key);
}

struct str words_find(struct str lang, struct str key)
{
    struct word_row want = {key, STR_NULL};
    pthread_once(&once, load);
    if (!str_eq(lang, STR("en")) || rows_n == 0)
        return STR_NULL;
    const struct word_row *r = bsearch(&want, rows, rows_n, sizeof(*rows), by_key);
    return r == NULL ? STR_NULL : r->text;
}

/* Takes the text before the first `open` off *t, then what stands between it and `close`; false
 * when there is no such pair. */
static bool take_pair(struct str *t, char open, char close, struct str *before, struct str *inside)
{
    const char *o = t->n == 0 ? NULL : memchr(t->p, open, t->n);
    size_t lit = o == NULL ? t->n : (size_t)(o - t->p);
    const char *c = o == NULL ? NULL : memchr(o, close, t->n - lit);
    *before = c == NULL ? *t : str_sub(*t, 0, lit);
    if (c == NULL)
        return false;
    size_t len = (size_t)(c - o) - 1;
    *inside = str_sub(*t, lit + 1, len);
    *t = str_sub(*t, lit + len + 2, t->n);
    return true;
}

/* Text without brackets; false when a name in it has no value. */
static bool fill_plain(struct buf *b, struct str t, const struct slots *slots)
{
    struct str before, name;
    bool whole = true;
    while (take_pair(&t, '{', '}', &before, &name)) {
        struct str v = slots->value(slots->user, name);
        whole = whole && !str_empty(v);
        buf_add(b, before);
        buf_add(b, v);
    }
    buf_add(b, before);
    return whole;
}

static void fill_choice(struct buf *b, struct str choice, const struct slots *slots)
{
    struct str alt;
    while (str_split(&choice, '|', &alt)) {
        size_t start = b->n;
        if (fill_plain(b, alt, slots))
            return;
        b->n = start;
    }
}

struct str template_fill(struct ctx *ctx, struct str tpl, const struct slots *slots)
{
    struct str before, choice;
    struct buf b;
    buf_init(&b, TEXT_MAX);
    while (take_pair(&tpl, '[', ']', &before, &choice)) {
        (void)fill_plain(&b, before, slots);
        fill_choice(&b, choice, slots);
    }
    (void)fill_plain(&b, before, slots);
    return buf_move(&b, ctx->arena);
}
