/* What is written into pages is text, whatever it holds; buckets of questions run dry and fill again. */
#include "lib/fixture.h"

#include "server/html.h"
#include "server/limit.h"

static void text_is_escaped(void **state)
{
    static const struct {
        const char *in, *out;
    } ROWS[] = {{"plain", "plain"}, {"<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"},
                {"a & \"b\"", "a &amp; &quot;b&quot;"}, {"\x01\x1F\x07", ""}, {"a\nb\tc", "a\nb\tc"},
                {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xA6", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xA6"},
                {"\xC3(", "\xEF\xBF\xBD("}, {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, {"\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD"}};
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        buf_reset(&b);
        html_text(&b, str_of(ROWS[i].in));
        assert_str(buf_str(&b), ROWS[i].out);
    }
    buf_reset(&b);
    html_fmt(&b, "%s-%d", "<i>", 7);
    assert_str(buf_str(&b), "&lt;i&gt;-7");
    buf_clear(&b);
}

static void every_byte_is_harmless(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    for (int c = 0; c < 256; c++) {
        char s[2] = {(char)c, 'x'};
        buf_reset(&b);
        html_text(&b, (struct str){s, 2});
        assert_true(str_is_utf8(buf_str(&b)));
        for (size_t i = 0; i < b.n; i++)
            assert_null(strchr("<>\"'", b.p[i]));
    }
    buf_clear(&b);
}

static void buckets(void **state)
{
    struct fixture f;
    struct bucket_table *t;
    int64_t now = US_PER_DAY;
    (void)state;
    fixture_init(&f);
    assert_int_equal(bucket_table_new(f.arena, 60, 3, &t), OK);
    for (int i = 0; i < 3; i++)
        assert_true(bucket_take(t, STR("10.0.0.1"), now));
    assert_false(bucket_take(t, STR("10.0.0.1"), now));
    assert_true(bucket_take(t, STR("10.0.0.2"), now));
    assert_false(bucket_take(t, STR("10.0.0.1"), now + US_PER_S - 1));
    assert_true(bucket_take(t, STR("10.0.0.1"), now + US_PER_S));
    assert_false(bucket_take(t, STR("10.0.0.1"), now + US_PER_S));
    for (int i = 0; i < 3; i++)
        assert_true(bucket_take(t, STR("10.0.0.1"), now + 400 * US_PER_DAY));
    assert_false(bucket_take(t, STR("10.0.0.1"), now + 400 * US_PER_DAY));
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(text_is_escaped), cmocka_unit_test(every_byte_is_harmless), cmocka_unit_test(buckets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
