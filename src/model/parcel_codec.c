/*
 * The row form of a parcel, version 1; see parcel.h and pack.h. Instants of scans are written as
 * the distance from the one before. The canonical form leaves out what differs by arrival
 * (positions of facts) and what the fold of scans does not make (diagnosis).
 */
#include "model/pack.h"
#include "model/parcel.h"

#define VERSION 2 /* 1: without heard_us */
#define FLAGS_END (SCAN_HAS_NOTE * 2)

static void pack_when(struct pack *p, struct when *w)
{
    PACK_ENUM(p, w->kind, when_kind, WHEN_DATE + 1);
    if (w->kind == WHEN_NONE)
        return;
    pack_i64(p, &w->utc_us);
    pack_i64(p, &w->local_us);
    pack_bool(p, &w->has_local);
}

/* Damaged rows hold any number: sums wrap, and what lies outside is refused. */
static int64_t wrap_add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t wrap_sub(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* Which of the times that need not be known are: bits. */
enum { KNOWN_LOCAL = 1, KNOWN_CHANGED = 2, KNOWN_END = 4 };

static void pack_times(struct pack *p, struct parcel_scan *s, int64_t base_us)
{
    int64_t at = wrap_sub(s->at_us, base_us), learned = wrap_sub(s->learned_us, s->at_us);
    int64_t local = wrap_sub(s->local_us, s->at_us), changed = wrap_sub(s->changed_us, s->at_us);
    unsigned known =
        (s->local_us != 0 ? KNOWN_LOCAL : 0) | (s->changed_us != 0 ? KNOWN_CHANGED : 0);
    pack_i64(p, &at);
    pack_i64(p, &learned);
    known = pack_below(p, known, KNOWN_END);
    if ((known & KNOWN_LOCAL) != 0)
        pack_i64(p, &local);
    if ((known & KNOWN_CHANGED) != 0)
        pack_i64(p, &changed);
    if (p->out != NULL)
        return;
    s->at_us = wrap_add(base_us, at);
    s->learned_us = wrap_add(s->at_us, learned);
    s->local_us = (known & KNOWN_LOCAL) != 0 ? wrap_add(s->at_us, local) : 0;
    s->changed_us = (known & KNOWN_CHANGED) != 0 ? wrap_add(s->at_us, changed) : 0;
    if (s->at_us > PARCEL_TIME_MAX_US || s->at_us < -PARCEL_TIME_MAX_US)
        pack_corrupt(p);
    if (((known & KNOWN_LOCAL) != 0) != (s->local_us != 0) ||
        ((known & KNOWN_CHANGED) != 0) != (s->changed_us != 0))
        pack_corrupt(p);
}

static void pack_ref(struct pack *p, struct fact_ref *ref)
{
    pack_i64(p, &ref->pos);
    pack_u32(p, &ref->idx);
}

static void pack_scan(struct pack *p, struct parcel_scan *to, int64_t base_us, size_t carriers_n,
                      bool refs)
{
    struct parcel_scan s = *to;
    pack_times(p, &s, base_us);
    pack_fixed64(p, &s.key);
    pack_fixed64(p, &s.content);
    pack_u32(p, &s.seq);
    PACK_ENUM(p, s.status, parcel_status, PARCEL_STATUS_COUNT);
    PACK_ENUM(p, s.reason, reason, REASON_COUNT);
    s.flags = pack_below(p, s.flags, FLAGS_END);
    s.carrier = (int)pack_below(p, (unsigned)s.carrier, (unsigned)carriers_n);
    pack_str(p, &s.code);
    pack_str(p, &s.place.city);
    pack_str(p, &s.place.region);
    pack_str(p, &s.place.country);
    if (refs)
        pack_ref(p, &s.ref);
    if (p->out == NULL)
        *to = s;
}

static void pack_scans(struct pack *p, struct parcel_scan **list, size_t *n, size_t *cap,
                       const struct parcel *pcl, bool refs)
{
    int64_t base_us = 0;
    pack_count(p, n, PARCEL_SCANS_MAX);
    if (p->out == NULL)
        *cap = *n + (*n > 0 ? 4 : 0);
    *list = pack_list(p, *list, *cap, sizeof(**list));
    for (size_t i = 0; i < *n && p->err == OK; i++) {
        pack_scan(p, &(*list)[i], base_us, pcl->carriers_n, refs);
        base_us = (*list)[i].at_us;
        if (i > 0 && parcel_scan_cmp(&(*list)[i - 1], &(*list)[i]) >= 0)
            pack_corrupt(p);
    }
}

static void pack_estimate(struct pack *p, struct parcel_estimate *est)
{
    pack_when(p, &est->when);
    if (est->when.kind == WHEN_NONE)
        return;
    pack_i64(p, &est->told_us);
    pack_i64(p, &est->learned_us);
}

static void pack_carriers(struct pack *p, struct parcel *pcl)
{
    pack_count(p, &pcl->carriers_n, PARCEL_CARRIERS_MAX);
    for (size_t i = 0; i < pcl->carriers_n; i++) {
        pack_str(p, &pcl->carriers[i]);
        if (i > 0 && str_cmp(pcl->carriers[i - 1], pcl->carriers[i]) >= 0)
            pack_corrupt(p);
    }
}

static void pack_links(struct pack *p, struct parcel *pcl)
{
    pack_count(p, &pcl->links_n, PARCEL_LINKS_MAX);
    for (size_t i = 0; i < pcl->links_n; i++) {
        pack_i64(p, &pcl->links[i].order_no);
        pack_i64(p, &pcl->links[i].since_us);
        if (i > 0 && pcl->links[i - 1].order_no >= pcl->links[i].order_no)
            pack_corrupt(p);
    }
}

static void pack_parcel(struct pack *p, struct parcel *pcl, bool refs)
{
    unsigned version = (unsigned)pack_below(p, VERSION, VERSION + 1);
    if (version == 0)
        pack_corrupt(p);
    pack_str(p, &pcl->number);
    pack_carriers(p, pcl);
    pack_scans(p, &pcl->scans, &pcl->scans_n, &pcl->scans_cap, pcl, refs);
    pack_scans(p, &pcl->superseded, &pcl->superseded_n, &pcl->superseded_cap, pcl, refs);
    if (pcl->scans_n + pcl->superseded_n > PARCEL_SCANS_MAX)
        pack_corrupt(p);
    pack_estimate(p, &pcl->first_estimate);
    pack_estimate(p, &pcl->estimate);
    pack_str(p, &pcl->next_carrier);
    pack_str(p, &pcl->next_number);
    pack_i64(p, &pcl->next_told_us);
    pack_str(p, &pcl->dest_country);
    pack_str(p, &pcl->service);
    pack_i64(p, &pcl->pickup_until_us);
    pack_i64(p, &pcl->not_found_us);
    pack_i64(p, &pcl->fresh_us);
    if (version > 1)
        pack_i64(p, &pcl->heard_us);
    pack_links(p, pcl);
    if (!refs)
        return;
    PACK_ENUM(p, pcl->diag, diag_class, DIAG_CLASS_COUNT + 1);
    pack_i64(p, &pcl->diag_since_us);
}

void parcel_encode(const struct parcel *pcl, bool with_refs, struct buf *out)
{
    struct parcel copy = *pcl; /* lists are shared and only read */
    struct pack p = pack_writer(out);
    pack_parcel(&p, &copy, with_refs);
}

enum err parcel_decode(struct ctx *ctx, struct str row, struct parcel *out)
{
    struct parcel pcl = {.parcel_no = 0};
    struct pack p = pack_reader(ctx, row);
    pack_parcel(&p, &pcl, true);
    enum err e = pack_end(&p);
    if (e != OK)
        return ctx_fail(ctx, e, "parcel row: cannot be read");
    *out = pcl;
    return OK;
}
