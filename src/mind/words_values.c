/*
 * What the {names} in templates mean: a table names the values, and each is made only when a
 * template asks for it. Days and places are phrases of the customer's day (phrases.c); the
 * operator's values are figures, limits and times in UTC.
 */
#include "mind/words_int.h"

#include "base/data.h"

#include <pthread.h>

struct str words_text(struct words *w, const char *group, const char *word)
{
    return words_find(w->day.lang, word == NULL ? str_of(group)
                                              : arena_fmt(w->ctx->arena, "%s.%s", group, word));
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

struct str words_keep(struct words *w, struct buf *b)
{
    struct str out = buf_move(b, w->ctx->arena);
    return out.n == 0 ? STR_NULL : out;
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
    return words_keep(w, &b);
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
    return words_keep(w, &b);
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

struct str words_order(struct words *w)
{
    return words_fill(w, "part.order");
}

static struct str v_name(struct words *w)
{
    const struct order_view *v = order_anchor(w->cas);
    return v == NULL ? STR_NULL : v->name;
}

static struct str v_Order(struct words *w)
{
    return phrase_capital(w->ctx->arena, words_order(w));
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
    return at != 0 && w->day.now_us - at >= 2 * US_PER_DAY ? words_fill(w, "part.old") : STR_NULL;
}

static struct str v_not_updated(struct words *w)
{
    return w->d->flag_not_updated ? words_fill(w, "part.not_updated") : v_old(w);
}

static struct str v_expected(struct words *w)
{
    const struct diag_figures *f = &w->d->fig;
    struct str day = phrase_day(&w->day, f->expected_us, true);
    if (str_empty(day) || f->expected_day_only)
        return day;
    return words_fill(w, "part.expected_by");
}

static struct str v_expected_on(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.expected_us, true);
}

static struct str v_expected_clock(struct words *w)
{
    return phrase_clock(&w->day, w->d->fig.expected_us);
}

static struct str v_expected_day(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.expected_us, false);
}

/* What the merchant's history says, where nobody names a day. */
static struct str v_likely(struct words *w)
{
    const struct diag_figures *f = &w->d->fig;
    return f->expected_us == 0 && f->estimate.known ? words_fill(w, "part.likely") : STR_NULL;
}

static struct str v_likely_day(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.estimate.p90_us, false);
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
    bool broken = f->promised_us != 0 && f->promise_from != NULL && f->promise_from[0] != 'r' &&
                  w->day.now_us > f->promised_us;
    return broken ? words_fill(w, "part.past_promise") : STR_NULL;
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
    return w->d->flag_late_initial_scan ? words_fill(w, "part.late_first_scan") : STR_NULL;
}

static struct str v_attempt(struct words *w)
{
    return phrase_past(&w->day, w->d->fig.attempt_us, 0, false);
}

static struct str v_next_attempt(struct words *w)
{
    if (w->d->fig.attempt_overdue)
        return words_fill(w, "part.no_new_attempt");
    return words_fill(w, w->d->fig.reason == REASON_REFUSED ? "part.refused" : "part.next_attempt");
}

static struct str v_customs(struct words *w)
{
    return phrase_day(&w->day, w->d->fig.customs_us, false);
}

static struct str v_customs_long(struct words *w)
{
    return words_fill(w, w->d->severity >= 3 ? "part.customs_long" : "part.customs_usual");
}

static struct str v_duties(struct words *w)
{
    return w->d->fig.reason == REASON_CUSTOMS_DUTY ? words_text(w, "part.duties", NULL) : STR_NULL;
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
    return w->d->fig.delivered_us == 0 ? STR_NULL
                                       : words_text(w, "drop", reason_word(w->d->fig.reason));
}

static struct str v_doubt(struct words *w)
{
    return w->d->fig.delivered_doubt ? words_text(w, "part.doubt", NULL) : STR_NULL;
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
    return words_text(w, "reason", reason_word(w->d->fig.reason));
}

/* "UPS": the carrier's own name from the table of carriers; its id would say the same in our words.
 */
static struct str v_incident(struct words *w)
{
    const struct incident *in = w->d->fig.incident;
    return in == NULL ? STR_NULL : words_fill_text(w, words_text(w, "part.incident", incident_kind_word(in->kind)));
}

static struct str v_incident_until(struct words *w)
{
    const struct incident *in = w->d->fig.incident;
    return in == NULL || in->until_us == 0 ? STR_NULL : phrase_day(&w->day, in->until_us, false);
}

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

#define UTC(name, field)                                                                           \
    static struct str v_##name(struct words *w)                                                    \
    {                                                                                              \
        return utc(w, w->d->field);                                                                \
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
UTC(p10_utc, fig.estimate.p10_us)
UTC(p90_utc, fig.estimate.p90_us)
#undef UTC

/* "2140, carrier=ups service=ground to=US-9": how many parcels the estimate rests on, and what they share. */
static struct str v_estimate_of(struct words *w)
{
    const struct diag_estimate *est = &w->d->fig.estimate;
    return est->known ? arena_fmt(w->ctx->arena, "%u, %.*s", est->n, STR_ARG(est->group)) : STR_NULL;
}

static struct str v_late_percent(struct words *w)
{
    int pm = w->d->fig.estimate.known ? w->d->fig.estimate.late_pm : -1;
    return pm < 0 ? STR_NULL : arena_fmt(w->ctx->arena, "%d", (pm + 5) / 10);
}

#define COUNT(name, field)                                                                         \
    static struct str v_##name(struct words *w)                                                    \
    {                                                                                              \
        return count(w, w->d->field);                                                              \
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
    return words_fill_text(w, words_text(w, "limit", diag_class_word(w->d->cls)));
}

static struct str v_evidence(struct words *w)
{
    struct buf b;
    buf_init(&b, 8192);
    for (size_t i = 0; i < w->d->evidence_n; i++) {
        const struct evidence *ev = &w->d->evidence[i];
        struct str at = utc(w, ev->at_us);
        buf_addz(&b, b.n > 0 ? "; " : "");
        buf_addz(&b, ev->what);
        buf_addz(&b, str_empty(at) ? "" : " ");
        buf_add(&b, at);
        if (str_empty(ev->detail))
            continue;
        buf_addz(&b, " (");
        buf_add(&b, ev->detail);
        buf_addc(&b, ')');
    }
    return words_keep(w, &b);
}

/* ---- names to values */

static const struct {
    struct str name;
    struct str (*value)(struct words *);
} VALUES[] = {
#define V(word)                                                                                    \
    {                                                                                              \
        {#word, sizeof(#word) - 1}, v_##word                                                       \
    }
    V(Order),
    {{"order", 5}, words_order},
    V(Subject),
    V(subject),
    V(place),
    V(when),
    V(age),
    V(old),
    V(not_updated),
    V(expected),
    V(expected_on),
    V(expected_clock),
    V(name),
    V(expected_day),
    V(likely),
    V(likely_day),
    V(by_hour),
    V(promised),
    V(promised_ahead),
    V(past_promise),
    V(ships_by),
    V(restock),
    V(preorder),
    V(label),
    V(label_age),
    V(late_first_scan),
    V(attempt),
    V(next_attempt),
    V(customs),
    V(customs_long),
    V(duties),
    V(until),
    V(until_past),
    V(delivered),
    V(drop_off),
    V(doubt),
    V(sent),
    V(since),
    V(since_day),
    V(reason),
    V(incident),
    V(incident_until),
    V(carrier),
    V(tracking_number),
    V(n),
    V(of),
    V(items),
    V(left),
    V(waiting),
    V(lacking),
    V(class),
    V(severity),
    V(since_utc),
    V(last_utc),
    V(estimated),
    V(silent),
    V(promised_utc),
    V(promise_from),
    V(expected_utc),
    V(ships_by_utc),
    V(restock_utc),
    V(preorder_utc),
    V(label_utc),
    V(until_utc),
    V(customs_utc),
    V(sent_utc),
    V(attempts),
    V(late_days),
    V(conflict),
    V(p10_utc),
    V(p90_utc),
    V(estimate_of),
    V(late_percent),
    V(look_utc),
    V(becomes),
    V(limit),
    V(evidence),
    V(l_fulfillment_days),
    V(l_label_only_days),
    V(l_label_note_hours),
    V(l_silent_hours),
    V(l_lost_days),
    V(l_customs_days),
    V(l_attempt_look_hours),
    V(l_late_grace_hours),
    V(l_transit_days),
    V(l_slow_percent),
#undef V
};

#define VALUES_N (sizeof(VALUES) / sizeof(VALUES[0]))
#define PLACES 256 /* open addressing, filled once: a text asks for some forty values */
_Static_assert(VALUES_N < PLACES / 2, "places");
static unsigned char places[PLACES]; /* 0: empty, else 1 + an index of VALUES */
static pthread_once_t placed = PTHREAD_ONCE_INIT;

static void place_values(void)
{
    for (size_t i = 0; i < VALUES_N; i++) {
        size_t at = str_hash(VALUES[i].name) % PLACES;
        while (places[at] != 0)
            at = (at + 1) % PLACES;
        places[at] = (unsigned char)(i + 1);
    }
}

static struct str value_of(void *user, struct str name)
{
    pthread_once(&placed, place_values);
    for (size_t at = str_hash(name) % PLACES; places[at] != 0; at = (at + 1) % PLACES)
        if (str_eq(name, VALUES[places[at] - 1].name))
            return VALUES[places[at] - 1].value(user);
    return STR_NULL;
}

struct str words_fill_text(struct words *w, struct str tpl)
{
    return template_fill(w->ctx, tpl, &(struct template_slots){value_of, w});
}

struct str words_fill(struct words *w, const char *key)
{
    return words_fill_text(w, words_text(w, key, NULL));
}
