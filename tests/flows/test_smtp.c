/*
 * Mails to a real server (Debian's aiosmtpd) over STARTTLS, TLS from the beginning, with sign-in; and what is not sent: to a server
 * whose certificate nobody signed, that offers no TLS, or that does not know the password. Refusals for now and for good.
 */
#include "lib/fixture.h"

#include "base/smtp_client.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAIL "From: <orders@example.com>\r\nTo: <anna@example.com>\r\nSubject: x\r\n\r\n.dot\r\nend\r\n"

struct server {
    char dir[64], cert[96], key[96], box[96];
    int port;
    pid_t pid;
};

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

/* options: "tls", "implicit", "user", each or not. */
static void server_start(struct server *s, bool tls, bool implicit, bool user)
{
    const char *argv[24] = {"python3", test_source_path("tests/lib/mail_server.py")};
    char port[8], script[512];
    int n = 2;
    snprintf(script, sizeof(script), "%s", argv[1]);
    argv[1] = script;
    s->port = free_port();
    snprintf(port, sizeof(port), "%d", s->port);
    argv[n++] = port;
    argv[n++] = s->box;
    if (tls) {
        argv[n++] = "--tls";
        argv[n++] = s->cert;
        argv[n++] = s->key;
    }
    if (implicit)
        argv[n++] = "--implicit";
    if (user) {
        argv[n++] = "--user";
        argv[n++] = "shop";
        argv[n++] = "right word";
    }
    static const char *const ANSWERS[] = {"--answer", "full@example.com", "452 4.2.2 mailbox full", "--answer", "gone@example.com", "550 5.1.1 no such user"};
    for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(ANSWERS[0]); i++)
        argv[n++] = ANSWERS[i];
    s->pid = fork();
    if (s->pid == 0) {
        execv("/usr/bin/python3", (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    for (int i = 0; i < 100 && !listens(s->port); i++)
        usleep(100000);
}

static void server_stop(struct server *s)
{
    kill(s->pid, SIGTERM);
    waitpid(s->pid, NULL, 0);
}

static size_t mails_in(const struct server *s)
{
    char path[128];
    size_t n = 0;
    snprintf(path, sizeof(path), "%s/new", s->box);
    DIR *d = opendir(path);
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    if (d != NULL)
        closedir(d);
    return n;
}

static const struct {
    const char *name;
    bool tls, implicit, user;         /* of the server */
    const char *scheme;
    bool ask_tls, trust;              /* of the client */
    const char *password, *to;
    enum err want;
    int mails;
} CASES[] = {
    {"plain", false, false, false, "smtp", false, false, NULL, "anna@example.com", OK, 1},
    {"STARTTLS", true, false, false, "smtp", true, true, NULL, "anna@example.com", OK, 1},
    {"STARTTLS and sign-in", true, false, true, "smtp", true, true, "right word", "anna@example.com", OK, 1},
    {"TLS from the beginning and sign-in", true, true, true, "smtps", true, true, "right word", "anna@example.com", OK, 1},
    {"a wrong password", true, false, true, "smtp", true, true, "wrong word", "anna@example.com", ERR_DENIED, 0},
    {"no sign-in where one is needed", true, false, true, "smtp", true, true, NULL, "anna@example.com", ERR_LIMIT, 0},
    {"a certificate that nobody signed", true, false, true, "smtp", true, false, "right word", "anna@example.com", ERR_UNAVAILABLE, 0},
    {"TLS that nobody signed", true, true, false, "smtps", true, false, NULL, "anna@example.com", ERR_UNAVAILABLE, 0},
    {"a server without TLS", false, false, false, "smtp", true, true, NULL, "anna@example.com", ERR_UNAVAILABLE, 0},
    {"a full mailbox", false, false, false, "smtp", false, false, NULL, "full@example.com", ERR_BUSY, 0},
    {"nobody of that name", false, false, false, "smtp", false, false, NULL, "gone@example.com", ERR_LIMIT, 0},
    {"no address", false, false, false, "smtp", false, false, NULL, "gone", ERR_PARSE, 0},
};

static bool make_certificate(struct server *s)
{
    char cmd[512];
    snprintf(cmd, sizeof(cmd), "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
                               "-keyout %s -out %s 2>/dev/null", s->key, s->cert);
    return system(cmd) == 0;
}

static void servers(void **state)
{
    (void)state;
    if (system("/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null") != 0) {
        print_message("skipped: python3-aiosmtpd is not installed (tools/install-deps --test)\n");
        skip();
    }
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct fixture f;
        struct server s = {.pid = 0};
        char cmd[128];
        int code = 0;
        fixture_init(&f);
        snprintf(s.dir, sizeof(s.dir), "/tmp/wismo-smtp-XXXXXX");
        assert_non_null(mkdtemp(s.dir));
        snprintf(s.cert, sizeof(s.cert), "%s/cert.pem", s.dir);
        snprintf(s.key, sizeof(s.key), "%s/key.pem", s.dir);
        snprintf(s.box, sizeof(s.box), "%s/box", s.dir);
        assert_true(!CASES[i].tls || make_certificate(&s));
        server_start(&s, CASES[i].tls, CASES[i].implicit, CASES[i].user);
        struct smtp_request req = {.url = arena_fmt(f.arena, "%s://127.0.0.1:%d", CASES[i].scheme, s.port), .tls = CASES[i].ask_tls,
                                   .user = CASES[i].password == NULL ? STR_NULL : STR("shop"), .password = str_of(CASES[i].password),
                                   .from = STR("orders@example.com"), .to = str_of(CASES[i].to), .message = STR(MAIL), .timeout_ms = 10000};
        if (CASES[i].trust && CASES[i].tls)
            req.ca_file = str_of(s.cert);
        enum err e = smtp_send(&f.ctx, &req, &code);
        server_stop(&s);
        if (e != CASES[i].want || mails_in(&s) != (size_t)CASES[i].mails)
            fail_msg("%s: %s (%s), %zu mails", CASES[i].name, err_name(e), f.ctx.msg, mails_in(&s));
        snprintf(cmd, sizeof(cmd), "rm -rf %s", s.dir);
        assert_int_equal(system(cmd), 0);
        fixture_clear(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(servers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
