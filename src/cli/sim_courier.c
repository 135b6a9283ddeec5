/* The simulated courier: what is due in the outbox goes out at once, as if every channel took every message. */
#include "cli/sim_run.h"

#include "flows/reader.h"
#include "model/fact_json.h"
#include "storage/outbox.h"

#define ROWS_MAX 400 /* of one append: two facts each */

static void ignore_done(void *user, enum err e, int64_t pos)
{
    (void)user;
    (void)e;
    (void)pos;
}

static void write_row(struct ctx *ctx, const struct outbox_row *row, int64_t now_us, struct buf *b)
{
    uint32_t n = (uint32_t)row->attempts + 1;
    struct fact attempt = {.kind = FACT_ATTEMPT, .role = ROLE_SYSTEM}, receipt = {.kind = FACT_RECEIPT, .role = ROLE_SYSTEM};
    attempt.u.attempt = (struct attempt_fact){.message_key = row->key, .attempt = n, .at_us = now_us};
    receipt.u.receipt = (struct receipt_fact){.message_key = row->key, .status = RECEIPT_ACCEPTED, .attempt = n, .at_us = now_us};
    const struct fact *const BOTH[] = {&attempt, &receipt};
    for (size_t i = 0; i < 2; i++) {
        struct jw w = jw_of(b);
        fact_write(ctx->arena, &w, BOTH[i]);
        buf_addc(b, '\n');
    }
}

enum err sim_deliver(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, size_t *n)
{
    struct outbox_row *rows = NULL;
    struct buf b;
    int64_t now = clock_now_us(engine_clock(eng));
    enum err e = outbox_list(ctx, rd->state, merchant_id, OUTBOX_LIST_DUE, now, STR_NULL, ROWS_MAX, &rows, n);
    if (e != OK || *n == 0)
        return e;
    buf_init(&b, (size_t)4 << 20);
    for (size_t i = 0; i < *n; i++)
        write_row(ctx, &rows[i], now, &b);
    struct http_msg msg = {.body = buf_str(&b), .received_us = now};
    struct append_req req = {.merchant_id = merchant_id, .source = RECV_SYSTEM, .account = STR("wismo"), .msg = &msg, .done = ignore_done};
    e = buf_err(&b);
    if (e == OK)
        e = engine_append(ctx, eng, &req);
    buf_clear(&b);
    return e;
}
