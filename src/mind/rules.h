/* Inside of the diagnosis: what every rule sees, the table of rules, and the steps of diagnose().
 */
#ifndef WISMO_MIND_RULES_H
#define WISMO_MIND_RULES_H

#include "base/calendar.h"
#include "mind/diagnosis.h"

enum rule_level { LEVEL_PARCEL, LEVEL_ORDER };

/* A parcel, then the order, under the eye of the rules. */
struct look {
    struct ctx *ctx;
    const struct order_case *cas;
    const struct promises *p;
    int64_t now_us;
    struct case_diagnosis *cd;
    struct diagnosis *out;
    struct limit_set lim; /* limits that hold at the last movement; order: when it was placed */
    struct calendar cal;  /* of the place of the last scan; order: the merchant's */
    struct str zone;      /* its zone */
    struct str dest_zone;
    struct place dest;
    /* parcel */
    const struct parcel *pcl;
    struct str carrier; /* the one that answers now */
    const struct parcel_view *v;
    const struct parcel_scan *scan; /* that gave the status, NULL: none */
    const struct parcel_scan *move; /* last movement */
    struct limit_set
        lim_way;       /* limits that held when it was handed over: the promise is made of them */
    int64_t label_us;  /* when the storefront or the carrier first knew of it */
    int64_t silent_us; /* when the silence becomes too long; -1 not worked out, 0 cannot be told */
    /* order */
    int64_t waiting;              /* quantity that has not left */
    int64_t untracked_us;         /* when a part was sent without a number; 0: none */
    size_t labels, moving, there; /* parcels: not with the carrier yet, on their way, delivered;
                                     voided ones are none */
    bool any_left;                /* something has a label, is under way or there */
    const struct parcel_diagnosis *worst;
};

/*
 * A rule holds now, or not yet: it then gives the time at which it would hold if nothing came (0:
 * never), in *since_us. That time may be left out when another rule of the same parcel holds before
 * it. When it holds, *since_us is when it became true, and out->next_look_us may be set to a time
 * when that could end.
 */
typedef bool (*rule_fn)(struct look *lk, int64_t *since_us);

struct rule {
    enum diag_class cls;
    enum rule_level level;
    rule_fn fn;
    const char *when, *look;
};
extern const struct rule RULES[];
extern const size_t RULES_N;

#define RULE(CLASS, lvl, fn_, when_, look_) bool fn_(struct look *lk, int64_t *since_us);
#include "mind/rules.def"
#undef RULE

/* run_rules: the first rule of a level that holds decides. False: none did; next_look_us is when
 * one would. */
bool run_rules(struct look *lk, enum rule_level level);
/* diagnose_order: the order's own rules against its worst parcel; the parcels are done. Errs:
 * ERR_MEMORY. */
MUST_CHECK enum err diagnose_order(struct look *lk);

/* goes_on: a parcel of the order is under way to the customer, or there. */
bool goes_on(const struct look *lk);
/* usual_arrival: end of the day by which what was sent then usually arrives; 0 cannot be told. */
int64_t usual_arrival(const struct look *lk, int64_t sent_us);

/* ---- figures */

/* set_figures: what the words need of a parcel, the promise and the estimate that still holds. */
void set_figures(struct look *lk);
/* day_or_instant: a vendor's time for the future: the end of a day where it is one, midnight being
 * a day in disguise. */
int64_t day_or_instant(const struct look *lk, const struct when *w, bool *day_only);
/* text_instant: the same from text; promised_day: the end of its day, though it names an hour. 0
 * when it is no time. */
int64_t text_instant(const struct look *lk, struct str s);
int64_t promised_day(const struct look *lk, struct str s);
/* fulfillment_of: the first live fulfillment that names the parcel, NULL: none. */
const struct case_fulfillment *fulfillment_of(const struct order_case *cas,
                                              const struct parcel *pcl);
/* fulfillment_sent_us: when it was made, as well as that is known. */
int64_t fulfillment_sent_us(const struct case_fulfillment *f);

/* ---- times */

/* earlier: of two next looks; 0 means none. */
int64_t earlier(int64_t a, int64_t b);
/* after_business: start + n business days by the look's calendar; 0 when it cannot be told. */
int64_t after_business(const struct look *lk, int64_t start_us, int n);
/* after_hours: whole days of 24 hours as business days to the same clock time, the rest in hours; 0
 * when it cannot be told. */
int64_t after_hours(const struct look *lk, int64_t start_us, int hours);
/* end_of_day: last microsecond of the local day of an instant in a zone. */
int64_t end_of_day(struct str zone, int64_t at_us);
/* silent_from: when the parcel's silence becomes too long; 0 never. */
int64_t silent_from(struct look *lk);

/* incidents_rest: the look's calendar rests on the days of incidents that meet carrier, its country and region. */
void incidents_rest(struct look *lk, struct str carrier, struct str region);
/* incidents_tell: the incident that the customer hears of, and the time at which one begins or ends. */
void incidents_tell(struct look *lk, struct str carrier);

void evidence_add(struct diagnosis *d, const char *what, struct fact_ref ref, int64_t at_us,
                  struct str detail);

#endif
