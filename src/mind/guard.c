/*
 * See guard.h. A row of checks, in the order of guard_reason.def; the first that objects gives the reason. What cannot be known
 * counts against the action. Sums that do not fit count as the most there can be.
 */
#include "mind/guard.h"

#include "base/clock.h"
#include "base/num.h"

struct guard {
    const struct policy *pol;
    const struct grant *grant;
    const struct guard_wish *wish;
    const struct guard_book *book;
    int64_t now_us, day;
    unsigned flags;
    bool shadow;
    struct guard_verdict *out;
};

static const struct {
    const char *word, *what;
} REASONS[] = {
#define GUARD_REASON(NAME, word, what) {word, what},
#include "mind/guard_reason.def"
#undef GUARD_REASON
};

const char *guard_reason_word(enum guard_reason r)
{
    return REASONS[r].word;
}

const char *guard_reason_what(enum guard_reason r)
{
    return REASONS[r].what;
}

const char *guard_outcome_word(enum guard_outcome o)
{
    static const char *const WORDS[] = {"auto", "approval", "shadow", "same", "refused"};
    return WORDS[o];
}

static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    return num_add(a, b, &sum) ? sum : INT64_MAX;
}

/* What takes room: live rows; for a shadow also the other shadows, as if they had been done. */
static bool counts(const struct guard *g, const struct action_row *r)
{
    return action_state_is_live(r->state) || (g->shadow && r->state == ACTION_SHADOW);
}

/* ---- the grant */

static bool is_paused(struct guard *g)
{
    return (g->book->paused >> g->wish->cap & 1) != 0;
}

static bool is_off(struct guard *g)
{
    return g->grant->v[GRANT_MODE] == MODE_OFF;
}

static bool has_expired(struct guard *g)
{
    return g->grant->v[GRANT_UNTIL] != GRANT_UNSET && g->now_us > g->grant->v[GRANT_UNTIL];
}

static bool wrong_class(struct guard *g)
{
    int64_t classes = g->grant->v[GRANT_CLASSES];
    return classes != GRANT_UNSET && (classes >> g->wish->cls & 1) == 0;
}

/* ---- what was done before */

static struct action_row purpose_of(const struct guard_wish *w)
{
    return (struct action_row){.order_no = w->order_no, .cap = w->cap, .subject = w->subject, .items = w->items, .items_n = w->items_n};
}

static bool was_asked(struct guard *g)
{
    const struct action_row wish = purpose_of(g->wish);
    const struct action_row *last = NULL;
    for (size_t i = 0; i < g->book->n; i++) {
        const struct action_row *r = &g->book->rows[i];
        if (counts(g, r) && action_purpose_eq(r, &wish) && (last == NULL || r->generation > last->generation))
            last = r;
    }
    if (last == NULL || (g->wish->repeat && last->state == ACTION_CONFIRMED))
        return false; /* a person's repeat is held against the items below */
    g->out->same = last;
    return true;
}

static const struct guard_item *item_of(const struct guard *g, struct str sku)
{
    for (size_t i = 0; i < g->wish->order_items_n; i++)
        if (str_eq(g->wish->order_items[i].sku, sku))
            return &g->wish->order_items[i];
    return NULL;
}

static bool other_currency(struct guard *g)
{
    return (g->flags & CAP_MONEY) != 0 && !g->wish->currency_ok;
}

static bool items_unclear(struct guard *g)
{
    bool needs = (g->flags & (CAP_COMPENSATES | CAP_ITEMS)) != 0;
    for (size_t i = 0; i < g->wish->items_n; i++) {
        const struct guard_item *it = item_of(g, g->wish->items[i].sku);
        if (needs && (it == NULL || g->wish->items[i].quantity <= 0 || g->wish->items[i].quantity > it->ordered ||
                      g->wish->items[i].quantity > it->concerned))
            return true;
    }
    return (needs && g->wish->items_n == 0) || ((g->flags & CAP_PARCEL) != 0 && str_empty(g->wish->subject));
}

/*
 * How many of an item live actions have made good for, in this order. Of one matter: those of the same parcel, and those that name
 * no parcel, for nobody knows that they were others.
 */
static int64_t made_good(const struct guard *g, struct str sku, bool of_matter)
{
    int64_t q = 0;
    for (size_t i = 0; i < g->book->n; i++) {
        const struct action_row *r = &g->book->rows[i];
        bool mine = r->order_no == g->wish->order_no && counts(g, r) && (capability_flags(r->cap) & CAP_COMPENSATES) != 0;
        if (!mine || (of_matter && !str_empty(r->subject) && !str_eq(r->subject, g->wish->subject)))
            continue;
        for (size_t k = 0; k < r->items_n; k++)
            if (str_eq(r->items[k].sku, sku))
                q = plus(q, r->items[k].quantity);
    }
    return q;
}

static bool is_compensated(struct guard *g)
{
    for (size_t i = 0; (g->flags & CAP_COMPENSATES) != 0 && i < g->wish->items_n; i++) {
        const struct action_item *w = &g->wish->items[i];
        const struct guard_item *it = item_of(g, w->sku);
        int64_t more = plus(it->refunded_outside, w->quantity);
        if (plus(made_good(g, w->sku, false), more) > it->ordered || plus(made_good(g, w->sku, true), more) > it->concerned)
            return true;
    }
    return false;
}

static bool refund_unclear(struct guard *g)
{
    return (g->flags & CAP_MONEY) != 0 && g->wish->outside_refund_unclear;
}

static bool amount_unknown(struct guard *g)
{
    return (g->flags & CAP_MONEY) != 0 && (!g->wish->amount_known || g->wish->amount_minor <= 0);
}

/* Money that goes back: goods sent again are no money, but a refund, a cancellation and a discount are. */
static bool pays(enum capability c)
{
    return (capability_flags(c) & CAP_MONEY) != 0 && (capability_flags(c) & CAP_STOCK) == 0;
}

static bool is_overpaid(struct guard *g)
{
    int64_t back = plus(g->wish->refunded_outside_minor, g->wish->amount_minor);
    for (size_t i = 0; i < g->book->n; i++) {
        const struct action_row *r = &g->book->rows[i];
        if (r->order_no == g->wish->order_no && counts(g, r) && pays(r->cap))
            back = plus(back, r->amount_minor);
    }
    return pays(g->wish->cap) && back > g->wish->paid_minor;
}

/* ---- the world */

static bool is_picked(struct guard *g)
{
    return (g->flags & CAP_UNPICKED) != 0 && g->wish->picked;
}

/* Reserved by others and not gone yet: what is confirmed has left the shop's own figure. */
static int64_t reserved(const struct guard *g, struct str sku)
{
    int64_t q = 0;
    for (size_t i = 0; i < g->book->n; i++) {
        const struct action_row *r = &g->book->rows[i];
        bool holds = counts(g, r) && r->state != ACTION_CONFIRMED && (capability_flags(r->cap) & CAP_STOCK) != 0;
        for (size_t k = 0; holds && k < r->items_n; k++)
            if (str_eq(r->items[k].sku, sku))
                q = plus(q, r->items[k].quantity);
    }
    return q;
}

static bool stock_short(struct guard *g)
{
    for (size_t i = 0; (g->flags & CAP_STOCK) != 0 && i < g->wish->items_n; i++) {
        const struct action_item *w = &g->wish->items[i];
        const struct guard_item *it = item_of(g, w->sku);
        if (!it->stock_known || plus(reserved(g, w->sku), w->quantity) > it->available)
            return true;
    }
    return false;
}

static bool on_delivery(struct guard *g)
{
    return (g->flags & CAP_MONEY) != 0 && g->wish->cod && g->grant->v[GRANT_COD] == 0;
}

static bool in_dispute(struct guard *g)
{
    return (g->flags & CAP_MONEY) != 0 && g->wish->disputed;
}

static bool too_many_claims(struct guard *g)
{
    int64_t most = g->grant->v[GRANT_MAX_CLAIMS];
    g->out->limit = most;
    g->out->used = g->wish->claims;
    return most != GRANT_UNSET && (!g->wish->claims_known || g->wish->claims > most);
}

static bool not_sure(struct guard *g)
{
    g->out->limit = g->grant->v[GRANT_CONFIDENCE];
    g->out->used = g->wish->confidence;
    return g->wish->from_customer && g->wish->confidence < g->grant->v[GRANT_CONFIDENCE];
}

static bool not_proven(struct guard *g)
{
    enum policy_proof least = grant_proof(g->grant, g->wish->cap);
    return g->wish->from_customer && g->wish->proof < least;
}

/* ---- amounts and counts */

static bool over(struct guard *g, enum grant_field f, int64_t used, int64_t more)
{
    int64_t limit = g->grant->v[f];
    if (limit == GRANT_UNSET || plus(used, more) <= limit)
        return false;
    g->out->limit = limit;
    g->out->used = used;
    return true;
}

static bool over_action(struct guard *g)
{
    return over(g, GRANT_PER_ACTION, 0, g->wish->amount_minor);
}

struct usage {
    int64_t amount, count;
};

static void use(struct usage *u, const struct action_row *r)
{
    u->amount = plus(u->amount, r->amount_minor);
    u->count++;
}

/* A row of the future (a clock that was set back) lies in every period. */
static bool in_period(const struct guard *g, const struct action_row *r)
{
    return r->at_us > g->now_us - g->grant->v[GRANT_CUSTOMER_DAYS] * US_PER_DAY;
}

static struct usage used_by(const struct guard *g, bool (*mine)(const struct guard *g, const struct action_row *r))
{
    struct usage u = {0, 0};
    for (size_t i = 0; i < g->book->n; i++)
        if (g->book->rows[i].cap == g->wish->cap && counts(g, &g->book->rows[i]) && mine(g, &g->book->rows[i]))
            use(&u, &g->book->rows[i]);
    return u;
}

static bool of_order(const struct guard *g, const struct action_row *r)
{
    return r->order_no == g->wish->order_no;
}

static bool of_customer(const struct guard *g, const struct action_row *r)
{
    return str_eq(r->customer, g->wish->customer) && in_period(g, r);
}

static bool of_day(const struct guard *g, const struct action_row *r)
{
    return r->day == g->day;
}

static bool over_order(struct guard *g)
{
    struct usage u = used_by(g, of_order);
    return over(g, GRANT_PER_ORDER, u.amount, g->wish->amount_minor) || over(g, GRANT_PER_ORDER_COUNT, u.count, 1);
}

static bool over_customer(struct guard *g)
{
    bool limited = g->grant->v[GRANT_PER_CUSTOMER] != GRANT_UNSET || g->grant->v[GRANT_PER_CUSTOMER_COUNT] != GRANT_UNSET;
    if (limited && str_empty(g->wish->customer))
        return true;
    struct usage u = limited ? used_by(g, of_customer) : (struct usage){0, 0};
    return over(g, GRANT_PER_CUSTOMER, u.amount, g->wish->amount_minor) || over(g, GRANT_PER_CUSTOMER_COUNT, u.count, 1);
}

static bool over_day(struct guard *g)
{
    struct usage u = used_by(g, of_day);
    return over(g, GRANT_PER_DAY, u.amount, g->wish->amount_minor) || over(g, GRANT_PER_DAY_COUNT, u.count, 1);
}

static const struct {
    enum guard_reason reason;
    bool (*objects)(struct guard *g);
} CHECKS[] = {
    {GUARD_PAUSED, is_paused},         {GUARD_OFF, is_off},
    {GUARD_EXPIRED, has_expired},      {GUARD_CLASS, wrong_class},
    {GUARD_SAME, was_asked},           {GUARD_CURRENCY, other_currency},
    {GUARD_NO_ITEMS, items_unclear},   {GUARD_COMPENSATED, is_compensated},
    {GUARD_OUTSIDE_REFUND, refund_unclear}, {GUARD_AMOUNT, amount_unknown},
    {GUARD_OVERPAID, is_overpaid},     {GUARD_PICKED, is_picked},
    {GUARD_STOCK, stock_short},        {GUARD_COD, on_delivery},
    {GUARD_DISPUTED, in_dispute},      {GUARD_CLAIMS, too_many_claims},
    {GUARD_CONFIDENCE, not_sure},      {GUARD_PROOF, not_proven},
    {GUARD_PER_ACTION, over_action},   {GUARD_PER_ORDER, over_order},
    {GUARD_PER_CUSTOMER, over_customer}, {GUARD_PER_DAY, over_day},
};

/* ---- by itself, or with a person */

bool guard_in_share(int64_t order_no, enum capability cap, int64_t percent)
{
    char key[8];
    for (unsigned i = 0; i < 8; i++)
        key[i] = (char)((uint64_t)order_no >> (8 * i));
    uint64_t h = str_hash_add(str_hash(str_of(capability_word(cap))), (struct str){key, sizeof(key)});
    h ^= h >> 33; /* the hash's low bits alone follow the last byte */
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    return (int64_t)(h % 100) < percent;
}

static bool above(const struct guard *g, enum grant_field f)
{
    return (g->flags & CAP_MONEY) != 0 && g->grant->v[f] != GRANT_UNSET && g->wish->amount_minor > g->grant->v[f];
}

static enum guard_reason needs_person(const struct guard *g)
{
    if (above(g, GRANT_TWO_PERSONS_ABOVE))
        return GUARD_TWO_PERSONS;
    if (g->grant->v[GRANT_MODE] == MODE_SUGGEST)
        return GUARD_SUGGEST;
    if (g->wish->ask_person)
        return GUARD_RULE;
    if (above(g, GRANT_AUTO_UP_TO))
        return GUARD_AUTO_UP_TO;
    return guard_in_share(g->wish->order_no, g->wish->cap, g->grant->v[GRANT_SHARE]) ? GUARD_NONE : GUARD_SHARE;
}

/* Each purpose has its generations: they rise only past rows that ended without effect, or at a person's word. */
static uint32_t next_generation(const struct guard *g)
{
    const struct action_row wish = purpose_of(g->wish);
    uint32_t most = 0;
    for (size_t i = 0; i < g->book->n; i++)
        if (action_purpose_eq(&g->book->rows[i], &wish) && g->book->rows[i].generation > most)
            most = g->book->rows[i].generation;
    return most + 1;
}

static void reserve(struct guard *g)
{
    struct action_row *r = &g->out->row;
    int64_t undo_us = g->grant->v[GRANT_UNDO] * US_PER_MIN;
    *r = purpose_of(g->wish);
    r->customer = g->wish->customer;
    r->generation = next_generation(g);
    r->amount_minor = (g->flags & CAP_MONEY) != 0 ? g->wish->amount_minor : 0;
    r->at_us = g->now_us;
    r->day = g->day;
    r->undo_us = undo_us;
    r->not_before_us = g->now_us + undo_us;
    r->not_after_us = g->now_us + undo_us + g->grant->v[GRANT_VALID] * US_PER_H;
    r->rule = g->wish->rule;
    r->approvals_needed = g->out->outcome != GUARD_APPROVAL ? 0 : g->out->reason == GUARD_TWO_PERSONS ? 2 : 1;
    if (g->out->outcome == GUARD_APPROVAL)
        r->state = ACTION_PROPOSED;
    else if (g->out->outcome == GUARD_SHADOWED)
        r->state = ACTION_SHADOW;
    else
        r->state = undo_us > 0 ? ACTION_WAITING : ACTION_APPROVED;
}

void guard_check(const struct policy *pol, const struct guard_wish *wish, const struct guard_book *book, int64_t now_us, int64_t day,
                 struct guard_verdict *out)
{
    struct guard g = {.pol = pol, .grant = &pol->grants[wish->cap], .wish = wish, .book = book, .now_us = now_us, .day = day,
                      .flags = capability_flags(wish->cap), .out = out};
    *out = (struct guard_verdict){.outcome = GUARD_REFUSED};
    g.shadow = g.grant->v[GRANT_MODE] == MODE_SHADOW;
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++) {
        out->limit = out->used = 0;
        if (!CHECKS[i].objects(&g))
            continue;
        out->reason = CHECKS[i].reason;
        out->outcome = out->reason == GUARD_SAME ? GUARD_REPEAT : GUARD_REFUSED;
        return;
    }
    out->limit = out->used = 0;
    out->reason = needs_person(&g);
    out->outcome = g.shadow ? GUARD_SHADOWED : out->reason == GUARD_NONE ? GUARD_AUTO : GUARD_APPROVAL;
    reserve(&g);
}
