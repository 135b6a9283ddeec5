/* The words of the intents, from intent.def. */
#include "talk/nlu/intent.h"

static const struct {
    const char *word;
    bool acts;
} INTENTS[INTENT_COUNT] = {
#define INTENT(id, word, acts) {word, acts},
#include "talk/nlu/intent.def"
#undef INTENT
};

const char *intent_word(enum intent in)
{
    return in < INTENT_COUNT ? INTENTS[in].word : "";
}

enum intent intent_from_word(struct str word)
{
    for (size_t i = 0; i < INTENT_COUNT; i++)
        if (str_eq(word, str_of(INTENTS[i].word)))
            return (enum intent)i;
    return INTENT_COUNT;
}

bool intent_acts(enum intent in)
{
    return in < INTENT_COUNT && INTENTS[in].acts;
}
