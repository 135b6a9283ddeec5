/*
 * A mailbox on a real IMAP server (Dovecot, started here, without root's rights where there are none): what is there stays, what comes is
 * fetched once, marked as read when it is durable, and waited for with IDLE; a server that restarts or numbers anew loses nothing.
 * Skipped, with the reason, where Dovecot is not installed. CTest label: flows
 */
#include "lib/story_store.h"

#include "base/imap_client.h"
#include "flows/mailbox.h"
#include "storage/conversations.h"
#include "flows/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DOVECOT "/usr/sbin/dovecot"
#define WAIT_MS 20000

struct server {
    const struct passwd *owner; /* of the mails: Dovecot takes none of root's */
    char dir[64];
    int port, tls_port, mails;
    pid_t pid;
};

static int free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&a, n) == 0 && getsockname(fd, (struct sockaddr *)&a, &n) == 0);
    close(fd);
    return ntohs(a.sin_port);
}

static void make_folder(const struct server *s, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", s->dir, name);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(chown(path, s->owner->pw_uid, s->owner->pw_gid), 0);
}

static void write_config(const struct server *s)
{
    char path[128];
    bool root = geteuid() == 0;
    snprintf(path, sizeof(path), "%s/dovecot.conf", s->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "base_dir = %s/run\nstate_dir = %s/run\nlog_path = %s/log\nprotocols = imap\nlisten = 127.0.0.1\nssl = yes\nssl_cert = <%s/cert.pem\nssl_key = <%s/key.pem\ndisable_plaintext_auth = no\n"
            "default_internal_user = %s\ndefault_login_user = %s\ndefault_internal_group =\nfirst_valid_uid = 1\nmail_location = maildir:%s/mail\n"
            "passdb {\n driver = static\n args = password=se\"cret\n}\nuserdb {\n driver = static\n args = uid=%d gid=%d home=%s\n}\n"
            "service anvil {\n chroot =\n}\nservice imap-login {\n chroot =\n inet_listener imap {\n  port = %d\n }\n inet_listener imaps {\n  port = %d\n  ssl = yes\n }\n}\n",
            s->dir, s->dir, s->dir, s->dir, s->dir, root ? "root" : s->owner->pw_name, s->owner->pw_name, s->dir, (int)s->owner->pw_uid, (int)s->owner->pw_gid, s->dir,
            s->port, s->tls_port);
    assert_int_equal(fclose(f), 0);
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

static bool answers(const struct server *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)s->port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool up = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
    close(fd);
    return up;
}

static void server_start(struct server *s)
{
    char conf[128];
    snprintf(conf, sizeof(conf), "%s/dovecot.conf", s->dir);
    s->pid = fork();
    if (s->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that fails leaves none behind */
        execl(DOVECOT, "dovecot", "-F", "-c", conf, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < WAIT_MS / 50 && !answers(s); i++)
        pause_ms(50);
    assert_true(answers(s));
}

static void server_stop(struct server *s)
{
    int status;
    kill(s->pid, SIGTERM);
    assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
}

static void make_certificate(const struct server *s)
{
    char cmd[400];
    snprintf(cmd, sizeof(cmd), "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
                               "-keyout %s/key.pem -out %s/cert.pem 2>/dev/null", s->dir, s->dir);
    assert_int_equal(system(cmd), 0);
}

static void server_make(struct server *s)
{
    *s = (struct server){.port = free_port(), .tls_port = free_port(), .owner = geteuid() == 0 ? getpwnam("nobody") : getpwuid(geteuid())};
    snprintf(s->dir, sizeof(s->dir), "/tmp/wismo-imap-XXXXXX");
    assert_non_null(s->owner);
    assert_non_null(mkdtemp(s->dir));
    assert_int_equal(chmod(s->dir, 0755), 0);
    make_folder(s, "run");
    make_folder(s, "mail");
    make_folder(s, "mail/new");
    make_folder(s, "mail/cur");
    make_folder(s, "mail/tmp");
    make_certificate(s);
    write_config(s);
    server_start(s);
}

static void server_drop(struct server *s)
{
    char cmd[100];
    server_stop(s);
    snprintf(cmd, sizeof(cmd), "rm -rf %s", s->dir);
    assert_int_equal(system(cmd), 0);
}

static void deliver(struct server *s, const char *id, const char *text)
{
    char from[128], to[128];
    snprintf(from, sizeof(from), "%s/mail/tmp/%d.test", s->dir, ++s->mails);
    snprintf(to, sizeof(to), "%s/mail/new/%d.test", s->dir, s->mails);
    FILE *f = fopen(from, "w");
    assert_non_null(f);
    fprintf(f, "From: Anna <anna@example.com>\r\nTo: help@shop.example\r\nSubject: parcel\r\nMessage-ID: <%s@example.com>\r\n\r\n%s\r\n", id, text);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(rename(from, to), 0);
}

struct shop {
    struct fixture f;
    struct server s;
    struct account acct;
    struct setting settings[1];
    struct story_store st;
    struct mailboxes *boxes;
};

static int64_t conversations(struct shop *p)
{
    struct conversation *list;
    size_t n;
    assert_ok(&p->f.ctx, conversation_list(&p->f.ctx, p->st.rd->state, p->st.merchant_id, CONVERSATION_LIST_ALL, 0, 100, &list, &n));
    return (int64_t)n;
}

/* Nobody vouches for these mails and each has a thread of its own: each is a conversation. */
static void wait_for(struct shop *p, int64_t want)
{
    for (int i = 0; i < WAIT_MS / 50 && conversations(p) < want; i++)
        pause_ms(50);
    pause_ms(200);
    assert_int_equal(conversations(p), want);
}

static void shop_open(struct shop *p)
{
    fixture_init(&p->f);
    server_make(&p->s);
    p->acct = (struct account){.merchant = STR("demo"), .id = STR("mail"), .conn = connector_find(STR("mail")), .role = ROLE_SYSTEM,
                               .settings = p->settings, .settings_n = 1};
    p->settings[0] = (struct setting){STR("imap_url"), arena_fmt(p->f.arena, "imap://127.0.0.1:%d/INBOX", p->s.port)};
    assert_int_equal(secret_set(&p->acct.api_user, STR("anna")), OK);
    assert_int_equal(secret_set(&p->acct.api_key, STR("se\"cret")), OK);
    story_store_open_threads(&p->f.ctx, &p->f.clock, &p->acct, 1, &p->st);
}

static void shop_close(struct shop *p)
{
    mailboxes_free(p->boxes);
    story_store_close(&p->st);
    server_drop(&p->s);
    secret_clear(&p->acct.api_user);
    secret_clear(&p->acct.api_key);
    fixture_clear(&p->f);
}

static struct imap *open_imap(struct shop *p, const char *password, enum err want, int64_t *next)
{
    struct imap_options o = {.url = p->settings[0].value, .user = STR("anna"), .password = str_of(password), .timeout_ms = 10000};
    struct imap *im = NULL;
    int64_t validity;
    assert_int_equal(imap_open(&p->f.ctx, &o, &im, &validity, next), want);
    return im;
}

static void mails_are_fetched_once(void **state)
{
    struct shop p = {.boxes = NULL};
    (void)state;
    if (access(DOVECOT, X_OK) != 0) {
        print_message("SKIP: Dovecot is not installed\n");
        skip();
    }
    shop_open(&p);
    deliver(&p.s, "old", "from before");
    assert_ok(&p.f.ctx, mailboxes_start(&p.f.ctx, p.st.eng, &p.boxes));
    assert_non_null(p.boxes);
    pause_ms(1500);
    assert_int_equal(conversations(&p), 0); /* what was there is left alone */
    deliver(&p.s, "a1", "where is #1020?");
    wait_for(&p, 1); /* while it IDLEs */
    deliver(&p.s, "a2", "and #1021?");
    deliver(&p.s, "a2", "and #1021?"); /* the same mail, twice delivered */
    wait_for(&p, 2);
    mailboxes_free(p.boxes);
    deliver(&p.s, "a3", "while nobody looked");
    assert_ok(&p.f.ctx, mailboxes_start(&p.f.ctx, p.st.eng, &p.boxes));
    wait_for(&p, 3);
    server_stop(&p.s);
    deliver(&p.s, "a4", "while the server was away");
    server_start(&p.s);
    wait_for(&p, 4);
    server_stop(&p.s);
    char forget[128];
    snprintf(forget, sizeof(forget), "rm %s/mail/dovecot*", p.s.dir);
    assert_int_equal(system(forget), 0); /* it numbers anew: another UIDVALIDITY */
    deliver(&p.s, "a5", "while it forgot its numbers");
    server_start(&p.s);
    wait_for(&p, 6); /* and the one from before, which is of today; the others are known */
    shop_close(&p);
}

static void the_client_by_itself(void **state)
{
    struct shop p = {.boxes = NULL};
    int64_t next = 0, *list;
    size_t n = 0;
    struct str mail;
    _Atomic bool stop = false;
    bool changed = true;
    (void)state;
    if (access(DOVECOT, X_OK) != 0) {
        print_message("SKIP: Dovecot is not installed\n");
        skip();
    }
    shop_open(&p);
    deliver(&p.s, "b1", "one {5}\r\nline");
    deliver(&p.s, "b2", "");
    (void)open_imap(&p, "wrong", ERR_DENIED, &next);
    struct imap *im = open_imap(&p, "se\"cret", OK, &next);
    list = arena_array(p.f.arena, IMAP_LIST_MAX, sizeof(*list));
    assert_int_equal(next, 3);
    assert_ok(&p.f.ctx, imap_since(&p.f.ctx, im, 1, list, &n));
    assert_true(n == 2 && list[0] == 1 && list[1] == 2);
    assert_ok(&p.f.ctx, imap_since(&p.f.ctx, im, 3, list, &n)); /* "3:*" names the last one, too */
    assert_int_equal(n, 0);
    assert_ok(&p.f.ctx, imap_of_days(&p.f.ctx, im, (int64_t)time(NULL) * 1000000 - INT64_C(86400000000), list, &n));
    assert_int_equal(n, 2);
    assert_ok(&p.f.ctx, imap_fetch(&p.f.ctx, im, 1, &mail));
    assert_true(str_starts(mail, STR("From: Anna")) && str_ends(mail, STR("one {5}\r\nline\r\n")));
    assert_int_equal(imap_fetch(&p.f.ctx, im, 9, &mail), ERR_NOTFOUND);
    assert_ok(&p.f.ctx, imap_seen(&p.f.ctx, im, 1));
    assert_ok(&p.f.ctx, imap_wait(&p.f.ctx, im, 300, &stop, &changed));
    assert_false(changed);
    deliver(&p.s, "b3", "three");
    assert_ok(&p.f.ctx, imap_wait(&p.f.ctx, im, WAIT_MS, &stop, &changed));
    assert_true(changed);
    imap_close(im);
    struct imap_options tls = {.url = arena_fmt(p.f.arena, "imaps://127.0.0.1:%d", p.s.tls_port), .user = STR("anna"), .password = STR("se\"cret"),
                               .ca_file = arena_fmt(p.f.arena, "%s/cert.pem", p.s.dir), .timeout_ms = 10000};
    assert_ok(&p.f.ctx, imap_open(&p.f.ctx, &tls, &im, &next, &next));
    assert_ok(&p.f.ctx, imap_fetch(&p.f.ctx, im, 3, &mail));
    assert_ok(&p.f.ctx, imap_wait(&p.f.ctx, im, 300, &stop, &changed));
    imap_close(im);
    tls.ca_file = STR_NULL;
    assert_int_equal(imap_open(&p.f.ctx, &tls, &im, &next, &next), ERR_UNAVAILABLE); /* a certificate that nobody signed */
    struct imap_options o = {.url = STR("imap://mail.example.com/INBOX")};
    assert_int_equal(imap_open(&p.f.ctx, &o, &im, &next, &next), ERR_PARSE); /* a password in the clear over the net */
    o = (struct imap_options){.url = p.settings[0].value, .user = STR("a\r\nb LOGOUT"), .password = STR("x")};
    assert_int_equal(imap_open(&p.f.ctx, &o, &im, &next, &next), ERR_PARSE);
    shop_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_client_by_itself), cmocka_unit_test(mails_are_fetched_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
