/* Texts in the character sets of the outside as UTF-8, through ICU. */
#ifndef WISMO_BASE_CHARSET_H
#define WISMO_BASE_CHARSET_H

#include "base/ctx.h"

/*
 * charset_to_utf8: the bytes as UTF-8 in the arena; what has no meaning in the set becomes U+FFFD. An empty or unknown set: UTF-8 when
 * the bytes are that, else Windows-1252, which is what mail without a name for it most often is. NUL stays. Errs: ERR_MEMORY.
 */
MUST_CHECK enum err charset_to_utf8(struct ctx *ctx, struct str charset, struct str bytes, struct str *out);

#endif
