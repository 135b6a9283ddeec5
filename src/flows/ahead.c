/* See ahead.h. Slots are exchanged whole, so neither side waits; structs and their arenas go round through a list of spare ones. */
#include "flows/ahead.h"

#include "flows/envelope.h"

#include <stdlib.h>

#define AHEAD_BYTES ((size_t)256 << 20) /* of all merchants; what comes in may take half, the rest is for what the folder comes to next */
#define ARENA_MAX ((size_t)16 << 20)
#define ARENA_LEAST ((size_t)16 << 10) /* what an arena holds at any time */
#define SPARE_MAX 2048
#define BODY_MAX ((size_t)256 << 10) /* a larger one is bulk: nobody waits for it, and it was decoded once for its checks already */

static struct ahead *spare_take(struct engine *eng)
{
    pthread_mutex_lock(&eng->ahead_lock);
    struct ahead *ah = eng->ahead_spare;
    if (ah != NULL) {
        eng->ahead_spare = ah->next;
        eng->ahead_spare_n--;
    }
    pthread_mutex_unlock(&eng->ahead_lock);
    if (ah != NULL) {
        ah->next = NULL;
        return ah;
    }
    ah = calloc(1, sizeof(*ah));
    if (ah != NULL)
        ah->arena = arena_new(ARENA_MAX);
    if (ah != NULL && ah->arena == NULL) {
        free(ah);
        return NULL;
    }
    return ah;
}

static void ahead_free(struct ahead *ah)
{
    arena_free(ah->arena);
    free(ah);
}

/* Under the lock: as many of the list as may be kept; gives the rest. */
static struct ahead *keep_spare(struct engine *eng, struct ahead *list)
{
    while (list != NULL && eng->ahead_spare_n < SPARE_MAX) {
        struct ahead *next = list->next;
        list->next = eng->ahead_spare;
        eng->ahead_spare = list;
        eng->ahead_spare_n++;
        list = next;
    }
    return list;
}

void ahead_give(struct engine *eng, struct ahead *list)
{
    if (list == NULL)
        return;
    for (struct ahead *ah = list; ah != NULL; ah = ah->next) {
        atomic_fetch_sub(&eng->ahead_bytes, ah->bytes);
        arena_reset(ah->arena);
        *ah = (struct ahead){.arena = ah->arena, .next = ah->next};
    }
    pthread_mutex_lock(&eng->ahead_lock);
    struct ahead *rest = keep_spare(eng, list);
    pthread_mutex_unlock(&eng->ahead_lock);
    while (rest != NULL) {
        struct ahead *next = rest->next;
        ahead_free(rest);
        rest = next;
    }
}

static bool may_be(struct engine *eng, int64_t merchant_id, enum recv_source source, struct str account)
{
    const struct account *acct = engine_account(eng, merchant_id, account);
    const struct hook_ops *h = acct == NULL ? NULL : acct->conn->hook;
    return source == RECV_FACTS || (source == RECV_WEBHOOK && h != NULL && h->decode_ahead);
}

static bool worth_it(struct engine *eng, struct merchant *m, const struct append_req *req)
{
    return may_be(eng, req->merchant_id, req->source, req->account) && req->msg->body.n <= BODY_MAX && !eng->opt.no_ahead &&
           !eng->opt.store_off && atomic_load(&m->head) - atomic_load(&m->folded) < AHEAD_SLOTS / 2 &&
           atomic_load(&eng->ahead_bytes) < AHEAD_BYTES / 2;
}

static void count_bytes(struct engine *eng, struct ahead *ah)
{
    ah->bytes = arena_used(ah->arena) > ARENA_LEAST ? arena_used(ah->arena) : ARENA_LEAST;
    atomic_fetch_add(&eng->ahead_bytes, ah->bytes);
}

/* What decoding gave is part of it, with its words. Errs: ERR_MEMORY */
static enum err decoded_as(struct ctx *own, struct ahead *ah, enum err e)
{
    ah->e = ctx_whole(own, e);
    return ah->e == OK ? OK : arena_dup(own->arena, str_of(own->msg), &ah->why);
}

/* Decodes as the folder would from the raw row, but for the ledger's time, which is not known yet. */
static enum err decode(struct ctx *own, struct engine *eng, struct merchant *m, const struct append_req *req, struct str plain,
                       struct ahead *ah, bool *needs_time)
{
    struct http_msg msg = {0};
    enum err e = arena_dup(own->arena, plain, &plain);
    if (e == OK)
        e = arena_dup(own->arena, req->account, &ah->account);
    if (e == OK)
        e = envelope_read(own, plain, &msg);
    if (e != OK)
        return ERR_MEMORY;
    struct received_row row = {.source = req->source, .origin = req->origin, .account = ah->account};
    msg.time_asked = needs_time;
    return decoded_as(own, ah, received_decode(own, eng, m, &row, &msg, &ah->d));
}

struct ahead *ahead_make(struct ctx *ctx, struct engine *eng, struct merchant *m, const struct append_req *req, struct str plain)
{
    struct ahead *ah = worth_it(eng, m, req) ? spare_take(eng) : NULL;
    bool needs_time = false;
    struct ctx own;
    if (ah == NULL)
        return NULL;
    ctx_init(&own, ah->arena, ctx->clock, ctx->log);
    ah->source = req->source;
    ah->origin = req->origin;
    enum err e = decode(&own, eng, m, req, plain, ah, &needs_time);
    count_bytes(eng, ah);
    if (e == OK && !needs_time && ah->e != ERR_MEMORY)
        return ah;
    ahead_give(eng, ah);
    return NULL;
}

struct ahead *ahead_read(struct ctx *ctx, struct engine *eng, struct db *ledger, struct merchant *m, const struct received_row *row)
{
    bool worth = may_be(eng, m->id, row->source, row->account) && row->body.n <= BODY_MAX && atomic_load(&eng->ahead_bytes) < AHEAD_BYTES;
    struct ahead *ah = worth ? spare_take(eng) : NULL;
    struct http_msg msg = {0};
    struct ctx own;
    if (ah == NULL)
        return NULL;
    ctx_init(&own, ah->arena, ctx->clock, ctx->log);
    ah->source = row->source;
    ah->origin = row->origin;
    struct received_row mine = *row;
    enum err e = arena_dup(own.arena, row->account, &ah->account);
    mine.account = ah->account;
    if (e == OK)
        e = received_open(&own, eng, ledger, m, row, &msg);
    if (e == OK)
        e = decoded_as(&own, ah, received_decode(&own, eng, m, &mine, &msg, &ah->d));
    count_bytes(eng, ah);
    if (e == OK && ah->e != ERR_MEMORY)
        return ah;
    ahead_give(eng, ah);
    return NULL;
}

void ahead_put(struct engine *eng, struct merchant *m, struct ahead *ah, int64_t pos, int64_t at_us)
{
    ah->pos = pos;
    ah->at_us = at_us;
    ahead_give(eng, atomic_exchange(&m->ahead[pos % AHEAD_SLOTS], ah));
}

struct ahead *ahead_take(struct engine *eng, struct merchant *m, int64_t pos)
{
    if (atomic_load(&m->ahead[pos % AHEAD_SLOTS]) == NULL)
        return NULL;
    struct ahead *ah = atomic_exchange(&m->ahead[pos % AHEAD_SLOTS], NULL);
    if (ah == NULL || ah->pos == pos)
        return ah;
    ahead_give(eng, ah); /* an older one that was never asked for, or a newer one: its raw row serves */
    return NULL;
}

void ahead_close(struct engine *eng)
{
    for (size_t i = 0; i < eng->merchants_n; i++)
        for (size_t k = 0; eng->merchants[i].ahead != NULL && k < AHEAD_SLOTS; k++)
            ahead_give(eng, atomic_exchange(&eng->merchants[i].ahead[k], NULL));
    for (size_t i = 0; i < eng->merchants_n; i++)
        free(eng->merchants[i].ahead);
    while (eng->ahead_spare != NULL) {
        struct ahead *next = eng->ahead_spare->next;
        ahead_free(eng->ahead_spare);
        eng->ahead_spare = next;
    }
}
