/* See eta_case.h. */
#include "mind/eta_case.h"

#include "base/timefmt.h"
#include "base/zone.h"

#define MORNING_US (6 * US_PER_H)
#define MORNINGS_MAX 64 /* later ones are not searched: such a promise is no parcel's */

static int64_t or_none(int64_t us)
{
    return us == 0 ? ETA_NONE : us;
}

static struct str service_of(const struct order_case *cas, const struct parcel *pcl)
{
    const struct order_view *v = order_anchor(cas);
    if (pcl != NULL && !str_empty(pcl->service))
        return pcl->service;
    for (size_t i = 0; pcl != NULL && i < cas->fulfillments_n; i++)
        for (size_t k = 0; k < cas->fulfillments[i].parcels_n; k++)
            if (str_eq(cas->fulfillments[i].parcels[k].tracking_number, pcl->number) && !str_empty(cas->fulfillments[i].service))
                return cas->fulfillments[i].service;
    return v == NULL ? STR_NULL : v->service;
}

static bool is_promised(const struct diag_figures *fig)
{
    return fig->promised_us != 0 && fig->promise_from != NULL && fig->promise_from[0] != 'r';
}

void eta_case_row(const struct order_case *cas, const struct parcel *pcl, struct str carrier, const struct diag_figures *fig,
                  const struct promises *p, struct eta_row *out)
{
    const struct order_view *v = order_anchor(cas);
    struct place dest = case_destination(cas);
    bool exact;
    *out = (struct eta_row){.carrier = carrier, .service = service_of(cas, pcl), .origin_country = p->home_country,
                            .dest_country = dest.country, .dest_postal = dest.postal_code, .ordered_us = ETA_NONE,
                            .handed_us = or_none(fig->hand_over_us), .promised_us = is_promised(fig) ? fig->promised_us : ETA_NONE,
                            .delivered_us = or_none(fig->delivered_us)};
    if (str_empty(dest.country) && pcl != NULL)
        out->dest_country = pcl->dest_country;
    if (v != NULL) {
        out->order_id = v->order_id;
        out->ordered_us = or_none(v->placed_us);
    }
    int64_t at = out->ordered_us != ETA_NONE ? out->ordered_us : fig->hand_over_us;
    if (zone_offset(zone_of_place(out->dest_country, dest.region, &exact), at, &out->zone_s) != OK)
        out->zone_s = 0;
}

static bool is_over(enum parcel_status s)
{
    switch (s) {
    case PARCEL_DELIVERED:
    case PARCEL_RETURNING:
    case PARCEL_RETURNED:
    case PARCEL_LOST:
    case PARCEL_CANCELLED:
    case PARCEL_AVAILABLE_FOR_PICKUP:
        return true;
    default:
        return false;
    }
}

static int per_mille(double chance)
{
    return chance < 0 ? -1 : (int)(chance * 1000 + 0.5);
}

void eta_case_estimate(struct ctx *ctx, const struct order_case *cas, const struct parcel *pcl, struct str carrier,
                       const struct promises *p, int64_t now_us, struct diag_figures *fig)
{
    struct eta_row row;
    struct eta_estimate est;
    struct diag_estimate *out = &fig->estimate;
    if (p->eta == NULL || (pcl != NULL && is_over(fig->status)))
        return;
    eta_case_row(cas, pcl, carrier, fig, p, &row);
    eta_predict(p->eta, &row, now_us, &est);
    if (!est.known || est.n == 0)
        return;
    *out = (struct diag_estimate){.known = true, .p10_us = est.p10_us, .p50_us = est.p50_us, .p90_us = est.p90_us,
                                  .late_pm = per_mille(est.late), .never_pm = per_mille(est.never), .n = est.n,
                                  .group = arena_fmt(ctx->arena, "%s", est.group), .model = eta_model_id(p->eta)};
}

static bool is_late_at(const struct eta_model *m, const struct eta_row *row, int64_t at_us)
{
    struct eta_estimate est;
    eta_predict(m, row, at_us, &est);
    return est.known && est.n > 0 && est.late * 100 >= ETA_LATE_PERCENT;
}

int64_t eta_case_late_from(const struct order_case *cas, const struct parcel *pcl, struct str carrier, const struct promises *p,
                           const struct diag_figures *fig)
{
    struct eta_row row;
    if (p->eta == NULL || !is_promised(fig) || fig->hand_over_us == 0)
        return 0;
    eta_case_row(cas, pcl, carrier, fig, p, &row);
    int64_t zone_us = row.zone_s * US_PER_S, begin = fig->hand_over_us + zone_us;
    int64_t first = civil_day(begin - MORNING_US) + 1, last = civil_day(fig->promised_us + zone_us);
    if (last < first || last - first > MORNINGS_MAX)
        return 0;
    /* the chance only grows while nothing comes: halve */
    int64_t lo = first, hi = last + 1;
    while (lo < hi) {
        int64_t mid = lo + (hi - lo) / 2;
        if (is_late_at(p->eta, &row, mid * US_PER_DAY + MORNING_US - zone_us))
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo > last ? 0 : lo * US_PER_DAY + MORNING_US - zone_us;
}
