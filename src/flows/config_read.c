/* See config_read.h. Every reader of a kind goes on after a fault, so that one run shows all of them. */
#include "flows/config_read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/num.h"

#define SECRET_BYTES_MAX 8192

void *cfg_alloc(struct cfg_reader *r, size_t n, size_t size)
{
    void *p = arena_array(r->ctx->arena, n, size);
    r->no_memory = r->no_memory || p == NULL;
    return p;
}

void cfg_say(struct cfg_reader *r, enum finding_level level, const struct yaml *at, const char *hint, const char *fmt, ...)
{
    const struct finding place = {.level = level, .line = at == NULL ? 0 : at->line, .column = at == NULL ? 0 : at->column};
    va_list ap;
    va_start(ap, fmt);
    findings_add(r->ctx, r->findings, &place, hint, fmt, ap);
    va_end(ap);
}

/* ---- single values */

bool cfg_text(struct cfg_reader *r, const struct yaml *v, struct str *out)
{
    if (v->kind != YAML_SCALAR) {
        cfg_say(r, FINDING_ERROR, v, NULL, "%.*s: expected a text, got a %s", STR_ARG(v->key), v->kind == YAML_LIST ? "list" : "map");
        return false;
    }
    if (yaml_is_null(v) || v->text.n == 0) {
        cfg_say(r, FINDING_ERROR, v, "give it a value, or take the line out", "%.*s: the value is missing", STR_ARG(v->key));
        return false;
    }
    *out = v->text;
    return true;
}

static void read_int(struct cfg_reader *r, const struct cfg_row *row, const struct yaml *v, int *out)
{
    struct str text;
    int64_t n;
    if (!cfg_text(r, v, &text))
        return;
    if (num_parse_i64(text, row->min, row->max, &n) == OK)
        *out = (int)n;
    else
        cfg_say(r, FINDING_ERROR, v, row->what, "%s: expected a whole number from %lld to %lld, got \"%.*s\"", row->name,
                (long long)row->min, (long long)row->max, STR_ARG(text));
}

static void read_size(struct cfg_reader *r, const struct cfg_row *row, const struct yaml *v, size_t *out)
{
    static const struct {
        const char *unit;
        int64_t bytes;
    } UNITS[] = {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
    struct str text, digits;
    int64_t n, unit = 1;
    if (!cfg_text(r, v, &text))
        return;
    digits = text;
    for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++)
        if (str_ends(text, str_of(UNITS[i].unit))) {
            digits = str_trim(str_sub(text, 0, text.n - 3));
            unit = UNITS[i].bytes;
        }
    if (num_parse_i64(digits, 0, INT64_MAX, &n) == OK && num_mul(n, unit, &n) && n >= row->min && n <= row->max)
        *out = (size_t)n;
    else
        cfg_say(r, FINDING_ERROR, v, "write it like 5 MiB or 64 KiB", "%s: expected a size from %lld to %lld bytes, got \"%.*s\"", row->name,
                (long long)row->min, (long long)row->max, STR_ARG(text));
}

static void read_bool(struct cfg_reader *r, const struct cfg_row *row, const struct yaml *v, bool *out)
{
    struct str text;
    if (!cfg_text(r, v, &text))
        return;
    if (str_eq(text, STR("true")) || str_eq(text, STR("false")))
        *out = text.p[0] == 't';
    else
        cfg_say(r, FINDING_ERROR, v, "write true or false", "%s: expected true or false, got \"%.*s\"", row->name, STR_ARG(text));
}

static void read_texts(struct cfg_reader *r, const struct yaml *v, const struct str **out, size_t *out_n)
{
    size_t n = 0;
    struct str *list = cfg_alloc(r, v->kind == YAML_LIST ? v->count : 1, sizeof(*list));
    if (list == NULL)
        return;
    if (v->kind == YAML_SCALAR)
        n += cfg_text(r, v, &list[0]) ? 1 : 0; /* one may stand without its dash */
    else if (v->kind == YAML_MAP)
        cfg_say(r, FINDING_ERROR, v, "write [a, b], or one a line behind a dash", "%.*s: expected a list of texts, got a map", STR_ARG(v->key));
    for (const struct yaml *c = v->kind == YAML_LIST ? v->first : NULL; c != NULL; c = c->next)
        n += cfg_text(r, c, &list[n]) ? 1 : 0;
    *out = list;
    *out_n = n;
}

/* ---- secrets */

struct str cfg_path(struct cfg_reader *r, struct str path)
{
    if (path.n > 0 && path.p[0] != '/' && r->folder.n > 0)
        return arena_fmt(r->ctx->arena, "%.*s/%.*s", STR_ARG(r->folder), STR_ARG(path));
    return path;
}

static void set_secret(struct cfg_reader *r, const struct yaml *v, struct str text, struct secret *out)
{
    if (text.n == 0)
        cfg_say(r, FINDING_ERROR, v, "put the secret there, or take the line out", "%.*s: the secret is empty", STR_ARG(v->key));
    else if (secret_set(out, text) != OK)
        r->no_memory = true;
}

static void secret_from_file(struct cfg_reader *r, const struct yaml *v, struct str given, struct secret *out)
{
    char text[SECRET_BYTES_MAX + 1];
    struct str path = cfg_path(r, given), whole = arena_fmt(r->ctx->arena, "%.*s", STR_ARG(path));
    struct stat sb = {0};
    bool plain = whole.p != NULL && stat(whole.p, &sb) == 0 && S_ISREG(sb.st_mode); /* a pipe could make us wait for ever */
    FILE *f = plain ? fopen(whole.p, "rb") : NULL;
    if (f == NULL) {
        cfg_say(r, FINDING_ERROR, v, "put the secret into that file and chmod 600 it", "file %.*s: %s", STR_ARG(path),
                sb.st_mode != 0 && !plain ? "not a plain file" : strerror(errno));
        return;
    }
    size_t n = fread(text, 1, sizeof(text), f);
    if ((sb.st_mode & 077) != 0)
        cfg_say(r, FINDING_WARNING, v, "chmod 600 it", "file %.*s: others can read it", STR_ARG(path));
    fclose(f);
    if (n > SECRET_BYTES_MAX)
        cfg_say(r, FINDING_ERROR, v, NULL, "file %.*s: over %d bytes", STR_ARG(path), SECRET_BYTES_MAX);
    else
        set_secret(r, v, str_trim((struct str){text, n}), out);
    explicit_bzero(text, sizeof(text));
}

static void read_secret(struct cfg_reader *r, const struct yaml *v, struct secret *out)
{
    struct str text;
    const struct yaml *env = yaml_get(v, "env"), *file = yaml_get(v, "file");
    secret_clear(out);
    if (v->kind == YAML_SCALAR) {
        if (!cfg_text(r, v, &text))
            return;
        r->inline_secrets = true;
        set_secret(r, v, text, out);
    } else if (v->kind != YAML_MAP || v->count != 1 || (env == NULL && file == NULL)) {
        cfg_say(r, FINDING_ERROR, v, "write {env: NAME}, {file: PATH}, or the secret itself", "%.*s: expected a secret", STR_ARG(v->key));
    } else if (file != NULL) {
        if (cfg_text(r, file, &text))
            secret_from_file(r, file, text, out);
    } else if (cfg_text(r, env, &text)) { /* an arena's text ends with NUL */
        const char *value = getenv(text.p);
        if (value == NULL)
            cfg_say(r, FINDING_ERROR, env, "set it where the server is started", "env %.*s: there is no such variable", STR_ARG(text));
        else
            set_secret(r, env, str_of(value), out);
    }
}

static void read_secrets(struct cfg_reader *r, const struct cfg_row *row, const struct yaml *v, struct secret *out)
{
    size_t n = 0;
    if (v->kind != YAML_LIST) {
        read_secret(r, v, &out[0]);
        return;
    }
    for (const struct yaml *c = v->first; c != NULL; c = c->next, n++) {
        if (n == ACCOUNT_SECRETS_MAX) {
            cfg_say(r, FINDING_ERROR, c, "take the oldest one out", "%s: two at most: the one in use and the one before", row->name);
            return;
        }
        read_secret(r, c, &out[n]);
    }
}

/* ---- tables */

static size_t row_count(const struct cfg_table *t)
{
    size_t n = 0;
    while (t->rows[n].name != NULL)
        n++;
    return n;
}

static void default_of(struct cfg_reader *r, const struct cfg_row *row, void *base)
{
    if (row->kind == CFG_MAP || row->kind == CFG_INLINE)
        cfg_init(r, row->sub, (char *)base + row->at);
    if (row->def == NULL)
        return;
    struct yaml v = {.kind = YAML_SCALAR, .key = str_of(row->name), .text = str_of(row->def)};
    void *to = (char *)base + row->at;
    if (row->kind == CFG_TEXT)
        *(struct str *)to = v.text;
    else if (row->kind == CFG_INT)
        read_int(r, row, &v, to);
    else if (row->kind == CFG_SIZE)
        read_size(r, row, &v, to);
    else if (row->kind == CFG_BOOL)
        read_bool(r, row, &v, to);
}

void cfg_init(struct cfg_reader *r, const struct cfg_table *t, void *base)
{
    if (t->init != NULL)
        t->init(base);
    for (const struct cfg_row *row = t->rows; !t->sparse && row->name != NULL; row++)
        default_of(r, row, base);
}

static void read_items(struct cfg_reader *r, const struct cfg_row *row, const struct yaml *v, void *base)
{
    if (v->kind != YAML_LIST) {
        cfg_say(r, FINDING_ERROR, v, "each entry begins with a dash", "%s: expected a list", row->name);
        return;
    }
    char *list = cfg_alloc(r, v->count, row->sub->size), *item = list;
    if (list == NULL)
        return;
    memcpy((char *)base + row->at, &list, sizeof(list)); /* items start as zeros: they can be cleared at any time */
    memcpy((char *)base + row->at_n, &v->count, sizeof(v->count));
    for (const struct yaml *c = v->first; c != NULL; c = c->next, item += row->sub->size) {
        cfg_init(r, row->sub, item);
        cfg_read(r, row->sub, c, item);
    }
}

static void read_row(struct cfg_reader *r, const struct cfg_row *row, const struct yaml *v, void *base)
{
    void *to = (char *)base + row->at;
    switch (row->kind) {
    case CFG_TEXT:
        (void)cfg_text(r, v, to);
        break;
    case CFG_INT:
        read_int(r, row, v, to);
        break;
    case CFG_SIZE:
        read_size(r, row, v, to);
        break;
    case CFG_BOOL:
        read_bool(r, row, v, to);
        break;
    case CFG_SECRET:
        read_secret(r, v, to);
        break;
    case CFG_SECRETS:
        read_secrets(r, row, v, to);
        break;
    case CFG_TEXTS:
        read_texts(r, v, to, (size_t *)((char *)base + row->at_n));
        break;
    case CFG_MAP:
        cfg_read(r, row->sub, v, to);
        break;
    case CFG_ITEMS:
        read_items(r, row, v, base);
        break;
    case CFG_OTHER:
        row->read(r, v, base);
        break;
    case CFG_INLINE:
        break;
    }
}

/* The row of that name, its rows in line included; *base becomes the struct that it belongs to. */
static const struct cfg_row *find_row(const struct cfg_table *t, struct str name, void **base)
{
    for (const struct cfg_row *row = t->rows; row->name != NULL; row++) {
        if (row->kind != CFG_INLINE) {
            if (str_eq(str_of(row->name), name))
                return row;
            continue;
        }
        void *inner = (char *)*base + row->at;
        const struct cfg_row *found = find_row(row->sub, name, &inner);
        if (found != NULL) {
            *base = inner;
            return found;
        }
    }
    return NULL;
}

static const char *row_word(const void *list, size_t i)
{
    return ((const struct cfg_row *)list)[i].name;
}

static const char *near_row(const struct cfg_table *t, struct str name)
{
    const char *near = word_near(name, row_word, t->rows, row_count(t));
    for (const struct cfg_row *row = t->rows; near == NULL && row->name != NULL; row++)
        if (row->kind == CFG_INLINE)
            near = near_row(row->sub, name);
    return near;
}

static void unknown_setting(struct cfg_reader *r, const struct cfg_table *t, const struct yaml *c)
{
    struct yaml at = {.line = c->key_line, .column = c->key_column};
    const char *near = near_row(t, c->key);
    char hint[400];
    size_t n = 0;
    if (near != NULL)
        snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near);
    else {
        n = (size_t)snprintf(hint, sizeof(hint), "known here:");
        for (const struct cfg_row *row = t->rows; row->name != NULL && n < sizeof(hint) - 60; row++)
            if (row->kind != CFG_INLINE)
                n += (size_t)snprintf(hint + n, sizeof(hint) - n, " %s", row->name);
    }
    cfg_say(r, FINDING_ERROR, &at, hint, "%.*s: there is no such setting here", STR_ARG(c->key));
}

static void require_rows(struct cfg_reader *r, const struct cfg_table *t, const struct yaml *v)
{
    for (const struct cfg_row *row = t->rows; row->name != NULL; row++)
        if (row->required && yaml_get(v, row->name) == NULL)
            cfg_say(r, FINDING_ERROR, v, row->what, "%s: missing here", row->name);
}

void cfg_read(struct cfg_reader *r, const struct cfg_table *t, const struct yaml *v, void *base)
{
    if (v->kind != YAML_MAP) {
        cfg_say(r, FINDING_ERROR, v, "settings are written `name: value`, one a line, below it and further to the right",
                "%.*s: expected a map of settings", STR_ARG(v->key));
        return;
    }
    for (const struct yaml *c = v->first; c != NULL; c = c->next) {
        void *owner = base;
        const struct cfg_row *row = find_row(t, c->key, &owner);
        if (row == NULL)
            unknown_setting(r, t, c);
        else
            read_row(r, row, c, owner);
    }
    require_rows(r, t, v);
    if (t->check != NULL)
        t->check(r, v, base);
}
