/* See scan_helpers.h. */
#include "connectors/lib/scan_helpers.h"

#include "base/data.h"
#include "base/num.h"
#include "base/scan.h"

#include <ctype.h>

enum err scan_add(struct ctx *ctx, struct decoded *d, struct str carrier, struct str number, struct tracking_event **out)
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
    if (str_empty(code) || !status_find_prefixed(table, prefix, code, &row) || row.reason == REASON_NONE)
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
            fct->key = str_empty(fct->u.event.vendor_event_id) ? tracking_event_key(ctx->arena, &fct->u.event) : fct->u.event.vendor_event_id;
    }
}

struct tracking_event *scan_newest(struct decoded *d, size_t from)
{
    struct tracking_event *best = NULL;
    for (size_t i = from; i < d->n; i++)
        if (d->facts[i].kind == FACT_TRACKING_EVENT && (best == NULL || d->facts[i].u.event.vendor_seq > best->vendor_seq))
            best = &d->facts[i].u.event;
    return best;
}

void scan_estimate(struct decoded *d, size_t from, struct str estimate)
{
    struct tracking_event *ev = scan_newest(d, from);
    struct when w;
    if (ev == NULL || when_parse(estimate, &w) != OK)
        return;
    if (ev->status == PARCEL_DELIVERED || ev->status == PARCEL_RETURNED || ev->status == PARCEL_RETURNING || ev->status == PARCEL_LOST)
        return;
    ev->estimated_delivery = estimate;
}

struct str scan_signer(struct str given)
{
    static const char *const NOBODY[] = {"signature not required", "signature on file", "signature service not requested", "not required",
                                         "no signature", "driver release", "none", "n/a", "on file", "unknown"};
    bool letter = false;
    given = str_trim(given);
    for (size_t i = 0; i < given.n; i++)
        letter = letter || isalpha((unsigned char)given.p[i]) || (unsigned char)given.p[i] >= 0x80;
    for (size_t i = 0; i < sizeof(NOBODY) / sizeof(NOBODY[0]); i++)
        if (str_eq_nocase(given, str_of(NOBODY[i])))
            return STR_NULL;
    bool weight = given.n > 2 && isdigit((unsigned char)given.p[0]) && (str_ends(given, STR("KG")) || str_ends(given, STR("LB")));
    return letter && !weight ? given : STR_NULL;
}

struct str scan_country(struct ctx *ctx, struct str given)
{
    char *p = arena_alloc(ctx->arena, 4);
    given = str_trim(given);
    if (p == NULL || given.n < 2 || given.n > 3)
        return STR_NULL;
    for (size_t i = 0; i < given.n; i++)
        if (!isalpha((unsigned char)given.p[i]))
            return STR_NULL;
        else
            p[i] = (char)toupper((unsigned char)given.p[i]);
    if (given.n == 2)
        return (struct str){p, 2};
    struct str rest = data_file("countries.tsv"), line, a2, a3;
    while (data_line(&rest, &line))
        if (str_split(&line, '\t', &a2) && str_split(&line, '\t', &a3) && str_eq(a3, (struct str){p, 3}))
            return a2;
    return STR_NULL;
}

/* What an entity stands for; those that are only decoration vanish. */
static char entity(struct str name)
{
    return str_eq(name, STR("amp")) ? '&' : str_eq(name, STR("lt")) ? '<' : str_eq(name, STR("gt")) ? '>'
           : str_eq(name, STR("quot")) ? '"' : str_eq(name, STR("#39")) || str_eq(name, STR("apos")) ? '\'' : str_eq(name, STR("nbsp")) ? ' ' : '\0';
}

struct str text_plain(struct ctx *ctx, struct str html)
{
    char *p = arena_alloc(ctx->arena, html.n + 1);
    size_t n = 0;
    if (p == NULL)
        return STR_NULL;
    for (size_t i = 0; i < html.n; i++) {
        char c = html.p[i];
        if (c == '<') {
            while (i < html.n && html.p[i] != '>')
                i++;
            continue;
        }
        if (c == '&') {
            struct scan s = scan_of(str_sub(html, i + 1, 10));
            struct str name;
            if (scan_until(&s, ';', &name)) {
                c = entity(name);
                i += name.n + 1;
            }
        }
        bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (c != '\0' && !(blank && (n == 0 || p[n - 1] == ' ')))
            p[n++] = blank ? ' ' : c;
    }
    return str_trim((struct str){p, n});
}

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

enum err not_found_add(struct ctx *ctx, struct decoded *d, struct str carrier, struct str number, struct str code, struct str message)
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
    if ((!scan_end(&c) && !scan_digits(&c, 2, 2, &m)) || h > 15 || m > 59)
        return false;
    *out = (int32_t)(h * 3600 + m * 60) * (neg ? -1 : 1);
    return true;
}

struct str url_join(struct ctx *ctx, const struct account *acct, const char *vendor_base, const char *path, struct str encoded_tail)
{
    struct str base = str_empty(acct->base_url) ? str_of(vendor_base) : acct->base_url;
    while (base.n > 0 && base.p[base.n - 1] == '/')
        base.n--;
    return arena_fmt(ctx->arena, "%.*s%s%.*s", STR_ARG(base), path, STR_ARG(encoded_tail));
}
