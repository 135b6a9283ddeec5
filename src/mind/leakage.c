/* See leakage.h. */
#include "mind/leakage.h"

#include "base/num.h"

static const struct {
    const char *word, *what;
    bool of_parcel;
} CAUSES[] = {
#define LEAKAGE(NAME, word, of_parcel, what) {word, what, (of_parcel) != 0},
#include "mind/leakage_cause.def"
#undef LEAKAGE
};

const char *leakage_word(enum leakage l)
{
    return CAUSES[l].word;
}

const char *leakage_what(enum leakage l)
{
    return CAUSES[l].what;
}

bool leakage_is_rto(enum leakage l)
{
    return CAUSES[l].of_parcel;
}

static void add(int64_t *sum, int64_t more)
{
    int64_t v;
    *sum = num_add(*sum, more, &v) ? v : INT64_MAX;
}

/* ---- parcels that come back */

/* The reason of the scan that sent it back, else of the last attempt that failed. */
static enum reason rto_reason(const struct parcel_diagnosis *pd)
{
    const struct parcel_view *v = &pd->view;
    enum reason r = v->returning >= 0 ? pd->parcel->scans[v->returning].reason : REASON_NONE;
    if ((r == REASON_NONE || r == REASON_RTO_INITIATED || r == REASON_OTHER) && v->last_attempt >= 0)
        r = pd->parcel->scans[v->last_attempt].reason;
    return r;
}

static enum leakage rto_cause(enum reason r)
{
    switch (r) {
    case REASON_REFUSED:
        return LEAK_RTO_REFUSED;
    case REASON_RECIPIENT_UNAVAILABLE:
        return LEAK_RTO_ABSENT;
    case REASON_ADDRESS_ISSUE:
        return LEAK_RTO_ADDRESS;
    case REASON_PAYMENT_COD:
        return LEAK_RTO_CASH;
    case REASON_HELD_AT_LOCATION:
        return LEAK_RTO_UNCLAIMED;
    default:
        return LEAK_RTO_OTHER;
    }
}

static void look_parcels(const struct leakage_input *in, struct leakage_case *out)
{
    for (size_t i = 0; i < in->cd->parcels_n; i++) {
        enum diag_class c = in->cd->parcels[i].d.cls;
        if (c != DIAG_RETURNING && c != DIAG_RETURNED)
            continue;
        out->holds[rto_cause(rto_reason(&in->cd->parcels[i]))] = true;
        out->parcels++;
    }
}

/* ---- money and goods */

static bool makes_good(const struct action_row *r)
{
    return action_state_is_live(r->state) && (capability_flags(r->cap) & CAP_COMPENSATES) != 0 && r->cap != CAP_CANCEL;
}

static bool is_ours(const struct leakage_input *in, const struct case_refund *r)
{
    for (size_t i = 0; i < in->rows_n; i++)
        if (!str_empty(in->rows[i].result_id) && str_eq(in->rows[i].result_id, r->refund_id))
            return true;
    return false;
}

/* How often, how much, and when first. */
static size_t count_made_good(const struct leakage_input *in, int64_t *minor, int64_t *first_us)
{
    size_t n = 0;
    for (size_t i = 0; i < in->rows_n; i++)
        if (makes_good(&in->rows[i])) {
            n++;
            add(minor, in->rows[i].amount_minor);
            *first_us = *first_us == 0 || in->rows[i].at_us < *first_us ? in->rows[i].at_us : *first_us;
        }
    for (size_t i = 0; i < in->cas->refunds_n; i++) {
        const struct case_refund *r = &in->cas->refunds[i];
        int64_t at_us = r->at_us != 0 ? r->at_us : r->ver.learned_us;
        if (is_ours(in, r))
            continue;
        n++;
        add(minor, r->amount_minor);
        *first_us = *first_us == 0 || at_us < *first_us ? at_us : *first_us;
    }
    return n;
}

static bool delivered_after(const struct leakage_input *in, int64_t at_us)
{
    for (size_t i = 0; i < in->cd->parcels_n; i++) {
        const struct diag_figures *fig = &in->cd->parcels[i].d.fig;
        if (fig->status == PARCEL_DELIVERED && fig->delivered_us > at_us)
            return true;
    }
    return false;
}

/* The carrier names who signed, or where it left the parcel, and does not count as a weak word here. */
static bool is_against_scan(const struct leakage_input *in)
{
    for (size_t i = 0; i < in->cd->parcels_n; i++) {
        const struct parcel_diagnosis *pd = &in->cd->parcels[i];
        if (pd->d.cls == DIAG_DELIVERED_NOT_RECEIVED && pd->view.delivered >= 0 && !pd->d.fig.delivered_doubt &&
            (pd->parcel->scans[pd->view.delivered].flags & (SCAN_HAS_SIGNER | SCAN_HAS_NOTE)) != 0)
            return true;
    }
    return false;
}

static bool was_returned(const struct leakage_input *in)
{
    for (size_t i = 0; i < in->cd->parcels_n; i++)
        if (in->cd->parcels[i].d.fig.status == PARCEL_RETURNED)
            return true;
    return false;
}

/* More than the order came to, in all. */
static bool is_twice(const struct leakage_input *in, size_t n, int64_t minor)
{
    const struct order_view *v = order_anchor(in->cas);
    return n > 1 && v != NULL && v->total_minor > 0 && minor > v->total_minor;
}

void leakage_of(const struct leakage_input *in, struct leakage_case *out)
{
    const struct order_view *v = order_anchor(in->cas);
    int64_t first_us = 0;
    *out = (struct leakage_case){.cod = v != NULL && v->cod};
    look_parcels(in, out);
    size_t n = count_made_good(in, &out->made_good, &first_us);
    if (n == 0 || was_returned(in)) /* what came back may well be paid back */
        return;
    out->holds[LEAK_ARRIVED] = delivered_after(in, first_us);
    out->holds[LEAK_AGAINST_SCAN] = is_against_scan(in);
    out->holds[LEAK_TWICE] = is_twice(in, n, out->made_good);
    out->holds[LEAK_MANY_CLAIMS] = in->history->known && in->history->claims >= LEAKAGE_CLAIMS;
}
