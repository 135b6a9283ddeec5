/* Fuzz target: mails. Whatever comes, what is kept is bounded, well-formed and without what cannot be seen. */
#include "fuzz.h"

#include "base/clock.h"
#include "connectors/lib/inbound_text.h"
#include "connectors/lib/mail_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct clock clock;
    struct ctx ctx;
    struct mail_in mail;
    struct arena *a = arena_new((size_t)64 << 20);
    FUZZ_CHECK(a != NULL);
    clock_init_virtual(&clock, INT64_C(1795000000000000));
    ctx_init(&ctx, a, &clock, NULL);
    if (mail_in_read(&ctx, (struct str){(const char *)data, n}, STR("mx.shop.example"), &mail) == OK) {
        FUZZ_CHECK(mail.text.n <= INBOUND_TEXT_MAX && str_is_utf8(mail.text) && str_is_utf8(mail.subject) && str_is_utf8(mail.from_name));
        FUZZ_CHECK(mail.attachments_n <= MAIL_IN_ATTACHMENTS_MAX && mail.references_n <= MAIL_IN_REFERENCES_MAX);
        FUZZ_CHECK(mail.automatic == (mail.why != NULL));
        FUZZ_CHECK(mail.dmarc != MAIL_DMARC_PASS || mail.from.n > 0);
    }
    arena_free(a);
    return 0;
}
