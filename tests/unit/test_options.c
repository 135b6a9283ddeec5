/* Options of commands: what is taken, what is refused and in which words; spans of time; patterns of order names. */
#include "lib/fixture.h"

#include "cli/cli.h"
#include "flows/virtual_clock.h"
#include "talk/entities.h"

struct want {
    const char *name;
    const char *argv[8];
    enum err e;
    bool flag;
    const char *text;
    int64_t number;
    size_t list_n, rest_n;
    const char *words; /* of the refusal */
};

static const struct want CASES[] = {
    {"nothing", {"x", "a"}, OK, false, NULL, 7, 0, 1, NULL},
    {"long", {"x", "--text", "v", "--flag", "a"}, OK, true, "v", 7, 0, 1, NULL},
    {"equals", {"x", "--text=v=w", "a"}, OK, false, "v=w", 7, 0, 1, NULL},
    {"letter", {"x", "-t", "v", "-f", "a"}, OK, true, "v", 7, 0, 1, NULL},
    {"number", {"x", "-n", "-12", "a"}, OK, false, NULL, -12, 0, 1, NULL},
    {"list", {"x", "-H", "a: b", "--head=c: d", "a"}, OK, false, NULL, 7, 2, 1, NULL},
    {"after the end", {"x", "--", "--flag", "-t"}, OK, false, NULL, 7, 0, 2, NULL},
    {"a dash is a word", {"x", "-"}, OK, false, NULL, 7, 0, 1, NULL},
    {"unknown", {"x", "--nope", "a"}, ERR_PARSE, false, NULL, 7, 0, 0, "--nope: no such option"},
    {"no value", {"x", "a", "--text"}, ERR_PARSE, false, NULL, 7, 0, 0, "--text: its value V is missing"},
    {"value of a flag", {"x", "--flag=1", "a"}, ERR_PARSE, false, NULL, 7, 0, 0, "--flag: takes no value"},
    {"no number", {"x", "-n", "1e3", "a"}, ERR_PARSE, false, NULL, 7, 0, 0, "--number: expected a whole number, got \"1e3\""},
    {"too few", {"x"}, ERR_PARSE, false, NULL, 7, 0, 0, "a word is missing"},
    {"too many", {"x", "a", "b", "c"}, ERR_PARSE, false, NULL, 7, 0, 0, "\"c\": one word too many"},
    {"help", {"x", "--help"}, ERR_NOTFOUND, false, NULL, 7, 0, 0, ""},
};

static void options_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct want *c = &CASES[i];
        struct fixture f;
        bool flag = false;
        const char *text = NULL;
        int64_t number = 7;
        struct option_list list = {.n = 0}, rest = {.n = 0};
        char *argv[8];
        int argc = 0;
        fixture_init(&f);
        for (; argc < 8 && c->argv[argc] != NULL; argc++) {
            struct str copy;
            assert_ok(&f.ctx, arena_dup(f.arena, str_of(c->argv[argc]), &copy));
            argv[argc] = arena_alloc(f.arena, copy.n + 1);
            memcpy(argv[argc], copy.p, copy.n);
        }
        const struct option opts[] = {OPT_FLAG("flag", 'f', &flag, ""), OPT_TEXT("text", 't', &text, "V", ""),
                                      OPT_NUMBER("number", 'n', &number, "N", ""), OPT_LIST("head", 'H', &list, "H", ""), OPT_END};
        enum err e = options_parse(&f.ctx, opts, argc, argv, 1, 2, &rest);
        if (e != c->e || flag != c->flag || number != c->number || list.n != c->list_n || rest.n != c->rest_n ||
            !str_eq(str_of(text), str_of(c->text)))
            fail_msg("%s: %s, %s", c->name, err_name(e), f.ctx.msg);
        if (c->words != NULL)
            assert_string_equal(f.ctx.msg, c->words);
        fixture_clear(&f);
    }
}

static void every_command_is_listed_once(void **state)
{
    (void)state;
    for (size_t i = 0; COMMANDS[i].name != NULL; i++) {
        assert_non_null(COMMANDS[i].run);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(COMMANDS[i].name, COMMANDS[k].name);
    }
}

static void spans(void **state)
{
    static const struct {
        const char *text;
        int64_t us; /* -1: refused */
    } SPANS[] = {{"3d", 3 * US_PER_DAY}, {"36h", 36 * US_PER_H}, {"1d12h", 36 * US_PER_H}, {"45m", 45 * US_PER_MIN}, {"90s", 90 * US_PER_S},
                 {"", -1}, {"3", -1}, {"d", -1}, {"3w", -1}, {"-3d", -1}, {"4000d", -1}, {"3653d1h", -1}, {"999999999d", -1}, {"3 d", -1}};
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(SPANS) / sizeof(SPANS[0]); i++) {
        int64_t us = -1;
        enum err e = span_parse(&f.ctx, str_of(SPANS[i].text), &us);
        if ((e == OK) != (SPANS[i].us >= 0) || (e == OK && us != SPANS[i].us))
            fail_msg("\"%s\": %lld", SPANS[i].text, (long long)us);
    }
    fixture_clear(&f);
}

static void patterns(void **state)
{
    static const struct {
        const char *pattern, *text;
        size_t took;
    } ROWS[] = {{"#{n}", "#1020 x", 5}, {"NW-{n}", "nw-12", 5}, {"NW-{n}", "NW-x", 0}, {"{a}{n}", "AB12", 4}, {"{w}", "a1b2-", 4},
                {"{n}-EU", "12-EU", 5}, {"{n}-EU", "12-US", 0}, {"", "x", 0}, {"{x}1", "{x}1", 4}, {"{n", "{n", 2}};
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        if (entity_pattern_match(str_of(ROWS[i].pattern), str_of(ROWS[i].text)) != ROWS[i].took)
            fail_msg("%s on %s", ROWS[i].pattern, ROWS[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(options_are_read), cmocka_unit_test(every_command_is_listed_once),
                                       cmocka_unit_test(spans), cmocka_unit_test(patterns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
