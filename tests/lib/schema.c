/* See schema.h. */
#include "lib/schema.h"

#include "base/num.h"
#include "lib/fixture.h"

#include <stdio.h>

struct check {
    const struct json *root;
    char *why;
    char path[200];
};

static bool bad(struct check *c, const char *what, struct str detail)
{
    snprintf(c->why, 300, "%s: %s %.*s", c->path[0] == '\0' ? "(root)" : c->path, what, STR_ARG(detail));
    return false;
}

static bool fits(struct check *c, const struct json *s, const struct json *v);

static bool is_integer(const struct json *v)
{
    int64_t n;
    return num_parse_i64(v->text, INT64_MIN, INT64_MAX, &n) == OK;
}

static bool type_is(struct str word, const struct json *v)
{
    static const char *const WORDS[] = {[JSON_NULL] = "null", [JSON_BOOL] = "boolean", [JSON_NUMBER] = "number",
                                        [JSON_STRING] = "string", [JSON_ARRAY] = "array", [JSON_OBJECT] = "object"};
    if (str_eq(word, STR("integer")))
        return json_is(v, JSON_NUMBER) && is_integer(v);
    return str_eq(word, str_of(WORDS[v->type]));
}

static bool check_type(struct check *c, const struct json *t, const struct json *v)
{
    if (json_is(t, JSON_STRING))
        return type_is(t->text, v) || bad(c, "expected", t->text);
    JSON_EACH(one, t)
    if (type_is(one->text, v))
        return true;
    return bad(c, "has another type than allowed", STR_NULL);
}

static bool check_enum(struct check *c, const struct json *list, const struct json *v)
{
    JSON_EACH(one, list)
    if (one->type == v->type && str_eq(one->text, v->text))
        return true;
    return bad(c, "is none of the words:", v->text);
}

static bool check_const(struct check *c, const struct json *k, const struct json *v)
{
    return (k->type == v->type && str_eq(k->text, v->text)) || bad(c, "expected", k->text);
}

static bool check_required(struct check *c, const struct json *list, const struct json *v)
{
    JSON_EACH(one, list)
    {
        char key[100];
        snprintf(key, sizeof(key), "%.*s", STR_ARG(one->text));
        if (json_is(v, JSON_OBJECT) && json_get(v, key) == NULL)
            return bad(c, "lacks", one->text);
    }
    return true;
}

static bool check_child(struct check *c, const struct json *s, const struct json *v, struct str name)
{
    size_t n = strlen(c->path);
    snprintf(c->path + n, sizeof(c->path) - n, ".%.*s", STR_ARG(name));
    bool ok = fits(c, s, v);
    c->path[n] = '\0';
    return ok;
}

static bool check_properties(struct check *c, const struct json *props, const struct json *v)
{
    JSON_EACH(member, v)
    {
        char key[100];
        snprintf(key, sizeof(key), "%.*s", STR_ARG(member->key));
        const struct json *s = json_get(props, key);
        if (s != NULL && !check_child(c, s, member, member->key))
            return false;
    }
    return true;
}

/* What is not described is not documented: our own output may hold nothing else. */
static bool check_described(struct check *c, const struct json *props, const struct json *v)
{
    JSON_EACH(member, v)
    {
        char key[100];
        snprintf(key, sizeof(key), "%.*s", STR_ARG(member->key));
        if (json_get(props, key) == NULL)
            return bad(c, "has a member that is not described:", member->key);
    }
    return true;
}

static bool check_items(struct check *c, const struct json *s, const struct json *v)
{
    JSON_EACH(one, v)
    if (!check_child(c, s, one, STR("[]")))
        return false;
    return true;
}

static bool check_one_of(struct check *c, const struct json *list, const struct json *v)
{
    size_t n = 0;
    JSON_EACH(one, list)
    n += fits(c, one, v) ? 1 : 0;
    return n == 1 || (n == 0 && c->why[0] != '\0' ? false : bad(c, "fits several forms", STR_NULL));
}

static bool check_ref(struct check *c, const struct json *r, const struct json *v)
{
    char key[100];
    struct str prefix = STR("#/$defs/");
    snprintf(key, sizeof(key), "%.*s", STR_ARG(str_sub(r->text, prefix.n, r->text.n)));
    const struct json *s = json_get(json_get(c->root, "$defs"), key);
    return s == NULL ? bad(c, "no such definition", r->text) : fits(c, s, v);
}

static bool check_minimum(struct check *c, const struct json *m, const struct json *v, bool maximum)
{
    int64_t limit, n;
    if (!json_is(v, JSON_NUMBER) || num_parse_i64(m->text, INT64_MIN, INT64_MAX, &limit) != OK ||
        num_parse_i64(v->text, INT64_MIN, INT64_MAX, &n) != OK)
        return true;
    return (maximum ? n <= limit : n >= limit) || bad(c, "is out of range", v->text);
}

static bool keyword(struct check *c, const struct json *k, const struct json *v)
{
    static const char *const WORDS[] = {"$schema", "$id", "$defs", "title", "description", "format"};
    if (str_eq(k->key, STR("type")))
        return check_type(c, k, v);
    if (str_eq(k->key, STR("enum")))
        return check_enum(c, k, v);
    if (str_eq(k->key, STR("const")))
        return check_const(c, k, v);
    if (str_eq(k->key, STR("required")))
        return check_required(c, k, v);
    if (str_eq(k->key, STR("properties")))
        return check_properties(c, k, v);
    if (str_eq(k->key, STR("items")))
        return check_items(c, k, v);
    if (str_eq(k->key, STR("oneOf")))
        return check_one_of(c, k, v);
    if (str_eq(k->key, STR("$ref")))
        return check_ref(c, k, v);
    if (str_eq(k->key, STR("minimum")) || str_eq(k->key, STR("maximum")))
        return check_minimum(c, k, v, str_eq(k->key, STR("maximum")));
    if (str_eq(k->key, STR("additionalProperties")))
        return check_items(c, k, v);
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (str_eq(k->key, str_of(WORDS[i])))
            return true;
    return bad(c, "the schema has a keyword that is not checked:", k->key);
}

static bool fits(struct check *c, const struct json *s, const struct json *v)
{
    JSON_EACH(k, s)
    if (!keyword(c, k, v))
        return false;
    const struct json *props = json_get(s, "properties");
    return props == NULL || !json_is(v, JSON_OBJECT) || check_described(c, props, v);
}

bool schema_check(const struct json *root, const struct json *v, char why[300])
{
    struct check c = {.root = root, .why = why};
    why[0] = '\0';
    return fits(&c, root, v);
}

void schema_check_text(struct ctx *ctx, const char *name, struct str text)
{
    char path[200], why[300];
    const struct json *root = NULL, *v = NULL;
    snprintf(path, sizeof(path), "docs/%s", name);
    assert_ok(ctx, json_parse(ctx, test_read_file(ctx->arena, test_source_path(path)), &JSON_LIMITS_WEBHOOK, &root));
    assert_ok(ctx, json_parse(ctx, text, &JSON_LIMITS_WEBHOOK, &v));
    if (!schema_check(root, v, why))
        fail_msg("%s: %s\n%.*s", name, why, STR_ARG(text));
}
