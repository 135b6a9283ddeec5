/*
 * The stories tell every rule of the default policy, and every reason for which the guard holds an action back: each is named in one
 * of them as what decided; a rule that does nothing leaves nothing to name. What no story of requests can bring about is listed here, with where it is tested.
 */
#include "lib/fixture.h"

#include "mind/guard.h"

#include <dirent.h>
#include <stdio.h>

#define STORIES_MAX ((size_t)2 << 20)

/* Told elsewhere: nothing stands against it; pauses are no fact of the fold's (test_performer); a rule hands disputed payments over
 * before the guard is asked (test_guard). */
static bool is_elsewhere(enum guard_reason r)
{
    return r == GUARD_NONE || r == GUARD_PAUSED || r == GUARD_DISPUTED;
}

static struct str all_stories(struct fixture *f, struct buf *b)
{
    DIR *d = opendir(test_source_path("tests/stories"));
    struct dirent *de;
    assert_non_null(d);
    while ((de = readdir(d)) != NULL)
        if (str_ends(str_of(de->d_name), STR(".story"))) {
            buf_add(b, test_read_file(f->arena, test_source_path(arena_fmt(f->arena, "tests/stories/%s", de->d_name).p)));
            buf_addc(b, '\n');
        }
    closedir(d);
    return buf_str(b);
}

static bool names(struct fixture *f, struct str stories, const char *key, struct str word)
{
    static const char *const ENDS[] = {" ", "\n"};
    for (size_t i = 0; i < 2; i++)
        if (str_contains(stories, arena_fmt(f->arena, "%s=%.*s%s", key, STR_ARG(word), ENDS[i])))
            return true;
    return false;
}

static void each_rule(void **state)
{
    struct fixture f;
    struct policy pol;
    struct buf b;
    size_t missing = 0;
    (void)state;
    fixture_init(&f);
    buf_init(&b, STORIES_MAX);
    struct str stories = all_stories(&f, &b);
    assert_ok(&f.ctx, policy_default(&f.ctx, &pol));
    for (size_t i = 0; i < pol.rules_n; i++)
        if (pol.rules[i].steps[0].verb != VERB_NOTHING && !names(&f, stories, "rule", pol.rules[i].name)) {
            print_error("no story has rule=%.*s\n", STR_ARG(pol.rules[i].name));
            missing++;
        }
    for (int r = 0; r < GUARD_REASON_COUNT; r++)
        if (!is_elsewhere((enum guard_reason)r) && !names(&f, stories, "reason", str_of(guard_reason_word((enum guard_reason)r)))) {
            print_error("no story has reason=%s\n", guard_reason_word((enum guard_reason)r));
            missing++;
        }
    assert_int_equal(missing, 0);
    buf_clear(&b);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_rule)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
