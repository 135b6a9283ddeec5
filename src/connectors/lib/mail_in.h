/*
 * A mail that came in, read: who wrote it, what is new in it, which mails it belongs to, whether a machine sent it, and what the
 * merchant's own server says of its sender. On GMime for MIME, ICU for character sets, libxml2 for HTML; each input bounded.
 */
#ifndef WISMO_CONNECTORS_LIB_MAIL_IN_H
#define WISMO_CONNECTORS_LIB_MAIL_IN_H

#include "connectors/lib/mail_auth.h"

#define MAIL_IN_BODY_MAX ((size_t)1 << 20) /* of one text part; what is behind is not read */
#define MAIL_IN_DEPTH_MAX 16           /* parts inside parts */
#define MAIL_IN_PARTS_MAX 200
#define MAIL_IN_ATTACHMENTS_MAX 20     /* named; all are counted */
#define MAIL_IN_REFERENCES_MAX 40

struct mail_attachment {
    struct str name, type;
    int64_t bytes;              /* decoded */
};

struct mail_in {
    struct str from, from_name; /* address in lower case; empty: none, or several */
    struct str to;              /* first recipient */
    struct str subject;
    struct str message_id, in_reply_to; /* with their angle brackets */
    struct str references[MAIL_IN_REFERENCES_MAX];
    size_t references_n;
    struct str text;            /* newest part */
    bool cut;                   /* there was more of it than is kept, or of the mail than is read */
    bool automatic;             /* never to be answered */
    const char *why;            /* of automatic: which sign */
    enum mail_dmarc dmarc;
    struct mail_attachment attachments[MAIL_IN_ATTACHMENTS_MAX];
    size_t attachments_n;       /* of those named */
    int64_t attachments_all;
};

/*
 * mail_in_read: raw is the whole mail, or its header block alone. host: name of the server whose Authentication-Results are believed;
 * empty: nobody's.
 * Errs: ERR_PARSE no mail, ERR_LIMIT too large or too deep, ERR_MEMORY. Owns: in ctx's arena.
 */
MUST_CHECK enum err mail_in_read(struct ctx *ctx, struct str raw, struct str host, struct mail_in *out);

/* mail_in_body: text of the newest part from a mail's plain text, or else from its HTML, both UTF-8. */
MUST_CHECK enum err mail_in_body(struct ctx *ctx, struct str plain, struct str html, struct str *text, bool *cut);

#endif
