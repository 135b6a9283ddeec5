/* See status_map.h. A table is read when first asked for and kept sorted for the life of the program. */
#include "connectors/lib/status_map.h"

#include "base/data.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define TABLES_MAX 32

struct table {
    const char *name;
    struct status_row *rows;
    size_t n;
};

static struct table tables[TABLES_MAX];
static size_t tables_n;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int cmp_nocase(struct str a, struct str b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        int x = a.p[i] >= 'A' && a.p[i] <= 'Z' ? a.p[i] + 32 : a.p[i];
        int y = b.p[i] >= 'A' && b.p[i] <= 'Z' ? b.p[i] + 32 : b.p[i];
        if (x != y)
            return x - y;
    }
    return (a.n > b.n) - (a.n < b.n);
}

static int by_code(const void *a, const void *b)
{
    return cmp_nocase(((const struct status_row *)a)->code, ((const struct status_row *)b)->code);
}

static void read_row(struct table *t, struct str line)
{
    struct status_row r;
    struct str status, reason;
    if (!str_split(&line, '\t', &r.code) || !str_split(&line, '\t', &status) || !str_split(&line, '\t', &reason) ||
        !parcel_status_parse(status, &r.status) || !reason_parse(reason, &r.reason))
        return;
    r.words = line.p == NULL ? STR_NULL : line;
    struct status_row *p = realloc(t->rows, (t->n + 1) * sizeof(*p));
    if (p == NULL)
        return;
    t->rows = p;
    p[t->n++] = r;
}

static const struct table *table_of(const char *name)
{
    const struct table *found = NULL;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < tables_n && found == NULL; i++)
        if (strcmp(tables[i].name, name) == 0)
            found = &tables[i];
    if (found == NULL && tables_n < TABLES_MAX) {
        struct table *t = &tables[tables_n++];
        char path[96];
        struct str line;
        t->name = name;
        snprintf(path, sizeof(path), "status/%s.tsv", name);
        struct str rest = data_file(path);
        while (data_line(&rest, &line))
            read_row(t, line);
        if (t->n > 0)
            qsort(t->rows, t->n, sizeof(*t->rows), by_code);
        found = t;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

bool status_find(const char *table, struct str code, struct status_row *out)
{
    const struct table *t = table_of(table);
    struct status_row want = {.code = code};
    const struct status_row *r = t == NULL || t->n == 0 ? NULL : bsearch(&want, t->rows, t->n, sizeof(*t->rows), by_code);
    if (r == NULL)
        return false;
    *out = *r;
    return true;
}

bool status_find_prefixed(const char *table, const char *prefix, struct str code, struct status_row *out)
{
    char key[160];
    int n = snprintf(key, sizeof(key), "%s%.*s", prefix, STR_ARG(code));
    return n > 0 && (size_t)n < sizeof(key) && status_find(table, (struct str){key, (size_t)n}, out);
}
