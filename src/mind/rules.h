/* Inside of the diagnosis: what every rule sees, and the table of rules. */
#ifndef WISMO_MIND_RULES_H
#define WISMO_MIND_RULES_H

#include "base/calendar.h"
#include "mind/diagnosis.h"

enum rule_level { LEVEL_PARCEL, LEVEL_ORDER };

/* A parcel under the eye of the rules. */
struct look {
    struct ctx *ctx;
    const struct order_case *cas;
    const struct promises *p;
    struct limit_set lim;
    int64_t now_us;
    /* parcel */
    const struct parcel *pcl;
    const struct parcel_view *v;
    const struct parcel_scan *scan;   /* that gave the status, NULL: none */
    const struct parcel_scan *move;   /* last movement */
    struct calendar cal;              /* of the place of the last scan */
    struct str zone;                  /* its zone */
    struct str dest_zone;
    int64_t label_us;                 /* when the storefront or the carrier first knew of it */
    /* order */
    struct case_diagnosis *cd;
    int64_t waiting;                  /* quantity that has not left */
    bool any_left;                    /* something is under way or there */
    bool all_there;
    const struct parcel_diagnosis *worst;
    struct diagnosis *out;
};

/*
 * A rule holds now, or not yet: it then gives the time at which it would hold if nothing came (0: never), in *since.
 * When it holds, *since is when it became true, and out->next_look_us may be set to a time when that could end.
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

/* look_at: earlier of two next looks; 0 means none. */
int64_t earlier(int64_t a, int64_t b);
/* after_business: start + n business days by the look's calendar; 0 when it cannot be told. */
int64_t after_business(const struct look *lk, int64_t start_us, int n);
void evidence_add(struct diagnosis *d, const char *what, struct fact_ref ref, int64_t at_us, struct str detail);
/* end_of_day: last second of the local day of an instant in a zone. */
int64_t end_of_day(struct str zone, int64_t at_us);

#endif
