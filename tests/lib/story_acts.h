/*
 * Lines of stories about decisions and actions:
 *
 *     policy refund="{mode: auto, undo_minutes: 30}"   the default policy with these grants, from here on
 *     request #1020 refund proof=order_and_contact confidence=97 outcome=approval
 *     verdict approve 1 by=ann outcome=waiting          state of the action afterwards, or refused
 *     does 1 confirmed id=gid-9                         the courier began, and this came of it
 *     waits #1020 hand_over rule=presumed-lost due=+1d  is waiting; `waits #1020 nothing`
 *     action #1020 1 refund state=proposed amount=1450  `action #1020 none`: there is none
 */
#ifndef WISMO_TESTS_LIB_STORY_ACTS_H
#define WISMO_TESTS_LIB_STORY_ACTS_H

#include "lib/story_store.h"

#include "flows/story.h"

/* story_acts: *mine false: the line is of another kind. */
enum err story_acts(struct ctx *ctx, struct story_store *st, const struct story_line *ln, int64_t start_us, bool *mine);
/* story_store_policy: this policy holds from here on. */
enum err story_store_policy(struct ctx *ctx, struct story_store *st, struct str text);
/* policy_with_grant: the text with one grant written anew. */
struct str policy_with_grant(struct ctx *ctx, struct str text, const char *capability, struct str value);
/* story_does: an attempt at an action and what came of it. */
enum err story_does(struct ctx *ctx, struct story_store *st, int64_t action_no, enum action_outcome outcome, struct str result_id);

#endif
