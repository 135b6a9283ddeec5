/*
 * Answers put together. What is going on, parcel by parcel and item by item, is the diagnosis' own explanation; here is the honest
 * end, how old the news is, and every text that is no answer. No clock and no look-ups: arguments only.
 */
#include "talk/reply.h"

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

struct str duration_words(struct arena *a, int64_t us)
{
    static const struct {
        int64_t from, unit;
        const char *word;
    } STEPS[] = {{2 * US_PER_DAY, US_PER_DAY, "day"}, {US_PER_H, US_PER_H, "hour"}, {US_PER_MIN, US_PER_MIN, "minute"}};
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++)
        if (us >= STEPS[i].from) {
            int64_t n = us / STEPS[i].unit;
            return arena_fmt(a, "%lld %s%s", (long long)n, STEPS[i].word, n == 1 ? "" : "s");
        }
    return STR("less than a minute");
}

/* ---- the answer */

#define WORTH_TELLING_US (10 * US_PER_MIN)

/* A label that no carrier has told of yet is old news for a refresh, but there is no age to tell. */
static void add_age(struct ctx *ctx, struct buf *b, const struct reply_age *age, int64_t now_us)
{
    if (!age->old || age->oldest_need_us == 0 || now_us - age->oldest_need_us < WORTH_TELLING_US)
        return;
    struct str words = duration_words(ctx->arena, now_us - age->oldest_need_us);
    buf_fmt(b, "\nPlease note: the newest information I have is %.*s old.", STR_ARG(words));
}

struct str reply_answer(struct ctx *ctx, const struct order_case *cas, const struct case_diagnosis *cd, const struct promises *p,
                        int64_t now_us)
{
    struct buf b;
    buf_init(&b, REPLY_MAX);
    struct reply_age age = reply_age(cas, cd, p, now_us);
    buf_add(&b, diagnosis_for_customer(ctx, cas, cd, NULL, now_us));
    add_age(ctx, &b, &age, now_us);
    return buf_move(&b, ctx->arena);
}

/* ---- everything that is not an answer */

struct str reply_choices(struct ctx *ctx, const struct reply_choice *list, size_t n)
{
    static const char *const SHORT[DIAG_CLASS_COUNT] = {
        [DIAG_AWAITING_FULFILLMENT] = "being prepared", [DIAG_FULFILLMENT_LATE] = "being prepared, later than planned",
        [DIAG_BACKORDERED] = "waiting for stock", [DIAG_PREORDER] = "pre-order", [DIAG_ON_HOLD] = "on hold",
        [DIAG_LABEL_ONLY] = "packed, not yet with the carrier", [DIAG_ON_TRACK] = "on its way",
        [DIAG_SLOW] = "on its way, slower than usual", [DIAG_LATE] = "on its way, late", [DIAG_STUCK] = "no news from the carrier",
        [DIAG_PRESUMED_LOST] = "may be lost", [DIAG_OUT_FOR_DELIVERY] = "out for delivery",
        [DIAG_ATTEMPT_FAILED] = "delivery was tried", [DIAG_ADDRESS_PROBLEM] = "problem with the address",
        [DIAG_CUSTOMS_HOLD] = "in customs", [DIAG_PICKUP_WAITING] = "ready for pickup", [DIAG_DELIVERED] = "delivered",
        [DIAG_DELIVERED_NOT_RECEIVED] = "reported as not received", [DIAG_SPLIT_INCOMPLETE] = "partly delivered",
        [DIAG_DAMAGED] = "damaged", [DIAG_WRONG_ITEM] = "reported as wrong", [DIAG_RETURNING] = "going back to the sender",
        [DIAG_RETURNED] = "back at the sender", [DIAG_LOST] = "lost", [DIAG_CANCELLED] = "cancelled", [DIAG_REFUNDED] = "refunded",
        [DIAG_DATA_CONFLICT] = "being checked"};
    struct buf b;
    buf_init(&b, REPLY_MAX);
    buf_addz(&b, "I found several orders. Which one do you mean?");
    for (size_t i = 0; i < n; i++) {
        struct civil c = civil_from_us(list[i].placed_us);
        buf_fmt(&b, "\n%.*s", STR_ARG(list[i].name));
        if (list[i].placed_us > 0)
            buf_fmt(&b, ", placed %04d-%02d-%02d", c.year, c.month, c.day);
        if (list[i].cls < DIAG_CLASS_COUNT)
            buf_fmt(&b, ": %s", SHORT[list[i].cls]);
    }
    return buf_move(&b, ctx->arena);
}

struct str reply_need(struct ctx *ctx, const struct reply_given *given, bool asked_before)
{
    (void)ctx;
    if (asked_before)
        return STR("I cannot identify your order with what I have, and I may not tell anything about an order before two details "
                   "match. Please contact the store's team directly: they can look it up with you.");
    if (given->order || given->tracking)
        return STR("To tell you about this order I need one more detail: what is the e-mail address or the postal code that was "
                   "given with it?");
    if (given->email || given->phone || given->zip)
        return STR("To find your order I need one more detail: what is the order number? (If you do not have it: e-mail address "
                   "and postal code together do as well.)");
    return STR("Which order is it? Please give me the order number, and the e-mail address or the postal code that was given "
               "with it.");
}

struct str reply_no_match(void)
{
    return STR("I could not find an order that matches these details. Please check the order number, and the e-mail address or "
               "postal code that was given with the order.");
}

struct str reply_person(void)
{
    return STR("You asked for a person. I have put your message on record for the store's team. This desk does not open a ticket or "
               "alert anyone by itself yet, so if it is urgent, please also use the store's usual contact address.");
}
