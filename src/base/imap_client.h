/*
 * One mailbox on one IMAP server (RFC 9051, 3501), read without marking, and waited for (IDLE, RFC 2177). Connection, TLS and its
 * verification are libcurl's; the few commands that fetching new mail needs are written here, for libcurl's own IMAP can neither peek
 * nor wait. A struct imap belongs to one thread.
 */
#ifndef WISMO_BASE_IMAP_CLIENT_H
#define WISMO_BASE_IMAP_CLIENT_H

#include <stdatomic.h>

#include "base/ctx.h"

#define IMAP_MAIL_MAX ((size_t)10 << 20) /* a larger mail is left where it is */
#define IMAP_LIST_MAX 1000               /* mails of one search, the oldest */

struct imap_options {
    struct str url;       /* imaps://host:port/MAILBOX; imap:// only to the machine itself */
    struct str user, password, ca_file;
    int timeout_ms;       /* of one answer; 0: 30,000 */
};
struct imap;

/*
 * imap_open: connects, signs in, selects. *validity: UIDVALIDITY; *next: the UID that the next new mail will have.
 * Errs: ERR_PARSE url, ERR_UNAVAILABLE, ERR_DENIED sign-in, ERR_NOTFOUND no such mailbox, ERR_TIMEOUT, ERR_MEMORY.
 */
MUST_CHECK enum err imap_open(struct ctx *ctx, const struct imap_options *opt, struct imap **out, int64_t *validity, int64_t *next);
void imap_close(struct imap *im); /* accepts NULL */
/* imap_since: UIDs from `uid` on, ascending, at most IMAP_LIST_MAX. */
MUST_CHECK enum err imap_since(struct ctx *ctx, struct imap *im, int64_t uid, int64_t out[IMAP_LIST_MAX], size_t *n);
/* imap_of_days: of mails that came on that day or later. */
MUST_CHECK enum err imap_of_days(struct ctx *ctx, struct imap *im, int64_t since_us, int64_t out[IMAP_LIST_MAX], size_t *n);
/* imap_fetch: the whole mail, in ctx's arena. Errs: ERR_LIMIT larger than IMAP_MAIL_MAX, ERR_NOTFOUND it is gone. */
MUST_CHECK enum err imap_fetch(struct ctx *ctx, struct imap *im, int64_t uid, struct str *out);
/* imap_seen: marks it as read: after it is durable. */
MUST_CHECK enum err imap_seen(struct ctx *ctx, struct imap *im, int64_t uid);
/* imap_wait: until the mailbox changes, ms have passed or *stop. Errs: ERR_UNSUPPORTED the server cannot IDLE: poll. */
MUST_CHECK enum err imap_wait(struct ctx *ctx, struct imap *im, int ms, const _Atomic bool *stop, bool *changed);

#endif
