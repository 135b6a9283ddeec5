/* Plain lines of at most a hundred columns or so; no colours, so that it can be piped. */
#include "flows/case_text.h"

#include "flows/act_read.h"
#include "flows/message_list.h"

#include "connectors/lib/tracking_number.h"
#include "talk/reply.h"

#define SCANS_SHOWN 12

static void add_time(struct ctx *ctx, struct buf *b, int64_t us)
{
    struct civil c = civil_from_us(us);
    (void)ctx;
    if (us == 0)
        buf_addz(b, "----------------");
    else
        buf_fmt(b, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.min);
}

static void add_age(struct ctx *ctx, struct buf *b, int64_t at_us, int64_t now_us)
{
    if (at_us == 0 || now_us < at_us)
        return;
    struct str words = duration_words(ctx, STR("en"), now_us - at_us);
    buf_fmt(b, " (%.*s ago)", STR_ARG(words));
}

static void add_evidence(struct ctx *ctx, struct buf *b, const struct diagnosis *d, int64_t now_us)
{
    for (size_t i = 0; i < d->evidence_n; i++) {
        const struct evidence *ev = &d->evidence[i];
        buf_fmt(b, "    %-10s ", ev->what);
        add_time(ctx, b, ev->at_us);
        buf_fmt(b, "  %.*s", STR_ARG(ev->detail));
        add_age(ctx, b, ev->at_us, now_us);
        if (ev->ref.pos > 0)
            buf_fmt(b, " [%lld.%u]", (long long)ev->ref.pos, ev->ref.idx);
        buf_addc(b, '\n');
    }
}

static void add_head(struct ctx *ctx, struct buf *b, const struct case_answer *ca)
{
    const struct order_view *ov = order_anchor(ca->cas);
    const struct diagnosis *d = &ca->cd.order;
    struct str name = ov == NULL ? STR("(order not known yet)") : ov->name;
    buf_fmt(b, "Order %.*s: %s, severity %d, since ", STR_ARG(name), diag_class_word(d->cls), d->severity);
    add_time(ctx, b, d->since_us);
    buf_addz(b, " UTC\nas of ");
    add_time(ctx, b, ca->as_of_us);
    buf_fmt(b, " UTC, position %lld, order heard of", (long long)ca->position);
    add_age(ctx, b, case_heard_us(ca->cas), ca->as_of_us);
    if (d->next_look_us != 0) {
        buf_addz(b, ", next look ");
        add_time(ctx, b, d->next_look_us);
    }
    buf_addz(b, "\n\n  customer: ");
    buf_add(b, diagnosis_for_customer(ctx, STR("en"), ca->cas, &ca->cd, NULL, ca->as_of_us));
    buf_addz(b, "\n  operator: ");
    buf_add(b, diagnosis_for_operator(ctx, ca->cas, &ca->cd, NULL, ca->as_of_us));
    buf_addz(b, "\n");
    if (!str_empty(d->conflict))
        buf_fmt(b, "  conflict: %.*s\n", STR_ARG(d->conflict));
    add_evidence(ctx, b, d, ca->as_of_us);
}

static void add_items(struct buf *b, const struct case_diagnosis *cd)
{
    if (cd->items_n > 0)
        buf_addz(b, "\nItems\n");
    for (size_t i = 0; i < cd->items_n; i++) {
        const struct item_state *it = &cd->items[i];
        buf_fmt(b, "  %lld x %.*s (%.*s): %lld sent, %lld delivered, %lld waiting\n", (long long)it->item->quantity,
                STR_ARG(it->item->title), STR_ARG(case_item_key(it->item)), (long long)it->shipped, (long long)it->delivered,
                (long long)it->waiting);
    }
}

static void add_scan(struct ctx *ctx, struct buf *b, const struct case_answer *ca, const struct case_json_options *opt,
                     const struct parcel_scan *s)
{
    struct str words = STR_NULL, signer = STR_NULL, note = STR_NULL;
    buf_addz(b, "    ");
    add_time(ctx, b, s->at_us);
    buf_fmt(b, "%c %-20s", (s->flags & SCAN_ESTIMATED) != 0 ? '~' : ' ', parcel_status_word(s->status));
    if (s->reason != REASON_NONE)
        buf_fmt(b, " %s", reason_word(s->reason));
    buf_fmt(b, " %.*s%s%.*s", STR_ARG(s->place.city), str_empty(s->place.city) ? "" : " ", STR_ARG(s->place.country));
    if (!str_empty(s->code))
        buf_fmt(b, " <%.*s>", STR_ARG(s->code));
    if (opt != NULL && opt->personal != NULL &&
        case_scan_text(ctx, opt->personal, ca->merchant_id, s->ref, &words, &signer, &note) == OK)
        buf_fmt(b, " %.*s", STR_ARG(words));
    buf_fmt(b, " [%lld]\n", (long long)s->ref.pos);
}

static void add_parcel(struct ctx *ctx, struct buf *b, const struct case_answer *ca, const struct case_json_options *opt, size_t i)
{
    const struct parcel_diagnosis *pd = &ca->cd.parcels[i];
    struct str title = carrier_title(pd->carrier);
    buf_fmt(b, "\nParcel %zu of %zu: %.*s %.*s: %s\n  customer: ", i + 1, ca->cd.parcels_n, STR_ARG(title),
            STR_ARG(pd->parcel->number), diag_class_word(pd->d.cls));
    buf_add(b, diagnosis_for_customer(ctx, STR("en"), ca->cas, &ca->cd, pd, ca->as_of_us));
    buf_addz(b, "\n  carrier heard of");
    add_age(ctx, b, parcel_heard_us(pd->parcel), ca->as_of_us);
    buf_addc(b, '\n');
    add_evidence(ctx, b, &pd->d, ca->as_of_us);
    size_t n = pd->view.to - pd->view.from, shown = n < SCANS_SHOWN ? n : SCANS_SHOWN;
    buf_fmt(b, "  %zu scan%s, newest first; times UTC, ~ where the zone is estimated\n", n, n == 1 ? "" : "s");
    for (size_t k = 0; k < shown; k++)
        add_scan(ctx, b, ca, opt, &pd->parcel->scans[pd->view.to - 1 - k]);
    if (shown < n)
        buf_fmt(b, "    ... and %zu older\n", n - shown);
}

static void add_changes(struct ctx *ctx, struct buf *b, const struct case_answer *ca)
{
    if (ca->changes_n > 0)
        buf_addz(b, "\nHistory: since (seen) class\n");
    for (size_t i = 0; i < ca->changes_n; i++) {
        const struct diag_change *ch = &ca->changes[i];
        buf_addz(b, "  ");
        add_time(ctx, b, ch->since_us);
        buf_addz(b, " (");
        add_time(ctx, b, ch->seen_us);
        buf_fmt(b, ") %-22s %.*s\n", ch->cls < DIAG_CLASS_COUNT ? diag_class_word(ch->cls) : "", STR_ARG(ch->number));
    }
}

static void add_messages(struct ctx *ctx, struct buf *b, const struct case_answer *ca)
{
    if (ca->messages_n > 0)
        buf_addz(b, "\nMessages to the customer:\n");
    for (size_t i = 0; i < ca->messages_n; i++) {
        const struct told_entry *t = &ca->messages[i].t;
        buf_addz(b, "  ");
        add_time(ctx, b, t->settled_us != 0 ? t->settled_us : t->not_before_us);
        buf_fmt(b, " %-9s %-16s %.*s%s%.*s\n", told_state_word(t->state), message_kind_word(t->kind), STR_ARG(t->why),
                str_empty(ca->messages[i].subject) ? "" : ": ", STR_ARG(ca->messages[i].subject));
    }
}

static enum err add_personal(struct ctx *ctx, struct buf *b, const struct case_answer *ca, const struct case_json_options *opt)
{
    struct personal per = {0};
    if (opt == NULL || opt->personal == NULL)
        return OK;
    enum err e = case_personal(ctx, opt->personal, ca, &per);
    if (e != OK)
        return e;
    const struct address *a = &per.ship_to;
    buf_fmt(b, "\nCustomer\n  %.*s, %.*s %.*s\n  %.*s, %.*s %.*s, %.*s\n", STR_ARG(a->name), STR_ARG(per.email), STR_ARG(per.phone),
            STR_ARG(a->line1), STR_ARG(a->postal_code), STR_ARG(a->city), STR_ARG(a->country));
    return OK;
}

static void add_returns(struct ctx *ctx, struct buf *b, const struct order_case *cas)
{
    if (cas->returns_n > 0)
        buf_add(b, STR("\nReturns\n"));
    for (size_t i = 0; i < cas->returns_n; i++) {
        int64_t since_us = 0;
        const struct case_return *r = &cas->returns[i];
        enum return_state s = case_return_state(cas, r, &since_us);
        buf_fmt(b, "  %.*s %s since %.*s%s%.*s %.*s\n", STR_ARG(r->return_id), return_state_word(s),
                STR_ARG(time_rfc3339(ctx->arena, since_us)), str_empty(r->tracking_number) ? "" : ", parcel ", STR_ARG(r->carrier),
                STR_ARG(r->tracking_number));
    }
}

enum err case_text(struct ctx *ctx, struct buf *out, const struct case_answer *ca, const struct case_json_options *opt)
{
    add_head(ctx, out, ca);
    enum err e = add_personal(ctx, out, ca, opt);
    if (e != OK)
        return e;
    add_items(out, &ca->cd);
    for (size_t i = 0; i < ca->cd.parcels_n; i++)
        add_parcel(ctx, out, ca, opt, i);
    add_returns(ctx, out, ca->cas);
    add_changes(ctx, out, ca);
    add_messages(ctx, out, ca);
    if (ca->acts != NULL)
        case_acts_text(ctx, out, ca->acts);
    return buf_err(out);
}
