/*
 * A new address out of a customer's words: "change it to 12 Oak Street, 60601 Chicago". Parts are cut at commas and line ends; the
 * part with a postal code has the city beside it, a part with another number is the street. What cannot be told apart is asked for.
 */
#include "talk/dialogue_int.h"

#define PARTS_MAX 8

static const char *const LEADS[] = {" to ", " is ", ": ", " an ", " nach ", " ist ", " a ", " \xc3\xa0 ", " es ", " naar ", " na ", " till ", NULL};

static bool has_digit(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    return false;
}

/* What stands behind the last lead-in before the first number: "please send it to 12 Oak Street" → "12 Oak Street". */
static struct str behind_lead(struct str s)
{
    size_t digit = 0, from = 0;
    while (digit < s.n && !(s.p[digit] >= '0' && s.p[digit] <= '9'))
        digit++;
    for (size_t i = 0; LEADS[i] != NULL; i++) {
        struct str lead = str_of(LEADS[i]);
        for (size_t at = 0; at + lead.n <= digit + 1 && at + lead.n <= s.n; at++)
            if (memcmp(s.p + at, lead.p, lead.n) == 0 && at + lead.n > from)
                from = at + lead.n;
    }
    return str_sub(s, from, s.n);
}

static size_t cut_parts(struct str s, struct str out[PARTS_MAX])
{
    size_t n = 0, from = 0;
    for (size_t i = 0; i <= s.n && n < PARTS_MAX; i++)
        if (i == s.n || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == ';') {
            struct str part = str_trim(str_sub(s, from, i - from));
            if (!str_empty(part))
                out[n++] = part;
            from = i + 1;
        }
    return n;
}

/* The postal code of a part, the rest of which is the city. A weak one stands at an end: "1020 Wien", "Chicago 60601". */
static bool take_zip(struct ctx *ctx, struct str part, struct address *out)
{
    struct entities ent;
    if (entities_find(ctx, part, NULL, &ent) != OK)
        return false;
    const struct entity *zip = entities_best(&ent, ENTITY_ZIP);
    if (zip == NULL)
        return false;
    struct str before = str_trim(str_sub(ent.folded, 0, zip->at)), after = str_trim(str_sub(ent.folded, zip->at + zip->text.n, ent.folded.n));
    if (has_digit(before) || has_digit(after) || (!str_empty(before) && !str_empty(after) && before.n > 2 && after.n > 2))
        return false;
    out->postal_code = zip->text;
    out->city = before.n > after.n ? before : after;
    return true;
}

bool address_read(struct ctx *ctx, struct str text, struct str country, struct address *out)
{
    struct str parts[PARTS_MAX];
    struct address a = {.country = country};
    size_t n = cut_parts(behind_lead(arena_fmt(ctx->arena, " %.*s", STR_ARG(str_sub(text, 0, 1000)))), parts);
    for (size_t i = 0; i < n; i++) {
        if (str_empty(a.postal_code) && take_zip(ctx, parts[i], &a)) {
            if (str_empty(a.city) && i > 0 && !has_digit(parts[i - 1]))
                a.city = parts[i - 1];
        } else if (has_digit(parts[i]) && str_empty(a.line1)) {
            a.line1 = parts[i];
        } else if (has_digit(parts[i])) {
            a.line2 = parts[i];
        }
    }
    if (str_empty(a.line1) || str_empty(a.postal_code) || str_empty(a.city))
        return false;
    *out = a;
    return true;
}
