/* See aggregate.h. A vendor's words are some dozens: read line by line, no table is kept. */
#include "connectors/lib/aggregate.h"

#include "base/data.h"
#include "connectors/lib/tracking_number.h"

#include <ctype.h>
#include <stdio.h>

static struct str slug_file(const char *vendor)
{
    char path[64];
    snprintf(path, sizeof(path), "slugs/%s.tsv", vendor);
    return data_file(path);
}

/* The vendor's table: an equal word, else the longest word with a star that ends at a break of the
 * given one. */
static struct str slug_listed(const char *vendor, struct str word)
{
    struct str rest = slug_file(vendor), line, slug, lead = STR_NULL;
    size_t lead_n = 0;
    while (data_line(&rest, &line)) {
        if (!str_split(&line, '\t', &slug))
            continue;
        bool star = str_ends(slug, STR("*"));
        slug.n -= star ? 1 : 0;
        if (slug.n > word.n || !str_eq_nocase(slug, str_sub(word, 0, slug.n)))
            continue;
        if (slug.n == word.n)
            return line;
        char next = word.p[slug.n];
        if (star && slug.n > lead_n && (next == ' ' || next == '-' || next == '_')) {
            lead_n = slug.n;
            lead = line;
        }
    }
    return lead;
}

struct str slug_carrier(struct ctx *ctx, const char *vendor, struct str word)
{
    struct str known;
    word = str_trim(word);
    if (str_empty(word))
        return STR_NULL;
    known = slug_listed(vendor, word);
    /* DHL is several carriers: a word that begins with it and is not in the table says only that it
     * is another one */
    if (str_empty(known) && !str_eq_nocase(str_sub(word, 0, 3), STR("dhl")))
        known = carrier_from_word(word);
    if (!str_empty(known))
        return known;
    char *p = arena_alloc(ctx->arena, word.n);
    for (size_t i = 0; p != NULL && i < word.n; i++)
        p[i] = (char)tolower((unsigned char)word.p[i]);
    return (struct str){p, p == NULL ? 0 : word.n};
}

struct str slug_for(const char *vendor, struct str carrier)
{
    struct str rest = slug_file(vendor), line, slug;
    while (data_line(&rest, &line))
        if (str_split(&line, '\t', &slug) && str_eq(line, carrier))
            return str_sub(slug, 0, slug.n - (str_ends(slug, STR("*")) ? 1 : 0));
    return carrier;
}

/* The newest event that is a scan, of any number but `but`. */
static struct tracking_event *newest_scan(struct decoded *d, size_t from, struct str but)
{
    struct tracking_event *best = NULL;
    for (size_t i = from; i < d->n; i++) {
        struct tracking_event *ev = &d->facts[i].u.event;
        if (d->facts[i].kind != FACT_TRACKING_EVENT || ev->status == PARCEL_INFO ||
            (but.n > 0 && str_eq(ev->tracking_number, but)))
            continue;
        if (best == NULL || ev->vendor_seq > best->vendor_seq)
            best = ev;
    }
    return best;
}

static bool is_over(enum parcel_status st)
{
    return st == PARCEL_DELIVERED || st == PARCEL_RETURNED || st == PARCEL_RETURNING ||
           st == PARCEL_LOST || st == PARCEL_CANCELLED;
}

static enum err name_next(struct ctx *ctx, struct decoded *d, size_t from,
                          const struct parcel_wide *wide)
{
    struct str number = STR_NULL;
    if (str_empty(wide->next_number))
        return OK;
    enum err e = tracking_number_normalise(ctx, wide->next_number, &number);
    struct tracking_event *ev = e == OK ? newest_scan(d, from, number) : NULL;
    if (ev == NULL || str_empty(number))
        return e;
    ev->next_carrier = wide->next_carrier;
    ev->next_number = number;
    return OK;
}

enum err history_done(struct ctx *ctx, struct decoded *d, size_t from, bool newest_first,
                      const struct parcel_wide *wide)
{
    struct when w;
    scan_done(ctx, d, from, newest_first);
    struct tracking_event *ev = newest_scan(d, from, STR_NULL);
    if (ev == NULL)
        ev = scan_newest(d, from);
    if (ev == NULL)
        return OK;
    ev->service = wide->service;
    ev->dest_country = wide->dest_country;
    if (ev->status == PARCEL_DELIVERED && str_empty(ev->signed_by))
        ev->signed_by = scan_signer(wide->signed_by);
    if (!is_over(ev->status) && when_parse(wide->estimate, &w) == OK)
        ev->estimated_delivery = wide->estimate;
    return name_next(ctx, d, from, wide);
}

enum err vendor_refused(struct ctx *ctx, struct decoded *d, const struct poll_ask *ask,
                        int64_t status, bool unknown, struct str code, struct str message)
{
    if (ask != NULL && !unknown && (status == 401 || status == 403))
        return ctx_fail(ctx, ERR_DENIED, "the vendor refused the key: %.*s %.*s",
                        STR_ARG(str_sub(code, 0, 80)), STR_ARG(str_sub(message, 0, 200)));
    if (ask != NULL && !unknown && (status == 429 || (status >= 500 && status <= 599)))
        return ctx_fail(ctx, ERR_BUSY, "the vendor asks to wait: %.*s",
                        STR_ARG(str_sub(code, 0, 80)));
    return not_found_add(ctx, d, ask == NULL ? STR_NULL : ask->carrier,
                         ask == NULL ? STR_NULL : ask->tracking_number, code, message);
}

struct when time_labelled_utc(struct str s)
{
    struct when w = {0};
    s = str_trim(s);
    if (str_ends(s, STR("Z")) || str_ends(s, STR("z")))
        s.n--;
    return when_parse(s, &w) == OK ? w : (struct when){0};
}

struct when time_at_offset(struct str s, int32_t offset_s)
{
    struct when w = {0};
    if (when_parse(str_trim(s), &w) != OK)
        return (struct when){0};
    return w.kind == WHEN_LOCAL ? when_from_local(w.local_us, true, offset_s) : w;
}

struct str day_of(struct str s)
{
    struct when w;
    s = str_sub(str_trim(s), 0, 10);
    return when_parse(s, &w) == OK && w.kind == WHEN_DATE ? s : STR_NULL;
}

static struct str country_named(struct str name)
{
    struct str rest = data_file("countries.tsv"), line, a2, a3;
    while (data_line(&rest, &line))
        if (str_split(&line, '\t', &a2) && str_split(&line, '\t', &a3) && str_eq_nocase(line, name))
            return a2;
    return STR_NULL;
}

struct str country_of(struct ctx *ctx, const struct json *obj, const char *const *names)
{
    struct str cc = STR_NULL;
    for (; str_empty(cc) && *names != NULL; names++) {
        struct str s = str_trim(json_str(obj, *names));
        if (!str_empty(s))
            cc = s.n <= 3 ? scan_country(ctx, s) : country_named(s);
    }
    return cc;
}

struct str first_str(const struct json *obj, const char *const *names)
{
    for (; *names != NULL; names++) {
        struct str s = str_trim(json_text(obj, *names));
        if (!str_empty(s))
            return s;
    }
    return STR_NULL;
}
