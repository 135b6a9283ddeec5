/* See act_memory.h: the memory itself, and which decisions are new to it. */
#include "mind/act_memory.h"

#include "model/pack.h"

const char *task_state_word(enum task_state s)
{
    static const char *const WORDS[TASK_STATE_COUNT] = {"open", "done", "overtaken", "history"};
    return s >= 0 && s < TASK_STATE_COUNT ? WORDS[s] : "unknown";
}

/* ---- rows */

#define MEMORY_VERSION 1

static void pack_task(struct pack *p, struct act_task *t)
{
    pack_str(p, &t->key);
    PACK_ENUM(p, t->verb, policy_verb, VERB_COUNT);
    PACK_ENUM(p, t->state, task_state, TASK_STATE_COUNT);
    PACK_ENUM(p, t->priority, policy_priority, PRIORITY_COUNT);
    pack_bool(p, &t->asked);
    pack_bool(p, &t->reminded);
    pack_bool(p, &t->missed);
    pack_str(p, &t->rule);
    pack_str(p, &t->parcel);
    pack_str(p, &t->recommend);
    pack_str(p, &t->choices);
    pack_str(p, &t->closed_by);
    pack_i64(p, &t->opened_us);
    pack_i64(p, &t->due_us);
    pack_i64(p, &t->closed_us);
}

enum err act_memory_decode(struct ctx *ctx, struct str text, struct act_memory *out)
{
    struct pack p = pack_reader(ctx, text);
    uint64_t version = 0;
    struct act_memory mem = {.v = arena_array(ctx->arena, ACT_TASKS_MAX, sizeof(*mem.v))};
    if (mem.v == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "tasks: no memory");
    if (!str_empty(text)) {
        pack_u64(&p, &version);
        if (p.err == OK && version != MEMORY_VERSION)
            pack_corrupt(&p);
        pack_bool(&p, &mem.has_actions);
        pack_count(&p, &mem.n, ACT_TASKS_MAX);
        for (size_t i = 0; p.err == OK && i < mem.n; i++)
            pack_task(&p, &mem.v[i]);
    }
    enum err e = pack_end(&p);
    if (e == OK)
        *out = mem;
    return e == ERR_CORRUPT ? ctx_fail(ctx, e, "tasks: not as they were written") : e;
}

void act_memory_encode(const struct act_memory *mem, struct buf *out)
{
    struct pack p = pack_writer(out);
    uint64_t version = MEMORY_VERSION;
    size_t n = mem->n;
    bool has_actions = mem->has_actions;
    if (n == 0 && !has_actions)
        return;
    pack_u64(&p, &version);
    pack_bool(&p, &has_actions);
    pack_count(&p, &n, ACT_TASKS_MAX);
    for (size_t i = 0; i < n; i++) {
        struct act_task t = mem->v[i];
        pack_task(&p, &t);
    }
}

static struct act_task *find(const struct act_memory *mem, struct str key)
{
    for (size_t i = 0; i < mem->n; i++)
        if (str_eq(mem->v[i].key, key))
            return &mem->v[i];
    return NULL;
}

/* Room for one more: the one that was closed longest ago goes; open ones only where there is nothing else. */
static struct act_task *room(struct act_memory *mem)
{
    size_t oldest = 0;
    if (mem->n < ACT_TASKS_MAX)
        return &mem->v[mem->n++];
    for (size_t i = 1; i < mem->n; i++) {
        const struct act_task *a = &mem->v[i], *b = &mem->v[oldest];
        bool closed = a->state != TASK_OPEN, b_closed = b->state != TASK_OPEN;
        if (closed != b_closed ? closed : a->closed_us + a->opened_us < b->closed_us + b->opened_us)
            oldest = i;
    }
    memmove(&mem->v[oldest], &mem->v[oldest + 1], (mem->n - oldest - 1) * sizeof(*mem->v));
    return &mem->v[mem->n - 1];
}

void act_memory_merge(struct act_memory *into, const struct act_memory *from)
{
    into->has_actions = into->has_actions || from->has_actions;
    for (size_t i = 0; i < from->n; i++)
        if (find(into, from->v[i].key) == NULL)
            *room(into) = from->v[i];
}

void act_memory_put(struct act_memory *mem, const struct act_task *task)
{
    struct act_task *t = find(mem, task->key);
    *(t == NULL ? room(mem) : t) = *task;
}

static void close_task(struct act_task *t, enum task_state state, struct str by, int64_t now_us)
{
    t->state = state;
    t->closed_us = now_us;
    t->closed_by = by;
}

size_t act_memory_end(struct act_memory *mem, struct str key, struct str person, int64_t now_us)
{
    size_t n = 0;
    for (size_t i = 0; i < mem->n; i++)
        if (mem->v[i].state == TASK_OPEN && (str_empty(key) || str_eq(mem->v[i].key, key))) {
            close_task(&mem->v[i], TASK_DONE, person, now_us);
            n++;
        }
    return n;
}

/* ---- settling */

struct settler {
    struct ctx *ctx;
    const struct act_settle_input *in;
    struct act_memory *mem;
    struct act_settled *out;
    struct str last_rule, last_parcel; /* of the decision before: steps are counted */
    size_t step;
    int64_t kept;
    enum err err;
};

static void look_at(struct settler *s, int64_t at_us)
{
    if (at_us > s->in->now_us && (s->out->next_look_us == 0 || at_us < s->out->next_look_us))
        s->out->next_look_us = at_us;
}

static bool is_asked(const struct settler *s)
{
    return s->in->ask->request != REQUEST_NONE;
}

static void add(struct settler *s, struct act_item item)
{
    size_t most = s->in->decisions->n + 2 * ACT_TASKS_MAX;
    if (s->out->v == NULL)
        s->out->v = arena_array(s->ctx->arena, most, sizeof(*s->out->v));
    if (s->out->v == NULL)
        s->err = ctx_fail(s->ctx, ERR_MEMORY, "decisions: no memory");
    else if (s->out->n < most)
        s->out->v[s->out->n++] = item;
}

static struct str choices_of(struct settler *s, const struct act_decision *dec)
{
    struct str list = STR("");
    for (size_t i = 0; i < dec->choices_n; i++)
        if (dec->choices[i].verdict.outcome != GUARD_REPEAT)
            list = arena_fmt(s->ctx->arena, "%.*s%s%s", STR_ARG(list), list.n > 0 ? "\n" : "", capability_word(dec->choices[i].cap));
    if (list.p == NULL)
        s->err = ctx_fail(s->ctx, ERR_MEMORY, "decisions: no memory");
    return list;
}

/* The step is told by its place, since one rule may hand over twice; an offer also by what is on offer. */
static struct str key_of(struct settler *s, const struct act_decision *dec, struct str choices)
{
    struct str rule = dec->rule == NULL ? STR("-") : dec->rule->name;
    bool same = str_eq(rule, s->last_rule) && str_eq(dec->parcel, s->last_parcel);
    s->step = same ? s->step + 1 : 0;
    s->last_rule = rule;
    s->last_parcel = dec->parcel;
    struct str key = arena_fmt(s->ctx->arena, "%.*s/%.*s/%zu/%.*s", STR_ARG(dec->parcel), STR_ARG(rule), s->step, STR_ARG(choices));
    const struct act_task *open = key.p == NULL || !is_asked(s) ? NULL : find(s->mem, key);
    if (is_asked(s) && (open == NULL || open->state != TASK_OPEN)) /* else it is what waits without a request, too */
        key = arena_fmt(s->ctx->arena, "%.*s/asked", STR_ARG(key));
    if (key.p == NULL)
        s->err = ctx_fail(s->ctx, ERR_MEMORY, "decisions: no memory");
    return key;
}

static struct act_task *remember(struct settler *s, const struct act_decision *dec, struct str key, struct str choices)
{
    struct act_task *t = find(s->mem, key);
    if (t == NULL)
        t = room(s->mem);
    *t = (struct act_task){.key = key, .verb = dec->verb, .asked = is_asked(s), .parcel = dec->parcel, .recommend = dec->recommend,
                           .choices = choices, .priority = dec->priority, .opened_us = s->in->now_us, .due_us = dec->at_us,
                           .rule = dec->rule == NULL ? STR_NULL : dec->rule->name};
    if (s->in->history)
        close_task(t, TASK_HISTORY, STR_NULL, s->in->now_us);
    s->out->changed = true;
    t->seen = true;
    return t;
}

/* Remembered, and as it was: open, ended by a person while it still holds, or of a time that nobody acts on. */
static bool is_known(struct settler *s, const struct act_decision *dec, struct str key)
{
    struct act_task *t = find(s->mem, key);
    if (t == NULL || t->state == TASK_OVERTAKEN || (t->state == TASK_DONE && is_asked(s)))
        return false;
    t->seen = true;
    if (dec->verb == VERB_WAIT && t->state == TASK_OPEN && t->due_us <= s->in->now_us) {
        t->due_us = dec->at_us; /* waits on */
        s->out->changed = true;
    }
    return true;
}

/* Nothing stands against what is asked but who asks, or how sure it is: they can mend that, and nobody has to look. */
static bool can_mend(const struct act_decision *dec)
{
    enum guard_reason r = dec->refused_n > 0 && dec->choices_n == 0 ? dec->refused[0].verdict.reason : GUARD_NONE;
    return r == GUARD_PROOF || r == GUARD_CONFIDENCE;
}

/* What was made good for already needs no person because a rule would do it once more. */
static bool is_done_already(const struct settler *s, const struct act_decision *dec)
{
    return !is_asked(s) && dec->refused_n > 0 && dec->choices_n == 0 && dec->refused[0].verdict.reason == GUARD_COMPENSATED;
}

static void settle_task(struct settler *s, const struct act_decision *dec)
{
    struct str choices = dec->verb == VERB_OFFER ? choices_of(s, dec) : STR("");
    struct str key = key_of(s, dec, choices);
    bool nothing_left = dec->verb == VERB_OFFER && str_empty(choices);
    if (s->err != OK || nothing_left || is_done_already(s, dec) || (is_asked(s) && can_mend(dec)) || is_known(s, dec, key))
        return;
    struct act_task *t = remember(s, dec, key, choices);
    if (!s->in->history)
        add(s, (struct act_item){ACT_NEW, dec, t, false});
}

/* ---- actions */

static const struct action_row *last_of_purpose(const struct settler *s, const struct action_row *row)
{
    const struct action_row *last = NULL;
    for (size_t i = 0; i < s->in->book->n; i++) {
        const struct action_row *r = &s->in->book->rows[i];
        if (action_purpose_eq(r, row) && (last == NULL || r->generation > last->generation))
            last = r;
    }
    return last;
}

/* What was declined, called back or refused is not proposed again by itself: a person asks again, or a customer where it ended unseen. */
static bool may_rise(const struct settler *s, const struct action_row *row)
{
    const struct action_row *last = last_of_purpose(s, row);
    return last == NULL || s->in->ask->repeat || (is_asked(s) && last->state == ACTION_EXPIRED);
}

/* In shadow nothing is done: a person does it as before. */
static void do_by_hand(struct settler *s, const struct act_decision *dec)
{
    struct act_decision *by_hand = arena_alloc(s->ctx->arena, sizeof(*by_hand));
    if (by_hand == NULL) {
        s->err = ctx_fail(s->ctx, ERR_MEMORY, "decisions: no memory");
        return;
    }
    *by_hand = *dec;
    by_hand->verb = VERB_HAND_OVER;
    by_hand->choices_n = 0;
    by_hand->at_us = s->in->now_us + ACT_HAND_OVER_HOURS * US_PER_H;
    by_hand->recommend = arena_fmt(s->ctx->arena, "%s: decided in shadow, nothing was done", capability_word(dec->choices[0].cap));
    settle_task(s, by_hand);
}

static void settle_action(struct settler *s, struct act_decision *dec)
{
    struct guard_verdict *v = &dec->choices[0].verdict;
    struct str key = key_of(s, dec, STR_NULL);
    if (s->err != OK || v->outcome == GUARD_REPEAT || is_known(s, dec, key) || !may_rise(s, &v->row))
        return;
    if (s->in->history) {
        (void)remember(s, dec, key, STR(""));
        return;
    }
    v->row.action_no = s->in->next_action_no + s->kept++;
    add(s, (struct act_item){ACT_NEW, dec, NULL, true});
    if (v->outcome == GUARD_SHADOWED)
        do_by_hand(s, dec);
}

/* ---- what is due */

static void watch(struct settler *s, struct act_task *t)
{
    int64_t remind_us = t->due_us - (t->due_us - t->opened_us) / 4;
    if (t->state != TASK_OPEN || t->verb == VERB_OFFER || t->due_us == 0)
        return;
    if (t->verb == VERB_HAND_OVER && !t->reminded && s->in->now_us >= remind_us && s->in->now_us <= t->due_us) {
        t->reminded = s->out->changed = true;
        add(s, (struct act_item){ACT_REMIND, NULL, t, false});
    }
    if (t->verb == VERB_HAND_OVER && !t->missed && s->in->now_us > t->due_us) {
        t->missed = t->reminded = s->out->changed = true;
        add(s, (struct act_item){ACT_MISSED, NULL, t, false});
    }
    if (t->verb == VERB_HAND_OVER)
        look_at(s, remind_us);
    look_at(s, t->due_us + (t->verb == VERB_HAND_OVER ? 1 : 0));
}

enum err act_settle(struct ctx *ctx, const struct act_settle_input *in, struct act_memory *mem, struct act_settled *out)
{
    struct settler s = {.ctx = ctx, .in = in, .mem = mem, .out = out};
    *out = (struct act_settled){.n = 0};
    for (size_t i = 0; i < mem->n; i++)
        mem->v[i].seen = false;
    for (size_t i = 0; i < in->decisions->n && s.err == OK; i++) {
        struct act_decision *dec = &in->decisions->v[i];
        bool waits = dec->verb == VERB_WAIT && in->ask->request != REQUEST_NONE; /* who asks is answered, not looked at again */
        if (dec->verb == VERB_ACT || dec->verb == VERB_APPROVE)
            settle_action(&s, dec);
        else if (dec->verb != VERB_NOTHING && !waits)
            settle_task(&s, dec);
    }
    for (size_t i = 0; i < mem->n && s.err == OK; i++) {
        if (!is_asked(&s) && !mem->v[i].seen && !mem->v[i].asked && mem->v[i].state != TASK_OVERTAKEN) {
            bool told = mem->v[i].state == TASK_OPEN && mem->v[i].verb == VERB_HAND_OVER;
            close_task(&mem->v[i], TASK_OVERTAKEN, STR_NULL, in->now_us);
            out->changed = true;
            if (told)
                add(&s, (struct act_item){ACT_CLOSED, NULL, &mem->v[i], false});
        }
        watch(&s, &mem->v[i]);
    }
    return s.err;
}
