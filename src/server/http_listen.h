/* Listening sockets for http.c: one a thread, all on one port. */
#ifndef WISMO_SERVER_HTTP_LISTEN_H
#define WISMO_SERVER_HTTP_LISTEN_H

#include "base/ctx.h"

#define LISTEN_MAX 64

/*
 * listen_open: n sockets that share the port (SO_REUSEPORT), listening, non-blocking. port 0: the kernel chooses one.
 * Out:   fds[0..n), *out_port. The caller closes them.
 * Errs:  ERR_PARSE address, ERR_CONFLICT port taken, ERR_DENIED not allowed to use it, ERR_IO
 */
MUST_CHECK enum err listen_open(struct ctx *ctx, struct str address, int port, size_t n, int fds[LISTEN_MAX], int *out_port);
void listen_close(int *fds, size_t n);

#endif
