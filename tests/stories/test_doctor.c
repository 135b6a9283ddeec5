/*
 * The doctor against a vendor's double: who is let in, who is refused and in which words, who lacks a right, who does not answer; each
 * with file, line and column. Offline, nobody is asked.
 */
#include "lib/double.h"
#include "lib/fixture.h"

#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char CONFIG[] = "store:\n  path: %s/store\nmerchants:\n  - name: demo\n    home_country: DE\n    connectors:\n"
                             "      - connector: ups\n        base_url: %s\n        webhook_secrets: w\n        api_user: id\n        api_secret: sec\n"
                             "      - connector: dhl_unified\n        base_url: %s\n        api_key: k\n        webhook_secrets: w\n"
                             "      - connector: easypost\n        webhook_secrets: w\n";

struct outcome {
    const char *name;
    struct double_step token, read;
    int code;
    const char *says[3];
};

static const struct double_step TOKEN = {.method = "POST", .path = "/security/v1/oauth/token",
                                         .body = "{\"access_token\":\"t-1\",\"expires_in\":14399,\"token_type\":\"Bearer\"}"};

static const struct outcome OUTCOMES[] = {
    {"all are let in", {.status = 200}, {.method = "GET", .status = 404, .body = "{\"status\":404,\"title\":\"Not Found\"}"}, EXIT_OK,
     {"wismo.yaml:7:9: demo/ups (ups): the vendor lets it in", "wismo.yaml:12:9: demo/dhl_unified (dhl_unified): the vendor lets it in",
      "0 wrong"}},
    {"the client is refused", {.status = 401, .body = "{\"response\":{\"errors\":[{\"code\":\"250002\",\"message\":\"Invalid\"}]}}"},
     {.method = "GET", .status = 404}, EXIT_NO, {"wismo.yaml:7:9: demo/ups (ups): refused:", "do: ", "1 wrong"}},
    {"the key is refused", {.status = 200}, {.method = "GET", .status = 401, .body = "{\"detail\":\"Unauthorized\"}"}, EXIT_NO,
     {"wismo.yaml:12:9: demo/dhl_unified (dhl_unified): refused: the vendor does not accept the key (HTTP 401)", "Unauthorized", "1 wrong"}},
    {"a right is missing", {.status = 200}, {.method = "GET", .status = 403, .body = "{\"detail\":\"not subscribed to tracking\"}"}, EXIT_NO,
     {"the key lacks a right (HTTP 403)", "not subscribed to tracking", "1 wrong"}},
    {"no answer", {.status = 200}, {.method = "GET", .cut = CUT_BEFORE, .times = -1}, EXIT_OK, {"unavailable", "--offline", "0 wrong"}},
};

struct bed {
    struct fixture f;
    char folder[64], config[96];
    struct vendor_double *d;
};

static void bed_open(struct bed *b)
{
    fixture_init(&b->f);
    b->d = double_new();
    snprintf(b->folder, sizeof(b->folder), "/tmp/wismo-doctor-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->config, sizeof(b->config), "%s/wismo.yaml", b->folder);
    FILE *f = fopen(b->config, "w");
    assert_non_null(f);
    fprintf(f, CONFIG, b->folder, double_url(b->d), double_url(b->d));
    assert_int_equal(fclose(f), 0);
}

static void bed_close(struct bed *b)
{
    double_free(b->d);
    unlink(b->config);
    assert_int_equal(rmdir(b->folder), 0); /* the doctor changes nothing */
    fixture_clear(&b->f);
}

static int doctor(struct bed *b, bool offline, char **text)
{
    char word[] = "doctor", config[] = "--config", flag[] = "--offline";
    char *argv[] = {word, config, b->config, flag, NULL};
    size_t n = 0;
    struct cli cli = {.arena = b->f.arena};
    clock_init_real(&cli.clock);
    ctx_init(&cli.ctx, b->f.arena, &cli.clock, NULL);
    cli.log = (struct log){.fd = 2, .min = LOG_ERROR, .clock = &cli.clock};
    cli.out = cli.err = open_memstream(text, &n);
    assert_non_null(cli.out);
    int code = cmd_doctor(&cli, offline ? 4 : 3, argv);
    fclose(cli.out);
    return code;
}

static void by_double(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(OUTCOMES) / sizeof(OUTCOMES[0]); i++) {
        const struct outcome *o = &OUTCOMES[i];
        struct double_step token = TOKEN;
        struct bed b;
        char *text = NULL;
        bed_open(&b);
        token.status = o->token.status;
        token.body = o->token.body != NULL ? o->token.body : TOKEN.body;
        double_add(b.d, &token);
        double_add(b.d, &o->read);
        int code = doctor(&b, false, &text);
        for (size_t k = 0; k < 3; k++)
            if (strstr(text, o->says[k]) == NULL)
                fail_msg("%s: \"%s\" is not in:\n%s", o->name, o->says[k], text);
        if (code != o->code)
            fail_msg("%s: %d:\n%s", o->name, code, text);
        assert_null(strstr(text, "sec\n")); /* no secret is told */
        assert_int_equal(double_left(b.d), 0);
        free(text);
        bed_close(&b);
    }
}

static void offline(void **state)
{
    struct bed b;
    char *text = NULL;
    (void)state;
    bed_open(&b);
    assert_int_equal(doctor(&b, true, &text), EXIT_OK);
    assert_null(strstr(text, "sign-in"));
    assert_int_equal(double_calls(b.d), 0);
    free(text);
    bed_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_double), cmocka_unit_test(offline)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
