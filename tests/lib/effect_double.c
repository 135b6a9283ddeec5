/* See effect_double.h. One connection after the other, each for one request. */
#include "lib/effect_double.h"

#include "lib/fixture.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEYS_MAX 64
#define REQUEST_MAX 65536

struct effect_double {
    enum effect_way ways[64];
    size_t ways_n, at;
    char keys[KEYS_MAX][80];
    size_t keys_n;
    size_t calls;
    char last[REQUEST_MAX];
    char url[64];
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    atomic_bool stop;
};

static size_t read_request(int c, char *buf, size_t max)
{
    size_t n = 0, want = 0;
    while (n + 1 < max) {
        ssize_t got = read(c, buf + n, max - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
        buf[n] = '\0';
        const char *end = strstr(buf, "\r\n\r\n"), *len = strcasestr(buf, "content-length:");
        if (end != NULL && len != NULL)
            want = (size_t)(end + 4 - buf) + (size_t)strtoul(len + 15, NULL, 10);
        if (want > 0 && n >= want)
            break;
    }
    buf[n] = '\0';
    return n;
}

static void do_once(struct effect_double *d, const char *request)
{
    char key[80] = "";
    const char *h = strcasestr(request, "idempotency-key:");
    if (h != NULL)
        (void)sscanf(h + 16, " %79[^\r\n]", key);
    for (size_t i = 0; i < d->keys_n; i++)
        if (strcmp(d->keys[i], key) == 0)
            return;
    if (d->keys_n < KEYS_MAX)
        memcpy(d->keys[d->keys_n++], key, sizeof(key));
}

static void answer(int c, const char *status, const char *body)
{
    char out[512];
    int n = snprintf(out, sizeof(out), "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n%s", status,
                     strlen(body), strncmp(status, "429", 3) == 0 ? "Retry-After: 7\r\n" : "", body);
    if (write(c, out, (size_t)n) != n)
        return;
}

static void serve(struct effect_double *d, int c, const char *request)
{
    enum effect_way way = d->at < d->ways_n ? d->ways[d->at++] : EFFECT_DO;
    bool does = way == EFFECT_DO || way == EFFECT_DONE_500 || way == EFFECT_DONE_CUT || way == EFFECT_GARBAGE;
    const char *body = strstr(request, "\r\n\r\n");
    d->calls++;
    snprintf(d->last, sizeof(d->last), "%s", body == NULL ? "" : body + 4);
    if (does)
        do_once(d, request);
    if (way == EFFECT_DO)
        answer(c, "200 OK", "{\"outcome\":\"confirmed\",\"id\":\"E1\"}");
    else if (way == EFFECT_BUSY)
        answer(c, "429 Too Many Requests", "{}");
    else if (way == EFFECT_FAIL || way == EFFECT_DONE_500)
        answer(c, "500 Internal Server Error", "{}");
    else if (way == EFFECT_REFUSE)
        answer(c, "422 Unprocessable Content", "{\"outcome\":\"refused\",\"detail\":\"not possible\"}");
    else if (way == EFFECT_ACCEPT)
        answer(c, "202 Accepted", "{}");
    else if (way == EFFECT_GARBAGE)
        answer(c, "200 OK", "{\"outcome\":\"perhaps\"}");
}

static void *run(void *arg)
{
    struct effect_double *d = arg;
    static char request[REQUEST_MAX];
    while (!atomic_load(&d->stop)) {
        int c = accept(d->fd, NULL, NULL);
        if (c < 0)
            continue;
        if (read_request(c, request, sizeof(request)) > 0) {
            pthread_mutex_lock(&d->lock);
            serve(d, c, request);
            pthread_mutex_unlock(&d->lock);
        }
        close(c);
    }
    return NULL;
}

struct effect_double *effect_double_new(const enum effect_way *ways, size_t n)
{
    struct effect_double *d = calloc(1, sizeof(*d));
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval wait = {.tv_usec = 50000};
    socklen_t len = sizeof(a);
    assert_non_null(d);
    assert_true(n <= sizeof(d->ways) / sizeof(d->ways[0]));
    if (n > 0)
        memcpy(d->ways, ways, n * sizeof(ways[0]));
    d->ways_n = n;
    d->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(d->fd >= 0);
    assert_int_equal(bind(d->fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(listen(d->fd, 16), 0);
    assert_int_equal(getsockname(d->fd, (struct sockaddr *)&a, &len), 0);
    assert_int_equal(setsockopt(d->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
    snprintf(d->url, sizeof(d->url), "http://127.0.0.1:%d/act", ntohs(a.sin_port));
    pthread_mutex_init(&d->lock, NULL);
    assert_int_equal(pthread_create(&d->thread, NULL, run, d), 0);
    return d;
}

void effect_double_free(struct effect_double *d)
{
    atomic_store(&d->stop, true);
    pthread_join(d->thread, NULL);
    close(d->fd);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

const char *effect_double_url(const struct effect_double *d)
{
    return d->url;
}

size_t effect_double_done(struct effect_double *d)
{
    pthread_mutex_lock(&d->lock);
    size_t n = d->keys_n;
    pthread_mutex_unlock(&d->lock);
    return n;
}

size_t effect_double_calls(struct effect_double *d)
{
    pthread_mutex_lock(&d->lock);
    size_t n = d->calls;
    pthread_mutex_unlock(&d->lock);
    return n;
}

const char *effect_double_last(struct effect_double *d)
{
    return d->last;
}
