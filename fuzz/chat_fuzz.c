/*
 * Fuzz target: what a page sends to the chat: a message, a signed user. Whatever comes: a message is somebody's, says something and
 * fits its bounds, and nobody is a user without the shop's word.
 */
#include "fuzz.h"

#include "base/clock.h"
#include "flows/chat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)32 << 20);
    struct clock clock;
    struct ctx ctx;
    struct account acct = {.merchant = STR("demo"), .id = STR("web_chat")};
    const struct chat_session s = {.thread = STR("web-abcdefghijklmnopabcdefgh")};
    const struct json *v = NULL;
    struct message_in_fact m;
    struct chat_user user;
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    FUZZ_CHECK(secret_set(&acct.webhook_secrets[0], STR("a secret that no input has a MAC of")) == OK);
    if (json_parse(&ctx, (struct str){(const char *)data, size}, &JSON_LIMITS_SMALL, &v) == OK) {
        if (chat_message_read(&ctx, v, &s, &m) == OK) {
            FUZZ_CHECK(str_eq(m.from, s.thread) && !m.verified && str_starts(m.message_id, s.thread));
            FUZZ_CHECK(m.text.n + m.choice.n > 0 && m.text.n <= CHAT_TEXT_MAX && str_is_utf8(m.text));
        }
        const struct json *given = json_get(v, "user");
        if (chat_user_read(&ctx, &acct, given, clock_now_us(&clock), &user) == OK)
            FUZZ_CHECK(str_empty(user.email) && (given == NULL || json_is(given, JSON_NULL)));
    }
    secret_clear(&acct.webhook_secrets[0]);
    arena_free(a);
    return 0;
}
