/*
 * Calling codes are ITU-T E.164's. Trunk prefixes, international prefixes and lengths (without the trunk prefix) are those of the
 * countries' numbering plans as commonly published; a number outside them is refused, none is guessed.
 */
#include "base/phone.h"

#define DIGITS_MIN 7
#define DIGITS_MAX 15
#define TYPED_MAX 40

struct plan {
    const char *country, *code, *trunk, *abroad; /* abroad: what is dialled before a calling code */
    size_t min, max;
};

static const struct plan PLANS[] = {
    {"US", "1", "1", "011", 10, 10},  {"CA", "1", "1", "011", 10, 10},  {"MX", "52", "", "00", 10, 10},  {"BR", "55", "0", "00", 10, 11},
    {"AR", "54", "0", "00", 10, 11},  {"CL", "56", "", "00", 9, 9},     {"CO", "57", "", "00", 10, 10},  {"GB", "44", "0", "00", 9, 10},
    {"IE", "353", "0", "00", 7, 9},   {"FR", "33", "0", "00", 9, 9},    {"DE", "49", "0", "00", 6, 11},  {"AT", "43", "0", "00", 7, 13},
    {"CH", "41", "0", "00", 9, 9},    {"IT", "39", "", "00", 6, 11},    {"ES", "34", "", "00", 9, 9},    {"PT", "351", "", "00", 9, 9},
    {"NL", "31", "0", "00", 9, 9},    {"BE", "32", "0", "00", 8, 9},    {"LU", "352", "", "00", 6, 9},   {"DK", "45", "", "00", 8, 8},
    {"SE", "46", "0", "00", 7, 9},    {"NO", "47", "", "00", 8, 8},     {"FI", "358", "0", "00", 6, 11}, {"PL", "48", "", "00", 9, 9},
    {"CZ", "420", "", "00", 9, 9},    {"SK", "421", "0", "00", 9, 9},   {"HU", "36", "06", "00", 8, 9},  {"RO", "40", "0", "00", 9, 9},
    {"BG", "359", "0", "00", 7, 9},   {"GR", "30", "", "00", 10, 10},   {"HR", "385", "0", "00", 8, 9},  {"SI", "386", "0", "00", 8, 8},
    {"LT", "370", "0", "00", 8, 8},   {"LV", "371", "", "00", 8, 8},    {"EE", "372", "", "00", 7, 8},   {"TR", "90", "0", "00", 10, 10},
    {"UA", "380", "0", "00", 9, 9},   {"IL", "972", "0", "00", 8, 9},   {"SA", "966", "0", "00", 8, 9},  {"AE", "971", "0", "00", 8, 9},
    {"EG", "20", "0", "00", 8, 10},   {"JO", "962", "0", "00", 8, 9},   {"KW", "965", "", "00", 8, 8},   {"QA", "974", "", "00", 8, 8},
    {"MA", "212", "0", "00", 9, 9},   {"IN", "91", "0", "00", 10, 10},  {"PK", "92", "0", "00", 9, 10},  {"JP", "81", "0", "010", 9, 10},
    {"KR", "82", "0", "00", 8, 10},   {"CN", "86", "0", "00", 10, 11},  {"HK", "852", "", "001", 8, 8},  {"SG", "65", "", "00", 8, 8},
    {"AU", "61", "0", "0011", 9, 9},  {"NZ", "64", "0", "00", 8, 10},   {"ZA", "27", "0", "00", 9, 9},   {"ID", "62", "0", "00", 8, 12},
    {"MY", "60", "0", "00", 8, 10},   {"TH", "66", "0", "00", 8, 9},    {"PH", "63", "0", "00", 9, 10},  {"VN", "84", "0", "00", 9, 10},
};
#define PLANS_N (sizeof(PLANS) / sizeof(PLANS[0]))

static const struct plan *plan_of(struct str country)
{
    for (size_t i = 0; i < PLANS_N; i++)
        if (str_eq_nocase(country, str_of(PLANS[i].country)))
            return &PLANS[i];
    return NULL;
}

/* By the longest calling code that the digits begin with. */
static const struct plan *plan_by_code(struct str digits)
{
    const struct plan *best = NULL;
    for (size_t i = 0; i < PLANS_N; i++)
        if (str_starts(digits, str_of(PLANS[i].code)) && (best == NULL || strlen(PLANS[i].code) > strlen(best->code)))
            best = &PLANS[i];
    return best;
}

static struct str cut(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return n > 0 && str_starts(s, str_of(prefix)) ? str_sub(s, n, s.n - n) : s;
}

static bool fits(const struct plan *p, struct str national)
{
    return national.n >= p->min && national.n <= p->max;
}

/* The digits of a number; a trunk prefix in brackets ("+44 (0)20 ...") is left out. False: other characters, or too many. */
static bool take_digits(struct str typed, char *digits, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (str_starts(str_sub(typed, i, 3), STR("(0)"))) {
            i += 2;
            continue;
        }
        if (c >= '0' && c <= '9' && *n < DIGITS_MAX + 4)
            digits[(*n)++] = c;
        else if (strchr(" -./()", c) == NULL || c == '\0')
            return false;
    }
    return true;
}

/* With a calling code in front: the same with the national part as it should be. */
static enum err give(struct ctx *ctx, const char *code, struct str national, struct str *out)
{
    struct str s = arena_fmt(ctx->arena, "+%s%.*s", code, STR_ARG(national));
    if (s.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "phone: no memory");
    *out = s;
    return OK;
}

static enum err from_abroad(struct ctx *ctx, struct str digits, struct str *out)
{
    const struct plan *p = plan_by_code(digits);
    if (p != NULL) {
        struct str national = cut(cut(digits, p->code), strcmp(p->trunk, "0") == 0 ? "0" : "");
        if (fits(p, national))
            return give(ctx, p->code, national, out);
    } else if (digits.n >= DIGITS_MIN && digits.n <= DIGITS_MAX && digits.p[0] != '0')
        return give(ctx, "", digits, out);
    return ctx_fail(ctx, ERR_PARSE, "phone: \"+%.*s\" is no number of its country", STR_ARG(digits));
}

enum err phone_e164(struct ctx *ctx, struct str typed, struct str country, struct str *out)
{
    char buf[DIGITS_MAX + 4];
    struct str s = str_trim(typed), digits = {buf, 0};
    bool plus = s.n > 0 && s.p[0] == '+';
    const struct plan *p = plan_of(country);
    if (s.n > TYPED_MAX || !take_digits(plus ? str_sub(s, 1, s.n - 1) : s, buf, &digits.n) || digits.n < DIGITS_MIN)
        return ctx_fail(ctx, ERR_PARSE, "phone: \"%.*s\" is no telephone number", STR_ARG(str_sub(s, 0, TYPED_MAX)));
    if (plus)
        return from_abroad(ctx, digits, out);
    if (p == NULL)
        return ctx_fail(ctx, ERR_PARSE, "phone: \"%.*s\" needs a country", STR_ARG(s));
    if (str_starts(digits, str_of(p->abroad)) && digits.n > strlen(p->abroad))
        return from_abroad(ctx, cut(digits, p->abroad), out);
    if (fits(p, cut(digits, p->trunk)))
        return give(ctx, p->code, cut(digits, p->trunk), out);
    if (str_starts(digits, str_of(p->code)) && fits(p, cut(digits, p->code))) /* "91 98765 43210": the code without its plus */
        return give(ctx, p->code, cut(digits, p->code), out);
    return ctx_fail(ctx, ERR_PARSE, "phone: \"%.*s\" is no number of %.*s", STR_ARG(s), STR_ARG(country));
}
