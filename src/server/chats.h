/*
 * Chats that are being looked at: streams of server-sent events by thread. One thread of ours looks what was folded and gives it to
 * those it is for; each begins with what its conversation has behind the event that the browser saw last.
 */
#ifndef WISMO_SERVER_CHATS_H
#define WISMO_SERVER_CHATS_H

#include "flows/chat.h"
#include "server/http.h"

#define CHATS_OF_ONE 5      /* windows that look at one thread; the oldest ends when another comes */

struct chats;
/* chats_start: max streams at a time. Errs: ERR_MEMORY, what reader_open gives. */
MUST_CHECK enum err chats_start(struct ctx *ctx, struct engine *eng, size_t max, struct chats **out);
bool chats_have_room(struct chats *c); /* for one more, just now */
/* chats_add: takes st and closes it; false: too many, st is still the caller's. */
bool chats_add(struct chats *c, int64_t merchant_id, struct str thread, struct fact_place after, struct http_stream *st);
/* chats_stop: closes all streams, ends the thread; chats_add gives false from here on. chats_free: behind it. Both accept NULL. */
void chats_stop(struct chats *c);
void chats_free(struct chats *c);

#endif
