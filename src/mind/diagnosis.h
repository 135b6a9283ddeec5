/*
 * Diagnosis: a pure function (case, promises, now) -> class, evidence, words, severity, when to
 * look next. One rule per class in rules.def, tried in the order of the table; docs/diagnosis.md is
 * printed from the same table.
 */
#ifndef WISMO_MIND_DIAGNOSIS_H
#define WISMO_MIND_DIAGNOSIS_H

#include "mind/limits.h"

#define EVIDENCE_MAX 12

struct evidence {
    /* fixed word: "last_scan", "promise", "label", "estimate", "order", "stock", "hold", "refund",
     * "report", "conflict" */
    const char *what;
    struct fact_ref ref; /* the fact it rests on; pos 0: not one fact alone */
    int64_t at_us;       /* of the fact, 0 unknown */
    struct str detail;   /* plain words for the operator, no personal data */
};

/* What the merchant's own history says of such parcels (eta_case.h). */
struct diag_estimate {
    bool known;
    int64_t p10_us, p50_us, p90_us; /* of the delivery, given that it comes */
    int late_pm, never_pm;          /* per mille; late: delivered after the promise, -1 without one */
    uint32_t n;                     /* parcels it rests on */
    struct str group, model;        /* what they have in common; the model's id */
};

/* Figures that the words need; 0 or empty when they play no part. */
struct diag_figures {
    /* last movement; without one the last event that is not info */
    int64_t last_scan_us, last_local_us;
    bool last_estimated; /* its instant is estimated */
    bool last_day_only;  /* its day is known, its hour is not */
    struct place last_place;
    int64_t promised_us;      /* what counts as the promise: end of the promised day */
    const char *promise_from; /* "storefront", "carrier", "rule", or NULL */
    int64_t expected_us;      /* the estimate shown now; 0: none that is still true */
    bool expected_day_only;
    int64_t delivered_us, delivered_local_us;
    int64_t hand_over_us, label_us, attempt_us, pickup_until_us, customs_us, ships_by_us,
        restock_us, preorder_us;
    struct diag_estimate estimate;
    int64_t sent_us;  /* untracked: when it left */
    int64_t noted_us; /* label_only: when the first scan is overdue */
    const struct incident *incident; /* that slows it down now; NULL: none is known */
    int attempts, silent_hours, late_days;
    enum reason reason;
    enum parcel_status status;
    bool delivered_doubt; /* a weaker sign here (R72), or scanned again afterwards */
    bool attempt_overdue; /* no news for attempt_look_hours after the failed attempt */
    bool untracked;       /* sent without a tracking number (B50) */
    bool nothing_ships;   /* no item of the order is sent by parcel */
};

struct diagnosis {
    enum diag_class cls;
    int severity;
    int64_t since_us;     /* when it became true, not when it was seen */
    int64_t next_look_us; /* 0: nothing changes by time alone */
    /* what it becomes at next_look if nothing comes; DIAG_CLASS_COUNT: not told, or it stays */
    enum diag_class next_cls;
    struct limit_set limits; /* the figures that were used */
    struct evidence evidence[EVIDENCE_MAX];
    size_t evidence_n;
    struct diag_figures fig;
    struct str conflict; /* data_conflict: what disagrees, plain words; may accompany another class
                            as a note */
    bool stale; /* the newest scan is older than silent_hours allows: never present it as fresh */
    bool flag_late_initial_scan, flag_not_updated; /* notes beside the class: R57, R58 */
};

struct parcel_diagnosis {
    const struct parcel *parcel;
    struct parcel_view view;
    struct str carrier; /* the one that answers now: the last leg that moved */
    struct diagnosis d;
};

struct case_diagnosis {
    struct diagnosis order;           /* for the whole order */
    struct parcel_diagnosis *parcels; /* in the order of cas->parcels */
    size_t parcels_n;
    int64_t next_look_us; /* earliest of all */
    /* which items have left and which not (R2), by item of the anchor view */
    struct item_state {
        const struct case_item *item;
        int64_t shipped, delivered, waiting; /* quantities; delivered is part of shipped */
        bool short_of_stock;                 /* waits, and no location has any */
    } * items;
    size_t items_n;
    /* why a part waits: awaiting_fulfillment, fulfillment_late, backordered, preorder or on_hold;
     * DIAG_CLASS_COUNT: none waits */
    enum diag_class waiting_cls;
};

/* diagnose: everything in ctx's arena. Never fails for odd data (that is data_conflict); Errs:
 * ERR_MEMORY. */
MUST_CHECK enum err diagnose(struct ctx *ctx, const struct order_case *cas,
                             const struct promises *p, int64_t now_us, struct case_diagnosis *out);

/* parcel_is_named: a parcel that customers are told of: legs handed on and withdrawn labels are not. */
bool parcel_is_named(const struct case_diagnosis *cd, size_t i);

/*
 * The words: plain language, in the arena; templates are data (data/words). For the customer: in
 * one of their languages, days in the destination's zone, no vendor's text, nothing personal. For
 * the operator: English, figures in UTC, the limits that hold, the evidence.
 */
struct str diagnosis_for_customer(struct ctx *ctx, struct str lang, const struct order_case *cas,
                                  const struct case_diagnosis *cd,
                                  const struct parcel_diagnosis *pd /* NULL: the order */,
                                  int64_t now_us);
struct str diagnosis_for_operator(struct ctx *ctx, const struct order_case *cas,
                                  const struct case_diagnosis *cd,
                                  const struct parcel_diagnosis *pd, int64_t now_us);
/* diagnosis_doc: docs/diagnosis.md, from the table of rules. */
void diagnosis_doc(struct buf *out);

#endif
