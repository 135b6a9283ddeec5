/* What a customer's message may ask for: the vocabulary of intents and their words on the wire. */
#ifndef WISMO_TALK_NLU_INTENT_H
#define WISMO_TALK_NLU_INTENT_H

#include "base/str.h"

enum intent {
#define INTENT(id, word, acts) INTENT_##id,
#include "talk/nlu/intent.def"
#undef INTENT
    INTENT_COUNT
};

const char *intent_word(enum intent in);
/* intent_from_word: INTENT_COUNT when it is none. */
enum intent intent_from_word(struct str word);
/* intent_acts: a wrong one would move money, goods or an address. */
bool intent_acts(enum intent in);

#endif
