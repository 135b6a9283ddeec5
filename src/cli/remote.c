/* The client side of our own API. */
#include "cli/remote.h"

#include <stdlib.h>

static enum err token(struct cli *cli, const struct remote *r, struct str *out)
{
    *out = STR_NULL;
    if (r->token_file != NULL) {
        enum err e = cli_read_file(cli, r->token_file, 4096, out);
        *out = str_trim(*out);
        return e;
    }
    const char *env = getenv("WISMO_TOKEN");
    *out = env == NULL ? STR_NULL : str_of(env);
    return OK;
}

static enum err status_err(int status)
{
    static const struct {
        int status;
        enum err e;
    } MAP[] = {{401, ERR_DENIED}, {403, ERR_DENIED}, {404, ERR_NOTFOUND}, {409, ERR_CONFLICT}, {429, ERR_BUSY}, {503, ERR_BUSY}};
    for (size_t i = 0; i < sizeof(MAP) / sizeof(MAP[0]); i++)
        if (MAP[i].status == status)
            return MAP[i].e;
    return status < 400 ? OK : status < 500 ? ERR_PARSE : ERR_UNAVAILABLE;
}

enum err remote_call(struct cli *cli, const struct remote *r, const struct remote_ask *ask, struct str *body)
{
    struct str tok;
    struct http_header headers[4];
    struct http_msg msg = {0};
    enum err e = token(cli, r, &tok);
    if (e != OK)
        return e;
    struct http_request req = {.method = str_of(ask->method), .headers = headers, .body = ask->body, .timeout_ms = ask->timeout_ms,
                               .max_body = (size_t)64 << 20};
    struct str server = str_of(r->server);
    while (str_ends(server, STR("/")))
        server.n--;
    req.url = arena_fmt(cli->arena, "%.*s%.*s", STR_ARG(server), STR_ARG(ask->path));
    if (!str_empty(tok))
        headers[req.headers_n++] = (struct http_header){STR("Authorization"), arena_fmt(cli->arena, "Bearer %.*s", STR_ARG(tok))};
    if (!str_empty(ask->accept))
        headers[req.headers_n++] = (struct http_header){STR("Accept"), ask->accept};
    if (!str_empty(ask->content_type))
        headers[req.headers_n++] = (struct http_header){STR("Content-Type"), ask->content_type};
    if (!str_empty(ask->idempotency_key))
        headers[req.headers_n++] = (struct http_header){STR("Idempotency-Key"), ask->idempotency_key};
    struct http_client *client = http_client_new();
    if (client == NULL)
        return ctx_fail(&cli->ctx, ERR_MEMORY, "no memory for a connection");
    e = http_client_do(client, &cli->ctx, &req, &msg);
    http_client_free(client);
    if (e != OK)
        return e;
    e = status_err(msg.status);
    if (e != OK)
        return ctx_fail(&cli->ctx, e, "%s answered %d: %.*s", r->server, msg.status, STR_ARG(str_trim(str_sub(msg.body, 0, 300))));
    *body = msg.body;
    return OK;
}

int remote_print(struct cli *cli, const char *command, const struct remote *r, const struct remote_ask *ask)
{
    struct str body;
    enum err e = remote_call(cli, r, ask, &body);
    if (e != OK)
        return cli_fail(cli, command, e);
    return cli_print(cli, body) && (str_ends(body, STR("\n")) || cli_print(cli, STR("\n"))) ? EXIT_OK : EXIT_NO;
}
