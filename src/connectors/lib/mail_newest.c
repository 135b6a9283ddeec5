/* See mail_newest.h. Works line by line on what programs write, never on how people close a letter: "Thanks, Anna, order 1020" stays. */
#include "connectors/lib/mail_newest.h"

#define LINES_MAX 20000     /* more are not looked at */
#define ATTRIBUTION_LINES 3 /* programs wrap them */
#define ATTRIBUTION_MAX 300
#define LABEL_MAX 40
#define LABELS_NEAR 3       /* lines in which a second label makes a quoted header of the first */
#define DEVICE_MAX 100      /* a longer line is a sentence of somebody's */

struct words {
    const char *prefix, *word;
};
static const struct words ATTRIBUTIONS[] = {
#define ATTRIBUTION(prefix, word) {prefix, word},
#define DIVIDER(words)
#define LABEL(word)
#define DEVICE(prefix)
#include "connectors/lib/mail_words.def"
#undef ATTRIBUTION
#undef DIVIDER
#undef LABEL
#undef DEVICE
};
static const char *const DIVIDERS[] = {
#define ATTRIBUTION(prefix, word)
#define DIVIDER(words) words,
#define LABEL(word)
#define DEVICE(prefix)
#include "connectors/lib/mail_words.def"
#undef ATTRIBUTION
#undef DIVIDER
#undef LABEL
#undef DEVICE
};
static const char *const LABELS[] = {
#define ATTRIBUTION(prefix, word)
#define DIVIDER(words)
#define LABEL(word) word,
#define DEVICE(prefix)
#include "connectors/lib/mail_words.def"
#undef ATTRIBUTION
#undef DIVIDER
#undef LABEL
#undef DEVICE
};
static const char *const DEVICES[] = {
#define ATTRIBUTION(prefix, word)
#define DIVIDER(words)
#define LABEL(word)
#define DEVICE(prefix) prefix,
#include "connectors/lib/mail_words.def"
#undef ATTRIBUTION
#undef DIVIDER
#undef LABEL
#undef DEVICE
};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct lines {
    struct str *list;
    size_t n;
};

static bool starts_nocase(struct str s, const char *prefix)
{
    struct str p = str_of(prefix);
    return s.n >= p.n && str_eq_nocase(str_sub(s, 0, p.n), p);
}

static bool is_quoted(struct str line)
{
    return !str_empty(line) && (line.p[0] == '>' || (line.p[0] == '|' && line.n > 1 && line.p[1] == ' '));
}

/* "-- " as the standard has it; "--" and a long dash as some telephones do. */
static bool is_signature(struct str line)
{
    return str_eq(line, STR("--")) || str_eq(line, STR("\xE2\x80\x94")) || str_eq(line, STR("- --"));
}

static bool is_device(struct str line)
{
    for (size_t i = 0; line.n <= DEVICE_MAX && i < COUNT(DEVICES); i++)
        if (starts_nocase(line, DEVICES[i]))
            return true;
    return false;
}

/* A row of dashes, underscores or number signs, with the words between or below "##". */
static bool is_divider(struct str line)
{
    bool ruled = starts_nocase(line, "--") || starts_nocase(line, "__") || starts_nocase(line, "##") || starts_nocase(line, "**");
    for (size_t i = 0; (ruled || starts_nocase(line, "begin forwarded")) && i < COUNT(DIVIDERS); i++)
        if (str_contains_nocase(line, str_of(DIVIDERS[i])))
            return true;
    return false;
}

/* "From: somebody", also as "*From:* somebody". */
static bool is_label(struct str line)
{
    size_t n = 0;
    while (!str_empty(line) && line.p[0] == '*')
        line = str_sub(line, 1, line.n);
    while (n < line.n && n < LABEL_MAX && line.p[n] != ':')
        n++;
    bool wide = false; /* the colon of Japanese and Chinese */
    struct str word = str_sub(line, 0, n);
    for (size_t i = 0; i + 3 <= word.n && !wide; i++)
        if (memcmp(word.p + i, "\xEF\xBC\x9A", 3) == 0) {
            word.n = i;
            wide = true;
        }
    if (!wide && (n == line.n || n == LABEL_MAX))
        return false;
    word = str_trim(word);
    if (str_ends(word, STR("*")))
        word.n--;
    for (size_t i = 0; i < COUNT(LABELS); i++)
        if (str_eq_nocase(word, str_of(LABELS[i])))
            return true;
    return false;
}

/* Two labels close together, or one below a ruler: somebody's header. */
static bool is_header(const struct lines *ls, size_t i)
{
    if (!is_label(ls->list[i]))
        return false;
    for (size_t k = i + 1; k < ls->n && k <= i + LABELS_NEAR; k++)
        if (is_label(ls->list[k]))
            return true;
    return i > 0 && starts_nocase(ls->list[i - 1], "______");
}

static bool names_somebody(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '@')
            return true;
    return false;
}

static bool says_attribution(struct str s)
{
    for (size_t i = 0; i < COUNT(ATTRIBUTIONS); i++) {
        const struct words *w = &ATTRIBUTIONS[i];
        if (starts_nocase(s, w->prefix) && str_contains_nocase(s, str_of(w->word)))
            return w->word[0] != '\xE6' || str_contains(s, STR("@")) || str_contains(s, STR("<"));
    }
    return false;
}

/* How many lines from i on are "On Monday, 3 May, somebody wrote:"; 0: they are not that. */
static size_t attribution_lines(const struct lines *ls, size_t i)
{
    char joined[ATTRIBUTION_MAX];
    size_t n = 0;
    for (size_t k = 0; k < ATTRIBUTION_LINES && i + k < ls->n; k++) {
        struct str line = ls->list[i + k];
        if (str_empty(line) || is_quoted(line) || n + line.n + 1 > sizeof(joined))
            return 0;
        memcpy(joined + n, line.p, line.n);
        n += line.n;
        struct str all = {joined, n};
        if (str_ends(line, STR(":")) || str_ends(line, STR("\xEF\xBC\x9A")))
            return names_somebody(all) && says_attribution(all) ? k + 1 : 0;
        joined[n++] = ' ';
    }
    return 0;
}

static bool quoted_follows(const struct lines *ls, size_t i)
{
    while (i < ls->n && str_empty(ls->list[i]))
        i++;
    return i < ls->n && is_quoted(ls->list[i]);
}

static enum err split(struct ctx *ctx, struct str text, struct lines *out)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n && n < LINES_MAX; i++)
        n += text.p[i] == '\n';
    *out = (struct lines){arena_array(ctx->arena, n, sizeof(*out->list)), 0};
    if (out->list == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "mail: no memory");
    while (out->n < n && str_split(&text, '\n', &out->list[out->n])) {
        out->list[out->n] = str_trim(out->list[out->n]);
        out->n++;
    }
    return OK;
}

enum err mail_newest(struct ctx *ctx, struct str text, struct str *out)
{
    struct lines ls;
    struct str whole = str_trim(text);
    enum err e = split(ctx, whole, &ls);
    char *p = e == OK ? ctx_alloc(ctx, whole.n + 2) : NULL;
    size_t n = 0, ends = 0;
    if (p == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < ls.n; i++) {
        struct str line = ls.list[i];
        size_t said = attribution_lines(&ls, i);
        if (is_divider(line) || is_signature(line) || is_header(&ls, i) || (said > 0 && !quoted_follows(&ls, i + said)))
            break;
        if (said > 0)
            i += said - 1;
        if (said > 0 || is_quoted(line) || is_device(line))
            continue;
        if (str_empty(line)) {
            ends = n == 0 || ends > 1 ? ends : ends + 1;
            continue;
        }
        for (; n > 0 && ends > 0; ends--)
            p[n++] = '\n';
        memcpy(p + n, line.p, line.n);
        n += line.n;
        ends = 1;
    }
    while (n > 0 && (p[n - 1] == '_' || p[n - 1] == '\n')) /* the ruler above a header */
        n--;
    *out = n == 0 ? whole : (struct str){p, n};
    return OK;
}
