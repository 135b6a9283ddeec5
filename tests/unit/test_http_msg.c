/* Headers by name in any case; the first of several; none is empty. */
#include "lib/fixture.h"

#include "base/http_msg.h"

static void test_header(void **state)
{
    static const struct http_header HEADERS[] = {
        {{"Content-Type", 12}, {"application/json", 16}},
        {{"X-Signature", 11}, {"first", 5}},
        {{"x-signature", 11}, {"second", 6}},
        {{"Empty", 5}, {"", 0}},
    };
    struct http_msg m = {.headers = HEADERS, .headers_n = 4};
    (void)state;
    assert_str(http_msg_header(&m, "content-type"), "application/json");
    assert_str(http_msg_header(&m, "X-SIGNATURE"), "first");
    assert_str(http_msg_header(&m, "X-Signatur"), "");
    assert_non_null(http_msg_header(&m, "empty").p);
    assert_null(http_msg_header(&m, "absent").p);
    m.headers_n = 0;
    assert_null(http_msg_header(&m, "content-type").p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_header)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
