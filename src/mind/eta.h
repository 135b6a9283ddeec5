/*
 * Delivery estimates learned from a store's own history: when an order will be handed over and delivered (p10, p50, p90), how
 * likely it is late, and how likely it never arrives. Pure: rows in memory in, a model or figures out; the same rows give the
 * same bytes. The method, its assumptions and its measured error stand in docs/eta.md.
 *
 *     rows ─► eta_obs_of ─► eta_fit ─► struct eta_model ─► eta_predict ─► struct eta_estimate
 *                                       │    ▲
 *                                       ▼    │ eta_model_write, eta_model_read
 */
#ifndef WISMO_MIND_ETA_H
#define WISMO_MIND_ETA_H

#include "base/buf.h"
#include "base/ctx.h"

#define ETA_NONE INT64_MIN          /* a time that is not known */
#define ETA_ROWS_MAX ((size_t)5000000) /* of one fit: some 300 bytes each */
#define ETA_WORD_MAX 80             /* bytes of a carrier, service or postal code that count */
#define ETA_GROUP_MAX 256

/* One order (or parcel of it) as told from outside. Times are UTC. */
struct eta_row {
    struct str carrier, service;    /* any words; compared without regard to case */
    struct str origin_country, origin_postal, dest_country, dest_postal; /* countries: ISO alpha-2, may be empty */
    struct str order_id;            /* tells repeated rows from like ones; may be empty */
    int64_t ordered_us, handed_us, promised_us, delivered_us; /* UTC; ETA_NONE: not known. promised: the end of the promise */
    int32_t zone_s;                 /* seconds east of UTC of the destination's wall clock */
};

enum eta_atom { /* what a group is told by; those from ETA_WDAY on depend on the stage */
    ETA_CARRIER, ETA_SERVICE, ETA_OC, ETA_O1, ETA_O2, ETA_O3, ETA_DC, ETA_D1, ETA_D2, ETA_D3, ETA_FIXED,
    ETA_WDAY = ETA_FIXED, ETA_HOUR, ETA_LEAD, ETA_LEAD_DAY, ETA_HANDLED, ETA_EPOCH, ETA_WEEK, ETA_ATOMS
};

/* The same as a fit needs it: words as hashes, times on the destination's wall clock in seconds. */
struct eta_obs {
    uint64_t id;                    /* hash of the order's id; 0: none, then repeats are not noticed */
    uint64_t atom[ETA_FIXED];
    int64_t ordered, handed, promised, delivered; /* ETA_NONE: not known */
    int32_t zone_s;
    char origin[2], dest[2];        /* countries; zeros: not known */
    char area[4];                   /* first prefix of the destination's postal code, as text */
};

/* eta_obs_of: never fails; what is too long is cut, what cannot be told apart is one group. */
void eta_obs_of(const struct eta_row *row, struct eta_obs *out);

struct eta_model;

struct eta_fit_options {
    int64_t as_of_us;               /* what was known at that time; ETA_NONE: the newest time in the rows */
    bool dates_only;                /* deliveries are days, without hours: the estimates are days too */
};
struct eta_fit_report {             /* what became of the rows */
    size_t rows, used, open, later, backwards, repeated, delivered, handed;
    int64_t as_of_us;
    bool truncated;                 /* the file leaves out what is still open: its youngest orders were not used */
};
/*
 * eta_fit: learns from obs (changed: sorted out in place, repeats removed). No rows at all give a model of assumptions alone.
 * Errs: ERR_LIMIT over ETA_ROWS_MAX, ERR_MEMORY. The model lives in ctx's arena, as does what is needed on the way.
 */
MUST_CHECK enum err eta_fit(struct ctx *ctx, struct eta_obs *obs, size_t n, const struct eta_fit_options *opt,
                            struct eta_fit_report *report, struct eta_model **out);

struct eta_estimate {
    bool known;                     /* false: nothing to estimate from (no order time) */
    int64_t p10_us, p50_us, p90_us; /* of the delivery, given that it comes; UTC */
    double late;                    /* delivered after the promise; -1: no promise */
    double never;                   /* never delivered; with late and in time it makes one */
    int64_t handed_p50_us;          /* ETA_NONE: handed over already, or nothing is known of hand-overs */
    char group[ETA_GROUP_MAX];      /* finest group with enough parcels to say so, "all" or "prior" */
    uint32_t n;                     /* parcels of that group in the history */
};
/*
 * eta_predict: the estimate as of now_us, for a row whose later times are left out of account: before the hand-over (or when it
 * is not known) from the order on, after it from the hand-over on, and in both cases given that nothing came until now_us.
 * ETA_NONE as now_us: at the hand-over where known, else at the order. Microseconds; thread safe on one model.
 */
void eta_predict(const struct eta_model *m, const struct eta_row *row, int64_t now_us, struct eta_estimate *out);

/*
 * eta_evaluate: a model of what was known at split_us (ETA_NONE: when four fifths of the orders had come), asked about the orders
 * after it, and its figures as Markdown. Orders so young that their outcome is open at the history's end are left out and counted.
 * Errs: as eta_fit; ERR_NOTFOUND no order after the split can be judged.
 */
MUST_CHECK enum err eta_evaluate(struct ctx *ctx, const struct eta_obs *obs, size_t n, int64_t split_us, const struct eta_fit_options *opt,
                                 struct buf *out);

/* eta_model_describe: one line a stage: parcels, groups, how the parts are joined. */
void eta_model_describe(const struct eta_model *m, struct buf *out);
bool eta_model_dates_only(const struct eta_model *m);
int64_t eta_model_as_of(const struct eta_model *m);
/* eta_model_id: 16 hex digits of its content: what an estimate says it came from. */
struct str eta_model_id(const struct eta_model *m);

#define ETA_FILE_MAX ((size_t)256 << 20)
/* eta_model_write: the file: magic, version, content, SHA-256 of all before it. */
void eta_model_write(const struct eta_model *m, struct buf *out);
/* eta_model_read: Errs: ERR_CORRUPT not a whole model file, ERR_UNSUPPORTED another version, ERR_LIMIT, ERR_MEMORY. */
MUST_CHECK enum err eta_model_read(struct ctx *ctx, struct str file, struct eta_model **out);

#endif
