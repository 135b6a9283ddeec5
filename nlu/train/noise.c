/*
 * What happens to a sentence between the head and the send button: keys beside the key, letters lost, doubled or swapped, an
 * ending that never came, a greeting before, thanks after, an unrelated sentence around it. ASCII letters are damaged, others
 * only lost.
 */
#include "train.h"

#include <stdlib.h>

static const char *const NEIGHBOURS[26] = {"sqz", "vn", "xv", "sf", "wr", "dg", "fh", "gj", "uo", "hk", "jl", "k", "n", "bm", "ip", "o",
    "wa", "et", "ad", "ry", "yi", "cb", "qe", "zc", "tu", "ax"};

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static void cut_out(struct buf *b, size_t at, size_t n)
{
    memmove(b->p + at, b->p + at + n, b->n - at - n);
    b->n -= n;
}

static void put_in(struct buf *b, size_t at, char c)
{
    buf_addc(b, c);
    memmove(b->p + at + 1, b->p + at, b->n - at - 1);
    b->p[at] = c;
}

static void typo(struct dice *d, struct buf *b)
{
    for (int tries = 0; tries < 8 && b->n > 3; tries++) {
        size_t at = 1 + dice_below(d, b->n - 2);
        if (!is_small(b->p[at]) || !is_small(b->p[at - 1]))
            continue;
        char c = b->p[at];
        const char *near = NEIGHBOURS[c - 'a'];
        switch (dice_below(d, 6)) {
        case 0:
            b->p[at] = near[dice_below(d, strlen(near))];
            break;
        case 1:
            put_in(b, at, c);
            break;
        case 2:
            b->p[at] = b->p[at - 1];
            b->p[at - 1] = c;
            break;
        default:
            cut_out(b, at, 1);
        }
        return;
    }
}

static void drop_marks(struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (strchr("?!.,'", b->p[i]) == NULL || (i + 1 < b->n && b->p[i + 1] != ' ' && b->p[i] != '\''))
            b->p[n++] = b->p[i];
    b->n = n;
}

static size_t blanks(const struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        n += b->p[i] == ' ';
    return n;
}

static void cut_last_word(struct buf *b)
{
    if (blanks(b) < 5)
        return;
    while (b->n > 0 && b->p[b->n - 1] != ' ')
        b->n--;
    if (b->n > 0)
        b->n--;
}

static void around(const struct grammar *g, struct dice *d, struct buf *b, const char *list, bool before)
{
    char name[32] = "{";
    struct buf whole;
    if (!grammar_has_list(g, list))
        return;
    strcat(strcat(name, list), "}");
    buf_init(&whole, 4096);
    if (before) {
        grammar_draw(g, str_of(name), d, &whole);
        buf_addc(&whole, ' ');
        buf_add(&whole, buf_str(b));
    } else {
        buf_add(&whole, buf_str(b));
        buf_addc(&whole, ' ');
        grammar_draw(g, str_of(name), d, &whole);
    }
    buf_reset(b);
    buf_add(b, buf_str(&whole));
    buf_clear(&whole);
}

static void mention(struct dice *d, struct buf *b)
{
    static const char *const WHO[] = {"@shop ", "@brand ", "@support ", "@storehelp ", "hey @brand "};
    struct buf whole;
    buf_init(&whole, 4096);
    buf_addz(&whole, WHO[dice_below(d, 5)]);
    buf_add(&whole, buf_str(b));
    buf_reset(b);
    buf_add(b, buf_str(&whole));
    buf_clear(&whole);
}

void noise_add(const struct grammar *g, struct dice *d, struct buf *b)
{
    if (dice_chance(d, 350))
        drop_marks(b);
    if (dice_chance(d, 50))
        cut_last_word(b);
    size_t typos = dice_chance(d, 280) ? 1 + dice_below(d, 1 + blanks(b) / 5) : 0;
    for (size_t i = 0; i < typos; i++)
        typo(d, b);
    if (dice_chance(d, 90))
        around(g, d, b, "greeting", true);
    if (dice_chance(d, 60))
        around(g, d, b, "thanks", false);
    if (dice_chance(d, 50))
        around(g, d, b, "filler", dice_chance(d, 500));
    if (dice_chance(d, 40))
        mention(d, b);
}
