/* The row form of a parcel; version 1. See parcel.h and pack.h. */
#include "model/pack.h"
#include "model/parcel.h"

#define VERSION 1

static void pack_when(struct pack *p, struct when *w)
{
    int kind = (int)w->kind;
    pack_enum(p, &kind, WHEN_DATE + 1);
    w->kind = (enum when_kind)kind;
    pack_i64(p, &w->utc_us);
    pack_i64(p, &w->local_us);
    pack_bool(p, &w->has_local);
}

/* A damaged row may hold any number. */
static int64_t wrap_add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static void pack_scan(struct pack *p, struct parcel_scan *s, int64_t *base_us, size_t carriers_n, bool refs)
{
    int64_t delta = (int64_t)((uint64_t)s->at_us - (uint64_t)*base_us);
    int64_t local = s->local_us == 0 ? 0 : wrap_add((int64_t)((uint64_t)s->local_us - (uint64_t)s->at_us), US_PER_DAY * 2);
    int status = (int)s->status, reason = (int)s->reason;
    uint64_t flags = s->flags, seq = s->seq;
    pack_i64(p, &delta);
    pack_i64(p, &local);
    pack_fixed64(p, &s->key);
    pack_fixed64(p, &s->content);
    pack_i64(p, &s->changed_us);
    pack_u64(p, &seq);
    pack_enum(p, &status, PARCEL_STATUS_COUNT);
    pack_enum(p, &reason, REASON_COUNT);
    pack_u64(p, &flags);
    pack_enum(p, &s->carrier, carriers_n == 0 ? 1 : (int)carriers_n);
    pack_str(p, &s->code);
    pack_str(p, &s->place.city);
    pack_str(p, &s->place.region);
    pack_str(p, &s->place.country);
    if (refs) {
        uint64_t idx = s->ref.idx;
        pack_i64(p, &s->ref.pos);
        pack_u64(p, &idx);
        s->ref.idx = (uint32_t)idx;
    }
    s->at_us = wrap_add(*base_us, delta);
    s->local_us = local == 0 ? 0 : wrap_add(wrap_add(local, -US_PER_DAY * 2), s->at_us);
    s->status = (enum parcel_status)status;
    s->reason = (enum reason)reason;
    s->flags = (unsigned)flags;
    s->seq = (uint32_t)seq;
    *base_us = s->at_us;
}

static void pack_estimate(struct pack *p, struct parcel_estimate *e)
{
    pack_i64(p, &e->told_us);
    if (e->told_us != 0)
        pack_when(p, &e->when);
}

static void pack_parcel(struct pack *p, struct parcel *pcl, bool refs)
{
    int version = VERSION, diag = (int)pcl->diag;
    int64_t base = 0;
    pack_int(p, &version);
    if (version != VERSION)
        p->err = ERR_CORRUPT;
    pack_str(p, &pcl->number);
    pack_count(p, &pcl->carriers_n, PARCEL_CARRIERS_MAX);
    for (size_t i = 0; i < pcl->carriers_n; i++)
        pack_str(p, &pcl->carriers[i]);
    pack_count(p, &pcl->scans_n, PARCEL_SCANS_MAX);
    if (p->out == NULL)
        pcl->scans_cap = pcl->scans_n + 4;
    pcl->scans = pack_list(p, pcl->scans, pcl->scans_cap, sizeof(*pcl->scans));
    for (size_t i = 0; i < pcl->scans_n && p->err == OK; i++)
        pack_scan(p, &pcl->scans[i], &base, pcl->carriers_n, refs);
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
    pack_count(p, &pcl->links_n, PARCEL_LINKS_MAX);
    for (size_t i = 0; i < pcl->links_n; i++) {
        pack_i64(p, &pcl->links[i].order_no);
        pack_i64(p, &pcl->links[i].since_us);
    }
    if (!refs)
        return;
    pack_enum(p, &diag, DIAG_CLASS_COUNT + 1);
    pack_i64(p, &pcl->diag_since_us);
    pcl->diag = (enum diag_class)diag;
}

void parcel_encode(const struct parcel *pcl, bool with_refs, struct buf *out)
{
    struct parcel copy = *pcl; /* the description takes what it writes by reference; scans keep their values */
    struct pack p = pack_writer(out);
    pack_parcel(&p, &copy, with_refs);
}

enum err parcel_decode(struct ctx *ctx, struct str row, struct parcel *out)
{
    struct parcel pcl;
    struct pack p = pack_reader(ctx, row);
    memset(&pcl, 0, sizeof(pcl));
    pack_parcel(&p, &pcl, true);
    if (p.err == OK && p.in.n > 0)
        p.err = ERR_CORRUPT;
    if (p.err != OK)
        return ctx_fail(ctx, p.err, "parcel row: cannot be read");
    *out = pcl;
    return OK;
}
