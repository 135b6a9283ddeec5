/* See num.h. Minor digits are ISO 4217's; every code with two digits is listed too, so that a typo
 * is refused. */
#include "base/num.h"

bool num_add(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

bool num_mul(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

enum err num_parse_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
    bool neg = s.n > 0 && s.p[0] == '-';
    size_t i = neg || (s.n > 0 && s.p[0] == '+') ? 1 : 0;
    int64_t v = 0;
    if (i == s.n)
        return ERR_PARSE;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return ERR_PARSE;
        int d = s.p[i] - '0';
        if (!num_mul(v, 10, &v) || !num_add(v, neg ? -d : d, &v))
            return ERR_LIMIT;
    }
    if (v < min || v > max)
        return ERR_LIMIT;
    *out = v;
    return OK;
}

int num_currency_digits(struct str currency)
{
    static const char ZERO[] =
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ";
    static const char THREE[] = "BHD IQD JOD KWD LYD OMR TND ";
    static const char TWO[] = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB "
                              "BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP "
                              "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ "
                              "GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR "
                              "KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
                              "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN "
                              "PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS "
                              "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD "
                              "TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ";
    if (currency.n != 3)
        return -1;
    for (size_t i = 0; i < 3; i++)
        if (currency.p[i] < 'A' || currency.p[i] > 'Z')
            return -1;
    const char code[] = {currency.p[0], currency.p[1], currency.p[2], ' ', '\0'};
    if (strstr(ZERO, code) != NULL)
        return 0;
    if (strstr(THREE, code) != NULL)
        return 3;
    return strstr(TWO, code) != NULL ? 2 : -1;
}

enum err num_parse_money(struct str s, struct str currency, int64_t *out_minor)
{
    int digits = num_currency_digits(currency);
    bool neg = s.n > 0 && s.p[0] == '-';
    int64_t v = 0;
    int after = -1, any = 0;
    if (digits < 0)
        return ERR_PARSE;
    for (size_t i = neg ? 1 : 0; i < s.n; i++) {
        if (s.p[i] == '.' && after < 0 && any > 0) {
            after = 0;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9')
            return ERR_PARSE;
        any++;
        if (after >= digits) { /* finer than the currency: only zeros */
            if (s.p[i] != '0')
                return ERR_PARSE;
            continue;
        }
        if (!num_mul(v, 10, &v) || !num_add(v, s.p[i] - '0', &v))
            return ERR_LIMIT;
        after += after >= 0;
    }
    if (any == 0)
        return ERR_PARSE;
    for (int i = after < 0 ? 0 : after; i < digits; i++)
        if (!num_mul(v, 10, &v))
            return ERR_LIMIT;
    *out_minor = neg ? -v : v;
    return OK;
}
