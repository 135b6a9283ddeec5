/*
 * The estimate of a case: what the learned model says of a parcel, or of an order that has not left, as the case stands. The same
 * row that asks the model has taught it (flows/estimator.h), so both speak of the same groups.
 */
#ifndef WISMO_MIND_ETA_CASE_H
#define WISMO_MIND_ETA_CASE_H

#include "mind/diagnosis.h"
#include "mind/eta.h"

/*
 * eta_case_row: an order, or a parcel of it (pcl NULL: the order before it leaves), as the model knows it. fig: the figures of its
 * diagnosis. A promise that is only the usual time is none. Destinations are told by country and the first three characters of
 * the postal code, the origin by the merchant's home country. Strings are the case's.
 */
void eta_case_row(const struct order_case *cas, const struct parcel *pcl, struct str carrier, const struct diag_figures *fig,
                  const struct promises *p, struct eta_row *out);

/* eta_case_estimate: as of now_us, into fig->estimate; nothing without a model or once the parcel's way is over. The group's name
 * is in ctx's arena. */
void eta_case_estimate(struct ctx *ctx, const struct order_case *cas, const struct parcel *pcl, struct str carrier,
                       const struct promises *p, int64_t now_us, struct diag_figures *fig);

/*
 * eta_case_late_from: the first morning (06:00 on the destination's clock) from which on, if nothing comes, the parcel is delivered
 * after its promise with a chance of at least ETA_LATE_PERCENT; 0: not before the promise. Independent of when it is asked.
 */
#define ETA_LATE_PERCENT 80
int64_t eta_case_late_from(const struct order_case *cas, const struct parcel *pcl, struct str carrier, const struct promises *p,
                           const struct diag_figures *fig);

#endif
