/*
 * See parcel.h. Scans are a sorted set; everything else is a maximum, a minimum or a set too, so that arrival order cannot
 * show. The fast path is a newest scan that no other has the key of.
 */
#include "model/parcel.h"

#include "base/zone.h"

#define CODE_MAX 40
#define CITY_MAX 48

int parcel_scan_cmp(const struct parcel_scan *a, const struct parcel_scan *b)
{
    if (a->at_us != b->at_us)
        return a->at_us < b->at_us ? -1 : 1;
    if (a->seq != b->seq)
        return a->seq < b->seq ? -1 : 1;
    int ra = parcel_status_rank(a->status), rb = parcel_status_rank(b->status);
    if (ra != rb)
        return ra < rb ? -1 : 1;
    return (a->key > b->key) - (a->key < b->key);
}

/* ---- times */

int64_t event_instant(const struct when *w, const struct place *at, int64_t *local_us, unsigned *flags)
{
    int64_t utc = 0;
    bool exact = false;
    *local_us = w->has_local ? w->local_us : 0;
    if (w->kind == WHEN_NONE)
        return 0;
    if (w->kind == WHEN_UTC)
        return w->utc_us;
    int64_t wall = w->local_us;
    if (w->kind == WHEN_DATE) {
        *flags |= SCAN_DATE_ONLY;
        wall += 12 * US_PER_H; /* a day, not midnight: its middle */
    }
    *flags |= SCAN_ESTIMATED;
    if (zone_to_utc(zone_of_place(at->country, at->region, &exact), wall, &utc) != OK)
        utc = wall;
    return utc;
}

int64_t estimate_instant(const struct when *w, struct str dest_country, struct str dest_region)
{
    int64_t utc = 0;
    bool exact = false;
    if (w->kind == WHEN_NONE)
        return 0;
    if (w->kind == WHEN_UTC)
        return w->utc_us;
    int64_t wall = w->local_us + (w->kind == WHEN_DATE ? US_PER_DAY - US_PER_S : 0);
    if (zone_to_utc(zone_of_place(dest_country, dest_region, &exact), wall, &utc) != OK)
        utc = wall;
    return utc;
}

/* ---- small sets */

static enum err keep_str(struct ctx *ctx, struct str s, size_t max, struct str *out)
{
    if (s.n > max)
        s.n = max;
    if (s.n == 0) {
        *out = STR_NULL;
        return OK;
    }
    enum err e = arena_dup(ctx->arena, s, out);
    return e == OK ? OK : ctx_fail(ctx, e, "parcel: no memory");
}

/* The index of a carrier, put in in sorted order; scans' indices move along. The set is bounded: others count as the last. */
static enum err carrier_index(struct ctx *ctx, struct parcel *pcl, struct str id, int *out)
{
    size_t i = 0;
    while (i < pcl->carriers_n && str_cmp(pcl->carriers[i], id) < 0)
        i++;
    if (i < pcl->carriers_n && str_eq(pcl->carriers[i], id)) {
        *out = (int)i;
        return OK;
    }
    if (pcl->carriers_n == PARCEL_CARRIERS_MAX) {
        *out = PARCEL_CARRIERS_MAX - 1;
        return OK;
    }
    struct str kept;
    enum err e = keep_str(ctx, id, CODE_MAX, &kept);
    if (e != OK)
        return e;
    for (size_t j = pcl->carriers_n; j > i; j--)
        pcl->carriers[j] = pcl->carriers[j - 1];
    pcl->carriers[i] = kept;
    pcl->carriers_n++;
    for (size_t j = 0; j < pcl->scans_n; j++)
        pcl->scans[j].carrier += pcl->scans[j].carrier >= (int)i;
    *out = (int)i;
    return OK;
}

/* ---- scans */

static uint64_t content_hash(const struct parcel_scan *s)
{
    uint64_t h = str_hash(s->code);
    const int64_t nums[] = {s->at_us, s->status, s->reason, (int64_t)s->flags, s->local_us};
    h = str_hash_add(h, (struct str){(const char *)nums, sizeof(nums)});
    h = str_hash_add(h, s->place.city);
    h = str_hash_add(h, s->place.region);
    return str_hash_add(h, s->place.country);
}

static uint64_t scan_key(const struct tracking_event *ev, const struct fact *fct, struct arena *a)
{
    struct str key = str_empty(fct->key) ? tracking_event_key(a, ev) : fct->key;
    return str_hash_add(str_hash(ev->carrier), key);
}

static enum err scan_make(struct ctx *ctx, struct parcel *pcl, const struct fact *fct, struct fact_ref ref, int64_t learned_us,
                          struct parcel_scan *s)
{
    const struct tracking_event *ev = &fct->u.event;
    memset(s, 0, sizeof(*s));
    s->at_us = event_instant(&ev->occurred, &ev->location, &s->local_us, &s->flags);
    s->key = scan_key(ev, fct, ctx->arena);
    s->changed_us = fct->changed_us;
    s->seq = ev->vendor_seq;
    s->status = ev->status;
    s->reason = ev->reason;
    s->ref = ref;
    if (ev->synthetic)
        s->flags |= SCAN_SYNTHETIC;
    if (!str_empty(ev->signed_by))
        s->flags |= SCAN_HAS_SIGNER;
    if (!str_empty(ev->drop_off_note))
        s->flags |= SCAN_HAS_NOTE;
    enum err e = carrier_index(ctx, pcl, ev->carrier, &s->carrier);
    if (e == OK)
        e = keep_str(ctx, ev->code, CODE_MAX, &s->code);
    if (e == OK)
        e = keep_str(ctx, ev->location.city, CITY_MAX, &s->place.city);
    if (e == OK)
        e = keep_str(ctx, ev->location.region, 16, &s->place.region);
    if (e == OK)
        e = keep_str(ctx, ev->location.country, 2, &s->place.country);
    s->content = content_hash(s);
    if (s->at_us == 0)
        s->at_us = learned_us; /* the vendor told no time: when we learned it, the earliest counts */
    return e;
}

static enum err scans_room(struct ctx *ctx, struct parcel *pcl)
{
    if (pcl->scans_n < pcl->scans_cap)
        return OK;
    size_t cap = pcl->scans_cap < 8 ? 16 : pcl->scans_cap * 2;
    struct parcel_scan *p = arena_array(ctx->arena, cap, sizeof(*p));
    if (p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "parcel: no memory");
    if (pcl->scans_n > 0)
        memcpy(p, pcl->scans, pcl->scans_n * sizeof(*p));
    pcl->scans = p;
    pcl->scans_cap = cap;
    return OK;
}

static void remove_at(struct parcel *pcl, size_t i)
{
    memmove(&pcl->scans[i], &pcl->scans[i + 1], (pcl->scans_n - i - 1) * sizeof(*pcl->scans));
    pcl->scans_n--;
}

static enum err insert_sorted(struct ctx *ctx, struct parcel *pcl, const struct parcel_scan *s, bool *kept)
{
    size_t i = pcl->scans_n;
    while (i > 0 && parcel_scan_cmp(&pcl->scans[i - 1], s) > 0)
        i--;
    *kept = true;
    if (pcl->scans_n == PARCEL_SCANS_MAX) {
        if (i == 0) {
            *kept = false; /* older than all that stay */
            return OK;
        }
        remove_at(pcl, 0);
        i--;
    }
    enum err e = scans_room(ctx, pcl);
    if (e != OK)
        return e;
    memmove(&pcl->scans[i + 1], &pcl->scans[i], (pcl->scans_n - i) * sizeof(*pcl->scans));
    pcl->scans[i] = *s;
    pcl->scans_n++;
    return OK;
}

/* Which of two contents of one event holds: the vendor's later change, then the one received later, then the larger hash. */
static bool wins(const struct parcel_scan *a, const struct parcel_scan *b)
{
    if (a->changed_us != b->changed_us)
        return a->changed_us > b->changed_us;
    if (a->ref.pos != b->ref.pos)
        return a->ref.pos > b->ref.pos;
    if (a->ref.idx != b->ref.idx)
        return a->ref.idx > b->ref.idx;
    return a->content > b->content;
}

/* An event that is known already: a repeat, a better place in the vendor's list, or a correction. */
static enum err merge_known(struct ctx *ctx, struct parcel *pcl, size_t i, struct parcel_scan *s, bool *changed)
{
    struct parcel_scan *old = &pcl->scans[i];
    uint32_t seq = old->seq > s->seq ? old->seq : s->seq;
    bool kept = true;
    if (old->content == s->content) {
        int64_t at_us = old->at_us < s->at_us ? old->at_us : s->at_us;
        if (seq == old->seq && at_us == old->at_us)
            return OK;
        struct parcel_scan moved = *old;
        moved.seq = seq;
        moved.at_us = at_us;
        remove_at(pcl, i);
        *changed = true;
        return insert_sorted(ctx, pcl, &moved, &kept);
    }
    if (!wins(s, old)) {
        if (seq == old->seq)
            return OK;
        *s = *old;
    }
    s->seq = seq;
    remove_at(pcl, i);
    *changed = true;
    return insert_sorted(ctx, pcl, s, &kept);
}

/* ---- parcel-wide */

static int when_cmp(const struct when *a, const struct when *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int64_t x = a->kind == WHEN_UTC ? a->utc_us : a->local_us, y = b->kind == WHEN_UTC ? b->utc_us : b->local_us;
    return (x > y) - (x < y);
}

static void take_estimate(struct parcel *pcl, const struct when *w, int64_t told_us, bool *changed)
{
    struct parcel_estimate est = {told_us, *w};
    bool first = pcl->first_estimate.told_us == 0 || told_us < pcl->first_estimate.told_us ||
                 (told_us == pcl->first_estimate.told_us && when_cmp(w, &pcl->first_estimate.when) < 0);
    bool last = pcl->estimate.told_us == 0 || told_us > pcl->estimate.told_us ||
                (told_us == pcl->estimate.told_us && when_cmp(w, &pcl->estimate.when) > 0);
    if (first)
        pcl->first_estimate = est;
    if (last)
        pcl->estimate = est;
    *changed = *changed || first || last;
}

/* A text that is told by many scans: the greatest wins, so that arrival order does not show. */
static enum err take_greatest(struct ctx *ctx, struct str s, size_t max, struct str *to, bool *changed)
{
    s = str_sub(s, 0, max);
    if (str_empty(s) || str_cmp(s, *to) <= 0)
        return OK;
    *changed = true;
    return keep_str(ctx, s, max, to);
}

static enum err take_wide(struct ctx *ctx, struct parcel *pcl, const struct tracking_event *ev, int64_t told_us, bool *changed)
{
    struct when w;
    if (!str_empty(ev->estimated_delivery) && when_parse(ev->estimated_delivery, &w) == OK)
        take_estimate(pcl, &w, told_us, changed);
    if (!str_empty(ev->pickup_until) && when_parse(ev->pickup_until, &w) == OK) {
        int64_t until = estimate_instant(&w, ev->location.country, ev->location.region);
        *changed = *changed || until > pcl->pickup_until_us;
        if (until > pcl->pickup_until_us)
            pcl->pickup_until_us = until;
    }
    enum err e = take_greatest(ctx, ev->dest_country, 2, &pcl->dest_country, changed);
    return e == OK ? take_greatest(ctx, ev->service, CODE_MAX, &pcl->service, changed) : e;
}

static void learned(struct parcel *pcl, int64_t learned_us)
{
    if (learned_us > pcl->fresh_us)
        pcl->fresh_us = learned_us;
}

enum err parcel_fold_event(struct ctx *ctx, struct parcel *pcl, const struct fact *fct, struct fact_ref ref, int64_t learned_us,
                           bool *changed)
{
    struct parcel_scan s;
    bool moved = false, kept = true;
    enum err e = scan_make(ctx, pcl, fct, ref, learned_us, &s);
    size_t i = pcl->scans_n;
    while (e == OK && i > 0 && pcl->scans[i - 1].key != s.key)
        i--;
    if (e == OK && i > 0)
        e = merge_known(ctx, pcl, i - 1, &s, &moved);
    else if (e == OK) {
        e = insert_sorted(ctx, pcl, &s, &kept);
        moved = kept;
    }
    if (e == OK)
        e = take_wide(ctx, pcl, &fct->u.event, s.at_us != 0 ? s.at_us : learned_us, &moved);
    if (e == OK && moved)
        learned(pcl, learned_us);
    if (e == OK)
        *changed = moved;
    return e;
}

enum err parcel_fold_not_found(struct ctx *ctx, struct parcel *pcl, int64_t learned_us, bool *changed)
{
    (void)ctx;
    /* the first "not found" in a day says as much as the tenth */
    *changed = learned_us > pcl->not_found_us + US_PER_DAY;
    if (*changed)
        pcl->not_found_us = learned_us;
    return OK;
}

enum err parcel_link_order(struct parcel *pcl, int64_t order_no, int64_t since_us, bool *changed)
{
    size_t i = 0;
    *changed = false;
    while (i < pcl->links_n && pcl->links[i].order_no < order_no)
        i++;
    if (i < pcl->links_n && pcl->links[i].order_no == order_no) {
        if (since_us != 0 && (pcl->links[i].since_us == 0 || since_us < pcl->links[i].since_us)) {
            pcl->links[i].since_us = since_us;
            *changed = true;
        }
        return OK;
    }
    if (pcl->links_n == PARCEL_LINKS_MAX && i == PARCEL_LINKS_MAX)
        return ERR_LIMIT;
    if (pcl->links_n == PARCEL_LINKS_MAX)
        pcl->links_n--;
    memmove(&pcl->links[i + 1], &pcl->links[i], (pcl->links_n - i) * sizeof(*pcl->links));
    pcl->links[i] = (struct parcel_link){order_no, since_us};
    pcl->links_n++;
    *changed = true;
    return OK;
}

enum err parcel_link_next(struct ctx *ctx, struct parcel *pcl, struct str carrier, struct str number, int64_t told_us, bool *changed)
{
    *changed = false;
    if (str_empty(number) || str_eq(number, pcl->number))
        return OK;
    bool later = told_us > pcl->next_told_us || str_empty(pcl->next_number);
    int c = str_cmp(number, pcl->next_number);
    if (!later && (told_us < pcl->next_told_us || c < 0 || (c == 0 && str_cmp(carrier, pcl->next_carrier) <= 0)))
        return OK;
    if (c == 0 && str_eq(carrier, pcl->next_carrier) && told_us <= pcl->next_told_us)
        return OK;
    *changed = true;
    pcl->next_told_us = told_us;
    enum err e = keep_str(ctx, carrier, CODE_MAX, &pcl->next_carrier);
    return e == OK ? keep_str(ctx, number, 64, &pcl->next_number) : e;
}
