/* GET and POST /v1/clock: a clock that is moved by hand, for demos and tests. With a real clock these do not exist. */
#include "flows/virtual_clock.h"
#include "server/app.h"

#define SETTLE_MS 5000

static bool is_virtual(struct http_exchange *ex)
{
    if (app_of(ex)->cfg->virtual_clock)
        return true;
    http_fail(ex, 404, "not_found", STR("this server runs on the real clock"), STR_NULL);
    return false;
}

static void write_clock(struct http_exchange *ex)
{
    struct jw w = jw_of(ex->out);
    jw_obj(&w);
    jw_ktime(&w, "now", clock_now_us(app_of(ex)->opt.clock));
    jw_end(&w);
    http_reply_json(ex, 200);
}

void api_clock_get(struct http_exchange *ex)
{
    if (is_virtual(ex))
        write_clock(ex);
}

static enum err read_target(struct http_exchange *ex, int64_t now_us, int64_t *to_us)
{
    const struct json *v = NULL;
    struct when w;
    int64_t span;
    enum err e = json_parse(&ex->ctx, ex->msg.body, &JSON_LIMITS_SMALL, &v);
    if (e != OK)
        return e;
    struct str advance = json_str(v, "advance"), set = json_str(v, "set");
    if (!str_empty(advance)) {
        e = span_parse(&ex->ctx, advance, &span);
        if (e == OK)
            *to_us = now_us + span;
        return e == OK ? OK : ctx_fail(&ex->ctx, e, "advance: expected a span such as 3d or 36h");
    }
    if (when_parse(set, &w) != OK || w.kind != WHEN_UTC || w.utc_us < now_us)
        return ctx_fail(&ex->ctx, ERR_PARSE, "set: expected a later time such as 2026-11-23T10:00:00Z (or advance: a span)");
    *to_us = w.utc_us;
    return OK;
}

/* Waits until what came due has been folded, so that the next page shows it. */
static void move(void *user, struct reader *rd, struct http_exchange *ex)
{
    struct app *app = app_of(ex);
    struct clock *clock = app->opt.clock;
    int64_t to = 0;
    (void)user;
    (void)rd;
    enum err e = read_target(ex, clock_now_us(clock), &to);
    if (e != OK) {
        app_fail(ex, e);
        return;
    }
    clock_set(clock, to);
    e = app_settle(&ex->ctx, app->eng, SETTLE_MS);
    if (e == OK || e == ERR_TIMEOUT)
        e = virtual_clock_keep(&ex->ctx, app->cfg, clock);
    if (e != OK)
        app_fail(ex, e);
    else
        write_clock(ex);
}

void api_clock_post(struct http_exchange *ex)
{
    int64_t merchant_id;
    if (!is_virtual(ex))
        return;
    enum err e = app_merchant(ex, app_of(ex)->cfg->merchants[0].name, &merchant_id);
    if (e == OK)
        e = app_allow(ex, merchant_id, SCOPE_ADMIN);
    if (e != OK)
        app_fail(ex, e);
    else
        workers_run(app_of(ex)->workers, move, ex);
}
