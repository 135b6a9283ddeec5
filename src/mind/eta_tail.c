/*
 * The shape of what is left after the effects: standardized deviations of those that came, and of those still open (they say
 * only "later than this"). Kaplan and Meier's estimate uses both, on cells of fixed width, so that recent orders of which only
 * the quick ones have come do not make the estimate too quick.
 */
#include <math.h>

#include "mind/eta_int.h"

#define CELL_FROM (-8.0)
#define CELL_WIDTH 0.03125
#define PRIOR_SD 1.15

const double ETA_KNOT_P[ETA_KNOTS] = {0.0005, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.13, 0.17,
                                      0.22,   0.27,   0.32,  0.37, 0.42, 0.46,  0.5,  0.54,  0.58, 0.63, 0.68,
                                      0.73,   0.78,   0.83,  0.87, 0.9,  0.925, 0.95, 0.97,  0.985, 0.995, 0.999};

size_t eta_tail_cell(double z)
{
    double i = (z - CELL_FROM) / CELL_WIDTH;
    return !(i > 0) ? 0 : i >= ETA_CELLS ? ETA_CELLS - 1 : (size_t)i;
}

static double cell_middle(size_t i)
{
    return CELL_FROM + ((double)i + 0.5) * CELL_WIDTH;
}

void eta_tail_add(struct eta_tail *t, double z, double weight, bool event)
{
    (event ? t->event : t->open)[eta_tail_cell(z)] += weight;
}

/* A normal distribution somewhat wider than measured ones: what is assumed of the first parcels. */
void eta_tail_add_prior(struct eta_tail *t, double weight)
{
    double before = 0;
    for (size_t i = 0; i < ETA_CELLS; i++) {
        double end = CELL_FROM + (double)(i + 1) * CELL_WIDTH;
        double upto = i + 1 == ETA_CELLS ? 1 : 0.5 * erfc(-end / (PRIOR_SD * 1.4142135623730951));
        t->event[i] += weight * (upto - before);
        before = upto;
    }
}

void eta_tail_survival(const struct eta_tail *t, double survival[ETA_CELLS], double mean[ETA_CELLS])
{
    double risk = 0, s = 1, last = 0;
    for (size_t i = 0; i < ETA_CELLS; i++)
        risk += t->event[i] + t->open[i];
    for (size_t i = 0; i < ETA_CELLS; i++) {
        if (risk > 0 && t->event[i] > 0)
            s *= 1 - t->event[i] / (risk > t->event[i] ? risk : t->event[i]);
        survival[i] = s;
        risk -= t->event[i] + t->open[i];
        risk = risk < 0 ? 0 : risk;
    }
    last = survival[ETA_CELLS - 1];
    for (size_t i = 0; i < ETA_CELLS; i++)
        survival[i] = last < 1 ? (survival[i] - last) / (1 - last) : 1 - (double)(i + 1) / ETA_CELLS;
    double mass = 0, sum = 0;
    for (size_t i = ETA_CELLS; i-- > 0;) {
        mean[i] = mass > 1e-9 ? sum / mass : cell_middle(i) + CELL_WIDTH;
        double p = (i == 0 ? 1 : survival[i - 1]) - survival[i];
        mass += p;
        sum += p * cell_middle(i);
    }
}

void eta_tail_shape(const double survival[ETA_CELLS], struct eta_shape *out)
{
    size_t i = 0;
    double before = 0;
    for (size_t k = 0; k < ETA_KNOTS; k++) {
        while (i + 1 < ETA_CELLS && 1 - survival[i] < ETA_KNOT_P[k]) {
            before = 1 - survival[i];
            i++;
        }
        double upto = 1 - survival[i], part = upto > before ? (ETA_KNOT_P[k] - before) / (upto - before) : 1;
        part = part < 0 ? 0 : part > 1 ? 1 : part;
        out->knot[k] = (float)(CELL_FROM + ((double)i + part) * CELL_WIDTH);
        if (k > 0 && out->knot[k] < out->knot[k - 1] + 1e-4F)
            out->knot[k] = out->knot[k - 1] + 1e-4F;
    }
}

/* Beyond the last knot the chance left falls exponentially, as it does between the last knots. */
static double tail_rate(const struct eta_shape *s)
{
    double width = (double)s->knot[ETA_KNOTS - 1] - (double)s->knot[ETA_KNOTS - 4];
    double rate = log((1 - ETA_KNOT_P[ETA_KNOTS - 4]) / (1 - ETA_KNOT_P[ETA_KNOTS - 1])) / (width > 0.05 ? width : 0.05);
    return rate;
}

double eta_shape_cdf(const struct eta_shape *s, double z)
{
    if (z <= (double)s->knot[0])
        return ETA_KNOT_P[0] * exp(3 * (z - (double)s->knot[0]));
    if (z >= (double)s->knot[ETA_KNOTS - 1])
        return 1 - (1 - ETA_KNOT_P[ETA_KNOTS - 1]) * exp(-tail_rate(s) * (z - (double)s->knot[ETA_KNOTS - 1]));
    size_t lo = 0, hi = ETA_KNOTS - 1;
    while (hi - lo > 1) {
        size_t mid = (lo + hi) / 2;
        if ((double)s->knot[mid] <= z)
            lo = mid;
        else
            hi = mid;
    }
    double a = (double)s->knot[lo], b = (double)s->knot[hi];
    return ETA_KNOT_P[lo] + (ETA_KNOT_P[hi] - ETA_KNOT_P[lo]) * (b > a ? (z - a) / (b - a) : 1);
}

double eta_shape_quantile(const struct eta_shape *s, double p)
{
    if (p <= ETA_KNOT_P[0])
        return (double)s->knot[0] + (p > 1e-9 ? log(p / ETA_KNOT_P[0]) : -14) / 3;
    if (p >= ETA_KNOT_P[ETA_KNOTS - 1]) {
        double left = 1 - p > 1e-9 ? 1 - p : 1e-9;
        return (double)s->knot[ETA_KNOTS - 1] + log((1 - ETA_KNOT_P[ETA_KNOTS - 1]) / left) / tail_rate(s);
    }
    size_t k = 1;
    while (ETA_KNOT_P[k] < p)
        k++;
    double part = (p - ETA_KNOT_P[k - 1]) / (ETA_KNOT_P[k] - ETA_KNOT_P[k - 1]);
    return (double)s->knot[k - 1] + part * ((double)s->knot[k] - (double)s->knot[k - 1]);
}
