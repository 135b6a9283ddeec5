/* JSON: what is refused and in which words, what is kept digit by digit, and writing that any
 * reader takes. */
#include "lib/fixture.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *name;
    struct str text;
    enum err err;
    const char *words; /* part of the message */
} REFUSED[] = {
    {"empty", {"", 0}, ERR_PARSE, "empty"},
    {"NULL", {NULL, 0}, ERR_PARSE, "empty"},
    {"blank", {" \n\t ", 4}, ERR_PARSE, "empty"},
    {"only a byte order mark", {"\xef\xbb\xbf", 3}, ERR_PARSE, "empty"},
    {"cut object", {"{\"a\":1", 6}, ERR_PARSE, "JSON"},
    {"cut string", {"\"abc", 4}, ERR_PARSE, "JSON"},
    {"cut escape", {"\"a\\", 3}, ERR_PARSE, "JSON"},
    {"cut unicode escape", {"\"a\\u00", 6}, ERR_PARSE, "JSON"},
    {"bad unicode escape", {"\"\\u00g0\"", 8}, ERR_PARSE, "JSON"},
    {"trailing value", {"{} {}", 5}, ERR_PARSE, "JSON"},
    {"trailing word", {"[1]x", 4}, ERR_PARSE, "JSON"},
    {"trailing comma", {"[1,]", 4}, ERR_PARSE, "JSON"},
    {"missing colon", {"{\"a\" 1}", 7}, ERR_PARSE, "JSON"},
    {"single quotes", {"{'a':1}", 7}, ERR_PARSE, "JSON"},
    {"comment", {"/* x */ 1", 9}, ERR_PARSE, "JSON"},
    {"NaN", {"NaN", 3}, ERR_PARSE, "JSON"},
    {"leading zero", {"[01]", 4}, ERR_PARSE, "JSON"},
    {"leading plus", {"[+1]", 4}, ERR_PARSE, "JSON"},
    {"no digit behind the point", {"[1.]", 4}, ERR_PARSE, "JSON"},
    {"control byte in a string", {"\"a\nb\"", 5}, ERR_PARSE, "JSON"},
    {"NUL byte", {"{\"a\":\"b\0c\"}", 11}, ERR_PARSE, "byte 8 is NUL"},
    {"NUL behind the value", {"{}\0", 3}, ERR_PARSE, "byte 3 is NUL"},
    {"escaped NUL", {"{\"a\":{\"b\":\"x\\u0000\"}}", 21}, ERR_PARSE, "a.b: a NUL"},
    {"escaped NUL in a name", {"{\"x\\u0000\":1}", 13}, ERR_PARSE, "NUL"},
    {"ill-formed UTF-8", {"{\"a\":\"\xff\"}", 9}, ERR_PARSE, "byte 7 is not UTF-8"},
    {"overlong UTF-8", {"\"\xc0\xaf\"", 4}, ERR_PARSE, "byte 2 is not UTF-8"},
    {"raw surrogate", {"\"\xed\xa0\x80\"", 5}, ERR_PARSE, "byte 2 is not UTF-8"},
    {"name twice",
     {"{\"o\":[{},{\"total\":1,\"x\":2,\"total\":1}]}", 38},
     ERR_PARSE,
     "o.1.total: the same name twice"},
    {"name twice, once escaped",
     {"{\"ab\":1,\"a\\u0062\":2}", 20},
     ERR_PARSE,
     "ab: the same name twice"},
    {"empty name twice", {"{\"\":1,\"\":2}", 11}, ERR_PARSE, "the same name twice"},
};

static void test_refused(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        const struct json *v = NULL;
        enum err e = json_parse(&f.ctx, REFUSED[i].text, &JSON_LIMITS_SMALL, &v);
        if (e != REFUSED[i].err || v != NULL || strstr(f.ctx.msg, REFUSED[i].words) == NULL)
            fail_msg("%s: %s, \"%s\"", REFUSED[i].name, err_name(e), f.ctx.msg);
    }
    fixture_clear(&f);
}

static const struct {
    const char *name, *text, *back; /* back: NULL the same text */
} TAKEN[] = {
    {"object", "{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"e\"}}", NULL},
    {"spaces", " { \"a\" : [ 1 , 2 ] } \r\n", "{\"a\":[1,2]}"},
    {"byte order mark", "\xef\xbb\xbf{}", "{}"},
    {"digits stay", "[820982911946154508123456789,-0,1e400,0.10,1E+2]", NULL},
    {"scalars", "\"x\"", NULL},
    {"number alone", "12", NULL},
    {"escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\"",
     "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\tA\xc3\xa9\""},
    {"pair", "\"\\ud83d\\udce6!\"", "\"\xf0\x9f\x93\xa6!\""},
    {"half a pair", "\"a\\ud83dbc\"",
     "\"a\xef\xbf\xbd"
     "bc\""},
    {"half a pair at the end", "\"a\\ud83d\"", "\"a\xef\xbf\xbd\""},
    {"second half alone", "\"\\udce6\"", "\"\xef\xbf\xbd\""},
    {"two first halves", "\"\\ud83d\\ud83d\\udce6\"", "\"\xef\xbf\xbd\xf0\x9f\x93\xa6\""},
    {"first half and a letter", "\"\\ud83d\\u0041\"",
     "\"\xef\xbf\xbd"
     "A\""},
    {"escaped backslash before u", "\"\\\\ud83d\"", NULL},
    {"empty containers", "{\"a\":{},\"b\":[],\"\":\"\"}", NULL},
    {"same name in different objects", "[{\"a\":1},{\"a\":2},{\"b\":{\"a\":3},\"a\":4}]", NULL},
};

static void test_taken(void **state)
{
    (void)state;
    struct fixture f;
    struct buf b;
    fixture_init(&f);
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < sizeof(TAKEN) / sizeof(TAKEN[0]); i++) {
        const struct json *v = NULL;
        const char *want = TAKEN[i].back == NULL ? TAKEN[i].text : TAKEN[i].back;
        struct str text = str_of(TAKEN[i].text);
        char *copy = malloc(text.n); /* a block of its own, so that a read behind its end shows */
        assert_non_null(copy);
        memcpy(copy, text.p, text.n);
        enum err e = json_parse(&f.ctx, (struct str){copy, text.n}, &JSON_LIMITS_SMALL, &v);
        if (e != OK)
            fail_msg("%s: %s", TAKEN[i].name, f.ctx.msg);
        buf_reset(&b);
        struct jw w = jw_of(&b);
        json_write(&w, v);
        if (!str_eq(buf_str(&b), str_of(want)))
            fail_msg("%s: %.*s", TAKEN[i].name, STR_ARG(buf_str(&b)));
        free(copy);
    }
    buf_clear(&b);
    fixture_clear(&f);
}

static void test_limits(void **state)
{
    static const struct json_limits TIGHT = {64, 5, 3};
    static const struct {
        const char *text;
        enum err err;
    } CASES[] = {
        {"[1,2,3,4]", OK},
        {"[1,2,3,4,5]", ERR_LIMIT},
        {"[[[1]]]", OK},
        {"[[[[]]]]", ERR_LIMIT},
        {"{\"a\":{\"b\":{\"c\":{}}}}", ERR_LIMIT},
        {"\"0123456789012345678901234567890123456789012345678901234567890\"", OK},
        {"\"01234567890123456789012345678901234567890123456789012345678901234\"", ERR_LIMIT},
    };
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct json *v = NULL;
        if (json_parse(&f.ctx, str_of(CASES[i].text), &TIGHT, &v) != CASES[i].err)
            fail_msg("%s: %s", CASES[i].text, f.ctx.msg);
    }
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 100000; i++)
        buf_addc(&b, '[');
    const struct json *v = NULL;
    assert_int_equal(json_parse(&f.ctx, buf_str(&b), &JSON_LIMITS_WEBHOOK, &v), ERR_LIMIT);
    assert_non_null(strstr(f.ctx.msg, "deeper than 32"));
    buf_clear(&b);
    fixture_clear(&f);
}

/* An arena that is too small gives an error at every size, never a crash or a half tree. */
static void test_short_memory(void **state)
{
    struct str text = STR("{\"id\":1020,\"name\":\"#1020\\n\",\"lines\":[{\"sku\":\"A\\u0042\"},{"
                          "\"sku\":\"\\ud83d\"},{\"sku\":\"C\"}]}");
    enum err last = OK;
    (void)state;
    for (size_t max = 0; max < 2000; max += 16) {
        struct arena *a = arena_new(max);
        struct clock c;
        struct ctx ctx;
        const struct json *v = NULL;
        clock_init_virtual(&c, 0);
        ctx_init(&ctx, a, &c, NULL);
        last = json_parse(&ctx, text, &JSON_LIMITS_SMALL, &v);
        assert_true(last == OK ? v != NULL : last == ERR_MEMORY && v == NULL);
        arena_free(a);
    }
    assert_int_equal(last, OK);
}

/* 100,000 names in one object: all kept, one more of the same refused, both at once (a square would
 * take minutes). */
static void test_wide(void **state)
{
    enum { N = 100000 };
    (void)state;
    struct fixture f;
    struct buf b;
    fixture_init(&f);
    buf_init(&b, 8 << 20);
    const struct json *v = NULL;
    int64_t start = clock_mono_us();
    for (int again = 0; again < 2; again++) {
        buf_reset(&b);
        buf_addc(&b, '{');
        for (int i = 0; i < N; i++)
            buf_fmt(&b, "\"k%d\":%d,", i, i);
        buf_fmt(&b, "\"%s\":0}", again == 1 ? "k77777" : "last");
        enum err e = json_parse(&f.ctx, buf_str(&b), &JSON_LIMITS_WEBHOOK, &v);
        assert_int_equal(e, again == 1 ? ERR_PARSE : OK);
        if (again == 0)
            assert_int_equal(v->count, N + 1);
    }
    assert_non_null(strstr(f.ctx.msg, "k77777: the same name twice"));
    assert_true(clock_mono_us() - start < 20 * US_PER_S);
    buf_clear(&b);
    fixture_clear(&f);
}

static void test_getters(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct json *v = NULL;
    int64_t n = 5;
    assert_ok(&f.ctx, json_parse(&f.ctx,
                                 STR("{\"s\":\"text\",\"n\":820982911946154508,\"t\":true,\"f\":"
                                     "false,\"z\":null,\"a\":[10,"
                                     "{\"x\":\"deep\"}],\"half\":1.5,\"big\":99999999999999999999,"
                                     "\"o\":{\"1\":\"one\"},\"\":\"nameless\"}"),
                                 &JSON_LIMITS_SMALL, &v));
    assert_str(json_str(v, "s"), "text");
    assert_str(json_str(v, "n"), "");
    assert_str(json_text(v, "n"), "820982911946154508");
    assert_str(json_text(v, "s"), "text");
    assert_str(json_text(v, "t"), "");
    assert_str(json_str(v, ""), "nameless");
    assert_true(json_true(v, "t"));
    assert_false(json_true(v, "f"));
    assert_false(json_true(v, "s"));
    assert_false(json_true(v, "none"));
    assert_str(json_value_text(json_path(v, "a.1.x")), "deep");
    assert_str(json_value_text(json_path(v, "a.0")), "10");
    assert_str(json_value_text(json_path(v, "o.1")), "one");
    assert_null(json_path(v, "a.2"));
    assert_null(json_path(v, "a.-1"));
    assert_null(json_path(v, "s.x"));
    assert_null(json_path(NULL, "a"));
    assert_null(json_at(json_get(v, "a"), 2));
    assert_null(json_at(v, 0));
    assert_null(json_first(json_get(v, "s")));
    assert_null(json_get(NULL, "a"));
    assert_null(json_get(json_get(v, "a"), "x"));
    assert_true(json_is(json_get(v, "z"), JSON_NULL));
    assert_false(json_is(NULL, JSON_NULL));
    assert_int_equal(json_i64(v, "n", 0, INT64_MAX, &n), OK);
    assert_true(n == INT64_C(820982911946154508));
    n = 5;
    assert_int_equal(json_i64(v, "none", 0, 9, &n), ERR_NOTFOUND);
    assert_int_equal(json_i64(v, "z", 0, 9, &n), ERR_NOTFOUND);
    assert_int_equal(json_i64(v, "s", 0, 9, &n), ERR_PARSE);
    assert_int_equal(json_i64(v, "half", 0, 9, &n), ERR_PARSE);
    assert_int_equal(json_i64(v, "n", 0, 9, &n), ERR_LIMIT);
    assert_int_equal(json_i64(v, "big", 0, INT64_MAX, &n), ERR_LIMIT);
    assert_true(n == 5);
    size_t children = 0;
    JSON_EACH(c, v)
    children++;
    assert_int_equal(children, v->count);
    fixture_clear(&f);
}

static void test_writer(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "s",
            (struct str){"a\"\\\n\x01\x7f\xff"
                         "b\0",
                         9});
    jw_kstr_opt(&w, "left_out", STR(""));
    jw_kstr_null(&w, "empty", STR_NULL);
    jw_ki64(&w, "n", INT64_MIN);
    jw_kbool(&w, "t", true);
    jw_ktime(&w, "at", TEST_NOW_US);
    jw_ktime(&w, "never", 0);
    jw_key(&w, "a");
    jw_arr(&w);
    jw_i64(&w, 1);
    jw_null(&w);
    jw_raw(&w, STR("{\"x\":1}"));
    jw_arr(&w);
    jw_arr_end(&w);
    jw_arr_end(&w);
    jw_end(&w);
    assert_int_equal(buf_err(&b), OK);
    assert_str(buf_str(&b),
               "{\"s\":\"a\\\"\\\\\\n\\u0001\x7f\xef\xbf\xbd"
               "b\\u0000\",\"empty\":null,\"n\":-9223372036854775808,\"t\":true,"
               "\"at\":\"2026-11-18T11:06:40Z\",\"never\":null,\"a\":[1,null,{\"x\":1},[]]}");
    buf_clear(&b);
}

/* Any bytes at all, written as a string, come back as well-formed JSON. */
static void test_writer_takes_any_bytes(void **state)
{
    (void)state;
    struct fixture f;
    struct buf b;
    fixture_init(&f);
    buf_init(&b, 4096);
    uint32_t seed = 12345;
    for (int round = 0; round < 3000; round++) {
        char bytes[24];
        size_t n = (size_t)round % sizeof(bytes);
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 24 == 0 ? 1 : seed >> 24); /* the reader refuses NUL */
        }
        buf_reset(&b);
        struct jw w = jw_of(&b);
        jw_str(&w, (struct str){bytes, n});
        const struct json *v = NULL;
        assert_ok(&f.ctx, json_parse(&f.ctx, buf_str(&b), &JSON_LIMITS_SMALL, &v));
        if (str_is_utf8((struct str){bytes, n}))
            assert_true(str_eq(v->text, (struct str){bytes, n}));
        arena_reset(f.arena);
    }
    buf_clear(&b);
    fixture_clear(&f);
}

/* Every ASCII byte at every place of a run that needs no escape otherwise. */
static void test_writer_escapes_in_runs(void **state)
{
    (void)state;
    struct fixture f;
    struct buf b;
    fixture_init(&f);
    buf_init(&b, 4096);
    for (int c = 1; c < 0x80; c++)
        for (size_t at = 0; at < 20; at++) {
            char text[20];
            memset(text, 'x', sizeof(text));
            text[at] = (char)c;
            buf_reset(&b);
            struct jw w = jw_of(&b);
            jw_str(&w, (struct str){text, sizeof(text)});
            const struct json *v = NULL;
            assert_ok(&f.ctx, json_parse(&f.ctx, buf_str(&b), &JSON_LIMITS_SMALL, &v));
            assert_true(str_eq(v->text, (struct str){text, sizeof(text)}));
            assert_int_equal(b.n == sizeof(text) + 2, c >= 0x20 && c != '"' && c != '\\');
            arena_reset(f.arena);
        }
    buf_clear(&b);
    fixture_clear(&f);
}

/* Every beginning of a document is refused or is a value, and none is read behind its end. */
static void test_cut_everywhere(void **state)
{
    struct str text = STR("{\"a\":[1,-2.5e3,\"\\ud83d\\udce6\\n\\\\\",true,null,{\"b\":"
                          "\"\xc3\xa9\"}],\"c\":\"\\ud83d\"}");
    (void)state;
    struct fixture f;
    fixture_init(&f);
    for (size_t n = 0; n <= text.n; n++) {
        const struct json *v = NULL;
        char *copy = malloc(n == 0 ? 1 : n);
        assert_non_null(copy);
        memcpy(copy, text.p, n);
        enum err e = json_parse(&f.ctx, (struct str){copy, n}, &JSON_LIMITS_SMALL, &v);
        assert_int_equal(e, n == text.n ? OK : ERR_PARSE);
        assert_true(n == text.n || f.ctx.msg[0] != '\0');
        free(copy);
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_limits),         cmocka_unit_test(test_short_memory),
        cmocka_unit_test(test_wide),           cmocka_unit_test(test_getters),
        cmocka_unit_test(test_writer), cmocka_unit_test(test_writer_takes_any_bytes), cmocka_unit_test(test_writer_escapes_in_runs),
        cmocka_unit_test(test_cut_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
