/* See connector_case.h. */
#include "lib/connector_case.h"

#include "model/fact_json.h"


void test_account(struct account *acct, const char *connector, const char *secret)
{
    *acct = (struct account){.merchant = STR("demo"), .id = str_of(connector), .conn = connector_find(str_of(connector))};
    if (acct->conn == NULL)
        fail_msg("no connector %s", connector);
    acct->role = acct->conn->role;
    if (secret != NULL)
        assert_int_equal(secret_set(&acct->webhook_secrets[0], str_of(secret)), OK);
}

void test_account_clear(struct account *acct)
{
    for (int i = 0; i < ACCOUNT_SECRETS_MAX; i++)
        secret_clear(&acct->webhook_secrets[i]);
    secret_clear(&acct->api_key);
    secret_clear(&acct->api_user);
    secret_clear(&acct->api_secret);
}

/* ---- messages */

static struct str take_line(struct str *rest)
{
    struct str line = STR_NULL;
    if (!str_split(rest, '\n', &line))
        fail_msg("a message without a blank line behind its head");
    return str_ends(line, STR("\r")) ? str_sub(line, 0, line.n - 1) : line;
}

static void start_line(struct str line, struct http_msg *out)
{
    struct str word = STR_NULL, target = STR_NULL;
    (void)str_split(&line, ' ', &word);
    (void)str_split(&line, ' ', &target);
    if (str_starts(word, STR("HTTP/"))) {
        assert_int_equal(target.n, 3);
        out->status = (target.p[0] - '0') * 100 + (target.p[1] - '0') * 10 + (target.p[2] - '0');
        return;
    }
    out->method = word;
    (void)str_split(&target, '?', &out->path);
    out->query = target.p == NULL ? STR_NULL : target;
}

struct http_msg test_message(struct str text, struct http_header room[CASE_HEADERS_MAX])
{
    struct http_msg msg = {.received_us = TEST_NOW_US, .headers = room};
    start_line(take_line(&text), &msg);
    for (;;) {
        struct str line = take_line(&text), name = STR_NULL;
        if (str_empty(line))
            break;
        assert_true(msg.headers_n < CASE_HEADERS_MAX);
        (void)str_split(&line, ':', &name);
        room[msg.headers_n++] = (struct http_header){name, str_trim(line)};
    }
    msg.body = text.p == NULL ? STR("") : text;
    return msg;
}

struct http_msg test_hook(struct http_header room[CASE_HEADERS_MAX], const char *const headers[][2], const char *body)
{
    struct http_msg msg = {.method = STR("POST"), .headers = room, .body = str_of(body), .received_us = TEST_NOW_US};
    for (; headers != NULL && headers[msg.headers_n][0] != NULL; msg.headers_n++) {
        assert_true(msg.headers_n < CASE_HEADERS_MAX);
        room[msg.headers_n] = (struct http_header){str_of(headers[msg.headers_n][0]), str_of(headers[msg.headers_n][1])};
    }
    return msg;
}

struct str decoded_text(struct ctx *ctx, const struct decoded *d, struct str cursor)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, (size_t)32 << 20);
    for (size_t i = 0; i < d->n; i++) {
        struct jw w = jw_of(&b);
        fact_write(ctx->arena, &w, &d->facts[i]);
        buf_addc(&b, '\n');
    }
    for (size_t i = 0; i < d->fetches_n; i++)
        buf_fmt(&b, "read %.*s %.*s\n", STR_ARG(d->fetches[i].what), STR_ARG(d->fetches[i].id));
    if (!str_empty(cursor))
        buf_fmt(&b, "cursor %.*s\n", STR_ARG(cursor));
    if (!str_empty(d->note))
        buf_fmt(&b, "note %.*s\n", STR_ARG(d->note));
    assert_int_equal(buf_err(&b), OK);
    assert_int_equal(arena_dup(ctx->arena, buf_str(&b), &out), OK);
    buf_clear(&b);
    return out;
}
