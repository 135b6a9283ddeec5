/*
 * What is told of what could be: each candidate goes through the checks of the table CHECKS in their order; the first that says
 * no gives the reason, others move the time. What waits and is no longer true is taken back. See tell.h.
 */
#include "mind/tell_int.h"

#include "base/zone.h"

#define DECISIONS_MAX 80
#define MESSAGES_ENOUGH 7                /* of one order, the delivery among them */
#define SAME_DELAY_US (3 * US_PER_DAY)

const struct tell_kind *tell_kind_of(enum message_kind k)
{
    static const struct tell_kind KINDS[MESSAGE_KIND_COUNT] = {
        [MESSAGE_CONFIRMATION] = {0, 24, TELL_ANY_HOUR | TELL_FREE},
        [MESSAGE_SHIPPED] = {0, 72, TELL_FULFILLMENT},
        [MESSAGE_MIDPOINT] = {0, 36, TELL_FULFILLMENT},
        [MESSAGE_OUT_FOR_DELIVERY] = {0, 14, TELL_FULFILLMENT | TELL_FREE},
        [MESSAGE_DELIVERED] = {0, 48, TELL_FULFILLMENT | TELL_FREE},
        [MESSAGE_PARTLY_DELIVERED] = {0, 48, TELL_FULFILLMENT | TELL_FREE},
        [MESSAGE_FULFILLMENT_LATE] = {0, 240, TELL_SPACED},
        [MESSAGE_BACKORDERED] = {60, 240, TELL_SPACED | TELL_NEWS},
        [MESSAGE_PREORDER] = {0, 240, TELL_SPACED},
        [MESSAGE_ON_HOLD] = {60, 240, 0},
        [MESSAGE_LABEL_ONLY] = {0, 240, TELL_SPACED},
        [MESSAGE_SILENT] = {0, 96, TELL_SPACED | TELL_NEWS},
        [MESSAGE_DELAY] = {0, 240, TELL_SPACED | TELL_NEWS},
        [MESSAGE_PRESUMED_LOST] = {0, 240, TELL_SPACED},
        [MESSAGE_ATTEMPT_FAILED] = {0, 48, 0},
        [MESSAGE_ADDRESS_PROBLEM] = {0, 72, 0},
        [MESSAGE_CUSTOMS_HOLD] = {0, 240, TELL_SPACED},
        [MESSAGE_PICKUP_WAITING] = {0, 120, 0},
        [MESSAGE_PICKUP_REMINDER] = {0, 48, 0},
        [MESSAGE_RETURNING] = {0, 240, 0},
        [MESSAGE_MOVING_AGAIN] = {0, 24, TELL_FULFILLMENT},
        [MESSAGE_SOLVED] = {0, 120, 0},
        [MESSAGE_UPDATE] = {0, 3, TELL_FREE},
    };
    return &KINDS[k];
}

/* ---- decisions */

static enum err decide(struct teller *t, enum decision_act act, const struct told_entry *e, struct str words)
{
    if (t->out->n == DECISIONS_MAX)
        return OK; /* the next look takes the rest */
    if (t->out->decisions == NULL)
        t->out->decisions = arena_array(t->ctx->arena, DECISIONS_MAX, sizeof(*t->out->decisions));
    if (t->out->decisions == NULL)
        return ctx_fail(t->ctx, ERR_MEMORY, "messages: no memory");
    t->out->decisions[t->out->n++] = (struct decision){
        .act = act, .order_no = t->in->cas->order_no, .t = *e, .words = words, .policy = t->in->policy->version};
    t->out->changed = true;
    return OK;
}

static struct str join_items(struct teller *t, const struct candidate *c)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, (size_t)1 << 16);
    for (size_t i = 0; i < c->items_n; i++) {
        if (i > 0)
            buf_addc(&b, '\n');
        buf_add(&b, c->items[i]);
    }
    if (buf_err(&b) != OK || arena_dup(t->ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

/* ---- the checks */

/* What a check sees: the candidate, the entry that it would become, when. */
struct weighed {
    const struct candidate *c;
    struct str items;
    const struct tell_kind *k;
    const struct message_rule *rule;
    int64_t at_us;           /* when it would be told */
    const char *moved;       /* the rule that moved that time, NULL: none */
    enum channel_kind channel;
    int generation;
    struct str words;        /* why not, or why then */
};

static struct str when_text(struct teller *t, int64_t us)
{
    return time_rfc3339(t->ctx->arena, us - us % US_PER_S);
}

static bool rule_off(struct teller *t, struct weighed *w)
{
    w->words = arena_fmt(t->ctx->arena, "the message rules do not send \"%s\" here", message_kind_word(w->c->kind));
    return w->rule != NULL && !w->rule->send;
}

static bool storefront_tells(struct teller *t, struct weighed *w)
{
    w->words = STR("the storefront sends this message itself");
    return (t->in->policy->storefront_tells & KIND_BIT(w->c->kind)) != 0;
}

static bool no_notification(struct teller *t, struct weighed *w)
{
    (void)t;
    w->words = STR("its fulfillment asks for no notification");
    return w->c->no_notification && (w->k->flags & TELL_FULFILLMENT) != 0;
}

/* Said since by somebody else: the storefront's own notification of this kind, or a person about the matter (B48, B52). */
static bool told_elsewhere(struct teller *t, struct weighed *w)
{
    for (size_t i = t->told->elsewhere_n; i > 0; i--) {
        const struct told_elsewhere *o = &t->told->elsewhere[i - 1];
        bool same = o->kind == w->c->kind || (o->by_person && o->kind == MESSAGE_KIND_COUNT);
        if (!same || o->at_us < w->c->event_us)
            continue;
        w->words = arena_fmt(t->ctx->arena, "%s told the customer at %.*s", o->by_person ? "a person" : "the storefront",
                             STR_ARG(when_text(t, o->at_us)));
        return true;
    }
    return false;
}

static bool too_late(struct teller *t, struct weighed *w)
{
    w->words = arena_fmt(t->ctx->arena, "it was news until %.*s", STR_ARG(when_text(t, w->c->not_after_us)));
    return t->in->now_us > w->c->not_after_us;
}

/* A delay of another parcel of the order was told in these days, and neither names a day: the customer would read the same words. */
static bool delay_is_known(const struct teller *t, const struct weighed *w)
{
    for (size_t i = 0; w->c->kind == MESSAGE_DELAY && w->c->said_us == 0 && i < t->told->n; i++) {
        const struct told_entry *e = &t->told->entries[i];
        if (e->kind == MESSAGE_DELAY && (SAID & 1u << e->state) != 0 && e->said_us == 0 && e->event_us > w->c->event_us - SAME_DELAY_US)
            return true;
    }
    return false;
}

/* The last word about the same parcel was of this kind and named the same date: it would say nothing new (C25). */
static bool nothing_new(struct teller *t, struct weighed *w)
{
    w->words = STR("it would say what was said last");
    if ((w->k->flags & TELL_NEWS) == 0 || delay_is_known(t, w))
        return (w->k->flags & TELL_NEWS) != 0;
    for (size_t i = 0; i < w->c->items_n; i++) {
        const struct told_entry *e = told_about(t, ALL_KINDS, SAID, item_number(w->c->items[i]));
        if (e == NULL || e->kind != w->c->kind || e->said_us != w->c->said_us || is_unopened(t, e))
            return false;
    }
    return w->c->items_n > 0;
}

/* What is good to know and no more: of an order that has had its share, only the end is told. */
static bool enough(struct teller *t, struct weighed *w)
{
    static const uint32_t PLEASANT = KIND_BIT(MESSAGE_SHIPPED) | KIND_BIT(MESSAGE_MIDPOINT) | KIND_BIT(MESSAGE_OUT_FOR_DELIVERY) |
                                     KIND_BIT(MESSAGE_PARTLY_DELIVERED);
    int n = 0;
    for (size_t i = 0; i < t->told->n; i++)
        n += (SAID_OR_PLANNED & 1u << t->told->entries[i].state) != 0 &&
             (message_kind_group(t->told->entries[i].kind) == GROUP_MILESTONE || t->told->entries[i].kind == MESSAGE_DELAY);
    w->words = arena_fmt(t->ctx->arena, "the order has had %d messages about its usual way", n);
    return (PLEASANT & KIND_BIT(w->c->kind)) != 0 && n >= MESSAGES_ENOUGH - 1;
}

static bool is_opted_out(const struct teller *t, enum channel_kind c)
{
    return (t->in->opted_out & 1u << c) != 0;
}

/* The first channel that the customer wants and that has not refused or failed this message yet. */
static bool no_channel(struct teller *t, struct weighed *w)
{
    const struct message_policy *mp = t->in->policy;
    bool own = w->rule != NULL && w->rule->channels_n > 0;
    const enum channel_kind *list = own ? w->rule->channels : mp->channels;
    size_t n = own ? w->rule->channels_n : mp->channels_n, failed = 0;
    bool opted = false;
    for (size_t i = 0; i < t->told->n; i++) {
        const struct told_entry *e = &t->told->entries[i];
        if (e->kind != w->c->kind || !str_eq(e->items, w->items) || str_empty(e->key))
            continue;
        if (e->generation >= w->generation)
            w->generation = e->generation + 1; /* after a recorded refusal or cancellation */
    }
    for (size_t i = 0; i < n; i++) {
        bool used = false;
        for (size_t k = 0; k < t->told->n; k++) {
            const struct told_entry *e = &t->told->entries[k];
            used = used || ((e->state == TOLD_FAILED || is_unopened(t, e)) && e->kind == w->c->kind && e->channel == list[i] && str_eq(e->items, w->items));
        }
        opted = opted || is_opted_out(t, list[i]);
        failed += used;
        if (!used && !is_opted_out(t, list[i])) {
            w->channel = list[i];
            return w->generation > MESSAGE_GENERATION_MAX;
        }
    }
    w->words = failed > 0 ? STR("every channel failed or is not wanted") : opted ? STR("the customer does not want messages on any channel")
                                                                                   : STR("no channel is set");
    return true;
}

/* ---- times */

static int minute_of_day(const struct teller *t, int64_t at_us)
{
    int32_t off = 0;
    if (zone_offset(t->zone, at_us, &off) != OK)
        return 12 * 60;
    struct civil c = civil_from_us(at_us + off * US_PER_S);
    return c.hour * 60 + c.min;
}

/* The end of the quiet hours that at_us lies in, else at_us. */
static int64_t after_quiet(const struct teller *t, int64_t at_us)
{
    int from = t->in->policy->quiet_from_min, until = t->in->policy->quiet_until_min, m = minute_of_day(t, at_us);
    bool over_midnight = from > until;
    bool quiet = over_midnight ? m >= from || m < until : m >= from && m < until;
    if (!quiet || from == until)
        return at_us;
    bool next_day = over_midnight && m >= from;
    return local_day_start(t, next_day ? local_day_start(t, at_us, 12 * 60) + US_PER_DAY : at_us, until);
}

static void move(struct weighed *w, int64_t at_us, const char *rule)
{
    if (at_us > w->at_us) {
        w->at_us = at_us;
        w->moved = rule;
    }
}

static int64_t time_of(const struct told_entry *e)
{
    return e->state == TOLD_SENT && e->settled_us != 0 ? e->settled_us : e->not_before_us;
}

static void keep_spacing(struct teller *t, struct weighed *w)
{
    int64_t space = t->in->policy->spacing_hours * US_PER_H;
    if ((w->k->flags & TELL_SPACED) == 0)
        return;
    for (size_t i = 0; i < t->told->n; i++) {
        const struct told_entry *e = &t->told->entries[i];
        bool same = e->kind == w->c->kind && is_unopened(t, e);
        if (!same && (SAID_OR_PLANNED & 1u << e->state) != 0 && (tell_kind_of(e->kind)->flags & TELL_SPACED) != 0)
            move(w, time_of(e) + space, "spacing");
    }
}

static int told_on_day(const struct teller *t, int64_t day_us)
{
    int n = 0;
    int64_t from = local_day_start(t, day_us, 0);
    for (size_t i = 0; i < t->told->n; i++) {
        const struct told_entry *e = &t->told->entries[i];
        bool counts = (tell_kind_of(e->kind)->flags & TELL_FREE) == 0;
        n += counts && (SAID_OR_PLANNED & 1u << e->state) != 0 && time_of(e) >= from && time_of(e) < from + US_PER_DAY;
    }
    return n;
}

static void keep_budget(struct teller *t, struct weighed *w)
{
    for (int day = 0; day < 5 && (w->k->flags & TELL_FREE) == 0 && told_on_day(t, w->at_us) >= t->in->policy->per_day; day++)
        move(w, local_day_start(t, local_day_start(t, w->at_us, 12 * 60) + US_PER_DAY, t->in->policy->quiet_until_min), "budget");
}

static void keep_quiet_hours(struct teller *t, struct weighed *w)
{
    if ((w->k->flags & TELL_ANY_HOUR) == 0)
        move(w, after_quiet(t, w->at_us), "quiet_hours");
}

static const struct {
    const char *rule;
    bool (*says_no)(struct teller *t, struct weighed *w);
} CHECKS[] = {
    {"rule_off", rule_off},           {"storefront_tells", storefront_tells}, {"no_notification", no_notification},
    {"told_elsewhere", told_elsewhere}, {"too_late", too_late},               {"nothing_new", nothing_new},
    {"enough", enough},               {"no_channel", no_channel},
};

/* ---- one candidate */

static struct told_entry entry_of(const struct teller *t, const struct weighed *w, const char *why)
{
    return (struct told_entry){
        .kind = w->c->kind, .channel = w->channel, .state = TOLD_QUIET, .generation = w->generation, .items = w->items,
        .why = str_of(why), .event_us = w->c->event_us, .decided_us = t->in->now_us, .not_before_us = w->at_us,
        .not_after_us = w->c->not_after_us, .said_us = w->c->said_us, .promise_us = w->c->promise_us};
}

static enum err stay_quiet(struct teller *t, const struct weighed *w, const char *why)
{
    struct told_entry e = entry_of(t, w, why);
    enum err err = tellings_add(t->ctx, t->told, &e);
    if (err != OK)
        return err;
    t->out->changed = true;
    return t->in->history ? OK : decide(t, DECISION_QUIET, &e, w->words);
}

static enum err tell(struct teller *t, const struct weighed *w)
{
    struct told_entry e = entry_of(t, w, w->moved == NULL ? "due" : w->moved);
    struct str capability = arena_fmt(t->ctx->arena, "tell.%s", message_kind_word(e.kind));
    e.state = TOLD_PLANNED;
    e.key = effect_key(t->ctx->arena, t->in->merchant_id, t->in->cas->order_no, capability, e.items, e.generation);
    if (e.key.p == NULL)
        return ctx_fail(t->ctx, ERR_MEMORY, "messages: no memory");
    struct str words = w->moved == NULL ? arena_fmt(t->ctx->arena, "happened at %.*s", STR_ARG(when_text(t, e.event_us)))
                                        : arena_fmt(t->ctx->arena, "happened at %.*s; %s moved it to %.*s", STR_ARG(when_text(t, e.event_us)),
                                                    w->moved, STR_ARG(when_text(t, e.not_before_us)));
    enum err err = tellings_add(t->ctx, t->told, &e);
    if (err == OK)
        err = decide(t, DECISION_TELL, &e, words);
    if (err == OK && e.kind == MESSAGE_UPDATE) { /* a promise was due and nothing new is known: somebody has to find out */
        struct told_entry person = e;
        person.key = STR_NULL;
        person.why = STR("promise_without_news");
        err = decide(t, DECISION_HAND_OVER, &person, STR("an update was promised and nothing has come since: a person takes it"));
    }
    return err;
}

static const char *first_no(struct teller *t, struct weighed *w)
{
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++)
        if (CHECKS[i].says_no(t, w))
            return CHECKS[i].rule;
    return NULL;
}

static void set_time(struct teller *t, struct weighed *w)
{
    w->at_us = w->c->not_before_us > t->in->now_us ? w->c->not_before_us : t->in->now_us;
    w->moved = NULL;
    if (w->c->kind == MESSAGE_UPDATE)
        return; /* its time was promised */
    keep_spacing(t, w);
    keep_budget(t, w);
    keep_quiet_hours(t, w);
}

static struct told_entry *planned_as(struct tellings *told, const struct candidate *c, struct str items)
{
    for (size_t i = 0; i < told->n; i++)
        if (told->entries[i].state == TOLD_PLANNED && told->entries[i].kind == c->kind && str_eq(told->entries[i].items, items))
            return &told->entries[i];
    return NULL;
}

static enum err withdraw(struct teller *t, struct told_entry *e, const char *why, struct str words)
{
    e->state = TOLD_WITHDRAWN;
    e->settled_us = t->in->now_us;
    struct told_entry gone = *e;
    gone.why = str_of(why);
    return decide(t, DECISION_WITHDRAW, &gone, words);
}

static enum err weigh(struct teller *t, const struct candidate *c)
{
    struct weighed w = {.c = c, .items = join_items(t, c), .k = tell_kind_of(c->kind)};
    const struct order_view *v = order_anchor(t->in->cas);
    if (w.items.p == NULL)
        return ctx_fail(t->ctx, ERR_MEMORY, "messages: no memory");
    w.rule = message_rule_for(t->in->policy, c->kind, t->dest.country, c->carrier, v == NULL ? 0 : v->total_minor);
    if (t->in->history) {
        w.words = STR("history causes no message");
        w.channel = CHANNEL_EMAIL;
        return stay_quiet(t, &w, "history");
    }
    struct told_entry *waits = planned_as(t->told, c, w.items);
    if (waits != NULL) { /* decided already: kept, unless somebody said no since */
        const char *no = rule_off(t, &w) ? "rule_off" : told_elsewhere(t, &w) ? "told_elsewhere" : is_opted_out(t, waits->channel) ? "opted_out" : NULL;
        if (no == NULL && t->in->now_us > waits->not_after_us && waits->not_after_us != 0)
            no = too_late(t, &w) ? "too_late" : "expired";
        return no == NULL ? OK : withdraw(t, waits, no, w.words);
    }
    const char *no = first_no(t, &w);
    if (no != NULL)
        return stay_quiet(t, &w, no);
    set_time(t, &w);
    if (w.at_us > c->not_after_us) {
        w.words = arena_fmt(t->ctx->arena, "%s would move it to %.*s, when it is no news any more", w.moved == NULL ? "grace" : w.moved,
                            STR_ARG(when_text(t, w.at_us)));
        return stay_quiet(t, &w, w.moved == NULL ? "too_late" : w.moved);
    }
    return tell(t, &w);
}

/* ---- what waits and is no longer true */

static bool is_candidate(struct teller *t, const struct told_entry *e)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->list[i].kind == e->kind && str_eq(join_items(t, &t->list[i]), e->items))
            return true;
    return false;
}

static enum err withdraw_overtaken(struct teller *t)
{
    enum err err = OK;
    for (size_t i = 0; err == OK && i < t->told->n; i++) {
        struct told_entry *e = &t->told->entries[i];
        if (e->state == TOLD_PLANNED && !is_candidate(t, e))
            err = withdraw(t, e, "overtaken",
                           arena_fmt(t->ctx->arena, "it is %s now", diag_class_word(t->in->cd->order.cls)));
    }
    return err;
}

/* ---- promises */

/* Told something since, in time, by us or by a person? */
static bool heard_since(const struct teller *t, const struct told_entry *p)
{
    for (size_t i = 0; i < t->told->n; i++) {
        const struct told_entry *e = &t->told->entries[i];
        if (e != p && e->state == TOLD_SENT && e->settled_us > p->settled_us && e->settled_us <= p->promise_us)
            return true;
    }
    for (size_t i = 0; i < t->told->elsewhere_n; i++)
        if (t->told->elsewhere[i].at_us > p->settled_us && t->told->elsewhere[i].at_us <= p->promise_us)
            return true;
    return false;
}

static enum err settle_promises(struct teller *t)
{
    for (size_t i = 0; i < t->told->n; i++) {
        struct told_entry *e = &t->told->entries[i];
        if (e->promise != PROMISE_OPEN)
            continue;
        bool kept = heard_since(t, e);
        if (!kept && t->in->now_us <= e->promise_us)
            continue;
        e->promise = kept ? PROMISE_KEPT : PROMISE_UNKEPT;
        t->out->changed = true;
        if (t->out->promises == NULL)
            t->out->promises = arena_array(t->ctx->arena, TOLD_MAX, sizeof(*t->out->promises));
        if (t->out->promises == NULL)
            return ctx_fail(t->ctx, ERR_MEMORY, "messages: no memory");
        t->out->promises[t->out->promises_n++] = *e;
    }
    return OK;
}

/* ---- all of it */

static void set_zone(struct teller *t)
{
    bool exact;
    const struct order_case *cas = t->in->cas;
    t->dest = case_destination(cas);
    if (str_empty(t->dest.country) && cas->parcels_n > 0)
        t->dest = (struct place){.country = cas->parcels[0]->dest_country};
    t->zone = str_empty(t->dest.country) ? t->in->policy->zone : zone_of_place(t->dest.country, t->dest.region, &exact);
}

/* What waits is decided about again at its time; then the courier may have it. */
static void look_at_planned(struct teller *t)
{
    int64_t wait = t->in->policy->unopened_hours * US_PER_H;
    for (size_t i = 0; i < t->told->n && wait > 0; i++)
        if (t->told->entries[i].state == TOLD_SENT && message_kind_group(t->told->entries[i].kind) == GROUP_TROUBLE)
            look_at(t, t->told->entries[i].settled_us + wait);
    for (size_t i = 0; i < t->told->n; i++)
        if (t->told->entries[i].state == TOLD_PLANNED) {
            look_at(t, t->told->entries[i].not_before_us);
            look_at(t, t->told->entries[i].not_after_us + 1);
        }
}

enum err decide_tell(struct ctx *ctx, const struct tell_input *in, struct tellings *told, struct tell_output *out)
{
    struct teller t = {.ctx = ctx, .in = in, .told = told, .out = out};
    *out = (struct tell_output){.n = 0};
    if (!in->policy->enabled)
        return OK;
    set_zone(&t);
    enum err e = settle_promises(&t);
    if (e == OK)
        e = find_candidates(&t);
    if (e == OK)
        e = withdraw_overtaken(&t);
    for (size_t i = 0; e == OK && i < t.n; i++)
        e = weigh(&t, &t.list[i]);
    look_at_planned(&t);
    out->next_look_us = t.look_us;
    return e;
}
