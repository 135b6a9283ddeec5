/*
 * See zone.h. ICU knows the rules; each thread keeps, for the zones it has used, the interval of instants in which the last
 * offset holds, so that a repeated question costs a comparison.
 */
#include "base/zone.h"

#include "base/clock.h"
#include "base/data.h"

#include <pthread.h>
#include <stdlib.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#define CACHE 64
#define ZONE_NAME_MAX 48

struct cached {
    char name[ZONE_NAME_MAX];
    size_t n;
    UCalendar *cal;
    int64_t from_us, to_us; /* the offset holds in [from, to) */
    int32_t offset_s;
};

static __thread struct cached *t_cache;
static pthread_key_t cache_key;
static pthread_once_t cache_once = PTHREAD_ONCE_INIT;

static void free_cache(void *p)
{
    struct cached *c = p;
    for (int i = 0; i < CACHE; i++)
        if (c[i].cal != NULL)
            ucal_close(c[i].cal);
    free(c);
    t_cache = NULL;
}

static void make_key(void)
{
    pthread_key_create(&cache_key, free_cache);
}

static struct cached *slot_of(struct str zone)
{
    if (t_cache == NULL) {
        pthread_once(&cache_once, make_key);
        t_cache = calloc(CACHE, sizeof(*t_cache));
        pthread_setspecific(cache_key, t_cache);
    }
    return t_cache == NULL ? NULL : &t_cache[str_hash(zone) % CACHE];
}

/* Opens the zone; ICU takes an unknown name for GMT, so the name is compared with what it made of it. */
static enum err open_zone(struct cached *c, struct str zone)
{
    UErrorCode st = U_ZERO_ERROR;
    UChar id[ZONE_NAME_MAX], canon[ZONE_NAME_MAX];
    UBool is_system = 0;
    if (zone.n == 0 || zone.n >= ZONE_NAME_MAX)
        return ERR_NOTFOUND;
    for (size_t i = 0; i < zone.n; i++)
        id[i] = (UChar)(unsigned char)zone.p[i];
    ucal_getCanonicalTimeZoneID(id, (int32_t)zone.n, canon, ZONE_NAME_MAX, &is_system, &st);
    if (U_FAILURE(st) || !is_system)
        return ERR_NOTFOUND;
    UCalendar *cal = ucal_open(id, (int32_t)zone.n, "en_US", UCAL_GREGORIAN, &st);
    if (U_FAILURE(st))
        return ERR_MEMORY;
    if (c->cal != NULL)
        ucal_close(c->cal);
    *c = (struct cached){.cal = cal, .n = zone.n};
    memcpy(c->name, zone.p, zone.n);
    return OK;
}

static int64_t transition(UCalendar *cal, UTimeZoneTransitionType type, int64_t none)
{
    UErrorCode st = U_ZERO_ERROR;
    UDate d = 0;
    if (!ucal_getTimeZoneTransitionDate(cal, type, &d, &st) || U_FAILURE(st))
        return none;
    return (int64_t)d * 1000;
}

static enum err load_offset(struct cached *c, int64_t utc_us)
{
    UErrorCode st = U_ZERO_ERROR;
    ucal_setMillis(c->cal, (UDate)(utc_us / 1000), &st);
    int32_t raw = ucal_get(c->cal, UCAL_ZONE_OFFSET, &st), dst = ucal_get(c->cal, UCAL_DST_OFFSET, &st);
    if (U_FAILURE(st))
        return ERR_NOTFOUND;
    c->offset_s = (raw + dst) / 1000;
    c->from_us = transition(c->cal, UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, INT64_MIN);
    c->to_us = transition(c->cal, UCAL_TZ_TRANSITION_NEXT, INT64_MAX);
    return OK;
}

enum err zone_offset(struct str zone, int64_t utc_us, int32_t *out_s)
{
    struct cached *c = slot_of(zone);
    enum err e = OK;
    if (c == NULL)
        return ERR_MEMORY;
    if (c->cal == NULL || !str_eq((struct str){c->name, c->n}, zone)) {
        e = open_zone(c, zone);
        if (e == OK)
            e = load_offset(c, utc_us);
    } else if (utc_us < c->from_us || utc_us >= c->to_us) {
        e = load_offset(c, utc_us);
    }
    if (e == OK)
        *out_s = c->offset_s;
    return e;
}

enum err zone_to_utc(struct str zone, int64_t local_us, int64_t *out_utc_us)
{
    int32_t before, after;
    enum err e = zone_offset(zone, local_us - US_PER_DAY, &before);
    if (e == OK)
        e = zone_offset(zone, local_us + US_PER_DAY, &after);
    if (e != OK)
        return e;
    if (before == after) {
        *out_utc_us = local_us - before * US_PER_S;
        return OK;
    }
    /* near a change: the first reading that is true; in a gap none is, and the offset before it leads past the gap */
    const int32_t tries[] = {before, after};
    for (int i = 0; i < 2; i++) {
        int32_t there;
        int64_t utc = local_us - tries[i] * US_PER_S;
        e = zone_offset(zone, utc, &there);
        if (e != OK)
            return e;
        if (there == tries[i]) {
            *out_utc_us = utc;
            return OK;
        }
    }
    *out_utc_us = local_us - before * US_PER_S;
    return OK;
}

/* ---- places: data/zones.tsv as rows, read once */

struct zone_row {
    struct str country, region, zone;
    bool exact;
};

static struct zone_row *rows;
static size_t rows_n;
static pthread_once_t rows_once = PTHREAD_ONCE_INIT;

static void load_rows(void)
{
    struct str rest = data_file("zones.tsv"), line;
    size_t cap = 0;
    while (data_line(&rest, &line)) {
        struct zone_row r;
        struct str exact;
        if (!str_split(&line, '\t', &r.country) || !str_split(&line, '\t', &r.region) || !str_split(&line, '\t', &r.zone) ||
            !str_split(&line, '\t', &exact))
            continue;
        r.exact = str_eq(exact, STR("1"));
        if (rows_n == cap) {
            cap = cap == 0 ? 256 : cap * 2;
            struct zone_row *p = realloc(rows, cap * sizeof(*p));
            if (p == NULL)
                return;
            rows = p;
        }
        rows[rows_n++] = r;
    }
}

struct str zone_of_place(struct str country, struct str region, bool *exact)
{
    const struct zone_row *found = NULL;
    pthread_once(&rows_once, load_rows);
    for (size_t i = 0; i < rows_n; i++) {
        if (!str_eq(rows[i].country, country))
            continue;
        if (str_empty(rows[i].region) && found == NULL)
            found = &rows[i];
        if (!str_empty(region) && str_eq_nocase(rows[i].region, region)) {
            found = &rows[i];
            break;
        }
    }
    *exact = found != NULL && found->exact;
    return found == NULL ? STR("UTC") : found->zone;
}
