/* Running the server, for `wismo serve` and `wismo demo`. */
#ifndef WISMO_CLI_SERVE_H
#define WISMO_CLI_SERVE_H

#include <pthread.h>
#include <signal.h>

#include "cli/cli.h"
#include "flows/virtual_clock.h"
#include "server/app.h"

#define SERVE_DRAIN_MS 10000 /* open requests are answered within this after SIGTERM */

/*
 * serve_run: engine and server until SIGTERM or SIGINT, then drained. started is called once it listens. Gives an exit code.
 * The clock is cli's and has been set.
 */
int serve_run(struct cli *cli, const struct config *cfg, void (*started)(struct cli *cli, int port, void *user), void *user);

#endif
