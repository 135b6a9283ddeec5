/* A message as a mail: greeting, text, sign-off and the way out around what was recorded; text and HTML; headers by the rules. */
#ifndef WISMO_FLOWS_MAIL_H
#define WISMO_FLOWS_MAIL_H

#include "base/buf.h"
#include "base/ctx.h"

struct mail {
    struct str from, from_name, reply_to; /* addresses alone */
    struct str to, name;                  /* name: of the customer, may be empty */
    struct str language, subject, text;   /* as recorded */
    struct str sign_off, unsubscribe_url; /* may be empty */
    struct str key;                       /* of the message: its Message-ID on every attempt */
    struct str thread;                    /* the same for all messages of an order; may be empty */
    struct str answered_id;               /* Message-ID of the customer's mail that it answers; empty: none */
    struct str relay;                     /* mail server that it goes to: some want our key in a header of theirs; may be empty */
    int64_t date_us;
    bool plain;                           /* a colleague reads it: the text alone, without greeting and sign-off */
};

/* mail_write: RFC 5322 with CRLF. Errs: ERR_PARSE a line break or NUL where a header would be; ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err mail_write(struct ctx *ctx, const struct mail *m, struct buf *out);
/* mail_text: the whole text as a customer reads it, greeting and sign-off included; in the arena. */
struct str mail_text(struct ctx *ctx, const struct mail *m);
/* mail_html: its HTML part; text: as mail_text gives it. */
void mail_html(struct buf *b, const struct mail *m, struct str text);

#endif
