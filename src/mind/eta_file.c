/*
 * A model as bytes: "wismo-eta", the version, the content, and SHA-256 over all before it. Numbers are integers in stated steps,
 * so that a model that was just fitted and one that was read give the same estimates: eta_fit itself hands out what it reads back.
 */
#include <math.h>
#include <stdlib.h>

#include "base/crypto.h"
#include "mind/eta_int.h"
#include "model/pack.h"

#define MAGIC "wismo-eta\n"
#define FORMAT 1
#define ENTRIES_MAX ((size_t)8 << 20)
#define ENTRY_BYTES_MIN 12
#define STEP 1e6          /* of stages and shapes */
#define EFFECT_STEP 1e4   /* of effects: a hundredth of a percent */
#define EFFECT_MAX 30.0   /* of a logarithm: beyond any effect */

/* ---- the table */

static int by_key(const void *a, const void *b)
{
    const struct eta_entry *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key ? 1 : 0;
}

enum err eta_model_index(struct ctx *ctx, struct eta_model *m, const struct eta_entry *list, size_t n)
{
    size_t slots = 16;
    while (slots < n * 2)
        slots *= 2;
    m->entries = arena_array(ctx->arena, slots, sizeof(*m->entries));
    if (m->entries == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "estimate: no memory for %zu groups", n);
    m->slots = slots;
    m->entries_n = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)list[i].key & (slots - 1);
        while (m->entries[at].key != 0 && m->entries[at].key != list[i].key)
            at = (at + 1) & (slots - 1);
        m->entries_n += m->entries[at].key == 0 ? 1 : 0;
        m->entries[at] = list[i];
    }
    return OK;
}

/* ---- content: one description for writing and reading */

static void pack_steps(struct pack *p, double *v, double step, double max)
{
    double limit = max * step, x = p->out != NULL && isfinite(*v) ? *v * step : 0;
    int64_t i = llround(x < -limit ? -limit : x > limit ? limit : x);
    pack_i64(p, &i);
    if (p->out != NULL)
        return;
    if ((double)i < -limit || (double)i > limit) {
        pack_corrupt(p);
        i = 0;
    }
    *v = (double)i / step;
}

static void pack_steps_f(struct pack *p, float *v, double step, double max)
{
    double d = (double)*v;
    pack_steps(p, &d, step, max);
    *v = (float)d;
}

static void pack_rising(struct pack *p, float knots[ETA_KNOTS], double max)
{
    for (size_t k = 0; k < ETA_KNOTS; k++) {
        pack_steps_f(p, &knots[k], STEP, max);
        if (p->out == NULL && k > 0 && knots[k] < knots[k - 1])
            pack_corrupt(p);
    }
}

static void pack_stage(struct pack *p, struct eta_stage *st)
{
    pack_steps(p, &st->base, STEP, EFFECT_MAX);
    pack_steps(p, &st->sigma, STEP, EFFECT_MAX);
    pack_steps(p, &st->shift, STEP, EFFECT_MAX);
    pack_steps(p, &st->never, STEP, 1);
    pack_steps(p, &st->n, 1, (double)ETA_ROWS_MAX);
    for (size_t i = 0; i < ETA_SEASONS; i++)
        pack_steps_f(p, &st->season[i], STEP, EFFECT_MAX);
    pack_rising(p, st->shape.knot, 100);
    if (p->out == NULL && (st->sigma < 1e-3 || st->shift < 1e-3 || st->never < 0 || st->n < 0))
        pack_corrupt(p);
}

static void pack_clock(struct pack *p, struct eta_clock *c)
{
    for (size_t i = 0; i < 2; i++) {
        unsigned letter = c->country[i] == '\0' ? 0 : (unsigned)(c->country[i] - 'A') + 1;
        letter = pack_below(p, letter, 27);
        c->country[i] = letter == 0 ? '\0' : (char)('A' + letter - 1);
    }
    for (size_t i = 0; i < 168; i++) {
        pack_steps_f(p, &c->share[i], STEP, 168);
        if (p->out == NULL && c->share[i] < 1e-4F)
            pack_corrupt(p);
    }
    pack_i64(p, &c->first_day);
    pack_i64(p, &c->days_n);
    if (p->out == NULL && (c->first_day < -100000 || c->first_day > 200000 || c->days_n < 1 || c->days_n > ETA_CLOCK_DAYS))
        pack_corrupt(p);
}

static void pack_clocks(struct ctx *ctx, struct pack *p, struct eta_clocks *cs)
{
    pack_count(p, &cs->n, ETA_CLOCKS_MAX);
    if (p->out == NULL && cs->n == 0)
        pack_corrupt(p);
    if (p->out == NULL)
        cs->list = arena_array(ctx->arena, p->err == OK ? cs->n : 1, sizeof(*cs->list));
    if (cs->list == NULL) {
        pack_corrupt(p);
        return;
    }
    for (size_t i = 0; i < cs->n && p->err == OK; i++) {
        pack_clock(p, &cs->list[i]);
        if (p->out == NULL && p->err == OK && eta_clock_build(ctx, &cs->list[i], cs->list[i].first_day, cs->list[i].days_n) != OK)
            p->err = ERR_MEMORY;
    }
}

static void pack_entry(struct pack *p, struct eta_entry *en)
{
    pack_fixed64(p, &en->key);
    pack_steps_f(p, &en->loc, EFFECT_STEP, EFFECT_MAX);
    pack_steps_f(p, &en->scale, EFFECT_STEP, EFFECT_MAX);
    pack_steps_f(p, &en->never, EFFECT_STEP, EFFECT_MAX);
    pack_u32(p, &en->n);
}

static void pack_head(struct ctx *ctx, struct pack *p, struct eta_model *m)
{
    pack_i64(p, &m->as_of_us);
    pack_u64(p, &m->parcels);
    pack_bool(p, &m->dates_only);
    PACK_ENUM(p, m->join, eta_join, ETA_JOINS);
    pack_rising(p, m->join_map, 1);
    for (size_t i = 0; i < ETA_STAGES; i++)
        pack_stage(p, &m->stage[i]);
    for (size_t i = 0; i < 2; i++)
        pack_clocks(ctx, p, &m->clocks[i]);
}

/* ---- writing */

static void write_all(struct ctx *ctx, const struct eta_model *m, struct buf *out)
{
    struct eta_model copy = *m;
    struct pack p = pack_writer(out);
    size_t n = 0, from = out->n;
    unsigned char sum[SHA256_LEN];
    struct eta_entry *list = arena_array(ctx->arena, m->entries_n + 1, sizeof(*list));
    if (list == NULL) {
        out->err = ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < m->slots; i++)
        if (m->entries[i].key != 0)
            list[n++] = m->entries[i];
    qsort(list, n, sizeof(*list), by_key);
    buf_add(out, STR(MAGIC));
    uint32_t format = FORMAT;
    pack_u32(&p, &format);
    pack_head(ctx, &p, &copy);
    pack_count(&p, &n, ENTRIES_MAX);
    for (size_t i = 0; i < n; i++)
        pack_entry(&p, &list[i]);
    sha256(str_sub(buf_str(out), from, out->n - from), sum);
    buf_add(out, (struct str){(const char *)sum, sizeof(sum)});
}

void eta_model_write(const struct eta_model *m, struct buf *out)
{
    struct arena *a = arena_new(ETA_FILE_MAX * 4);
    struct ctx own;
    if (a == NULL) {
        out->err = ERR_MEMORY;
        return;
    }
    ctx_init(&own, a, NULL, NULL);
    write_all(&own, m, out);
    arena_free(a);
}

/* ---- reading */

static enum err read_entries(struct ctx *ctx, struct pack *p, struct eta_model *m)
{
    size_t n = 0;
    pack_count(p, &n, ENTRIES_MAX);
    if (p->err != OK || n > p->in.n / ENTRY_BYTES_MIN)
        return ERR_CORRUPT;
    struct eta_entry *list = arena_array(ctx->arena, n + 1, sizeof(*list));
    if (list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < n && p->err == OK; i++) {
        pack_entry(p, &list[i]);
        if (list[i].key <= (i == 0 ? 0 : list[i - 1].key))
            pack_corrupt(p);
    }
    enum err e = pack_end(p);
    return e == OK ? eta_model_index(ctx, m, list, n) : e;
}

static void set_id(struct eta_model *m, const unsigned char sum[SHA256_LEN])
{
    static const char HEX[] = "0123456789abcdef";
    for (size_t i = 0; i < 8; i++) {
        m->id[2 * i] = HEX[sum[i] >> 4];
        m->id[2 * i + 1] = HEX[sum[i] & 15];
    }
}

enum err eta_model_read(struct ctx *ctx, struct str file, struct eta_model **out)
{
    struct str magic = STR(MAGIC);
    unsigned char sum[SHA256_LEN];
    uint32_t format = 0;
    if (file.n > ETA_FILE_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "model: over %zu bytes", ETA_FILE_MAX);
    if (!str_starts(file, magic))
        return ctx_fail(ctx, ERR_CORRUPT, "model: not a model of wismo eta fit");
    struct pack p = pack_reader(ctx, str_sub(file, magic.n, file.n));
    pack_u32(&p, &format);
    if (p.err == OK && format != FORMAT)
        return ctx_fail(ctx, ERR_UNSUPPORTED, "model: format %u, this program reads %d; fit it again", format, FORMAT);
    if (p.err != OK || p.in.n < SHA256_LEN)
        return ctx_fail(ctx, p.err == ERR_MEMORY ? p.err : ERR_CORRUPT, "model: cut off");
    sha256(str_sub(file, 0, file.n - SHA256_LEN), sum);
    if (memcmp(sum, file.p + file.n - SHA256_LEN, SHA256_LEN) != 0)
        return ctx_fail(ctx, ERR_CORRUPT, "model: its checksum is wrong: cut off or changed");
    p.in.n -= SHA256_LEN;
    struct eta_model *m = ctx_alloc(ctx, sizeof(*m));
    if (m == NULL)
        return ERR_MEMORY;
    pack_head(ctx, &p, m);
    enum err e = p.err == OK ? read_entries(ctx, &p, m) : p.err;
    if (e != OK)
        return ctx_fail(ctx, e, "model: %s", e == ERR_MEMORY ? "no memory" : "its content is not what this program writes");
    set_id(m, sum);
    *out = m;
    return OK;
}

enum err eta_model_seal(struct ctx *ctx, struct eta_model **m)
{
    struct buf b;
    buf_init(&b, ETA_FILE_MAX);
    eta_model_write(*m, &b);
    enum err e = buf_err(&b);
    e = e == OK ? eta_model_read(ctx, buf_str(&b), m) : ctx_fail(ctx, e, "model: over %zu bytes", ETA_FILE_MAX);
    buf_clear(&b);
    return e;
}

/* ---- about a model */

bool eta_model_dates_only(const struct eta_model *m)
{
    return m->dates_only;
}

int64_t eta_model_as_of(const struct eta_model *m)
{
    return m->as_of_us;
}

struct str eta_model_id(const struct eta_model *m)
{
    return (struct str){m->id, 16};
}

void eta_model_describe(const struct eta_model *m, struct buf *out)
{
    static const char *const STAGES[] = {"order to hand-over", "hand-over to delivery", "order to delivery"};
    static const char *const JOINS[] = {"its own distribution", "hand-over and transit joined", "the middle of its own and the joined"};
    for (size_t i = 0; i < ETA_STAGES; i++)
        buf_fmt(out, "%s: %.0f parcels, spread %.2f, never %.2f %%\n", STAGES[i], m->stage[i].n, m->stage[i].sigma,
                m->stage[i].never * 100);
    buf_fmt(out, "from the order on: %s\ngroups: %zu\nmodel: %.16s\n", JOINS[m->join], m->entries_n, m->id);
}
