/* Structured log: one JSON object a line on a file descriptor. Never personal data: keys and values are ours, ids only. */
#ifndef WISMO_BASE_LOG_H
#define WISMO_BASE_LOG_H

#include "base/clock.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log {
    int fd;
    enum log_level min;
    const struct clock *clock;
};

struct log_field {
    const char *key;
    struct str s;  /* used when p != NULL */
    int64_t i;     /* else this */
};
#define LOG_S(k, v) ((struct log_field){.key = (k), .s = (v)})
#define LOG_I(k, v) ((struct log_field){.key = (k), .i = (v)})

/* log_event: thread safe (one write call). log may be NULL. `event` is a fixed word such as "webhook_refused". */
void log_event(struct log *log, enum log_level lv, const char *event, const struct log_field *f, size_t n);
#define LOG(log, lv, event, ...)                                                                   \
    log_event((log), (lv), (event), (const struct log_field[]){__VA_ARGS__},                       \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

#endif
