/*
 * The words of a diagnosis: figures become phrases in the customer's day (phrases.c) and fill the templates of data/words. A
 * table names what a template may ask for; each value is made only when it is asked. No carrier's text and nothing personal
 * passes through the customer's words; the operator's have raw codes and limits.
 */
#include "base/data.h"
#include "base/zone.h"
#include "mind/phrases.h"
#include "mind/rules.h"
#include "mind/template.h"

struct words {
    struct ctx *ctx;
    struct day_of day;
    const struct order_case *cas;
    const struct case_diagnosis *cd;
    const struct parcel_diagnosis *pd; /* NULL: the order */
    const struct diagnosis *d;
    struct str subject;                /* "your order #1020", "parcel 1 of 2" */
    size_t number, of;                 /* parcel number of how many */
};

static struct str fill(struct words *w, const char *key);
static struct str fill_text(struct words *w, struct str tpl);

static struct str text_of(const char *key)
{
    return words_find(STR("en"), str_of(key));
}

static struct str text_of2(struct words *w, const char *group, const char *word)
{
    return words_find(STR("en"), arena_fmt(w->ctx->arena, "%s.%s", group, word));
}

/* ---- items */

static void add_item(struct buf *b, const struct case_item *it, int64_t quantity)
{
    if (quantity <= 0)
        return;
    if (b->n > 0)
        buf_add(b, STR(", "));
    if (quantity != 1)
        buf_fmt(b, "%lld x ", (long long)quantity);
    buf_add(b, str_empty(it->title) ? case_item_key(it) : it->title);
}

static struct str keep(struct words *w, struct buf *b)
{
    struct str out = STR_NULL;
    if (b->n > 0 && (buf_err(b) != OK || arena_dup(w->ctx->arena, buf_str(b), &out) != OK))
        out = STR_NULL;
    buf_clear(b);
    return out;
}

enum which { THAT_LEFT, THAT_WAIT, THAT_LACK };

static struct str items_that(struct words *w, enum which which)
{
    struct buf b;
    buf_init(&b, 8192);
    for (size_t i = 0; i < w->cd->items_n; i++) {
        const struct item_state *is = &w->cd->items[i];
        if (which != THAT_LACK || is->short_of_stock)
            add_item(&b, is->item, which == THAT_LEFT ? is->shipped : is->waiting);
    }
    return keep(w, &b);
}

/* The items of the parcel, when its fulfillment has no other one; titles are the order's. */
static struct str v_items(struct words *w)
{
    const struct case_fulfillment *f = w->pd == NULL ? NULL : fulfillment_of(w->cas, w->pd->parcel);
    struct buf b;
    buf_init(&b, 8192);
    for (size_t i = 0; f != NULL && f->parcels_n == 1 && i < f->items_n; i++) {
        const struct case_item *it = &f->items[i];
        for (size_t k = 0; k < w->cd->items_n && str_empty(it->title); k++)
            if (str_eq(case_item_key(w->cd->items[k].item), case_item_key(it)))
                it = w->cd->items[k].item;
        add_item(&b, it, f->items[i].quantity);
    }
    return keep(w, &b);
}

static struct str v_left(struct words *w)
{
    return items_that(w, THAT_LEFT);
}

static struct str v_waiting(struct words *w)
{
    return items_that(w, THAT_WAIT);
}

static struct str v_lacking(struct words *w)
{
    return items_that(w, THAT_LACK);
}

/* ---- values for the customer */

static struct str v_order(struct words *w)
{
    const struct order_view *v = order_anchor(w->cas);
    return v == NULL || str_empty(v->name) ? STR("your order") : arena_fmt(w->ctx->arena, "your order %.*s", STR_ARG(v->name));
}

static struct str v_Order(struct words *w)
{
    return phrase_capital(w->ctx->arena, v_order(w));
}

static struct str v_subject(struct words *w)
{
    return w->subject;
}

static struct str v_Subject(struct words *w)
{
    return phrase_capital(w->ctx->arena, w->subject);
}

static struct str v_place(struct words *w)
{
    return phrase_place(w->ctx->arena, &w->d->fig.last_place);
}

static struct str v_when(struct words *w)
{
    const struct diag_figures *f = &w->d->fig;
    return phrase_past(&w->day, f->last_scan_us, f->last_local_us, f->last_day_only);
}

static struct str v_age(struct words *w)
{
    return phrase_age(&w->day, w->d->fig.last_scan_us);
}

/* A scan two days old is called so, whatever the weekend explains (R58). */
static struct str v_old(struct words *w)
{
    int64_t at = w->d->fig.last_scan_us;
    return at != 0 && w->day.now_us - at >= 2 * US_PER_DAY ? fill(w, "part.old") : STR_NULL;
}

static struct str v_not_updated(struct words *w)
{
    return w->d->flag_not_updated ? fill(w, "part.not_updated") : v_old(w);
}

static struct str v_expected(struct words *w)
{
    const struct diag_figures *f = &w->d->fig;
    struct str day = phrase_day(&w->day, f->expected_us, true);
    if (str_empty(day) || f->expected_day_only)
        return day;
    struct str clock = phrase_clock(&w->day, f->expected_us);
    return arena_fmt(w->ctx->arena, "%.*s by %.*s", STR_ARG(day), STR_ARG(clock));
}

static struct str v_expected_day(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.expected_us, false);
}

static struct str v_by_hour(struct words *w)
{
    const struct diag_figures *f = &w->d->fig;
    if (f->expected_us == 0 || f->expected_day_only || !phrase_is_today(&w->day, f->expected_us))
        return STR_NULL;
    return phrase_clock(&w->day, f->expected_us);
}

static struct str v_promised(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.promised_us, false);
}

/* A promise that stands: made by somebody, and not over. */
static struct str v_promised_ahead(struct words *w)
{
    const struct order_view *v = order_anchor(w->cas);
    struct when when;
    if (v == NULL || str_empty(v->promised_at) || when_parse(v->promised_at, &when) != OK)
        return STR_NULL;
    struct place dest = case_destination(w->cas);
    int64_t t = estimate_instant(&when, dest.country, dest.region);
    return t > w->day.now_us ? phrase_day(&w->day, t, false) : STR_NULL;
}

/* The promise that is broken: not the usual time, which nobody promised. */
static struct str v_past_promise(struct words *w)
{
    const struct diag_figures *f = &w->d->fig;
    bool broken = f->promised_us != 0 && f->promise_from != NULL && f->promise_from[0] != 'r' && w->day.now_us > f->promised_us;
    return broken ? fill(w, "part.past_promise") : STR_NULL;
}

static struct str v_ships_by(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.ships_by_us, false);
}

static struct str v_restock(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.restock_us, true);
}

static struct str v_preorder(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.preorder_us, false);
}

static struct str v_label(struct words *w)
{
    return phrase_past(&w->day, w->d->fig.label_us, 0, false);
}

static struct str v_label_age(struct words *w)
{
    return phrase_age(&w->day, w->d->fig.label_us);
}

static struct str v_late_first_scan(struct words *w)
{
    return w->d->flag_late_initial_scan ? fill(w, "part.late_first_scan") : STR_NULL;
}

static struct str v_attempt(struct words *w)
{
    return phrase_past(&w->day, w->d->fig.attempt_us, 0, false);
}

static struct str v_next_attempt(struct words *w)
{
    if (w->d->fig.attempt_overdue)
        return fill(w, "part.no_new_attempt");
    return fill(w, w->d->fig.reason == REASON_REFUSED ? "part.refused" : "part.next_attempt");
}

static struct str v_customs(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.customs_us, false);
}

static struct str v_customs_long(struct words *w)
{
    return fill(w, w->d->severity >= 3 ? "part.customs_long" : "part.customs_usual");
}

static struct str v_duties(struct words *w)
{
    return w->d->fig.reason == REASON_CUSTOMS_DUTY ? text_of("part.duties") : STR_NULL;
}

static struct str v_until(struct words *w)
{
    int64_t t = w->d->fig.pickup_until_us;
    return t < w->day.now_us ? STR_NULL : phrase_day(&w->day, t, false);
}

static struct str v_until_past(struct words *w)
{
    int64_t t = w->d->fig.pickup_until_us;
    return t < w->day.now_us ? phrase_day(&w->day, t, false) : STR_NULL;
}

static struct str v_delivered(struct words *w)
{
    const struct diag_figures *f = &w->d->fig;
    return phrase_past(&w->day, f->delivered_us, f->delivered_local_us, f->last_day_only);
}

static struct str v_drop_off(struct words *w)
{
    return w->d->fig.delivered_us == 0 ? STR_NULL : text_of2(w, "drop", reason_word(w->d->fig.reason));
}

static struct str v_doubt(struct words *w)
{
    return w->d->fig.delivered_doubt ? text_of("part.doubt") : STR_NULL;
}

static struct str v_sent(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.sent_us, true);
}

static struct str v_since(struct words *w)
{
    return phrase_day(&w->day, w->d->since_us, true);
}

static struct str v_since_day(struct words *w)
{
    return phrase_day(&w->day, w->d->since_us, false);
}

static struct str v_reason(struct words *w)
{
    return text_of2(w, "reason", reason_word(w->d->fig.reason));
}

/* "UPS": the carrier's own name from the table of carriers; its id would say the same in our words. */
static struct str v_carrier(struct words *w)
{
    struct str rest = data_file("carriers.tsv"), line, id, title;
    struct str carrier = w->pd == NULL ? STR_NULL : w->pd->carrier;
    while (!str_empty(carrier) && data_line(&rest, &line))
        if (str_split(&line, '\t', &id) && str_split(&line, '\t', &title) && str_eq(id, carrier))
            return title;
    return STR_NULL;
}

static struct str v_tracking_number(struct words *w)
{
    return w->pd == NULL ? STR_NULL : w->pd->parcel->number;
}

static struct str v_n(struct words *w)
{
    return arena_fmt(w->ctx->arena, "%zu", w->number);
}

static struct str v_of(struct words *w)
{
    return arena_fmt(w->ctx->arena, "%zu", w->of);
}

/* ---- values for the operator */

static struct str utc(struct words *w, int64_t at_us)
{
    return at_us == 0 ? STR_NULL : time_rfc3339(w->ctx->arena, at_us - at_us % US_PER_S);
}

static struct str count(struct words *w, int64_t n)
{
    return n == 0 ? STR_NULL : arena_fmt(w->ctx->arena, "%lld", (long long)n);
}

#define UTC(name, field)                                                                                                       \
    static struct str v_##name(struct words *w)                                                                                \
    {                                                                                                                          \
        return utc(w, w->d->field);                                                                                            \
    }
UTC(since_utc, since_us)
UTC(last_utc, fig.last_scan_us)
UTC(promised_utc, fig.promised_us)
UTC(expected_utc, fig.expected_us)
UTC(ships_by_utc, fig.ships_by_us)
UTC(restock_utc, fig.restock_us)
UTC(preorder_utc, fig.preorder_us)
UTC(label_utc, fig.label_us)
UTC(until_utc, fig.pickup_until_us)
UTC(customs_utc, fig.customs_us)
UTC(sent_utc, fig.sent_us)
UTC(look_utc, next_look_us)
#undef UTC

#define COUNT(name, field)                                                                                                     \
    static struct str v_##name(struct words *w)                                                                                \
    {                                                                                                                          \
        return count(w, w->d->field);                                                                                          \
    }
COUNT(silent, fig.silent_hours)
COUNT(attempts, fig.attempts)
COUNT(late_days, fig.late_days)
COUNT(l_fulfillment_days, limits.fulfillment_days)
COUNT(l_label_only_days, limits.label_only_days)
COUNT(l_label_note_hours, limits.label_note_hours)
COUNT(l_silent_hours, limits.silent_hours)
COUNT(l_lost_days, limits.lost_days)
COUNT(l_customs_days, limits.customs_days)
COUNT(l_attempt_look_hours, limits.attempt_look_hours)
COUNT(l_late_grace_hours, limits.late_grace_hours)
COUNT(l_transit_days, limits.transit_days)
COUNT(l_slow_percent, limits.slow_percent)
#undef COUNT

static struct str v_class(struct words *w)
{
    return str_of(diag_class_word(w->d->cls));
}

static struct str v_severity(struct words *w)
{
    return arena_fmt(w->ctx->arena, "%d", w->d->severity);
}

static struct str v_estimated(struct words *w)
{
    return w->d->fig.last_estimated ? STR("estimated") : STR_NULL;
}

static struct str v_promise_from(struct words *w)
{
    return str_of(w->d->fig.promise_from);
}

static struct str v_conflict(struct words *w)
{
    return w->d->conflict;
}

static struct str v_becomes(struct words *w)
{
    return w->d->next_cls >= DIAG_CLASS_COUNT ? STR_NULL : str_of(diag_class_word(w->d->next_cls));
}

static struct str v_limit(struct words *w)
{
    return fill_text(w, text_of2(w, "limit", diag_class_word(w->d->cls)));
}

static struct str v_evidence(struct words *w)
{
    struct buf b;
    buf_init(&b, 8192);
    for (size_t i = 0; i < w->d->evidence_n; i++) {
        const struct evidence *ev = &w->d->evidence[i];
        struct str at = utc(w, ev->at_us);
        buf_fmt(&b, "%s%s", b.n > 0 ? "; " : "", ev->what);
        if (!str_empty(at))
            buf_fmt(&b, " %.*s", STR_ARG(at));
        if (!str_empty(ev->detail))
            buf_fmt(&b, " (%.*s)", STR_ARG(ev->detail));
    }
    return keep(w, &b);
}

/* ---- names to values */

static const struct {
    const char *name;
    struct str (*value)(struct words *);
} VALUES[] = {
#define V(name) {#name, v_##name}
    V(Order), V(order), V(Subject), V(subject), V(place), V(when), V(age), V(old), V(not_updated), V(expected),
    V(expected_day), V(by_hour),
    V(promised), V(promised_ahead), V(past_promise), V(ships_by), V(restock), V(preorder), V(label), V(label_age),
    V(late_first_scan), V(attempt), V(next_attempt), V(customs), V(customs_long), V(duties), V(until), V(until_past),
    V(delivered), V(drop_off), V(doubt), V(sent), V(since), V(since_day), V(reason), V(carrier), V(tracking_number), V(n),
    V(of), V(items), V(left), V(waiting), V(lacking),
    V(class), V(severity), V(since_utc), V(last_utc), V(estimated), V(silent), V(promised_utc), V(promise_from),
    V(expected_utc), V(ships_by_utc), V(restock_utc), V(preorder_utc), V(label_utc), V(until_utc), V(customs_utc), V(sent_utc),
    V(attempts), V(late_days), V(conflict), V(look_utc), V(becomes), V(limit), V(evidence), V(l_fulfillment_days),
    V(l_label_only_days), V(l_label_note_hours), V(l_silent_hours), V(l_lost_days), V(l_customs_days),
    V(l_attempt_look_hours), V(l_late_grace_hours), V(l_transit_days), V(l_slow_percent),
#undef V
};

static struct str value_of(void *user, struct str name)
{
    for (size_t i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++)
        if (str_eq(name, str_of(VALUES[i].name)))
            return VALUES[i].value(user);
    return STR_NULL;
}

static struct str fill_text(struct words *w, struct str tpl)
{
    return template_fill(w->ctx, tpl, &(struct slots){value_of, w});
}

static struct str fill(struct words *w, const char *key)
{
    return fill_text(w, text_of(key));
}

static struct words words_of(struct ctx *ctx, const struct order_case *cas, const struct case_diagnosis *cd,
                             const struct parcel_diagnosis *pd, int64_t now_us)
{
    bool exact;
    struct place dest = case_destination(cas);
    struct words w = {.ctx = ctx, .cas = cas, .cd = cd, .pd = pd, .d = pd == NULL ? &cd->order : &pd->d};
    if (str_empty(dest.country) && cas->parcels_n > 0)
        dest = (struct place){.country = pd != NULL ? pd->parcel->dest_country : cas->parcels[0]->dest_country};
    if (str_empty(dest.country))
        dest = w.d->fig.last_place;
    w.day = (struct day_of){ctx->arena, zone_of_place(dest.country, dest.region, &exact), now_us};
    return w;
}

/* ---- texts for the customer */

/* The template of a verdict: some classes say other things where the figures are of another kind. */
static struct str customer_key(const struct words *w)
{
    const struct diagnosis *d = w->d;
    const char *kind = "";
    if (d->fig.untracked && (d->cls == DIAG_ON_TRACK || d->cls == DIAG_LATE))
        kind = "_untracked";
    else if (d->cls == DIAG_LATE && d->fig.promise_from != NULL && d->fig.promise_from[0] == 'r')
        kind = "_usual";
    else if (d->cls == DIAG_SLOW && d->fig.status == PARCEL_EXCEPTION)
        kind = "_problem";
    else if (d->cls == DIAG_AWAITING_FULFILLMENT && d->fig.nothing_ships)
        kind = "_nothing";
    else if (w->pd != NULL && (d->cls == DIAG_CANCELLED || d->cls == DIAG_DATA_CONFLICT))
        kind = "_parcel";
    return arena_fmt(w->ctx->arena, "customer.%s%s", diag_class_word(d->cls), kind);
}

static struct str verdict(struct words *w)
{
    return fill_text(w, words_find(STR("en"), customer_key(w)));
}

/* A leg that was handed on is not a parcel of its own. */
static bool is_first_leg(const struct case_diagnosis *cd, size_t i)
{
    for (size_t j = 0; j < cd->parcels_n; j++)
        if (j != i && !str_empty(cd->parcels[i].parcel->next_number) &&
            str_eq(cd->parcels[i].parcel->next_number, cd->parcels[j].parcel->number) && cd->parcels[j].view.last_move >= 0)
            return true;
    return false;
}

/* Parcels that the answer names: legs handed on and withdrawn labels are left out. */
static bool is_named(const struct case_diagnosis *cd, size_t i)
{
    return !is_first_leg(cd, i) && cd->parcels[i].d.cls != DIAG_CANCELLED;
}

static size_t named(const struct case_diagnosis *cd)
{
    size_t n = 0;
    for (size_t i = 0; i < cd->parcels_n; i++)
        n += is_named(cd, i);
    return n;
}

static void add_line(struct buf *b, struct str text)
{
    if (b->n > 0 && !str_empty(text))
        buf_addc(b, '\n');
    buf_add(b, text);
}

static bool waits(const struct words *w)
{
    return w->cd->waiting_cls < DIAG_CLASS_COUNT;
}

static bool some_left(const struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->items_n; i++)
        if (cd->items[i].shipped > 0)
            return true;
    return false;
}

/* The order's sources disagree, and not the scans of one parcel. */
static bool is_own_conflict(const struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->parcels_n; i++)
        if (cd->parcels[i].d.cls == DIAG_DATA_CONFLICT)
            return false;
    return cd->order.cls == DIAG_DATA_CONFLICT;
}

/* What the whole has to say before its parts do. */
static struct str headline(struct words *w, size_t n)
{
    if (w->d->cls == DIAG_SPLIT_INCOMPLETE || is_own_conflict(w->cd))
        return verdict(w);
    w->of = n;
    if (waits(w))
        return fill(w, "part.parts");
    return fill(w, w->d->cls == DIAG_DELIVERED ? "part.all_there" : "part.parcels");
}

static void add_parcels(struct buf *b, const struct words *order, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < order->cd->parcels_n; i++) {
        if (!is_named(order->cd, i))
            continue;
        struct words w = *order;
        w.pd = &order->cd->parcels[i];
        w.d = &w.pd->d;
        w.number = ++k;
        w.of = n;
        w.subject = fill(&w, n > 1 ? "part.parcel_of" : waits(order) ? "part.only_parcel" : "part.your_parcel");
        add_line(b, verdict(&w));
    }
}

/* What has left, and what has not and why. */
static void add_items(struct buf *b, struct words *w)
{
    if (!waits(w))
        return;
    add_line(b, fill(w, "part.left"));
    add_line(b, fill_text(w, text_of2(w, "part.waiting", diag_class_word(w->cd->waiting_cls))));
}

/* One sentence where there is one thing to say, else the whole, parcel by parcel, and item by item where not all has left. */
static struct str order_text(struct words *w)
{
    enum diag_class c = w->d->cls;
    size_t n = named(w->cd);
    struct buf b;
    w->subject = v_order(w);
    bool ended = c == DIAG_CANCELLED || c == DIAG_REFUNDED;
    bool parts = n > 1 || is_own_conflict(w->cd) || (waits(w) && (n == 1 || some_left(w->cd)));
    if (ended || !parts)
        return verdict(w);
    buf_init(&b, 65536);
    add_line(&b, headline(w, n));
    add_parcels(&b, w, n);
    add_items(&b, w);
    return keep(w, &b);
}

struct str diagnosis_for_customer(struct ctx *ctx, const struct order_case *cas, const struct case_diagnosis *cd,
                                  const struct parcel_diagnosis *pd, int64_t now_us)
{
    struct words w = words_of(ctx, cas, cd, pd, now_us);
    if (pd == NULL)
        return order_text(&w);
    w.subject = text_of("part.your_parcel");
    return verdict(&w);
}

/* ---- texts for the operator */

struct str diagnosis_for_operator(struct ctx *ctx, const struct order_case *cas, const struct case_diagnosis *cd,
                                  const struct parcel_diagnosis *pd, int64_t now_us)
{
    struct words w = words_of(ctx, cas, cd, pd, now_us);
    return fill(&w, "operator.any");
}
