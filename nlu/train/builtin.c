/* Values that occur in messages: made up by form, belonging to nobody. */
#include "train.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const NAMES[] = {"anna", "john", "maria", "ravi", "priya", "tom", "sarah", "lukas", "ahmed", "sofia", "kim", "pedro",
    "julia", "arjun", "emma", "olga", "yuki", "david", "neha", "peter"};
static const char *const CITIES[] = {"london", "chicago", "mumbai", "berlin", "paris", "madrid", "delhi", "rome", "warsaw", "austin",
    "pune", "lisbon", "tokyo", "cairo", "dallas", "toronto", "chennai", "leeds", "miami", "bangalore"};
static const char *const MONTHS[] = {"jan", "feb", "march", "april", "may", "june", "july", "august", "sept", "october", "nov", "december"};
static const char *const DAYS[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
#define PICK(list) (list)[dice_below(d, sizeof(list) / sizeof((list)[0]))]

static void digits(struct dice *d, struct buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_addc(out, (char)('0' + dice_below(d, 10)));
}

static void order_id(struct dice *d, struct buf *out)
{
    static const char *const HEADS[] = {"", "#", "", "#", "ORD-", "SO", "", "no ", "# ", "WM-"};
    buf_addz(out, PICK(HEADS));
    digits(d, out, 4 + dice_below(d, 6));
}

static void tracking_number(struct dice *d, struct buf *out)
{
    static const char *const HEADS[] = {"1Z", "JD01", "9400", "RR", "", "TBA"};
    buf_addz(out, PICK(HEADS));
    digits(d, out, 10 + dice_below(d, 4));
}

static void email(struct dice *d, struct buf *out)
{
    buf_addz(out, PICK(NAMES));
    digits(d, out, dice_below(d, 3));
    buf_addz(out, "@example.com");
}

static void zip(struct dice *d, struct buf *out)
{
    digits(d, out, 5 + dice_below(d, 2));
}

static void phone(struct dice *d, struct buf *out)
{
    if (dice_chance(d, 300))
        buf_addz(out, "+");
    digits(d, out, 10);
}

static void date(struct dice *d, struct buf *out)
{
    size_t form = dice_below(d, 4), day = 1 + dice_below(d, 28);
    if (form == 0)
        buf_addz(out, PICK(DAYS));
    else if (form == 1)
        buf_fmt(out, "%zu %s", day, PICK(MONTHS));
    else if (form == 2)
        buf_fmt(out, "%s %zu", PICK(MONTHS), day);
    else
        buf_fmt(out, "%zu/%zu", day, 1 + dice_below(d, 12));
}

static void amount(struct dice *d, struct buf *out)
{
    static const char *const FORMS[] = {"$%zu", "%zu dollars", "rs %zu", "%zu euros", "\xC2\xA3%zu", "$%zu.99", "%zu", "%zu rs"};
    char s[64];
    const char *form = PICK(FORMS);
    size_t n = 5 + dice_below(d, 900);
    const char *at = strstr(form, "%zu");
    snprintf(s, sizeof(s), "%.*s%zu%s", (int)(at - form), form, n, at + 3);
    buf_addz(out, s);
}

static void name(struct dice *d, struct buf *out)
{
    buf_addz(out, PICK(NAMES));
}

static void city(struct dice *d, struct buf *out)
{
    buf_addz(out, PICK(CITIES));
}

bool builtin_draw(struct str want, struct dice *d, struct buf *out)
{
    static const struct {
        const char *name;
        void (*draw)(struct dice *, struct buf *);
    } BUILTINS[] = {{"order_id", order_id}, {"tracking_number", tracking_number}, {"email", email}, {"zip", zip}, {"phone", phone},
                    {"date", date}, {"amount", amount}, {"name", name}, {"city", city}};
    for (size_t i = 0; i < sizeof(BUILTINS) / sizeof(BUILTINS[0]); i++)
        if (str_eq(want, str_of(BUILTINS[i].name))) {
            BUILTINS[i].draw(d, out);
            return true;
        }
    return false;
}
