/*
 * Signing keys that change. CTest label: flows. A webhook signed by a key that the configuration does not have is refused and has
 * the vendor's newest set read, at most once a minute; what was read holds from then on, and after a restart.
 */
#include "lib/poll_bench.h"
#include "lib/rsa_key.h"

#include "flows/hook_in.h"
#include "flows/learned.h"

#define STAMP "2026-11-18T11:06:40Z"
#define BODY "{\"resource_type\":\"TEST\"}"

struct keys {
    struct poll_bench b;
    EVP_PKEY *old, *new;
};

static void begin(struct keys *k)
{
    k->old = EVP_RSA_gen(2048);
    k->new = EVP_RSA_gen(2048);
    bench_begin(&k->b);
    struct account *a = bench_account(&k->b, "shipengine");
    secret_clear(&a->api_key); /* webhooks only: the set is public */
    secret_clear(&a->api_user);
    secret_clear(&a->api_secret);
    bench_setting(&k->b, a, "jwks", rsa_key_jwks(k->b.f.arena, k->old, "old").p);
    bench_open(&k->b);
}

static void end(struct keys *k)
{
    bench_end(&k->b);
    EVP_PKEY_free(k->old);
    EVP_PKEY_free(k->new);
}

static enum err deliver(struct keys *k, EVP_PKEY *key, const char *kid)
{
    struct poll_bench *b = &k->b;
    struct str dedupe;
    struct http_header h[] = {{STR("X-ShipEngine-RSA-SHA256-Signature"), rsa_key_sign(b->f.arena, key, STR(STAMP "." BODY))},
                              {STR("X-ShipEngine-Timestamp"), STR(STAMP)},
                              {STR("X-ShipEngine-RSA-SHA256-Key-ID"), str_of(kid)}};
    struct http_msg msg = {.method = STR("POST"), .headers = h, .headers_n = 3, .body = STR(BODY), .received_us = TEST_NOW_US};
    return hook_check(&b->f.ctx, b->eng, &b->acct[0], &msg, &dedupe);
}

static void answer(struct keys *k, int status, const char *body)
{
    double_add(k->b.d, &(struct double_step){.method = "GET", .path = "/jwks", .status = status, .body = body,
                                             .header = {{"API-Key", NULL}, {"Authorization", NULL}}});
}

static void new_key_is_read(void **state)
{
    struct keys k;
    (void)state;
    begin(&k);
    assert_int_equal(bench_round(&k.b), 0); /* nothing is wished for */
    assert_ok(&k.b.f.ctx, deliver(&k, k.old, "old"));
    assert_int_equal(bench_round(&k.b), 0);
    assert_int_equal(deliver(&k, k.new, "new"), ERR_DENIED);
    assert_int_equal(deliver(&k, k.new, "newer"), ERR_DENIED);
    answer(&k, 200, rsa_key_jwks(k.b.f.arena, k.new, "new").p);
    assert_int_equal(bench_round(&k.b), 1);
    assert_ok(&k.b.f.ctx, deliver(&k, k.new, "new"));
    assert_int_equal(deliver(&k, k.old, "old"), ERR_DENIED); /* the newest set is the whole one */
    assert_int_equal(deliver(&k, k.old, "new"), ERR_DENIED); /* a known id and another key */
    assert_int_equal(bench_round(&k.b), 0);                  /* not again in this minute */
    bench_reopen(&k.b);
    assert_ok(&k.b.f.ctx, deliver(&k, k.new, "new"));
    assert_int_equal(bench_count(&k.b, "learned_setting"), 1);
    end(&k);
}

/* A thousand forged deliveries: one read a minute, and no more. */
static void forged_ids_cost_one_read(void **state)
{
    struct keys k;
    (void)state;
    begin(&k);
    for (int i = 0; i < 1000; i++) {
        struct str kid = arena_fmt(k.b.f.arena, "k%d", i);
        struct fetch_request want = {STR(FETCH_SETTING "jwks"), kid};
        learned_wish(k.b.eng, &k.b.acct[0], &want);
    }
    answer(&k, 200, rsa_key_jwks(k.b.f.arena, k.old, "old").p);
    for (int i = 0; i < 3; i++) {
        bench_ready(&k.b);
        bench_round(&k.b);
    }
    assert_int_equal(double_calls(k.b.d), 1);
    end(&k);
}

/* A set that cannot be used, an error with a body like one: what was there stays. */
static void bad_sets_are_not_kept(void **state)
{
    struct keys k;
    (void)state;
    begin(&k);
    answer(&k, 200, "<html>");
    assert_int_equal(deliver(&k, k.new, "new"), ERR_DENIED);
    assert_int_equal(bench_round(&k.b), 1);
    assert_int_equal(bench_count(&k.b, "learned_setting"), 0);
    assert_ok(&k.b.f.ctx, deliver(&k, k.old, "old"));
    bench_reopen(&k.b); /* its minute is over */
    bench_ready(&k.b);  /* the pause after the failure outlives the restart */
    answer(&k, 404, rsa_key_jwks(k.b.f.arena, k.new, "new").p);
    assert_int_equal(deliver(&k, k.new, "new"), ERR_DENIED);
    assert_int_equal(bench_round(&k.b), 1);
    assert_int_equal(bench_count(&k.b, "learned_setting"), 0);
    assert_int_equal(deliver(&k, k.new, "new"), ERR_DENIED);
    end(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_key_is_read),
        cmocka_unit_test(forged_ids_cost_one_read),
        cmocka_unit_test(bad_sets_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
