/* Log lines: one JSON object each, below the level nothing, values escaped. */
#include "lib/fixture.h"

#include "base/json.h"
#include "base/log.h"

#include <unistd.h>

static struct str read_pipe(int fd, char *room, size_t n)
{
    ssize_t got = read(fd, room, n);
    return (struct str){room, got < 0 ? 0 : (size_t)got};
}

static void test_lines(void **state)
{
    (void)state;
    struct fixture f;
    int fds[2];
    char room[8192];
    fixture_init(&f);
    assert_int_equal(pipe(fds), 0);
    struct log log = {.fd = fds[1], .min = LOG_INFO, .clock = &f.clock};
    LOG(&log, LOG_DEBUG, "not_shown", LOG_I("n", 1));
    LOG(&log, LOG_WARN, "webhook_refused", LOG_S("merchant", STR("acme")), LOG_I("status", 401),
        LOG_S("odd", STR("a\"b\nc")));
    LOG(&log, LOG_ERROR, "second", LOG_I("n", -5), LOG_S("empty", STR("")));
    assert_str(read_pipe(fds[0], room, sizeof(room)),
               "{\"at\":\"2026-11-18T11:06:40Z\",\"level\":\"warn\",\"event\":\"webhook_refused\","
               "\"merchant\":\"acme\",\"status\":401,"
               "\"odd\":\"a\\\"b\\nc\"}\n"
               "{\"at\":\"2026-11-18T11:06:40Z\",\"level\":\"error\",\"event\":\"second\",\"n\":-5,"
               "\"empty\":\"\"}\n");
    LOG(NULL, LOG_ERROR, "silent", LOG_I("n", 1));
    (void)close(fds[0]);
    (void)close(fds[1]);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
