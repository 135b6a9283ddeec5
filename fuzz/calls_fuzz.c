/*
 * Fuzz target: a step of a telephone call: the address that we gave (up to a NUL), the form behind it, what is read, the answer, a
 * call of ours with such a text, and a list of calls.
 */
#include "base/clock.h"
#include "connectors/connector.h"
#include "talk/spoken.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct clock clock;
    struct ctx ctx;
    struct decoded d = {0};
    struct call_step st;
    struct buf out;
    struct arena *a = arena_new((size_t)64 << 20);
    struct account acct = {.id = STR("twilio"), .conn = connector_find(STR("twilio")), .public_url = STR("https://wismo.example"),
                           .settings = &(const struct setting){STR("from"), STR("+13125550199")}, .settings_n = 1};
    struct str query = {(const char *)data, n}, body = STR_NULL, id;
    if (a == NULL || acct.conn == NULL)
        abort();
    for (size_t i = 0; i < n && body.p == NULL; i++)
        if (data[i] == 0) {
            query.n = i;
            body = (struct str){(const char *)data + i + 1, n - i - 1};
        }
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    struct http_msg msg = {.method = STR("POST"), .path = STR("/calls/twilio/demo"), .query = query, .body = body, .received_us = INT64_C(1795000000000000)};
    buf_init(&out, (size_t)1 << 20);
    if (acct.conn->call->read(&ctx, &acct, &msg, &st) == OK) {
        struct call_say say = {.next = (enum call_next)(n % 4), .text = spoken_text(&ctx, st.at.lang, query), .dial = STR("+13125550111"), .at = st.at};
        if (acct.conn->call->answer(&ctx, &acct, &msg, &say, &out) == OK && !str_ends(buf_str(&out), STR("</Response>\n")))
            abort();
    }
    (void)!acct.conn->hook->decode(&ctx, &acct, &msg, &d);
    struct send_ask ask = {.channel = CHANNEL_VOICE, .key = STR("m1"), .to = STR("+13125550100"), .text = query, .language = STR("de")};
    struct out_req req = {.method = STR("POST")};
    (void)acct.conn->send->found(&ctx, &acct, &ask, &msg, &id); /* the body is a list of calls, too */
    (void)!acct.conn->send->request(&ctx, &acct, &ask, &req);
    buf_clear(&out);
    arena_free(a);
    return 0;
}
