/* The web chat over HTTP: who may, what is refused, signed users, what a window is shown and where it goes on. CTest label: flows */
#include "lib/story_acts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/data.h"
#include "base/http_client.h"
#include "flows/reader.h"
#include "flows/say.h"
#include "flows/talker.h"
#include "server/app.h"

#define SECRET "shop-and-chat-share-this-secret-0"

struct world {
    struct fixture f;
    struct story_store st;
    struct account acct;
    struct setting settings[2];
    struct api_token token;
    struct talker *talker;
    struct app *app;
    struct http_client *client;
};

static void world_open(struct world *w)
{
    *w = (struct world){.app = NULL};
    fixture_init(&w->f);
    w->settings[0] = (struct setting){STR("origins"), STR("https://shop.example.com  https://www.shop.example.com")};
    w->settings[1] = (struct setting){STR("address_header"), STR("X-Real-Address")};
    w->acct = (struct account){.merchant = STR("demo"), .id = STR("web_chat"), .conn = connector_find(STR("web_chat")), .settings = w->settings, .settings_n = 2};
    assert_int_equal(secret_set(&w->acct.webhook_secrets[0], STR(SECRET)), OK);
    story_store_open_threads(&w->f.ctx, &w->f.clock, &w->acct, 1, &w->st);
    w->st.mc.talk = (struct talk_config){.enabled = true, .person_hours = 24};
    w->st.cfg.max_connections = 78; /* half of them for chats */
    w->token = (struct api_token){.name = STR("ann"), .scopes = SCOPE_READ}; /* it is no open demo */
    assert_int_equal(secret_set(&w->token.token, STR("token-of-ann-1234")), OK);
    w->st.cfg.tokens = &w->token;
    w->st.cfg.tokens_n = 1;
    const struct talker_options to = {.eng = w->st.eng};
    assert_ok(&w->f.ctx, talker_new(&w->f.ctx, &to, &w->talker));
    assert_ok(&w->f.ctx, talker_start(&w->f.ctx, w->talker));
    struct app_options ao = {.config = &w->st.cfg, .eng = w->st.eng, .clock = &w->f.clock};
    assert_ok(&w->f.ctx, app_start(&w->f.ctx, &ao, &w->app));
    w->client = http_client_new();
    assert_non_null(w->client);
    struct fact fct = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT};
    fct.u.order = (struct order_fact){.order_id = STR("1020"), .name = STR("#1020"), .currency = STR("USD"), .email = STR("anna@example.com")};
    assert_ok(&w->f.ctx, story_store_append(&w->f.ctx, &w->st, STR("shop"), &fct));
}

static void world_close(struct world *w)
{
    http_client_free(w->client);
    app_stop(w->app, 2000);
    talker_free(w->talker);
    story_store_close(&w->st);
    secret_clear(&w->acct.webhook_secrets[0]);
    secret_clear(&w->token.token);
    fixture_clear(&w->f);
}

/* One call; from: its origin, address: as the proxy tells it; NULL: none. */
static int call(struct world *w, const char *method, const char *path, struct str token, const char *from, const char *address, struct str body,
                struct http_msg *out)
{
    struct http_header h[3] = {{STR("Authorization"), arena_fmt(w->f.arena, "Bearer %.*s", STR_ARG(token))}};
    size_t n = str_empty(token) ? 0 : 1;
    if (from != NULL)
        h[n++] = (struct http_header){STR("Origin"), str_of(from)};
    if (address != NULL)
        h[n++] = (struct http_header){STR("X-Real-Address"), str_of(address)};
    struct http_request req = {.method = str_of(method), .headers = h, .headers_n = n, .body = body, .timeout_ms = 20000,
                               .url = arena_fmt(w->f.arena, "http://127.0.0.1:%d%s", app_port(w->app), path)};
    assert_ok(&w->f.ctx, http_client_do(w->client, &w->f.ctx, &req, out));
    return out->status;
}

/* A user as a shop signs one, until this many seconds from now. */
static struct str user_json(struct world *w, const char *email, int64_t seconds, const char *secret)
{
    unsigned char mac[SHA256_LEN];
    size_t n = 0;
    struct buf hex;
    long long until = clock_now_us(&w->f.clock) / US_PER_S + seconds;
    struct str text = arena_fmt(w->f.arena, "c7\n%s\n%lld", email, until);
    assert_int_equal(hmac_once(MAC_SHA256, str_of(secret), &text, 1, mac, &n), OK);
    buf_init(&hex, 128);
    buf_add_hex(&hex, (struct str){(const char *)mac, n});
    struct str out = arena_fmt(w->f.arena, "{\"user\":{\"id\":\"c7\",\"email\":\"%s\",\"expires\":%lld,\"signature\":\"%.*s\"}}", email, until, STR_ARG(buf_str(&hex)));
    buf_clear(&hex);
    return out;
}

static struct str begin(struct world *w, struct str before, struct str body)
{
    struct http_msg out;
    const struct json *v = NULL;
    struct str token;
    assert_int_equal(call(w, "POST", "/chat/demo/session", before, NULL, NULL, body, &out), 201);
    assert_ok(&w->f.ctx, json_parse(&w->f.ctx, out.body, &JSON_LIMITS_SMALL, &v));
    assert_ok(&w->f.ctx, arena_dup(w->f.arena, json_str(v, "token"), &token));
    return token;
}

/* ---- a window */

static int look(struct world *w, struct str token, const char *last)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)app_port(w->app))};
    struct timeval limit = {.tv_sec = 20};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
    struct str req = arena_fmt(w->f.arena, "GET /chat/demo/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %.*s\r\n%s%s%s\r\n", STR_ARG(token),
                               last == NULL ? "" : "Last-Event-ID: ", last == NULL ? "" : last, last == NULL ? "" : "\r\n");
    assert_true(send(fd, req.p, req.n, MSG_NOSIGNAL) == (ssize_t)req.n);
    return fd;
}

/* Reads on until part is there; text: all of it. */
static void see(int fd, char *text, size_t max, const char *part)
{
    size_t n = strlen(text);
    while (strstr(text, part) == NULL) {
        ssize_t r = n + 1 < max ? recv(fd, text + n, max - 1 - n, 0) : 0;
        if (r <= 0)
            fail_msg("never seen: %s in %s", part, text);
        n += (size_t)r;
        text[n] = '\0';
    }
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        n++;
    return n;
}

static void say_text(struct world *w, struct str token, const char *id, const char *text)
{
    struct http_msg out;
    assert_int_equal(call(w, "POST", "/chat/demo/messages", token, NULL, NULL, arena_fmt(w->f.arena, "{\"id\":\"%s\",\"text\":\"%s\"}", id, text), &out), 202);
}

static void a_visitor(void **state)
{
    struct world w;
    char text[65536] = "", again[65536] = "", last[64] = "";
    (void)state;
    world_open(&w);
    struct str token = begin(&w, STR_NULL, STR("{}"));
    int fd = look(&w, token, NULL);
    see(fd, text, sizeof(text), "event: ready");
    say_text(&w, token, "message-1", "where is my order");
    see(fd, text, sizeof(text), "Which order");
    say_text(&w, token, "message-2", "#1020 anna@example.com");
    see(fd, text, sizeof(text), "being prepared");
    say_text(&w, token, "message-2", "#1020 anna@example.com"); /* sent again: it is one */
    close(fd);

    const char *asked = strstr(text, "Which order"), *id = asked; /* the line broke behind the question */
    while (id > text && strncmp(id, "id: ", 4) != 0)
        id--;
    snprintf(last, sizeof(last), "%.*s", (int)strcspn(id + 4, "\n"), id + 4);
    fd = look(&w, token, last);
    see(fd, again, sizeof(again), "event: ready");
    assert_int_equal(count(again, "event: message"), 2); /* what was said and answered behind it, once */
    assert_null(strstr(again, "Which order"));
    assert_non_null(strstr(again, "being prepared"));

    struct str other = begin(&w, STR_NULL, STR("{}")); /* somebody else sees nothing of it */
    char foreign[8192] = "";
    int fd2 = look(&w, other, NULL);
    see(fd2, foreign, sizeof(foreign), "event: ready");
    assert_int_equal(count(foreign, "event: message"), 0);

    struct conversation *list = NULL; /* a person answers, and it is in the window */
    size_t n = 0;
    assert_ok(&w.f.ctx, conversations_read(&w.f.ctx, w.st.rd, w.st.merchant_id, CONVERSATION_LIST_ALL, 0, 10, &list, &n));
    assert_int_equal(n, 1);
    assert_ok(&w.f.ctx, say_as_person(&w.f.ctx, w.st.eng, w.st.rd, w.st.merchant_id, list[0].no, STR("Hello, this is Bea."), STR("bea")));
    see(fd, again, sizeof(again), "this is Bea");
    assert_non_null(strstr(again, "\"from\":\"person\""));
    close(fd);
    close(fd2);
    world_close(&w);
}

static int64_t head(struct world *w)
{
    struct engine_status st;
    engine_status(w->st.eng, w->st.merchant_id, &st);
    return st.head;
}

/* A person answers in the helpdesk, where a visitor's question became a ticket: it is in the window, once, whatever is told again. */
static void an_answer_from_the_helpdesk(void **state)
{
    struct world w;
    struct outbox_row *rows = NULL;
    char text[65536] = "";
    size_t n = 0;
    (void)state;
    world_open(&w);
    w.st.mc.messages.tickets_to = STR("desk@example.com");
    assert_int_equal(story_store_policy(&w.f.ctx, &w.st, data_file("policy/default.yaml")), ERR_CONFLICT); /* the threads fold it */
    assert_ok(&w.f.ctx, app_settle(&w.f.ctx, w.st.eng, 10000));
    struct str token = begin(&w, STR_NULL, STR("{}"));
    int fd = look(&w, token, NULL);
    say_text(&w, token, "message-1", "I want to talk to a human");
    see(fd, text, sizeof(text), "\"person\":true");
    assert_ok(&w.f.ctx, outbox_list(&w.f.ctx, w.st.rd->state, w.st.merchant_id, OUTBOX_LIST_TICKETS, clock_now_us(&w.f.clock), STR_NULL, 10, &rows, &n));
    assert_int_equal(n, 1);
    struct fact fct = {.kind = FACT_TICKET, .role = ROLE_SYSTEM};
    fct.u.ticket = (struct ticket_fact){.ticket_key = rows[0].key, .ticket_id = STR("77"), .event = TICKET_ANSWERED, .answer_id = STR("501"),
                                        .text = STR("Hello, Bea of the team here."), .at_us = clock_now_us(&w.f.clock)};
    for (int i = 0; i < 2; i++) {
        fct.u.ticket.at_us += i; /* another delivery of the same */
        assert_ok(&w.f.ctx, story_store_append(&w.f.ctx, &w.st, STR("desk"), &fct));
    }
    fct.u.ticket.answer_id = STR("502");
    fct.u.ticket.text = STR("Anything else?");
    assert_ok(&w.f.ctx, story_store_append(&w.f.ctx, &w.st, STR("desk"), &fct));
    see(fd, text, sizeof(text), "Anything else?");
    assert_int_equal(count(text, "Bea of the team here"), 1);
    assert_int_equal(count(text, "\"from\":\"person\""), 2);
    close(fd);
    assert_ok(&w.f.ctx, engine_wait_folded(&w.f.ctx, w.st.eng, w.st.merchant_id, head(&w), 5000));
    (void)story_store_replays(&w.f.ctx, &w.st);
    world_close(&w);
}

static void a_signed_user(void **state)
{
    struct world w;
    char text[65536] = "";
    struct http_msg out;
    (void)state;
    world_open(&w);
    const struct {
        const char *name;
        struct str body;
        int status;
    } CASES[] = {
        {"right", user_json(&w, "anna@example.com", 3600, SECRET), 201},
        {"of another secret", user_json(&w, "anna@example.com", 3600, "some other secret of nobody here"), 401},
        {"over", user_json(&w, "anna@example.com", -1, SECRET), 401},
        {"for ever", user_json(&w, "anna@example.com", 40 * 86400, SECRET), 400},
        {"two lines as one", user_json(&w, "anna@example.com\\n9", 3600, SECRET), 400},
        {"no address", user_json(&w, "anna", 3600, SECRET), 400},
        {"no signature", STR("{\"user\":{\"email\":\"anna@example.com\",\"expires\":4000000000}}"), 401},
        {"no time", STR("{\"user\":{\"email\":\"anna@example.com\",\"signature\":\"00\"}}"), 400},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (call(&w, "POST", "/chat/demo/session", STR_NULL, NULL, NULL, CASES[i].body, &out) != CASES[i].status)
            fail_msg("%s: %d: %.*s", CASES[i].name, out.status, STR_ARG(out.body));

    struct str before = begin(&w, STR_NULL, STR("{}")); /* the conversation goes on when its visitor signs in */
    say_text(&w, before, "message-0", "hello");
    struct str token = begin(&w, before, user_json(&w, "anna@example.com", 3600, SECRET));
    int fd = look(&w, token, NULL);
    see(fd, text, sizeof(text), "hello");
    say_text(&w, token, "message-1", "where is my order");
    see(fd, text, sizeof(text), "being prepared"); /* known without a number */
    assert_non_null(strstr(text, "#1020"));
    close(fd);

    struct str eve = begin(&w, token, user_json(&w, "eve@example.com", 3600, SECRET)); /* another user gets nothing of it */
    char foreign[8192] = "";
    fd = look(&w, eve, NULL);
    see(fd, foreign, sizeof(foreign), "event: ready");
    assert_int_equal(count(foreign, "event: message"), 0);
    close(fd);

    clock_advance(&w.f.clock, 2 * US_PER_H); /* the word of the shop is over */
    assert_int_equal(call(&w, "POST", "/chat/demo/messages", token, NULL, NULL, STR("{\"id\":\"message-9\",\"text\":\"hi\"}"), &out), 401);
    world_close(&w);
}

static void what_is_refused(void **state)
{
    struct world w;
    struct http_msg out;
    (void)state;
    world_open(&w);
    struct str token = begin(&w, STR_NULL, STR("{}"));
    struct str forged = arena_fmt(w.f.arena, "%.*sA", (int)token.n - 1, token.p);
    char *huge = ctx_alloc(&w.f.ctx, 5000);
    memset(huge, 'a', 5000);
    const struct {
        const char *name, *method, *path;
        struct str token;
        const char *from;
        struct str body;
        int status;
    } CASES[] = {
        {"no token", "POST", "/chat/demo/messages", STR_NULL, NULL, STR("{\"id\":\"message-1\",\"text\":\"hi\"}"), 401},
        {"a forged token", "POST", "/chat/demo/messages", str_ends(token, STR("A")) ? STR("AAAA") : forged, NULL, STR("{\"id\":\"message-1\",\"text\":\"hi\"}"), 401},
        {"no such merchant", "POST", "/chat/nobody/session", STR_NULL, NULL, STR("{}"), 404},
        {"no json", "POST", "/chat/demo/session", STR_NULL, NULL, STR("{"), 400},
        {"no id", "POST", "/chat/demo/messages", token, NULL, STR("{\"text\":\"hi\"}"), 400},
        {"an odd id", "POST", "/chat/demo/messages", token, NULL, STR("{\"id\":\"a/../../b\",\"text\":\"hi\"}"), 400},
        {"nothing said", "POST", "/chat/demo/messages", token, NULL, STR("{\"id\":\"message-1\",\"text\":\" \"}"), 400},
        {"nothing to be seen", "POST", "/chat/demo/messages", token, NULL, STR("{\"id\":\"message-1\",\"text\":\"\xe2\x80\x8b\xe2\x80\xae\"}"), 400},
        {"too much said", "POST", "/chat/demo/messages", token, NULL, arena_fmt(w.f.arena, "{\"id\":\"message-1\",\"text\":\"%.*s\"}", 4500, huge), 400},
        {"no event's id", "GET", "/chat/demo/events", STR_NULL, NULL, STR_NULL, 401},
        {"a listed page", "POST", "/chat/demo/messages", token, "https://shop.example.com", STR("{\"id\":\"message-1\",\"text\":\"hi\"}"), 202},
        {"a page that looks like one", "POST", "/chat/demo/messages", token, "https://shop.example.com.evil.example", STR("{\"id\":\"message-2\",\"text\":\"hi\"}"), 403},
        {"a page without TLS", "POST", "/chat/demo/messages", token, "http://shop.example.com", STR("{\"id\":\"message-2\",\"text\":\"hi\"}"), 403},
        {"no page", "POST", "/chat/demo/messages", token, "null", STR("{\"id\":\"message-2\",\"text\":\"hi\"}"), 403},
        {"a page asks first", "OPTIONS", "/chat/demo/messages", STR_NULL, "https://www.shop.example.com", STR_NULL, 204},
        {"another page asks first", "OPTIONS", "/chat/demo/messages", STR_NULL, "https://evil.example", STR_NULL, 403},
        {"a shop, in no demo", "GET", "/demo/shop", STR_NULL, NULL, STR_NULL, 404},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        int got = call(&w, CASES[i].method, CASES[i].path, CASES[i].token, CASES[i].from, NULL, CASES[i].body, &out);
        struct str allowed = http_msg_header(&out, "Access-Control-Allow-Origin");
        if (got != CASES[i].status || (CASES[i].from != NULL && !str_eq(allowed, got < 300 ? str_of(CASES[i].from) : STR(""))))
            fail_msg("%s: %d, origin \"%.*s\": %.*s", CASES[i].name, got, STR_ARG(allowed), STR_ARG(out.body));
    }
    assert_int_equal(call(&w, "GET", "/chat/widget.js", STR_NULL, "https://anywhere.example", NULL, STR_NULL, &out), 200);
    assert_true(str_contains(out.body, STR("WismoChat")));
    world_close(&w);
}

/* A conversation, and an address whatever it calls itself, have so much in a minute. */
static void too_much(void **state)
{
    struct world w;
    struct http_msg out;
    int taken = 0, refused = 0;
    (void)state;
    world_open(&w);
    struct str token = begin(&w, STR_NULL, STR("{}"));
    for (int i = 0; i < 40; i++) {
        struct str body = arena_fmt(w.f.arena, "{\"id\":\"message-%d\",\"text\":\"hi %d\"}", i, i);
        int status = call(&w, "POST", "/chat/demo/messages", token, NULL, NULL, body, &out);
        taken += status == 202;
        refused += status == 429 && !str_empty(http_msg_header(&out, "Retry-After"));
    }
    assert_int_equal(taken + refused, 40);
    assert_in_range(taken, 20, 24);
    taken = refused = 0;
    for (int i = 0; i < 40; i++) { /* one network of IPv6, a new address each time */
        struct str address = arena_fmt(w.f.arena, "203.0.113.9, 2001:db8:7:2::%x", i + 1);
        int status = call(&w, "POST", "/chat/demo/session", STR_NULL, NULL, address.p, STR("{}"), &out);
        taken += status == 201;
        refused += status == 429;
    }
    assert_int_equal(taken + refused, 40);
    assert_in_range(taken, 20, 24);
    assert_int_equal(call(&w, "POST", "/chat/demo/session", STR_NULL, NULL, "2001:db8:9:9::1", STR("{}"), &out), 201);
    world_close(&w);
}

/* Many windows at once: each gets its own, and those that left are forgotten. */
static void many_windows(void **state)
{
    enum { MANY = 39, SAY = 3 };
    struct world w;
    struct str tokens[MANY];
    int fds[MANY];
    static char text[MANY][16384];
    (void)state;
    world_open(&w);
    struct engine *eng = w.st.eng;
    struct chat_user nobody = {.until_us = 0};
    for (int i = 0; i < MANY; i++) {
        assert_ok(&w.f.ctx, chat_session_begin(&w.f.ctx, eng, w.st.merchant_id, NULL, &nobody, &tokens[i]));
        fds[i] = look(&w, tokens[i], NULL);
        text[i][0] = '\0';
    }
    for (int i = 0; i < MANY; i++)
        see(fds[i], text[i], sizeof(text[i]), "event: ready");
    int other = look(&w, begin(&w, STR_NULL, STR("{}")), NULL), one_more = look(&w, begin(&w, STR_NULL, STR("{}")), NULL);
    char full[4096] = "";
    assert_true(recv(other, full, sizeof(full) - 1, MSG_PEEK) > 0);
    see(one_more, full, sizeof(full), "503"); /* there are connections left for what is not a chat */
    close(one_more);
    close(other);
    for (int k = 0; k < SAY; k++)
        for (int i = k; i < MANY; i += SAY) { /* every one once */
            struct chat_session s;
            struct message_in_fact m;
            const struct json *v = NULL;
            struct str body = arena_fmt(w.f.arena, "{\"id\":\"message-%d\",\"text\":\"I am number %d.\"}", i, i);
            assert_ok(&w.f.ctx, json_parse(&w.f.ctx, body, &JSON_LIMITS_SMALL, &v));
            assert_ok(&w.f.ctx, chat_session_read(&w.f.ctx, eng, w.st.merchant_id, tokens[i], &s));
            assert_ok(&w.f.ctx, chat_message_read(&w.f.ctx, v, &s, &m));
            assert_ok(&w.f.ctx, say_only(&w.f.ctx, eng, w.st.merchant_id, &m));
        }
    for (int i = 0; i < MANY; i++) {
        char part[40];
        snprintf(part, sizeof(part), "I am number %d.", i);
        see(fds[i], text[i], sizeof(text[i]), part);
        assert_int_equal(count(text[i], "I am number"), 1);
    }
    assert_true(metric_get(METRIC_HTTP_STREAMS, 0) >= MANY);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    world_close(&w);
    assert_int_equal(metric_get(METRIC_HTTP_STREAMS, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visitor), cmocka_unit_test(an_answer_from_the_helpdesk), cmocka_unit_test(a_signed_user), cmocka_unit_test(what_is_refused),
        cmocka_unit_test(too_much),  cmocka_unit_test(many_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
