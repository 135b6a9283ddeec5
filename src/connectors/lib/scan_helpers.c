/*
 * What decoders of scans share; see scan_helpers.h. Events stand in struct decoded as they are
 * listed by the vendor; what an answer says of the whole parcel is put on its newest event.
 */
#include "connectors/lib/scan_helpers.h"

#include "base/data.h"
#include "base/num.h"
#include "base/scan.h"

#include <ctype.h>

enum err scan_add(struct ctx *ctx, struct decoded *d, struct str carrier, struct str number,
                  struct tracking_event **out)
{
    struct fact *fct = NULL;
    struct str norm;
    enum err e = tracking_number_normalise(ctx, number, &norm);
    if (e == OK)
        e = decoded_add(ctx, d, FACT_TRACKING_EVENT, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_CARRIER;
    fct->u.event.carrier = carrier;
    fct->u.event.tracking_number = norm;
    *out = &fct->u.event;
    return OK;
}

void scan_map(struct tracking_event *ev, const char *table, const struct code_try *tries, size_t n)
{
    struct status_row row;
    for (size_t i = 0; i < n; i++) {
        struct str code = str_trim(tries[i].code);
        if (str_empty(code))
            continue;
        if (str_empty(ev->code))
            ev->code = code;
        if (status_find_prefixed(table, tries[i].prefix, code, &row)) {
            ev->status = row.status;
            ev->reason = row.reason;
            return;
        }
    }
    ev->status = PARCEL_UNKNOWN;
}

bool scan_reason(struct tracking_event *ev, const char *table, const char *prefix, struct str code)
{
    struct status_row row;
    if (str_empty(code) || !status_find_prefixed(table, prefix, code, &row) ||
        row.reason == REASON_NONE)
        return false;
    ev->reason = row.reason;
    return true;
}

void scan_done(struct ctx *ctx, struct decoded *d, size_t from, bool newest_first)
{
    size_t n = d->n - from;
    for (size_t i = 0; i < n; i++) {
        struct fact *fct = &d->facts[from + i];
        if (fct->kind != FACT_TRACKING_EVENT)
            continue;
        if (n > 1)
            fct->u.event.vendor_seq = (uint32_t)(newest_first ? n - 1 - i : i);
        if (str_empty(fct->key))
            fct->key = str_empty(fct->u.event.vendor_event_id)
                           ? tracking_event_key(ctx->arena, &fct->u.event)
                           : fct->u.event.vendor_event_id;
    }
}

struct tracking_event *scan_newest(struct decoded *d, size_t from)
{
    struct tracking_event *best = NULL;
    for (size_t i = from; i < d->n; i++) {
        struct tracking_event *ev = &d->facts[i].u.event;
        if (d->facts[i].kind != FACT_TRACKING_EVENT)
            continue;
        bool note = ev->status == PARCEL_INFO,
             best_note = best == NULL || best->status == PARCEL_INFO;
        if (best == NULL || (best_note && !note) ||
            (best_note == note && ev->vendor_seq > best->vendor_seq))
            best = ev;
    }
    return best;
}

static bool is_over(enum parcel_status st)
{
    return st == PARCEL_DELIVERED || st == PARCEL_RETURNED || st == PARCEL_RETURNING ||
           st == PARCEL_LOST || st == PARCEL_CANCELLED;
}

void scan_estimate(struct decoded *d, size_t from, struct str estimate)
{
    struct tracking_event *ev = scan_newest(d, from);
    struct when w;
    if (ev != NULL && !is_over(ev->status) && when_parse(estimate, &w) == OK)
        ev->estimated_delivery = estimate;
}

struct str estimate_text(struct ctx *ctx, struct str given)
{
    struct when w;
    given = str_trim(given);
    if (when_parse(given, &w) != OK)
        return STR_NULL;
    int64_t wall = w.has_local ? w.local_us : w.utc_us;
    return arena_fmt(ctx->arena, "%.*s",
                     STR_ARG(wall % US_PER_DAY == 0 ? str_sub(given, 0, 10) : given));
}

/* ---- texts */

/* Letters of the words alone, in lower case, one blank between them; what does not fit is cut. */
static struct str plain_words(struct str s, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < cap; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = isalpha(c) || c >= 0x80;
        if (letter)
            out[n++] = (char)tolower(c);
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    return str_trim((struct str){out, n});
}

/* "12.5 LBS", "3KG": a number, then a unit alone. */
static bool is_weight(struct str given, struct str words)
{
    static const char *const UNITS[] = {"kg", "kgs", "lb", "lbs", "g", "oz"};
    bool unit = false;
    for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++)
        unit = unit || str_eq(words, str_of(UNITS[i]));
    return unit && given.n > 0 && isdigit((unsigned char)given.p[0]);
}

struct str scan_signer(struct str given)
{
    static const char *const NOBODY[] = {
        "signature not required",
        "signature not req",
        "signature not requested",
        "signature on file",
        "signature service not requested",
        "signature waived",
        "no signature",
        "no signature required",
        "not required",
        "not requested",
        "not available",
        "driver release",
        "driver released",
        "released",
        "none",
        "n a",
        "na",
        "on file",
        "unknown",
        "null",
    };
    char room[64];
    given = str_trim(given);
    struct str words = plain_words(given, room, sizeof(room));
    for (size_t i = 0; i < sizeof(NOBODY) / sizeof(NOBODY[0]); i++)
        if (str_eq(words, str_of(NOBODY[i])))
            return STR_NULL;
    return str_empty(words) || is_weight(given, words) ? STR_NULL : given;
}

enum reason scan_left(struct str where)
{
    static const struct {
        const char *words;
        enum reason reason;
    } LEFT[] = {
        {"neighbor", REASON_LEFT_WITH_NEIGHBOR},
        {"neighbour", REASON_LEFT_WITH_NEIGHBOR},
        {"mailbox", REASON_MAILBOX},
        {"mail box", REASON_MAILBOX},
        {"letterbox", REASON_MAILBOX},
        {"front door", REASON_LEFT_SAFE_PLACE},
        {"side door", REASON_LEFT_SAFE_PLACE},
        {"back door", REASON_LEFT_SAFE_PLACE},
        {"rear door", REASON_LEFT_SAFE_PLACE},
        {"porch", REASON_LEFT_SAFE_PLACE},
        {"patio", REASON_LEFT_SAFE_PLACE},
        {"garage", REASON_LEFT_SAFE_PLACE},
        {"safe place", REASON_LEFT_SAFE_PLACE},
        {"preferred location", REASON_LEFT_SAFE_PLACE},
    };
    for (size_t i = 0; i < sizeof(LEFT) / sizeof(LEFT[0]); i++)
        if (str_contains_nocase(where, str_of(LEFT[i].words)))
            return LEFT[i].reason;
    return REASON_NONE;
}

/* A row of countries by its column: 1 alpha-3, 2 the name. */
static struct str country_by(int column, struct str word)
{
    struct str rest = data_file("countries.tsv"), line, a2, a3;
    while (data_line(&rest, &line))
        if (str_split(&line, '\t', &a2) && str_split(&line, '\t', &a3) &&
            str_eq_nocase(column == 1 ? a3 : line, word))
            return a2;
    return STR_NULL;
}

struct str scan_country(struct ctx *ctx, struct str given)
{
    given = str_trim(given);
    if (given.n == 3)
        return country_by(1, given);
    if (given.n > 3)
        return country_by(2, given);
    char *p = arena_alloc(ctx->arena, 2);
    if (p == NULL || given.n != 2 || !isalpha((unsigned char)given.p[0]) ||
        !isalpha((unsigned char)given.p[1]))
        return STR_NULL;
    p[0] = (char)toupper((unsigned char)given.p[0]);
    p[1] = (char)toupper((unsigned char)given.p[1]);
    return (struct str){p, 2};
}

bool is_us_state(struct str region)
{
    static const char STATES[] =
        "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO "
        "MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY "
        "DC PR VI GU AS MP";
    for (size_t i = 0; region.n == 2 && i + 1 < sizeof(STATES); i += 3)
        if (memcmp(STATES + i, region.p, 2) == 0)
            return true;
    return false;
}

bool has_phrase(struct str text, const char *phrase)
{
    struct str p = str_of(phrase);
    for (size_t i = 0; i + p.n <= text.n; i++) {
        bool begins = i == 0 || !isalpha((unsigned char)text.p[i - 1]);
        bool ends = i + p.n == text.n || !isalpha((unsigned char)text.p[i + p.n]);
        if (begins && ends && str_eq_nocase(str_sub(text, i, p.n), p))
            return true;
    }
    return false;
}

/* What an entity stands for; those that are only decoration (registered, trade mark) vanish. */
static char entity(struct str name)
{
    static const struct {
        const char *name;
        char c;
    } NAMED[] = {{"amp", '&'},  {"lt", '<'},    {"gt", '>'},
                 {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
    int64_t code;
    struct scan s = scan_of(name);
    if (scan_char(&s, '#') && scan_digits(&s, 1, 7, &code) && scan_end(&s))
        return code >= ' ' && code <= '~' ? (char)code : '\0';
    for (size_t i = 0; i < sizeof(NAMED) / sizeof(NAMED[0]); i++)
        if (str_eq_nocase(name, str_of(NAMED[i].name)))
            return NAMED[i].c;
    return '\0';
}

/* Length of the tag that s begins with, 0 when it is none ("weight < 5 lb"). */
static size_t tag_length(struct str s)
{
    if (s.n < 3 || s.p[0] != '<' ||
        !(isalpha((unsigned char)s.p[1]) || s.p[1] == '/' || s.p[1] == '!'))
        return 0;
    const char *end = memchr(s.p, '>', s.n);
    return end == NULL ? 0 : (size_t)(end - s.p) + 1;
}

/* Length of the entity that s begins with, 0 when it is none ("A & B; C"). */
static size_t entity_length(struct str s, struct str *name)
{
    size_t n = 1;
    if (s.n < 3 || s.p[0] != '&')
        return 0;
    while (n < s.n && n < 10 && (isalnum((unsigned char)s.p[n]) || s.p[n] == '#'))
        n++;
    if (n == 1 || n >= s.n || s.p[n] != ';')
        return 0;
    *name = str_sub(s, 1, n - 1);
    return n + 1;
}

struct str text_plain(struct ctx *ctx, struct str html)
{
    char *p = arena_alloc(ctx->arena, html.n + 1);
    size_t n = 0;
    for (size_t i = 0; p != NULL && i < html.n;) {
        struct str rest = str_sub(html, i, html.n), name;
        size_t tag = tag_length(rest), ent = entity_length(rest, &name);
        char c = ent > 0 ? entity(name) : html.p[i];
        if (tag > 0) /* a line break parts words, a mark behind a name does not */
            c = str_starts(rest, STR("<br")) || str_starts(rest, STR("<BR")) ? ' ' : '\0';
        i += tag > 0 ? tag : ent > 0 ? ent : 1;
        bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (c != '\0' && !(blank && (n == 0 || p[n - 1] == ' ')))
            p[n++] = blank ? ' ' : c;
    }
    return p == NULL ? STR_NULL : str_trim((struct str){p, n});
}

/* ---- times, refusals, addresses */

bool time_ymd_hms(struct str ymd, struct str hms, int64_t *local_us)
{
    int64_t date, clock = 0;
    if (ymd.n != 8 || num_parse_i64(ymd, 19700101, 21991231, &date) != OK || hms.n > 6)
        return false;
    if (hms.n > 0 && num_parse_i64(hms, 0, 235959, &clock) != OK)
        return false;
    struct civil c = {.year = (int)(date / 10000),
                      .month = (int)(date / 100 % 100),
                      .day = (int)(date % 100),
                      .hour = (int)(clock / 10000),
                      .min = (int)(clock / 100 % 100),
                      .sec = (int)(clock % 100)};
    if (!civil_valid(&c))
        return false;
    *local_us = civil_to_us(&c);
    return true;
}

enum err not_found_add(struct ctx *ctx, struct decoded *d, struct str carrier, struct str number,
                       struct str code, struct str message)
{
    struct fact *fct = NULL;
    struct str norm = STR_NULL;
    if (!str_empty(number) && tracking_number_normalise(ctx, number, &norm) != OK)
        norm = STR_NULL;
    enum err e = decoded_add(ctx, d, FACT_NOT_FOUND, &fct);
    if (e != OK)
        return e;
    fct->role = ROLE_CARRIER;
    fct->key = arena_fmt(ctx->arena, "not_found:%.*s", STR_ARG(norm));
    fct->u.not_found = (struct not_found_fact){carrier, norm, code, message};
    return OK;
}

enum err scan_refused(struct ctx *ctx, struct decoded *d, const struct poll_ask *ask,
                      int64_t status, struct not_found_fact what)
{
    struct str code = str_sub(what.code, 0, 80);
    if (ask != NULL && (status == 401 || status == 403))
        return ctx_fail(ctx, ERR_DENIED, "the carrier refused the sign-in: %.*s", STR_ARG(code));
    if (ask != NULL && status == 429)
        return ctx_fail(ctx, ERR_BUSY, "the carrier asks to wait: %.*s", STR_ARG(code));
    if (ask != NULL && status >= 500 && status <= 599)
        return ctx_fail(ctx, ERR_UNAVAILABLE, "the carrier has trouble: %.*s", STR_ARG(code));
    if (ask != NULL && !str_empty(ask->tracking_number))
        what.tracking_number = ask->tracking_number;
    return not_found_add(ctx, d, what.carrier, what.tracking_number, what.code, what.message);
}

bool parse_offset(struct str s, int32_t *out)
{
    struct scan c = scan_of(str_trim(s));
    int64_t h, m = 0;
    *out = 0;
    if (scan_char(&c, 'Z') && scan_end(&c))
        return true;
    bool neg = scan_char(&c, '-');
    if ((!neg && !scan_char(&c, '+')) || !scan_digits(&c, 2, 2, &h))
        return false;
    (void)scan_char(&c, ':');
    if (!scan_end(&c) && (!scan_digits(&c, 2, 2, &m) || !scan_end(&c)))
        return false;
    if (h > 15 || m > 59)
        return false;
    *out = (int32_t)(h * 3600 + m * 60) * (neg ? -1 : 1);
    return true;
}

struct str url_join(struct ctx *ctx, const struct account *acct, const char *vendor_base,
                    const char *path, struct str encoded_tail)
{
    struct str base = str_empty(acct->base_url) ? str_of(vendor_base) : acct->base_url;
    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    return arena_fmt(ctx->arena, "%.*s%s%.*s", STR_ARG(base), path, STR_ARG(encoded_tail));
}
