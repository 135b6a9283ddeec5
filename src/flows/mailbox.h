/*
 * Mailboxes that are fetched from: accounts of connector `mail` with an imap_url. Each has a thread that waits (IDLE, else by asking
 * every half minute), fetches what is new and appends it as a webhook would have brought it; marked as read only when it is durable. What
 * was there before the first time is left alone.
 */
#ifndef WISMO_FLOWS_MAILBOX_H
#define WISMO_FLOWS_MAILBOX_H

#include "flows/engine.h"

struct mailboxes;

/* mailboxes_start: *out NULL when there are none. Errs: ERR_MEMORY. */
MUST_CHECK enum err mailboxes_start(struct ctx *ctx, struct engine *eng, struct mailboxes **out);
/* mailboxes_free: ends the threads, within a second or what a call takes; accepts NULL. */
void mailboxes_free(struct mailboxes *m);

#endif
