/* See spoken.h. The text is read once, run by run: letters and figures of ASCII are looked at, all else is said as it is written. */
#include "talk/spoken.h"

#include "base/buf.h"
#include "base/icu_text.h"
#include "base/num.h"
#include "base/timefmt.h"
#include "talk/fill.h"

#define LONG_FIGURES 8 /* a tracking number, not an order's */
#define SPELL_FIGURES 5 /* postal codes: "60601" is no sixty thousand */
#define END_FIGURES 4

static bool is_figure(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters and figures with hyphens between them. */
static size_t run_at(struct str t, size_t i)
{
    size_t n = 0;
    while (i + n < t.n && (is_figure(t.p[i + n]) || is_letter(t.p[i + n]) ||
                           (t.p[i + n] == '-' && n > 0 && i + n + 1 < t.n && (is_figure(t.p[i + n + 1]) || is_letter(t.p[i + n + 1])))))
        n++;
    return n;
}

static size_t link_at(struct str t, size_t i)
{
    static const char *const BEGINS[] = {"https://", "http://", "www."};
    size_t n = 0;
    for (size_t k = 0; k < 3; k++)
        if (str_starts(str_sub(t, i, t.n - i), str_of(BEGINS[k])))
            while (i + n < t.n && (unsigned char)t.p[i + n] > ' ' && (unsigned char)t.p[i + n] < 0x80 && t.p[i + n] != ')')
                n++;
    while (n > 0 && (t.p[i + n - 1] == '.' || t.p[i + n - 1] == ',')) /* the sentence's own */
        n--;
    return n;
}

static size_t figures_in(struct str run)
{
    size_t n = 0;
    for (size_t i = 0; i < run.n; i++)
        n += is_figure(run.p[i]);
    return n;
}

static void spell(struct buf *b, struct str run)
{
    for (size_t i = 0; i < run.n; i++) {
        bool apart = b->n > 0 && b->p[b->n - 1] != ' ' && i > 0 && (is_figure(run.p[i]) || is_figure(run.p[i - 1]));
        if (apart)
            buf_addc(b, ' ');
        if (run.p[i] != '-')
            buf_addc(b, run.p[i]);
    }
}

static void say_end(struct ctx *ctx, struct str lang, struct buf *b, struct str run)
{
    char end[2 * END_FIGURES];
    size_t n = 0, at = run.n;
    while (at > 0 && n < END_FIGURES) /* the last figures, in their order */
        n += is_figure(run.p[--at]);
    size_t len = 0;
    for (; at < run.n; at++)
        if (is_figure(run.p[at]) && len + 2 <= sizeof(end)) {
            end[len++] = run.p[at];
            end[len++] = ' ';
        }
    struct fill_pair values[] = {{"n", {end, len > 0 ? len - 1 : 0}}, {NULL, STR_NULL}};
    buf_add(b, fill_words(ctx, lang, "voice.ending", values));
}

/* "2026-11-20" */
static bool say_date(struct ctx *ctx, struct str lang, struct buf *b, struct str run)
{
    int64_t y = 0, m = 0, d = 0;
    if (run.n != 10 || run.p[4] != '-' || run.p[7] != '-' || num_parse_i64(str_sub(run, 0, 4), 1970, 2200, &y) != OK ||
        num_parse_i64(str_sub(run, 5, 2), 1, 12, &m) != OK || num_parse_i64(str_sub(run, 8, 2), 1, 31, &d) != OK)
        return false;
    struct civil c = {.year = (int)y, .month = (int)m, .day = (int)d, .hour = 12};
    struct str day = civil_valid(&c) ? icu_day(ctx, lang, STR("UTC"), civil_to_us(&c)) : STR_NULL;
    buf_add(b, day);
    return !str_empty(day);
}

static void say_run(struct ctx *ctx, struct str lang, struct buf *b, struct str run, bool named)
{
    size_t figures = figures_in(run);
    if (!named && say_date(ctx, lang, b, run))
        return;
    if (named || (figures < LONG_FIGURES && (figures >= SPELL_FIGURES || (figures >= 3 && figures < run.n))))
        spell(b, run);
    else if (figures >= LONG_FIGURES)
        say_end(ctx, lang, b, run);
    else
        buf_add(b, run);
}

static void end_sentence(struct buf *b)
{
    static const char *const ENDS[] = {".", "!", "?", ":", ",", "\xe3\x80\x82", "\xe0\xa5\xa4", "\xd8\x9f", "\xef\xbc\x9f", "\xef\xbc\x81"};
    while (b->n > 0 && b->p[b->n - 1] == ' ')
        b->n--;
    bool ended = b->n == 0;
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
        ended = ended || str_ends(buf_str(b), str_of(ENDS[i]));
    buf_addz(b, ended ? " " : ". ");
}

/* Whole sentences that fit. */
static struct str whole(struct str t)
{
    size_t cut = 0;
    if (t.n <= SPOKEN_MAX)
        return t;
    for (size_t i = 0; i < SPOKEN_MAX; i++)
        if ((t.p[i] == ' ' && i > 0 && (t.p[i - 1] == '.' || t.p[i - 1] == '?' || t.p[i - 1] == '!')) ||
            str_ends(str_sub(t, 0, i), STR("\xe3\x80\x82")) || str_ends(str_sub(t, 0, i), STR("\xe0\xa5\xa4")))
            cut = i;
    for (size_t i = SPOKEN_MAX; cut == 0 && i > 0; i--)
        if (((unsigned char)t.p[i] & 0xC0) != 0x80)
            cut = i;
    return str_sub(t, 0, cut);
}

struct str spoken_text(struct ctx *ctx, struct str lang, struct str text)
{
    struct buf b;
    buf_init(&b, 65536);
    for (size_t i = 0; i < text.n;) {
        bool starts = i == 0 || text.p[i - 1] == '\n', named = text.p[i] == '#';
        size_t link = link_at(text, i), run = run_at(text, i + named), step = 1;
        if (link > 0)
            step = link;
        else if (run > 0 && named && figures_in(str_sub(text, i + 1, run)) == 0)
            buf_add(&b, str_sub(text, i + 1, (step = run + 1) - 1));
        else if (run > 0) {
            say_run(ctx, lang, &b, str_sub(text, i + named, run), named);
            step = run + named;
        } else if (text.p[i] == '\n')
            end_sentence(&b);
        else if ((unsigned char)text.p[i] >= 0xF0) /* emoji and their like */
            step = 4;
        else if (starts && str_starts(str_sub(text, i, 2), STR("- ")))
            step = 2;
        else if (text.p[i] != '*' && text.p[i] != '_')
            buf_addc(&b, text.p[i]);
        i += step;
    }
    end_sentence(&b);
    struct str all = buf_move(&b, ctx->arena);
    return str_trim(whole(all));
}
