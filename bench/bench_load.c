/*
 * bench_load PORT CONNECTIONS SECONDS RATE PARCELS SECRET [READS TOKEN ORDERS]: signed single-scan webhooks over CONNECTIONS
 * connections of one epoll loop. RATE 0: each connection sends as soon as it was answered; else so many a second, and a time
 * counts from when a request was due, not from when a connection was free. READS: so many questions a second (half of them case
 * reads) from a thread of its own, on orders among ORDERS. Requests are made before the clock starts.
 * Prints: answers a second, p50 ms, p99 ms, answers that were not 2xx; with READS also their p50 ms, p99 ms, number not 2xx.
 */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/histogram.h"
#include "bench_scan.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define REQUEST_MAX 1024
#define MADE_MAX 1000000

struct request {
    const char *p;
    size_t n;
};

struct conn {
    int fd;
    bool busy;
    int64_t due_us;
    size_t got;
    char answer[4096];
};

struct load {
    int port;
    long rate, parcels, orders, reads;
    const char *secret, *token;
    int64_t end_us;
    struct request *made;
    size_t made_n, sent;
    struct histogram took, read_took;
    long bad, read_bad;
};

/* ---- what is sent */

static bool make_one(struct arena *a, struct mac *m, struct bench_way *way, long i, uint64_t random, int64_t at_us, struct request *out)
{
    unsigned char sum[SHA256_LEN];
    size_t n = 0;
    struct buf hex;
    struct str body = bench_scan(a, way, random, i, at_us), all = STR_NULL;
    buf_init(&hex, 256);
    if (mac_sum(m, &body, 1, sum, &n) == OK) {
        buf_add_hex(&hex, (struct str){(const char *)sum, n});
        all = arena_fmt(a, "POST /hooks/generic/bench HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                           "X-Wismo-Signature: %.*s\r\nContent-Length: %zu\r\n\r\n%.*s",
                        (int)hex.n, hex.p, body.n, STR_ARG(body));
    }
    char *own = all.n == 0 ? NULL : malloc(all.n);
    if (own != NULL)
        memcpy(own, all.p, all.n);
    buf_clear(&hex);
    *out = (struct request){own, all.n};
    return own != NULL;
}

/* Scans of parcels in no order, one a second of ledger time, the newest now. */
static bool make_requests(struct load *ld, size_t n)
{
    struct mac *m = mac_new(MAC_SHA256, str_of(ld->secret));
    struct arena *a = arena_new((size_t)1 << 20);
    struct bench_way way;
    struct clock clk;
    uint64_t x = UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)clock_mono_us();
    clock_init_real(&clk);
    int64_t now_us = clock_now_us(&clk) / US_PER_S * US_PER_S;
    ld->made = calloc(n, sizeof(*ld->made));
    bool ok = bench_way_init(&way, ld->parcels) && m != NULL && a != NULL && ld->made != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        ok = make_one(a, m, &way, (long)i, x, now_us - (int64_t)((n - i) / 8) * US_PER_S, &ld->made[i]);
        arena_reset(a);
    }
    ld->made_n = n;
    bench_way_clear(&way);
    mac_free(m);
    arena_free(a);
    return ok;
}

/* ---- connections */

static int connect_to(int port)
{
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
        perror("bench_load: connect");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

static void send_next(struct load *ld, struct conn *cn, int64_t due_us)
{
    const struct request *r = &ld->made[ld->sent++ % ld->made_n];
    cn->busy = true;
    cn->due_us = due_us;
    cn->got = 0;
    if (write(cn->fd, r->p, r->n) != (ssize_t)r->n) {
        perror("bench_load: write");
        exit(1);
    }
}

/* A whole answer? Its status, or 0: more comes. */
static int answer_status(const char *p, size_t n)
{
    const char *end = memmem(p, n, "\r\n\r\n", 4), *len;
    if (end == NULL || n < 12)
        return 0;
    len = memmem(p, (size_t)(end - p), "Content-Length: ", 16);
    size_t want = (size_t)(end - p) + 4 + (len == NULL ? 0 : strtoul(len + 16, NULL, 10));
    return n >= want ? (p[9] - '0') * 100 + (p[10] - '0') * 10 + (p[11] - '0') : 0;
}

static void take_answer(struct load *ld, struct conn *cn)
{
    ssize_t n = read(cn->fd, cn->answer + cn->got, sizeof(cn->answer) - cn->got);
    if (n <= 0) {
        fprintf(stderr, "bench_load: connection ended\n");
        exit(1);
    }
    cn->got += (size_t)n;
    int status = answer_status(cn->answer, cn->got);
    if (status == 0)
        return;
    cn->busy = false;
    histogram_add(&ld->took, clock_mono_us() - cn->due_us);
    ld->bad += status < 200 || status > 299 ? 1 : 0;
}

static void run_webhooks(struct load *ld, size_t conns_n)
{
    struct conn *conns = calloc(conns_n, sizeof(*conns));
    struct conn **idle = calloc(conns_n, sizeof(struct conn *));
    struct epoll_event evs[256];
    size_t idle_n = 0;
    int ep = epoll_create1(EPOLL_CLOEXEC);
    if (conns == NULL || idle == NULL || ep < 0)
        exit(1);
    for (size_t i = 0; i < conns_n; i++) {
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &conns[i]};
        conns[i].fd = connect_to(ld->port);
        epoll_ctl(ep, EPOLL_CTL_ADD, conns[i].fd, &ev);
        idle[idle_n++] = &conns[i];
    }
    int64_t start = clock_mono_us(), now = start;
    while ((now = clock_mono_us()) < ld->end_us) {
        while (idle_n > 0) {
            int64_t due = ld->rate == 0 ? now : start + (int64_t)((double)ld->sent * 1e6 / (double)ld->rate);
            if (due > now)
                break;
            send_next(ld, idle[--idle_n], due);
        }
        int n = epoll_wait(ep, evs, 256, idle_n > 0 ? 1 : 100);
        for (int i = 0; i < n; i++) {
            struct conn *cn = evs[i].data.ptr;
            take_answer(ld, cn);
            if (!cn->busy)
                idle[idle_n++] = cn;
        }
    }
}

/* ---- questions beside them */

static void *run_reads(void *arg)
{
    struct load *ld = arg;
    static char answer[1 << 20], request[REQUEST_MAX], body[256];
    int fd = connect_to(ld->port);
    uint64_t x = 88172645463325252u;
    int64_t start = clock_mono_us(), now;
    for (long i = 0; (now = clock_mono_us()) < ld->end_us; i++) {
        int64_t due = start + (int64_t)((double)i * 1e6 / (double)ld->reads);
        if (due > now)
            usleep((useconds_t)(due - now));
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        long no = (long)(x % (uint64_t)ld->orders);
        int blen = snprintf(body, sizeof(body), "{\"text\":\"where is my order? #%ld c%ld@example.com\"}", no + 1000, no);
        int n = i % 2 == 0 ? snprintf(request, sizeof(request), "GET /v1/cases/%%23%ld HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer %s\r\n\r\n", no + 1000, ld->token)
                           : snprintf(request, sizeof(request), "POST /v1/ask HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
                                      "Content-Length: %d\r\n\r\n%s", ld->token, blen, body);
        int64_t t = clock_mono_us();
        size_t got = 0;
        int status = 0;
        if (write(fd, request, (size_t)n) != n)
            exit(1);
        while (status == 0) {
            ssize_t r = read(fd, answer + got, sizeof(answer) - got);
            if (r <= 0)
                exit(1);
            got += (size_t)r;
            status = answer_status(answer, got);
        }
        histogram_add(&ld->read_took, clock_mono_us() - t);
        if (status != 200 && ld->read_bad++ == 0)
            fprintf(stderr, "bench_load: %.*s\n", (int)(got > 600 ? 600 : got), answer);
    }
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    static struct load ld;
    pthread_t reader;
    struct rlimit files = {4096, 4096};
    if (argc < 7)
        return 2;
    long conns = strtol(argv[2], NULL, 10), seconds = strtol(argv[3], NULL, 10);
    ld.port = (int)strtol(argv[1], NULL, 10);
    ld.rate = strtol(argv[4], NULL, 10);
    ld.parcels = strtol(argv[5], NULL, 10);
    ld.secret = argv[6];
    ld.reads = argc > 9 ? strtol(argv[7], NULL, 10) : 0;
    ld.token = argc > 9 ? argv[8] : "";
    ld.orders = argc > 9 ? strtol(argv[9], NULL, 10) : 1;
    long want = (ld.rate == 0 ? 70000 : ld.rate) * seconds;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    if (!make_requests(&ld, (size_t)(want < MADE_MAX ? want : MADE_MAX)))
        return 1;
    int64_t start = clock_mono_us();
    ld.end_us = start + seconds * US_PER_S;
    if (ld.reads > 0 && pthread_create(&reader, NULL, run_reads, &ld) != 0)
        return 1;
    run_webhooks(&ld, (size_t)conns);
    if (ld.reads > 0)
        pthread_join(reader, NULL);
    double took_s = (double)(clock_mono_us() - start) / 1e6;
    printf("%.0f %.2f %.2f %ld", (double)ld.took.count / took_s, (double)histogram_quantile(&ld.took, 500) / 1000,
           (double)histogram_quantile(&ld.took, 990) / 1000, ld.bad);
    if (ld.reads > 0)
        printf(" %.2f %.2f %ld", (double)histogram_quantile(&ld.read_took, 500) / 1000,
               (double)histogram_quantile(&ld.read_took, 990) / 1000, ld.read_bad);
    printf("\n");
    return 0;
}
