/*
 * /unsubscribe/{merchant}/{token}: the way out of a channel. GET asks (mail scanners follow links, and must not take anybody off);
 * POST acts, without cookies or sign-in, as one-click mail clients do (RFC 8058).
 */
#include "base/icu_text.h"
#include "flows/way_out.h"
#include "mind/message_text.h"
#include "server/app.h"
#include "server/html.h"

static struct str words(const struct way_out *w, const char *key)
{
    return message_words(w->language, str_of(key));
}

/* A customer's page: no links into the operator's, nothing personal. */
static void page(struct http_exchange *ex, const struct way_out *w, bool done)
{
    struct buf *b = ex->out;
    HTML(b, "<!doctype html>\n<html lang=\"");
    html_text(b, w->language);
    HTML(b, "\"");
    if (icu_is_rtl(w->language))
        HTML(b, " dir=\"rtl\"");
    HTML(b, "><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            "<meta name=\"robots\" content=\"noindex\"><link rel=\"stylesheet\" href=\"/assets/page.css\"><title>");
    html_text(b, w->store);
    HTML(b, "</title></head><body>\n<main>\n<h1>");
    html_text(b, w->store);
    HTML(b, "</h1>\n<p>");
    html_text(b, words(w, done ? "way_out.done" : "way_out.ask"));
    HTML(b, "</p>\n");
    if (!done) {
        HTML(b, "<form method=\"post\"><button>");
        html_text(b, words(w, "way_out.yes"));
        HTML(b, "</button></form>\n");
    }
    HTML(b, "</main></body></html>\n");
    app_page(ex, 200);
}

static void answer(struct http_exchange *ex, struct reader *rd, bool take)
{
    struct way_out w;
    struct str key;
    int64_t merchant_id;
    enum err e = app_merchant(ex, ex->params[0], &merchant_id);
    if (e == OK)
        e = way_out_read(&ex->ctx, app_of(ex)->eng, merchant_id, ex->params[1], &key);
    if (e == OK)
        e = way_out_find(&ex->ctx, rd, merchant_id, key, &w);
    if (e == OK && take)
        e = way_out_take(&ex->ctx, app_of(ex)->eng, merchant_id, &w);
    if (e == ERR_DENIED || e == ERR_NOTFOUND)
        http_fail(ex, 404, "not_found", STR("this link is not whole, or not ours"), STR_NULL);
    else if (e != OK)
        http_fail_err(ex, e);
    else
        page(ex, &w, take);
}

static void show(void *user, struct reader *rd, struct http_exchange *ex)
{
    (void)user;
    answer(ex, rd, false);
}

static void take(void *user, struct reader *rd, struct http_exchange *ex)
{
    (void)user;
    answer(ex, rd, true);
}

void page_way_out_get(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, show, ex);
}

void page_way_out_post(struct http_exchange *ex)
{
    workers_run(app_of(ex)->workers, take, ex);
}
