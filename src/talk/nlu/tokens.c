/*
 * From bytes to tokens in one pass over the folded text. Blank-separated chunks are looked at as a whole first (link, e-mail,
 * mention, money, time), the rest is cut into runs of letters and digits. Scripts without blanks are cut where the kind of
 * character changes (Han, hiragana, katakana), which is near enough to words; such tokens are marked as glued together.
 */
#include "talk/nlu/tokens.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf8.h>

#include "talk/entities.h"

#define PREFIX_MAX 4 /* letters before the number of an order */

enum wide { WIDE_NONE, WIDE_HAN, WIDE_HIRAGANA, WIDE_KATAKANA, WIDE_OTHER };

struct cutter {
    struct ctx *ctx;
    const struct lexicon *lex;
    struct tokens *out;
    char word[TOKEN_BYTES_MAX + 8];
    size_t n;        /* bytes in word */
    unsigned digits, letters, marked; /* of the run being read; marked: '#' before it */
    enum wide wide;  /* of the run being read */
    bool glued;      /* it goes on where the last one ended */
};

static const char *const KIND_NAMES[TOKEN_KIND_COUNT] = {"<word>", "<n>", "<number>", "<code>", "<email>", "<url>", "<at>",
                                                         "<money>", "<time>", "<good>", "<bad>", "<emoji>"};

const char *token_kind_name(enum token_kind k)
{
    return k < TOKEN_KIND_COUNT ? KIND_NAMES[k] : "";
}

static void put_kind(struct cutter *c, enum token_kind kind)
{
    if (c->out->n < TOKENS_MAX)
        c->out->list[c->out->n++] = (struct token){.s = str_of(KIND_NAMES[kind]), .kind = kind};
}

static void put_word(struct cutter *c, struct str s, bool cjk)
{
    if (c->out->n < TOKENS_MAX && s.n > 0)
        c->out->list[c->out->n++] = (struct token){.s = s, .kind = TOKEN_WORD, .lex = lexicon_find(c->lex, s), .cjk = cjk,
                                                   .glued = cjk && c->glued};
}

/* A spelling is written out one level deep: "wheres" → "where", "is". */
static enum err put_spelled(struct cutter *c, struct str s, bool cjk)
{
    const struct lexicon_word *w = lexicon_find(c->lex, s);
    struct str rest = w == NULL ? STR_NULL : lexicon_spelled(c->lex, w), part;
    if (!str_empty(rest)) {
        while (str_split(&rest, ' ', &part))
            put_word(c, part, false);
        return OK;
    }
    enum err e = arena_dup(c->ctx->arena, s, &s);
    if (e == OK)
        put_word(c, s, cjk);
    return e;
}

/* Three and more of a letter are two: "sooooo" and "soo" are one word. */
static void squeeze(struct cutter *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (n < 2 || (unsigned char)c->word[i] >= 0x80 || c->word[i] != c->word[n - 1] || c->word[i] != c->word[n - 2])
            c->word[n++] = c->word[i];
    c->n = n;
}

static enum err end_run(struct cutter *c)
{
    enum err e = OK;
    if (c->n > 0 && c->digits > 0 && (c->letters == 0 || c->digits >= 2)) {
        bool code = c->letters > 0 || c->marked;
        struct str raw;
        put_kind(c, code ? TOKEN_CODE : c->digits <= 3 ? TOKEN_SMALL_NUMBER : TOKEN_LONG_NUMBER);
        e = arena_dup(c->ctx->arena, (struct str){c->word, c->n}, &raw);
        if (e == OK && c->out->n > 0)
            c->out->list[c->out->n - 1].raw = raw;
    } else if (c->n > 0) {
        squeeze(c);
        e = put_spelled(c, (struct str){c->word, c->n}, c->wide != WIDE_NONE);
    }
    c->n = c->digits = c->letters = c->marked = 0;
    c->wide = WIDE_NONE;
    c->glued = false;
    return e;
}

static void add_cp(struct cutter *c, UChar32 cp)
{
    if (c->n + 4 > TOKEN_BYTES_MAX)
        return;
    uint32_t v = (uint32_t)cp;
    int more = v < 0x80 ? 0 : v < 0x800 ? 1 : v < 0x10000 ? 2 : 3;
    static const unsigned char LEAD[] = {0, 0xC0, 0xE0, 0xF0};
    c->word[c->n++] = (char)(LEAD[more] | v >> (6 * more));
    while (more-- > 0)
        c->word[c->n++] = (char)(0x80 | (v >> (6 * more) & 0x3F));
}

/* ---- one character */

struct replaced {
    UChar32 from;
    const char *to;
};
/* Letters that do not decompose but are typed without their stroke, and forms of one letter. */
static const struct replaced REPLACED[] = {{0xDF, "ss"}, {0xE6, "ae"}, {0xF8, "o"}, {0x111, "d"}, {0x131, "i"}, {0x142, "l"},
                                           {0x153, "oe"}, {0x629, "\xD9\x87"}, {0x649, "\xD9\x8A"},
                                           {0x671, "\xD8\xA7"}, {0x6A9, "\xD9\x83"}, {0x6CC, "\xD9\x8A"},
                                           {0x901, "\xE0\xA4\x82"}};

static bool is_dropped_mark(UChar32 cp)
{
    return (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x64B && cp <= 0x65F) || cp == 0x670 || cp == 0x640 || cp == 0x93C;
}

/* The letter without accent; itself in scripts where the mark is part of the letter. */
static UChar32 plain_letter(UChar32 cp)
{
    UChar d[4];
    UErrorCode uerr = U_ZERO_ERROR;
    if (cp < 0x80 || (cp >= 0x900 && cp < 0x958) || (cp >= 0x960 && cp < 0x1E00) || cp >= 0x2000) /* 0x958..: with the dot below */
        return cp;
    for (int depth = 0; depth < 2; depth++) {
        const UNormalizer2 *nfc = unorm2_getNFCInstance(&uerr);
        int32_t n = U_SUCCESS(uerr) ? unorm2_getRawDecomposition(nfc, cp, d, 4, &uerr) : 0;
        if (U_FAILURE(uerr) || n < 1)
            return cp;
        cp = d[0];
    }
    return cp;
}

/* The kind of a character of a script without blanks; a long-vowel or repetition mark belongs to what it follows. */
static enum wide wide_of(UChar32 cp, enum wide before)
{
    if (cp == 0x30FC || cp == 0x3005)
        return before == WIDE_NONE ? WIDE_KATAKANA : before;
    if (cp >= 0x3040 && cp < 0x30A0)
        return WIDE_HIRAGANA;
    if (cp >= 0x30A0 && cp < 0x3100)
        return WIDE_KATAKANA;
    if ((cp >= 0x3400 && cp < 0xA000) || (cp >= 0xF900 && cp < 0xFB00) || (cp >= 0x20000 && cp < 0x30000))
        return WIDE_HAN;
    return cp >= 0xE00 && cp < 0xE80 ? WIDE_OTHER : WIDE_NONE;
}

static void note_accented(struct tokens *out, UChar32 cp)
{
    if (cp < 0xC0 || cp >= 0x250)
        return;
    for (size_t i = 0; i < out->accented_n; i++)
        if (out->accented[i] == (uint16_t)cp)
            return;
    if (out->accented_n < TOKENS_ACCENTED_MAX)
        out->accented[out->accented_n++] = (uint16_t)cp;
}

static const UChar32 GOOD_EMOJI[] = {0x1F600, 0x1F601, 0x1F603, 0x1F604, 0x1F60A, 0x1F60D, 0x1F618, 0x1F64F, 0x1F44D, 0x2764, 0x1F389, 0};
static const UChar32 BAD_EMOJI[] = {0x1F620, 0x1F621, 0x1F624, 0x1F62D, 0x1F622, 0x1F644, 0x1F612, 0x1F44E, 0x1F92C, 0x1F494, 0x1F61E, 0};

static bool among(const UChar32 *list, UChar32 cp)
{
    for (; *list != 0; list++)
        if (*list == cp)
            return true;
    return false;
}

static void put_emoji(struct cutter *c, UChar32 cp)
{
    if (cp == 0xFE0F || cp == 0x200D || (cp >= 0x1F3FB && cp <= 0x1F3FF))
        return;
    if (among(GOOD_EMOJI, cp))
        put_kind(c, TOKEN_EMOJI_GOOD);
    else if (among(BAD_EMOJI, cp))
        put_kind(c, TOKEN_EMOJI_BAD);
    else
        put_kind(c, TOKEN_EMOJI);
}

static enum err take_letter(struct cutter *c, UChar32 cp)
{
    enum wide wide = wide_of(cp, c->wide);
    if (c->n > 0 && (wide != c->wide || (wide != WIDE_NONE && c->n + 4 > TOKEN_BYTES_MAX))) {
        bool glued = wide != WIDE_NONE && c->wide != WIDE_NONE;
        enum err e = end_run(c);
        if (e != OK)
            return e;
        c->glued = glued;
    }
    c->wide = wide;
    c->out->letters++;
    c->out->capitals += u_isupper(cp) ? 1 : 0;
    c->letters++;
    cp = u_tolower(cp);
    note_accented(c->out, cp);
    cp = plain_letter(cp);
    for (size_t i = 0; i < sizeof(REPLACED) / sizeof(REPLACED[0]); i++)
        if (REPLACED[i].from == cp) {
            size_t n = strlen(REPLACED[i].to);
            if (c->n + n <= TOKEN_BYTES_MAX) {
                memcpy(c->word + c->n, REPLACED[i].to, n);
                c->n += n;
            }
            return OK;
        }
    add_cp(c, cp);
    return OK;
}

static enum err take_char(struct cutter *c, UChar32 cp)
{
    if (cp == '\'' || cp == 0x2BC || cp == '`' || cp == 0xB4 || is_dropped_mark(cp))
        return OK; /* "where's" and "wheres" are one word */
    int cat = u_charType(cp);
    if (u_isdigit(cp)) {
        enum err e = c->wide != WIDE_NONE ? end_run(c) : OK; /* no blank stands between a word and its number there */
        c->digits++;
        add_cp(c, '0' + u_charDigitValue(cp));
        return e;
    }
    if (u_isalpha(cp) || cat == U_NON_SPACING_MARK || cat == U_COMBINING_SPACING_MARK || cp == 0x30FC)
        return take_letter(c, cp);
    if ((cp == '-' || cp == '_') && c->digits > 0)
        return OK; /* 112-4455-66, SO-1042 */
    enum err e = end_run(c);
    c->marked = cp == '#';
    c->out->questions += cp == '?' || cp == 0xFF1F || cp == 0x61F || cp == 0xBF;
    c->out->exclamations += cp == '!' || cp == 0xFF01;
    if (cat == U_OTHER_SYMBOL || cat == U_MODIFIER_SYMBOL || (cp >= 0x1F300 && cp < 0x1FB00))
        put_emoji(c, cp);
    return e;
}

/* ---- chunks that are one thing */

static bool is_link(struct str s)
{
    return str_starts(s, STR("http://")) || str_starts(s, STR("https://")) || str_starts(s, STR("www.")) ||
           str_contains(s, STR("://"));
}

static size_t digits_in(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] >= '0' && s.p[i] <= '9' ? 1 : 0;
    return n;
}

static bool is_money(struct str s)
{
    static const char *const SIGNS[] = {"$", "\xC2\xA3", "\xE2\x82\xAC", "\xE2\x82\xB9", "\xC2\xA5", "rs.", "rs", "Rs.", "Rs", "RS", "usd", "eur", "inr", NULL};
    if (digits_in(s) == 0 || s.n > 20)
        return false;
    for (size_t i = 0; SIGNS[i] != NULL; i++)
        if (str_starts(s, str_of(SIGNS[i])) || str_ends(s, str_of(SIGNS[i])))
            return true;
    return false;
}

static bool is_time(struct str s)
{
    size_t d = digits_in(s);
    if (d == 0 || d > 4 || s.n > 7)
        return false;
    if (str_ends(s, STR("am")) || str_ends(s, STR("pm")) || str_ends(s, STR("AM")) || str_ends(s, STR("PM")))
        return d + 2 + (str_contains(s, STR(":")) || str_contains(s, STR("."))) == s.n;
    return str_contains(s, STR(":")) && d + 1 == s.n && d >= 3;
}

static void put_money(struct cutter *c, struct str raw)
{
    put_kind(c, TOKEN_MONEY);
    if (c->out->n > 0 && c->out->list[c->out->n - 1].kind == TOKEN_MONEY)
        c->out->list[c->out->n - 1].raw = raw;
}

/* One chunk between blanks; marks at its end do not count. */
static bool take_whole(struct cutter *c, struct str s)
{
    while (s.n > 0 && strchr(".,;:!?()\"", s.p[s.n - 1]) != NULL)
        s.n--;
    while (s.n > 0 && strchr("(\"", s.p[0]) != NULL)
        s = str_sub(s, 1, s.n - 1);
    if (s.n < 2)
        return false;
    bool at = memchr(s.p + 1, '@', s.n - 1) != NULL;
    if (is_link(s))
        put_kind(c, TOKEN_URL);
    else if (at && str_contains(s, STR(".")))
        put_kind(c, TOKEN_EMAIL);
    else if (s.p[0] == '@')
        put_kind(c, TOKEN_MENTION);
    else if (is_money(s))
        put_money(c, s);
    else if (is_time(s))
        put_kind(c, TOKEN_TIME);
    else
        return false;
    return true;
}

static unsigned count_marks(struct str s, char mark)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == mark ? 1 : 0;
    return n;
}

static enum err take_chunk(struct cutter *c, struct str s)
{
    enum err e = OK;
    if (take_whole(c, s)) {
        c->out->questions += str_ends(s, STR("?"));
        c->out->exclamations += count_marks(s, '!');
        return OK;
    }
    const uint8_t *p = (const uint8_t *)s.p;
    int32_t i = 0, n = (int32_t)s.n;
    while (e == OK && i < n && c->out->n < TOKENS_MAX) {
        UChar32 cp;
        U8_NEXT(p, i, n, cp);
        if (cp == '-' && i < n && p[i] >= '0' && p[i] <= '9' && c->letters > 0 && c->letters <= PREFIX_MAX)
            continue; /* "SO-1042" is one code */
        e = take_char(c, cp < 0 ? ' ' : cp);
    }
    return e == OK ? end_run(c) : e;
}

enum err tokens_cut(struct ctx *ctx, struct str text, const struct lexicon *lex, struct tokens *out)
{
    struct str folded, chunk;
    struct cutter c = {.ctx = ctx, .lex = lex, .out = out};
    if (text.n > TOKENS_TEXT_MAX)
        text.n = TOKENS_TEXT_MAX;
    enum err e = text_fold(ctx, text, &folded);
    out->n = 0;
    out->questions = out->exclamations = out->letters = out->capitals = 0;
    out->accented_n = 0;
    while (e == OK && out->n < TOKENS_MAX && str_split(&folded, ' ', &chunk))
        e = take_chunk(&c, chunk);
    return e;
}
