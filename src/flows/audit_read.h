/* Trail audits read from a store (mind/audit.h): of one case, and of all that came before a person, ranked by cause with their cost. */
#ifndef WISMO_FLOWS_AUDIT_READ_H
#define WISMO_FLOWS_AUDIT_READ_H

#include "base/json.h"
#include "flows/engine.h"
#include "mind/audit.h"

/* What a case cost since: given back or sent again, by us or elsewhere; hours from the hand-over until it was settled, or now. */
struct audit_cost {
    int64_t minor, hours;
    bool settled;
};
struct case_audit {
    int64_t order_no, escalated_us;
    struct str order, rule;          /* rule empty: a complaint of the customer */
    enum diag_class cls;             /* then */
    struct audit audit;
    struct audit_cost cost;
    struct str currency;
};
/* audit_read: Errs: ERR_NOTFOUND no such order, ERR_UNSUPPORTED it never came before a person. */
MUST_CHECK enum err audit_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t order_no, struct case_audit *out);

struct audit_rank {
    enum audit_cause cause;
    int64_t cases, open, minor, hours, oldest_us;
    struct str example;              /* an order's name: the costliest */
    int64_t example_minor;
};
struct audit_ranking {
    int64_t orders, escalated;       /* looked at; of them came before a person */
    struct audit_rank v[AUDIT_CAUSE_COUNT]; /* by money, then by cases; only those that there are */
    size_t n;
    struct str currency;             /* of the policy, else the first order's; amounts in others are not counted */
};
/* audit_all: the newest max orders. */
MUST_CHECK enum err audit_all(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t max, struct audit_ranking *out);

void audit_text(struct ctx *ctx, const struct case_audit *a, struct buf *out);
void audit_json(struct jw *w, const struct case_audit *a);
void audit_ranking_text(struct ctx *ctx, const struct audit_ranking *r, struct buf *out);
void audit_ranking_json(struct jw *w, const struct audit_ranking *r);

#endif
