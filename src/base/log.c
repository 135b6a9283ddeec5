/* See log.h. */
#include "base/log.h"

#include "base/json.h"

#include <unistd.h>

void log_event(struct log *log, enum log_level lv, const char *event, const struct log_field *f,
               size_t n)
{
    static const char *const WORDS[] = {"debug", "info", "warn", "error"};
    if (log == NULL || lv < log->min)
        return;
    struct buf b;
    buf_init(&b, 16384);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_ktime(&w, "at", clock_now_us(log->clock));
    jw_kstr(&w, "level", str_of(WORDS[lv]));
    jw_kstr(&w, "event", str_of(event));
    for (size_t i = 0; i < n; i++) {
        if (f[i].s.p != NULL)
            jw_kstr(&w, f[i].key, f[i].s);
        else
            jw_ki64(&w, f[i].key, f[i].i);
    }
    jw_end(&w);
    buf_addc(&b, '\n');
    ssize_t wrote = b.err == OK ? write(log->fd, b.p, b.n) : 0;
    (void)wrote; /* a log that cannot be written is no reason to stop, and there is nowhere to say
                    so */
    buf_clear(&b);
}
