/*
 * A telephone number as somebody in a country writes it, made international (E.164), so that "0170 1234567" and "+49 (0)170 1234567"
 * are one number for a look-up.
 */
#ifndef WISMO_BASE_PHONE_H
#define WISMO_BASE_PHONE_H

#include "base/ctx.h"

/*
 * phone_e164: "+491701234567". country (ISO alpha-2) says what a number without "+" or the country's international prefix means; it
 * may be empty for others. Errs: ERR_PARSE it is no number that country has, or names no country; ERR_MEMORY. Owns: the arena's.
 */
MUST_CHECK enum err phone_e164(struct ctx *ctx, struct str typed, struct str country, struct str *out);

#endif
