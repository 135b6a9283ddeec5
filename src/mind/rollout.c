/* See rollout.h. */
#include "mind/rollout.h"

const char *rollout_people_word(enum rollout_people p)
{
    static const char *const WORDS[PEOPLE_COUNT] = {"open", "same", "otherwise", "unasked", "unseen"};
    return WORDS[p];
}

const char *rollout_fate_word(enum rollout_fate f)
{
    static const char *const WORDS[FATE_COUNT] = {"open", "gone", "arrived"};
    return WORDS[f];
}

static bool makes_good(enum capability c)
{
    return (capability_flags(c) & CAP_COMPENSATES) != 0;
}

/* ---- people */

static bool has_item(const struct action_row *act, struct str key)
{
    for (size_t i = 0; i < act->items_n; i++)
        if (str_eq(act->items[i].sku, key))
            return true;
    return false;
}

static bool is_ours(const struct rollout_input *in, const struct case_refund *r)
{
    for (size_t i = 0; i < in->others_n; i++)
        if (!str_empty(in->others[i].result_id) && str_eq(in->others[i].result_id, r->refund_id))
            return true;
    return false;
}

static bool refunded_by_hand(const struct rollout_input *in, const struct case_refund *r)
{
    int64_t at_us = r->at_us != 0 ? r->at_us : r->ver.learned_us;
    bool shares = r->full || r->items_n == 0;
    for (size_t i = 0; i < r->items_n; i++)
        shares = shares || has_item(in->act, case_item_key(&r->items[i]));
    return shares && at_us > in->act->at_us && !is_ours(in, r);
}

/* Another action of ours for the same items, such as one that a person asked for. */
static bool done_by_another(const struct rollout_input *in)
{
    for (size_t i = 0; i < in->others_n; i++) {
        const struct action_row *o = &in->others[i];
        bool later = o->action_no > in->act->action_no && action_state_is_live(o->state) && makes_good(o->cap);
        for (size_t k = 0; later && k < o->items_n; k++)
            if (has_item(in->act, o->items[k].sku))
                return true;
    }
    return false;
}

static enum rollout_people by_hand(const struct rollout_input *in)
{
    if (!makes_good(in->act->cap))
        return PEOPLE_UNSEEN;
    for (size_t i = 0; i < in->cas->refunds_n; i++)
        if (refunded_by_hand(in, &in->cas->refunds[i]))
            return PEOPLE_SAME;
    if (done_by_another(in))
        return PEOPLE_SAME;
    return in->now_us - in->act->at_us > ROLLOUT_SETTLED_DAYS * US_PER_DAY ? PEOPLE_OTHERWISE : PEOPLE_OPEN;
}

static enum rollout_people people_of(const struct rollout_input *in)
{
    const struct action_row *act = in->act;
    switch (act->state) {
    case ACTION_SHADOW:
        return by_hand(in);
    case ACTION_PROPOSED:
        return PEOPLE_OPEN;
    case ACTION_CANCELLED:
        return PEOPLE_OTHERWISE;
    case ACTION_EXPIRED:
        return act->approvals_needed > act->approvals ? by_hand(in) : PEOPLE_UNASKED;
    default:
        return act->approvals > 0 ? PEOPLE_SAME : PEOPLE_UNASKED;
    }
}

/* ---- the parcel's fate */

static bool complained(const struct order_case *cas, int64_t since_us)
{
    for (size_t i = 0; i < cas->reports_n; i++)
        if (cas->reports[i].kind == REPORT_NOT_RECEIVED && cas->reports[i].at_us >= since_us)
            return true;
    return false;
}

static enum rollout_fate parcel_fate(const struct rollout_input *in, const struct parcel_diagnosis *pd)
{
    const struct diag_figures *fig = &pd->d.fig;
    bool silent = in->now_us - (fig->last_scan_us > in->act->at_us ? fig->last_scan_us : in->act->at_us) > ROLLOUT_SETTLED_DAYS * US_PER_DAY;
    switch (fig->status) {
    case PARCEL_DELIVERED:
        if (complained(in->cas, fig->delivered_us) || pd->d.cls == DIAG_DAMAGED || pd->d.cls == DIAG_WRONG_ITEM)
            return FATE_GONE;
        return fig->delivered_us > in->act->at_us ? FATE_ARRIVED : FATE_OPEN;
    case PARCEL_LOST:
    case PARCEL_DAMAGED:
    case PARCEL_RETURNED:
        return FATE_GONE;
    default:
        return silent ? FATE_GONE : FATE_OPEN;
    }
}

void rollout_judge(const struct rollout_input *in, enum rollout_people *people, enum rollout_fate *fate)
{
    *people = people_of(in);
    *fate = FATE_OPEN;
    for (size_t i = 0; makes_good(in->act->cap) && i < in->cd->parcels_n; i++)
        if (str_eq(in->cd->parcels[i].parcel->number, in->act->subject))
            *fate = parcel_fate(in, &in->cd->parcels[i]);
}
