/*
 * What the process counts about itself: one table (metrics.def) for all layers, written as Prometheus text by the server. Figures
 * live as long as the process, are shared by all threads and cost one atomic addition. Never personal data, never free labels.
 */
#ifndef WISMO_BASE_METRICS_H
#define WISMO_BASE_METRICS_H

#include "base/buf.h"
#include "base/histogram.h"

#define METRIC_LABELS_MAX 8

enum metric {
#define COUNTER(id, name, help, label, values) METRIC_##id,
#define GAUGE(id, name, help, label, values) METRIC_##id,
#define HISTOGRAM(id, name, help)
#include "base/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
    METRIC_COUNT
};

enum metric_histogram {
#define COUNTER(id, name, help, label, values)
#define GAUGE(id, name, help, label, values)
#define HISTOGRAM(id, name, help) METRIC_H_##id,
#include "base/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
    METRIC_H_COUNT
};

/* label: index of its value in the table's list; 0 where there is none. */
void metric_add(enum metric m, size_t label, int64_t by);
void metric_set(enum metric m, size_t label, int64_t value); /* gauges */
int64_t metric_get(enum metric m, size_t label);
void metric_observe_us(enum metric_histogram h, int64_t us);
const struct histogram *metric_histogram(enum metric_histogram h);
/* metrics_write: all of them in Prometheus's text form, version 0.0.4. */
void metrics_write(struct buf *out);

#endif
