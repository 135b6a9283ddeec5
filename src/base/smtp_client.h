/* One mail to one mail server by libcurl: TLS, sign-in, the server's answer. The message is bytes that are ready to go. */
#ifndef WISMO_BASE_SMTP_CLIENT_H
#define WISMO_BASE_SMTP_CLIENT_H

#include "base/ctx.h"

struct smtp_request {
    struct str url;            /* smtp://host:port or smtps://host:port */
    bool tls;                  /* true: STARTTLS must succeed before anything is said */
    struct str ca_file;        /* certificates to trust instead of the system's; empty: the system's */
    struct str user, password; /* empty: no sign-in */
    struct str from, to;       /* addresses alone */
    struct str message;        /* RFC 5322, lines end with CRLF */
    int timeout_ms;            /* 0: 30,000 */
};

/*
 * smtp_send: *code is the server's last answer, 0 when there was none.
 * Errs: ERR_PARSE an address or URL that cannot be used; ERR_DENIED sign-in refused; ERR_LIMIT refused for good (5xx); ERR_BUSY
 * refused for now (4xx); ERR_UNAVAILABLE no connection or no TLS, before the message went; ERR_TIMEOUT the outcome is not known.
 */
MUST_CHECK enum err smtp_send(struct ctx *ctx, const struct smtp_request *req, int *code);

#endif
