/*
 * Every message in every language: the files have the same keys and names, plurals have all forms of their language, and an awkward
 * case (no name, a product of 60 letters, seven parcels, no estimate) and a case without any of that leave nothing unfilled.
 */
#include "lib/fixture.h"

#include "flows/mail.h"
#include "flows/message_sample.h"
#include "mind/message_text.h"
#include "mind/template.h"
#include "talk/spoken.h"

#include <libxml/HTMLparser.h>
#include <string.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

#define LANGUAGES_MAX 32
#define SUBJECT_MAX 78
#define SEGMENTS_MAX 3
#define SPOKEN_LETTERS_MAX 360 /* half a minute */

static struct str languages[LANGUAGES_MAX];
static size_t languages_n;

static struct str text_of(struct str lang, struct str key)
{
    struct str t = message_words(lang, key);
    return !str_eq(lang, STR("en")) && t.p == message_words(STR("en"), key).p ? STR_NULL : t;
}

/* {name} or {name, plural, ... */
static bool has_name(struct ctx *ctx, struct str t, const char *name)
{
    return str_contains(t, arena_fmt(ctx->arena, "{%s}", name)) || str_contains(t, arena_fmt(ctx->arena, "{%s,", name));
}

static void same_names(struct ctx *ctx, struct str lang, struct str key)
{
    size_t n = 0;
    const char *const *names = message_value_names(&n);
    struct str en = message_words(STR("en"), key), t = text_of(lang, key);
    if (str_empty(t))
        fail_msg("%.*s: %.*s: missing", STR_ARG(lang), STR_ARG(key));
    for (size_t i = 0; i < n; i++)
        if (has_name(ctx, en, names[i]) != has_name(ctx, t, names[i]))
            fail_msg("%.*s: %.*s: {%s} stands in one of English and this only", STR_ARG(lang), STR_ARG(key), names[i]);
}

/* The categories that whole numbers up to 200 have in a language. */
static size_t categories(struct str lang, char out[][16], size_t max)
{
    UErrorCode err = U_ZERO_ERROR;
    char id[16];
    size_t n = 0;
    snprintf(id, sizeof(id), "%.*s", STR_ARG(lang));
    UPluralRules *rules = uplrules_open(id, &err);
    assert_true(U_SUCCESS(err));
    for (int k = 1; k <= 200; k++) {
        UChar word[16];
        char as[16];
        size_t i = 0;
        int32_t len = uplrules_select(rules, k, word, 16, &err);
        assert_true(U_SUCCESS(err));
        u_austrncpy(as, word, len);
        as[len] = 0;
        while (i < n && strcmp(out[i], as) != 0)
            i++;
        if (i == n && n < max)
            strcpy(out[n++], as);
    }
    uplrules_close(rules);
    return n;
}

static void whole_plurals(struct ctx *ctx, struct str lang, struct str key)
{
    char forms[8][16];
    size_t n = categories(lang, forms, 8);
    struct str rest = message_words(lang, key);
    const struct str MARK = STR(", plural,");
    for (size_t at = 0; at + MARK.n < rest.n; at++) {
        if (memcmp(rest.p + at, MARK.p, MARK.n) != 0)
            continue;
        size_t end = at, depth = 1;
        for (; end < rest.n && depth > 0; end++)
            depth += rest.p[end] == '{' ? 1 : rest.p[end] == '}' ? (size_t)-1 : 0;
        for (size_t i = 0; i < n; i++)
            if (!str_contains(str_sub(rest, at, end - at), arena_fmt(ctx->arena, " %s {", forms[i])) && strcmp(forms[i], "other") != 0)
                fail_msg("%.*s: %.*s: a plural has no form \"%s\"", STR_ARG(lang), STR_ARG(key), forms[i]);
        if (!str_contains(str_sub(rest, at, end - at), STR(" other {")))
            fail_msg("%.*s: %.*s: a plural has no form \"other\"", STR_ARG(lang), STR_ARG(key));
    }
}

static void files_agree(void **state)
{
    static const char *const FORMS[] = {"subject", "text", "short", "voice"};
    static const char *const OTHER[] = {"greeting", "greeting.none", "moment", "reply", "unsubscribe", "way_out.ask", "way_out.yes", "way_out.done"};
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t l = 0; l < languages_n; l++) {
        for (int k = 0; k < MESSAGE_KIND_COUNT; k++)
            for (size_t i = 0; i < 4; i++) {
                struct str key = arena_fmt(f.arena, "%s.%s", message_kind_word((enum message_kind)k), FORMS[i]);
                same_names(&f.ctx, languages[l], key);
                whole_plurals(&f.ctx, languages[l], key);
            }
        for (size_t i = 0; i < sizeof(OTHER) / sizeof(OTHER[0]); i++)
            same_names(&f.ctx, languages[l], str_of(OTHER[i]));
        for (int r = 0; r < REASON_COUNT; r++) { /* in the words of the answers */
            struct str key = arena_fmt(f.arena, "reason.%s", reason_word((enum reason)r));
            if (!str_empty(words_find(STR("en"), key)))
                assert_false(str_empty(words_find(languages[l], key)));
        }
        fixture_clear(&f);
        fixture_init(&f);
    }
    fixture_clear(&f);
}

/* What must not be seen by a customer: a template's own signs, and words that only carriers and programs use. */
static void clean(struct str lang, const char *kind, const char *form, struct str t)
{
    static const char *const NEVER[] = {"{", "}", "[", "]", "|", "\\n", "in_transit", "out_for_delivery", "attempt_failed", "exception", "(null)"};
    for (size_t i = 0; i < sizeof(NEVER) / sizeof(NEVER[0]); i++)
        if (str_contains(t, str_of(NEVER[i])))
            fail_msg("%.*s: %s.%s: \"%s\" in: %.*s", STR_ARG(lang), kind, form, NEVER[i], STR_ARG(t));
    if (!str_is_utf8(t) || str_empty(t))
        fail_msg("%.*s: %s.%s: empty or not UTF-8", STR_ARG(lang), kind, form);
}

static int html_faults;

static void note_fault(void *user, xmlErrorPtr err)
{
    (void)user;
    if (err->code != XML_HTML_UNKNOWN_TAG)
        html_faults++;
}

static void valid_mail(struct ctx *ctx, struct str lang, const struct outgoing *o)
{
    struct mail m = {.from = STR("orders@northwind.example"), .to = STR("lee@example.com"), .subject = o->m.subject, .text = o->m.text,
                     .language = o->m.language, .unsubscribe_url = STR("https://northwind.example/o?k=1&w=2")};
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    mail_html(&b, &m, mail_text(ctx, &m));
    struct str html = buf_str(&b);
    assert_true(buf_err(&b) == OK && html.n > 0);
    html_faults = 0;
    xmlSetStructuredErrorFunc(NULL, note_fault);
    htmlDocPtr doc = htmlReadMemory(html.p, (int)html.n, NULL, "UTF-8", HTML_PARSE_NONET);
    xmlSetStructuredErrorFunc(NULL, NULL);
    assert_non_null(doc);
    xmlFreeDoc(doc);
    if (html_faults != 0)
        fail_msg("%.*s: %d faults in the HTML: %.*s", STR_ARG(lang), html_faults, STR_ARG(html));
    assert_true(str_contains(html, STR("dir=\"rtl\"")) == str_eq(lang, STR("ar")));
    buf_clear(&b);
}

/* What is said in a call: short sentences, the order figure by figure, no links, numbers of parcels or signs. */
static void spoken(struct ctx *ctx, struct str lang, const char *kind, struct str t)
{
    static const char *const NEVER[] = {"#", "http", "www.", "://", "1Z", "0000", "\n", "*"};
    struct str said = spoken_text(ctx, lang, t);
    clean(lang, kind, "voice", said);
    for (size_t i = 0; i < sizeof(NEVER) / sizeof(NEVER[0]); i++)
        if (str_contains(said, str_of(NEVER[i])))
            fail_msg("%.*s: %s.voice: \"%s\" in: %.*s", STR_ARG(lang), kind, NEVER[i], STR_ARG(said));
    if (!str_contains(said, STR("W 1 0 0 0 0 0 1")) || !str_contains(said, STR("Northwind & Daughters")) || sms_size(said).units > SPOKEN_LETTERS_MAX)
        fail_msg("%.*s: %s.voice: no order, no store, or too long: %.*s", STR_ARG(lang), kind, STR_ARG(said));
}

static void all_messages(void **state)
{
    struct message_policy mp;
    size_t most = 0, rendered = 0;
    (void)state;
    message_policy_default(&mp);
    mp.store = STR("Northwind & Daughters");
    for (size_t l = 0; l < languages_n; l++) {
        size_t segments = 0, over = 0;
        for (int k = 0; k < MESSAGE_KIND_COUNT; k++) {
            struct fixture f;
            struct outgoing o;
            const char *kind = message_kind_word((enum message_kind)k);
            fixture_init(&f);
            struct sample_ask ask = {.kind = (enum message_kind)k, .policy = &mp, .now_us = TEST_NOW_US, .language = languages[l]};
            assert_ok(&f.ctx, message_sample(&f.ctx, &ask, &o));
            assert_true(str_eq(o.m.language, languages[l]));
            clean(languages[l], kind, "subject", o.m.subject);
            clean(languages[l], kind, "text", o.m.text);
            clean(languages[l], kind, "short", o.m.brief);
            struct outgoing call;
            ask.way = CHANNEL_VOICE;
            assert_ok(&f.ctx, message_sample(&f.ctx, &ask, &call));
            spoken(&f.ctx, languages[l], kind, call.m.brief);
            assert_true(str_contains(o.m.text, STR("#W-1000001")) && str_contains(o.m.brief, STR("#W-1000001")));
            if (sms_size(o.m.subject).units > SUBJECT_MAX)
                fail_msg("%.*s: %s.subject: over %d letters: %.*s", STR_ARG(languages[l]), kind, SUBJECT_MAX, STR_ARG(o.m.subject));
            size_t n = sms_size(o.m.brief).segments;
            segments += n;
            over += n > 1 ? 1 : 0;
            most = n > most ? n : most;
            if (n > SEGMENTS_MAX)
                fail_msg("%.*s: %s.short: %zu messages: %.*s", STR_ARG(languages[l]), kind, n, STR_ARG(o.m.brief));
            valid_mail(&f.ctx, languages[l], &o);
            rendered += 5;
            fixture_clear(&f);
        }
        print_message("%.*s: %.2f text messages a short form, %zu of %d over one\n", STR_ARG(languages[l]),
                      (double)segments / MESSAGE_KIND_COUNT, over, MESSAGE_KIND_COUNT);
    }
    print_message("%zu texts rendered, at most %zu text messages\n", rendered, most);
    assert_true(rendered >= 12 * 20 * 5);
}

/* A merchant's own texts: used for their language alone, kept with the rules and their version, refused when they cannot work. */
static void own_texts(void **state)
{
    static const struct message_template OWN[] = {{{"en", 2}, {"shipped.subject", 15}, {"Hooray, {order} is on its way", 29}},
                                                  {{"de", 2}, {"shipped.subject", 15}, {"Juhu, {order} ist unterwegs", 27}}};
    static const struct {
        const char *key, *text, *says;
    } BAD[] = {
        {"shiped.text", "x", "shipped.text"},       {"shipped", "x", "shipped.text"},
        {"shipped.text", "{itemz}", "{itemz}"},     {"shipped.text", "[{order}", "do not match"},
        {"shipped.text", "{count, plural, one {a}", "\""}, {"shipped.html", "x", "shipped.text"},
    };
    struct fixture f;
    struct message_policy mp, again;
    struct outgoing o;
    struct str text, plain;
    (void)state;
    fixture_init(&f);
    message_policy_default(&mp);
    mp.store = STR("Northwind");
    assert_ok(&f.ctx, message_policy_text(&f.ctx, &mp, &plain));
    struct str before = mp.version;
    mp.templates = OWN;
    mp.templates_n = 2;
    assert_ok(&f.ctx, message_policy_text(&f.ctx, &mp, &text));
    assert_false(str_eq(before, mp.version));
    assert_ok(&f.ctx, message_policy_read(&f.ctx, text, &again));
    assert_true(str_eq(again.version, mp.version));
    struct sample_ask ask = {.kind = MESSAGE_SHIPPED, .policy = &again, .now_us = TEST_NOW_US};
    assert_ok(&f.ctx, message_sample(&f.ctx, &ask, &o));
    assert_true(str_eq(o.m.subject, STR("Hooray, #W-1000001 is on its way")) && str_contains(o.m.text, STR("is on its way to you")));
    ask.language = STR("de");
    assert_ok(&f.ctx, message_sample(&f.ctx, &ask, &o));
    assert_true(str_starts(o.m.subject, STR("Juhu, #W-1000001")) && str_contains(o.m.text, STR("auf dem Weg zu Ihnen")));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        assert_int_equal(message_template_check(&f.ctx, str_of(BAD[i].key), str_of(BAD[i].text)), ERR_PARSE);
        if (!str_contains(str_of(f.ctx.msg), str_of(BAD[i].says)))
            fail_msg("case %zu: %s", i, f.ctx.msg);
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(files_agree), cmocka_unit_test(all_messages), cmocka_unit_test(own_texts)};
    languages_n = message_languages(languages, LANGUAGES_MAX);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
