/* One connector under the fuzzer: the bytes are a webhook's or an answer's body, read by hand and as the answer to a question. */
#include "base/clock.h"
#include "connectors/connector.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

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
    if (acct.conn->poll != NULL)
        (void)!acct.conn->poll->decode(&ctx, &acct, NULL, &msg, &p, &cursor);
    struct poll_ask ask = {.kind = POLL_PARCEL, .carrier = STR(FUZZ_CONNECTOR), .tracking_number = STR("1Z7W4E590300010062")};
    if (acct.conn->poll != NULL)
        (void)!acct.conn->poll->decode(&ctx, &acct, &ask, &msg, &q, &cursor);
    arena_free(a);
    return 0;
}
