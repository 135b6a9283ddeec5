/*
 * Templates: "[optional]", "(a|b)", "{list}", nested as wanted. A template is drawn from, never written out: every choice is
 * a throw, so a template of a million sentences costs as much as one of three.
 */
#include "train.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define DEPTH_MAX 12
#define COUNT_MAX 1000000

struct named_list {
    struct str name, alternatives;
};

static const struct named_list *find_list(const struct grammar *g, struct str name)
{
    for (size_t i = 0; i < g->lists_n; i++)
        if (str_eq(g->lists[i].name, name))
            return &g->lists[i];
    return NULL;
}

bool grammar_has_list(const struct grammar *g, const char *name)
{
    return find_list(g, str_of(name)) != NULL;
}

/* ---- reading */

static struct str read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        die("%s: cannot be read", path);
    if (fseek(f, 0, SEEK_END) != 0)
        die("%s: cannot be read", path);
    long n = ftell(f);
    rewind(f);
    char *p = need((size_t)n + 1, 1);
    if (fread(p, 1, (size_t)n, f) != (size_t)n)
        die("%s: cannot be read", path);
    fclose(f);
    return (struct str){p, (size_t)n};
}

static void *grow(void *old, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return old;
    size_t more = *cap == 0 ? 256 : *cap * 2;
    char *p = need(more, size);
    if (n > 0)
        memcpy(p, old, n * size);
    free(old);
    *cap = more;
    return p;
}

static void add_list(struct grammar *g, struct str line, const char *path)
{
    struct str name;
    line = str_sub(line, 1, line.n - 1);
    if (!str_split(&line, '=', &name) || line.p == NULL)
        die("%s: %%name = alternative | alternative, not \"%.*s\"", path, STR_ARG(name));
    name = str_trim(name);
    if (find_list(g, name) != NULL)
        die("%s: list \"%.*s\" stands there twice", path, STR_ARG(name));
    g->lists = grow(g->lists, g->lists_n, &g->lists_cap, sizeof(*g->lists));
    g->lists[g->lists_n++] = (struct named_list){name, str_trim(line)};
}

static void read_labels(struct str line, const char *path, struct line *out)
{
    struct str word;
    line = str_sub(line, 1, line.n - 1);
    out->labels_n = 0;
    while (str_split(&line, ' ', &word)) {
        if (str_empty(word))
            continue;
        enum intent in = intent_from_word(word);
        if (in == INTENT_COUNT || out->labels_n == LABELS_MAX)
            die("%s: \"%.*s\" is no intent, or one too many", path, STR_ARG(word));
        out->labels[out->labels_n++] = (uint8_t)in;
    }
}

static void check_brackets(struct str s, const char *path)
{
    char open[64];
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '[' || c == '(' || c == '{') {
            if (n == sizeof(open))
                die("%s: too deep: %.*s", path, STR_ARG(s));
            open[n++] = c == '[' ? ']' : c == '(' ? ')' : '}';
        } else if ((c == ']' || c == ')' || c == '}') && (n == 0 || open[--n] != c))
            die("%s: brackets do not match: %.*s", path, STR_ARG(s));
    }
    if (n > 0)
        die("%s: a bracket is left open: %.*s", path, STR_ARG(s));
}

static void read_corpus(struct grammar *g, const char *path)
{
    struct str rest = read_file(path), line;
    struct line cur = {.labels_n = 0};
    while (str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        if (str_empty(line) || line.p[0] == '#')
            continue;
        check_brackets(line, path);
        if (line.p[0] == '%') {
            add_list(g, line, path);
            continue;
        }
        if (line.p[0] == '@' && line.n > 1 && intent_from_word(str_sub(line, 1, strcspn(line.p + 1, " \n\r"))) != INTENT_COUNT) {
            read_labels(line, path, &cur);
            continue;
        }
        if (cur.labels_n == 0)
            die("%s: a sentence before the first @intent: %.*s", path, STR_ARG(line));
        cur.text = line;
        g->lines = grow(g->lines, g->n, &g->cap, sizeof(*g->lines));
        g->lines[g->n++] = cur;
    }
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_corpus(const struct dirent *d)
{
    return str_ends(str_of(d->d_name), STR(".txt")) ? 1 : 0;
}

bool grammar_read(const char *folder, struct str language, struct grammar *out)
{
    struct dirent **names;
    char path[4096];
    *out = (struct grammar){.language = language};
    int n = scandir(folder, &names, is_corpus, by_name); /* '_' stands before small letters */
    if (n <= 0)
        return false;
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        read_corpus(out, path);
        free(names[i]);
    }
    free(names);
    grammar_check(out);
    return true;
}

/* ---- drawing */

static size_t closing(struct str s, size_t at)
{
    int depth = 0;
    for (size_t i = at; i < s.n; i++) {
        depth += s.p[i] == '[' || s.p[i] == '(' || s.p[i] == '{';
        depth -= s.p[i] == ']' || s.p[i] == ')' || s.p[i] == '}';
        if (depth == 0)
            return i;
    }
    return s.n;
}

/* The k-th alternative of "a|b|c", brackets kept together; *n: how many there are. */
static struct str alternative(struct str s, size_t k, size_t *n)
{
    struct str found = STR_NULL;
    size_t from = 0;
    *n = 0;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && (s.p[i] == '[' || s.p[i] == '(' || s.p[i] == '{'))
            i = closing(s, i);
        if (i < s.n && s.p[i] != '|')
            continue;
        if (*n == k)
            found = str_sub(s, from, i - from);
        ++*n;
        from = i + 1;
    }
    return found;
}

static void draw(const struct grammar *g, struct str s, struct dice *d, struct buf *out, int depth);

static void draw_one(const struct grammar *g, struct str alternatives, struct dice *d, struct buf *out, int depth)
{
    size_t n, ignored;
    (void)alternative(alternatives, 0, &n);
    draw(g, str_trim(alternative(alternatives, dice_below(d, n), &ignored)), d, out, depth + 1);
}

static void draw_name(const struct grammar *g, struct str name, struct dice *d, struct buf *out, int depth)
{
    const struct named_list *l = find_list(g, name);
    if (l != NULL)
        draw_one(g, l->alternatives, d, out, depth);
    else if (!builtin_draw(name, d, out))
        die("%.*s: there is no list \"%.*s\"", STR_ARG(g->language), STR_ARG(name));
}

static void draw(const struct grammar *g, struct str s, struct dice *d, struct buf *out, int depth)
{
    if (depth > DEPTH_MAX)
        die("%.*s: lists use one another in a circle: %.*s", STR_ARG(g->language), STR_ARG(s));
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '[' && s.p[i] != '(' && s.p[i] != '{') {
            buf_addc(out, s.p[i]);
            continue;
        }
        size_t end = closing(s, i);
        struct str inner = str_sub(s, i + 1, end - i - 1);
        if (s.p[i] == '{')
            draw_name(g, inner, d, out, depth);
        else if (s.p[i] == '(' || dice_chance(d, 500)) {
            bool blank = s.p[i] == '[' && inner.n > 0 && inner.p[0] == ' ', after = inner.n > 0 && inner.p[inner.n - 1] == ' ';
            if (blank)
                buf_addc(out, ' ');
            draw_one(g, inner, d, out, depth);
            if (after)
                buf_addc(out, ' ');
        }
        i = end;
    }
}

static void single_blanks(struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->p[i] != ' ' || (n > 0 && b->p[n - 1] != ' '))
            b->p[n++] = b->p[i];
    while (n > 0 && b->p[n - 1] == ' ')
        n--;
    b->n = n;
}

void grammar_draw(const struct grammar *g, struct str text, struct dice *d, struct buf *out)
{
    draw(g, text, d, out, 0);
    single_blanks(out);
    if (buf_err(out) != OK)
        die("%.*s: a sentence is too long: %.*s", STR_ARG(g->language), STR_ARG(text));
}

/* ---- counting */

static size_t count(const struct grammar *g, struct str s, int depth);

static size_t count_alternatives(const struct grammar *g, struct str s, int depth)
{
    size_t n = 1, total = 0, ignored;
    for (size_t k = 0; k < n && total < COUNT_MAX; k++) {
        struct str one = alternative(s, k, &n);
        total += count(g, one, depth + 1);
    }
    (void)alternative(s, 0, &ignored);
    return total;
}

static size_t count(const struct grammar *g, struct str s, int depth)
{
    size_t total = 1;
    if (depth > DEPTH_MAX)
        die("%.*s: lists use one another in a circle: %.*s", STR_ARG(g->language), STR_ARG(s));
    for (size_t i = 0; i < s.n && total < COUNT_MAX; i++) {
        if (s.p[i] != '[' && s.p[i] != '(' && s.p[i] != '{')
            continue;
        size_t end = closing(s, i);
        struct str inner = str_sub(s, i + 1, end - i - 1);
        const struct named_list *l = s.p[i] == '{' ? find_list(g, inner) : NULL;
        if (s.p[i] == '{')
            total *= l == NULL ? 5 : count_alternatives(g, l->alternatives, depth);
        else
            total *= count_alternatives(g, inner, depth) + (s.p[i] == '[');
        i = end;
    }
    return total < COUNT_MAX ? total : COUNT_MAX;
}

size_t grammar_count(const struct grammar *g, struct str text)
{
    return count(g, text, 0);
}

static void check_names(const struct grammar *g, struct str s)
{
    struct dice d = {1};
    struct buf b;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '{')
            continue;
        struct str name = str_sub(s, i + 1, closing(s, i) - i - 1);
        buf_init(&b, 256);
        if (find_list(g, name) == NULL && !builtin_draw(name, &d, &b))
            die("%.*s: there is no list \"%.*s\": %.*s", STR_ARG(g->language), STR_ARG(name), STR_ARG(s));
        buf_clear(&b);
    }
}

void grammar_check(const struct grammar *g)
{
    for (size_t i = 0; i < g->lists_n; i++)
        check_names(g, g->lists[i].alternatives);
    for (size_t i = 0; i < g->n; i++)
        check_names(g, g->lines[i].text);
}
