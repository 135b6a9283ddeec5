/*
 * XML text as a tree in an arena, for feeds of the outside: names without their prefixes, texts without markup, no attributes.
 * A document type is refused: with it entities could grow without end or name files. On libxml2, and nowhere else.
 */
#ifndef WISMO_BASE_XML_H
#define WISMO_BASE_XML_H

#include "base/ctx.h"

#define XML_BYTES_MAX ((size_t)8 << 20)
#define XML_NODES_MAX 200000
#define XML_DEPTH_MAX 32

struct xml {
    struct str name, text;     /* text: of the element itself, trimmed */
    const struct xml *first, *next;
};

/* xml_parse: the root. Errs: ERR_PARSE with the line, ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err xml_parse(struct ctx *ctx, struct str text, const struct xml **out);
/* xml_get: the first child of that name, NULL: none. xml_text: its text, empty: none. */
const struct xml *xml_get(const struct xml *v, const char *name);
struct str xml_text(const struct xml *v, const char *name);
#define XML_EACH(c, v) for (const struct xml *c = (v) == NULL ? NULL : (v)->first; (c) != NULL; (c) = (c)->next)

#endif
