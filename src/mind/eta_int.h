/* Between the files of the estimate: terms, stages, clocks, the model. See eta.h. */
#ifndef WISMO_MIND_ETA_INT_H
#define WISMO_MIND_ETA_INT_H

#include "mind/eta.h"

enum eta_stage_id { ETA_HANDOVER, ETA_TRANSIT, ETA_TOTAL, ETA_STAGES };
enum eta_use { ETA_LOC = 1, ETA_SCALE = 2, ETA_NEVER = 4 };

enum eta_term_id {
#define ETA_TERM(name, atoms, uses, stages) ETA_TERM_##name,
#include "mind/eta_term.def"
#undef ETA_TERM
    ETA_TERMS
};
struct eta_term {
    uint32_t atoms, uses, stages; /* bit sets */
};
extern const struct eta_term ETA_TERM_TABLE[ETA_TERMS];

#define ETA_WEEKS_MAX 520      /* older weeks count as the oldest */
#define ETA_EPOCH_DAYS 56
#define ETA_SEASONS 53        /* weeks of the year from January 1 on */
#define ETA_DAY_S INT64_C(86400)

/* ---- working time (eta_clock.c): how much of a usual week's events fall into a stretch, in days */
#define ETA_CLOCKS_MAX 64
#define ETA_CLOCK_DAYS 8192    /* a clock knows holidays for so many days from its first on */
struct eta_clock {
    char country[2];           /* zeros: all countries, without holidays */
    float share[168];          /* of a week's events by hour of the week, Monday 00:00 first; sums to 168 */
    double upto[8][25];        /* working hours since the day's begin by type of day; row 7: holidays */
    double *begin;             /* working days before day first_day + i */
    int64_t first_day, days_n;
};
void eta_clock_count(double hours[168], int64_t t);
/* eta_clock_set: share from counted events, drawn towards `of` (NULL: an even week) by `weight` events. */
void eta_clock_set(struct eta_clock *c, const double hours[168], const struct eta_clock *of, double weight);
MUST_CHECK enum err eta_clock_build(struct ctx *ctx, struct eta_clock *c, int64_t first_day, int64_t days_n);
double eta_clock_at(const struct eta_clock *c, int64_t t);
int64_t eta_clock_when(const struct eta_clock *c, double work); /* the first second with that much */

struct eta_clocks {
    size_t n;
    struct eta_clock *list;    /* [0]: all countries */
};
const struct eta_clock *eta_clock_of(const struct eta_clocks *cs, const char country[2]);

/* ---- shape of what is left after the effects (eta_tail.c) */
#define ETA_CELLS 640
#define ETA_KNOTS 33
extern const double ETA_KNOT_P[ETA_KNOTS];
struct eta_tail {              /* counts by standardized deviation, events and those still open */
    double event[ETA_CELLS], open[ETA_CELLS];
};
struct eta_shape {
    float knot[ETA_KNOTS];     /* quantiles at ETA_KNOT_P, rising */
};
void eta_tail_add(struct eta_tail *t, double z, double weight, bool event);
void eta_tail_add_prior(struct eta_tail *t, double weight);
/* eta_tail_survival: S at each cell's end by Kaplan and Meier, made to end at 0; mean[i]: mean deviation beyond cell i. */
void eta_tail_survival(const struct eta_tail *t, double survival[ETA_CELLS], double mean[ETA_CELLS]);
void eta_tail_shape(const double survival[ETA_CELLS], struct eta_shape *out);
size_t eta_tail_cell(double z);
double eta_shape_cdf(const struct eta_shape *s, double z);
double eta_shape_quantile(const struct eta_shape *s, double p);

/* ---- the model */
struct eta_entry {
    uint64_t key;              /* stage, term and atoms; 0: free */
    float loc, scale, never;   /* added: log time, log spread, log odds-like factor of never */
    uint32_t n;
};
struct eta_stage {
    double base;               /* intercept and the level that is expected next */
    double sigma, shift;       /* spread of log(working days + shift) */
    double never;              /* base rate */
    double n;                  /* parcels with a known outcome */
    float season[ETA_SEASONS]; /* by week of the year, added to base */
    struct eta_shape shape;
};
enum eta_join { ETA_JOIN_DIRECT, ETA_JOIN_SUM, ETA_JOIN_MEAN, ETA_JOINS };
struct eta_model {
    int64_t as_of_us;
    uint64_t parcels;
    bool dates_only;
    enum eta_join join;        /* total from the order on: direct, hand-over and transit summed, or between */
    float join_map[ETA_KNOTS]; /* what the joined distribution's shares mean, measured */
    struct eta_stage stage[ETA_STAGES];
    struct eta_clocks clocks[2]; /* hand-over by origin, delivery by destination */
    struct eta_entry *entries; /* open addressing */
    size_t slots, entries_n;   /* slots: a power of two */
    char id[17];
};

/* ---- features of a stage (eta_obs.c) */
struct eta_point {             /* a row seen from the begin of a stage */
    uint64_t atom[ETA_ATOMS];
    int64_t begin;             /* wall clock, seconds */
    double offset;             /* log time that is assumed before anything is known */
    int season;                /* week of the year of the begin */
};
bool eta_point_of(const struct eta_obs *o, enum eta_stage_id stage, int64_t handed, int64_t as_of, struct eta_point *out);
uint64_t eta_key(enum eta_stage_id stage, size_t term, const uint64_t atom[ETA_ATOMS]);
const struct eta_entry *eta_find(const struct eta_model *m, uint64_t key);
double eta_shift_of(enum eta_stage_id stage);

/* ---- one stage's fit (eta_stage.c) */
struct eta_case {              /* one row in a stage's fit */
    const struct eta_obs *obs;
    double y;                  /* log(working days + shift): of the event, or until when nothing came */
    bool event;
};
struct eta_group {
    uint64_t key;
    double loc, scale, never, sum, weight;
    uint32_t n;
};
struct eta_fitted {
    struct eta_stage stage;
    struct eta_group *groups;
    size_t groups_n;
    double level[ETA_WEEKS_MAX + 1], level_n[ETA_WEEKS_MAX + 1]; /* by weeks before as_of */
};
MUST_CHECK enum err eta_stage_fit(struct ctx *ctx, enum eta_stage_id id, const struct eta_case *cases, size_t n, int64_t as_of_us,
                                  struct eta_fitted *out);
/*
 * eta_stage_level: the level expected next into f's base, and the season by `much` (0 none, 1 as seen): recent weeks weigh more,
 * half as much after half_weeks.
 */
void eta_stage_level(struct eta_fitted *f, int64_t as_of_us, double half_weeks, double much);

/* ---- distributions (eta_predict.c) */
struct eta_sum {               /* effects added up for a point */
    double mu, sigma, never;
};
void eta_sum_of(const struct eta_model *m, enum eta_stage_id id, const struct eta_point *pt, struct eta_sum *out);
/* eta_model_index: the hash table from a list of entries; those with the same key are one. */
MUST_CHECK enum err eta_model_index(struct ctx *ctx, struct eta_model *m, const struct eta_entry *list, size_t n);
/* eta_predict_obs: the estimate as of the hand-over (transit) or the order, without a name for its group. */
void eta_predict_obs(const struct eta_model *m, const struct eta_obs *o, bool transit, struct eta_estimate *out);
/* eta_model_seal: *m becomes what is read back from its own bytes. */
MUST_CHECK enum err eta_model_seal(struct ctx *ctx, struct eta_model **m);
/* eta_total_cdf: share of deliveries until t, seen from the order, under a way of joining, before join_map. */
double eta_total_cdf(const struct eta_model *m, const struct eta_obs *o, enum eta_join join, int64_t t);

#endif
