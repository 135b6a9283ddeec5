/*
 * See talker.h. One row of the ledger holds the turns of a round, so that a storm of questions costs a few commits; the round ends
 * when they are folded, so that none is worked out twice. A conversation that fails is left for later rounds and does not hold up
 * the rest; where it fails again and again, a person gets it.
 */
#include "flows/talker.h"

#include "base/log.h"
#include "base/metrics.h"
#include "flows/converse.h"
#include "flows/reader.h"
#include "model/fact_json.h"
#include "talk/dialogue.h"
#include "talk/order_pattern.h"

#include <stdlib.h>
#include <time.h>

#define FOLD_WAIT_MS 10000
#define TURNS_BYTES ((size_t)8 << 20)
#define FAILURES_MAX 3
#define FAILED_SLOTS 64
#define LEARN_EVERY_US US_PER_H
#define IDLE_NS 2000000

/* Forms of a merchant's order names, learned from its newest orders now and then. */
struct learned_names {
    struct arena *arena;
    struct str list[ORDER_PATTERNS_MAX];
    struct entity_patterns patterns;
    int64_t at_us;
};

struct failed {
    int64_t merchant_id, no;
    int times;
};

struct talker {
    struct talker_options opt;
    struct reader *rd;
    struct learned_names *names; /* by merchant */
    int64_t *seen;               /* by merchant: folded so far when nothing waited */
    struct failed failed[FAILED_SLOTS];
    pthread_t thread;
    bool running;
    _Atomic bool stop;
};

/* ---- order names */

static enum err learn(struct ctx *ctx, struct talker *t, struct merchant *m, struct learned_names *l)
{
    struct order_case *list = NULL;
    struct str *names = arena_array(ctx->arena, ORDER_NAMES_MAX, sizeof(*names));
    struct fold_reach reach = {0};
    size_t n = 0, names_n = 0, learned = 0;
    struct str found[ORDER_PATTERNS_MAX];
    enum err e = names == NULL ? ctx_fail(ctx, ERR_MEMORY, "order names: no memory") : reader_position(ctx, t->rd, m->id, &reach);
    if (e == OK)
        e = case_list(ctx, t->rd, m->id, reach.order_no > ORDER_NAMES_MAX ? reach.order_no - ORDER_NAMES_MAX : 0, ORDER_NAMES_MAX, &list, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        if (order_anchor(&list[i]) != NULL && !str_empty(order_anchor(&list[i])->name))
            names[names_n++] = order_anchor(&list[i])->name;
    if (e == OK)
        e = order_pattern_learn(ctx, names, names_n, found, &learned);
    arena_reset(l->arena);
    l->patterns = (struct entity_patterns){l->list, 0};
    for (size_t i = 0; e == OK && i < learned; i++) {
        e = arena_dup(l->arena, found[i], &l->list[i]);
        l->patterns.n += e == OK;
    }
    return e;
}

static enum err names_of(struct ctx *ctx, struct talker *t, struct merchant *m, const struct entity_patterns **out)
{
    struct learned_names *l = &t->names[m - t->opt.eng->merchants];
    int64_t now_us = clock_now_us(t->opt.eng->clock);
    enum err e = OK;
    if (l->at_us == 0 || now_us - l->at_us > LEARN_EVERY_US) {
        e = learn(ctx, t, m, l);
        l->at_us = now_us;
    }
    *out = &l->patterns;
    return e;
}

/* ---- turns */

static void write_turn(struct ctx *ctx, struct buf *b, const struct turn_fact *turn)
{
    struct fact fct = {.kind = FACT_TURN, .role = ROLE_SYSTEM};
    fct.u.turn = *turn;
    struct jw w = jw_of(b);
    fact_write(ctx->arena, &w, &fct);
    buf_addc(b, '\n');
}

/* How often this one has failed already. */
static int failures(struct talker *t, int64_t merchant_id, int64_t no)
{
    struct failed *f = &t->failed[(uint64_t)(merchant_id * 31 + no) % FAILED_SLOTS];
    if (f->merchant_id != merchant_id || f->no != no)
        *f = (struct failed){merchant_id, no, 0};
    return ++f->times;
}

/* What cannot be answered is a person's: said in plain words, the state stays as it is. */
static struct turn_fact give_up(const struct conversation *c, int64_t now_us)
{
    return (struct turn_fact){.conversation_no = c->no, .asked_pos = c->asked.pos, .asked_idx = c->asked.idx, .state = c->state,
                              .outcome = str_of(dialogue_outcome_word(DIALOGUE_HANDED)), .order_no = c->order_no, .hands_over = true, .at_us = now_us};
}

static enum err one_turn(struct ctx *ctx, struct talker *t, const struct converse_env *env, const struct conversation *c, struct buf *b, size_t *n)
{
    struct turn_fact turn;
    int64_t began = clock_mono_us();
    enum err e = converse(ctx, env, c, &turn);
    if (e != OK && (err_is_transient(e) || failures(t, env->merchant_id, c->no) < FAILURES_MAX)) {
        LOG(t->opt.eng->log, LOG_WARN, "turn_failed", LOG_I("conversation", c->no), LOG_S("error", str_of(ctx->msg)));
        return OK;
    }
    if (e != OK)
        turn = give_up(c, clock_now_us(t->opt.eng->clock));
    metric_observe_us(METRIC_H_TURN, clock_mono_us() - began);
    write_turn(ctx, b, &turn);
    (*n)++;
    return OK;
}

static enum err run_merchant(struct ctx *ctx, struct talker *t, struct merchant *m, size_t max, size_t *made)
{
    struct conversation *list = NULL;
    size_t n = 0, turns = 0;
    int64_t pos = 0, folded = atomic_load(&m->folded);
    struct buf b;
    struct converse_env env = {.eng = t->opt.eng, .rd = t->rd, .merchant_id = m->id, .refresh = t->opt.refresh, .refresh_user = t->opt.refresh_user,
                               .budget_ms = t->opt.eng->config->ask_budget_ms};
    int64_t *seen = &t->seen[m - t->opt.eng->merchants];
    if (!m->cfg->talk.enabled || folded == *seen)
        return OK;
    enum err e = conversation_list(ctx, t->rd->state, m->id, CONVERSATION_LIST_WAITING, 0, max, &list, &n);
    if (e == OK && n == 0)
        *seen = folded;
    if (e == OK && n > 0)
        e = names_of(ctx, t, m, &env.learned);
    buf_init(&b, TURNS_BYTES);
    for (size_t i = 0; e == OK && i < n && b.n < TURNS_BYTES / 2; i++)
        e = one_turn(ctx, t, &env, &list[i], &b, &turns);
    if (e == OK && turns > 0)
        e = buf_err(&b);
    if (e == OK && turns > 0)
        e = system_append_wait(ctx, t->opt.eng, m->id, buf_str(&b), &pos);
    buf_clear(&b);
    if (e == OK && turns > 0)
        e = engine_wait_folded(ctx, t->opt.eng, m->id, pos, FOLD_WAIT_MS);
    *made += e == OK ? turns : 0;
    return e;
}

enum err talker_run(struct ctx *ctx, struct talker *t, size_t max, size_t *n)
{
    enum err e = OK;
    *n = 0;
    for (size_t i = 0; e == OK && i < t->opt.eng->merchants_n; i++)
        e = run_merchant(ctx, t, &t->opt.eng->merchants[i], max, n);
    return e;
}

/* ---- life */

enum err talker_new(struct ctx *ctx, const struct talker_options *opt, struct talker **out)
{
    struct talker *t = calloc(1, sizeof(*t));
    size_t merchants = opt->eng->merchants_n;
    if (t == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "no memory for the talker");
    t->opt = *opt;
    t->names = calloc(merchants + 1, sizeof(*t->names));
    t->seen = calloc(merchants + 1, sizeof(*t->seen));
    enum err e = t->names == NULL || t->seen == NULL ? ctx_fail(ctx, ERR_MEMORY, "no memory for the talker") : reader_open(ctx, opt->eng, &t->rd);
    for (size_t i = 0; e == OK && i < merchants; i++) {
        t->seen[i] = -1;
        t->names[i].arena = arena_new((size_t)1 << 20);
        if (t->names[i].arena == NULL)
            e = ctx_fail(ctx, ERR_MEMORY, "no memory for the talker");
    }
    if (e != OK) {
        talker_free(t);
        return e;
    }
    *out = t;
    return OK;
}

static void *talker_main(void *arg)
{
    struct talker *t = arg;
    struct arena *a = arena_new((size_t)256 << 20);
    struct ctx ctx;
    if (a == NULL)
        return NULL;
    ctx_init(&ctx, a, t->opt.eng->clock, t->opt.eng->log);
    while (!atomic_load(&t->stop)) {
        size_t n = 0;
        enum err e = talker_run(&ctx, t, 64, &n);
        if (e != OK)
            LOG(t->opt.eng->log, LOG_WARN, "talker_waits", LOG_S("error", str_of(ctx.msg)));
        arena_reset(a);
        struct timespec pause = {0, e != OK ? 100 * IDLE_NS : IDLE_NS};
        if (n == 0)
            nanosleep(&pause, NULL);
    }
    arena_free(a);
    return NULL;
}

enum err talker_start(struct ctx *ctx, struct talker *t)
{
    t->running = pthread_create(&t->thread, NULL, talker_main, t) == 0;
    return t->running ? OK : ctx_fail(ctx, ERR_MEMORY, "cannot start the talker");
}

void talker_free(struct talker *t)
{
    if (t == NULL)
        return;
    atomic_store(&t->stop, true);
    if (t->running)
        pthread_join(t->thread, NULL);
    reader_close(t->rd);
    for (size_t i = 0; t->names != NULL && i < t->opt.eng->merchants_n; i++)
        arena_free(t->names[i].arena);
    free(t->names);
    free(t->seen);
    free(t);
}
