/*
 * Which article of an order a message speaks of: "the blue jacket came torn" among "Rain Jacket, blue / M" and "Wool Socks". By the
 * words they share, with the ending or a letter different; pure.
 */
#ifndef WISMO_TALK_MENTION_H
#define WISMO_TALK_MENTION_H

#include "base/ctx.h"

#define MENTION_ITEMS_MAX 100

/*
 * mention_find: the article that the text names best. A word counts less the more articles have it.
 * Out: *item its number; *alone: no other is named nearly as well (ask when false).
 * Errs: ERR_NOTFOUND none is named; ERR_LIMIT more than MENTION_ITEMS_MAX; ERR_MEMORY.
 */
MUST_CHECK enum err mention_find(struct ctx *ctx, struct str text, const struct str *titles, size_t n, size_t *item, bool *alone);

#endif
