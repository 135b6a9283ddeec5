/* See csv_columns.h. */
#include "cli/csv_columns.h"

#include "base/findings.h"
#include "connectors/lib/csv.h"
#include "connectors/lib/flat_kind.h"
#include "model/fact_json.h"

/* ---- names that are read */

static bool header_has(const void *row, const char *name)
{
    const struct csv *csv = row;
    for (size_t i = 0; i < csv->columns; i++)
        if (str_eq(csv->header[i], str_of(name)))
            return true;
    return false;
}

/* Names that are ours: of the kind that the header tells, of every kind when each row says its own. */
static enum err own_names(struct ctx *ctx, const struct csv *csv, struct str_list *out)
{
    enum err e = OK;
    if (!header_has(csv, "kind"))
        return fact_columns(ctx, flat_kind(header_has, csv), out);
    for (int k = 0; e == OK && k < FACT_KIND_COUNT; k++)
        if (fact_kind_is_input((enum fact_kind)k))
            e = fact_columns(ctx, (enum fact_kind)k, out);
    return e;
}

/* Every path of a mapping is a column of a flat file; "=text" is none. */
static void mapped_names(const struct json *fields, struct str_list *out)
{
    JSON_EACH(f, fields) {
        struct str path = json_value_text(f);
        if (json_is(f, JSON_OBJECT))
            mapped_names(json_get(f, "fields") != NULL ? json_get(f, "fields") : f, out);
        else if (!str_starts(path, STR("=")) && out->n < out->cap)
            out->p[out->n++] = path;
    }
}

static enum err names_read(struct ctx *ctx, const struct account *acct, const struct csv *csv, struct str_list *out)
{
    const struct json *facts = json_get(acct->mapping, "facts");
    if (facts == NULL)
        return own_names(ctx, csv, out);
    out->cap = FACT_COLUMNS_MAX;
    out->p = ctx_alloc(ctx, out->cap * sizeof(*out->p));
    if (out->p == NULL)
        return ERR_MEMORY;
    JSON_EACH(spec, facts) {
        mapped_names(json_get(spec, "fields"), out);
    }
    return OK;
}

static bool is_read(const struct str_list *names, struct str name)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->p[i], name))
            return true;
    return false;
}

/* ---- what is wrong with a header */

static bool is_part_of(struct str part, struct str whole)
{
    return part.n > whole.n + 1 && str_starts(part, whole) && part.p[whole.n] == '.';
}

static enum err check_pair(struct ctx *ctx, const struct csv *csv, struct str file, size_t i, size_t k, bool own)
{
    struct str a = csv->header[i], b = csv->header[k];
    if (str_eq(a, b))
        return ctx_fail(ctx, ERR_PARSE, "%.*s: line 1: column \"%.*s\" stands twice, as number %zu and %zu: which one counts?",
                        STR_ARG(file), STR_ARG(a), i + 1, k + 1);
    if (own && (is_part_of(a, b) || is_part_of(b, a)))
        return ctx_fail(ctx, ERR_PARSE, "%.*s: line 1: columns \"%.*s\" (number %zu) and \"%.*s\" (number %zu) say the same: leave one out",
                        STR_ARG(file), STR_ARG(a), i + 1, STR_ARG(b), k + 1);
    return OK;
}

static enum err check_twice(struct ctx *ctx, const struct csv *csv, struct str file, bool own)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < csv->columns; i++)
        for (size_t k = i + 1; e == OK && !str_empty(csv->header[i]) && k < csv->columns; k++)
            e = check_pair(ctx, csv, file, i, k, own);
    return e;
}

static const char *name_at(const void *list, size_t i)
{
    return ((const char *const *)list)[i];
}

static struct str last_part(struct str name)
{
    struct str part = name;
    while (str_contains(name, STR(".")) && str_split(&name, '.', &part))
        part = name;
    return part;
}

/* The last part is what people mean: "city" for "ship_to.city". */
static struct str nearest(struct ctx *ctx, struct str column, const struct str_list *names)
{
    const char **words = ctx_alloc(ctx, (names->n + 1) * sizeof(*words));
    if (words == NULL)
        return STR_NULL;
    for (size_t i = 0; i < names->n; i++) {
        words[i] = arena_fmt(ctx->arena, "%.*s", STR_ARG(names->p[i])).p;
        if (words[i] == NULL || str_eq_nocase(last_part(names->p[i]), last_part(column)))
            return names->p[i];
    }
    const char *near = word_near(column, name_at, words, names->n);
    return near == NULL ? STR_NULL : str_of(near);
}

static enum err note(struct ctx *ctx, struct csv_report *report, const struct csv_ignored *one)
{
    if (report->list == NULL)
        report->list = ctx_alloc(ctx, CSV_IGNORED_MAX * sizeof(*report->list));
    if (report->list == NULL)
        return ERR_MEMORY;
    if (report->n < CSV_IGNORED_MAX)
        report->list[report->n++] = *one;
    return OK;
}

enum err csv_columns_check(struct ctx *ctx, const struct account *acct, struct str file, struct str header, struct csv_report *report)
{
    struct csv *csv = ctx_alloc(ctx, sizeof(*csv));
    struct str_list names = {0}, columns;
    bool own = json_get(acct->mapping, "facts") == NULL;
    enum err e = csv == NULL ? ERR_MEMORY : csv_open(ctx, header, csv);
    if (e == OK)
        e = check_twice(ctx, csv, file, own);
    if (e == OK)
        e = names_read(ctx, acct, csv, &names);
    if (e != OK)
        return e;
    columns = (struct str_list){csv->header, csv->columns, csv->columns};
    for (size_t i = 0; e == OK && i < csv->columns; i++)
        if (!is_read(&names, csv->header[i]))
            e = note(ctx, report, &(struct csv_ignored){file, csv->header[i], nearest(ctx, csv->header[i], &names), i + 1, false});
    for (size_t i = 0; e == OK && !own && i < names.n; i++)
        if (!is_read(&columns, names.p[i]))
            e = note(ctx, report, &(struct csv_ignored){file, names.p[i], nearest(ctx, names.p[i], &columns), 0, true});
    return ctx_whole(ctx, e);
}

/* ---- the report */

struct str csv_ignored_words(struct arena *a, const struct csv_ignored *c)
{
    struct str hint = str_empty(c->near) ? STR_NULL : arena_fmt(a, "; did you mean \"%.*s\"?", STR_ARG(c->near));
    if (c->wanted)
        return arena_fmt(a, "%.*s: the mapping reads column \"%.*s\", which the file does not have%.*s", STR_ARG(c->file), STR_ARG(c->column), STR_ARG(hint));
    if (str_empty(c->column))
        return arena_fmt(a, "%.*s: column number %zu has no name: not read", STR_ARG(c->file), c->at);
    return arena_fmt(a, "%.*s: column \"%.*s\" (number %zu) is not known: not read%.*s", STR_ARG(c->file), STR_ARG(c->column), c->at, STR_ARG(hint));
}

void csv_columns_json(struct jw *w, const struct csv_report *report)
{
    jw_key(w, "ignored_columns");
    jw_arr(w);
    for (size_t i = 0; i < report->n; i++) {
        const struct csv_ignored *c = &report->list[i];
        if (c->wanted)
            continue;
        jw_obj(w);
        jw_kstr(w, "file", c->file);
        jw_kstr(w, "column", c->column);
        jw_ki64(w, "number", (int64_t)c->at);
        jw_kstr_null(w, "near", c->near);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_key(w, "missing_columns");
    jw_arr(w);
    for (size_t i = 0; i < report->n; i++)
        if (report->list[i].wanted)
            jw_str(w, report->list[i].column);
    jw_arr_end(w);
}
