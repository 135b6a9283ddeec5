/* See metrics.h. https://prometheus.io/docs/instrumenting/exposition_formats/ "Text-based format" */
#include "base/metrics.h"

#include <assert.h>

struct row {
    const char *name, *help, *label, *values, *type;
};

static const struct row ROWS[METRIC_COUNT] = {
#define COUNTER(id, n, h, l, v) {n, h, l, v, "counter"},
#define GAUGE(id, n, h, l, v) {n, h, l, v, "gauge"},
#define HISTOGRAM(id, n, h)
#include "base/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
};

static const struct row HISTOGRAM_ROWS[METRIC_H_COUNT] = {
#define COUNTER(id, n, h, l, v)
#define GAUGE(id, n, h, l, v)
#define HISTOGRAM(id, n, h) {n, h, "", "", "histogram"},
#include "base/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
};

static _Atomic int64_t cells[METRIC_COUNT][METRIC_LABELS_MAX];
static struct histogram histograms[METRIC_H_COUNT];

void metric_add(enum metric m, size_t label, int64_t by)
{
    assert(m < METRIC_COUNT && label < METRIC_LABELS_MAX);
    atomic_fetch_add_explicit(&cells[m][label], by, memory_order_relaxed);
}

void metric_set(enum metric m, size_t label, int64_t value)
{
    assert(m < METRIC_COUNT && label < METRIC_LABELS_MAX);
    atomic_store_explicit(&cells[m][label], value, memory_order_relaxed);
}

int64_t metric_get(enum metric m, size_t label)
{
    assert(m < METRIC_COUNT && label < METRIC_LABELS_MAX);
    return atomic_load_explicit(&cells[m][label], memory_order_relaxed);
}

void metric_observe_us(enum metric_histogram h, int64_t us)
{
    assert(h < METRIC_H_COUNT);
    histogram_add(&histograms[h], us);
}

const struct histogram *metric_histogram(enum metric_histogram h)
{
    assert(h < METRIC_H_COUNT);
    return &histograms[h];
}

static void write_head(struct buf *out, const struct row *r)
{
    buf_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", r->name, r->help, r->name, r->type);
}

static void write_row(struct buf *out, enum metric m)
{
    const struct row *r = &ROWS[m];
    struct str values = str_of(r->values), value;
    write_head(out, r);
    if (r->label[0] == '\0')
        buf_fmt(out, "%s %lld\n", r->name, (long long)metric_get(m, 0));
    for (size_t i = 0; r->label[0] != '\0' && str_split(&values, '|', &value); i++)
        buf_fmt(out, "%s{%s=\"%.*s\"} %lld\n", r->name, r->label, STR_ARG(value), (long long)metric_get(m, i));
}

/* Buckets at powers of four from 64 us to 67 s: the cells' own edges, so the counts are exact. Seconds have six digits. */
static void write_histogram(struct buf *out, enum metric_histogram m)
{
    const struct row *r = &HISTOGRAM_ROWS[m];
    const struct histogram *h = &histograms[m];
    uint64_t all = histogram_below(h, HISTOGRAM_TOP), sum = atomic_load(&h->sum_us);
    write_head(out, r);
    for (int power = 6; power <= 26; power += 2) {
        uint64_t edge = UINT64_C(1) << power, n = histogram_below(h, power);
        buf_fmt(out, "%s_bucket{le=\"%llu.%06llu\"} %llu\n", r->name, (unsigned long long)(edge / 1000000),
                (unsigned long long)(edge % 1000000), (unsigned long long)(n < all ? n : all));
    }
    buf_fmt(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %llu.%06llu\n%s_count %llu\n", r->name, (unsigned long long)all, r->name,
            (unsigned long long)(sum / 1000000), (unsigned long long)(sum % 1000000), r->name, (unsigned long long)all);
}

void metrics_write(struct buf *out)
{
    for (enum metric m = 0; m < METRIC_COUNT; m++)
        write_row(out, m);
    for (enum metric_histogram h = 0; h < METRIC_H_COUNT; h++)
        write_histogram(out, h);
}
