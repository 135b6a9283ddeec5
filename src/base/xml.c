/* See xml.h. */
#include "base/xml.h"

#include <libxml/parser.h>

struct making {
    struct ctx *ctx;
    size_t nodes;
};

static enum err copy(struct ctx *ctx, const xmlChar *s, struct str *out)
{
    enum err e = arena_dup(ctx->arena, str_of((const char *)s), out);
    return e == OK ? OK : ctx_fail(ctx, ERR_MEMORY, "xml: no memory");
}

/* The texts of an element one behind the other. */
static enum err own_text(struct ctx *ctx, const xmlNode *n, struct str *out)
{
    size_t total = 0;
    for (const xmlNode *c = n->children; c != NULL; c = c->next)
        if ((c->type == XML_TEXT_NODE || c->type == XML_CDATA_SECTION_NODE) && c->content != NULL)
            total += strlen((const char *)c->content);
    char *p = ctx_alloc(ctx, total + 1);
    if (p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "xml: no memory");
    size_t at = 0;
    for (const xmlNode *c = n->children; c != NULL; c = c->next)
        if ((c->type == XML_TEXT_NODE || c->type == XML_CDATA_SECTION_NODE) && c->content != NULL) {
            size_t len = strlen((const char *)c->content);
            memcpy(p + at, c->content, len);
            at += len;
        }
    *out = str_trim((struct str){p, at});
    return OK;
}

static enum err make(struct making *m, const xmlNode *n, int depth, const struct xml **out)
{
    struct xml *v = ctx_alloc(m->ctx, sizeof(*v));
    const struct xml **next;
    if (v == NULL)
        return ctx_fail(m->ctx, ERR_MEMORY, "xml: no memory");
    if (depth > XML_DEPTH_MAX || ++m->nodes > XML_NODES_MAX)
        return ctx_fail(m->ctx, ERR_LIMIT, "xml: more than %d levels or %d elements", XML_DEPTH_MAX, XML_NODES_MAX);
    enum err e = copy(m->ctx, n->name, &v->name);
    if (e == OK)
        e = own_text(m->ctx, n, &v->text);
    next = &v->first;
    for (const xmlNode *c = n->children; e == OK && c != NULL; c = c->next) {
        const struct xml *child = NULL;
        if (c->type != XML_ELEMENT_NODE)
            continue;
        e = make(m, c, depth + 1, &child);
        if (e != OK)
            break;
        *next = child;
        next = &((struct xml *)(uintptr_t)child)->next;
    }
    *out = v;
    return e;
}

static void be_silent(void *user, const char *msg, ...)
{
    (void)user;
    (void)msg;
}

enum err xml_parse(struct ctx *ctx, struct str text, const struct xml **out)
{
    struct making m = {ctx, 0};
    if (text.n == 0 || text.n > XML_BYTES_MAX)
        return ctx_fail(ctx, text.n == 0 ? ERR_PARSE : ERR_LIMIT, "xml: expected 1 to %zu bytes, got %zu", XML_BYTES_MAX, text.n);
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (parser == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "xml: no memory");
    parser->sax->error = parser->sax->warning = be_silent;
    parser->sax->serror = NULL;
    xmlDocPtr doc = xmlCtxtReadMemory(parser, text.p, (int)text.n, NULL, NULL,
                                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
    const xmlError *why = xmlCtxtGetLastError(parser);
    enum err e = OK;
    if (doc == NULL)
        e = ctx_fail(ctx, ERR_PARSE, "xml: line %d: not well-formed", why == NULL ? 1 : why->line);
    else if (doc->intSubset != NULL || doc->extSubset != NULL)
        e = ctx_fail(ctx, ERR_PARSE, "xml: a document type is not taken");
    else
        e = make(&m, xmlDocGetRootElement(doc), 0, out);
    xmlFreeDoc(doc);
    xmlFreeParserCtxt(parser);
    return e;
}

const struct xml *xml_get(const struct xml *v, const char *name)
{
    XML_EACH(c, v)
        if (str_eq(c->name, str_of(name)))
            return c;
    return NULL;
}

struct str xml_text(const struct xml *v, const char *name)
{
    const struct xml *c = xml_get(v, name);
    return c == NULL ? STR_NULL : c->text;
}
