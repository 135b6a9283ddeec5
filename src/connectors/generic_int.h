/* What the two files of the generic connector share: walking a document (generic.c), one value of it (generic_value.c). */
#ifndef WISMO_CONNECTORS_GENERIC_INT_H
#define WISMO_CONNECTORS_GENERIC_INT_H

#include "connectors/lib/shop_helpers.h"

/* One kind of fact that the mapping takes out of a document. */
struct plan {
    struct ctx *ctx;
    const struct account *acct;
    const struct json *spec;   /* an element of mapping.facts; NULL: names are ours already */
    struct str kind, currency;
    struct str time, zone;     /* "unix", "unix_ms" or a pattern; zone of clocks without one */
    const char *statuses;      /* table of data/status, or NULL */
    bool minor;                /* money is in minor units */
    struct str raw_status;     /* the element's own word for its status */
    struct str table_reason;   /* what the table says beside the status */
};

/* generic_plan: reads a spec. Errs: ERR_PARSE a word of it is unknown. */
MUST_CHECK enum err generic_plan(struct plan *p, const struct json *spec);
/* generic_put: one of our fields with its key, the value in the type that fact_read wants. Errs: ERR_PARSE naming our field. */
MUST_CHECK enum err generic_put(struct plan *p, struct jw *w, struct str name, struct str value);
/* generic_key: a member's name that is not a literal. */
MUST_CHECK enum err generic_key(struct plan *p, struct jw *w, struct str name);

#endif
