/* /healthz: the process answers. /readyz: the store is well and the server is not going down. /metrics: Prometheus text. */
#include "server/app.h"

void health_live(struct http_exchange *ex)
{
    http_reply(ex, 200, "text/plain; charset=utf-8", STR("ok\n"), NULL, 0);
}

void health_ready(struct http_exchange *ex)
{
    struct app *app = app_of(ex);
    bool ready = !atomic_load(&app->draining);
    struct jw w = jw_of(ex->out);
    jw_obj(&w);
    jw_key(&w, "merchants");
    jw_arr(&w);
    for (size_t i = 0; i < app->cfg->merchants_n; i++) {
        struct engine_status st = {.store_ok = false};
        int64_t id;
        if (engine_merchant(app->eng, app->cfg->merchants[i].name, &id) == OK)
            engine_status(app->eng, id, &st);
        ready = ready && st.store_ok;
        jw_obj(&w);
        jw_kstr(&w, "name", app->cfg->merchants[i].name);
        jw_kbool(&w, "store_ok", st.store_ok);
        jw_ki64(&w, "head", st.head);
        jw_ki64(&w, "folded", st.folded);
        jw_ki64(&w, "lag_ms", st.lag_us / 1000);
        jw_end(&w);
    }
    jw_arr_end(&w);
    jw_kbool(&w, "ready", ready);
    jw_end(&w);
    http_reply_json(ex, ready ? 200 : 503);
}

/* What the engine knows now, beside what has been counted. Merchants by name: they are few and not personal. */
static void write_merchants(struct app *app, struct buf *b)
{
    buf_addz(b, "# HELP wismo_fold_lag_now_seconds Age of the oldest row not folded.\n# TYPE wismo_fold_lag_now_seconds gauge\n");
    for (size_t i = 0; i < app->cfg->merchants_n; i++) {
        struct engine_status st = {.lag_us = 0};
        int64_t id;
        if (engine_merchant(app->eng, app->cfg->merchants[i].name, &id) != OK)
            continue;
        engine_status(app->eng, id, &st);
        metric_set(METRIC_APPEND_QUEUE, 0, (int64_t)st.queue);
        metric_set(METRIC_WATCHED, 0, (int64_t)st.watched);
        buf_fmt(b, "wismo_fold_lag_now_seconds{merchant=\"%.*s\"} %lld.%06lld\n", STR_ARG(app->cfg->merchants[i].name),
                (long long)(st.lag_us / US_PER_S), (long long)(st.lag_us % US_PER_S));
    }
}

void health_metrics(struct http_exchange *ex)
{
    write_merchants(app_of(ex), ex->out);
    metrics_write(ex->out);
    http_reply(ex, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(ex->out), NULL, 0);
}
