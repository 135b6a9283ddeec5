/* See findings.h. */
#include "base/findings.h"

#include <stdio.h>
#include <string.h>

#define NEAR_MAX 24 /* longer words have no near ones */

static bool make_room(struct ctx *ctx, struct findings *fs)
{
    if (fs->n < fs->cap)
        return true;
    size_t cap = fs->cap == 0 ? 16 : fs->cap * 2;
    if (cap > FINDINGS_MAX)
        cap = FINDINGS_MAX;
    struct finding *rows = cap == fs->n ? NULL : arena_array(ctx->arena, cap, sizeof(*rows));
    if (rows == NULL)
        return false;
    if (fs->n > 0)
        memcpy(rows, fs->rows, fs->n * sizeof(*rows));
    fs->rows = rows;
    fs->cap = cap;
    return true;
}

void findings_add(struct ctx *ctx, struct findings *fs, const struct finding *at, const char *hint, const char *fmt, va_list ap)
{
    char words[600];
    vsnprintf(words, sizeof(words), fmt, ap);
    fs->errors += at->level == FINDING_ERROR ? 1 : 0;
    if (!make_room(ctx, fs))
        return;
    struct finding *f = &fs->rows[fs->n++];
    *f = *at;
    f->message = arena_fmt(ctx->arena, "%s", words);
    f->hint = hint == NULL ? STR_NULL : arena_fmt(ctx->arena, "%s", hint);
}

/* ---- words that are nearly right */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to add, drop, change, or exchange with their neighbour. */
static size_t distance(struct str a, const char *z)
{
    size_t d[NEAR_MAX + 1][NEAR_MAX + 1], zn = strlen(z);
    if (a.n > NEAR_MAX || zn > NEAR_MAX)
        return SIZE_MAX;
    for (size_t i = 0; i <= a.n; i++)
        for (size_t j = 0; j <= zn; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (a.p[i - 1] == z[j - 1] ? 0 : 1));
            if (i > 1 && j > 1 && a.p[i - 1] == z[j - 2] && a.p[i - 2] == z[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.n][zn];
}

const char *word_near(struct str s, const char *(*word)(const void *list, size_t i), const void *list, size_t n)
{
    const char *best = NULL;
    size_t best_at = s.n < 5 ? 2 : 3; /* up to one letter of a short word, two of a longer one */
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(s, word(list, i));
        if (d < best_at) {
            best_at = d;
            best = word(list, i);
        }
    }
    return best;
}
