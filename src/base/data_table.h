/* The table that tools/embed writes; read through base/data.h only. */
#ifndef WISMO_BASE_DATA_TABLE_H
#define WISMO_BASE_DATA_TABLE_H

#include <stddef.h>

struct data_entry {
    const char *name, *begin, *end;
};
extern const struct data_entry data_table[]; /* ends with name NULL; sorted by name */

#endif
