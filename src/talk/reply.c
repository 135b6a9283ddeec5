/*
 * Answers put together. What is going on, parcel by parcel and item by item, is the diagnosis' own explanation; here is the honest
 * end, how old the news is, and every text that is no answer. No clock and no look-ups: arguments only.
 */
#include "talk/reply.h"

#include "base/zone.h"
#include "mind/phrases.h"
#include "mind/template.h"
#include "talk/fill.h"
#include "talk/return_text.h"

#define REPLY_MAX 16384

static bool is_settled(enum diag_class cls)
{
    return cls == DIAG_DELIVERED || cls == DIAG_RETURNED || cls == DIAG_LOST || cls == DIAG_CANCELLED || cls == DIAG_REFUNDED;
}

static int fresh_minutes(const struct promises *p, struct str carrier, struct str service, struct str country, int64_t now_us)
{
    struct limit_set set;
    limits_for(p, carrier, service, country, now_us, &set);
    return set.fresh_minutes;
}

static void age_need(struct reply_age *age, int64_t heard_us, int minutes, int64_t now_us)
{
    if (heard_us != 0 && (age->oldest_need_us == 0 || heard_us < age->oldest_need_us))
        age->oldest_need_us = heard_us;
    if (now_us - heard_us > minutes * US_PER_MIN)
        age->old = true;
}

static bool something_waits(const struct case_diagnosis *cd)
{
    for (size_t i = 0; i < cd->items_n; i++)
        if (cd->items[i].waiting > 0)
            return true;
    return cd->parcels_n == 0;
}

struct reply_age reply_age(const struct order_case *cas, const struct case_diagnosis *cd, const struct promises *p, int64_t now_us)
{
    struct reply_age age = {.newest_fact_us = case_heard_us(cas)};
    struct place dest = case_destination(cas);
    for (size_t i = 0; i < cd->parcels_n; i++) {
        const struct parcel *pcl = cd->parcels[i].parcel;
        if (parcel_heard_us(pcl) > age.newest_fact_us)
            age.newest_fact_us = parcel_heard_us(pcl);
        if (cd->parcels[i].d.fig.last_scan_us > age.last_scan_us)
            age.last_scan_us = cd->parcels[i].d.fig.last_scan_us;
        if (!is_settled(cd->parcels[i].d.cls))
            age_need(&age, parcel_heard_us(pcl), fresh_minutes(p, cd->parcels[i].carrier, pcl->service, dest.country, now_us), now_us);
    }
    if (something_waits(cd) && !is_settled(cd->order.cls))
        age_need(&age, case_heard_us(cas), fresh_minutes(p, STR_NULL, STR_NULL, dest.country, now_us), now_us);
    return age;
}

struct str duration_words(struct ctx *ctx, struct str lang, int64_t us)
{
    static const struct {
        int64_t from, unit;
        const char *key;
    } STEPS[] = {{2 * US_PER_DAY, US_PER_DAY, "age.days"}, {US_PER_H, US_PER_H, "age.hours"}, {US_PER_MIN, US_PER_MIN, "age.minutes"}};
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++)
        if (us >= STEPS[i].from)
            return phrase_count(ctx, lang, STEPS[i].key, us / STEPS[i].unit);
    return words_find(lang, STR("age.under_minute"));
}

/* ---- the answer */

#define WORTH_TELLING_US (10 * US_PER_MIN)

/* A label that no carrier has told of yet is old news for a refresh, but there is no age to tell. */
static void add_age(struct ctx *ctx, struct str lang, struct buf *b, const struct reply_age *age, int64_t now_us)
{
    if (!age->old || age->oldest_need_us == 0 || now_us - age->oldest_need_us < WORTH_TELLING_US)
        return;
    struct fill_pair age_words[] = {{"age", duration_words(ctx, lang, now_us - age->oldest_need_us)}, {NULL, STR_NULL}};
    buf_addc(b, '\n');
    buf_add(b, fill_words(ctx, lang, "reply.age", age_words));
}

struct str reply_answer(struct ctx *ctx, struct str lang, const struct order_case *cas, const struct case_diagnosis *cd, const struct promises *p,
                        int64_t now_us)
{
    struct buf b;
    buf_init(&b, REPLY_MAX);
    struct reply_age age = reply_age(cas, cd, p, now_us);
    buf_add(&b, diagnosis_for_customer(ctx, lang, cas, cd, NULL, now_us));
    add_age(ctx, lang, &b, &age, now_us);
    buf_add(&b, returns_text(ctx, lang, cas, now_us));
    return buf_move(&b, ctx->arena);
}

/* ---- in time? */

/* What is known of the day when all of it is there: the slowest parcel of those under way. */
static const struct diag_figures *slowest(const struct case_diagnosis *cd)
{
    const struct diag_figures *fig = &cd->order.fig;
    int64_t last = 0;
    for (size_t i = 0; i < cd->parcels_n; i++) {
        const struct diagnosis *d = &cd->parcels[i].d;
        int64_t by = d->fig.estimate.known ? d->fig.estimate.p90_us : d->fig.expected_us;
        if (d->cls != DIAG_DELIVERED && d->cls != DIAG_CANCELLED && by >= last) {
            fig = &d->fig;
            last = by;
        }
    }
    return fig;
}

static const char *in_time(const struct case_diagnosis *cd, const struct diag_figures *fig, int64_t end_us, int64_t now_us)
{
    if (cd->order.severity >= 3)
        return "talk.deadline_unknown"; /* silent, lost, going back: no day holds */
    if (fig->estimate.known)
        return fig->estimate.p90_us <= end_us ? "talk.deadline_likely" : fig->estimate.p50_us <= end_us ? "talk.deadline_open" : "talk.deadline_unlikely";
    int64_t expected = fig->expected_us != 0 ? fig->expected_us : fig->promised_us;
    if (expected == 0 || expected < now_us)
        return "talk.deadline_unknown";
    return expected <= end_us ? "talk.deadline_in_time" : "talk.deadline_too_late";
}

struct str reply_deadline(struct ctx *ctx, struct str lang, const struct order_case *cas, const struct case_diagnosis *cd, const struct deadline *dl,
                          int64_t now_us)
{
    bool exact;
    int32_t off = 0;
    int64_t day, noon_us;
    struct place dest = case_destination(cas);
    struct day_of d = {ctx, zone_of_place(dest.country, dest.region, &exact), now_us, lang};
    if (is_settled(cd->order.cls) || zone_offset(d.zone, now_us, &off) != OK || !deadline_day(dl, civil_day(now_us + off * US_PER_S), &day) ||
        zone_to_utc(d.zone, day * US_PER_DAY + US_PER_DAY / 2, &noon_us) != OK)
        return STR_NULL;
    const struct diag_figures *fig = slowest(cd);
    struct fill_pair values[] = {{"day", phrase_day(&d, noon_us, false)},
                                 {"likely", phrase_day(&d, fig->estimate.p90_us, false)},
                                 {"half", phrase_day(&d, fig->estimate.p50_us, false)},
                                 {"expected", phrase_day(&d, fig->expected_us != 0 ? fig->expected_us : fig->promised_us, true)},
                                 {NULL, STR_NULL}};
    return fill_words(ctx, lang, in_time(cd, fig, noon_us + US_PER_DAY / 2, now_us), values);
}

/* ---- everything that is not an answer */

struct str reply_choices(struct ctx *ctx, struct str lang, const struct reply_choice *list, size_t n)
{
    struct buf b;
    buf_init(&b, REPLY_MAX);
    buf_add(&b, words_find(lang, STR("reply.choose")));
    for (size_t i = 0; i < n; i++) {
        struct civil c = civil_from_us(list[i].placed_us);
        const char *word = list[i].cls < DIAG_CLASS_COUNT ? diag_class_word(list[i].cls) : "";
        struct fill_pair values[] = {
            {"name", list[i].name},
            {"date", list[i].placed_us > 0 ? arena_fmt(ctx->arena, "%04d-%02d-%02d", c.year, c.month, c.day) : STR_NULL},
            {"state", words_find(lang, arena_fmt(ctx->arena, "state.%s", word))},
            {NULL, STR_NULL}};
        buf_addc(&b, '\n');
        buf_add(&b, fill_words(ctx, lang, "reply.choice", values));
    }
    return buf_move(&b, ctx->arena);
}

struct str reply_need(struct str lang, const struct reply_given *given, bool asked_before)
{
    const char *key = asked_before                                    ? "reply.need_contact"
                      : given->order || given->tracking               ? "reply.need_contact_data"
                      : given->email || given->phone || given->zip    ? "reply.need_number"
                                                                      : "reply.need_both";
    return words_find(lang, str_of(key));
}

struct str reply_no_match(struct str lang)
{
    return words_find(lang, STR("reply.no_match"));
}

struct str reply_person(struct str lang)
{
    return words_find(lang, STR("reply.person"));
}

struct str reply_wish(struct ctx *ctx, struct str lang, const char *wish)
{
    struct fill_pair values[] = {{"wish", words_find(lang, arena_fmt(ctx->arena, "wish.%s", wish))}, {NULL, STR_NULL}};
    return str_empty(values[0].value) ? STR_NULL : fill_words(ctx, lang, "reply.wish", values);
}
