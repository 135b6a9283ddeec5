/*
 * The demo's own receiver of actions, as docs/actions.md asks of one: it does each key at most once, and says on the terminal what it
 * would have done. So that a newcomer sees an action leave, without a store or a carrier behind it.
 */
#ifndef WISMO_CLI_DEMO_RECEIVER_H
#define WISMO_CLI_DEMO_RECEIVER_H

#include "cli/cli.h"

struct demo_receiver;

/* demo_receiver_start: listens on 127.0.0.1 on a free port. Errs: as http_server_start */
MUST_CHECK enum err demo_receiver_start(struct cli *cli, struct demo_receiver **out);
int demo_receiver_port(const struct demo_receiver *r);
/* demo_receiver_trust: the account whose signatures count; before, and with NULL, everything is refused. */
void demo_receiver_trust(struct demo_receiver *r, const struct account *acct);
void demo_receiver_stop(struct demo_receiver *r); /* accepts NULL */

#endif
