/*
 * YAML text as a tree with places, for files that people write: each node knows its line and column, so that whoever reads it can
 * say where. Refused: anchors and aliases (a few lines of them can mean gigabytes), tags, several documents, a key twice.
 */
#ifndef WISMO_BASE_YAML_H
#define WISMO_BASE_YAML_H

#include "base/ctx.h"
#include "base/json.h"

#define YAML_BYTES_MAX ((size_t)1 << 20)
#define YAML_NODES_MAX 100000
#define YAML_DEPTH_MAX 24

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    bool quoted;             /* scalar in quotes or as a block: text, whatever it looks like */
    struct str key;          /* in a map */
    struct str text;         /* of a scalar */
    size_t count;
    int line, column;        /* of the value, from 1 */
    int key_line, key_column;
    struct yaml *first, *last, *next;
};

struct yaml_fault {
    int line, column;
    struct str message;
};

/*
 * yaml_parse: the tree in ctx's arena; *out is NULL for an empty text.
 * Errs: ERR_PARSE, ERR_LIMIT with *fault filled; ERR_MEMORY
 */
MUST_CHECK enum err yaml_parse(struct ctx *ctx, struct str text, struct yaml **out, struct yaml_fault *fault);
const struct yaml *yaml_get(const struct yaml *map, const char *key); /* NULL: none, or no map */
bool yaml_is_null(const struct yaml *v);                              /* NULL, or a plain "", ~, null */
/* yaml_to_json: plain scalars become numbers, true, false and null where they look like them; quoted ones are strings. */
MUST_CHECK enum err yaml_to_json(struct ctx *ctx, const struct yaml *v, const struct json **out);

#endif
