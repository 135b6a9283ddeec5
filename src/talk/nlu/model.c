/* Opening a model block and scoring with it: sums over the rows of each group of features. */
#include "talk/nlu/model.h"

#include <math.h>

static enum err bad(struct ctx *ctx, const char *why)
{
    return ctx_fail(ctx, ERR_PARSE, "language model: %s", why);
}

static enum err open_part(struct ctx *ctx, struct str *rest, struct model_part *out)
{
    if (rest->n < sizeof(out->head))
        return bad(ctx, "cut in a part's head");
    memcpy(&out->head, rest->p, sizeof(out->head));
    const struct part_head *h = &out->head;
    if (h->classes == 0 || h->classes > MODEL_CLASSES_MAX || h->languages > MODEL_LANGUAGES_MAX || h->buckets == 0 ||
        h->buckets > (1u << 20) || h->lexicon_words > (1u << 20) || h->lexicon_bytes > (1u << 24))
        return bad(ctx, "a part's sizes are out of range");
    size_t rows = h->buckets * model_bucket_bytes(h->classes), words = h->lexicon_words * sizeof(struct lexicon_word);
    if (h->bytes > rest->n || h->bytes % 8 != 0 || sizeof(*h) + rows + words + h->lexicon_bytes > h->bytes)
        return bad(ctx, "a part is shorter than it says");
    const char *p = rest->p + sizeof(*h);
    out->lex = (struct lexicon){.words = (const struct lexicon_word *)(const void *)p, .n = h->lexicon_words};
    out->buckets = (const unsigned char *)p + words;
    out->lex.texts = (struct str){p + words + rows, h->lexicon_bytes};
    *rest = str_sub(*rest, h->bytes, rest->n - h->bytes);
    return OK;
}

enum err model_open(struct ctx *ctx, struct str block, struct model *out)
{
    struct model m = {.n = 0};
    uint32_t head[2];
    size_t magic = sizeof(MODEL_MAGIC) - 1;
    if (block.n < magic + sizeof(head) || memcmp(block.p, MODEL_MAGIC, magic) != 0 || (uintptr_t)block.p % 8 != 0)
        return bad(ctx, "not a model, or not aligned");
    memcpy(head, block.p + magic, sizeof(head));
    if (head[0] != block.n || head[1] < 2 || head[1] > MODEL_PARTS_MAX)
        return bad(ctx, "its size is not what it says");
    struct str rest = str_sub(block, magic + sizeof(head), block.n - magic - sizeof(head));
    for (m.n = 0; m.n < head[1]; m.n++) {
        enum err e = open_part(ctx, &rest, &m.part[m.n]);
        if (e != OK)
            return e;
        if (m.n > 0 && m.part[m.n].head.classes != INTENT_COUNT)
            return bad(ctx, "it has other intents than this build");
    }
    *out = m;
    return OK;
}

struct lexicon model_lexicon(const struct model_part *part, uint32_t i)
{
    struct lexicon lex = part->lex;
    lex.salt = lexicon_salt(i < MODEL_LANGUAGES_MAX ? part->head.lexicon[i] : 0);
    return lex;
}

static bool add_row(const struct model_part *part, uint32_t hash, float *sum)
{
    uint32_t classes = part->head.classes;
    const unsigned char *b = part->buckets + model_bucket(hash, part->head.buckets) * model_bucket_bytes(classes);
    uint16_t mark = model_mark(hash), marks[MODEL_BUCKET_ROWS];
    memcpy(marks, b, sizeof(marks));
    for (size_t i = 0; i < MODEL_BUCKET_ROWS; i++) {
        if (marks[i] != mark)
            continue;
        const unsigned char *row = b + sizeof(marks) + i * model_row_bytes(classes);
        float step = part->head.step[row[0]];
        for (uint32_t c = 0; c < classes; c++)
            sum[c] += step * (float)((row[1 + c / 2] >> (c % 2 * 4) & 15) - MODEL_LEVEL_MAX - 1);
        return true;
    }
    return false;
}

static void softmax(float *z, uint32_t n)
{
    float top = z[0], total = 0;
    for (uint32_t c = 1; c < n; c++)
        top = z[c] > top ? z[c] : top;
    for (uint32_t c = 0; c < n; c++) {
        z[c] = expf(z[c] - top);
        total += z[c];
    }
    for (uint32_t c = 0; c < n; c++)
        z[c] /= total;
}

void model_score(const struct model_part *part, const struct features *ft, float *prob, float *known)
{
    const struct part_head *h = &part->head;
    size_t seen = 0;
    for (uint32_t c = 0; c < h->classes; c++)
        prob[c] = h->bias[c];
    for (size_t g = 0; g < FEATURE_GROUPS; g++) {
        const struct feature_list *l = &ft->group[g];
        float sum[MODEL_CLASSES_MAX] = {0};
        size_t found = 0;
        for (size_t i = 0; i < l->n; i++)
            found += add_row(part, l->hash[i], sum);
        if (l->n == 0)
            continue;
        float v = h->weight[g] / sqrtf((float)l->n);
        for (uint32_t c = 0; c < h->classes; c++)
            prob[c] += v * sum[c];
        if (g == FEATURE_WORDS)
            seen = found;
    }
    size_t words = ft->group[FEATURE_WORDS].n;
    *known = words == 0 ? 0 : (float)seen / (float)words;
    for (uint32_t c = 0; c < h->classes; c++)
        prob[c] /= h->temperature;
    softmax(prob, h->classes);
}
