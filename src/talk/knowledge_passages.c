/*
 * See knowledge.h. Lines are gathered into paragraphs, paragraphs under one heading into passages of an answer's length. Marks of
 * Markdown that mean nothing when it is quoted (emphasis, links' addresses) are taken out; lists stay lists.
 */
#include "talk/knowledge.h"

#include "base/buf.h"

#define QUESTION_MAX 160 /* a longer line that ends so is a paragraph */
#define LINK_MAX 300     /* of words in brackets */
#define SENTENCE_MIN 200 /* a cut paragraph has at least so many bytes */

struct making {
    struct ctx *ctx;
    struct passage *list;
    size_t n;
    struct str heading;
    struct buf body;      /* of the passage under way */
    bool fresh_line;      /* the next line begins a paragraph */
};

/* *emphasis*, `code`, [words](address): the words. */
static struct str plain_line(struct ctx *ctx, struct str line)
{
    char *p = arena_alloc(ctx->arena, line.n + 1);
    size_t n = 0;
    for (size_t i = 0; p != NULL && i < line.n; i++) {
        char c = line.p[i];
        if (c == '`' || (c == '*' && (n > 0 || (i + 1 < line.n && line.p[i + 1] != ' '))))
            continue;
        if (c == ']' && i + 1 < line.n && line.p[i + 1] == '(') {
            while (i < line.n && line.p[i] != ')')
                i++;
            continue;
        }
        if (c == '[' && str_contains(str_sub(line, i, LINK_MAX), STR("](")))
            continue;
        if (c == '\\' && i + 1 < line.n && !((unsigned char)line.p[i + 1] & 0x80))
            c = line.p[++i];
        p[n++] = c;
    }
    return p == NULL ? STR_NULL : str_trim((struct str){p, n});
}

static enum err close_passage(struct making *m)
{
    struct str body = str_trim(buf_str(&m->body)), kept;
    enum err e = buf_err(&m->body);
    if (e == OK && !str_empty(body)) {
        if (m->n == KNOWLEDGE_PASSAGES_MAX)
            return ctx_fail(m->ctx, ERR_LIMIT, "text: more than %d passages", KNOWLEDGE_PASSAGES_MAX);
        e = arena_dup(m->ctx->arena, body, &kept);
        if (e == OK)
            m->list[m->n++] = (struct passage){m->heading, kept};
    }
    buf_reset(&m->body);
    m->fresh_line = true;
    return e;
}

/* Where a paragraph that is too long is cut: behind the last sentence that fits, else at a blank. */
static size_t cut_at(struct str s)
{
    size_t blank = 0, sentence = 0;
    for (size_t i = 1; i < s.n && i < KNOWLEDGE_PASSAGE_BYTES; i++) {
        if (s.p[i] != ' ' && s.p[i] != '\n')
            continue;
        blank = i;
        if (s.p[i - 1] == '.' || s.p[i - 1] == '!' || s.p[i - 1] == '?' || s.p[i] == '\n')
            sentence = i;
    }
    if (sentence >= SENTENCE_MIN)
        return sentence;
    return blank > 0 ? blank : str_utf8_prefix(str_sub(s, 0, KNOWLEDGE_PASSAGE_BYTES));
}

/* What is longer than a passage is cut into some, but for its end. */
static enum err add_long(struct making *m, struct str *line)
{
    enum err e = line->n > KNOWLEDGE_PASSAGE_BYTES ? close_passage(m) : OK;
    while (e == OK && line->n > KNOWLEDGE_PASSAGE_BYTES) {
        size_t at = cut_at(*line);
        if (at == 0) /* no character of UTF-8 */
            return ctx_fail(m->ctx, ERR_PARSE, "text: expected UTF-8");
        buf_add(&m->body, str_sub(*line, 0, at));
        e = close_passage(m);
        *line = str_trim(str_sub(*line, at, line->n));
    }
    return e;
}

static enum err add_line(struct making *m, struct str line)
{
    bool item = str_starts(line, STR("- ")) || str_starts(line, STR("* ")) || str_starts(line, STR("|"));
    struct str rest = STR_NULL;
    enum err e = add_long(m, &line);
    if (e == OK && m->body.n > 0 && m->fresh_line && m->body.n + line.n > KNOWLEDGE_PASSAGE_BYTES && !item)
        e = close_passage(m);
    if (m->body.n > 0)
        buf_addz(&m->body, m->fresh_line && !item ? "\n\n" : item ? "\n" : " ");
    m->fresh_line = false;
    buf_add(&m->body, line);
    if (e != OK || m->body.n <= KNOWLEDGE_PASSAGE_BYTES)
        return e == OK ? buf_err(&m->body) : e;
    size_t at = cut_at(buf_str(&m->body));
    e = arena_dup(m->ctx->arena, str_trim(str_sub(buf_str(&m->body), at, m->body.n)), &rest);
    m->body.n = at;
    if (e == OK)
        e = close_passage(m);
    m->fresh_line = false;
    buf_add(&m->body, rest);
    return e == OK ? buf_err(&m->body) : e;
}

static enum err set_heading(struct making *m, struct str words)
{
    enum err e = close_passage(m);
    m->heading = words;
    return e;
}

static bool is_ruler(struct str line, char c)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != c)
            return false;
    return line.n >= 3;
}

static bool is_question(struct str line)
{
    return line.n <= QUESTION_MAX && (str_ends(line, STR("?")) || str_ends(line, STR("\xEF\xBC\x9F")) || str_ends(line, STR("\xD8\x9F")));
}

static enum err read_line(struct making *m, struct str line, struct str next)
{
    struct str words;
    size_t marks = 0;
    while (marks < line.n && marks < 7 && line.p[marks] == '#')
        marks++;
    if (str_empty(line)) {
        m->fresh_line = true;
        return OK;
    }
    if (is_ruler(line, '=') || is_ruler(line, '-') || is_ruler(line, '*'))
        return OK;
    words = plain_line(m->ctx, marks > 0 && marks < 7 ? str_trim(str_sub(line, marks, line.n)) : line);
    if (words.p == NULL)
        return ctx_fail(m->ctx, ERR_MEMORY, "text: no memory");
    bool underlined = m->fresh_line && (is_ruler(next, '=') || (is_ruler(next, '-') && line.p[0] != '|'));
    if ((marks > 0 && marks < 7 && line.n > marks && line.p[marks] == ' ') || underlined || (is_question(words) && m->fresh_line))
        return set_heading(m, words);
    return add_line(m, words);
}

enum err knowledge_passages(struct ctx *ctx, struct str text, struct passage **out, size_t *n)
{
    struct making m = {.ctx = ctx, .fresh_line = true};
    struct str line, rest = text, next = STR_NULL;
    if (text.n > KNOWLEDGE_TEXT_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "text: more than %zu bytes", KNOWLEDGE_TEXT_MAX);
    m.list = arena_array(ctx->arena, KNOWLEDGE_PASSAGES_MAX, sizeof(*m.list));
    if (m.list == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "text: no memory");
    buf_init(&m.body, KNOWLEDGE_TEXT_MAX * 2);
    enum err e = OK;
    while (e == OK && str_split(&rest, '\n', &line)) {
        struct str ahead = rest;
        (void)(str_split(&ahead, '\n', &next) || (next = STR_NULL, false));
        e = read_line(&m, str_trim(line), str_trim(next));
    }
    if (e == OK)
        e = close_passage(&m);
    buf_clear(&m.body);
    *out = m.list;
    *n = m.n;
    return ctx_whole(ctx, e);
}
