/* The merchant's own texts over HTTP: rights, bad input, put, ask, remove; and PDFs, read by pdftotext where it is installed. */
#include "lib/story_store.h"

#include "base/http_client.h"
#include "cli/pdf_text.h"
#include "server/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct world {
    struct fixture f;
    struct story_store st;
    struct api_token tokens[2];
    struct app *app;
    struct http_client *client;
};

static void world_open(struct world *w)
{
    static const struct {
        const char *name, *token;
        unsigned scopes;
    } TOKENS[] = {{"ann", "token-of-ann-1234", SCOPE_READ | SCOPE_ADMIN | SCOPE_ASK}, {"eve", "token-of-eve-1234", SCOPE_READ}};
    *w = (struct world){.app = NULL};
    fixture_init(&w->f);
    story_store_open_threads(&w->f.ctx, &w->f.clock, NULL, 0, &w->st);
    for (size_t i = 0; i < 2; i++) {
        w->tokens[i] = (struct api_token){.name = str_of(TOKENS[i].name), .scopes = TOKENS[i].scopes};
        assert_int_equal(secret_set(&w->tokens[i].token, str_of(TOKENS[i].token)), OK);
    }
    w->st.cfg.tokens = w->tokens;
    w->st.cfg.tokens_n = 2;
    struct app_options ao = {.config = &w->st.cfg, .eng = w->st.eng, .clock = &w->f.clock};
    assert_ok(&w->f.ctx, app_start(&w->f.ctx, &ao, &w->app));
    w->client = http_client_new();
    assert_non_null(w->client);
}

static void world_close(struct world *w)
{
    http_client_free(w->client);
    app_stop(w->app, 2000);
    story_store_close(&w->st);
    for (size_t i = 0; i < 2; i++)
        secret_clear(&w->tokens[i].token);
    fixture_clear(&w->f);
}

static void texts_over_http(void **state)
{
    static const struct {
        const char *name, *who, *method, *path, *body;
        int status;
        const char *has;
    } CALLS[] = {
        {"without a token", "nobody", "POST", "", "{\"source\":\"faq\",\"text\":\"x\"}", 401, NULL},
        {"who may only read", "eve", "POST", "", "{\"source\":\"faq\",\"text\":\"x\"}", 401, NULL},
        {"no text", "ann", "POST", "", "{\"source\":\"faq\"}", 400, "text"},
        {"nothing in it", "ann", "POST", "", "{\"source\":\"faq\",\"text\":\" \\n# \\n\"}", 400, "nothing in it"},
        {"no name", "ann", "POST", "", "{\"source\":\"  \",\"text\":\"x\"}", 400, "source"},
        {"no such format", "ann", "POST", "", "{\"source\":\"faq\",\"text\":\"x\",\"format\":\"docx\"}", 400, "format"},
        {"no such day", "ann", "POST", "", "{\"source\":\"faq\",\"text\":\"x\",\"dated\":\"soon\"}", 400, "dated"},
        {"HTML", "ann", "POST", "", "{\"source\":\"faq/gift cards\",\"format\":\"html\",\"dated\":\"2026-11-01\",\"text\":\"<h1>Gift cards</h1><p>They are valid for <b>three</b> years.</p>\"}", 200, "\"title\":\"Gift cards\",\"lang\":\"en\",\"dated\":\"2026-11-01T12:00:00Z\""},
        {"asked", "ann", "GET", "/answer?q=how+long+are+gift+cards+valid", "", 200, "\"found\":true"},
        {"who may not ask", "eve", "GET", "/answer?q=gift", "", 401, NULL},
        {"not asked", "ann", "GET", "/answer", "", 400, "q: expected"},
        {"not known", "ann", "GET", "/answer?q=do+you+sell+dogs", "", 200, "\"found\":false"},
        {"listed", "eve", "GET", "", "", 200, "\"state\":\"holds\""},
        {"unanswered", "eve", "GET", "/unanswered", "", 200, "\"unanswered\":[]"},
        {"too many days", "eve", "GET", "/unanswered?days=9999", "", 400, "days"},
        {"who may not remove", "eve", "DELETE", "/faq%2Fgift%20cards", "", 401, NULL},
        {"removed", "ann", "DELETE", "/faq%2Fgift%20cards", "", 200, "\"state\":\"removed\""},
        {"once", "ann", "DELETE", "/faq%2Fgift%20cards", "", 404, NULL},
    };
    struct world w;
    (void)state;
    world_open(&w);
    for (size_t i = 0; i < sizeof(CALLS) / sizeof(CALLS[0]); i++) {
        struct http_msg out;
        struct http_header h = {STR("Authorization"), arena_fmt(w.f.arena, "Bearer token-of-%s-1234", CALLS[i].who)};
        struct http_request req = {.method = str_of(CALLS[i].method), .headers = &h, .headers_n = 1, .body = str_of(CALLS[i].body),
                                   .url = arena_fmt(w.f.arena, "http://127.0.0.1:%d/v1/knowledge%s", app_port(w.app), CALLS[i].path)};
        assert_ok(&w.f.ctx, http_client_do(w.client, &w.f.ctx, &req, &out));
        if (out.status != CALLS[i].status || (CALLS[i].has != NULL && !str_contains(out.body, str_of(CALLS[i].has))))
            fail_msg("%s: %d, expected %d: %.*s", CALLS[i].name, out.status, CALLS[i].status, STR_ARG(out.body));
    }
    world_close(&w);
}

static void write_pdf(const char *path)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
          "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>\nendobj\n"
          "4 0 obj\n<< /Length 53 >>\nstream\nBT /F1 12 Tf 20 150 Td (Five years of warranty.) Tj ET\nendstream\nendobj\n"
          "5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\ntrailer << /Size 6 /Root 1 0 R >>\n%%EOF\n", f);
    assert_int_equal(fclose(f), 0);
}

static void pdfs(void **state)
{
    char path[] = "/tmp/wismo-pdf-XXXXXX";
    struct fixture f;
    struct str text;
    (void)state;
    fixture_init(&f);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    enum err e = pdf_text(&f.ctx, path, 1000, &text); /* an empty file */
    if (e == ERR_UNSUPPORTED) {
        print_message("SKIP: no pdftotext here\n");
        unlink(path);
        skip();
    }
    assert_int_equal(e, ERR_PARSE);
    write_pdf(path);
    assert_ok(&f.ctx, pdf_text(&f.ctx, path, 1000, &text));
    assert_str(str_trim(text), "Five years of warranty.");
    assert_int_equal(pdf_text(&f.ctx, path, 10, &text), ERR_LIMIT);
    unlink(path);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_over_http), cmocka_unit_test(pdfs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
