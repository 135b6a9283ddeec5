/*
 * A parcel: everything known of one tracking number of a merchant, folded from scans in any order and any repetition.
 * It is a set of what vendors told of each scan: `scans` has for each natural key the telling that holds, `superseded` those
 * it replaced. Both are sorted by a total order (rule 6) and bounded together; the same facts give the same bytes whatever
 * the order of arrival. What the number meant for one order is a window of it (numbers are used again).
 *
 * Whatever does not set *changed has changed nothing: the row need not be written, nor the fact kept.
 */
#ifndef WISMO_MODEL_PARCEL_H
#define WISMO_MODEL_PARCEL_H

#include "base/buf.h"
#include "model/fact.h"

#define PARCEL_SCANS_MAX 200   /* with the superseded: the newest by the total order stay */
#define PARCEL_CARRIERS_MAX 6  /* the first by name; scans of others count as the last one's */
#define PARCEL_LINKS_MAX 8     /* orders that share the parcel */
#define PARCEL_TIME_MAX_US (INT64_C(7258118400) * US_PER_S) /* 2200-01-01; instants of scans lie within plus and minus this */
#define PARCEL_REUSE_GAP_US (120 * US_PER_DAY) /* a silence this long between scans: the number is used anew */

struct fact_ref {
    int64_t pos; /* received position; 0: none */
    uint32_t idx;
};

enum scan_flag {
    SCAN_ESTIMATED = 1,  /* instant made from a local clock and the place's likely zone */
    SCAN_DATE_ONLY = 2,
    SCAN_SYNTHETIC = 4,  /* no scan behind it: never counts as movement */
    SCAN_HAS_SIGNER = 8, /* the fact's sealed part has signed_by */
    SCAN_HAS_NOTE = 16   /* ... drop_off_note */
};

struct parcel_scan {
    int64_t at_us;       /* effective instant, UTC */
    int64_t local_us;    /* wall clock at the place (as if UTC); equals at_us + offset; 0 when not known */
    uint64_t key;        /* hash of carrier and natural key */
    uint64_t content;    /* hash of what counts: a repeat has the same, a correction another */
    int64_t changed_us;  /* vendor's time of change, 0 */
    int64_t learned_us;  /* ledger time at which it was first told */
    uint32_t seq;        /* vendor's sequence, the highest told */
    enum parcel_status status;
    enum reason reason;
    unsigned flags;
    int carrier;         /* index into parcel.carriers */
    struct str code;     /* raw word, at most 40 bytes */
    struct place place;  /* of the scan; postal_code stays empty here */
    struct fact_ref ref; /* first fact that told it; not part of the canonical form: differs by arrival */
};

struct parcel_estimate {
    int64_t told_us;     /* effective instant of the scan that told it; 0: none */
    struct when when;    /* a day in the recipient's zone, mostly */
    int64_t learned_us;  /* ledger time at which it was first told */
};

struct parcel_link {
    int64_t order_no;
    int64_t since_us;    /* when its fulfillment was made: chooses the window of a number used again; 0 unknown */
};

struct parcel {
    int64_t parcel_no;   /* row number in its merchant, 0 before it is stored */
    struct str number;   /* normalised */
    struct str carriers[PARCEL_CARRIERS_MAX]; /* ids, sorted by first use in scans order of name */
    size_t carriers_n;
    struct parcel_scan *scans; /* sorted by parcel_scan_cmp */
    size_t scans_n, scans_cap;
    struct parcel_scan *superseded; /* tellings that a correction replaced: no reader shows them */
    size_t superseded_n, superseded_cap;
    struct parcel_estimate first_estimate, estimate; /* first and last told */
    struct str next_carrier, next_number; /* the leg that follows */
    int64_t next_told_us;
    struct str dest_country, service;
    int64_t pickup_until_us;    /* end of that day, UTC; 0 unknown */
    int64_t not_found_us;       /* last hour in which a vendor did not know it; 0 never */
    int64_t heard_us;           /* last minute in which a vendor that was asked told what it knows; 0 never */
    int64_t fresh_us;           /* last time a vendor told something new of it (ledger time); derived from what was learned when */
    struct parcel_link links[PARCEL_LINKS_MAX]; /* sorted by order_no */
    size_t links_n;
    /* derived, written by the fold */
    enum diag_class diag;       /* DIAG_CLASS_COUNT: none yet */
    int64_t diag_since_us;
    int64_t due_us;             /* next look; 0 none */
};

/* Total order of scans: effective instant, vendor's sequence, status rank, natural key. <0, 0, >0; transitive (property-tested). */
int parcel_scan_cmp(const struct parcel_scan *a, const struct parcel_scan *b);

/*
 * parcel_fold_event: add a scan. A repeat (same key, same content) moves nothing but a higher place in the vendor's list; of
 * several contents of one key the highest (changed_us, first ref, content) holds.
 * In: fct's strings may be views: what is kept is copied into ctx's arena. learned_us: ledger time of the fact.
 * Out: *changed false when nothing at all moved, as for a repeat
 * Errs: ERR_MEMORY. A full list drops the oldest scan (same ones whatever the order of arrival).
 */
MUST_CHECK enum err parcel_fold_event(struct ctx *ctx, struct parcel *pcl, const struct fact *fct, struct fact_ref ref,
                                      int64_t learned_us, bool *changed);
/* parcel_fold_not_found: the vendor does not know the number. At most one an hour changes anything. */
MUST_CHECK enum err parcel_fold_not_found(struct ctx *ctx, struct parcel *pcl, int64_t learned_us, bool *changed);
/* parcel_fold_heard: a vendor was asked and told what it knows, new or not. At most one a minute changes anything. */
void parcel_fold_heard(struct parcel *pcl, int64_t learned_us, bool *changed);
/* parcel_heard_us: how fresh what is known of it is: the last time that anything was told, or nothing new. */
int64_t parcel_heard_us(const struct parcel *pcl);
/* parcel_link_order: an order claims the parcel. Errs: ERR_LIMIT more than PARCEL_LINKS_MAX orders (the lowest numbers stay). */
MUST_CHECK enum err parcel_link_order(struct parcel *pcl, int64_t order_no, int64_t since_us, bool *changed);
/* parcel_link_next: the parcel goes on under another number. told_us decides when two say different things. */
MUST_CHECK enum err parcel_link_next(struct ctx *ctx, struct parcel *pcl, struct str carrier, struct str number, int64_t told_us,
                                     bool *changed);

/* What the scans of one use of the number say, derived purely. Indices into scans, -1 when there is none. */
struct parcel_view {
    size_t from, to;            /* window of scans: [from, to) */
    enum parcel_status status;
    enum reason reason;
    int last;                   /* last scan that is not info: what "last event" shows */
    int last_move;              /* last real movement: not synthetic, not info, not label_created */
    int status_scan;            /* the scan that gave the status */
    int label, first_move, out_for_delivery, delivered, first_attempt, last_attempt, returning;
    int attempts;               /* failed ones */
    bool moved_after_delivery;  /* scans that contradict a delivery */
};
/*
 * parcel_view_make: of the use that belongs to an order linked with since_us (0: the latest use): the first run of scans,
 * without a silence of PARCEL_REUSE_GAP_US in it, that ends after since_us less 30 days, unless it belongs to a later order.
 * None: an empty window. In: scans sorted, at_us within PARCEL_TIME_MAX_US.
 */
void parcel_view_make(const struct parcel *pcl, int64_t since_us, struct parcel_view *out);
/* parcel_find_link: NULL when that order has no part in it. */
const struct parcel_link *parcel_find_link(const struct parcel *pcl, int64_t order_no);

/* Binary row form, versioned. with_refs false gives the canonical form that does not depend on arrival. */
void parcel_encode(const struct parcel *pcl, bool with_refs, struct buf *out);
MUST_CHECK enum err parcel_decode(struct ctx *ctx, struct str row, struct parcel *out); /* ERR_CORRUPT; copies into the arena */
/* event_instant: effective instant of a vendor's time at a place; flags gets SCAN_ESTIMATED or SCAN_DATE_ONLY. */
int64_t event_instant(const struct when *w, const struct place *at, int64_t *local_us, unsigned *flags);
/* event_told_us: when an event speaks for a hand-over: its instant, 1 without one. */
int64_t event_told_us(const struct tracking_event *ev);
/* estimate_instant: the end of the estimate in the destination's zone (a date means the end of that day), UTC; 0 when none. */
int64_t estimate_instant(const struct when *w, struct str dest_country, struct str dest_region);

#endif
