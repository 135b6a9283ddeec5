/*
 * Texts in a language through ICU: messages with named arguments and plurals (MessageFormat), days, clock times and amounts.
 * Formatters are kept per thread by their language and pattern. Pure: a time comes as an instant with its zone.
 */
#ifndef WISMO_BASE_ICU_TEXT_H
#define WISMO_BASE_ICU_TEXT_H

#include "base/ctx.h"

#define ICU_ARGS_MAX 24

struct icu_arg {
    struct str name;
    struct str text;
    bool is_number;   /* for plural, select of a number, # */
    int64_t number;
};

/*
 * icu_message: pattern in ICU's MessageFormat with {names}: "{count, plural, one {# parcel} other {# parcels}}". Result in the
 * arena. Errs: ERR_PARSE the pattern is wrong, or asks for a name that is not among the arguments; ERR_LIMIT more than
 * ICU_ARGS_MAX names or 2 plurals of different names; ERR_MEMORY.
 */
MUST_CHECK enum err icu_message(struct ctx *ctx, struct str lang, struct str pattern, const struct icu_arg *args, size_t n,
                                struct str *out);
/* icu_names: calls fn for each argument's name in a pattern, plurals' insides too. Errs: ERR_PARSE. */
MUST_CHECK enum err icu_names(struct ctx *ctx, struct str pattern, void (*fn)(void *user, struct str name, bool is_number), void *user);
/* icu_day: "Friday, November 20"; icu_clock: "6:00 PM"; in the zone, in the arena; empty when there is none. */
struct str icu_day(struct ctx *ctx, struct str lang, struct str zone, int64_t at_us);
struct str icu_date(struct ctx *ctx, struct str lang, struct str zone, int64_t at_us); /* with the year */
struct str icu_clock(struct ctx *ctx, struct str lang, struct str zone, int64_t at_us);
/* icu_money: "$12.90" of minor units. */
struct str icu_money(struct ctx *ctx, struct str lang, struct str currency, int64_t minor);
bool icu_is_rtl(struct str lang);

#endif
