/*
 * What a message tells besides its request: how urgent, how angry, whether it threatens with law or bank, whether somebody may be
 * hurt. By words, per language family where they exist; a signal never decides alone, it raises a hand.
 */
#ifndef WISMO_TALK_NLU_SIGNALS_H
#define WISMO_TALK_NLU_SIGNALS_H

#include "talk/nlu/tokens.h"

enum signal_kind {
    SIGNAL_URGENT,
    SIGNAL_LEGAL,
    SIGNAL_CHARGEBACK,
    SIGNAL_SAFETY,
    SIGNAL_VULNERABLE,
    SIGNAL_PERSON,
    SIGNAL_KIND_COUNT
};

struct signals {
    bool has[SIGNAL_KIND_COUNT];
    int sentiment;   /* -2 furious .. 0 .. 2 delighted */
};

void signals_of(const struct tokens *tok, struct signals *out);
const char *signal_word(enum signal_kind k);

#endif
