/*
 * See http_listen.h. With SO_REUSEPORT a second server of the same user could join the port unnoticed and take half of the
 * traffic, so a first socket without that option tries the port; only when it is free do the shared ones follow.
 */
#include "server/http_listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

struct place {
    struct sockaddr_storage addr;
    socklen_t len;
    int family;
};

static enum err resolve(struct ctx *ctx, struct str address, int port, struct place *out)
{
    char host[256], service[16];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV}, *found = NULL;
    if (str_eq(address, STR("localhost")))
        address = STR("127.0.0.1");
    if (address.n == 0 || address.n >= sizeof(host) || port < 0 || port > 65535)
        return ctx_fail(ctx, ERR_PARSE, "listen: expected an address and a port from 0 to 65535, got \"%.*s\" and %d", STR_ARG(address), port);
    snprintf(host, sizeof(host), "%.*s", STR_ARG(address));
    snprintf(service, sizeof(service), "%d", port);
    if (getaddrinfo(host, service, &hints, &found) != 0 || found == NULL)
        return ctx_fail(ctx, ERR_PARSE, "listen: expected a numeric address such as 127.0.0.1, 0.0.0.0 or ::, got \"%s\"", host);
    *out = (struct place){.len = found->ai_addrlen, .family = found->ai_family};
    memcpy(&out->addr, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return OK;
}

static void set_port(struct place *pl, int port)
{
    struct sockaddr_in six_or_four;
    memcpy(&six_or_four, &pl->addr, sizeof(six_or_four)); /* the port stands at the same place in both families */
    six_or_four.sin_port = htons((uint16_t)port);
    memcpy(&pl->addr, &six_or_four, sizeof(six_or_four));
}

static int port_of(int fd)
{
    struct sockaddr_storage got = {0};
    struct sockaddr_in in;
    socklen_t len = sizeof(got);
    if (getsockname(fd, (struct sockaddr *)&got, &len) != 0)
        return -1;
    memcpy(&in, &got, sizeof(in));
    return ntohs(in.sin_port);
}

static enum err bind_failed(struct ctx *ctx, int fd, int port)
{
    int why = errno;
    close(fd);
    if (why == EADDRINUSE)
        return ctx_fail(ctx, ERR_CONFLICT, "port %d: taken by another program; choose another one", port);
    if (why == EACCES)
        return ctx_fail(ctx, ERR_DENIED, "port %d: this user may not use it; take one from 1024 up", port);
    return ctx_fail(ctx, ERR_IO, "port %d: %s", port, strerror(why));
}

static enum err bound(struct ctx *ctx, const struct place *pl, bool shared, int port, int *out)
{
    int one = 1, zero = 0, fd = socket(pl->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ctx_fail(ctx, ERR_IO, "socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
    if (pl->family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero)); /* :: takes both families */
    if (bind(fd, (const struct sockaddr *)&pl->addr, pl->len) != 0)
        return bind_failed(ctx, fd, port);
    *out = fd;
    return OK;
}

/* Is the port free, and which one is it? */
static enum err try_port(struct ctx *ctx, const struct place *pl, int *port)
{
    int fd = -1;
    enum err e = bound(ctx, pl, false, *port, &fd);
    if (e != OK)
        return e;
    if (listen(fd, 1) != 0)
        return bind_failed(ctx, fd, *port);
    *port = port_of(fd);
    close(fd);
    return *port > 0 ? OK : ctx_fail(ctx, ERR_IO, "port: %s", strerror(errno));
}

enum err listen_open(struct ctx *ctx, struct str address, int port, size_t n, int fds[LISTEN_MAX], int *out_port)
{
    struct place pl;
    size_t made = 0;
    if (n == 0 || n > LISTEN_MAX)
        return ctx_fail(ctx, ERR_PARSE, "threads: expected 1 to %d, got %zu", LISTEN_MAX, n);
    enum err e = resolve(ctx, address, port, &pl);
    if (e == OK)
        e = try_port(ctx, &pl, &port);
    if (e != OK)
        return e;
    set_port(&pl, port);
    for (; e == OK && made < n; made += e == OK ? 1 : 0) {
        e = bound(ctx, &pl, true, port, &fds[made]);
        if (e == OK && listen(fds[made], BACKLOG) != 0)
            e = bind_failed(ctx, fds[made], port);
    }
    if (e != OK) {
        listen_close(fds, made);
        return e;
    }
    *out_port = port;
    return OK;
}

void listen_close(int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}
