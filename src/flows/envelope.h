/*
 * What the ledger keeps of one message: request line, the headers that matter and the body, compressed (zstd) and sealed under
 * a key of its own, which is wrapped by its day's key.
 */
#ifndef WISMO_FLOWS_ENVELOPE_H
#define WISMO_FLOWS_ENVELOPE_H

#include "base/crypto.h"
#include "base/ctx.h"
#include "base/http_msg.h"

#define ENVELOPE_MAX ((size_t)6 << 20) /* a body of 5 MiB and its headers */

/* envelope_write: the text that is kept. Headers that hold credentials or only transport are left out. Errs: ERR_LIMIT. */
MUST_CHECK enum err envelope_write(struct ctx *ctx, const struct http_msg *msg, struct buf *out);
/* envelope_read: views into text; what the message came in as is gone, as it is from the ledger. Errs: ERR_CORRUPT. */
MUST_CHECK enum err envelope_read(struct ctx *ctx, struct str text, struct http_msg *out);
/* envelope_seal: out gets the text compressed and sealed, key its fresh key. */
MUST_CHECK enum err envelope_seal(struct ctx *ctx, struct str text, struct buf *out, unsigned char key[KEY_LEN]);
/* envelope_open: into ctx's arena. Errs: ERR_DENIED wrong key, ERR_CORRUPT. */
MUST_CHECK enum err envelope_open(struct ctx *ctx, struct str sealed, const unsigned char key[KEY_LEN], struct http_msg *out);

#endif
