/*
 * Time zones through ICU. An offset is constant between two transitions, so each thread remembers,
 * for each zone it has met, the last few stretches [from, to) with their offset: ICU is asked once
 * for a stretch and then no more. The most likely zone of a place comes from data/zones.tsv, sorted
 * once. See zone.h.
 */
#include "base/zone.h"

#include "base/clock.h"
#include "base/data.h"
#include "base/thread.h"

#include <stdlib.h>
#include <unicode/ucal.h>

#define SLOTS 256 /* zones a thread remembers; a power of two */
#define SLOTS_FULL                                                                                 \
    192 /* then all are forgotten: the world has some 350 zones in use, a store a few */
#define STRETCHES 4
#define NAME_MAX_LEN 40 /* the longest IANA name has 32 characters */

struct stretch {
    int64_t from_us, to_us; /* empty when from == to */
    int32_t offset_s;
};

struct zone {
    char name[NAME_MAX_LEN];
    size_t name_n;
    UCalendar *cal;
    struct stretch known[STRETCHES];
    unsigned next; /* the stretch to overwrite */
};

struct cache {
    struct zone *slots[SLOTS];
    size_t used;
    struct zone *last;
};

static void forget(struct cache *c)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (c->slots[i] != NULL)
            ucal_close(c->slots[i]->cal);
        free(c->slots[i]);
    }
    *c = (struct cache){0};
}

static void end_thread(void *p)
{
    forget(p);
    free(p);
}

static struct thread_own caches = THREAD_OWN(sizeof(struct cache), end_thread);

/* ICU's calendar of the zone. ICU takes any word and then means GMT, so the word is checked first.
 */
static enum err open_calendar(struct str name, UCalendar **out)
{
    UChar id[NAME_MAX_LEN], canonical[128];
    UBool is_system = 0;
    UErrorCode status = U_ZERO_ERROR;
    for (size_t i = 0; i < name.n; i++)
        id[i] = (UChar)(unsigned char)name.p[i];
    (void)ucal_getCanonicalTimeZoneID(id, (int32_t)name.n, canonical, 128, &is_system, &status);
    if (U_FAILURE(status) || !is_system)
        return ERR_NOTFOUND;
    *out = ucal_open(id, (int32_t)name.n, "en", UCAL_GREGORIAN, &status);
    return U_FAILURE(status) || *out == NULL ? ERR_MEMORY : OK;
}

static enum err add_zone(struct cache *c, size_t slot, struct str name)
{
    UCalendar *cal = NULL;
    enum err e = open_calendar(name, &cal);
    if (e != OK)
        return e;
    struct zone *z = calloc(1, sizeof(*z));
    if (z == NULL) {
        ucal_close(cal);
        return ERR_MEMORY;
    }
    memcpy(z->name, name.p, name.n);
    z->name_n = name.n;
    z->cal = cal;
    c->slots[slot] = z;
    c->used++;
    return OK;
}

static bool is_named(const struct zone *z, struct str name)
{
    return z->name_n == name.n && memcmp(z->name, name.p, name.n) == 0;
}

static enum err find_zone(struct str name, struct zone **out)
{
    struct cache *c = thread_own(&caches);
    if (name.n == 0 || name.n >= NAME_MAX_LEN)
        return ERR_NOTFOUND;
    if (c == NULL)
        return ERR_MEMORY;
    if (c->last != NULL && is_named(c->last, name)) {
        *out = c->last;
        return OK;
    }
    if (c->used >= SLOTS_FULL)
        forget(c);
    size_t i = (size_t)str_hash(name) & (SLOTS - 1);
    while (c->slots[i] != NULL && !is_named(c->slots[i], name))
        i = (i + 1) & (SLOTS - 1);
    if (c->slots[i] == NULL) {
        enum err e = add_zone(c, i, name);
        if (e != OK)
            return e;
    }
    *out = c->last = c->slots[i];
    return OK;
}

/* The instant of a transition beside the calendar's time; `none` when there is none in that
 * direction. */
static int64_t transition(UCalendar *cal, UTimeZoneTransitionType type, int64_t none)
{
    UErrorCode status = U_ZERO_ERROR;
    UDate at = 0;
    if (!ucal_getTimeZoneTransitionDate(cal, type, &at, &status) || U_FAILURE(status))
        return none;
    return (int64_t)at * 1000;
}

static enum err learn_stretch(struct zone *z, int64_t utc_us, struct stretch *out)
{
    UErrorCode status = U_ZERO_ERROR;
    int64_t floor_ms = utc_us / 1000 - (utc_us % 1000 < 0);
    ucal_setMillis(z->cal, (UDate)floor_ms, &status);
    int32_t ms =
        ucal_get(z->cal, UCAL_ZONE_OFFSET, &status) + ucal_get(z->cal, UCAL_DST_OFFSET, &status);
    if (U_FAILURE(status))
        return ERR_MEMORY;
    out->from_us = transition(z->cal, UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, INT64_MIN);
    out->to_us = transition(z->cal, UCAL_TZ_TRANSITION_NEXT, INT64_MAX);
    out->offset_s = ms / 1000;
    z->known[z->next] = *out;
    z->next = (z->next + 1) % STRETCHES;
    return OK;
}

static enum err offset_at(struct zone *z, int64_t utc_us, int32_t *out_s)
{
    struct stretch s;
    for (size_t i = 0; i < STRETCHES; i++) {
        const struct stretch *k = &z->known[i];
        if (utc_us >= k->from_us && utc_us < k->to_us) {
            *out_s = k->offset_s;
            return OK;
        }
    }
    enum err e = learn_stretch(z, utc_us, &s);
    if (e == OK)
        *out_s = s.offset_s;
    return e;
}

enum err zone_offset(struct str name, int64_t utc_us, int32_t *out_s)
{
    struct zone *z;
    enum err e = find_zone(name, &z);
    return e == OK ? offset_at(z, utc_us, out_s) : e;
}

/* A wall clock belongs to the offset that held a day before or to the one that holds a day later;
 * in a gap to neither. */
enum err zone_to_utc(struct str name, int64_t local_us, int64_t *out_utc_us)
{
    struct zone *z;
    int32_t before, after, at;
    enum err e = local_us > INT64_MAX - 2 * US_PER_DAY || local_us < INT64_MIN + 2 * US_PER_DAY
                     ? ERR_LIMIT
                     : find_zone(name, &z);
    if (e != OK)
        return e;
    if ((e = offset_at(z, local_us - US_PER_DAY, &before)) != OK ||
        (e = offset_at(z, local_us + US_PER_DAY, &after)) != OK)
        return e;
    int64_t early = local_us - before * US_PER_S, late = local_us - after * US_PER_S;
    if ((e = offset_at(z, early, &at)) != OK)
        return e;
    if (before == after || at == before) {
        *out_utc_us = early;
        return OK;
    }
    if ((e = offset_at(z, late, &at)) != OK)
        return e;
    *out_utc_us = at == after ? late : early; /* gap: the former offset gives the later instant */
    return OK;
}

/* ---- places */

#define REGION_MAX 4

struct place {
    char key[2 + REGION_MAX]; /* country, region, zero-filled: compares as bytes */
    bool exact;
    struct str zone;
};

static pthread_once_t places_once = PTHREAD_ONCE_INIT;
static struct place *places;
static size_t places_n;

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* false: not the form of a country code and region code. "US-TX" is taken for "TX". */
static bool make_key_of(struct str country, struct str region, char out[2 + REGION_MAX])
{
    memset(out, 0, 2 + REGION_MAX);
    if (country.n != 2)
        return false;
    if (region.n > 3 && region.p[2] == '-' && str_eq_nocase(str_sub(region, 0, 2), country))
        region = str_sub(region, 3, region.n);
    if (region.n > REGION_MAX)
        return false;
    for (size_t i = 0; i < 2; i++)
        out[i] = upper(country.p[i]);
    for (size_t i = 0; i < region.n; i++)
        out[2 + i] = upper(region.p[i]);
    return true;
}

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct place *)a)->key, ((const struct place *)b)->key, 2 + REGION_MAX);
}

/* Rows: country, region or "-", zone, "exact" or "likely". */
static bool read_place(struct str line, struct place *out)
{
    struct str f[4];
    for (int i = 0; i < 4; i++)
        if (!str_split(&line, '\t', &f[i]))
            return false;
    out->zone = f[2];
    out->exact = str_eq(f[3], STR("exact"));
    return make_key_of(f[0], str_eq(f[1], STR("-")) ? STR("") : f[1], out->key);
}

static void load_places(void)
{
    struct str file = data_file("zones.tsv"), rest = file, line;
    size_t n = 0;
    while (data_line(&rest, &line))
        n++;
    places = calloc(n + 1, sizeof(*places));
    if (places == NULL)
        return; /* every place is then unknown, which callers can handle */
    for (rest = file; places_n < n && data_line(&rest, &line);)
        if (read_place(line, &places[places_n]))
            places_n++;
    qsort(places, places_n, sizeof(*places), by_key);
}

static const struct place *find_place(struct str country, struct str region)
{
    struct place want;
    if (!make_key_of(country, region, want.key))
        return NULL;
    return bsearch(&want, places, places_n, sizeof(*places), by_key);
}

struct str zone_of_place(struct str country, struct str region, bool *exact)
{
    (void)pthread_once(&places_once, load_places);
    const struct place *p = places == NULL ? NULL : find_place(country, str_trim(region));
    if (p == NULL && places != NULL)
        p = find_place(country, STR(""));
    *exact = p != NULL && p->exact;
    return p == NULL ? STR("UTC") : p->zone;
}
