/* See knowledge.h. Letters by ICU, stems by libstemmer. */
#include "talk/knowledge.h"

#include "base/buf.h"
#include "base/data.h"

#include <libstemmer.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>

#define WORD_MAX 64       /* bytes; a longer one is cut, and found by its beginning */
#define SHORT_STEM 6      /* letters of a Polish word that its endings leave alone, mostly */

struct reading {
    struct ctx *ctx;
    struct sb_stemmer *stemmer; /* NULL: none for this language */
    struct str stop;            /* words between blanks */
    bool shorten, unique;
    size_t max;
    struct terms *out;
};

static const char *algorithm_of(struct str lang)
{
    static const struct {
        const char *lang, *algorithm;
    } ALGORITHMS[] = {{"en", "porter"},  {"de", "german"},  {"fr", "french"},  {"es", "spanish"}, {"it", "italian"}, {"pt", "portuguese"},
                      {"nl", "dutch"},   {"sv", "swedish"}, {"da", "danish"},  {"no", "norwegian"}, {"nb", "norwegian"}, {"fi", "finnish"},
                      {"hi", "hindi"},   {"ar", "arabic"},  {"ru", "russian"}, {"ro", "romanian"}, {"hu", "hungarian"}, {"tr", "turkish"}};
    for (size_t i = 0; i < sizeof(ALGORITHMS) / sizeof(ALGORITHMS[0]); i++)
        if (str_eq(lang, str_of(ALGORITHMS[i].lang)))
            return ALGORITHMS[i].algorithm;
    return NULL;
}

static struct str stop_words(struct str lang)
{
    struct str rest = data_file("stopwords.tsv"), line, key;
    while (data_line(&rest, &line))
        if (str_split(&line, '\t', &key) && str_eq(key, lang))
            return line;
    return STR_NULL;
}

static bool is_stop(struct str stop, struct str word)
{
    struct str one;
    while (str_split(&stop, ' ', &one))
        if (str_eq(one, word))
            return true;
    return false;
}

/* Of a Latin letter with marks, the letter. */
static uint32_t bare(uint32_t c)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[8];
    const UNormalizer2 *nfd = c < 0xC0 || c > 0x24F ? NULL : unorm2_getNFDInstance(&status);
    int32_t n = nfd == NULL || U_FAILURE(status) ? 0 : unorm2_getDecomposition(nfd, (UChar32)c, parts, 8, &status);
    if (c == 0x142)
        return 'l';
    if (c == 0xDF)
        return 's';
    return n > 0 && U_SUCCESS(status) ? parts[0] : c;
}

/* No letter of Latin gets longer by that. */
static struct str without_marks(struct str word, char out[WORD_MAX + 4])
{
    size_t n = 0;
    while (!str_empty(word) && n < WORD_MAX) {
        uint32_t c;
        size_t len = str_utf8_take(word, &c);
        n += str_utf8_put(out + n, bare(c));
        word = str_sub(word, len, word.n);
    }
    return (struct str){out, n};
}

static enum err add(struct reading *r, struct str term)
{
    struct terms *t = r->out;
    if (t->n == r->max || str_empty(term) || (r->unique && terms_has(t, term)))
        return OK;
    if (t->n == t->cap) {
        size_t cap = t->cap == 0 ? 32 : t->cap * 2;
        struct str *list = arena_array(r->ctx->arena, cap, sizeof(*list));
        if (list == NULL)
            return ctx_fail(r->ctx, ERR_MEMORY, "terms: no memory");
        if (t->n > 0)
            memcpy(list, t->list, t->n * sizeof(*list));
        t->list = list;
        t->cap = cap;
    }
    return arena_dup(r->ctx->arena, term, &t->list[t->n]) == OK ? (void)t->n++, OK : ERR_MEMORY;
}

/* A word in lower case: its stem, unless it says nothing. */
static enum err add_word(struct reading *r, struct str word)
{
    char plain[WORD_MAX + 4], stem_plain[WORD_MAX + 4];
    struct str stem = word;
    if (is_stop(r->stop, without_marks(word, plain)))
        return OK;
    if (r->stemmer != NULL) {
        const sb_symbol *s = sb_stemmer_stem(r->stemmer, (const sb_symbol *)word.p, (int)word.n);
        if (s == NULL)
            return ctx_fail(r->ctx, ERR_MEMORY, "terms: no memory");
        stem = (struct str){(const char *)s, (size_t)sb_stemmer_length(r->stemmer)};
    }
    stem = without_marks(stem, stem_plain);
    return add(r, r->shorten ? str_sub(stem, 0, SHORT_STEM) : stem);
}

static bool in_pairs(uint32_t c)
{
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode s = uscript_getScript((UChar32)c, &status);
    return s == USCRIPT_HAN || s == USCRIPT_HIRAGANA || s == USCRIPT_KATAKANA || s == USCRIPT_THAI;
}

static bool in_word(uint32_t c)
{
    int8_t type = u_charType((UChar32)c);
    return u_isalnum((UChar32)c) || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
}

static enum err read_text(struct reading *r, struct str text)
{
    char word[WORD_MAX + 4];
    size_t n = 0, before = 0; /* before: bytes of the last character, when it goes in pairs */
    enum err e = OK;
    for (size_t at = 0, len; e == OK && at < text.n && r->out->n < r->max; at += len) {
        uint32_t c;
        len = str_utf8_take(str_sub(text, at, text.n), &c);
        bool paired = c > 0x7F && in_pairs(c), letter = !paired && in_word(c);
        if (letter && n < WORD_MAX)
            n += str_utf8_put(word + n, (uint32_t)u_tolower((UChar32)c));
        if (!letter && n > 0) {
            e = add_word(r, (struct str){word, n});
            n = 0;
        }
        if (e == OK && paired && before > 0)
            e = add(r, str_sub(text, at - before, before + len));
        before = paired ? len : 0;
    }
    return e == OK && n > 0 ? add_word(r, (struct str){word, n}) : e;
}

enum err knowledge_terms(struct ctx *ctx, struct str lang, struct str text, bool unique, size_t max, struct terms *out)
{
    struct str base = lang;
    for (size_t i = 0; i < lang.n; i++)
        if (lang.p[i] == '-') {
            base.n = i;
            break;
        }
    const char *algorithm = str_eq(lang, STR("hi-Latn")) ? NULL : algorithm_of(base);
    struct reading r = {.ctx = ctx, .stop = stop_words(base), .shorten = str_eq(base, STR("pl")), .unique = unique, .max = max, .out = out};
    if (algorithm != NULL) {
        r.stemmer = sb_stemmer_new(algorithm, "UTF_8");
        if (r.stemmer == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "terms: no memory for the stemmer of %s", algorithm);
    }
    *out = (struct terms){.n = 0};
    enum err e = read_text(&r, str_sub(text, 0, KNOWLEDGE_TEXT_MAX));
    sb_stemmer_delete(r.stemmer);
    return e;
}

bool terms_has(const struct terms *t, struct str term)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->list[i], term))
            return true;
    return false;
}

struct str terms_join(struct ctx *ctx, const struct terms *t)
{
    struct buf b;
    buf_init(&b, KNOWLEDGE_TEXT_MAX * 2);
    for (size_t i = 0; i < t->n; i++) {
        if (i > 0)
            buf_addc(&b, ' ');
        buf_add(&b, t->list[i]);
    }
    return buf_move(&b, ctx->arena);
}
