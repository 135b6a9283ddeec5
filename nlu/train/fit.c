/*
 * Which features are kept, and their weights. Kept are those that most templates share, as many as the buckets hold; weights
 * come from multinomial logistic regression by stochastic gradient with AdaGrad's steps, in single precision and one order, so
 * that the same corpus gives the same bytes. Twice: once without a twelfth of the templates, to find the temperature on them,
 * then on all.
 */
#include "train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define STRIDE MODEL_CLASSES_MAX
#define MAIN_LABEL 0.8f
#define TEMPERATURE_MIN 0.5f
#define MODEL_STEPS_OCTAVE 16 /* steps that double */

struct vocab_entry {
    uint32_t hash, lines, last_line, row;
};
struct vocab {
    struct vocab_entry *slots;
    size_t n, cap; /* cap is a power of two */
};

/* ---- vocabulary */

static struct vocab_entry *slot_of(struct vocab *v, uint32_t hash)
{
    size_t i = (hash * 0x9E3779B1u) & (v->cap - 1);
    while (v->slots[i].lines != 0 && v->slots[i].hash != hash)
        i = (i + 1) & (v->cap - 1);
    return &v->slots[i];
}

static void vocab_grow(struct vocab *v)
{
    struct vocab old = *v;
    v->cap = old.cap == 0 ? (size_t)1 << 20 : old.cap * 2;
    v->slots = need(v->cap, sizeof(*v->slots));
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].lines != 0)
            *slot_of(v, old.slots[i].hash) = old.slots[i];
    free(old.slots);
}

static void vocab_count(struct vocab *v, const struct samples *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (uint32_t k = s->list[i].at[0]; k < s->list[i].at[FEATURE_GROUPS]; k++) {
            if (v->n * 2 >= v->cap)
                vocab_grow(v);
            struct vocab_entry *e = slot_of(v, s->features[k]);
            if (e->lines == 0) {
                *e = (struct vocab_entry){.hash = s->features[k], .lines = 1, .last_line = s->list[i].line, .row = ROW_NONE};
                v->n++;
            } else if (e->last_line != s->list[i].line) {
                e->lines++;
                e->last_line = s->list[i].line;
            }
        }
}

static int by_lines(const void *a, const void *b)
{
    const struct vocab_entry *x = *(const struct vocab_entry *const *)a, *y = *(const struct vocab_entry *const *)b;
    if (x->lines != y->lines)
        return x->lines > y->lines ? -1 : 1;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* The most shared first; a full bucket takes no more. Features of a single template are kept only where room is left. */
static size_t vocab_place(struct vocab *v, uint32_t buckets, uint16_t *marks)
{
    struct vocab_entry **order = need(v->n, sizeof(*order));
    size_t n = 0, placed = 0;
    for (size_t i = 0; i < v->cap; i++)
        if (v->slots[i].lines > 0)
            order[n++] = &v->slots[i];
    qsort(order, n, sizeof(*order), by_lines);
    for (size_t i = 0; i < n; i++) {
        uint16_t *m = marks + (size_t)model_bucket(order[i]->hash, buckets) * MODEL_BUCKET_ROWS, mark = model_mark(order[i]->hash);
        for (uint32_t k = 0; k < MODEL_BUCKET_ROWS; k++) {
            if (m[k] != 0 && m[k] != mark)
                continue;
            placed += m[k] == 0;
            m[k] = mark; /* two features with one mark share a row, as they will when it is read */
            order[i]->row = model_bucket(order[i]->hash, buckets) * MODEL_BUCKET_ROWS + k;
            break;
        }
    }
    free(order);
    return placed;
}

static void vocab_number(struct vocab *v, struct samples *s)
{
    for (size_t i = 0; i < s->features_n; i++)
        s->features[i] = slot_of(v, s->features[i])->row;
}

/* ---- weights */

struct weights {
    float *w, *g;   /* [rows][STRIDE] */
    float bias[STRIDE], bias_g[STRIDE];
};

static float group_value(const struct fit_plan *p, const struct sample *s, size_t g)
{
    uint32_t n = s->at[g + 1] - s->at[g];
    return n == 0 ? 0 : p->weight[g] / sqrtf((float)n);
}

static void scores(const struct samples *s, const struct fit_plan *p, const struct weights *wt, const struct sample *x, float *z)
{
    memcpy(z, wt->bias, sizeof(wt->bias));
    for (size_t g = 0; g < FEATURE_GROUPS; g++) {
        float v = group_value(p, x, g), sum[STRIDE] = {0};
        for (uint32_t k = x->at[g]; k < x->at[g + 1]; k++) {
            if (s->features[k] == ROW_NONE)
                continue;
            const float *row = wt->w + (size_t)s->features[k] * STRIDE;
            for (size_t c = 0; c < STRIDE; c++)
                sum[c] += row[c];
        }
        for (size_t c = 0; c < STRIDE; c++)
            z[c] += v * sum[c];
    }
}

static void probabilities(float *z, uint32_t classes, float temperature)
{
    float top = z[0], total = 0;
    for (uint32_t c = 1; c < classes; c++)
        top = z[c] > top ? z[c] : top;
    for (uint32_t c = 0; c < classes; c++) {
        z[c] = expf((z[c] - top) / temperature);
        total += z[c];
    }
    for (uint32_t c = 0; c < STRIDE; c++)
        z[c] = c < classes ? z[c] / total : 0;
}

static void wanted(const struct sample *x, float *y)
{
    memset(y, 0, STRIDE * sizeof(float));
    for (size_t i = 0; i < x->labels_n; i++)
        y[x->labels[i]] += x->labels_n == 1 ? 1.0f : i == 0 ? MAIN_LABEL : (1.0f - MAIN_LABEL) / (float)(x->labels_n - 1);
}

/* A sample with some of its features left out, so that no single one is relied on. */
struct thinned {
    uint32_t row[FEATURES_WORDS_MAX + FEATURES_CHARS_MAX + FEATURES_HAND_MAX], at[FEATURE_GROUPS + 1];
};

static void thin(const struct samples *s, const struct sample *x, unsigned drop, struct dice *d, struct thinned *out)
{
    uint32_t n = 0;
    for (size_t g = 0; g < FEATURE_GROUPS; g++) {
        out->at[g] = n;
        for (uint32_t k = x->at[g]; k < x->at[g + 1]; k++)
            if (s->features[k] != ROW_NONE && (drop == 0 || !dice_chance(d, drop)))
                out->row[n++] = s->features[k];
    }
    out->at[FEATURE_GROUPS] = n;
}

static void step(const struct samples *s, const struct fit_plan *p, struct weights *wt, const struct sample *x, struct dice *d)
{
    static _Thread_local struct thinned th;
    float z[STRIDE], y[STRIDE], weight = s->weight[x->labels[0]], keep = 1 - (float)p->drop / 1000;
    thin(s, x, p->drop, d, &th);
    memcpy(z, wt->bias, sizeof(wt->bias));
    for (size_t g = 0; g < FEATURE_GROUPS; g++) {
        float v = group_value(p, x, g) / keep, sum[STRIDE] = {0};
        for (uint32_t k = th.at[g]; k < th.at[g + 1]; k++) {
            const float *row = wt->w + (size_t)th.row[k] * STRIDE;
            for (size_t c = 0; c < STRIDE; c++)
                sum[c] += row[c];
        }
        for (size_t c = 0; c < STRIDE; c++)
            z[c] += v * sum[c];
    }
    probabilities(z, p->classes, 1);
    wanted(x, y);
    for (size_t c = 0; c < STRIDE; c++) {
        z[c] = (z[c] - y[c]) * weight;
        wt->bias_g[c] += z[c] * z[c];
        wt->bias[c] -= p->rate * z[c] / sqrtf(wt->bias_g[c] + 1e-6f);
    }
    for (size_t g = 0; g < FEATURE_GROUPS; g++) {
        float v = group_value(p, x, g) / keep;
        for (uint32_t k = th.at[g]; k < th.at[g + 1]; k++) {
            float *row = wt->w + (size_t)th.row[k] * STRIDE, *sq = wt->g + (size_t)th.row[k] * STRIDE;
            for (size_t c = 0; c < STRIDE; c++) {
                float slope = z[c] * v + p->decay * row[c];
                sq[c] += slope * slope;
                row[c] -= p->rate * slope / sqrtf(sq[c] + 1e-6f);
            }
        }
    }
}

static void learn(const struct samples *s, const struct fit_plan *p, bool all, size_t rows, struct weights *wt)
{
    uint32_t *order = need(s->n, sizeof(*order));
    size_t n = 0;
    struct dice d = {4711};
    memset(wt->w, 0, rows * STRIDE * sizeof(float));
    memset(wt->g, 0, rows * STRIDE * sizeof(float));
    memset(wt->bias, 0, sizeof(wt->bias));
    memset(wt->bias_g, 0, sizeof(wt->bias_g));
    for (size_t i = 0; i < s->n; i++)
        if (all || !s->list[i].held)
            order[n++] = (uint32_t)i;
    for (int e = 0; e < p->epochs; e++) {
        for (size_t i = n; i > 1; i--) {
            size_t k = dice_below(&d, i);
            uint32_t t = order[i - 1];
            order[i - 1] = order[k];
            order[k] = t;
        }
        for (size_t i = 0; i < n; i++)
            step(s, p, wt, &s->list[order[i]], &d);
    }
    free(order);
}

/* ---- temperature, on the templates that were held back */

static double loss_at(const struct samples *s, const struct fit_plan *p, const struct weights *wt, float t, size_t *n, size_t *right)
{
    double loss = 0;
    *n = *right = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!s->list[i].held)
            continue;
        float z[STRIDE];
        uint32_t best = 0;
        scores(s, p, wt, &s->list[i], z);
        probabilities(z, p->classes, t);
        for (uint32_t c = 1; c < p->classes; c++)
            best = z[c] > z[best] ? c : best;
        loss -= log((double)z[s->list[i].labels[0]] + 1e-9);
        *right += best == s->list[i].labels[0];
        ++*n;
    }
    return *n == 0 ? 0 : loss / (double)*n;
}

static float temperature_of(const struct samples *s, const struct fit_plan *p, const struct weights *wt, const char *what)
{
    float best = 1;
    size_t n, right;
    double least = loss_at(s, p, wt, 1, &n, &right);
    for (int i = 0; i < 26; i++) {
        float t = TEMPERATURE_MIN + 0.1f * (float)i;
        double l = loss_at(s, p, wt, t, &n, &right);
        if (l < least) {
            least = l;
            best = t;
        }
    }
    fprintf(stderr, "%s: held back %zu, right %.4f, loss %.4f at temperature %.1f\n", what, n, n ? (double)right / (double)n : 0, least,
            (double)best);
    return best;
}

/* ---- four bits a weight */

static float largest(const float *w, size_t n)
{
    float most = 0;
    for (size_t i = 0; i < n; i++)
        most = fabsf(w[i]) > most ? fabsf(w[i]) : most;
    return most;
}

/* From the largest weight of all down. */
static void make_steps(float most, float *step)
{
    for (int i = 0; i < MODEL_STEPS; i++)
        step[i] = most / MODEL_LEVEL_MAX * exp2f((float)(i - (MODEL_STEPS - 1)) / MODEL_STEPS_OCTAVE);
}

static int level_of(float w, float step)
{
    float q = w / step;
    int level = (int)(q < 0 ? q - 0.5f : q + 0.5f);
    return level > MODEL_LEVEL_MAX ? MODEL_LEVEL_MAX : level < -MODEL_LEVEL_MAX ? -MODEL_LEVEL_MAX : level;
}

static float squared_error(const float *w, uint32_t classes, float step)
{
    float sum = 0;
    for (uint32_t c = 0; c < classes; c++) {
        float d = w[c] - step * (float)level_of(w[c], step);
        sum += d * d;
    }
    return sum;
}

/* The step with the least error; the largest weights may be cut a little for the others' sake. */
static unsigned step_of(const float *w, uint32_t classes, const float *step)
{
    float most = largest(w, classes), least;
    unsigned s = 0, best;
    while (s < MODEL_STEPS - 1 && step[s] * MODEL_LEVEL_MAX < most)
        s++;
    best = s;
    least = squared_error(w, classes, step[s]);
    for (int tries = 0; tries < MODEL_STEPS_OCTAVE && s > 0; tries++) {
        float e = squared_error(w, classes, step[--s]);
        if (e < least) {
            least = e;
            best = s;
        }
    }
    return best;
}

static void quantise_row(const float *w, uint32_t classes, const float *step, unsigned char *out)
{
    out[0] = (unsigned char)step_of(w, classes, step);
    for (uint32_t c = 0; c < classes; c++)
        out[1 + c / 2] = (unsigned char)(out[1 + c / 2] | (level_of(w[c], step[out[0]]) + MODEL_LEVEL_MAX + 1) << (c % 2 * 4));
}

static void quantise(const struct weights *wt, const struct fit_plan *p, const uint16_t *marks, struct fitted *out)
{
    size_t rows = (size_t)p->buckets * MODEL_BUCKET_ROWS, each = model_bucket_bytes(p->classes), mark_bytes = MODEL_BUCKET_ROWS * sizeof(*marks);
    out->buckets_n = p->buckets * each;
    out->buckets = need(out->buckets_n, 1);
    memcpy(out->head.bias, wt->bias, sizeof(out->head.bias));
    make_steps(largest(wt->w, rows * STRIDE) + 1e-6f, out->head.step);
    for (uint32_t b = 0; b < p->buckets; b++) {
        unsigned char *at = out->buckets + b * each;
        memcpy(at, marks + (size_t)b * MODEL_BUCKET_ROWS, mark_bytes);
        for (size_t k = 0; k < MODEL_BUCKET_ROWS; k++)
            quantise_row(wt->w + ((size_t)b * MODEL_BUCKET_ROWS + k) * STRIDE, p->classes, out->head.step,
                         at + mark_bytes + k * model_row_bytes(p->classes));
    }
}

/* ---- all of it */

static void weigh_classes(struct samples *s, const struct fit_plan *p)
{
    double count[STRIDE] = {0}, share[STRIDE] = {0}, total = 0;
    for (size_t i = 0; i < s->n; i++)
        count[s->list[i].labels[0]]++;
    uint32_t last = p->classes - 1;
    for (uint32_t c = 0; c < p->classes; c++)
        if (count[c] > 0 && (c != last || p->other_share <= 0))
            total += share[c] = pow(count[c], 0.7);
    for (uint32_t c = 0; c < p->classes; c++) {
        double sh = p->other_share > 0 ? (c == last ? p->other_share : share[c] / total * (1 - p->other_share)) : share[c] / total;
        s->weight[c] = count[c] > 0 ? (float)(sh * (double)s->n / count[c]) : 0;
    }
}

static void dump_samples(const struct samples *s, const struct fit_plan *p)
{
    FILE *f = fopen(p->dump, "w");
    if (f == NULL)
        die("%s: cannot be written", p->dump);
    for (size_t i = 0; i < s->n; i++) {
        const struct sample *x = &s->list[i];
        fprintf(f, "%d %d", x->held, x->labels[0]);
        for (size_t g = 0; g < FEATURE_GROUPS; g++)
            for (uint32_t k = x->at[g]; k < x->at[g + 1]; k++)
                if (s->features[k] != ROW_NONE)
                    fprintf(f, " %u:%.4f", s->features[k] + 1, (double)group_value(p, x, g));
        fputc('\n', f);
    }
    fclose(f);
}

void fit(struct samples *s, const struct fit_plan *p, const char *what, struct fitted *out)
{
    struct vocab v = {0};
    struct weights wt = {0};
    size_t rows = (size_t)p->buckets * MODEL_BUCKET_ROWS;
    uint16_t *marks = need(rows, sizeof(*marks));
    vocab_count(&v, s);
    size_t placed = vocab_place(&v, p->buckets, marks);
    fprintf(stderr, "%s: %zu samples, %zu features, %zu kept of %zu rows\n", what, s->n, v.n, placed, rows);
    vocab_number(&v, s);
    free(v.slots);
    weigh_classes(s, p);
    if (p->dump != NULL)
        dump_samples(s, p);
    wt.w = need(rows * STRIDE, sizeof(float));
    wt.g = need(rows * STRIDE, sizeof(float));
    *out = (struct fitted){.head = {.classes = p->classes, .buckets = p->buckets}};
    memcpy(out->head.weight, p->weight, sizeof(p->weight));
    learn(s, p, false, rows, &wt);
    out->head.temperature = temperature_of(s, p, &wt, what);
    learn(s, p, true, rows, &wt);
    quantise(&wt, p, marks, out);
    free(wt.w);
    free(wt.g);
    free(marks);
}
