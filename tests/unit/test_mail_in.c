/* Mails as they come: parts, character sets, who sent them, what a server says of that; and what is meant to do harm. */
#include "lib/fixture.h"

#include "base/buf.h"
#include "base/html_plain.h"
#include "connectors/lib/inbound_text.h"
#include "connectors/lib/mail_in.h"
#include "connectors/lib/mime.h"

#define TOP "From: Anna <Anna@Example.net>\r\nTo: Help <help+t7@shop.example>\r\nSubject: order\r\nMessage-ID: <m1@example.net>\r\n"

static void read_mail(struct fixture *f, struct str raw, struct mail_in *out)
{
    assert_ok(&f->ctx, mail_in_read(&f->ctx, raw, STR("mx.shop.example"), out));
}

static const struct {
    const char *name, *raw, *text;
} TEXTS[] = {
    {"plain", TOP "\r\nWhere is #1020?\r\n", "Where is #1020?"},
    {"quoted-printable, latin 1", TOP "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe, wo ist =\r\n#1020?", "Gr\xC3\xBC\xC3\x9F" "e, wo ist #1020?"},
    {"base64, Shift JIS", TOP "Content-Type: text/plain; charset=Shift_JIS\r\nContent-Transfer-Encoding: base64\r\n\r\nk82CqoLggsWCt4Kp\r\n", "\xE5\xB1\x8A\xE3\x81\x8C\xE3\x82\x82\xE3\x81\xA7\xE3\x81\x99\xE3\x81\x8B"},
    {"a set that is none", TOP "Content-Type: text/plain; charset=x-what\r\n\r\ncaf\xE9", "caf\xC3\xA9"},
    {"alternative: the plain one", TOP "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n", "plain"},
    {"HTML alone", TOP "Content-Type: text/html\r\n\r\n<html><head><style>p{}</style></head><body><p>Where is <b>#1020</b>?</p><div style=\"display: none\">secret</div><blockquote>old</blockquote></body></html>", "Where is #1020?"},
    {"an empty plain part", TOP "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<p>rich &amp; more</p>\r\n--b--\r\n", "rich & more"},
    {"two texts around a picture", TOP "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nabove\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n--b\r\n\r\nbelow\r\n--b--\r\n", "above\nbelow"},
    {"NUL hides nothing", TOP "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nYQBi\r\n", "ab"},
    {"a boundary that never ends", TOP "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nabove", "above"},
    {"only a header", TOP, ""},
};

static void texts(void **state)
{
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        struct mail_in mail;
        fixture_init(&f);
        read_mail(&f, str_of(TEXTS[i].raw), &mail);
        if (!str_eq(mail.text, str_of(TEXTS[i].text)))
            fail_msg("%s: got \"%.*s\"", TEXTS[i].name, STR_ARG(mail.text));
        assert_str(mail.from, "anna@example.net");
        assert_str(mail.message_id, "<m1@example.net>");
        assert_true(!mail.automatic && mail.dmarc == MAIL_DMARC_NONE);
        fixture_clear(&f);
    }
}

static void header_and_thread(void **state)
{
    struct fixture f;
    struct mail_in mail;
    (void)state;
    fixture_init(&f);
    read_mail(&f, STR("From: =?utf-8?q?Anna_M=C3=BCller?= <anna@example.net>\nTo: \"Help, all\" <help+t7@shop.example>, b@shop.example\n"
                      "Subject: =?iso-8859-1?q?R=FCck?=\n  frage\nIn-Reply-To: <k2@shop.example> (yesterday)\n"
                      "References: <k0@shop.example>\n <k1@shop.example> junk <k2@shop.example>\nMessage-ID: <m1@example.net>\n"
                      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: image/jpeg\n"
                      "Content-Disposition: attachment; filename=\"..\xE2\x80\xAE" "gpj.exe\"\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n"), &mail);
    assert_str(mail.from_name, "Anna M\xC3\xBCller");
    assert_str(mail.to, "help+t7@shop.example");
    assert_str(mail.subject, "R\xC3\xBC" "ck frage");
    assert_str(mail.in_reply_to, "<k2@shop.example>");
    assert_int_equal(mail.references_n, 3);
    assert_str(mail.references[1], "<k1@shop.example>");
    assert_int_equal(mail.attachments_all, 1);
    assert_str(mail.attachments[0].name, "..gpj.exe");
    assert_str(mail.attachments[0].type, "image/jpeg");
    assert_int_equal(mail.attachments[0].bytes, 3);
    fixture_clear(&f);
}

static const struct {
    const char *header, *why; /* NULL: a person's */
} SENDERS[] = {
    {"", NULL},
    {"Auto-Submitted: no\n", NULL},
    {"Auto-Submitted: auto-replied (vacation)\n", "Auto-Submitted"},
    {"Precedence: bulk\n", "Precedence"},
    {"Precedence: normal\n", NULL},
    {"X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\n", "X-Auto-Response-Suppress"},
    {"X-Auto-Response-Suppress: OOF\n", NULL},
    {"List-Id: news <news.shop.example>\n", "List-Id"},
    {"Return-Path: <>\n", "Return-Path"},
    {"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", "multipart/report"},
    {"Subject: Automatische Antwort: Urlaub\n", "Subject"},
};

static void machines_are_recognised(void **state)
{
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < sizeof(SENDERS) / sizeof(SENDERS[0]); i++) {
        struct mail_in mail;
        fixture_init(&f);
        read_mail(&f, arena_fmt(f.arena, "From: anna@example.net\n%s\nhello\n", SENDERS[i].header), &mail);
        if (mail.automatic != (SENDERS[i].why != NULL) || (mail.automatic && strcmp(mail.why, SENDERS[i].why) != 0))
            fail_msg("%s: taken for %s", SENDERS[i].header, mail.automatic ? mail.why : "a person's");
        fixture_clear(&f);
    }
    struct mail_in mail;
    fixture_init(&f);
    read_mail(&f, STR("From: MAILER-DAEMON@example.net\n\nfailed\n"), &mail);
    assert_true(mail.automatic);
    fixture_clear(&f);
}

static const struct {
    const char *name, *header;
    enum mail_dmarc want;
} VERDICTS[] = {
    {"passes", "Authentication-Results: mx.shop.example; dmarc=pass (p=reject dis=none) header.from=example.net\n", MAIL_DMARC_PASS},
    {"folded, with a version", "Authentication-Results: mx.shop.example 1;\n\tspf=pass smtp.mailfrom=example.net;\n\tdkim=pass header.d=example.net;\n\tdmarc=pass header.from=example.net\n", MAIL_DMARC_PASS},
    {"fails", "Authentication-Results: mx.shop.example; dmarc=fail header.from=example.net\n", MAIL_DMARC_FAIL},
    {"another host's", "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.net\n", MAIL_DMARC_NONE},
    {"another domain's", "Authentication-Results: mx.shop.example; dmarc=pass header.from=evil.example\n", MAIL_DMARC_NONE},
    {"a forged one below ours", "Authentication-Results: mx.shop.example; dmarc=fail header.from=example.net\nAuthentication-Results: mx.shop.example; dmarc=pass header.from=example.net\n", MAIL_DMARC_FAIL},
    {"a forged one below ours that says nothing", "Authentication-Results: mx.shop.example; spf=none\nAuthentication-Results: mx.shop.example; dmarc=pass header.from=example.net\n", MAIL_DMARC_NONE},
    {"in a comment", "Authentication-Results: mx.shop.example; spf=none (; dmarc=pass header.from=example.net)\n", MAIL_DMARC_NONE},
    {"in a nested comment", "Authentication-Results: mx.shop.example; spf=none (a (b) ; dmarc=pass header.from=example.net)\n", MAIL_DMARC_NONE},
    {"in quotes", "Authentication-Results: mx.shop.example; spf=none reason=\"; dmarc=pass header.from=example.net\"\n", MAIL_DMARC_NONE},
    {"a host that begins so", "Authentication-Results: mx.shop.example.evil.example; dmarc=pass header.from=example.net\n", MAIL_DMARC_NONE},
    {"two senders", "From: b@evil.example\nAuthentication-Results: mx.shop.example; dmarc=pass header.from=example.net\n", MAIL_DMARC_NONE},
};

static void dmarc_of_our_host_only(void **state)
{
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < sizeof(VERDICTS) / sizeof(VERDICTS[0]); i++) {
        struct mail_in mail;
        fixture_init(&f);
        struct str raw = arena_fmt(f.arena, "From: Anna <anna@example.net>\n%s\nhello\n", VERDICTS[i].header);
        read_mail(&f, raw, &mail);
        if (mail.dmarc != VERDICTS[i].want)
            fail_msg("%s: got %d", VERDICTS[i].name, mail.dmarc);
        assert_ok(&f.ctx, mail_in_read(&f.ctx, raw, STR(""), &mail));
        assert_int_equal(mail.dmarc, MAIL_DMARC_NONE);
        fixture_clear(&f);
    }
}

static struct str repeat(struct fixture *f, const char *top, const char *what, size_t times)
{
    struct buf b;
    buf_init(&b, (size_t)32 << 20);
    buf_addz(&b, top);
    for (size_t i = 0; i < times; i++)
        buf_addz(&b, what);
    struct str out = buf_move(&b, f->arena);
    assert_non_null(out.p);
    return out;
}

static void harm(void **state)
{
    static const struct {
        const char *name, *top, *what;
        size_t times;
        bool refused;
    } HARM[] = {
        {"a megabyte of words", TOP "\r\n", "where is it ", 90000, false},
        {"one line of a megabyte", TOP "\r\n", "x", 1 << 20, false},
        {"eleven megabytes", TOP "\r\n", "0123456789", 1100000, true},
        {"too many lines", TOP "\r\n", "\n", 400000, true},
        {"too many parts", TOP "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\n\n", 30000, true},
        {"many parts", TOP "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\n\nx\n", 15000, false},
        {"a header of two megabytes", "From: a@example.net\nX: ", "y", 2 << 20, true},
        {"many headers", "From: a@example.net\n", "X: y\n", 100000, false},
        {"many recipients", "From: a@example.net\nTo: ", "b@shop.example, ", 50000, false},
        {"nested comments", "From: a@example.net\nAuthentication-Results: mx.shop.example ", "(", 500000, false},
        {"nested HTML", TOP "Content-Type: text/html\r\n\r\n", "<div>", 200000, false},
        {"open comments in HTML", TOP "Content-Type: text/html\r\n\r\n", "<!-- ", 200000, false},
        {"attributes in HTML", TOP "Content-Type: text/html\r\n\r\n<p ", "a=b ", 250000, false},
        {"quotes", TOP "\r\n", "> \n", 200000, false},
        {"rows of dashes", TOP "\r\n", "-- x", 250000, false},
        {"labels", TOP "\r\n", "From: ", 170000, false},
    };
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < sizeof(HARM) / sizeof(HARM[0]); i++) {
        struct mail_in mail;
        fixture_init(&f);
        struct str raw = repeat(&f, HARM[i].top, HARM[i].what, HARM[i].times);
        int64_t began = clock_mono_us();
        enum err e = mail_in_read(&f.ctx, raw, STR("mx.shop.example"), &mail);
        int64_t ms = (clock_mono_us() - began) / 1000;
        if (HARM[i].refused ? e != ERR_LIMIT : e != OK || mail.text.n > INBOUND_TEXT_MAX)
            fail_msg("%s: %s: %s", HARM[i].name, err_name(e), f.ctx.msg);
        print_message("%-30s %5lld ms\n", HARM[i].name, (long long)ms);
        fixture_clear(&f);
    }
}

static void parts_inside_parts(void **state)
{
    struct fixture f;
    struct mail_in mail;
    struct buf b;
    (void)state;
    fixture_init(&f);
    buf_init(&b, (size_t)4 << 20);
    buf_addz(&b, TOP);
    for (int i = 0; i < 5000; i++)
        buf_fmt(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    buf_addz(&b, "\ndeep\n");
    assert_ok(&f.ctx, mail_in_read(&f.ctx, buf_str(&b), STR_NULL, &mail));
    assert_true(mail.cut);
    buf_clear(&b);
    fixture_clear(&f);
}

static void html_becomes_text(void **state)
{
    static const struct {
        const char *html, *want;
    } CASES[] = {
        {"<h1>Returns</h1><p>Within 30&nbsp;days.</p><ul><li>free</li><li>with the label</li></ul>", "# Returns\n\nWithin 30\xC2\xA0" "days.\n\n- free\n- with the label"},
        {"a<br>b<br/>c", "a\nb\nc"},
        {"<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"},
        {"<script>evil()</script><p style='text-decoration:none;display:block'>x</p><p hidden>y</p>", "x"},
        {"<title>t</title><body>x<style>a</style>", "x"},
        {"<p>unclosed <b>bold", "unclosed bold"},
        {"", ""},
    };
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct str got;
        assert_ok(&f.ctx, html_plain(&f.ctx, str_of(CASES[i].html), true, &got));
        assert_str(got, CASES[i].want);
    }
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),         cmocka_unit_test(header_and_thread),     cmocka_unit_test(machines_are_recognised),
        cmocka_unit_test(harm),          cmocka_unit_test(dmarc_of_our_host_only), cmocka_unit_test(parts_inside_parts),
        cmocka_unit_test(html_becomes_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
