/*
 * See template.h. The texts are part of the program; a sorted index of their keys is made once, at
 * the first question. A further language is a further file.
 */
#include "mind/template.h"

#include "base/data.h"
#include "base/data_table.h"

#include <pthread.h>
#include <stdlib.h>

#define ROWS_MAX 4096 /* keys of all languages; each has some 170 */
#define LANGUAGES_MAX 32
#define TEXT_MAX 65536

struct word_row {
    struct str lang, key, text;
};

static struct word_row rows[ROWS_MAX];
static size_t rows_n;
static struct str languages[LANGUAGES_MAX];
static size_t languages_n;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int by_key(const void *a, const void *b)
{
    const struct word_row *x = a, *y = b;
    int c = str_cmp(x->lang, y->lang);
    return c != 0 ? c : str_cmp(x->key, y->key);
}

static void load_language(struct str lang, struct str rest)
{
    struct str line;
    while (rows_n < ROWS_MAX && data_line(&rest, &line)) {
        struct word_row *r = &rows[rows_n];
        r->lang = lang;
        if (str_split(&line, '\t', &r->key)) {
            r->text = line;
            rows_n++;
        }
    }
}

static void load(void)
{
    static const struct str BEFORE = {"words/", 6}, BEHIND = {".tsv", 4};
    for (const struct data_entry *d = data_table; d->name != NULL && languages_n < LANGUAGES_MAX; d++) {
        struct str name = str_of(d->name);
        if (!str_starts(name, BEFORE) || !str_ends(name, BEHIND))
            continue;
        struct str lang = str_sub(name, BEFORE.n, name.n - BEFORE.n - BEHIND.n);
        languages[languages_n++] = lang;
        load_language(lang, (struct str){d->begin, (size_t)(d->end - d->begin)});
    }
    if (rows_n > 0)
        qsort(rows, rows_n, sizeof(*rows), by_key);
}

struct str words_language(struct str wanted)
{
    struct str base = wanted;
    pthread_once(&once, load);
    for (size_t i = 0; i < wanted.n && base.n == wanted.n; i++)
        if (wanted.p[i] == '-' || wanted.p[i] == '_')
            base = str_sub(wanted, 0, i);
    const struct str TRIES[] = {wanted, base};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < languages_n; i++)
            if (str_eq_nocase(languages[i], TRIES[k]))
                return languages[i];
    return STR_NULL;
}

struct str words_find(struct str lang, struct str key)
{
    struct word_row want = {lang, key, STR_NULL};
    pthread_once(&once, load);
    if (rows_n == 0)
        return STR_NULL;
    const struct word_row *r = bsearch(&want, rows, rows_n, sizeof(*rows), by_key);
    return r == NULL ? STR_NULL : r->text;
}

struct str words_at(size_t i, struct str *lang, struct str *text)
{
    pthread_once(&once, load);
    if (i >= rows_n)
        return STR_NULL;
    *lang = rows[i].lang;
    *text = rows[i].text;
    return rows[i].key;
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

/* Text without brackets; false when a name in it has no value: at once, when all of it is wanted. */
static bool fill_plain(struct buf *b, struct str t, const struct template_slots *slots, bool all)
{
    struct str before, name;
    bool whole = true;
    while ((whole || !all) && take_pair(&t, '{', '}', &before, &name)) {
        struct str v = slots->value(slots->user, name);
        whole = whole && !str_empty(v);
        buf_add(b, before);
        buf_add(b, v);
    }
    buf_add(b, before);
    return whole;
}

static void fill_choice(struct buf *b, struct str choice, const struct template_slots *slots)
{
    struct str alt;
    while (str_split(&choice, '|', &alt)) {
        size_t start = b->n;
        if (fill_plain(b, alt, slots, true))
            return;
        b->n = start;
    }
}

struct str template_fill(struct ctx *ctx, struct str tpl, const struct template_slots *slots)
{
    struct str before, choice;
    struct buf b;
    buf_init(&b, TEXT_MAX);
    while (take_pair(&tpl, '[', ']', &before, &choice)) {
        (void)fill_plain(&b, before, slots, false);
        fill_choice(&b, choice, slots);
    }
    (void)fill_plain(&b, before, slots, false);
    return buf_move(&b, ctx->arena);
}
