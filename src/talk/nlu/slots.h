/*
 * What a message tells besides numbers and addresses (those are talk/entities.h's): how the writer is called, an amount of money,
 * the day something is needed by; what day "friday" is, deadline_day tells the asker, who has a clock and a zone.
 */
#ifndef WISMO_TALK_NLU_SLOTS_H
#define WISMO_TALK_NLU_SLOTS_H

#include "talk/nlu/deadline.h"

struct slots {
    struct str name;     /* "anna", "anna smith"; small letters */
    struct str amount;   /* "$20", as written */
    struct deadline deadline;
};

/* slots_of: names by English phrases, deadlines in the message's language; an absent slot is empty. Errs: ERR_MEMORY. Owns: views
 * into tok and ctx's arena. */
MUST_CHECK enum err slots_of(struct ctx *ctx, const struct tokens *tok, struct str lang, struct slots *out);

#endif
