/*
 * Conversations in stories. Verbs:
 *   says "TEXT" [from=CONTACT channel=email thread=T language=L choice=C reply_to=KIND:ORDER name=N unverified automatic]
 *       a customer writes, and what waits for a turn gets it; from, channel, thread and unverified stay as they were last
 *   picks N             the customer presses the Nth choice of the last turn
 *   types_code          the customer types the code that was sent to the order's contact; types_code wrong: another one
 *   bot ["WORDS" ...] [not=WORDS outcome=O lang=L choices=N choice=LABEL hands_over]   the last turn; bot silent
 *   person "TEXT"       somebody of the team answers
 *   talks N             so many conversations there are
 */
#ifndef WISMO_TESTS_LIB_STORY_TALK_H
#define WISMO_TESTS_LIB_STORY_TALK_H

#include "lib/story_store.h"

#include "flows/conversation.h"
#include "flows/story.h"
#include "flows/talker.h"

struct story_talk {
    struct talker *talker;
    struct arena *arena;         /* of what is remembered */
    struct message_in_fact last; /* from, channel, thread, verified of the last message */
    int64_t conversation_no;
    int messages;
};

/* story_talk: *mine: the line is one of these verbs. */
enum err story_talk(struct ctx *ctx, struct story_store *st, struct story_talk *tk, const struct story_line *ln, bool *mine);
void story_talk_end(struct story_talk *tk);

#endif
