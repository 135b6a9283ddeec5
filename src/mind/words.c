/*
 * The words of a diagnosis: figures become phrases in the customer's day ("this morning", "tomorrow by 6 PM"), phrases fill
 * the templates of data/words. No carrier's text ever passes through here, and nothing personal.
 */
#include "base/zone.h"
#include "mind/rules.h"
#include "mind/template.h"

#include <ctype.h>

#define SLOTS_MAX 40

struct words {
    struct ctx *ctx;
    int64_t now_us;
    struct str zone; /* of the destination: the customer's clock */
    struct slot slots[SLOTS_MAX];
    size_t n;
};

static void put(struct words *w, const char *name, struct str value)
{
    if (w->n < SLOTS_MAX)
        w->slots[w->n++] = (struct slot){name, value};
}

static int64_t local_of(struct str zone, int64_t utc_us)
{
    int32_t off = 0;
    return zone_offset(zone, utc_us, &off) == OK ? utc_us + off * US_PER_S : utc_us;
}

/* ---- phrases */

static const char *part_of_day(int hour)
{
    return hour < 5 ? "night" : hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening";
}

static struct str day_name(struct words *w, int64_t local_us)
{
    static const char *const DAYS[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    static const char *const MONTHS[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September",
                                         "October", "November", "December"};
    struct civil c = civil_from_us(local_us), now = civil_from_us(local_of(w->zone, w->now_us));
    if (c.year != now.year)
        return arena_fmt(w->ctx->arena, "%s, %d %s %d", DAYS[civil_weekday(local_us)], c.day, MONTHS[c.month - 1], c.year);
    return arena_fmt(w->ctx->arena, "%s, %d %s", DAYS[civil_weekday(local_us)], c.day, MONTHS[c.month - 1]);
}

static int64_t days_from_now(struct words *w, int64_t local_us)
{
    return civil_day(local_us) - civil_day(local_of(w->zone, w->now_us));
}

/* When something happened, by its own wall clock: "this morning", "yesterday evening", "on Tuesday, 17 November". */
static struct str past(struct words *w, int64_t utc_us, int64_t local_us)
{
    if (utc_us == 0)
        return STR_NULL;
    int64_t local = local_us != 0 ? local_us : local_of(w->zone, utc_us);
    const char *part = part_of_day(civil_from_us(local).hour);
    int64_t d = days_from_now(w, local);
    if (d == 0)
        return part[0] == 'n' ? STR("last night") : arena_fmt(w->ctx->arena, "this %s", part);
    if (d == -1)
        return arena_fmt(w->ctx->arena, "yesterday %s", part);
    struct str day = day_name(w, local);
    return arena_fmt(w->ctx->arena, "on %.*s", STR_ARG(day));
}

static struct str clock_text(struct words *w, int64_t local_us)
{
    struct civil c = civil_from_us(local_us);
    int h = c.hour % 12 == 0 ? 12 : c.hour % 12;
    if (c.min == 0)
        return arena_fmt(w->ctx->arena, "%d %s", h, c.hour < 12 ? "AM" : "PM");
    return arena_fmt(w->ctx->arena, "%d:%02d %s", h, c.min, c.hour < 12 ? "AM" : "PM");
}

/* A day to come or gone, without the hour: "today", "tomorrow", "on Friday, 20 November". bare leaves "on" away. */
static struct str day_phrase(struct words *w, int64_t utc_us, bool bare)
{
    if (utc_us == 0)
        return STR_NULL;
    int64_t local = local_of(w->zone, utc_us), d = days_from_now(w, local);
    if (d == 0)
        return STR("today");
    if (d == 1)
        return STR("tomorrow");
    if (d == -1)
        return STR("yesterday");
    struct str day = day_name(w, local);
    return bare ? day : arena_fmt(w->ctx->arena, "on %.*s", STR_ARG(day));
}

static struct str expected_phrase(struct words *w, const struct diag_figures *f)
{
    struct str day = day_phrase(w, f->expected_us, false);
    if (str_empty(day) || f->expected_day_only)
        return day;
    struct str clock = clock_text(w, local_of(w->zone, f->expected_us));
    return arena_fmt(w->ctx->arena, "%.*s by %.*s", STR_ARG(day), STR_ARG(clock));
}

static struct str age_phrase(struct words *w, int64_t since_us)
{
    int64_t h = since_us == 0 || since_us > w->now_us ? 0 : (w->now_us - since_us) / US_PER_H;
    if (since_us == 0)
        return STR_NULL;
    if (h < 2)
        return h < 1 ? STR("less than an hour") : STR("an hour");
    if (h < 48)
        return arena_fmt(w->ctx->arena, "%lld hours", (long long)h);
    return arena_fmt(w->ctx->arena, "%lld days", (long long)(h / 24));
}

/* "PARIS" reads better as "Paris"; names that are not all capitals stay. */
static struct str city_case(struct words *w, struct str city)
{
    struct str out = STR_NULL;
    for (size_t i = 0; i < city.n; i++)
        if (islower((unsigned char)city.p[i]) || (unsigned char)city.p[i] >= 0x80)
            return city;
    if (str_empty(city) || arena_dup(w->ctx->arena, city, &out) != OK)
        return city;
    char *p = arena_alloc(w->ctx->arena, city.n + 1);
    for (size_t i = 0; p != NULL && i < city.n; i++) {
        bool start = i == 0 || city.p[i - 1] == ' ' || city.p[i - 1] == '-';
        p[i] = (char)(start ? city.p[i] : tolower((unsigned char)city.p[i]));
    }
    return p == NULL ? city : (struct str){p, city.n};
}

static struct str place_phrase(struct words *w, const struct place *p)
{
    struct str city = city_case(w, p->city);
    if (str_empty(city))
        return STR_NULL;
    return str_empty(p->region) || p->region.n > 3 ? city
                                                   : arena_fmt(w->ctx->arena, "%.*s, %.*s", STR_ARG(city), STR_ARG(p->region));
}

static struct str reason_phrase(struct words *w, enum reason r)
{
    struct str key = arena_fmt(w->ctx->arena, "reason.%s", reason_word(r));
    return words_find(STR("en"), key);
}

static struct str part(struct words *w, const char *key, bool wanted)
{
    return wanted ? template_fill(w->ctx, words_find(STR("en"), str_of(key)), w->slots, w->n) : STR_NULL;
}

/* ---- items */

static struct str item_list(struct words *w, const struct case_item *items, size_t n)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, 4096);
    for (size_t i = 0; i < n; i++) {
        if (items[i].quantity <= 0)
            continue;
        if (b.n > 0)
            buf_add(&b, STR(", "));
        if (items[i].quantity != 1)
            buf_fmt(&b, "%lld x ", (long long)items[i].quantity);
        buf_add(&b, str_empty(items[i].title) ? case_item_key(&items[i]) : items[i].title);
    }
    if (b.n > 0 && arena_dup(w->ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

static const struct case_fulfillment *fulfillment_of(const struct order_case *cas, const struct parcel *p)
{
    for (size_t i = 0; i < cas->fulfillments_n; i++)
        for (size_t j = 0; j < cas->fulfillments[i].parcels_n; j++)
            if (str_eq(cas->fulfillments[i].parcels[j].tracking_number, p->number))
                return &cas->fulfillments[i];
    return NULL;
}

/* "These have left: ...": which items the answer must name when not all have (R2). */
static struct str left_items(struct words *w, const struct case_diagnosis *cd, bool left)
{
    struct case_item *list = ctx_alloc(w->ctx, (cd->items_n + 1) * sizeof(*list));
    size_t n = 0;
    for (size_t i = 0; list != NULL && i < cd->items_n; i++) {
        int64_t q = left ? cd->items[i].shipped : cd->items[i].waiting;
        if (q <= 0)
            continue;
        list[n] = *cd->items[i].item;
        list[n++].quantity = q;
    }
    struct str items = n == 0 ? STR_NULL : item_list(w, list, n);
    struct slot s = {"items", items};
    return str_empty(items) ? STR_NULL : template_fill(w->ctx, words_find(STR("en"), left ? STR("part.there") : STR("part.not_there")), &s, 1);
}

/* ---- a diagnosis */

static struct str capital(struct words *w, struct str s)
{
    struct str out = STR_NULL;
    if (str_empty(s) || arena_dup(w->ctx->arena, s, &out) != OK)
        return s;
    return arena_fmt(w->ctx->arena, "%c%.*s", toupper((unsigned char)s.p[0]), STR_ARG(str_sub(s, 1, s.n)));
}

static struct str order_phrase(struct words *w, const struct order_case *cas)
{
    const struct order_view *v = order_anchor(cas);
    if (v == NULL || str_empty(v->name))
        return STR("your order");
    return arena_fmt(w->ctx->arena, "your order %.*s", STR_ARG(v->name));
}

static struct str customer_zone(const struct order_case *cas, const struct parcel *pcl)
{
    bool exact;
    struct place d = case_destination(cas);
    struct str country = !str_empty(d.country) ? d.country : pcl != NULL ? pcl->dest_country : STR_NULL;
    return zone_of_place(country, d.region, &exact);
}

static void fill_times(struct words *w, const struct diagnosis *d)
{
    const struct diag_figures *f = &d->fig;
    put(w, "place", place_phrase(w, &f->last_place));
    put(w, "when", past(w, f->last_scan_us, f->last_local_us));
    put(w, "age", age_phrase(w, f->last_scan_us));
    put(w, "expected", expected_phrase(w, f));
    put(w, "promised", day_phrase(w, f->promised_us, true));
    put(w, "ships_by", day_phrase(w, f->ships_by_us, true));
    put(w, "restock", day_phrase(w, f->restock_us, false));
    put(w, "preorder", day_phrase(w, f->preorder_us, true));
    put(w, "label", past(w, f->label_us, 0));
    put(w, "label_age", age_phrase(w, f->label_us));
    put(w, "attempt", past(w, f->attempt_us, 0));
    put(w, "customs", day_phrase(w, f->customs_us, true));
    put(w, "until", day_phrase(w, f->pickup_until_us, true));
    put(w, "delivered", past(w, f->delivered_us, f->delivered_local_us));
    put(w, "since", day_phrase(w, d->since_us, false));
    put(w, "reason", reason_phrase(w, f->reason));
}

static struct str hold_reason(const struct diagnosis *d)
{
    for (size_t i = 0; i < d->evidence_n; i++)
        if (strcmp(d->evidence[i].what, "hold") == 0)
            return d->evidence[i].detail;
    return STR_NULL;
}

static void fill_parts(struct words *w, const struct diagnosis *d, bool trusted)
{
    struct str key = arena_fmt(w->ctx->arena, "drop.%s", reason_word(d->fig.reason));
    put(w, "not_updated", part(w, "part.not_updated", d->flag_not_updated));
    put(w, "late_first_scan", part(w, "part.late_first_scan", d->flag_late_initial_scan));
    put(w, "duties", part(w, "part.duties", d->fig.reason == REASON_CUSTOMS_DUTY));
    put(w, "drop_off", d->fig.delivered_us == 0 ? STR_NULL : words_find(STR("en"), key));
    put(w, "doubt", part(w, "part.doubt", !trusted));
    put(w, "hold", hold_reason(d));
}

/* Where scans are poor a delivery is a weaker signal (R72): the default rules say so for India. */
static bool delivery_trusted(const struct order_case *cas)
{
    return !str_eq(case_destination(cas).country, STR("IN"));
}

static struct str one_text(struct ctx *ctx, const struct order_case *cas, const struct case_diagnosis *cd,
                           const struct parcel_diagnosis *pd, struct str subject, int64_t now_us)
{
    const struct diagnosis *d = pd == NULL ? &cd->order : &pd->d;
    struct words w = {.ctx = ctx, .now_us = now_us, .zone = customer_zone(cas, pd == NULL ? NULL : pd->parcel)};
    struct str order = order_phrase(&w, cas);
    if (str_empty(subject))
        subject = order;
    put(&w, "order", order);
    put(&w, "Order", capital(&w, order));
    put(&w, "subject", subject);
    put(&w, "Subject", capital(&w, subject));
    fill_times(&w, d);
    fill_parts(&w, d, delivery_trusted(cas));
    put(&w, "left_items", left_items(&w, cd, true));
    bool parcel_void = pd != NULL && d->cls == DIAG_CANCELLED;
    struct str key = arena_fmt(ctx->arena, "customer.%s%s", diag_class_word(d->cls), parcel_void ? "_parcel" : "");
    return template_fill(ctx, words_find(STR("en"), key), w.slots, w.n);
}

static struct str parcel_subject(struct words *w, const struct order_case *cas, const struct parcel_diagnosis *pd, size_t i, size_t n)
{
    const struct case_fulfillment *f = fulfillment_of(cas, pd->parcel);
    char up[24] = {0};
    for (size_t k = 0; k < pd->carrier.n && k < sizeof(up) - 1; k++)
        up[k] = (char)(pd->carrier.p[k] == '_' ? ' ' : toupper((unsigned char)pd->carrier.p[k]));
    struct slot s[] = {
        {"n", arena_fmt(w->ctx->arena, "%zu", i + 1)},
        {"of", arena_fmt(w->ctx->arena, "%zu", n)},
        {"carrier", str_of(up)},
        {"number", pd->parcel->number},
        {"items", f == NULL ? STR_NULL : item_list(w, f->items, f->items_n)},
    };
    return template_fill(w->ctx, words_find(STR("en"), STR("part.parcel_of")), s, sizeof(s) / sizeof(s[0]));
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

static size_t parcels_to_name(const struct case_diagnosis *cd)
{
    size_t n = 0;
    for (size_t i = 0; i < cd->parcels_n; i++)
        n += !is_first_leg(cd, i);
    return n;
}

/* The whole order: one sentence where there is one parcel, else parcel by parcel, then what has not left. */
static struct str order_text(struct ctx *ctx, const struct order_case *cas, const struct case_diagnosis *cd, int64_t now_us)
{
    size_t n = parcels_to_name(cd), k = 0;
    enum diag_class c = cd->order.cls;
    bool whole = c == DIAG_CANCELLED || c == DIAG_REFUNDED || (n == 0 && c != DIAG_SPLIT_INCOMPLETE);
    struct str left = STR_NULL, waiting = STR_NULL;
    struct words w = {.ctx = ctx, .now_us = now_us, .zone = customer_zone(cas, NULL)};
    bool partly = false;
    for (size_t i = 0; i < cd->items_n; i++)
        partly = partly || (cd->items[i].waiting > 0 && cd->parcels_n > 0);
    if (whole || (n == 1 && !partly && c != DIAG_DATA_CONFLICT))
        return one_text(ctx, cas, cd, NULL, STR_NULL, now_us);
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, 65536);
    if (n != 1 || c == DIAG_DATA_CONFLICT || c == DIAG_FULFILLMENT_LATE || c == DIAG_BACKORDERED || c == DIAG_SPLIT_INCOMPLETE)
        buf_add(&b, c == DIAG_SPLIT_INCOMPLETE || c == DIAG_DATA_CONFLICT
                        ? one_text(ctx, cas, cd, NULL, STR_NULL, now_us)
                        : template_fill(ctx, words_find(STR("en"), STR("customer.split_incomplete")),
                                        &(struct slot){"Order", capital(&w, order_phrase(&w, cas))}, 1));
    for (size_t i = 0; i < cd->parcels_n; i++) {
        if (is_first_leg(cd, i))
            continue;
        struct str subject = n == 1 ? STR("the part that has left") : parcel_subject(&w, cas, &cd->parcels[i], k, n);
        k++;
        if (b.n > 0)
            buf_addc(&b, n == 1 ? ' ' : '\n');
        buf_add(&b, one_text(ctx, cas, cd, &cd->parcels[i], subject, now_us));
    }
    if (partly && c != DIAG_DATA_CONFLICT)
        left = left_items(&w, cd, true);
    if (partly)
        waiting = left_items(&w, cd, false);
    if (!str_empty(left))
        buf_fmt(&b, "%s%.*s", b.n > 0 ? "\n" : "", STR_ARG(left));
    if (!str_empty(waiting))
        buf_fmt(&b, "%s%.*s", b.n > 0 ? "\n" : "", STR_ARG(waiting));
    if (buf_err(&b) != OK || arena_dup(ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

struct str diagnosis_for_customer(struct ctx *ctx, const struct order_case *cas, const struct case_diagnosis *cd,
                                  const struct parcel_diagnosis *pd, int64_t now_us)
{
    if (pd != NULL)
        return one_text(ctx, cas, cd, pd, STR("your parcel"), now_us);
    return order_text(ctx, cas, cd, now_us);
}

struct str diagnosis_for_operator(struct ctx *ctx, const struct order_case *cas, const struct case_diagnosis *cd,
                                  const struct parcel_diagnosis *pd, int64_t now_us)
{
    const struct diagnosis *d = pd == NULL ? &cd->order : &pd->d;
    const struct diag_figures *f = &d->fig;
    struct arena *a = ctx->arena;
    (void)cas;
    (void)now_us;
    struct slot s[] = {
        {"class", str_of(diag_class_word(d->cls))},
        {"severity", arena_fmt(a, "%d", d->severity)},
        {"since_utc", d->since_us == 0 ? STR("unknown") : time_rfc3339(a, d->since_us)},
        {"last_utc", f->last_scan_us == 0 ? STR_NULL : time_rfc3339(a, f->last_scan_us)},
        {"last_mark", f->last_estimated ? STR(" (estimated from a local clock)") : STR(" ")},
        {"silent", arena_fmt(a, "%d", f->silent_hours)},
        {"promised_utc", f->promised_us == 0 ? STR_NULL : time_rfc3339(a, f->promised_us)},
        {"promise_from", f->promise_from == NULL ? STR_NULL : str_of(f->promise_from)},
        {"expected_utc", f->expected_us == 0 ? STR_NULL : time_rfc3339(a, f->expected_us)},
        {"ships_by_utc", f->ships_by_us == 0 ? STR_NULL : time_rfc3339(a, f->ships_by_us)},
        {"attempts", f->attempts == 0 ? STR_NULL : arena_fmt(a, "%d", f->attempts)},
        {"late_days", f->late_days == 0 ? STR_NULL : arena_fmt(a, "%d", f->late_days)},
        {"conflict", d->conflict},
        {"look_utc", d->next_look_us == 0 ? STR_NULL : time_rfc3339(a, d->next_look_us)},
    };
    return template_fill(ctx, words_find(STR("en"), STR("operator.any")), s, sizeof(s) / sizeof(s[0]));
}

void diagnosis_doc(struct buf *out)
{
    buf_addz(out, "# Diagnosis\n\nPrinted by `wismo diagnosis-doc` from `src/mind/rules.def`; a test compares the two.\n\n"
                  "Parcels are judged first, from the top of the table; the first rule that holds gives the class. Then the order: by its "
                  "own rules, and by its worst parcel. Limits are the merchant's (docs/configuration.md), in business days of the place's "
                  "calendar.\n\n| class | of | severity | when | looked at again |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < RULES_N; i++)
        buf_fmt(out, "| `%s` | %s | %d | %s | %s |\n", diag_class_word(RULES[i].cls), RULES[i].level == LEVEL_PARCEL ? "parcel" : "order",
                diag_class_severity(RULES[i].cls), RULES[i].when, RULES[i].look);
}
