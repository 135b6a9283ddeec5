/* Which kind of fact a flat row is when it does not say so: told by the names it has. */
#ifndef WISMO_CONNECTORS_LIB_FLAT_KIND_H
#define WISMO_CONNECTORS_LIB_FLAT_KIND_H

#include "model/fact.h"

/* flat_kind: has says whether the row has that name. An order when nothing else fits. */
enum fact_kind flat_kind(bool (*has)(const void *row, const char *name), const void *row);

#endif
