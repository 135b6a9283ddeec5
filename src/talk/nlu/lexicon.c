/* Look-ups in the compiled lexicon: binary search by hash; two words with one 64-bit hash are taken for one. */
#include "talk/nlu/lexicon.h"

uint64_t lexicon_salt(unsigned group)
{
    char g = (char)group;
    return str_hash((struct str){&g, 1});
}

const struct lexicon_word *lexicon_find(const struct lexicon *lex, struct str word)
{
    uint64_t h = str_hash_add(lex->salt, word);
    size_t lo = 0, hi = lex->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (lex->words[mid].hash < h)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < lex->n && lex->words[lo].hash == h ? &lex->words[lo] : NULL;
}

struct str lexicon_spelled(const struct lexicon *lex, const struct lexicon_word *w)
{
    return w->spelled_at == 0 ? STR_NULL : str_sub(lex->texts, w->spelled_at, w->spelled_n);
}
