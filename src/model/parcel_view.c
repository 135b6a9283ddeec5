/* What the scans of one use of a number say. Pure; see parcel.h. */
#include "model/parcel.h"

#define SINCE_SLACK_US (30 * US_PER_DAY) /* labels are made before the storefront hears of them */

const struct parcel_link *parcel_find_link(const struct parcel *pcl, int64_t order_no)
{
    for (size_t i = 0; i < pcl->links_n; i++)
        if (pcl->links[i].order_no == order_no)
            return &pcl->links[i];
    return NULL;
}

/* The scans from `from` to the next long silence. */
static size_t window_end(const struct parcel *pcl, size_t from)
{
    size_t to = from + 1;
    while (to < pcl->scans_n && pcl->scans[to].at_us - pcl->scans[to - 1].at_us < PARCEL_REUSE_GAP_US)
        to++;
    return to;
}

static void choose_window(const struct parcel *pcl, int64_t since_us, struct parcel_view *v)
{
    v->from = v->to = pcl->scans_n;
    for (size_t from = 0; from < pcl->scans_n;) {
        size_t to = window_end(pcl, from);
        bool ours = since_us == 0 ? to == pcl->scans_n : pcl->scans[to - 1].at_us >= since_us - SINCE_SLACK_US;
        if (ours) {
            v->from = from;
            v->to = to;
            return;
        }
        from = to;
    }
}

static bool is_terminal(enum parcel_status s)
{
    return s == PARCEL_DELIVERED || s == PARCEL_RETURNED || s == PARCEL_LOST || s == PARCEL_CANCELLED;
}

/* Only a new attempt, a return or another end undoes an end: trailing depot scans and clock errors do not. */
static bool undoes_end(enum parcel_status s)
{
    return s == PARCEL_ATTEMPT_FAILED || s == PARCEL_OUT_FOR_DELIVERY || s == PARCEL_RETURNING || is_terminal(s);
}

static bool is_move(const struct parcel_scan *s)
{
    return (s->flags & SCAN_SYNTHETIC) == 0 && s->status != PARCEL_INFO && s->status != PARCEL_LABEL_CREATED &&
           s->status != PARCEL_CANCELLED;
}

static void note_firsts(const struct parcel_scan *s, int i, struct parcel_view *v)
{
    switch (s->status) {
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

static void take_status(const struct parcel *pcl, int i, struct parcel_view *v)
{
    const struct parcel_scan *s = &pcl->scans[i];
    enum parcel_status st = s->status;
    if (st == PARCEL_INFO || st == PARCEL_UNKNOWN)
        return;
    if (st == PARCEL_LABEL_CREATED && v->first_move >= 0)
        return;
    if (is_terminal(v->status) && !undoes_end(st)) {
        v->moved_after_delivery = v->moved_after_delivery || (v->status == PARCEL_DELIVERED && is_move(s));
        return;
    }
    /* back at the sender: a delivery with no new attempt before it ended the return */
    if (st == PARCEL_DELIVERED && v->status == PARCEL_RETURNING)
        st = PARCEL_RETURNED;
    if (st == PARCEL_DELIVERED && v->status == PARCEL_RETURNED)
        return;
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
        note_firsts(s, i, &v);
        take_status(pcl, i, &v);
    }
    *out = v;
}
