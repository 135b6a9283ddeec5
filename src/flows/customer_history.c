/* See customer_history.h. */
#include "flows/customer_history.h"

#include "base/num.h"

#define CLAIMS_DAYS 365

void customer_history_of(const struct customer_order *rows, size_t n, int64_t order_no, struct str currency, int64_t now_us,
                         struct customer_history *out)
{
    struct customer_history h = {.known = true};
    for (size_t i = 0; i < n; i++) {
        const struct customer_order *r = &rows[i];
        int64_t sum;
        bool claimed = r->claim_us != 0 && r->claim_us <= now_us && r->claim_us > now_us - CLAIMS_DAYS * US_PER_DAY;
        h.claims += claimed && r->order_no != order_no ? 1 : 0;
        if (r->placed_us <= now_us && r->total_minor > 0 && str_eq(r->currency, currency))
            h.value_minor = num_add(h.value_minor, r->total_minor, &sum) ? sum : INT64_MAX;
    }
    *out = h;
}

enum err customer_history_read(struct ctx *ctx, struct db *state, int64_t merchant_id, const struct order_case *cas, struct str currency,
                               int64_t now_us, struct customer_history *out)
{
    struct customer_order *rows = NULL;
    size_t n = 0;
    *out = (struct customer_history){.known = false};
    if (str_empty(cas->customer))
        return OK;
    enum err e = customer_order_list(ctx, state, merchant_id, cas->customer, &rows, &n);
    if (e == OK)
        customer_history_of(rows, n, cas->order_no, currency, now_us, out);
    return e;
}

/* ---- in the fold */

static int64_t last_report_us(const struct order_case *cas)
{
    int64_t last = 0;
    for (size_t i = 0; i < cas->reports_n; i++) {
        int64_t at_us = cas->reports[i].at_us != 0 ? cas->reports[i].at_us : cas->reports[i].learned_us;
        if (cas->reports[i].kind != REPORT_RECEIVED && at_us > last)
            last = at_us;
    }
    return last;
}

enum err fold_customer_order(struct fold *f, const struct fold_order *fo, int64_t claim_us)
{
    const struct order_view *v = order_anchor(&fo->c);
    int64_t report_us = last_report_us(&fo->c);
    if (str_empty(fo->c.customer))
        return OK;
    const struct customer_order row = {.order_no = fo->c.order_no, .placed_us = v == NULL ? fo->c.first_us : v->placed_us,
                                       .claim_us = claim_us > report_us ? claim_us : report_us,
                                       .total_minor = v == NULL || v->state == ORDER_CANCELLED ? 0 : v->total_minor,
                                       .currency = v == NULL ? STR("") : v->currency};
    return customer_order_put(f->ctx, f->db, f->m->id, fo->c.customer, &row);
}

enum err fold_customer_merged(struct fold *f, struct str customer, int64_t order_no)
{
    return str_empty(customer) ? OK : customer_order_drop(f->ctx, f->db, f->m->id, customer, order_no);
}
