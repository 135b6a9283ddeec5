/*
 * What the scans of one use of a number say. Pure: one pass over the sorted scans, each of which
 * may move the status; see parcel.h and the rules at each step.
 */
#include "model/parcel.h"

#define SINCE_SLACK_US (30 * US_PER_DAY) /* labels are made before the storefront hears of them */

const struct parcel_link *parcel_find_link(const struct parcel *pcl, int64_t order_no)
{
    for (size_t i = 0; i < pcl->links_n; i++)
        if (pcl->links[i].order_no == order_no)
            return &pcl->links[i];
    return NULL;
}

/* ---- which use of the number */

/* The scans from `from` to the next long silence. */
static size_t window_end(const struct parcel *pcl, size_t from)
{
    size_t to = from + 1;
    while (to < pcl->scans_n &&
           pcl->scans[to].at_us - pcl->scans[to - 1].at_us < PARCEL_REUSE_GAP_US)
        to++;
    return to;
}

/*
 * Does the window belong to another order? It begins long after ours was sent, and an order that
 * was sent long after ours has it too: ours has never been scanned.
 */
static bool is_of_later_order(const struct parcel *pcl, int64_t since_us, int64_t from_us,
                              int64_t to_us)
{
    if (from_us <= since_us + PARCEL_REUSE_GAP_US)
        return false;
    for (size_t i = 0; i < pcl->links_n; i++) {
        int64_t other_us = pcl->links[i].since_us;
        if (other_us > since_us + PARCEL_REUSE_GAP_US && other_us <= to_us + SINCE_SLACK_US)
            return true;
    }
    return false;
}

static void choose_window(const struct parcel *pcl, int64_t since_us, struct parcel_view *v)
{
    size_t from = 0, to = 0, n = pcl->scans_n;
    v->from = v->to = n;
    if (since_us < 0 || since_us > PARCEL_TIME_MAX_US)
        since_us = 0;
    for (; from < n; from = to) {
        to = window_end(pcl, from);
        if (since_us == 0 ? to == n : pcl->scans[to - 1].at_us >= since_us - SINCE_SLACK_US)
            break;
    }
    if (from >= n || (since_us != 0 && is_of_later_order(pcl, since_us, pcl->scans[from].at_us,
                                                         pcl->scans[to - 1].at_us)))
        return;
    v->from = from;
    v->to = to;
}

/* ---- status */

static bool is_terminal(enum parcel_status s)
{
    return s == PARCEL_DELIVERED || s == PARCEL_RETURNED || s == PARCEL_LOST ||
           s == PARCEL_CANCELLED;
}

/* Only a new attempt, a return or another end undoes an end: trailing depot scans and clock errors
 * do not. */
static bool undoes_end(enum parcel_status s)
{
    return s == PARCEL_ATTEMPT_FAILED || s == PARCEL_OUT_FOR_DELIVERY || s == PARCEL_RETURNING ||
           is_terminal(s);
}

/* A label made or withdrawn moves nothing; a code we do not know does. */
static bool is_move(const struct parcel_scan *s)
{
    return (s->flags & SCAN_SYNTHETIC) == 0 && s->status != PARCEL_INFO &&
           s->status != PARCEL_LABEL_CREATED && s->status != PARCEL_CANCELLED;
}

/* On its way to the sender, until it is tried at the recipient's again. */
static bool goes_back(enum parcel_status s, bool was_going_back)
{
    if (s == PARCEL_RETURNING || s == PARCEL_RETURNED)
        return true;
    return was_going_back && s != PARCEL_OUT_FOR_DELIVERY && s != PARCEL_ATTEMPT_FAILED;
}

/* What a scan means where it stands: handed over at the end of the way back is returned; a depot
 * or a delay on that way is no news. */
static enum parcel_status meaning(const struct parcel_scan *s, bool going_back)
{
    bool on_the_way = s->status == PARCEL_ACCEPTED || s->status == PARCEL_IN_TRANSIT ||
                      (s->status == PARCEL_EXCEPTION && s->reason != REASON_DAMAGED);
    if (!going_back)
        return s->status;
    if (s->status == PARCEL_DELIVERED)
        return PARCEL_RETURNED;
    return on_the_way ? PARCEL_RETURNING : s->status;
}

static void note_firsts(enum parcel_status st, int i, struct parcel_view *v)
{
    switch (st) {
    case PARCEL_LABEL_CREATED:
        if (v->label < 0)
            v->label = i;
        break;
    case PARCEL_OUT_FOR_DELIVERY:
        v->out_for_delivery = i;
        break;
    case PARCEL_DELIVERED:
        v->delivered = i;
        break;
    case PARCEL_ATTEMPT_FAILED:
        if (v->first_attempt < 0)
            v->first_attempt = i;
        v->last_attempt = i;
        v->attempts++;
        break;
    case PARCEL_RETURNING:
    case PARCEL_RETURNED:
        if (v->returning < 0)
            v->returning = i;
        break;
    default:
        break;
    }
}

static void take_status(const struct parcel_scan *s, enum parcel_status st, int i,
                        struct parcel_view *v)
{
    if (st == PARCEL_UNKNOWN || (st == PARCEL_LABEL_CREATED && v->first_move >= 0))
        return; /* a word we do not know; a label's news that comes after the first scan */
    if (st != s->status && (st == v->status || (st == PARCEL_RETURNING && is_terminal(v->status))))
        return; /* one more scan on the way back */
    if (is_terminal(v->status) && !undoes_end(st)) {
        v->moved_after_delivery =
            v->moved_after_delivery || (v->status == PARCEL_DELIVERED && is_move(s));
        return;
    }
    v->status = st;
    v->reason = s->reason;
    v->status_scan = i;
}

void parcel_view_make(const struct parcel *pcl, int64_t since_us, struct parcel_view *out)
{
    struct parcel_view v = {.status = PARCEL_UNKNOWN,
                            .last = -1,
                            .last_move = -1,
                            .status_scan = -1,
                            .label = -1,
                            .first_move = -1,
                            .out_for_delivery = -1,
                            .delivered = -1,
                            .first_attempt = -1,
                            .last_attempt = -1,
                            .returning = -1};
    bool back = false;
    choose_window(pcl, since_us, &v);
    for (size_t k = v.from; k < v.to; k++) {
        const struct parcel_scan *s = &pcl->scans[k];
        int i = (int)k;
        if (s->status == PARCEL_INFO)
            continue;
        if (is_move(s)) {
            if (v.first_move < 0)
                v.first_move = i;
            v.last_move = i;
        }
        v.last = i;
        back = goes_back(s->status, back);
        enum parcel_status st = meaning(s, back);
        note_firsts(st, i, &v);
        take_status(s, st, i, &v);
    }
    *out = v;
}
