/* See smtp_client.h. A connection a mail: the courier's pace is the mail server's, and no state is left behind. */
#include "base/smtp_client.h"

#include "base/buf.h"

#include <curl/curl.h>
#include <pthread.h>

#define TIMEOUT_MS 30000L

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool ready;

static void init_curl(void)
{
    ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static size_t on_read(char *to, size_t size, size_t n, void *user)
{
    struct str *left = user;
    struct str part = str_sub(*left, 0, size * n);
    if (part.n > 0)
        memcpy(to, part.p, part.n);
    *left = str_sub(*left, part.n, left->n);
    return part.n;
}

/* An address goes into a command line: nothing in it may end one, or be taken for a second one. */
static bool is_address(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= 0x20 || c >= 0x7f || c == '<' || c == '>' || c == ',' || c == ';' || c == '"')
            return false;
    }
    return s.n > 2 && s.n < 320 && memchr(s.p, '@', s.n) != NULL;
}

static enum err outcome(struct ctx *ctx, CURLcode rc, long code)
{
    switch (rc) {
    case CURLE_OK:
        return OK;
    case CURLE_LOGIN_DENIED:
        return ctx_fail(ctx, ERR_DENIED, "the mail server refuses the sign-in (%ld)", code);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return ctx_fail(ctx, ERR_UNAVAILABLE, "mail server: %s", curl_easy_strerror(rc));
    case CURLE_OUT_OF_MEMORY:
        return ctx_fail(ctx, ERR_MEMORY, "mail: no memory");
    default:
        break;
    }
    if (code >= 500 && code < 600)
        return ctx_fail(ctx, ERR_LIMIT, "the mail server refuses it (%ld)", code);
    if (code >= 400 && code < 500)
        return ctx_fail(ctx, ERR_BUSY, "the mail server wants it later (%ld)", code);
    return ctx_fail(ctx, ERR_TIMEOUT, "mail server: %s", curl_easy_strerror(rc));
}

static enum err set_up(struct ctx *ctx, CURL *h, const struct smtp_request *req, struct str *left, struct curl_slist **to)
{
    struct str url, user, password, ca, from = arena_fmt(ctx->arena, "<%.*s>", STR_ARG(req->from)),
                               rcpt = arena_fmt(ctx->arena, "<%.*s>", STR_ARG(req->to));
    if (arena_dup(ctx->arena, req->url, &url) != OK || arena_dup(ctx->arena, req->user, &user) != OK ||
        arena_dup(ctx->arena, req->password, &password) != OK || arena_dup(ctx->arena, req->ca_file, &ca) != OK || from.p == NULL || rcpt.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "mail: no memory");
    *to = curl_slist_append(NULL, rcpt.p);
    if (*to == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "mail: no memory");
    curl_easy_setopt(h, CURLOPT_URL, url.p);
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(h, CURLOPT_USE_SSL, req->tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    if (!str_empty(req->ca_file))
        curl_easy_setopt(h, CURLOPT_CAINFO, ca.p);
    curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, req->timeout_ms > 0 ? (long)req->timeout_ms : TIMEOUT_MS);
    curl_easy_setopt(h, CURLOPT_MAIL_FROM, from.p);
    curl_easy_setopt(h, CURLOPT_MAIL_RCPT, *to);
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(h, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(h, CURLOPT_READDATA, left);
    curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)req->message.n);
    if (!str_empty(req->user)) {
        curl_easy_setopt(h, CURLOPT_USERNAME, user.p);
        curl_easy_setopt(h, CURLOPT_PASSWORD, password.p);
    }
    return OK;
}

enum err smtp_send(struct ctx *ctx, const struct smtp_request *req, int *code)
{
    struct curl_slist *to = NULL;
    struct str left = req->message;
    long answer = 0;
    *code = 0;
    (void)pthread_once(&once, init_curl);
    if (!is_address(req->from) || !is_address(req->to))
        return ctx_fail(ctx, ERR_PARSE, "mail: %s is no address that can be written to", is_address(req->from) ? "the recipient" : "the sender");
    CURL *h = ready ? curl_easy_init() : NULL;
    if (h == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "mail: no memory");
    enum err e = set_up(ctx, h, req, &left, &to);
    if (e == OK) {
        CURLcode rc = curl_easy_perform(h);
        curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &answer);
        *code = (int)answer;
        e = outcome(ctx, rc, answer);
    }
    curl_slist_free_all(to);
    curl_easy_cleanup(h);
    return e;
}
