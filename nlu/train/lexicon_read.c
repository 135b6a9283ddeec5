/* A lexicon: "@class name" opens a class, words follow; "= u you" writes a spelling out. Sorted by hash for the model. */
#include "train.h"

#include <stdio.h>
#include <stdlib.h>

static char class_names[LEXICON_CLASSES_MAX][32];
static size_t class_count;

static uint8_t class_no(struct str name)
{
    for (size_t i = 0; i < class_count; i++)
        if (str_eq(name, str_of(class_names[i])))
            return (uint8_t)i;
    if (class_count == LEXICON_CLASSES_MAX || name.n >= sizeof(class_names[0]))
        die("lexicon: too many classes, or too long a name: %.*s", STR_ARG(name));
    memcpy(class_names[class_count], name.p, name.n);
    return (uint8_t)class_count++;
}

static struct lexicon_word *word_of(struct lexicon_file *out, unsigned group, struct str s)
{
    uint64_t h = str_hash_add(lexicon_salt(group), s);
    for (size_t i = 0; i < out->n; i++)
        if (out->words[i].hash == h)
            return &out->words[i];
    if (out->n == out->cap) {
        out->cap = out->cap == 0 ? 1024 : out->cap * 2;
        out->words = realloc(out->words, out->cap * sizeof(*out->words));
        if (out->words == NULL)
            die("no memory for the lexicon");
    }
    struct lexicon_word *w = &out->words[out->n++];
    *w = (struct lexicon_word){.hash = h};
    memset(w->classes, LEXICON_CLASS_NONE, sizeof(w->classes));
    return w;
}

static void add_class(struct lexicon_word *w, uint8_t cls, struct str s)
{
    for (size_t i = 0; i < LEXICON_WORD_CLASSES; i++) {
        if (w->classes[i] == cls)
            return;
        if (w->classes[i] == LEXICON_CLASS_NONE) {
            w->classes[i] = cls;
            return;
        }
    }
    die("lexicon: \"%.*s\" is in too many classes", STR_ARG(s));
}

static void read_spelling(struct lexicon_file *out, unsigned group, struct str line)
{
    struct str from;
    line = str_trim(str_sub(line, 1, line.n - 1));
    if (!str_split(&line, ' ', &from) || line.p == NULL || line.n > 255)
        die("lexicon: \"= spelling words\", not \"%.*s\"", STR_ARG(from));
    struct lexicon_word *w = word_of(out, group, from);
    w->spelled_at = (uint32_t)out->texts.n;
    line = str_trim(line);
    w->spelled_n = (uint8_t)line.n;
    buf_add(&out->texts, line);
}

static int by_hash(const void *a, const void *b)
{
    const struct lexicon_word *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static struct str whole_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return STR_NULL;
    char *p = need((size_t)4 << 20, 1);
    size_t n = fread(p, 1, (size_t)4 << 20, f);
    fclose(f);
    return (struct str){p, n};
}

void lexicon_init(struct lexicon_file *out)
{
    *out = (struct lexicon_file){.n = 0};
    buf_init(&out->texts, (size_t)1 << 20);
    buf_addc(&out->texts, ' '); /* offset 0 means none */
    (void)class_no(STR("function"));
    (void)class_no(STR("negation"));
}

void lexicon_read(const char *path, unsigned group, struct lexicon_file *out)
{
    struct str rest = whole_file(path), line, word;
    uint8_t cls = 0;
    while (str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        if (str_empty(line) || line.p[0] == '#')
            continue;
        if (line.p[0] == '=') {
            read_spelling(out, group, line);
            continue;
        }
        if (str_starts(line, STR("@class "))) {
            cls = class_no(str_trim(str_sub(line, 7, line.n - 7)));
            continue;
        }
        while (str_split(&line, ' ', &word))
            if (!str_empty(word))
                add_class(word_of(out, group, word), cls, word);
    }
}

void lexicon_sort(struct lexicon_file *out)
{
    qsort(out->words, out->n, sizeof(*out->words), by_hash);
}
