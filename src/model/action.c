/* See action.h: vocabularies, the state machine, keys, and the rows' binary form. */
#include "model/action.h"

#include <stdlib.h>

#include "base/num.h"
#include "model/pack.h"

static const struct {
    const char *word, *what;
    unsigned flags;
} CAPABILITIES[] = {
#define CAPABILITY(NAME, word, flags, what) {word, what, flags},
#include "model/capability.def"
#undef CAPABILITY
};

static const struct {
    const char *word;
    bool live;
} STATES[] = {
#define ACTION_STATE(NAME, word, live) {word, (live) != 0},
#include "model/action_state.def"
#undef ACTION_STATE
};

#define BIT(s) (1u << ACTION_##s)
/* proposed: waits for a person. waiting: for the end of its undo window. A restart may look up what is unknown. */
static const unsigned FOLLOWS[ACTION_STATE_COUNT] = {
    [ACTION_PROPOSED] = BIT(APPROVED) | BIT(CANCELLED) | BIT(EXPIRED),
    [ACTION_APPROVED] = BIT(WAITING) | BIT(SENT) | BIT(CANCELLED) | BIT(EXPIRED),
    [ACTION_WAITING] = BIT(SENT) | BIT(CANCELLED) | BIT(EXPIRED),
    [ACTION_SENT] = BIT(CONFIRMED) | BIT(REFUSED) | BIT(UNKNOWN),
    [ACTION_UNKNOWN] = BIT(CONFIRMED) | BIT(REFUSED),
};

const char *capability_word(enum capability c)
{
    return CAPABILITIES[c].word;
}

const char *capability_what(enum capability c)
{
    return CAPABILITIES[c].what;
}

unsigned capability_flags(enum capability c)
{
    return CAPABILITIES[c].flags;
}

bool capability_parse(struct str word, enum capability *out)
{
    for (int i = 0; i < CAP_COUNT; i++)
        if (str_eq(word, str_of(CAPABILITIES[i].word))) {
            *out = (enum capability)i;
            return true;
        }
    return false;
}

const char *action_state_word(enum action_state s)
{
    return STATES[s].word;
}

bool action_state_is_live(enum action_state s)
{
    return STATES[s].live;
}

bool action_may_become(enum action_state from, enum action_state to)
{
    return (FOLLOWS[from] & 1u << to) != 0;
}

static int by_sku(const void *a, const void *b)
{
    return str_cmp(((const struct action_item *)a)->sku, ((const struct action_item *)b)->sku);
}

size_t action_items_sort(struct action_item *items, size_t n)
{
    size_t k = 0;
    if (n > 1)
        qsort(items, n, sizeof(*items), by_sku);
    for (size_t i = 0; i < n; i++) {
        int64_t sum;
        if (k == 0 || !str_eq(items[k - 1].sku, items[i].sku))
            items[k++] = items[i];
        else
            items[k - 1].quantity = num_add(items[k - 1].quantity, items[i].quantity, &sum) ? sum : INT64_MAX;
    }
    return k;
}

bool action_purpose_eq(const struct action_row *a, const struct action_row *b)
{
    if (a->order_no != b->order_no || a->cap != b->cap || !str_eq(a->subject, b->subject) || a->items_n != b->items_n)
        return false;
    for (size_t i = 0; i < a->items_n; i++)
        if (!str_eq(a->items[i].sku, b->items[i].sku) || a->items[i].quantity != b->items[i].quantity)
            return false;
    return true;
}

struct str action_key(struct arena *a, const struct action_row *act)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    buf_fmt(&b, "%s/%lld/%.*s", capability_word(act->cap), (long long)act->order_no, STR_ARG(act->subject));
    for (size_t i = 0; i < act->items_n; i++) /* lengths: no SKU can look like two */
        buf_fmt(&b, "/%zu:%.*s*%lld", act->items[i].sku.n, STR_ARG(act->items[i].sku), (long long)act->items[i].quantity);
    buf_fmt(&b, "/%u", act->generation);
    struct str key = STR_NULL;
    if (buf_err(&b) != OK || arena_dup(a, buf_str(&b), &key) != OK)
        key = STR_NULL;
    buf_clear(&b);
    return key;
}

enum err action_approve(struct ctx *ctx, struct action_row *act, struct str person, int64_t now_us)
{
    if (act->state != ACTION_PROPOSED)
        return ctx_fail(ctx, ERR_CONFLICT, "it is %s: nothing is to be approved", action_state_word(act->state));
    if (act->not_after_us != 0 && now_us > act->not_after_us)
        return ctx_fail(ctx, ERR_STALE, "the proposal has expired");
    for (uint32_t i = 0; i < act->approvals; i++)
        if (str_eq(act->approved_by[i], person))
            return ctx_fail(ctx, ERR_CONFLICT, "%.*s has approved it already: another person is needed", STR_ARG(person));
    act->approved_by[act->approvals++] = person;
    if (act->approvals < act->approvals_needed)
        return OK;
    act->state = act->undo_us > 0 ? ACTION_WAITING : ACTION_APPROVED;
    act->not_before_us = now_us + act->undo_us;
    return OK;
}

/* ---- rows */

#define ROWS_VERSION 1

static void pack_items(struct pack *p, struct action_row *r)
{
    union { /* pack_list writes only when reading into rows of its own */
        const struct action_item *from;
        struct action_item *to;
    } items = {.from = r->items};
    pack_count(p, &r->items_n, ACTION_ITEMS_MAX);
    items.to = pack_list(p, items.to, r->items_n, sizeof(*items.to));
    for (size_t i = 0; items.to != NULL && i < r->items_n; i++) {
        pack_str(p, &items.to[i].sku);
        pack_i64(p, &items.to[i].quantity);
    }
    r->items = items.from;
}

static void pack_row(struct pack *p, struct action_row *r)
{
    pack_i64(p, &r->action_no);
    pack_i64(p, &r->order_no);
    pack_str(p, &r->customer);
    PACK_ENUM(p, r->cap, capability, CAP_COUNT);
    pack_str(p, &r->subject);
    pack_items(p, r);
    pack_u32(p, &r->generation);
    pack_i64(p, &r->amount_minor);
    PACK_ENUM(p, r->state, action_state, ACTION_STATE_COUNT);
    pack_i64(p, &r->at_us);
    pack_i64(p, &r->day);
    pack_i64(p, &r->not_before_us);
    pack_i64(p, &r->not_after_us);
    pack_u32(p, &r->approvals_needed);
    pack_u32(p, &r->approvals);
    pack_str(p, &r->approved_by[0]);
    pack_str(p, &r->approved_by[1]);
    pack_i64(p, &r->undo_us);
    pack_str(p, &r->result_id);
    pack_str(p, &r->rule);
    if (p->out == NULL && (r->amount_minor < 0 || r->generation == 0 || r->approvals > 2))
        pack_corrupt(p);
}

void action_rows_encode(const struct action_row *rows, size_t n, struct buf *out)
{
    struct pack p = pack_writer(out);
    uint64_t version = ROWS_VERSION;
    pack_u64(&p, &version);
    pack_count(&p, &n, ACTION_ROWS_MAX);
    for (size_t i = 0; i < n; i++) {
        struct action_row r = rows[i];
        pack_row(&p, &r);
    }
}

enum err action_rows_decode(struct ctx *ctx, struct str text, struct action_row **rows, size_t *n)
{
    struct pack p = pack_reader(ctx, text);
    uint64_t version = 0;
    size_t count = 0;
    pack_u64(&p, &version);
    if (p.err == OK && version != ROWS_VERSION)
        pack_corrupt(&p);
    pack_count(&p, &count, ACTION_ROWS_MAX);
    struct action_row *list = pack_list(&p, NULL, count, sizeof(*list));
    for (size_t i = 0; p.err == OK && list != NULL && i < count; i++)
        pack_row(&p, &list[i]);
    enum err e = pack_end(&p);
    if (e != OK)
        return e == ERR_CORRUPT ? ctx_fail(ctx, e, "actions: not as they were written") : e;
    *rows = list;
    *n = count;
    return OK;
}
