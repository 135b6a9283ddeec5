/*
 * One connector under the fuzzer: the bytes are a webhook's body and the answer's to each thing that a connector asks for: a read,
 * an action, a message, a ticket.
 */
#include "base/clock.h"
#include "connectors/connector.h"

#include <stdlib.h>

#ifdef FUZZ_SETTING
static const struct setting FUZZ_SETTINGS[] = {{{FUZZ_SETTING, sizeof(FUZZ_SETTING) - 1}, {"true", 4}}};
#endif
#ifdef FUZZ_CONTENT_TYPE
static const struct http_header FUZZ_HEADER = {{"Content-Type", 12}, {FUZZ_CONTENT_TYPE, sizeof(FUZZ_CONTENT_TYPE) - 1}};
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Its answers to what it was asked to do; the first byte chooses the status, the step and the capability, the last one what was carried. */
static void read_answers(struct ctx *ctx, const struct account *acct, struct http_msg msg)
{
    static const int STATUSES[] = {200, 201, 202, 400, 409, 422, 429, 500};
    static const char *const CARRIES[] = {"carried", "notes 7", "note 7", "read 7", "list 7", "who", "make 7", "contact", "labels 7", "refund 1.00", "look 79 80 1"};
    const unsigned first = msg.body.n == 0 ? 0 : (unsigned char)msg.body.p[0];
    const unsigned last = msg.body.n == 0 ? 0 : (unsigned char)msg.body.p[msg.body.n - 1];
    const struct str carry = str_of(CARRIES[last % (sizeof(CARRIES) / sizeof(CARRIES[0]))]);
    struct action_call call = {.key = STR("0af1"), .cap = (enum capability)(first % CAP_COUNT), .order_id = STR("7"), .order_name = STR("#1020")};
    struct send_ask ask = {.channel = CHANNEL_SMS, .key = STR("m1"), .to = STR("+13125550100"), .order = STR("#1020"), .text = STR("here")};
    struct ticket_packet packet = {.key = STR("0af1"), .order_name = STR("#1020"), .priority = "high"};
    struct action_answer acted = {.step = STEP_LATER}, filed = {.step = STEP_LATER};
    struct send_result sent = {0};
    struct str id = STR_NULL;
    msg.status = STATUSES[first % (sizeof(STATUSES) / sizeof(STATUSES[0]))];
    if (acct->conn->act != NULL && (acct->conn->act->kinds & 1u << call.cap) != 0)
        (void)!acct->conn->act->decode(ctx, acct, &call, (int)(first % 3), carry, &msg, &acted);
    if (acct->conn->ticket != NULL)
        (void)!acct->conn->ticket->decode(ctx, acct, &packet, (int)(first % 2), carry, &msg, &filed);
    if (acct->conn->send != NULL)
        acct->conn->send->result(ctx, acct, &ask, &msg, &sent);
    if (acct->conn->send != NULL && acct->conn->send->found != NULL)
        (void)acct->conn->send->found(ctx, acct, &ask, &msg, &id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct clock clock;
    struct ctx ctx;
    struct decoded d = {0}, p = {0}, q = {0};
    struct str cursor = {0};
    struct arena *a = arena_new((size_t)64 << 20);
    struct account acct = {.id = STR(FUZZ_CONNECTOR), .conn = connector_find(STR(FUZZ_CONNECTOR))};
    if (a == NULL || acct.conn == NULL)
        abort();
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    struct http_msg msg = {.body = {(const char *)data, n}, .received_us = INT64_C(1795000000000000)};
    if (acct.conn->hook != NULL)
        (void)!acct.conn->hook->decode(&ctx, &acct, &msg, &d);
#ifdef FUZZ_SETTING
    acct.settings = FUZZ_SETTINGS;
    acct.settings_n = 1;
    (void)!acct.conn->hook->decode(&ctx, &acct, &msg, &d);
#endif
#ifdef FUZZ_CONTENT_TYPE
    msg.headers = &FUZZ_HEADER;
    msg.headers_n = 1;
    (void)!acct.conn->hook->decode(&ctx, &acct, &msg, &d);
#endif
    if (acct.conn->poll != NULL)
        (void)!acct.conn->poll->decode(&ctx, &acct, NULL, &msg, &p, &cursor);
    struct poll_ask ask = {.kind = POLL_PARCEL, .carrier = STR(FUZZ_CONNECTOR), .tracking_number = STR("1Z7W4E590300010062")};
    if (acct.conn->poll != NULL)
        (void)!acct.conn->poll->decode(&ctx, &acct, &ask, &msg, &q, &cursor);
    read_answers(&ctx, &acct, msg);
    arena_free(a);
    return 0;
}
