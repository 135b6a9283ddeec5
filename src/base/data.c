/* See data.h. */
#include "base/data.h"

#include "base/data_table.h"

struct str data_file(const char *path)
{
    for (const struct data_entry *d = data_table; d->name != NULL; d++)
        if (strcmp(d->name, path) == 0)
            return (struct str){d->begin, (size_t)(d->end - d->begin)};
    return STR_NULL;
}

bool data_line(struct str *rest, struct str *line)
{
    while (str_split(rest, '\n', line)) {
        if (line->n > 0 && line->p[line->n - 1] == '\r')
            line->n--;
        if (line->n > 0 && line->p[0] != '#')
            return true;
    }
    return false;
}
