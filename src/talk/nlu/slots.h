/*
 * What a message tells besides numbers and addresses (those are talk/entities.h's): how the writer is called, an amount of money,
 * the day something is needed by. Words as written in the message; what day "friday" is, the asker decides with a clock and a zone.
 */
#ifndef WISMO_TALK_NLU_SLOTS_H
#define WISMO_TALK_NLU_SLOTS_H

#include "talk/nlu/tokens.h"

struct slots {
    struct str name;     /* "anna", "anna smith"; small letters */
    struct str amount;   /* "$20", as written */
    struct str deadline; /* "friday", "tomorrow", "christmas" */
};

/* slots_of: English phrases; an absent slot is empty. Errs: ERR_MEMORY. Owns: views into tok and ctx's arena. */
MUST_CHECK enum err slots_of(struct ctx *ctx, const struct tokens *tok, struct slots *out);

#endif
