/* Commands that talk to a running server: one request, its answer or its error in words. */
#ifndef WISMO_CLI_REMOTE_H
#define WISMO_CLI_REMOTE_H

#include "base/http_client.h"
#include "cli/cli.h"

struct remote {
    const char *server;     /* "http://127.0.0.1:8080" */
    const char *token_file; /* a file with the API token; NULL: the environment's WISMO_TOKEN, if any */
};
struct remote_ask {
    const char *method;
    struct str path;        /* with query, begins with '/' */
    struct str accept, content_type, body;
    struct str idempotency_key; /* empty: none */
    int timeout_ms;
};
/* remote_call: Errs: what the client gives; ERR_DENIED 401 or 403, ERR_NOTFOUND 404, ERR_BUSY 429 or 503, ERR_PARSE other 4xx,
 * ERR_UNAVAILABLE other 5xx: with the server's words. */
MUST_CHECK enum err remote_call(struct cli *cli, const struct remote *r, const struct remote_ask *ask, struct str *body);
/* remote_print: calls and prints the answer, ending in a line; the exit code. command: whose words a failure is. */
int remote_print(struct cli *cli, const char *command, const struct remote *r, const struct remote_ask *ask);

#endif
