/* See yaml.h. libyaml's events, in their order, with a stack of open collections. */
#include "base/yaml.h"

#include <yaml.h>

struct reading {
    struct ctx *ctx;
    struct yaml_fault *fault;
    struct yaml *root;
    struct yaml *open[YAML_DEPTH_MAX];
    int depth;
    size_t nodes, documents;
    struct yaml *key[YAML_DEPTH_MAX]; /* of each open map: the key that waits for its value */
};

static enum err fail_at(struct reading *r, yaml_mark_t at, enum err e, const char *words)
{
    struct str copy = arena_fmt(r->ctx->arena, "%s", words);
    *r->fault = (struct yaml_fault){(int)at.line + 1, (int)at.column + 1, copy};
    return ctx_fail(r->ctx, e, "line %d, column %d: %s", r->fault->line, r->fault->column, words);
}

static struct yaml *node_new(struct reading *r, const yaml_event_t *ev, enum yaml_kind kind)
{
    struct yaml *v = r->nodes++ < YAML_NODES_MAX ? ctx_alloc(r->ctx, sizeof(*v)) : NULL;
    if (v != NULL)
        *v = (struct yaml){.kind = kind, .line = (int)ev->start_mark.line + 1, .column = (int)ev->start_mark.column + 1};
    return v;
}

static bool has_key(const struct yaml *map, struct str key)
{
    for (const struct yaml *c = map->first; c != NULL; c = c->next)
        if (str_eq(c->key, key))
            return true;
    return false;
}

static void add_child(struct yaml *to, struct yaml *v)
{
    if (to->last == NULL)
        to->first = v;
    else
        to->last->next = v;
    to->last = v;
    to->count++;
}

/* A finished or opened node goes where it belongs: the root, a list, or a map as key or value. */
static enum err place(struct reading *r, const yaml_event_t *ev, struct yaml *v)
{
    struct yaml *parent = r->depth == 0 ? NULL : r->open[r->depth - 1];
    if (parent == NULL) {
        r->root = v;
        return OK;
    }
    struct yaml **key = &r->key[r->depth - 1];
    if (parent->kind == YAML_MAP && *key == NULL) {
        if (v->kind != YAML_SCALAR)
            return fail_at(r, ev->start_mark, ERR_PARSE, "a name was expected here, not a list or map");
        if (has_key(parent, v->text))
            return fail_at(r, ev->start_mark, ERR_PARSE, "this name stands here already, a few lines above");
        *key = v;
        return OK;
    }
    if (parent->kind == YAML_MAP) {
        v->key = (*key)->text;
        v->key_line = (*key)->line;
        v->key_column = (*key)->column;
        *key = NULL;
    }
    add_child(parent, v);
    return OK;
}

static enum err take_scalar(struct reading *r, const yaml_event_t *ev)
{
    struct yaml *v = node_new(r, ev, YAML_SCALAR);
    struct str text = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
    if (v == NULL || arena_dup(r->ctx->arena, text, &v->text) != OK)
        return fail_at(r, ev->start_mark, ERR_LIMIT, "too much in one file");
    if (ev->data.scalar.anchor != NULL || ev->data.scalar.tag != NULL)
        return fail_at(r, ev->start_mark, ERR_PARSE, "anchors (&) and tags (!) are not taken here");
    if (!str_is_utf8(v->text) && v->text.n > 0)
        return fail_at(r, ev->start_mark, ERR_PARSE, "a NUL or broken UTF-8 in this text");
    v->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return place(r, ev, v);
}

static enum err open_collection(struct reading *r, const yaml_event_t *ev, enum yaml_kind kind, bool marked)
{
    struct yaml *v = node_new(r, ev, kind);
    if (v == NULL)
        return fail_at(r, ev->start_mark, ERR_LIMIT, "too much in one file");
    if (marked)
        return fail_at(r, ev->start_mark, ERR_PARSE, "anchors (&) and tags (!) are not taken here");
    if (r->depth == YAML_DEPTH_MAX)
        return fail_at(r, ev->start_mark, ERR_LIMIT, "nested too deeply");
    enum err e = place(r, ev, v);
    if (e != OK)
        return e;
    r->key[r->depth] = NULL;
    r->open[r->depth++] = v;
    return OK;
}

static enum err take_event(struct reading *r, const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        return r->documents++ == 0 ? OK : fail_at(r, ev->start_mark, ERR_PARSE, "a second document (---): one file is one document");
    case YAML_ALIAS_EVENT:
        return fail_at(r, ev->start_mark, ERR_PARSE, "aliases (*) are not taken here");
    case YAML_SCALAR_EVENT:
        return take_scalar(r, ev);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(r, ev, YAML_LIST, ev->data.sequence_start.anchor != NULL || ev->data.sequence_start.tag != NULL);
    case YAML_MAPPING_START_EVENT:
        return open_collection(r, ev, YAML_MAP, ev->data.mapping_start.anchor != NULL || ev->data.mapping_start.tag != NULL);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return OK;
    default:
        return OK;
    }
}

static enum err read_events(struct reading *r, yaml_parser_t *parser)
{
    for (bool end = false; !end;) {
        yaml_event_t ev;
        if (!yaml_parser_parse(parser, &ev)) {
            const char *why = parser->problem == NULL ? "not YAML" : parser->problem;
            return fail_at(r, parser->problem_mark, ERR_PARSE, why);
        }
        enum err e = take_event(r, &ev);
        end = ev.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&ev);
        if (e != OK)
            return e;
    }
    return OK;
}

enum err yaml_parse(struct ctx *ctx, struct str text, struct yaml **out, struct yaml_fault *fault)
{
    struct reading r = {.ctx = ctx, .fault = fault};
    yaml_parser_t parser;
    *fault = (struct yaml_fault){0};
    if (text.n > YAML_BYTES_MAX)
        return fail_at(&r, (yaml_mark_t){0}, ERR_LIMIT, "the file is over 1 MiB");
    if (!yaml_parser_initialize(&parser))
        return ctx_fail(ctx, ERR_MEMORY, "no memory");
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.p == NULL ? "" : text.p), text.n);
    enum err e = read_events(&r, &parser);
    yaml_parser_delete(&parser);
    if (e == OK)
        *out = r.root;
    return e;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    for (const struct yaml *c = map == NULL || map->kind != YAML_MAP ? NULL : map->first; c != NULL; c = c->next)
        if (str_eq(c->key, str_of(key)))
            return c;
    return NULL;
}

bool yaml_is_null(const struct yaml *v)
{
    return v == NULL || (v->kind == YAML_SCALAR && !v->quoted &&
                         (v->text.n == 0 || str_eq(v->text, STR("~")) || str_eq(v->text, STR("null"))));
}

/* JSON's grammar of numbers, so that 007 and 1.2.3 stay texts. */
static bool is_number(struct str s)
{
    size_t i = s.n > 0 && s.p[0] == '-' ? 1 : 0, from = i;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    if (i == from || (s.p[from] == '0' && i > from + 1))
        return false;
    if (i < s.n && s.p[i] == '.') {
        from = ++i;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
            i++;
        if (i == from)
            return false;
    }
    return i == s.n;
}

static void scalar_to_json(const struct yaml *v, struct json *j)
{
    j->type = JSON_STRING;
    j->text = v->text;
    if (v->quoted)
        return;
    if (yaml_is_null(v))
        j->type = JSON_NULL;
    else if (str_eq(v->text, STR("true")) || str_eq(v->text, STR("false"))) {
        j->type = JSON_BOOL;
        j->truth = v->text.p[0] == 't';
    } else if (is_number(v->text))
        j->type = JSON_NUMBER;
}

enum err yaml_to_json(struct ctx *ctx, const struct yaml *v, const struct json **out)
{
    struct json *j = ctx_alloc(ctx, sizeof(*j)), *last = NULL;
    if (j == NULL)
        return ERR_MEMORY;
    *j = (struct json){.key = v->key, .type = v->kind == YAML_LIST ? JSON_ARRAY : JSON_OBJECT, .count = v->count};
    if (v->kind == YAML_SCALAR)
        scalar_to_json(v, j);
    for (const struct yaml *c = v->first; c != NULL; c = c->next) {
        const struct json *child = NULL;
        enum err e = yaml_to_json(ctx, c, &child); /* no deeper than YAML_DEPTH_MAX */
        if (e != OK)
            return e;
        union { /* built here, so not const yet */
            const struct json *from;
            struct json *to;
        } mine = {.from = child};
        if (last == NULL)
            j->first = child;
        else
            last->next = child;
        last = mine.to;
    }
    *out = j;
    return OK;
}
