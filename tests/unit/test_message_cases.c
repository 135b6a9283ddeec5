/*
 * Every message of every diagnosis it can stand for, in every language and form: with one, two, seven and eleven parcels, with each
 * reason that carriers give, with and without a date, a link for problems and a promise. No value is missing where a text wants one,
 * no word of another language is left in those of another script, and what customers and merchants typed stays text.
 */
#include "lib/case_story.h"

#include "connectors/lib/tracking_number.h"
#include "flows/mail.h"
#include "flows/message_sample.h"
#include "mind/message_text.h"
#include "mind/rules.h"
#include "talk/spoken.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <string.h>

#define LANGUAGES_MAX 32
#define COUNT_MAX 11
#define SEGMENTS_MAX 3
#define SUBJECT_MAX 78   /* RFC 5322, 2.1.1 */
#define WHATSAPP_MAX 1024 /* letters of a template's body, with its variables */

#define STORE "Brown & Daughters"
#define PERSON "Zoe \"Bo\" O'Neil & <Sons>"
#define PROBLEM "https://brown.example/help?o={order}&from=mail"
#define ITEM "Bo's <b>Desk</b> & \xe2\x80\x9eLamp\xe2\x80\x9c, solid walnut, 180 x 80 cm, oil finish" /* sixty letters */

enum { PROMISE = 1, BROKEN = 2, LINK = 4 };

/* One line of `scans` is said of each parcel; `tail` once, behind them. */
struct told_case {
    enum message_kind kind;
    enum diag_class cls;
    const char *order, *scans, *tail;
    unsigned with;
};

#define MOVES "accepted at=-3d place=Newark,NJ,US\nin_transit at=-2h place=Columbus,OH,US"
static const struct told_case CASES[] = {
    {MESSAGE_CONFIRMATION, DIAG_AWAITING_FULFILLMENT, "placed=-1h", NULL, NULL, 0},
    {MESSAGE_CONFIRMATION, DIAG_PREORDER, "placed=-1h preorder=2027-01-10", NULL, NULL, 0},
    {MESSAGE_SHIPPED, DIAG_ON_TRACK, "placed=-5d", MOVES, NULL, 0},
    {MESSAGE_SHIPPED, DIAG_ON_TRACK, "placed=-5d promised=+3d", MOVES, NULL, 0},
    {MESSAGE_SHIPPED, DIAG_ON_TRACK, "placed=-5d", "in_transit at=-2h place=Columbus,OH,US eta=+2d", NULL, 0},
    {MESSAGE_MIDPOINT, DIAG_ON_TRACK, "placed=-5d", MOVES, NULL, 0},
    {MESSAGE_MIDPOINT, DIAG_ON_TRACK, "placed=-5d", "in_transit at=-2h", NULL, 0},
    {MESSAGE_OUT_FOR_DELIVERY, DIAG_OUT_FOR_DELIVERY, "placed=-5d", "out_for_delivery at=-2h place=Columbus,OH,US", NULL, 0},
    {MESSAGE_DELIVERED, DIAG_DELIVERED, "placed=-5d", "delivered at=-2h place=Columbus,OH,US", NULL, 0},
    {MESSAGE_DELIVERED, DIAG_DELIVERED, "placed=-5d", "delivered at=-2h place=Columbus,OH,US", NULL, LINK},
    {MESSAGE_FULFILLMENT_LATE, DIAG_FULFILLMENT_LATE, "placed=-9d", NULL, NULL, 0},
    {MESSAGE_BACKORDERED, DIAG_BACKORDERED, "placed=-2d", NULL, "stock DESK 0", 0},
    {MESSAGE_BACKORDERED, DIAG_BACKORDERED, "placed=-2d", NULL, "stock DESK 0 restock=2027-01-10", 0},
    {MESSAGE_PREORDER, DIAG_PREORDER, "placed=-2d preorder=2027-01-10", NULL, NULL, 0},
    {MESSAGE_ON_HOLD, DIAG_ON_HOLD, "placed=-2d", NULL, "hold #1020 why=check", 0},
    {MESSAGE_LABEL_ONLY, DIAG_LABEL_ONLY, "placed=-9d", "label_created at=-6d", NULL, 0},
    {MESSAGE_SILENT, DIAG_STUCK, "placed=-9d", "in_transit at=-4d place=Columbus,OH,US", NULL, PROMISE},
    {MESSAGE_SILENT, DIAG_STUCK, "placed=-9d", "in_transit at=-4d", NULL, 0},
    {MESSAGE_DELAY, DIAG_LATE, "placed=-9d promised=-2d", MOVES, NULL, BROKEN},
    {MESSAGE_DELAY, DIAG_LATE, "placed=-9d promised=-2d", "in_transit at=-2h eta=+2d", NULL, 0},
    {MESSAGE_PRESUMED_LOST, DIAG_PRESUMED_LOST, "placed=-19d", "in_transit at=-12d place=Columbus,OH,US", NULL, PROMISE},
    {MESSAGE_PRESUMED_LOST, DIAG_PRESUMED_LOST, "placed=-19d", "in_transit at=-12d", NULL, 0},
    {MESSAGE_ATTEMPT_FAILED, DIAG_ATTEMPT_FAILED, "placed=-5d", "attempt_failed at=-2h place=Columbus,OH,US", NULL, 0},
    {MESSAGE_ADDRESS_PROBLEM, DIAG_ADDRESS_PROBLEM, "placed=-5d", "exception at=-2h reason=address_issue", NULL, 0},
    {MESSAGE_CUSTOMS_HOLD, DIAG_CUSTOMS_HOLD, "placed=-5d", "exception at=-2h place=Columbus,OH,US reason=customs_hold", NULL, 0},
    {MESSAGE_CUSTOMS_HOLD, DIAG_CUSTOMS_HOLD, "placed=-5d", "exception at=-2h reason=customs_duty", NULL, 0},
    {MESSAGE_CUSTOMS_HOLD, DIAG_CUSTOMS_HOLD, "placed=-12d", "exception at=-6d reason=customs_hold\nin_transit at=-7d", NULL, 0},
    {MESSAGE_PICKUP_WAITING, DIAG_PICKUP_WAITING, "placed=-5d", "available_for_pickup at=-2h place=Columbus,OH,US pickup_until=+5d", NULL, 0},
    {MESSAGE_PICKUP_REMINDER, DIAG_PICKUP_WAITING, "placed=-5d", "available_for_pickup at=-2h pickup_until=+2d", NULL, 0},
    {MESSAGE_RETURNING, DIAG_RETURNING, "placed=-5d", "returning at=-2h place=Columbus,OH,US", NULL, 0},
    {MESSAGE_MOVING_AGAIN, DIAG_ON_TRACK, "placed=-5d", MOVES, NULL, 0},
    {MESSAGE_MOVING_AGAIN, DIAG_ON_TRACK, "placed=-5d", "in_transit at=-2h eta=+2d", NULL, 0},
    {MESSAGE_SOLVED, DIAG_AWAITING_FULFILLMENT, "placed=-1h", NULL, NULL, 0},
    {MESSAGE_SOLVED, DIAG_REFUNDED, "placed=-5d", NULL, "refund #1020 amount=1000 full", 0},
    {MESSAGE_UPDATE, DIAG_STUCK, "placed=-9d", "in_transit at=-4d place=Columbus,OH,US", NULL, 0},
};

/* A reason is said by a scan of each of these. */
static const struct {
    enum message_kind kind;
    const char *status;
} WITH_REASON[] = {{MESSAGE_DELAY, "in_transit"},
                   {MESSAGE_ATTEMPT_FAILED, "attempt_failed"},
                   {MESSAGE_RETURNING, "returning"},
                   {MESSAGE_DELIVERED, "delivered"}};

static struct str languages[LANGUAGES_MAX];
static size_t languages_n, rendered[LANGUAGES_MAX], over[LANGUAGES_MAX], most[LANGUAGES_MAX];

static void fault(struct str lang, const struct told_case *tc, const char *what, struct str text)
{
    fail_msg("%.*s: %s (%s): %s: %.*s", STR_ARG(lang), message_kind_word(tc->kind), tc->scans == NULL ? tc->order : tc->scans, what, STR_ARG(text));
}

/* ---- the case */

static struct str number_of(struct ctx *ctx, int i)
{
    return arena_fmt(ctx->arena, "1Z999AA1012345%03d", 700 + i);
}

static struct str story_of(struct ctx *ctx, const struct told_case *tc, int parcels)
{
    struct buf b;
    struct str out = STR_NULL, rest = tc->scans == NULL ? STR_NULL : str_of(tc->scans), line;
    buf_init(&b, 65536);
    buf_fmt(&b, "order #1020 country=US region=IL zip=60601 items=\"DESK*12:129900:" ITEM "\" %s\n", tc->order);
    if (!str_empty(rest))
        buf_addz(&b, "fulfill #1020 created=-4d items=DESK*12 parcels=");
    for (int i = 0; !str_empty(rest) && i < parcels; i++)
        buf_fmt(&b, "%sups/%.*s", i == 0 ? "" : ",", STR_ARG(number_of(ctx, i)));
    while (!str_empty(rest) && str_split(&rest, '\n', &line))
        for (int i = 0; i < parcels; i++)
            buf_fmt(&b, "\nscan ups %.*s %.*s", STR_ARG(number_of(ctx, i)), STR_ARG(line));
    buf_fmt(&b, "\n%s\n", tc->tail == NULL ? "" : tc->tail);
    assert_ok(ctx, buf_err(&b));
    assert_ok(ctx, arena_dup(ctx->arena, buf_str(&b), &out));
    buf_clear(&b);
    return out;
}

static struct str items_of(struct ctx *ctx, const struct told_case *tc, int parcels)
{
    struct str out = STR_NULL;
    for (int i = 0; tc->scans != NULL && i < parcels; i++)
        out = arena_fmt(ctx->arena, "%.*s%s%.*s%s", STR_ARG(out), i == 0 ? "" : "\n", STR_ARG(number_of(ctx, i)), (tc->with & BROKEN) != 0 ? "@p" : "");
    return out;
}

static struct str link_of(struct ctx *ctx, struct str carrier, struct str number)
{
    return carrier_url(ctx->arena, carrier, number);
}

/* ---- what must hold */

static void whole(struct str lang, const struct told_case *tc, struct str t)
{
    static const char *const NEVER[] = {"{",  "}",  "[",  "]",   "|",  "\\n", "(null)", "  ", " ,", " .", "()", "( ", " )", "..", ",,", ",.", ":.", ": .",
                                        ":,", ";.", "\n,", "\n.", "\n:", ",\n", "\xe3\x80\x82\xe3\x80\x82", "\xe3\x80\x81\xe3\x80\x82",
                                        "in_transit", "out_for_delivery", "attempt_failed", "exception", "customs_hold"};
    for (size_t i = 0; i < sizeof(NEVER) / sizeof(NEVER[0]); i++)
        if (str_contains(t, str_of(NEVER[i])))
            fault(lang, tc, NEVER[i], t);
    if (str_empty(t) || !str_is_utf8(t) || str_ends(t, STR(":")) || str_ends(t, STR(",")))
        fault(lang, tc, "empty, not UTF-8 or without an end", t);
}

/* Takes out what stands in Latin letters in any language: what is left of them is not the text's own. */
static struct str without(struct ctx *ctx, struct str t, struct str value)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, 65536);
    while (!str_empty(t)) {
        bool here = !str_empty(value) && str_starts(t, value);
        if (!here)
            buf_addc(&b, t.p[0]);
        t = str_sub(t, here ? value.n : 1, t.n);
    }
    assert_ok(ctx, buf_err(&b));
    if (b.n > 0)
        assert_ok(ctx, arena_dup(ctx->arena, buf_str(&b), &out));
    buf_clear(&b);
    return out;
}

static void one_script(struct ctx *ctx, struct str lang, const struct told_case *tc, struct str t)
{
    static const char *const VALUES[] = {STORE, ITEM, "#1020", "UPS", "Columbus, OH", "https://brown.example/help?o=%231020&from=mail",
                                         " am", " pm"}; /* as ICU writes hours in Hindi */
    if (!str_eq(lang, STR("ar")) && !str_eq(lang, STR("hi")) && !str_eq(lang, STR("ja")))
        return;
    for (int i = 0; i < COUNT_MAX; i++) {
        t = without(ctx, t, link_of(ctx, STR("ups"), number_of(ctx, i)));
        t = without(ctx, t, number_of(ctx, i));
    }
    for (size_t i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++)
        t = without(ctx, t, str_of(VALUES[i]));
    for (size_t i = 0; i + 1 < t.n; i++)
        if (isalpha((unsigned char)t.p[i]) && isalpha((unsigned char)t.p[i + 1]))
            fault(lang, tc, "words of another language", t);
}

static int html_faults;

static void note_fault(void *user, xmlErrorPtr err)
{
    (void)user;
    html_faults += err->code != XML_HTML_UNKNOWN_TAG;
}

static void whole_mail(struct ctx *ctx, const struct told_case *tc, const struct message_text *m)
{
    struct mail mail = {.from = STR("orders@brown.example"), .to = STR("zoe@example.com"), .name = STR(PERSON), .subject = m->subject,
                        .text = m->text, .language = m->language, .sign_off = STR("Your " STORE), .unsubscribe_url = STR("https://brown.example/o?k=1&w=2")};
    struct str text = mail_text(ctx, &mail), html;
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    mail_html(&b, &mail, text);
    html = buf_str(&b);
    assert_true(buf_err(&b) == OK && str_contains(text, STR(PERSON)));
    html_faults = 0;
    xmlSetStructuredErrorFunc(NULL, note_fault);
    htmlDocPtr doc = htmlReadMemory(html.p, (int)html.n, NULL, "UTF-8", HTML_PARSE_NONET);
    xmlSetStructuredErrorFunc(NULL, NULL);
    assert_non_null(doc);
    xmlFreeDoc(doc);
    bool safe = str_contains(html, STR("&lt;Sons&gt;")) && !str_contains(html, STR("<Sons>")) && !str_contains(html, STR("<b>"));
    bool tagged = str_contains(html, arena_fmt(ctx->arena, "<html lang=\"%.*s\"%s>", STR_ARG(m->language), str_eq(m->language, STR("ar")) ? " dir=\"rtl\"" : ""));
    if (html_faults != 0 || !safe || !tagged)
        fault(m->language, tc, "faults in the HTML", html);
    buf_clear(&b);
}

/* What Meta refuses in a variable: line breaks, tabs, more than four blanks; and a body that is too long. */
static void whole_variable(const struct told_case *tc, const struct message_text *m)
{
    struct str t = m->brief;
    if (str_contains(t, STR("\n")) || str_contains(t, STR("\t")) || str_contains(t, STR("     ")) || sms_size(t).units + 80 > WHATSAPP_MAX)
        fault(m->language, tc, "no WhatsApp variable", t);
}

/* The same in a call: no mark that cannot be said. */
static void whole_call(struct ctx *ctx, const struct told_case *tc, const struct message_input *in)
{
    struct told_entry entry = *in->entry;
    struct message_input call = *in;
    struct message_text m;
    entry.channel = CHANNEL_VOICE;
    call.entry = &entry;
    assert_ok(ctx, message_render(ctx, &call, &m));
    struct str said = spoken_text(ctx, m.language, m.brief);
    whole(m.language, tc, m.brief);
    one_script(ctx, m.language, tc, m.brief);
    if (str_contains(said, STR("#")) || str_contains(said, STR("://")) || str_contains(said, STR("1Z")) || sms_size(said).units > 400)
        fault(m.language, tc, "not to be said", said);
}

static void in_language(struct ctx *ctx, size_t l, const struct told_case *tc, struct order_case *cas, const struct message_input *in)
{
    struct message_text m;
    struct str lang = languages[l];
    for (size_t i = 0; i < cas->views_n; i++)
        cas->views[i].locale = lang;
    assert_ok(ctx, message_render(ctx, in, &m));
    assert_true(str_eq(m.language, lang));
    const struct str FORMS[] = {m.subject, m.text, m.brief};
    for (size_t i = 0; i < 3; i++) {
        whole(lang, tc, FORMS[i]);
        one_script(ctx, lang, tc, FORMS[i]);
    }
    if (sms_size(m.subject).units > SUBJECT_MAX || str_contains(m.subject, STR("\n")))
        fault(lang, tc, "subject", m.subject);
    if ((tc->with & LINK) != 0 && !str_contains(m.text, STR("help?o=%231020&")))
        fault(lang, tc, "no link for problems", m.text);
    whole_variable(tc, &m);
    whole_mail(ctx, tc, &m);
    whole_call(ctx, tc, in);
    size_t segments = sms_size(m.brief).segments;
    rendered[l]++;
    over[l] += segments > 1;
    most[l] = segments > most[l] ? segments : most[l];
}

static void told(const struct told_case *tc, int parcels)
{
    struct fixture f;
    struct case_story cs = {.line = NULL};
    struct case_diagnosis cd;
    struct message_policy mp;
    struct promises promises;
    fixture_init(&f);
    message_policy_default(&mp);
    mp.store = STR(STORE);
    mp.problem_url = (tc->with & LINK) != 0 ? STR(PROBLEM) : STR_NULL;
    promises_default(&promises);
    assert_ok(&f.ctx, case_story_read(&f.ctx, &cs, TEST_NOW_US, story_of(&f.ctx, tc, parcels)));
    assert_ok(&f.ctx, diagnose(&f.ctx, &cs.cas, &promises, cs.now_us, &cd));
    enum diag_class cls = tc->scans == NULL ? cd.order.cls : cd.parcels[0].d.cls;
    if (tc->cls != DIAG_CLASS_COUNT && cls != tc->cls)
        fail_msg("%s (%s %s): diagnosed as %s", message_kind_word(tc->kind), tc->order, tc->scans == NULL ? "" : tc->scans, diag_class_word(cls));
    struct told_entry t = {.kind = tc->kind, .items = items_of(&f.ctx, tc, parcels), .promise_us = (tc->with & PROMISE) != 0 ? cs.now_us + US_PER_DAY : 0};
    struct message_input in = {.cas = &cs.cas, .cd = &cd, .policy = &mp, .entry = &t, .now_us = cs.now_us, .link = link_of};
    for (size_t l = 0; l < languages_n; l++)
        in_language(&f.ctx, l, tc, &cs.cas, &in);
    fixture_clear(&f);
}

/* ---- tests */

static void every_diagnosis(void **state)
{
    static const int COUNTS[] = {1, 2, 7, COUNT_MAX};
    bool seen[MESSAGE_KIND_COUNT] = {[MESSAGE_PARTLY_DELIVERED] = true}; /* has a test of its own */
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        seen[CASES[i].kind] = true;
        for (size_t k = 0; k < (CASES[i].scans == NULL ? 1 : sizeof(COUNTS) / sizeof(COUNTS[0])); k++)
            told(&CASES[i], COUNTS[k]);
    }
    for (int k = 0; k < MESSAGE_KIND_COUNT; k++)
        if (!seen[k])
            fail_msg("%s: no case", message_kind_word((enum message_kind)k));
}

static void every_reason(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof(WITH_REASON) / sizeof(WITH_REASON[0]); k++)
        for (int r = REASON_NONE + 1; r < REASON_COUNT; r++) {
            char scan[128];
            struct told_case tc = {WITH_REASON[k].kind, DIAG_CLASS_COUNT, "placed=-9d promised=-2d", scan, NULL, BROKEN};
            snprintf(scan, sizeof(scan), "%s at=-2h place=Columbus,OH,US reason=%s", WITH_REASON[k].status, reason_word((enum reason)r));
            told(&tc, 1);
        }
}

/* Of two parcels one is there, and items are still to be sent. */
static void a_part(void **state)
{
    static const struct told_case PARTS[] = {
        {MESSAGE_PARTLY_DELIVERED, DIAG_DELIVERED, "placed=-5d", "delivered at=-2h", "fulfill #1020 id=F2 items=DESK*1 parcels=ups/1Z999AA1012345710\nscan ups 1Z999AA1012345710 in_transit at=-2h", 0},
        {MESSAGE_PARTLY_DELIVERED, DIAG_DELIVERED, "placed=-5d", "delivered at=-2h reason=mailbox place=Columbus,OH,US", NULL, LINK},
    };
    (void)state;
    told(&PARTS[0], 1);
    told(&PARTS[1], 2);
}

static void figures(void **state)
{
    size_t all = 0;
    (void)state;
    for (size_t l = 0; l < languages_n; l++) {
        print_message("%.*s: %zu messages, %zu of them over one text message, at most %zu\n", STR_ARG(languages[l]), rendered[l], over[l], most[l]);
        all += rendered[l];
        assert_true(most[l] <= SEGMENTS_MAX);
    }
    print_message("%zu messages rendered, six forms each\n", all);
    assert_true(languages_n >= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_diagnosis), cmocka_unit_test(every_reason), cmocka_unit_test(a_part),
                                       cmocka_unit_test(figures)};
    languages_n = message_languages(languages, LANGUAGES_MAX);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
