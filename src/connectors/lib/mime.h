/* MIME through GMime, kept to one place: a parsed entity and what is asked of it. Any number of threads, each its own entities. */
#ifndef WISMO_CONNECTORS_LIB_MIME_H
#define WISMO_CONNECTORS_LIB_MIME_H

#include "base/ctx.h"

#define MIME_MAX ((size_t)10 << 20) /* bytes with all attachments */
#define MIME_LINES_MAX 300000       /* each could be a header: 10 MiB of base64 have half of them */
#define MIME_RULES_MAX 20000        /* lines that begin with "--": each could be a part */
#define MIME_HEAD_MAX ((size_t)1 << 20)

struct mime; /* one entity, until mime_close */

struct mime_part {
    struct str type;             /* "text/plain", lower case */
    struct str charset;
    struct str name, file_name;  /* name: of a form's field */
    bool attached;               /* a file, whatever its type */
    struct str bytes;            /* of texts and form fields: decoded, at most what mime_parts was asked for */
    int64_t bytes_all;
};

/* mime_open: Errs: ERR_PARSE no entity, ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err mime_open(struct ctx *ctx, struct str raw, struct mime **out);
void mime_close(struct mime *m); /* accepts NULL */
/* mime_header: nth header of that name, unfolded, as it stands; empty: none. mime_header_text: encoded words decoded. */
struct str mime_header(struct ctx *ctx, const struct mime *m, const char *name, size_t nth);
struct str mime_header_text(struct ctx *ctx, const struct mime *m, const char *name);
/* mime_mailbox: how many addresses a header's value names; the first in *name and *address. */
size_t mime_mailbox(struct ctx *ctx, struct str value, struct str *name, struct str *address);
/* mime_ids: message ids of a value, with their brackets, at most max, the last ones. */
size_t mime_ids(struct ctx *ctx, struct str value, struct str *out, size_t max);

struct mime_parts {
    struct mime_part *list;
    size_t n, cap;
    bool more;                   /* than cap, or deeper than depth_max */
};
/* mime_parts: the leaves in their order, with at most bytes_max of each text. Errs: ERR_MEMORY. */
MUST_CHECK enum err mime_parts(struct ctx *ctx, const struct mime *m, int depth_max, size_t bytes_max, struct mime_parts *out);

#endif
