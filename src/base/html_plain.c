/* See html_plain.h. Events of the parser go straight into the text: no tree is built, so depth costs nothing. */
#include "base/html_plain.h"

#include "base/buf.h"

#include <libxml/HTMLparser.h>

#define LINES_MAX 2 /* one blank line between blocks */

struct writing {
    struct buf *b;
    bool headings;
    int skip;     /* elements open since one whose text is not shown */
    int quote;    /* open block quotes */
    int lines;    /* line ends that are due before the next text */
    bool blank;   /* a blank is due */
    const char *mark; /* what the next line begins with */
};

enum tag_kind { TAG_BLOCK, TAG_GAP, TAG_BREAK, TAG_ITEM, TAG_CELL, TAG_HEADING, TAG_QUOTE, TAG_HIDDEN, TAG_INLINE };

static enum tag_kind kind_of(const char *name)
{
    static const struct {
        const char *name;
        enum tag_kind kind;
    } TAGS[] = {
        {"div", TAG_BLOCK},      {"p", TAG_GAP},         {"br", TAG_BREAK},      {"li", TAG_ITEM},        {"td", TAG_CELL},
        {"th", TAG_CELL},        {"tr", TAG_BLOCK},      {"table", TAG_BLOCK},   {"ul", TAG_BLOCK},       {"ol", TAG_BLOCK},
        {"dt", TAG_BLOCK},       {"dd", TAG_BLOCK},      {"dl", TAG_BLOCK},      {"pre", TAG_BLOCK},      {"section", TAG_GAP},
        {"article", TAG_GAP},    {"header", TAG_BLOCK},  {"footer", TAG_BLOCK},  {"main", TAG_BLOCK},     {"hr", TAG_GAP},
        {"summary", TAG_GAP},    {"details", TAG_GAP},   {"h1", TAG_HEADING},    {"h2", TAG_HEADING},     {"h3", TAG_HEADING},
        {"h4", TAG_HEADING},     {"h5", TAG_HEADING},    {"h6", TAG_HEADING},    {"blockquote", TAG_QUOTE}, {"script", TAG_HIDDEN},
        {"style", TAG_HIDDEN},   {"head", TAG_HIDDEN},   {"template", TAG_HIDDEN}, {"noscript", TAG_HIDDEN}, {"svg", TAG_HIDDEN},
        {"nav", TAG_HIDDEN},     {"title", TAG_HIDDEN},  {"button", TAG_HIDDEN}, {"select", TAG_HIDDEN},
    };
    for (size_t i = 0; i < sizeof(TAGS) / sizeof(TAGS[0]); i++)
        if (strcmp(TAGS[i].name, name) == 0)
            return TAGS[i].kind;
    return TAG_INLINE;
}

static void due_lines(struct writing *w, int n)
{
    if (w->lines < n)
        w->lines = n;
}

static void due_break(struct writing *w)
{
    if (w->lines < LINES_MAX)
        w->lines++;
}

/* "display:none" among other properties, with any blanks. */
static bool shows_nothing(struct str style)
{
    struct str property, name;
    while (str_split(&style, ';', &property))
        if (str_split(&property, ':', &name) && str_eq_nocase(str_trim(name), STR("display")) &&
            str_eq_nocase(str_sub(str_trim(property), 0, 4), STR("none")))
            return true;
    return false;
}

static bool is_hidden(const xmlChar **atts)
{
    for (size_t i = 0; atts != NULL && atts[i] != NULL; i += 2) {
        struct str name = str_of((const char *)atts[i]), value = str_of((const char *)atts[i + 1]);
        if (str_eq_nocase(name, STR("hidden")) || (str_eq_nocase(name, STR("style")) && shows_nothing(value)))
            return true;
    }
    return false;
}

static void on_start(void *user, const xmlChar *xml_name, const xmlChar **atts)
{
    static const char *const MARKS[] = {"# ", "## ", "### ", "#### ", "##### ", "###### "};
    struct writing *w = user;
    const char *name = (const char *)xml_name;
    enum tag_kind kind = kind_of(name);
    if (w->skip > 0 || kind == TAG_HIDDEN || is_hidden(atts)) {
        w->skip++;
        return;
    }
    switch (kind) {
    case TAG_BLOCK: due_lines(w, 1); break;
    case TAG_GAP: due_lines(w, 2); break;
    case TAG_BREAK: due_break(w); break;
    case TAG_ITEM:
        due_lines(w, 1);
        w->mark = "- ";
        break;
    case TAG_CELL: w->blank = true; break;
    case TAG_HEADING:
        due_lines(w, 2);
        if (w->headings)
            w->mark = MARKS[name[1] - '1'];
        break;
    case TAG_QUOTE:
        due_lines(w, 1);
        w->quote++;
        break;
    case TAG_HIDDEN:
    case TAG_INLINE: break;
    }
}

static void on_end(void *user, const xmlChar *xml_name)
{
    struct writing *w = user;
    enum tag_kind kind = kind_of((const char *)xml_name);
    if (w->skip > 0) {
        w->skip--;
        return;
    }
    if (kind == TAG_QUOTE && w->quote > 0)
        w->quote--;
    if (kind == TAG_BLOCK || kind == TAG_ITEM || kind == TAG_QUOTE)
        due_lines(w, 1);
    if (kind == TAG_GAP || kind == TAG_HEADING)
        due_lines(w, 2);
    if (kind != TAG_INLINE && kind != TAG_CELL)
        w->mark = NULL;
}

static void begin_text(struct writing *w)
{
    bool fresh = w->b->n == 0;
    if (!fresh && w->lines == 0) {
        if (w->blank)
            buf_addc(w->b, ' ');
        w->blank = false;
        return;
    }
    for (int i = 0; !fresh && i < w->lines; i++)
        buf_addc(w->b, '\n');
    if (w->quote > 0)
        buf_addz(w->b, "> ");
    if (w->mark != NULL)
        buf_addz(w->b, w->mark);
    w->mark = NULL;
    w->lines = 0;
    w->blank = false;
}

static void on_text(void *user, const xmlChar *text, int n)
{
    struct writing *w = user;
    for (int i = 0; w->skip == 0 && i < n; i++) {
        if (text[i] <= ' ') {
            w->blank = true;
            continue;
        }
        if (w->blank || w->lines > 0 || w->b->n == 0)
            begin_text(w);
        buf_addc(w->b, (char)text[i]);
    }
}

static void be_silent(void *user, const char *msg, ...)
{
    (void)user;
    (void)msg;
}

enum err html_plain(struct ctx *ctx, struct str html, bool headings, struct str *out)
{
    struct buf b;
    if (html.n > HTML_PLAIN_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "html: more than %zu bytes", HTML_PLAIN_MAX);
    buf_init(&b, HTML_PLAIN_MAX * 2);
    struct writing w = {.b = &b, .headings = headings};
    htmlSAXHandler sax = {.startElement = on_start, .endElement = on_end, .characters = on_text, .ignorableWhitespace = on_text,
                          .cdataBlock = NULL, .error = be_silent, .warning = be_silent};
    htmlParserCtxtPtr parser = htmlCreatePushParserCtxt(&sax, &w, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (parser == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "html: no memory");
    (void)htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
    (void)htmlParseChunk(parser, html.p == NULL ? "" : html.p, (int)html.n, 0);
    (void)htmlParseChunk(parser, "", 0, 1);
    if (parser->myDoc != NULL)
        xmlFreeDoc(parser->myDoc);
    htmlFreeParserCtxt(parser);
    enum err e = buf_err(&b);
    *out = e == OK ? buf_move(&b, ctx->arena) : STR_NULL;
    buf_clear(&b);
    return ctx_whole(ctx, e);
}
