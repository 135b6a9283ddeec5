/*
 * See tracking_number.h. Formats are data (data/tracking-formats.tsv), matched by a small pattern
 * walk that never goes back; check digits by the algorithms of the formats' carriers. Every format
 * that fits is a candidate. Both tables are read once and live as long as the process.
 */
#include "connectors/lib/tracking_number.h"

#include "base/data.h"
#include "base/http_client.h"
#include "base/num.h"
#include "base/scan.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>

struct format {
    struct str name, carrier, pattern, check, serial;
    int confidence;
};

struct carrier_row {
    struct str id, title, words, url, s10;
};

static struct format *formats;
static size_t formats_n;
static struct carrier_row *carriers;
static size_t carriers_n;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_format(struct str line)
{
    struct format f;
    int64_t conf = 0;
    if (!str_split(&line, '\t', &f.name) || !str_split(&line, '\t', &f.carrier) ||
        !str_split(&line, '\t', &f.pattern) || !str_split(&line, '\t', &f.check) ||
        !str_split(&line, '\t', &f.serial) || num_parse_i64(line, 1, 99, &conf) != OK)
        return;
    f.confidence = (int)conf;
    struct format *p = realloc(formats, (formats_n + 1) * sizeof(*p));
    if (p == NULL)
        return;
    formats = p;
    p[formats_n++] = f;
}

static void read_carrier(struct str line)
{
    struct carrier_row c;
    if (!str_split(&line, '\t', &c.id) || !str_split(&line, '\t', &c.title) ||
        !str_split(&line, '\t', &c.words) || !str_split(&line, '\t', &c.url))
        return;
    c.s10 = line.p == NULL ? STR_NULL : line;
    struct carrier_row *p = realloc(carriers, (carriers_n + 1) * sizeof(*p));
    if (p == NULL)
        return;
    carriers = p;
    p[carriers_n++] = c;
}

static void load(void)
{
    struct str rest = data_file("tracking-formats.tsv"), line;
    while (data_line(&rest, &line))
        read_format(line);
    rest = data_file("carriers.tsv");
    while (data_line(&rest, &line))
        read_carrier(line);
}

/* ---- patterns */

static bool in_set(struct str set, char c)
{
    for (size_t i = 0; i < set.n; i++) {
        if (i + 2 < set.n && set.p[i + 1] == '-') {
            if (c >= set.p[i] && c <= set.p[i + 2])
                return true;
            i += 2;
        } else if (set.p[i] == c) {
            return true;
        }
    }
    return false;
}

static bool fits_atom(char atom, struct str set, char c)
{
    bool digit = c >= '0' && c <= '9', letter = c >= 'A' && c <= 'Z';
    switch (atom) {
    case 'd':
        return digit;
    case 'a':
        return letter;
    case 'x':
        return digit || letter;
    case '[':
        return in_set(set, c);
    default:
        return atom == c;
    }
}

/* One atom with its repetition: takes min, then up to max as far as they fit (the rest of our
 * patterns never needs them back). */
static bool walk_atom(struct scan *pat, struct str number, size_t *at)
{
    char atom = pat->rest.p[0];
    struct str set = STR_NULL;
    int64_t min = 1, max = 1;
    (void)scan_take(pat, 1);
    if (atom == '[' && !scan_until(pat, ']', &set))
        return false;
    if (scan_char(pat, '{')) {
        if (!scan_digits(pat, 1, 2, &min))
            return false;
        max = min;
        if (scan_char(pat, ',') && !scan_digits(pat, 1, 2, &max))
            return false;
        (void)scan_char(pat, '}');
    }
    int64_t n = 0;
    while (n < max && *at < number.n && fits_atom(atom, set, number.p[*at])) {
        (*at)++;
        n++;
    }
    return n >= min;
}

/* What a fitting number consists of. */
struct parts {
    struct str serial, asked;
    char check; /* behind the serial */
};

/* Where the number stands when the pattern is at a bracket. */
static bool take_bracket(struct scan *pat, size_t at, size_t marks[4])
{
    static const char BRACKETS[] = "()<>";
    for (int i = 0; i < 4; i++)
        if (scan_char(pat, BRACKETS[i])) {
            marks[i] = at;
            return true;
        }
    return false;
}

static bool match(struct str pattern, struct str number, struct parts *out)
{
    struct scan pat = scan_of(pattern);
    size_t at = 0, marks[4] = {0, 0, 0, number.n};
    while (!scan_end(&pat))
        if (!take_bracket(&pat, at, marks) && !walk_atom(&pat, number, &at))
            return false;
    out->serial = str_sub(number, marks[0], marks[1] - marks[0]);
    out->asked = str_sub(number, marks[2], marks[3] - marks[2]);
    out->check = marks[1] > 0 && marks[1] < number.n ? number.p[marks[1]] : '\0';
    return at == number.n;
}

/* ---- check digits */

static int value_mod10(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : ((int)c - 3) % 10;
}

static int check_mod10(struct str s, int even, int odd, bool reversed)
{
    int sum = 0;
    for (size_t i = 0; i < s.n; i++) {
        size_t pos = reversed ? s.n - 1 - i : i;
        sum += value_mod10(s.p[i]) * (pos % 2 == 0 ? even : odd);
    }
    return (10 - sum % 10) % 10;
}

static int check_luhn(struct str s)
{
    int sum = 0;
    for (size_t i = 0; i < s.n; i++) {
        int v = s.p[s.n - 1 - i] - '0';
        if (i % 2 == 0) {
            v *= 2;
            v -= v > 9 ? 9 : 0;
        }
        sum += v;
    }
    return (10 - sum % 10) % 10;
}

static int check_weighted(struct str s, struct str weights)
{
    int sum = 0;
    for (size_t i = 0; i < s.n && i < weights.n; i++)
        sum += (s.p[i] - '0') * (weights.p[i] - '0');
    return sum % 11 % 10;
}

static int check_mod7(struct str s)
{
    int64_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        v = (v * 10 + (s.p[i] - '0')) % 7;
    return (int)v;
}

static int check_s10(struct str s)
{
    static const int W[] = {8, 6, 4, 2, 3, 5, 9, 7};
    int sum = 0;
    for (size_t i = 0; i < s.n && i < 8; i++)
        sum += (s.p[i] - '0') * W[i];
    int r = sum % 11;
    return r == 0 ? 5 : r == 1 ? 0 : 11 - r;
}

static char check_mod37(struct str s)
{
    int c = 36;
    for (size_t i = 0; i < s.n; i++) {
        int v = s.p[i] >= '0' && s.p[i] <= '9' ? s.p[i] - '0' : s.p[i] - 'A' + 10;
        c += v;
        c -= c > 36 ? 36 : 0;
        c *= 2;
        c -= c > 36 ? 37 : 0;
    }
    int r = 37 - c;
    if (r == 36)
        r = 0;
    return (char)(r < 10 ? '0' + r : 'A' + r - 10);
}

static bool check_fits(struct str rule, struct str serial, char given)
{
    struct scan s = scan_of(rule);
    int64_t even, odd;
    if (str_eq(rule, STR("mod37_36")))
        return check_mod37(serial) == given;
    int want = -1;
    if (scan_lit(&s, STR("mod10(")) && scan_digits(&s, 1, 1, &even) && scan_char(&s, ',') &&
        scan_digits(&s, 1, 1, &odd))
        want = check_mod10(serial, (int)even, (int)odd, false);
    else if (scan_lit(&s, STR("rmod10(")) && scan_digits(&s, 1, 1, &even) && scan_char(&s, ',') &&
             scan_digits(&s, 1, 1, &odd))
        want = check_mod10(serial, (int)even, (int)odd, true);
    else if (str_eq(rule, STR("luhn")))
        want = check_luhn(serial);
    else if (str_eq(rule, STR("mod7")))
        want = check_mod7(serial);
    else if (str_eq(rule, STR("s10")))
        want = check_s10(serial);
    else if (scan_lit(&s, STR("w:")))
        want = check_weighted(serial, s.rest);
    return want >= 0 && given == '0' + want;
}

/* ---- the posts behind S10 */

static struct str known_post(struct str country)
{
    for (size_t i = 0; i < carriers_n; i++) {
        struct str list = carriers[i].s10, one;
        while (str_split(&list, ';', &one))
            if (str_eq(one, country))
                return carriers[i].id;
    }
    return STR_NULL;
}

/* A post that we have no name for is "post_" and its country. */
static struct str s10_post(struct arena *a, struct str country)
{
    struct str known = known_post(country);
    if (!str_empty(known))
        return known;
    return arena_fmt(a, "post_%c%c", tolower((unsigned char)country.p[0]),
                     tolower((unsigned char)country.p[1]));
}

static bool is_country(struct str cc)
{
    struct str rest = data_file("countries.tsv"), line;
    while (data_line(&rest, &line))
        if (str_eq(str_sub(line, 0, 2), cc))
            return true;
    return false;
}

/* ---- candidates */

/* The pattern begins with something of the carrier's own, not with any digit or letter. */
static bool has_prefix(struct str pattern)
{
    for (size_t i = 0; i < pattern.n; i++)
        if (pattern.p[i] != '(' && pattern.p[i] != '<')
            return pattern.p[i] != 'd' && pattern.p[i] != 'x';
    return false;
}

static bool has_digit(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    return false;
}

/* The check character of a format that has one, over the serial as the format counts it. */
static bool check_passes(struct ctx *ctx, const struct format *f, const struct parts *p)
{
    struct str serial = p->serial, pre = str_sub(f->serial, 4, f->serial.n);
    if (str_starts(f->serial, STR("pre:")) && (pre.n == 1 || !str_starts(serial, pre)))
        serial = arena_fmt(ctx->arena, "%.*s%.*s", STR_ARG(pre), STR_ARG(serial));
    return check_fits(f->check, serial, p->check);
}

static bool try_format(struct ctx *ctx, const struct format *f, struct str number,
                       struct number_candidate *out)
{
    struct parts p;
    struct str carrier = f->carrier;
    if (!match(f->pattern, number, &p))
        return false;
    bool digit = str_eq(f->check, STR("digit"));
    bool checked = !digit && !str_eq(f->check, STR("none"));
    if ((digit && !has_digit(number)) || (checked && !check_passes(ctx, f, &p)))
        return false;
    if (str_eq(f->carrier, STR("s10"))) {
        struct str cc = str_sub(number, 11, 2);
        if (!is_country(cc))
            return false;
        carrier = s10_post(ctx->arena, cc);
    }
    *out = (struct number_candidate){.carrier = carrier,
                                     .format = f->name,
                                     .trust = checked                  ? TRUST_CHECK_DIGIT
                                              : has_prefix(f->pattern) ? TRUST_PREFIX
                                                                       : TRUST_DIGITS,
                                     .confidence = f->confidence,
                                     .canonical = p.asked,
                                     .url = carrier_url(ctx->arena, carrier, p.asked)};
    return true;
}

static int better(const void *a, const void *b)
{
    const struct number_candidate *x = a, *y = b;
    if (x->trust != y->trust)
        return x->trust > y->trust ? -1 : 1;
    if (x->confidence != y->confidence)
        return x->confidence > y->confidence ? -1 : 1;
    int c = str_cmp(x->carrier, y->carrier);
    return c != 0 ? c : str_cmp(x->format, y->format);
}

enum err number_candidates(struct ctx *ctx, struct str number, struct number_candidate *out,
                           size_t *n)
{
    struct str norm;
    pthread_once(&once, load);
    *n = 0;
    enum err e = tracking_number_normalise(ctx, number, &norm);
    for (size_t i = 0; e == OK && i < formats_n && *n < NUMBER_CANDIDATES_MAX; i++)
        *n += try_format(ctx, &formats[i], norm, &out[*n]);
    if (*n > 1)
        qsort(out, *n, sizeof(*out), better);
    return e;
}

/* ---- carriers' words */

static const struct carrier_row *row_of(struct str id)
{
    pthread_once(&once, load);
    for (size_t i = 0; i < carriers_n; i++)
        if (str_eq(carriers[i].id, id))
            return &carriers[i];
    return NULL;
}

/* Lower case, marks such as (R) away, blanks single: "UPS® Ground" becomes "ups ground". */
static size_t plain_word(struct str word, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < word.n && n < cap; i++) {
        unsigned char c = (unsigned char)word.p[i];
        if (c == 0xc2 || c == 0xae || c == 0xe2 || c == 0x84 || c == 0xa2)
            continue;
        if (c == ' ' && (n == 0 || out[n - 1] == ' '))
            continue;
        out[n++] = (char)tolower(c);
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    return n;
}

/* Length of `one` when w is it and a service behind it: "fedex international economy"; else 0. */
static size_t leads(struct str w, struct str one)
{
    if (one.n < 3 || one.n >= w.n || !str_starts(w, one))
        return 0;
    char next = w.p[one.n];
    return next == ' ' || next == '-' || next == '_' ? one.n : 0;
}

struct str carrier_from_word(struct str word)
{
    char room[80];
    struct str w = {room, plain_word(word, room, sizeof(room))}, lead = STR_NULL;
    size_t longest = 0;
    pthread_once(&once, load);
    for (size_t i = 0; i < carriers_n && w.n > 0; i++) {
        struct str words = carriers[i].words, one;
        if (str_eq(carriers[i].id, w))
            return carriers[i].id;
        while (str_split(&words, ';', &one)) {
            if (str_eq(one, w))
                return carriers[i].id;
            /* the longest word counts: "dhl ecommerce europe" is no DHL Express */
            if (leads(w, one) > longest) {
                longest = one.n;
                lead = carriers[i].id;
            }
        }
    }
    return lead;
}

struct str carrier_title(struct str carrier)
{
    const struct carrier_row *c = row_of(carrier);
    return c == NULL ? carrier : c->title;
}

struct str carrier_url(struct arena *a, struct str carrier, struct str number)
{
    const struct carrier_row *c = row_of(carrier);
    if (c == NULL || str_empty(c->url))
        return STR_NULL;
    const char *at = memmem(c->url.p, c->url.n, "%s", 2);
    if (at == NULL)
        return c->url;
    size_t head = (size_t)(at - c->url.p);
    struct str enc = url_encode(a, number);
    return arena_fmt(a, "%.*s%.*s%.*s", STR_ARG(str_sub(c->url, 0, head)), STR_ARG(enc),
                     STR_ARG(str_sub(c->url, head + 2, c->url.n)));
}

struct str post_at_destination(struct str number, struct str country)
{
    if (number.n != 13 || country.n != 2 || str_eq(str_sub(number, 11, 2), country))
        return STR_NULL;
    for (size_t i = 0; i < number.n; i++) {
        char c = number.p[i];
        bool letter = i < 2 || i >= 11;
        if (letter ? c < 'A' || c > 'Z' : c < '0' || c > '9')
            return STR_NULL;
    }
    if (number.p[10] != '0' + check_s10(str_sub(number, 2, 8)))
        return STR_NULL;
    pthread_once(&once, load);
    return known_post(country);
}
