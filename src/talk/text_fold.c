/*
 * Plain form of what people type: telephones and word processors put no-break blanks, typographic dashes, zero-width marks and
 * full-width digits where plain ones are meant. Case is kept; everything else is the reader's business.
 */
#include "talk/entities.h"

struct fold_range {
    uint32_t from, to;
    char as; /* 0: dropped */
};

/* Unicode 15, general categories Zs, Pd and Cf as far as keyboards and word processors make them. */
static const struct fold_range FOLD[] = {
    {0x00, 0x1F, ' '},     {0x7F, 0xA0, ' '},     {0xAD, 0xAD, 0},       {0x1680, 0x1680, ' '}, {0x180E, 0x180E, 0},
    {0x2000, 0x200A, ' '}, {0x200B, 0x200F, 0},   {0x2010, 0x2015, '-'}, {0x2018, 0x2019, '\''}, {0x2028, 0x2029, ' '}, {0x202A, 0x202E, 0},
    {0x202F, 0x202F, ' '}, {0x205F, 0x205F, ' '}, {0x2060, 0x2064, 0},   {0x2116, 0x2116, '#'}, {0x2212, 0x2212, '-'},
    {0x3000, 0x3000, ' '}, {0xFE63, 0xFE63, '-'}, {0xFEFF, 0xFEFF, 0},   {0xFFFD, 0xFFFD, ' '},
};

/* The plain ASCII character a code point stands for, 0 to drop it, -1 to keep it as it is. */
static int plain_char(uint32_t cp)
{
    if (cp >= 0x20 && cp < 0x7F)
        return -1;
    if (cp >= 0xFF01 && cp <= 0xFF5E) /* full-width ASCII */
        return (int)(cp - 0xFF01 + '!');
    for (size_t i = 0; i < sizeof(FOLD) / sizeof(FOLD[0]); i++)
        if (cp >= FOLD[i].from && cp <= FOLD[i].to)
            return FOLD[i].as;
    return -1;
}

enum err text_fold(struct ctx *ctx, struct str text, struct str *out)
{
    if (text.n > ENTITIES_TEXT_MAX)
        text.n = ENTITIES_TEXT_MAX;
    char *p = ctx_alloc(ctx, text.n + 1);
    if (p == NULL)
        return ERR_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < text.n;) {
        uint32_t cp;
        struct str rest = str_sub(text, i, text.n - i);
        size_t len = str_utf8_take(rest, &cp);
        int plain = plain_char(cp);
        if (plain > 0)
            p[n++] = (char)plain;
        else if (plain < 0) {
            memcpy(p + n, rest.p, len);
            n += len;
        }
        i += len;
    }
    *out = (struct str){p, n};
    return OK;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Does `word` (single blanks between its parts) stand at the beginning of s? Any run of blanks in s counts as one. */
static bool word_at(struct str s, const char *word)
{
    size_t i = 0;
    for (const char *w = word; *w != '\0'; w++) {
        if (*w == ' ') {
            if (i >= s.n || s.p[i] != ' ')
                return false;
            while (i < s.n && s.p[i] == ' ')
                i++;
            continue;
        }
        if (i >= s.n || !str_eq_nocase((struct str){s.p + i, 1}, (struct str){w, 1}))
            return false;
        i++;
    }
    return i >= s.n || !is_word_char(s.p[i]);
}

bool text_has_word(struct str folded, const char *const *words)
{
    for (size_t i = 0; i < folded.n; i++) {
        if (i > 0 && is_word_char(folded.p[i - 1]))
            continue;
        struct str rest = str_sub(folded, i, folded.n - i);
        for (size_t k = 0; words[k] != NULL; k++)
            if (word_at(rest, words[k]))
                return true;
    }
    return false;
}
