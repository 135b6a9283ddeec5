/* Fields of a posted form, whichever of the two ways it is written in: multipart/form-data through MIME, or percent-encoded. */
#ifndef WISMO_CONNECTORS_LIB_FORM_FIELDS_H
#define WISMO_CONNECTORS_LIB_FORM_FIELDS_H

#include "base/ctx.h"
#include "base/http_msg.h"

#define FORM_FIELDS_MAX 120

struct form_field {
    struct str name, value;
    bool file;
};
struct form_fields {
    struct form_field list[FORM_FIELDS_MAX];
    size_t n, files;
};

/* form_fields_read: Errs: ERR_PARSE no form, ERR_LIMIT, ERR_MEMORY. More than FORM_FIELDS_MAX: the first ones. */
MUST_CHECK enum err form_fields_read(struct ctx *ctx, const struct http_msg *msg, struct form_fields *out);
struct str form_field(const struct form_fields *f, const char *name); /* empty: none */

#endif
