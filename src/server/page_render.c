/* Plain HTML without script: tables that a text browser can read. */
#include "server/page_render.h"

#include "base/http_client.h"
#include "flows/message_list.h"
#include "connectors/lib/tracking_number.h"

static void add_time(struct buf *b, int64_t us)
{
    struct civil c = civil_from_us(us);
    if (us != 0)
        html_fmt(b, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.min);
}

static void add_ago(struct ctx *ctx, struct buf *b, int64_t us, int64_t now_us)
{
    if (us == 0 || now_us < us)
        return;
    html_text(b, duration_words(ctx, STR("en"), now_us - us));
    HTML(b, " ago");
}

static void add_badge(struct buf *b, enum diag_class cls)
{
    if (cls >= DIAG_CLASS_COUNT)
        return;
    HTML(b, "<span class=\"badge s");
    html_fmt(b, "%d", diag_class_severity(cls));
    HTML(b, "\">");
    html_text(b, str_of(diag_class_word(cls)));
    HTML(b, "</span>");
}

static void add_merchant_field(struct buf *b, struct str merchant)
{
    if (str_empty(merchant))
        return;
    HTML(b, "<input type=\"hidden\" name=\"merchant\" value=\"");
    html_text(b, merchant);
    HTML(b, "\">");
}

static void add_ask_box(struct buf *b, struct str merchant, struct str question)
{
    HTML(b, "<form class=\"ask\" method=\"post\" action=\"/ask\">");
    add_merchant_field(b, merchant);
    HTML(b, "<label for=\"text\">Ask as a customer would</label> <input id=\"text\" name=\"text\" size=\"60\" maxlength=\"2000\" "
            "placeholder=\"where is my order? #1020 anna@example.com\" value=\"");
    html_text(b, question);
    HTML(b, "\"> <button>Ask</button></form>\n");
}

static void case_link(struct ctx *ctx, struct buf *b, struct str merchant, const struct order_case *cas)
{
    const struct order_view *ov = order_anchor(cas);
    struct str name = ov == NULL ? STR("(not named yet)") : ov->name;
    HTML(b, "<a href=\"/cases/");
    if (ov != NULL)
        html_text(b, url_encode(ctx->arena, ov->name));
    if (!str_empty(merchant)) {
        HTML(b, "?merchant=");
        html_text(b, url_encode(ctx->arena, merchant));
    }
    HTML(b, "\">");
    html_text(b, name);
    HTML(b, "</a>");
}

static void add_row(struct ctx *ctx, struct buf *b, const struct page_list *pg, const struct order_case *cas)
{
    const struct order_view *ov = order_anchor(cas);
    HTML(b, "<tr><td>");
    case_link(ctx, b, pg->merchant, cas);
    HTML(b, "</td><td>");
    add_badge(b, cas->diag);
    HTML(b, "</td><td>");
    add_time(b, cas->diag_since_us);
    HTML(b, "</td><td>");
    if (ov != NULL)
        html_text(b, ov->country);
    HTML(b, "</td><td>");
    if (ov != NULL)
        add_time(b, ov->placed_us);
    HTML(b, "</td><td>");
    add_ago(ctx, b, case_heard_us(cas), pg->now_us);
    HTML(b, "</td></tr>\n");
}

void page_list_html(struct ctx *ctx, struct buf *b, const struct page_list *pg)
{
    html_page_begin(b, STR("Cases"));
    add_ask_box(b, pg->merchant, STR_NULL);
    if (pg->clock_moves) {
        HTML(b, "<p>The clock stands at ");
        add_time(b, pg->now_us);
        HTML(b, " UTC and moves when you say so: <code>curl -d '{\"advance\":\"1d\"}' http://.../v1/clock</code></p>\n");
    }
    HTML(b, "<table><thead><tr><th>Order</th><th>Diagnosis</th><th>Since (UTC)</th><th>To</th><th>Placed</th>"
            "<th>Heard of</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < pg->n; i++)
        add_row(ctx, b, pg, &pg->cases[i]);
    HTML(b, "</tbody></table>\n");
    if (pg->next_after > 0) {
        HTML(b, "<p><a href=\"/?after=");
        html_fmt(b, "%lld", (long long)pg->next_after);
        if (!str_empty(pg->merchant)) {
            HTML(b, "&amp;merchant=");
            html_text(b, url_encode(ctx->arena, pg->merchant));
        }
        HTML(b, "\">More</a></p>\n");
    }
    html_page_end(b);
}

/* ---- one case */

static void add_evidence(struct ctx *ctx, struct buf *b, const struct diagnosis *d, int64_t now_us)
{
    if (d->evidence_n == 0)
        return;
    HTML(b, "<table><thead><tr><th>Evidence</th><th>At (UTC)</th><th>What</th><th>Age</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < d->evidence_n; i++) {
        HTML(b, "<tr><td>");
        html_text(b, str_of(d->evidence[i].what));
        HTML(b, "</td><td>");
        add_time(b, d->evidence[i].at_us);
        HTML(b, "</td><td>");
        html_text(b, d->evidence[i].detail);
        HTML(b, "</td><td>");
        add_ago(ctx, b, d->evidence[i].at_us, now_us);
        HTML(b, "</td></tr>\n");
    }
    HTML(b, "</tbody></table>\n");
}

static void add_words(struct ctx *ctx, struct buf *b, const struct case_answer *ca, const struct parcel_diagnosis *pd)
{
    HTML(b, "<dl><dt>For the customer</dt><dd>");
    html_text(b, diagnosis_for_customer(ctx, STR("en"), ca->cas, &ca->cd, pd, ca->as_of_us));
    HTML(b, "</dd><dt>For the operator</dt><dd>");
    html_text(b, diagnosis_for_operator(ctx, ca->cas, &ca->cd, pd, ca->as_of_us));
    HTML(b, "</dd></dl>\n");
}

static void add_items(struct buf *b, const struct case_diagnosis *cd)
{
    if (cd->items_n == 0)
        return;
    HTML(b, "<h2>Items</h2>\n<table><thead><tr><th>Item</th><th>SKU</th><th>Ordered</th><th>Sent</th><th>Delivered</th>"
            "<th>Waiting</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < cd->items_n; i++) {
        const struct item_state *it = &cd->items[i];
        HTML(b, "<tr><td>");
        html_text(b, it->item->title);
        HTML(b, "</td><td>");
        html_text(b, it->item->sku);
        const int64_t cells[] = {it->item->quantity, it->shipped, it->delivered, it->waiting};
        for (size_t k = 0; k < 4; k++) {
            HTML(b, "</td><td>");
            html_fmt(b, "%lld", (long long)cells[k]);
        }
        HTML(b, "</td></tr>\n");
    }
    HTML(b, "</tbody></table>\n");
}

static void add_scan(struct buf *b, const struct parcel_scan *s)
{
    HTML(b, "<tr><td>");
    add_time(b, s->at_us);
    if ((s->flags & SCAN_ESTIMATED) != 0)
        HTML(b, " (zone estimated)");
    HTML(b, "</td><td>");
    html_text(b, str_of(parcel_status_word(s->status)));
    if (s->reason != REASON_NONE)
        html_fmt(b, " (%s)", reason_word(s->reason));
    HTML(b, "</td><td>");
    html_text(b, s->place.city);
    if (!str_empty(s->place.city) && !str_empty(s->place.country))
        HTML(b, ", ");
    html_text(b, s->place.country);
    HTML(b, "</td><td>");
    html_text(b, s->code);
    HTML(b, "</td></tr>\n");
}

static void add_link(struct buf *b, struct str url, struct str text)
{
    if (!str_empty(url)) {
        HTML(b, "<a rel=\"noreferrer\" href=\"");
        html_text(b, url);
        HTML(b, "\">");
    }
    html_text(b, text);
    if (!str_empty(url))
        HTML(b, "</a>");
}

/* The post of the country it goes to follows the same number (R118). */
static void add_destination(struct ctx *ctx, struct buf *b, const struct case_answer *ca, const struct parcel *pcl)
{
    struct str post = post_at_destination(pcl->number, case_destination(ca->cas).country);
    if (str_empty(post))
        return;
    HTML(b, "<p>There also at ");
    add_link(b, carrier_url(ctx->arena, post, pcl->number), carrier_title(post));
    HTML(b, "</p>\n");
}

static void add_parcel(struct ctx *ctx, struct buf *b, const struct case_answer *ca, const struct parcel_diagnosis *pd)
{
    struct str url = carrier_url(ctx->arena, pd->carrier, pd->parcel->number);
    HTML(b, "<section><h2>Parcel ");
    html_text(b, carrier_title(pd->carrier));
    HTML(b, " ");
    add_link(b, url, pd->parcel->number);
    HTML(b, " ");
    add_badge(b, pd->d.cls);
    HTML(b, "</h2>\n");
    add_words(ctx, b, ca, pd);
    add_destination(ctx, b, ca, pd->parcel);
    HTML(b, "<p>Carrier heard of ");
    add_ago(ctx, b, parcel_heard_us(pd->parcel), ca->as_of_us);
    HTML(b, "</p>\n");
    add_evidence(ctx, b, &pd->d, ca->as_of_us);
    HTML(b, "<table><thead><tr><th>Scan (UTC)</th><th>Status</th><th>Place</th><th>Carrier's code</th></tr></thead><tbody>\n");
    for (size_t i = pd->view.to; i > pd->view.from; i--)
        add_scan(b, &pd->parcel->scans[i - 1]);
    HTML(b, "</tbody></table></section>\n");
}

static void add_changes(struct buf *b, const struct case_answer *ca)
{
    if (ca->changes_n == 0)
        return;
    HTML(b, "<h2>History</h2>\n<table><thead><tr><th>Since (UTC)</th><th>Seen</th><th>Parcel</th><th>Class</th></tr></thead>"
            "<tbody>\n");
    for (size_t i = ca->changes_n; i > 0; i--) {
        const struct diag_change *ch = &ca->changes[i - 1];
        HTML(b, "<tr><td>");
        add_time(b, ch->since_us);
        HTML(b, "</td><td>");
        add_time(b, ch->seen_us);
        HTML(b, "</td><td>");
        html_text(b, ch->number);
        HTML(b, "</td><td>");
        add_badge(b, ch->cls);
        HTML(b, "</td></tr>\n");
    }
    HTML(b, "</tbody></table>\n");
}

static void add_messages(struct buf *b, const struct case_answer *ca)
{
    if (ca->messages_n == 0)
        return;
    HTML(b, "<h2>Messages to the customer</h2>\n<table><thead><tr><th>At (UTC)</th><th>State</th><th>Message</th><th>Channel</th>"
            "<th>Why</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < ca->messages_n; i++) {
        const struct case_message *m = &ca->messages[i];
        HTML(b, "<tr><td>");
        add_time(b, m->t.settled_us != 0 ? m->t.settled_us : m->t.not_before_us);
        HTML(b, "</td><td>");
        html_text(b, str_of(told_state_word(m->t.state)));
        HTML(b, "</td><td>");
        html_text(b, str_of(message_kind_word(m->t.kind)));
        if (!str_empty(m->text)) {
            HTML(b, "<details><summary>");
            html_text(b, m->subject);
            HTML(b, "</summary><pre>");
            html_text(b, m->text);
            HTML(b, "</pre></details>");
        }
        HTML(b, "</td><td>");
        html_text(b, str_empty(m->t.key) ? STR_NULL : str_of(channel_kind_word(m->t.channel)));
        HTML(b, "</td><td>");
        html_text(b, m->t.why);
        HTML(b, "</td></tr>\n");
    }
    HTML(b, "</tbody></table>\n");
}

void page_case_html(struct ctx *ctx, struct buf *b, struct str merchant, const struct case_answer *ca)
{
    const struct order_view *ov = order_anchor(ca->cas);
    const struct diagnosis *d = &ca->cd.order;
    struct str title = ov == NULL ? STR("Order not known yet") : arena_fmt(ctx->arena, "Order %.*s", STR_ARG(ov->name));
    html_page_begin(b, title);
    HTML(b, "<p>");
    add_badge(b, d->cls);
    HTML(b, " since ");
    add_time(b, d->since_us);
    HTML(b, " UTC; as of ");
    add_time(b, ca->as_of_us);
    html_fmt(b, " UTC, position %lld; order heard of ", (long long)ca->position);
    add_ago(ctx, b, case_heard_us(ca->cas), ca->as_of_us);
    HTML(b, "</p>\n");
    add_words(ctx, b, ca, NULL);
    if (!str_empty(d->conflict)) {
        HTML(b, "<p class=\"conflict\">Sources disagree: ");
        html_text(b, d->conflict);
        HTML(b, "</p>\n");
    }
    add_evidence(ctx, b, d, ca->as_of_us);
    add_items(b, &ca->cd);
    for (size_t i = 0; i < ca->cd.parcels_n; i++)
        add_parcel(ctx, b, ca, &ca->cd.parcels[i]);
    add_messages(b, ca);
    add_changes(b, ca);
    add_ask_box(b, merchant, STR_NULL);
    html_page_end(b);
}

void page_ask_html(struct ctx *ctx, struct buf *b, struct str merchant, struct str question, const struct ask_reply *rep)
{
    html_page_begin(b, STR("Ask"));
    if (rep != NULL) {
        HTML(b, "<blockquote class=\"question\">");
        html_text(b, question);
        HTML(b, "</blockquote>\n<blockquote class=\"answer\"><pre>");
        html_text(b, rep->text);
        HTML(b, "</pre></blockquote>\n");
        if (rep->outcome == ASK_ANSWERED) {
            HTML(b, "<p>Newest news: ");
            add_ago(ctx, b, rep->age.newest_fact_us, rep->now_us);
            html_fmt(b, "; position %lld; ", (long long)rep->ca.position);
            case_link(ctx, b, merchant, rep->ca.cas);
            HTML(b, "</p>\n");
        }
    }
    add_ask_box(b, merchant, question);
    html_page_end(b);
}

void page_error_html(struct buf *b, struct str title, struct str words)
{
    html_page_begin(b, title);
    HTML(b, "<p>");
    html_text(b, words);
    HTML(b, "</p>\n");
    html_page_end(b);
}
