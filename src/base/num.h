/* Checked arithmetic and number parsing for values that come from outside. */
#ifndef WISMO_BASE_NUM_H
#define WISMO_BASE_NUM_H

#include "base/err.h"
#include "base/str.h"

MUST_CHECK bool num_add(int64_t a, int64_t b, int64_t *out); /* false on overflow */
MUST_CHECK bool num_mul(int64_t a, int64_t b, int64_t *out);
/* num_parse_i64: the whole of s is a decimal integer, optional sign, within min..max. */
MUST_CHECK enum err num_parse_i64(struct str s, int64_t min, int64_t max, int64_t *out);
/*
 * num_parse_money: decimal text ("199.00", "-3.5", "1e2" is refused) to minor units of currency
 * (ISO 4217: EUR 2, JPY 0, KWD 3 digits). More digits than the currency has are accepted only when zero.
 * Errs: ERR_PARSE text or currency unknown, ERR_LIMIT out of range.
 */
MUST_CHECK enum err num_parse_money(struct str s, struct str currency, int64_t *out_minor);
/* num_currency_digits: minor digits of an ISO 4217 code; -1 when unknown. */
int num_currency_digits(struct str currency);
static inline bool num_is_currency(struct str currency)
{
    return num_currency_digits(currency) >= 0;
}

#endif
