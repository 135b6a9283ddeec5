/*
 * The courier with real parts: mails through Debian's aiosmtpd, read back from its mailbox; a folder; and a process that ends
 * between any two steps: nothing is lost, and nothing comes twice where the channel can be looked up.
 */
#include "lib/story_store.h"

#include "flows/courier.h"
#include "flows/message_list.h"
#include "flows/outbox_list.h"
#include "flows/pause.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_MAX 20

struct post {
    struct fixture f;
    struct arena *arena;
    struct ctx ctx;
    struct story_store st;
    char dir[64];
};

static void post_open(struct post *p)
{
    struct message_policy mp;
    fixture_init(&p->f);
    p->arena = arena_new((size_t)256 << 20);
    assert_non_null(p->arena);
    p->ctx = p->f.ctx;
    p->ctx.arena = p->arena;
    snprintf(p->dir, sizeof(p->dir), "/tmp/wismo-courier-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    message_policy_default(&mp);
    mp.enabled = true;
    mp.store = STR("K\xc3\xb6ln & Co");
    mp.sign_off = STR("Your team");
    clock_set(&p->f.clock, TEST_NOW_US);
    story_store_open_messages(&p->ctx, &p->f.clock, &mp, &p->st);
    struct message_config *mc = &p->st.mc.messages;
    mc->from = STR("orders@example.com");
    mc->unsubscribe_url = STR("https://example.com/out?m={key}");
    mc->per_minute = 600;
    assert_ok(&p->ctx, story_store_settle(&p->ctx, &p->st));
}

static void post_close(struct post *p)
{
    char cmd[128];
    struct replay_report rep = story_store_replays(&p->ctx, &p->st);
    assert_true(rep.compared_outbox > 0);
    story_store_close(&p->st);
    snprintf(cmd, sizeof(cmd), "rm -rf %s", p->dir);
    assert_int_equal(system(cmd), 0);
    arena_free(p->arena);
    fixture_clear(&p->f);
}

static void order_of(struct post *p, const char *id, const char *name, const char *email)
{
    struct fact fct = {.kind = FACT_ORDER, .role = ROLE_STOREFRONT, .changed_us = TEST_NOW_US};
    static const struct fact_item ITEM = {.item_id = {"1", 1}, .sku = {"MUG", 3}, .title = {"Mug <blue>", 10}, .quantity = 1, .ships = true};
    fct.u.order = (struct order_fact){.order_id = str_of(id), .name = str_of(name), .placed_us = TEST_NOW_US, .currency = STR("USD"),
                                      .email = str_of(email), .items = &ITEM, .items_n = 1, .financial = FIN_PAID};
    fct.u.order.ship_to = (struct address){.name = STR("Anna M\xc3\xbcller"), .country = STR("US"), .region = STR("IL"), .postal_code = STR("60601")};
    assert_ok(&p->ctx, story_store_append(&p->ctx, &p->st, STR("shop"), &fct));
    assert_ok(&p->ctx, story_store_settle(&p->ctx, &p->st));
}

static void order(struct post *p)
{
    order_of(p, "1020", "#1020", "anna@example.com");
}

static struct case_message message(struct post *p, size_t *n)
{
    struct case_message *list = NULL;
    int64_t found[CASE_FIND_MAX];
    size_t orders = 0;
    assert_ok(&p->ctx, case_find(&p->ctx, p->st.rd, p->st.merchant_id, STR("#1020"), found, &orders));
    assert_int_equal(orders, 1);
    assert_ok(&p->ctx, case_messages(&p->ctx, p->st.rd, p->st.merchant_id, found[0], &list, n));
    assert_true(*n > 0);
    return list[*n - 1];
}

static size_t run(struct post *p)
{
    struct courier *c = NULL;
    size_t n = 0;
    assert_ok(&p->ctx, courier_new(&p->ctx, p->st.eng, &c));
    assert_ok(&p->ctx, courier_run(&p->ctx, c, 10, &n));
    courier_free(c);
    return n;
}

/* The only file below a folder, its name in path; the number of files. */
static size_t files_in(const char *dir, char path[512])
{
    DIR *d = opendir(dir);
    size_t n = 0;
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d))
        if (e->d_name[0] != '.' && (strstr(e->d_name, ".new") == NULL)) {
            snprintf(path, 512, "%s/%s", dir, e->d_name);
            n++;
        }
    if (d != NULL)
        closedir(d);
    return n;
}

static bool decoded_has(struct post *p, struct str mail, const char *words)
{
    struct str line;
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    while (str_split(&mail, '\n', &line)) { /* the parts' lines are base64 by themselves */
        struct buf one;
        buf_init(&one, 4096);
        if (base64_decode(str_trim(line), &one) == OK)
            buf_add(&b, buf_str(&one));
        buf_clear(&one);
    }
    bool has = str_contains(buf_str(&b), str_of(words));
    buf_clear(&b);
    (void)p;
    return has;
}

/* ---- a real mail server */

static int free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(getsockname(s, (struct sockaddr *)&a, &n), 0);
    close(s);
    return ntohs(a.sin_port);
}

static bool listens(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    bool ok = connect(s, (struct sockaddr *)&a, sizeof(a)) == 0;
    close(s);
    return ok;
}

static pid_t mail_server(int port, const char *mailbox)
{
    char at[32];
    snprintf(at, sizeof(at), "127.0.0.1:%d", port);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/usr/bin/python3", "python3", "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Mailbox", mailbox, "-l", at, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 100 && !listens(port); i++)
        usleep(100000);
    return pid;
}

static void mail_arrives(void **state)
{
    struct post p;
    char box[128], new_mail[160], path[512], url[64];
    size_t n = 0;
    (void)state;
    if (system("/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null") != 0) {
        print_message("skipped: python3-aiosmtpd is not installed (tools/install-deps --test)\n");
        skip();
    }
    post_open(&p);
    int port = free_port();
    snprintf(box, sizeof(box), "%s/box", p.dir);
    snprintf(new_mail, sizeof(new_mail), "%s/new", box);
    snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", port);
    p.st.mc.messages.smtp_url = str_of(url);
    order(&p);
    /* nobody listens yet: it is tried again later, and nothing is lost */
    assert_int_equal(run(&p), 1);
    struct case_message m = message(&p, &n);
    assert_int_equal(m.t.state, TOLD_PLANNED);
    assert_int_equal(run(&p), 0);
    pid_t server = mail_server(port, box);
    clock_advance(&p.f.clock, 5 * US_PER_MIN);
    assert_ok(&p.ctx, story_store_settle(&p.ctx, &p.st));
    assert_int_equal(run(&p), 1);
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    m = message(&p, &n);
    assert_int_equal(m.t.state, TOLD_SENT);
    assert_int_equal(files_in(new_mail, path), 1);
    struct str mail = test_read_file(p.arena, path);
    const char *const HEADERS[] = {"Auto-Submitted: auto-generated", "List-Unsubscribe: <https://example.com/out?m=",
                                   "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "From: =?UTF-8?B?", "To: =?UTF-8?B?", "References: <order-",
                                   "Subject: We have your order #1020", "multipart/alternative", "Message-ID: <"};
    for (size_t i = 0; i < sizeof(HEADERS) / sizeof(HEADERS[0]); i++)
        if (!str_contains(mail, str_of(HEADERS[i])))
            fail_msg("no \"%s\" in %.*s", HEADERS[i], STR_ARG(mail));
    assert_true(decoded_has(&p, mail, "Hello Anna M\xc3\xbcller,"));
    assert_true(decoded_has(&p, mail, "Mug <blue>"));
    assert_true(decoded_has(&p, mail, "Mug &lt;blue&gt;"));
    assert_int_equal(run(&p), 0);
    post_close(&p);
}

/* ---- ends between two steps */

static int die_at(struct post *p, int n)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct courier *c = NULL;
        size_t made = 0;
        story_store_again(&p->ctx, &p->st);
        if (courier_new(&p->ctx, p->st.eng, &c) != OK)
            _exit(3);
        courier_stop_at(c, n);
        _exit(courier_run(&p->ctx, c, 10, &made) == OK ? 0 : 4);
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

static void killed_between_steps(void **state)
{
    int died = 0;
    (void)state;
    for (int n = 1; n <= STEPS_MAX; n++) {
        struct post p;
        char folder[128], path[512];
        size_t messages = 0;
        post_open(&p);
        snprintf(folder, sizeof(folder), "%s/out", p.dir);
        p.st.mc.messages.folder = str_of(folder);
        order(&p);
        order_of(&p, "1021", "#1021", "ben@example.com"); /* three of a batch */
        order_of(&p, "1022", "#1022", "cleo@example.com");
        story_store_shut(&p.st);
        int code = die_at(&p, n);
        assert_true(code == 9 || code == 0);
        died += code == 9;
        story_store_again(&p.ctx, &p.st);
        clock_advance(&p.f.clock, 5 * US_PER_MIN); /* the lease of the dead one runs out */
        assert_ok(&p.ctx, story_store_settle(&p.ctx, &p.st));
        (void)run(&p);
        struct case_message m = message(&p, &messages);
        if (m.t.state != TOLD_SENT || files_in(folder, path) != 3 || messages != 1)
            fail_msg("step %d: %s, %zu files, %zu messages", n, told_state_word(m.t.state), files_in(folder, path), messages);
        assert_int_equal(run(&p), 0);
        post_close(&p);
        if (code == 0)
            break;
    }
    assert_int_equal(died, 3 + 1 + 3 * 3); /* every step was the last one once */
}

/* A batch is no way around the rate of a minute. */
static void no_more_than_a_minute_takes(void **state)
{
    struct post p;
    char folder[128], path[512];
    (void)state;
    post_open(&p);
    snprintf(folder, sizeof(folder), "%s/out", p.dir);
    p.st.mc.messages.folder = str_of(folder);
    p.st.mc.messages.per_minute = 2;
    order(&p);
    order_of(&p, "1021", "#1021", "ben@example.com");
    order_of(&p, "1022", "#1022", "cleo@example.com");
    assert_int_equal(run(&p), 2);
    assert_int_equal(files_in(folder, path), 2);
    post_close(&p);
}

/* ---- pause */

static void pause_it(struct post *p, const char *what, bool resume)
{
    struct pause ps = {str_of(what), STR("storm"), resume};
    assert_ok(&p->ctx, pause_set(&p->ctx, p->st.eng, p->st.merchant_id, &ps));
}

static bool pauses_have(struct post *p, const char *words)
{
    struct buf b;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    assert_ok(&p->ctx, pause_json(&p->ctx, p->st.rd, 0, &w));
    bool has = str_contains(buf_str(&b), str_of(words));
    buf_clear(&b);
    return has;
}

static void paused(void **state)
{
    static const char *const WHATS[] = {"all", "messages", "tell.confirmation"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct post p;
        char folder[128], path[512];
        size_t n = 0;
        post_open(&p);
        snprintf(folder, sizeof(folder), "%s/out", p.dir);
        p.st.mc.messages.folder = str_of(folder);
        order(&p);
        pause_it(&p, WHATS[i], false);
        assert_int_equal(run(&p), 0);
        assert_int_equal(message(&p, &n).t.state, TOLD_PLANNED);
        assert_true(pauses_have(&p, "\"why\":\"storm\""));
        story_store_shut(&p.st); /* it holds across a restart */
        story_store_again(&p.ctx, &p.st);
        assert_int_equal(run(&p), 0);
        pause_it(&p, "refund", true); /* another one's end is not its own */
        assert_int_equal(run(&p), 0);
        pause_it(&p, WHATS[i], true);
        assert_false(pauses_have(&p, "storm"));
        assert_int_equal(run(&p), 1);
        assert_int_equal(files_in(folder, path), 1);
        post_close(&p);
    }
}

static void paused_on_the_wire(void **state)
{
    struct post p;
    char folder[128], path[512];
    (void)state;
    post_open(&p);
    snprintf(folder, sizeof(folder), "%s/out", p.dir);
    p.st.mc.messages.folder = str_of(folder);
    order(&p);
    story_store_shut(&p.st);
    assert_int_equal(die_at(&p, 3), 9); /* the attempt is told, its result is not */
    story_store_again(&p.ctx, &p.st);
    pause_it(&p, "messages", false);
    assert_true(pauses_have(&p, "\"on_the_wire\":[{\"merchant\":\"demo\",\"key\":\""));
    clock_advance(&p.f.clock, 5 * US_PER_MIN);
    assert_ok(&p.ctx, story_store_settle(&p.ctx, &p.st));
    assert_int_equal(run(&p), 0);
    pause_it(&p, "messages", true);
    assert_int_equal(run(&p), 1);
    assert_int_equal(files_in(folder, path), 1);
    assert_true(pauses_have(&p, "\"on_the_wire\":[]"));
    post_close(&p);
}

static void pause_refuses_what_it_does_not_know(void **state)
{
    static const char *const WRONG[] = {"", "everything", "tell.", "tell.nonsense", "messages "};
    struct post p;
    (void)state;
    post_open(&p);
    order(&p);
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        struct pause ps = {str_of(WRONG[i]), STR_NULL, false};
        assert_int_equal(pause_set(&p.ctx, p.st.eng, 0, &ps), ERR_PARSE);
    }
    post_close(&p);
}

/* ---- looked at by people */

static bool outbox_has(struct post *p, const struct outbox_ask *ask, const char *words)
{
    struct buf b;
    buf_init(&b, 65536);
    assert_ok(&p->ctx, outbox_show(&p->ctx, p->st.rd, p->st.merchant_id, ask, false, &b));
    bool has = str_contains(buf_str(&b), str_of(words));
    if (!has)
        print_message("%.*s\n", STR_ARG(buf_str(&b)));
    buf_clear(&b);
    return has;
}

static void dead_letter_is_sent_again(void **state)
{
    struct post p;
    char folder[128], path[512], file[160];
    size_t n = 0;
    const struct outbox_ask all = {.max = 10}, dead = {.dead = true, .max = 10};
    (void)state;
    post_open(&p);
    snprintf(folder, sizeof(folder), "%s/out", p.dir);
    snprintf(file, sizeof(file), "%s/out/x", p.dir);
    p.st.mc.messages.folder = str_of(file); /* no such folder: every try fails */
    order(&p);
    struct str key = message(&p, &n).t.key;
    assert_int_equal(outbox_resend(&p.ctx, p.st.eng, p.st.merchant_id, key), ERR_CONFLICT);
    size_t tries = 0;
    for (int i = 0; i < 60; i++) {
        tries += run(&p);
        clock_advance(&p.f.clock, 10 * US_PER_MIN);
        assert_ok(&p.ctx, story_store_settle(&p.ctx, &p.st));
    }
    assert_int_equal(tries, 8);
    assert_true(outbox_has(&p, &dead, "#1020"));
    assert_true(outbox_has(&p, &all, "0 open, 0 sent, 1 dead"));
    assert_int_equal(message(&p, &n).t.state, TOLD_QUIET); /* no other channel is set */
    p.st.mc.messages.folder = str_of(folder);
    assert_ok(&p.ctx, outbox_resend(&p.ctx, p.st.eng, p.st.merchant_id, key));
    assert_int_equal(run(&p), 1);
    assert_int_equal(files_in(folder, path), 1);
    assert_true(outbox_has(&p, &all, "0 open, 1 sent, 1 dead"));
    assert_int_equal(outbox_resend(&p.ctx, p.st.eng, p.st.merchant_id, STR("nothing")), ERR_NOTFOUND);
    post_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(mail_arrives), cmocka_unit_test(killed_between_steps), cmocka_unit_test(no_more_than_a_minute_takes), cmocka_unit_test(paused),
                                       cmocka_unit_test(paused_on_the_wire), cmocka_unit_test(pause_refuses_what_it_does_not_know),
                                       cmocka_unit_test(dead_letter_is_sent_again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
