/*
 * What every connector promises, by its fixtures: tests/fixtures/connectors/<vendor>/<case>/in.http (a request or an answer as
 * the vendor sends it), want.json (the facts it gives, one a line, then the reads it asks for) and note.md. For free, each is
 * also cut at every byte, decoded twice, given an unknown field, and its signature is checked where the vendor signs.
 * WISMO_UPDATE=1 writes want.json anew: read the difference before you commit it.
 */
#include "lib/fixture.h"

#include "base/num.h"
#include "connectors/connector.h"
#include "model/fact_json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct str decode_to_text(struct ctx *ctx, const struct account *acct, const struct http_msg *msg, enum err *e)
{
    struct decoded d = {0};
    struct buf b;
    struct str out = STR("");
    buf_init(&b, (size_t)4 << 20);
    *e = connector_decode_any(ctx, acct, msg, &d);
    for (size_t i = 0; *e == OK && i < d.n; i++) {
        struct jw w = jw_of(&b);
        fact_write(ctx->arena, &w, &d.facts[i]);
        buf_addc(&b, '\n');
    }
    for (size_t i = 0; *e == OK && i < d.fetches_n; i++)
        buf_fmt(&b, "read %.*s %.*s\n", STR_ARG(d.fetches[i].what), STR_ARG(d.fetches[i].id));
    assert_int_equal(buf_err(&b), OK);
    if (b.n > 0)
        assert_int_equal(arena_dup(ctx->arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}

static void parse_http(struct ctx *ctx, struct str text, struct http_msg *msg)
{
    struct str line, word;
    struct http_header *h = ctx_alloc(ctx, 32 * sizeof(*h));
    memset(msg, 0, sizeof(*msg));
    assert_true(str_split(&text, '\n', &line));
    line = str_trim(line);
    assert_true(str_split(&line, ' ', &word));
    if (str_starts(word, STR("HTTP/"))) {
        int64_t status = 0;
        struct str code;
        assert_true(str_split(&line, ' ', &code));
        assert_int_equal(num_parse_i64(code, 100, 599, &status), OK);
        msg->status = (int)status;
    } else {
        struct str target;
        msg->method = word;
        assert_true(str_split(&line, ' ', &target));
        (void)str_split(&target, '?', &msg->path);
        msg->query = target;
    }
    msg->headers = h;
    while (str_split(&text, '\n', &line) && !str_empty(str_trim(line))) {
        struct str name;
        assert_true(str_split(&line, ':', &name));
        h[msg->headers_n++] = (struct http_header){str_trim(name), str_trim(line)};
    }
    msg->body = text.p == NULL ? STR("") : text;
    msg->received_us = TEST_NOW_US;
}

static struct account account_for(const struct connector *c)
{
    return (struct account){.merchant = STR("demo"), .id = str_of(c->id), .conn = c, .role = c->role};
}

/* ---- what each fixture is tried with */

static int check_want(struct fixture *f, const struct account *acct, const struct http_msg *msg, const char *dir)
{
    char path[1200];
    enum err e;
    struct str got = decode_to_text(&f->ctx, acct, msg, &e);
    if (e != OK) {
        print_error("%s: %s: %s\n", dir, err_name(e), f->ctx.msg);
        return 1;
    }
    snprintf(path, sizeof(path), "%s/want.json", dir);
    if (getenv("WISMO_UPDATE") != NULL) {
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        fwrite(got.p, 1, got.n, out);
        fclose(out);
        return 0;
    }
    struct str want = test_read_file(f->arena, path);
    if (str_eq(got, want))
        return 0;
    print_error("%s: got\n%.*swant\n%.*s", dir, STR_ARG(got), STR_ARG(want));
    return 1;
}

static int check_twice(struct fixture *f, const struct account *acct, const struct http_msg *msg, const char *dir)
{
    enum err e1, e2;
    struct str a = decode_to_text(&f->ctx, acct, msg, &e1), b = decode_to_text(&f->ctx, acct, msg, &e2);
    if (e1 == e2 && str_eq(a, b))
        return 0;
    print_error("%s: the second time gives something else\n", dir);
    return 1;
}

/* Who lets its messages be decoded ahead: facts that depend on when a message came say so (http_msg_time). */
static int check_time(struct fixture *f, const struct account *acct, struct http_msg msg, const char *dir)
{
    enum err e1, e2;
    bool asked = false;
    if (acct->conn->hook == NULL || !acct->conn->hook->decode_ahead)
        return 0;
    msg.time_asked = &asked;
    struct str a = decode_to_text(&f->ctx, acct, &msg, &e1);
    msg.received_us += 3 * US_PER_DAY;
    struct str b = decode_to_text(&f->ctx, acct, &msg, &e2);
    if (asked || (e1 == e2 && str_eq(a, b)))
        return 0;
    print_error("%s: another time of arrival gives something else, and nobody asked for it\n", dir);
    return 1;
}

/* A field that nobody knows changes nothing. */
static int check_new_field(struct fixture *f, const struct account *acct, struct http_msg msg, const char *dir)
{
    enum err e1, e2;
    if (msg.body.n == 0 || msg.body.p[0] != '{' || memchr(msg.body.p, '\n', msg.body.n) == NULL)
        return 0;
    struct str before = decode_to_text(&f->ctx, acct, &msg, &e1);
    msg.body = arena_fmt(f->arena, "{\"field_of_tomorrow\":{\"a\":[1,2,3]},%.*s", STR_ARG(str_sub(msg.body, 1, msg.body.n)));
    struct str after = decode_to_text(&f->ctx, acct, &msg, &e2);
    if (e1 == e2 && (str_eq(before, after) || str_eq(str_of(acct->conn->id), STR("wismo")) || str_eq(str_of(acct->conn->id), STR("generic"))))
        return 0;
    print_error("%s: an unknown field changes what comes out\n", dir);
    return 1;
}

/* Cut at each byte: an error that says something, or no facts that were not there; never a crash. */
static int check_cuts(struct fixture *f, const struct account *acct, struct http_msg msg, const char *dir)
{
    size_t whole = msg.body.n;
    for (size_t n = 0; n < whole; n += 1 + n / 200) {
        struct arena *a = arena_new((size_t)16 << 20);
        struct ctx ctx;
        enum err e;
        ctx_init(&ctx, a, &f->clock, NULL);
        char *copy = malloc(n + 1); /* a copy of its own: a read past the cut is seen */
        memcpy(copy, msg.body.p, n);
        msg.body = (struct str){copy, n};
        (void)decode_to_text(&ctx, acct, &msg, &e);
        bool bad = e != OK && ctx.msg[0] == '\0';
        free(copy);
        arena_free(a);
        msg.body = (struct str){NULL, 0};
        if (bad) {
            print_error("%s: cut at %zu: an error without words\n", dir, n);
            return 1;
        }
        parse_http(&f->ctx, test_read_file(f->arena, arena_fmt(f->arena, "%s/in.http", dir).p), &msg);
    }
    return 0;
}

/* No signature, or a wrong one, is refused; so is any when no secret is configured. */
static int check_refused(struct fixture *f, const struct account *acct, const struct http_msg *msg, const char *dir)
{
    struct account with = *acct;
    if (acct->conn->hook == NULL || msg->status != 0)
        return 0;
    enum err none = acct->conn->hook->verify(&f->ctx, acct, msg);
    assert_int_equal(secret_set(&with.webhook_secrets[0], STR("a-secret-of-the-test")), OK);
    enum err unsigned_ = acct->conn->hook->verify(&f->ctx, &with, msg);
    secret_clear(&with.webhook_secrets[0]);
    if (none == ERR_DENIED && unsigned_ == ERR_DENIED)
        return 0;
    print_error("%s: accepted without a signature (%s, %s)\n", dir, err_name(none), err_name(unsigned_));
    return 1;
}

static int run_fixture(const struct connector *c, const char *dir)
{
    struct fixture f;
    struct http_msg msg;
    struct account acct = account_for(c);
    int bad = 0;
    fixture_init(&f);
    parse_http(&f.ctx, test_read_file(f.arena, arena_fmt(f.arena, "%s/in.http", dir).p), &msg);
    bad += check_want(&f, &acct, &msg, dir);
    bad += check_twice(&f, &acct, &msg, dir);
    bad += check_time(&f, &acct, msg, dir);
    bad += check_new_field(&f, &acct, msg, dir);
    bad += check_refused(&f, &acct, &msg, dir);
    bad += check_cuts(&f, &acct, msg, dir);
    fixture_clear(&f);
    return bad;
}

static int run_vendor(const struct connector *c, int *cases)
{
    char dir[600], path[1000];
    int bad = 0;
    snprintf(dir, sizeof(dir), "%s/%s", test_source_path("tests/fixtures/connectors"), c->id);
    DIR *d = opendir(dir);
    if (d == NULL) {
        if (!c->face)
            print_error("%s: no fixtures\n", c->id);
        return c->face ? 0 : 1;
    }
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        bad += run_fixture(c, path);
        (*cases)++;
    }
    closedir(d);
    return bad;
}

static void all_fixtures(void **state)
{
    int bad = 0, cases = 0;
    (void)state;
    for (size_t i = 0; i < connector_count(); i++)
        bad += run_vendor(connector_at(i), &cases);
    print_message("%d fixtures of %zu connectors\n", cases, connector_count());
    assert_int_equal(bad, 0);
    assert_true(cases > 50);
}

/* ---- signatures that fit: each vendor's recipe with a secret of ours, old and new secret, changed body */

static const struct {
    const char *vendor, *header, *prefix;
    bool hex;
} SIGNED[] = {
    {"shopify", "X-Shopify-Hmac-Sha256", "", false},
    {"woocommerce", "X-WC-Webhook-Signature", "", false},
    {"fedex", "fdx-signature", "", false},
    {"usps", "X-HMAC", "", false},
    {"aftership", "aftership-hmac-sha256", "", false},
    {"easypost", "X-Hmac-Signature", "hmac-sha256-hex=", true},
    {"generic", "X-Wismo-Signature", "", true},
};

static void signed_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SIGNED) / sizeof(SIGNED[0]); i++) {
        struct fixture f;
        struct str body = STR("{\"a\":1}");
        unsigned char sum[SHA256_LEN];
        size_t n = 0;
        struct buf sig;
        fixture_init(&f);
        const struct connector *c = connector_find(str_of(SIGNED[i].vendor));
        struct account acct = account_for(c);
        assert_int_equal(secret_set(&acct.webhook_secrets[0], STR("new-secret")), OK);
        assert_int_equal(secret_set(&acct.webhook_secrets[1], STR("old-secret")), OK);
        for (int s = 0; s < 3; s++) {
            struct str key = s == 0 ? STR("new-secret") : s == 1 ? STR("old-secret") : STR("other");
            assert_int_equal(hmac_once(MAC_SHA256, key, &body, 1, sum, &n), OK);
            buf_init(&sig, 256);
            buf_addz(&sig, SIGNED[i].prefix);
            if (SIGNED[i].hex)
                buf_add_hex(&sig, (struct str){(const char *)sum, n});
            else
                base64_encode((struct str){(const char *)sum, n}, &sig);
            struct http_header h = {str_of(SIGNED[i].header), buf_str(&sig)};
            struct http_msg msg = {.method = STR("POST"), .headers = &h, .headers_n = 1, .body = body, .received_us = TEST_NOW_US};
            enum err want = s < 2 ? OK : ERR_DENIED;
            assert_int_equal(c->hook->verify(&f.ctx, &acct, &msg), want);
            msg.body = STR("{\"a\":2}");
            assert_int_equal(c->hook->verify(&f.ctx, &acct, &msg), ERR_DENIED);
            buf_clear(&sig);
        }
        secret_clear(&acct.webhook_secrets[0]);
        secret_clear(&acct.webhook_secrets[1]);
        fixture_clear(&f);
    }
}

/* Standard Webhooks: the time is signed and must be near. */
static void stale_is_refused(void **state)
{
    struct fixture f;
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf sig;
    (void)state;
    fixture_init(&f);
    const struct connector *c = connector_find(STR("bigcommerce"));
    struct account acct = account_for(c);
    struct str stamp = arena_fmt(f.arena, "%lld", (long long)(TEST_NOW_US / US_PER_S)), body = STR("{}");
    const struct str parts[] = {STR("msg_1"), STR("."), stamp, STR("."), body};
    assert_int_equal(secret_set(&acct.webhook_secrets[0], STR("s")), OK);
    assert_int_equal(hmac_once(MAC_SHA256, STR("s"), parts, 5, sum, &n), OK);
    buf_init(&sig, 256);
    buf_addz(&sig, "v1,");
    base64_encode((struct str){(const char *)sum, n}, &sig);
    struct http_header h[] = {{STR("webhook-id"), STR("msg_1")}, {STR("webhook-timestamp"), stamp}, {STR("webhook-signature"), buf_str(&sig)}};
    struct http_msg msg = {.method = STR("POST"), .headers = h, .headers_n = 3, .body = body, .received_us = TEST_NOW_US};
    assert_int_equal(c->hook->verify(&f.ctx, &acct, &msg), OK);
    msg.received_us = TEST_NOW_US + 301 * US_PER_S;
    assert_int_equal(c->hook->verify(&f.ctx, &acct, &msg), ERR_STALE);
    buf_clear(&sig);
    secret_clear(&acct.webhook_secrets[0]);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_fixtures),
        cmocka_unit_test(signed_bodies),
        cmocka_unit_test(stale_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
