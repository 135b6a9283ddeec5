/* Draws sentences from a language's templates and keeps their features. The throws of a template depend on its words alone, so a
 * new line in a corpus changes nothing for the others. */
#include "train.h"

#include <stdio.h>
#include <stdlib.h>

#define HELD_OF 12
#define AVOIDED_MAX 16384

static uint64_t avoided[AVOIDED_MAX];
static size_t avoided_n;

/* Letters and digits alone, in small: marks and capitals make no other sentence. */
static uint64_t sentence_hash(struct str s)
{
    uint64_t h = str_hash(STR(""));
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)
            h = str_hash_add(h, (struct str){&c, 1});
    }
    return h;
}

void samples_avoid(const char *path)
{
    char line[8192];
    FILE *f = fopen(path, "r");
    if (f == NULL)
        die("%s: cannot be read", path);
    while (fgets(line, sizeof(line), f) != NULL) {
        struct str rest = str_trim(str_of(line)), label;
        if (rest.n == 0 || rest.p[0] == '#' || !str_split(&rest, '\t', &label) || rest.p == NULL)
            continue;
        if (avoided_n == AVOIDED_MAX)
            die("%s: more than %d test messages in all", path, AVOIDED_MAX);
        avoided[avoided_n++] = sentence_hash(rest);
    }
    fclose(f);
}

static bool is_avoided(struct str s)
{
    uint64_t h = sentence_hash(s);
    for (size_t i = 0; i < avoided_n; i++)
        if (avoided[i] == h)
            return true;
    return false;
}

struct drawer {
    struct ctx ctx;
    struct features ft;
    struct arena *a;
};

static void keep(struct samples *out, const struct line *ln, const struct draw_plan *plan, uint32_t line_no, const struct features *ft)
{
    size_t total = 0;
    for (size_t g = 0; g < FEATURE_GROUPS; g++)
        total += ft->group[g].n;
    if (out->n == out->cap) {
        out->cap = out->cap == 0 ? 65536 : out->cap * 2;
        out->list = realloc(out->list, out->cap * sizeof(*out->list));
    }
    if (out->features_n + total > out->features_cap) {
        out->features_cap = (out->features_cap + total) * 2 + (1u << 22);
        out->features = realloc(out->features, out->features_cap * sizeof(*out->features));
    }
    if (out->list == NULL || out->features == NULL)
        die("no memory for samples");
    struct sample *s = &out->list[out->n++];
    *s = (struct sample){.line = line_no, .labels_n = (uint8_t)ln->labels_n};
    memcpy(s->labels, ln->labels, sizeof(s->labels));
    if (plan->language)
        s->labels[0] = plan->language_no, s->labels_n = 1;
    s->held = str_hash(ln->text) % HELD_OF == 0;
    for (size_t g = 0; g < FEATURE_GROUPS; g++) {
        s->at[g] = (uint32_t)out->features_n;
        if (ft->group[g].n > 0)
            memcpy(out->features + out->features_n, ft->group[g].hash, ft->group[g].n * sizeof(uint32_t));
        out->features_n += ft->group[g].n;
    }
    s->at[FEATURE_GROUPS] = (uint32_t)out->features_n;
}

static void draw_line(const struct grammar *g, const struct line *ln, const struct draw_plan *plan, uint32_t line_no, struct drawer *w,
                      struct samples *out)
{
    size_t most = grammar_count(g, ln->text), n = most < 3 ? 3 : most < plan->per_line ? most : plan->per_line;
    struct dice d = {str_hash_add(str_hash(g->language), ln->text)};
    if (plan->language)
        n = 2;
    for (size_t i = 0; i < n; i++) {
        struct buf b;
        struct tokens tok;
        buf_init(&b, 8192);
        grammar_draw(g, ln->text, &d, &b);
        if (i > 0)
            noise_add(g, &d, &b);
        if (is_avoided(buf_str(&b))) {
            buf_clear(&b);
            continue;
        }
        arena_reset(w->a);
        if (features_init(&w->ctx, &w->ft) != OK || tokens_cut(&w->ctx, buf_str(&b), plan->lex, &tok) != OK)
            die("%s", w->ctx.msg);
        if (plan->language)
            features_for_language(&tok, &w->ft);
        else
            features_of(&tok, dice_chance(&d, 300), &w->ft);
        keep(out, ln, plan, line_no, &w->ft);
        buf_clear(&b);
    }
}

void samples_draw(const struct grammar *g, const struct draw_plan *plan, struct samples *out)
{
    struct drawer w;
    struct clock clk;
    w.a = arena_new((size_t)16 << 20);
    if (w.a == NULL)
        die("no memory");
    clock_init_virtual(&clk, 0);
    ctx_init(&w.ctx, w.a, &clk, NULL);
    uint32_t first = out->n == 0 ? 0 : out->list[out->n - 1].line + 1;
    for (size_t i = 0; i < g->n; i++)
        draw_line(g, &g->lines[i], plan, first + (uint32_t)i, &w, out);
    arena_free(w.a);
}
