/*
 * What the ledger keeps of one message: request line, the headers that matter and the body, compressed (zstd) and sealed under
 * a key of its own, which is wrapped by its day's key.
 */
#ifndef WISMO_FLOWS_ENVELOPE_H
#define WISMO_FLOWS_ENVELOPE_H

#include "base/crypto.h"
#include "base/http_msg.h"

#define ENVELOPE_MAX ((size_t)6 << 20) /* a body of 5 MiB and its headers */

/* envelope_seal: out gets the sealed bytes, key its fresh key. Headers that hold credentials or only transport are left out. */
MUST_CHECK enum err envelope_seal(struct ctx *ctx, const struct http_msg *msg, struct buf *out, unsigned char key[KEY_LEN]);
/* envelope_open: into ctx's arena. Errs: ERR_DENIED wrong key, ERR_CORRUPT. */
MUST_CHECK enum err envelope_open(struct ctx *ctx, struct str sealed, const unsigned char key[KEY_LEN], struct http_msg *out);

#endif
