/*
 * See imap_client.h. An answer is lines; a line that ends with {n} goes on behind n bytes, which are kept apart: of the last one only.
 * Everything is bounded: a line, a literal, lines of an answer, the time for it.
 */
#include "base/imap_client.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/timefmt.h"

#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#define LINE_MAX_BYTES 65536
#define ANSWER_LINES_MAX 5000
#define TIMEOUT_MS 30000
#define CONNECT_MS 15000L
#define WAIT_SLICE_MS 500 /* so that a stop is seen */

struct imap {
    CURL *curl;
    curl_socket_t fd;
    int timeout_ms, tag;
    char in[16384];         /* read and not yet used */
    size_t in_at, in_n;
    struct buf line, literal;
    bool can_idle;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* ---- bytes */

static enum err wait_for(struct imap *im, int ms)
{
    struct pollfd p = {.fd = (int)im->fd, .events = POLLIN};
    int n = poll(&p, 1, ms);
    return n > 0 ? OK : ERR_TIMEOUT;
}

/* More bytes: until_us on the monotonic clock. TLS may have some already, so it is read before it is waited for. */
static enum err fill(struct ctx *ctx, struct imap *im, int64_t until_us)
{
    for (;;) {
        size_t n = 0;
        CURLcode rc = curl_easy_recv(im->curl, im->in, sizeof(im->in), &n);
        if (rc == CURLE_OK && n > 0) {
            im->in_at = 0;
            im->in_n = n;
            return OK;
        }
        if (rc != CURLE_AGAIN)
            return ctx_fail(ctx, ERR_UNAVAILABLE, "imap: the server has closed the connection");
        int64_t left = (until_us - clock_mono_us()) / 1000;
        if (left <= 0 || wait_for(im, (int)left) != OK)
            return ctx_fail(ctx, ERR_TIMEOUT, "imap: no answer");
    }
}

static enum err send_all(struct ctx *ctx, struct imap *im, struct str s)
{
    int64_t until = clock_mono_us() + (int64_t)im->timeout_ms * 1000;
    while (s.n > 0) {
        size_t n = 0;
        CURLcode rc = curl_easy_send(im->curl, s.p, s.n, &n);
        if (rc == CURLE_AGAIN) {
            struct pollfd p = {.fd = (int)im->fd, .events = POLLOUT};
            if (clock_mono_us() > until || poll(&p, 1, im->timeout_ms) <= 0)
                return ctx_fail(ctx, ERR_TIMEOUT, "imap: the server takes nothing");
        } else if (rc != CURLE_OK) {
            return ctx_fail(ctx, ERR_UNAVAILABLE, "imap: %s", curl_easy_strerror(rc));
        }
        s = str_sub(s, n, s.n);
    }
    return OK;
}

static enum err read_literal(struct ctx *ctx, struct imap *im, int64_t n, int64_t until_us)
{
    buf_reset(&im->literal);
    while (n > 0) {
        if (im->in_at == im->in_n) {
            enum err e = fill(ctx, im, until_us);
            if (e != OK)
                return e;
        }
        size_t part = im->in_n - im->in_at < (size_t)n ? im->in_n - im->in_at : (size_t)n;
        buf_add(&im->literal, (struct str){im->in + im->in_at, part});
        im->in_at += part;
        n -= (int64_t)part;
    }
    return OK; /* a literal that does not fit is read to its end all the same */
}

/* "... {123}": how many bytes follow; false: the line is whole. */
static bool literal_ahead(struct str line, int64_t *n)
{
    size_t open = line.n;
    if (!str_ends(line, STR("}")))
        return false;
    while (open > 0 && line.p[open - 1] != '{')
        open--;
    struct str digits = str_sub(line, open, line.n - open - 1);
    return open > 0 && num_parse_i64(digits, 0, INT64_C(1) << 31, n) == OK;
}

/* A line with its literals taken out, into im->line. */
static enum err read_line(struct ctx *ctx, struct imap *im, int64_t until_us)
{
    int64_t literal = 0;
    buf_reset(&im->line);
    for (;;) {
        if (im->in_at == im->in_n) {
            enum err e = fill(ctx, im, until_us);
            if (e != OK)
                return e;
        }
        char c = im->in[im->in_at++];
        if (c != '\n') {
            buf_addc(&im->line, c);
            if (im->line.err != OK)
                return ctx_fail(ctx, ERR_LIMIT, "imap: a line of more than %d bytes", LINE_MAX_BYTES);
            continue;
        }
        if (im->line.n > 0 && im->line.p[im->line.n - 1] == '\r')
            im->line.n--;
        if (!literal_ahead(buf_str(&im->line), &literal))
            return OK;
        enum err e = read_literal(ctx, im, literal, until_us);
        if (e != OK)
            return e;
    }
}

/* ---- commands */

typedef void (*line_fn)(void *user, struct str line);

/* What an answer says: "OK ...", "NO ...", "BAD ...". */
static enum err judge(struct ctx *ctx, struct str line, enum err no)
{
    if (str_eq_nocase(str_sub(line, 0, 2), STR("OK")))
        return OK;
    return ctx_fail(ctx, str_eq_nocase(str_sub(line, 0, 2), STR("NO")) ? no : ERR_PARSE, "imap: the server answers %.*s",
                    STR_ARG(str_sub(line, 0, 100)));
}

static enum err read_answer(struct ctx *ctx, struct imap *im, const char *tag, enum err no, line_fn on_line, void *user)
{
    int64_t until = clock_mono_us() + (int64_t)im->timeout_ms * 1000;
    for (int i = 0; i < ANSWER_LINES_MAX; i++) {
        enum err e = read_line(ctx, im, until);
        if (e != OK)
            return e;
        struct str line = buf_str(&im->line), word;
        if (str_starts(line, str_of(tag)) && str_split(&line, ' ', &word) && str_eq(word, str_of(tag)))
            return judge(ctx, line, no);
        if (on_line != NULL && str_starts(line, STR("* ")))
            on_line(user, str_sub(line, 2, line.n));
    }
    return ctx_fail(ctx, ERR_LIMIT, "imap: more than %d lines in one answer", ANSWER_LINES_MAX);
}

static enum err send_command(struct ctx *ctx, struct imap *im, struct str command, char tag[12])
{
    struct buf b;
    buf_init(&b, LINE_MAX_BYTES);
    im->tag = (im->tag + 1) % 100000;
    buf_fmt(&b, "w%d ", im->tag);
    memcpy(tag, b.p, b.n - 1);
    tag[b.n - 1] = '\0';
    buf_add(&b, command);
    buf_addz(&b, "\r\n");
    enum err e = buf_err(&b);
    if (e == OK)
        e = send_all(ctx, im, buf_str(&b));
    buf_clear(&b);
    return e;
}

static enum err command(struct ctx *ctx, struct imap *im, struct str words, enum err no, line_fn on_line, void *user)
{
    char tag[12];
    enum err e = send_command(ctx, im, words, tag);
    return e == OK ? read_answer(ctx, im, tag, no, on_line, user) : e;
}

/* "a \"quoted\" word"; a line break or NUL would be a second command. */
static bool add_quoted(struct buf *b, struct str s)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_addc(b, '\\');
        buf_addc(b, s.p[i]);
    }
    buf_addc(b, '"');
    return true;
}

static enum err command_quoted(struct ctx *ctx, struct imap *im, const char *verb, const struct str *words, size_t n, enum err no, line_fn on_line, void *user)
{
    struct buf b;
    bool good = true;
    buf_init(&b, LINE_MAX_BYTES);
    buf_addz(&b, verb);
    for (size_t i = 0; i < n; i++) {
        buf_addc(&b, ' ');
        good = add_quoted(&b, words[i]) && good;
    }
    enum err e = !good || buf_err(&b) != OK ? ctx_fail(ctx, ERR_PARSE, "imap: a control character where a word would be") : OK;
    if (e == OK)
        e = command(ctx, im, buf_str(&b), no, on_line, user);
    buf_clear(&b);
    return e;
}

/* ---- opening */

struct selected {
    int64_t validity, next;
};

/* "OK [UIDVALIDITY 123] ..." */
static void number_in(struct str line, const char *name, int64_t *out)
{
    struct str n = str_of(name), digits;
    for (size_t i = 0; i + n.n < line.n; i++)
        if (str_eq_nocase(str_sub(line, i, n.n), n)) {
            digits = str_sub(line, i + n.n, line.n);
            size_t k = 0;
            while (k < digits.n && digits.p[k] >= '0' && digits.p[k] <= '9')
                k++;
            (void)!num_parse_i64(str_sub(digits, 0, k), 0, UINT32_MAX, out);
            return;
        }
}

static void on_selected(void *user, struct str line)
{
    struct selected *s = user;
    number_in(line, "[UIDVALIDITY ", &s->validity);
    number_in(line, "[UIDNEXT ", &s->next);
}

static void on_capability(void *user, struct str line)
{
    struct imap *im = user;
    struct str word;
    while (!str_empty(line) && str_split(&line, ' ', &word))
        im->can_idle = im->can_idle || str_eq_nocase(word, STR("IDLE"));
}

/* "imaps://host:993/INBOX" as what libcurl connects to, and the mailbox. */
static enum err read_url(struct ctx *ctx, struct str url, struct str *connect, struct str *mailbox)
{
    bool tls = str_starts(url, STR("imaps://")), plain = str_starts(url, STR("imap://"));
    struct str rest = str_sub(url, tls ? 8 : 7, url.n), host;
    if (!tls && !plain)
        return ctx_fail(ctx, ERR_PARSE, "imap_url: expected imaps://host:port/MAILBOX");
    (void)str_split(&rest, '/', &host);
    if (plain && !str_starts(host, STR("127.0.0.1:")) && !str_starts(host, STR("localhost:")))
        return ctx_fail(ctx, ERR_PARSE, "imap_url: without TLS only to the machine itself");
    if (str_empty(host))
        return ctx_fail(ctx, ERR_PARSE, "imap_url: no host");
    bool port = memchr(host.p, ':', host.n) != NULL;
    *connect = arena_fmt(ctx->arena, "%s%.*s%s/", tls ? "https://" : "http://", STR_ARG(host), port ? "" : tls ? ":993" : ":143");
    *mailbox = str_empty(rest) ? STR("INBOX") : rest;
    return connect->p == NULL ? ctx_fail(ctx, ERR_MEMORY, "imap: no memory") : OK;
}

static enum err connect_to(struct ctx *ctx, struct imap *im, struct str url, struct str ca_file)
{
    struct str ca = STR_NULL;
    curl_easy_setopt(im->curl, CURLOPT_URL, url.p);
    curl_easy_setopt(im->curl, CURLOPT_CONNECT_ONLY, 1L); /* the scheme says with or without TLS; not a word of HTTP is spoken */
    curl_easy_setopt(im->curl, CURLOPT_SSL_ENABLE_ALPN, 0L);
    curl_easy_setopt(im->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(im->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(im->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(im->curl, CURLOPT_PROXY, "");
    if (!str_empty(ca_file) && arena_dup(ctx->arena, ca_file, &ca) == OK)
        curl_easy_setopt(im->curl, CURLOPT_CAINFO, ca.p);
    CURLcode rc = curl_easy_perform(im->curl);
    if (rc == CURLE_OK)
        rc = curl_easy_getinfo(im->curl, CURLINFO_ACTIVESOCKET, &im->fd);
    if (rc != CURLE_OK)
        return ctx_fail(ctx, rc == CURLE_OUT_OF_MEMORY ? ERR_MEMORY : ERR_UNAVAILABLE, "imap: %s", curl_easy_strerror(rc));
    enum err e = read_line(ctx, im, clock_mono_us() + (int64_t)im->timeout_ms * 1000);
    if (e == OK && !str_starts(buf_str(&im->line), STR("* OK")))
        e = ctx_fail(ctx, ERR_UNAVAILABLE, "imap: no greeting");
    return e;
}

enum err imap_open(struct ctx *ctx, const struct imap_options *opt, struct imap **out, int64_t *validity, int64_t *next)
{
    struct str url = STR_NULL, mailbox = STR_NULL;
    struct selected sel = {0, 0};
    enum err e = read_url(ctx, opt->url, &url, &mailbox);
    if (e != OK)
        return e;
    struct imap *im = calloc(1, sizeof(*im));
    if (im == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "imap: no memory");
    im->timeout_ms = opt->timeout_ms > 0 ? opt->timeout_ms : TIMEOUT_MS;
    buf_init(&im->line, LINE_MAX_BYTES);
    buf_init(&im->literal, IMAP_MAIL_MAX);
    (void)pthread_once(&once, init_curl);
    im->curl = curl_easy_init();
    const struct str login[] = {opt->user, opt->password};
    e = im->curl == NULL ? ctx_fail(ctx, ERR_MEMORY, "imap: no memory") : connect_to(ctx, im, url, opt->ca_file);
    if (e == OK)
        e = command_quoted(ctx, im, "LOGIN", login, 2, ERR_DENIED, NULL, NULL);
    if (e == OK)
        e = command(ctx, im, STR("CAPABILITY"), ERR_UNSUPPORTED, on_capability, im);
    if (e == OK)
        e = command_quoted(ctx, im, "SELECT", &mailbox, 1, ERR_NOTFOUND, on_selected, &sel);
    if (e == OK && (sel.validity == 0 || sel.next == 0))
        e = ctx_fail(ctx, ERR_PARSE, "imap: the server does not tell UIDVALIDITY and UIDNEXT");
    if (e != OK) {
        imap_close(im);
        return e;
    }
    *out = im;
    *validity = sel.validity;
    *next = sel.next;
    return OK;
}

void imap_close(struct imap *im)
{
    if (im == NULL)
        return;
    if (im->curl != NULL)
        curl_easy_cleanup(im->curl);
    buf_clear(&im->line);
    buf_clear(&im->literal);
    free(im);
}

/* ---- mails */

struct found {
    int64_t from, *list;
    size_t n;
};

static void on_found(void *user, struct str line)
{
    struct found *f = user;
    struct str word;
    int64_t uid;
    if (!str_split(&line, ' ', &word) || !str_eq_nocase(word, STR("SEARCH")))
        return;
    while (!str_empty(line) && str_split(&line, ' ', &word)) {
        if (num_parse_i64(word, f->from, UINT32_MAX, &uid) != OK) /* "n:*" names the last one, whatever n is */
            continue;
        if (f->n == IMAP_LIST_MAX && uid >= f->list[f->n - 1])
            continue;
        f->n += f->n < IMAP_LIST_MAX;
        size_t i = f->n - 1;
        for (; i > 0 && f->list[i - 1] > uid; i--)
            f->list[i] = f->list[i - 1];
        f->list[i] = uid;
    }
}

enum err imap_since(struct ctx *ctx, struct imap *im, int64_t uid, int64_t out[IMAP_LIST_MAX], size_t *n)
{
    struct found f = {uid, out, 0};
    enum err e = command(ctx, im, arena_fmt(ctx->arena, "UID SEARCH UID %lld:*", (long long)uid), ERR_UNAVAILABLE, on_found, &f);
    *n = e == OK ? f.n : 0;
    return e;
}

enum err imap_of_days(struct ctx *ctx, struct imap *im, int64_t since_us, int64_t out[IMAP_LIST_MAX], size_t *n)
{
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_from_us(since_us);
    struct found f = {1, out, 0};
    enum err e = command(ctx, im, arena_fmt(ctx->arena, "UID SEARCH SINCE %d-%s-%04d", c.day, MONTHS[c.month - 1], c.year), ERR_UNAVAILABLE, on_found, &f);
    *n = e == OK ? f.n : 0;
    return e;
}

enum err imap_fetch(struct ctx *ctx, struct imap *im, int64_t uid, struct str *out)
{
    buf_reset(&im->literal);
    enum err e = command(ctx, im, arena_fmt(ctx->arena, "UID FETCH %lld (BODY.PEEK[])", (long long)uid), ERR_NOTFOUND, NULL, NULL);
    if (e == OK && im->literal.err != OK)
        e = ctx_fail(ctx, im->literal.err, "imap: a mail of more than %zu bytes", IMAP_MAIL_MAX);
    if (e == OK && im->literal.n == 0)
        e = ctx_fail(ctx, ERR_NOTFOUND, "imap: the mail is gone");
    return e == OK ? arena_dup(ctx->arena, buf_str(&im->literal), out) : e;
}

enum err imap_seen(struct ctx *ctx, struct imap *im, int64_t uid)
{
    return command(ctx, im, arena_fmt(ctx->arena, "UID STORE %lld +FLAGS.SILENT (\\Seen)", (long long)uid), ERR_DENIED, NULL, NULL);
}

/* ---- waiting */

enum err imap_wait(struct ctx *ctx, struct imap *im, int ms, const _Atomic bool *stop, bool *changed)
{
    char tag[12];
    int64_t until = clock_mono_us() + (int64_t)ms * 1000, answer_us = (int64_t)im->timeout_ms * 1000;
    *changed = false;
    if (!im->can_idle)
        return ctx_fail(ctx, ERR_UNSUPPORTED, "imap: the server cannot IDLE");
    enum err e = send_command(ctx, im, STR("IDLE"), tag);
    if (e == OK)
        e = read_line(ctx, im, clock_mono_us() + answer_us);
    if (e == OK && !str_starts(buf_str(&im->line), STR("+")))
        e = ctx_fail(ctx, ERR_UNSUPPORTED, "imap: the server does not IDLE");
    while (e == OK && !*changed && !atomic_load(stop) && clock_mono_us() < until) {
        e = im->in_at < im->in_n ? OK : fill(ctx, im, 0);
        if (e == ERR_TIMEOUT) {
            (void)!wait_for(im, WAIT_SLICE_MS);
            e = OK;
            continue;
        }
        if (e == OK)
            e = read_line(ctx, im, clock_mono_us() + answer_us);
        *changed = e == OK && str_contains_nocase(buf_str(&im->line), STR(" EXISTS"));
    }
    if (e == OK)
        e = send_all(ctx, im, STR("DONE\r\n"));
    return e == OK ? read_answer(ctx, im, tag, ERR_UNAVAILABLE, NULL, NULL) : e;
}
