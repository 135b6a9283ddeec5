/*
 * A name is cut into digits, letters and the rest. Its shape keeps the rest and says which runs are digits and letters; names of one
 * shape are one group. In a group a run of letters that few names vary stays as it is written, otherwise it is open.
 */
#include "talk/order_pattern.h"

#include "base/buf.h"

#define RUNS_MAX 8
#define SHAPES_MAX 64
#define SHARE_OF 20  /* a form that fewer than one name in this many has is an accident */
#define SPELLINGS_MAX 3 /* of one shape; more are random letters */

struct run {
    struct str s;
    char kind; /* 'n' digits, 'a' letters, 'w' both in turn, 0 the rest */
};

/* Names that are written alike, letters included. */
struct form {
    struct run run[RUNS_MAX];
    size_t runs, names, min[RUNS_MAX], max[RUNS_MAX]; /* digits of a run */
};

static char kind_of(char c)
{
    return c >= '0' && c <= '9' ? 'n' : (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? 'a' : 0;
}

/* Letters and digits in turn more than once ("A1B2C") are one mixture. */
static void mix_runs(struct form *fm)
{
    for (size_t i = 0; i < fm->runs; i++) {
        size_t end = i;
        while (end < fm->runs && fm->run[end].kind != 0)
            end++;
        if (end - i >= 3) {
            fm->run[i] = (struct run){{fm->run[i].s.p, (size_t)(fm->run[end - 1].s.p + fm->run[end - 1].s.n - fm->run[i].s.p)}, 'w'};
            memmove(fm->run + i + 1, fm->run + end, (fm->runs - end) * sizeof(fm->run[0]));
            fm->runs -= end - i - 1;
        } else if (end > i)
            i = end - 1;
    }
}

/* False: too long, or nothing but digits. */
static bool read_form(struct str name, struct form *out)
{
    *out = (struct form){.names = 1};
    bool told = false;
    for (size_t i = 0; i < name.n;) {
        size_t end = i + 1;
        char kind = kind_of(name.p[i]);
        while (end < name.n && kind_of(name.p[end]) == kind)
            end++;
        if (out->runs == RUNS_MAX || (kind == 0 && memchr(name.p + i, '{', end - i) != NULL))
            return false;
        out->run[out->runs++] = (struct run){str_sub(name, i, end - i), kind};
        told = told || kind != 'n';
        i = end;
    }
    mix_runs(out);
    for (size_t i = 0; i < out->runs; i++)
        out->min[i] = out->max[i] = out->run[i].s.n;
    return told && out->runs > 0;
}

static bool same(const struct form *a, const struct form *b, bool letters_too)
{
    if (a->runs != b->runs)
        return false;
    for (size_t i = 0; i < a->runs; i++)
        if (a->run[i].kind != b->run[i].kind ||
            ((a->run[i].kind == 0 || (letters_too && a->run[i].kind == 'a')) && !str_eq_nocase(a->run[i].s, b->run[i].s)))
            return false;
    return true;
}

static void join(struct form *into, const struct form *fm)
{
    into->names += fm->names;
    for (size_t i = 0; i < into->runs; i++) {
        into->min[i] = fm->min[i] < into->min[i] ? fm->min[i] : into->min[i];
        into->max[i] = fm->max[i] > into->max[i] ? fm->max[i] : into->max[i];
    }
}

static void add_form(struct form *list, size_t *n, const struct form *fm, bool letters_too)
{
    for (size_t i = 0; i < *n; i++)
        if (same(&list[i], fm, letters_too)) {
            join(&list[i], fm);
            return;
        }
    if (*n < SHAPES_MAX)
        list[(*n)++] = *fm;
}

/* Shapes with more spellings than a merchant has prefixes lose their letters. */
static void open_letters(struct form *list, size_t *n)
{
    for (size_t i = 0; i < *n; i++) {
        size_t spellings = 0;
        for (size_t k = 0; k < *n; k++)
            spellings += same(&list[i], &list[k], false);
        if (spellings <= SPELLINGS_MAX)
            continue;
        struct form whole = list[i];
        size_t kept = 0;
        for (size_t k = 0; k < *n; k++)
            if (k != i && same(&whole, &list[k], false))
                join(&whole, &list[k]);
            else if (k != i)
                list[kept++] = list[k];
        for (size_t r = 0; r < whole.runs; r++)
            whole.run[r].kind = whole.run[r].kind == 'a' ? 'A' : whole.run[r].kind; /* 'A': open */
        list[kept++] = whole;
        *n = kept;
        i = (size_t)-1; /* the list has changed: from its beginning; no shape is opened twice */
    }
}

static enum err write_pattern(struct ctx *ctx, const struct form *fm, struct str *out)
{
    struct buf b;
    buf_init(&b, 512);
    for (size_t i = 0; i < fm->runs; i++) {
        const struct run *r = &fm->run[i];
        if (r->kind == 0 || r->kind == 'a')
            buf_add(&b, r->s);
        else if (fm->min[i] == fm->max[i] && r->kind != 'n')
            buf_fmt(&b, "{%c%zu}", r->kind == 'w' ? 'w' : 'a', fm->min[i]);
        else if (r->kind == 'n')
            buf_fmt(&b, "{n%zu-%zu}", fm->min[i], fm->max[i] + 1); /* numbers grow */
        else
            buf_fmt(&b, "{%c%zu-%zu}", r->kind == 'w' ? 'w' : 'a', fm->min[i], fm->max[i]);
    }
    enum err e = buf_err(&b) == OK ? arena_dup(ctx->arena, buf_str(&b), out) : ERR_MEMORY;
    buf_clear(&b);
    return e == OK ? OK : ctx_fail(ctx, ERR_MEMORY, "order names: no memory for a pattern");
}

enum err order_pattern_learn(struct ctx *ctx, const struct str *names, size_t n, struct str out[ORDER_PATTERNS_MAX], size_t *out_n)
{
    struct form *list = arena_array(ctx->arena, SHAPES_MAX, sizeof(*list)), fm;
    size_t forms = 0;
    if (list == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "order names: no memory for their forms");
    n = n < ORDER_NAMES_MAX ? n : ORDER_NAMES_MAX;
    for (size_t i = 0; i < n; i++)
        if (names[i].n > 0 && names[i].n <= ENTITY_PATTERN_MAX / 2 && read_form(names[i], &fm))
            add_form(list, &forms, &fm, true);
    open_letters(list, &forms);
    for (*out_n = 0; *out_n < ORDER_PATTERNS_MAX;) {
        struct form *best = NULL;
        for (size_t i = 0; i < forms; i++)
            if (list[i].names * SHARE_OF >= n && list[i].names > 0 && (best == NULL || list[i].names > best->names))
                best = &list[i];
        if (best == NULL)
            return OK;
        enum err e = write_pattern(ctx, best, &out[*out_n]);
        if (e != OK)
            return e;
        best->names = 0;
        ++*out_n;
    }
    return OK;
}
