/*
 * Every fixture of every vendor, broken: the body cut at each byte, every value replaced by something else, members that nobody
 * knows in every object. Nothing crashes or reads past the end, an error has words, a cut body gives no fact too many, what is
 * decoded from a broken body can still be written and read again.
 */
#include "lib/connector_case.h"

#include "model/fact_json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define CUTS_MAX 3000 /* cut points of one body; a longer one is cut at every second or third byte */
#define NODES_MAX 400
#define NAMES_MAX 200

struct broken {
    const char *vendor, *name;
    struct account acct;
    struct http_msg msg;
    struct http_header headers[CASE_HEADERS_MAX];
    struct arena *arena;  /* of one try */
    struct clock *clock;
};

static enum err decode(const struct broken *c, struct ctx *ctx, struct str body, struct decoded *out)
{
    struct http_msg msg = c->msg;
    *out = (struct decoded){0};
    msg.body = body;
    return connector_decode_any(ctx, &c->acct, &msg, out);
}

/* Our own reader takes what a decoder lets through; it may refuse a value, but then with words. */
static void write_and_read(const struct broken *c, struct ctx *ctx, const struct decoded *d)
{
    struct str rest = decoded_text(ctx, d, STR_NULL), line;
    for (size_t i = 0; i < d->n && str_split(&rest, '\n', &line); i++) {
        const struct json *v = NULL;
        struct fact fct;
        if (json_parse(ctx, line, &JSON_LIMITS_WEBHOOK, &v) != OK)
            fail_msg("%s/%s: what is written is no JSON: %s: %.*s", c->vendor, c->name, ctx->msg, STR_ARG(line));
        ctx->msg[0] = '\0';
        if (fact_read(ctx, v, NULL, &fct) != OK && ctx->msg[0] == '\0')
            fail_msg("%s/%s: refused without words: %.*s", c->vendor, c->name, STR_ARG(line));
    }
}

static void try_body(const struct broken *c, struct str body, const char *what, size_t at, size_t most)
{
    struct ctx ctx;
    struct decoded d;
    char *exact = malloc(body.n == 0 ? 1 : body.n); /* a block of its size: a read behind its end is seen */
    assert_non_null(exact);
    if (body.n > 0)
        memcpy(exact, body.p, body.n);
    arena_reset(c->arena);
    ctx_init(&ctx, c->arena, c->clock, NULL);
    enum err e = decode(c, &ctx, (struct str){exact, body.n}, &d);
    if (e == OK && d.n > most)
        fail_msg("%s/%s: %s %zu: %zu facts, whole it has %zu", c->vendor, c->name, what, at, d.n, most);
    if (e != OK && ctx.msg[0] == '\0')
        fail_msg("%s/%s: %s %zu: %s without words", c->vendor, c->name, what, at, err_name(e));
    if (e == OK)
        write_and_read(c, &ctx, &d);
    free(exact);
}

static void cut_at_each_byte(const struct broken *c, size_t facts)
{
    size_t step = c->msg.body.n / CUTS_MAX + 1;
    for (size_t n = 0; n < c->msg.body.n; n += step)
        try_body(c, str_sub(c->msg.body, 0, n), "cut at byte", n, facts);
}

/* ---- changed trees */

struct change {
    size_t at, node; /* which node is replaced; SIZE_MAX: none */
    const char *by;
    bool unknown;    /* a member that nobody knows in every object */
};

static void write_changed(struct jw *w, const struct json *v, struct change *ch)
{
    if (ch->node++ == ch->at) {
        jw_raw(w, str_of(ch->by));
        return;
    }
    if (v->type != JSON_OBJECT && v->type != JSON_ARRAY) {
        json_write(w, v);
        return;
    }
    if (v->type == JSON_OBJECT)
        jw_obj(w);
    else
        jw_arr(w);
    JSON_EACH(m, v) {
        char key[256];
        snprintf(key, sizeof(key), "%.*s", STR_ARG(m->key));
        if (v->type == JSON_OBJECT)
            jw_key(w, key);
        write_changed(w, m, ch);
    }
    if (v->type == JSON_OBJECT && ch->unknown) {
        jw_key(w, "zz_not_known");
        jw_raw(w, STR("{\"a\":[1,\"two\",null,{}]}"));
    }
    if (v->type == JSON_OBJECT)
        jw_end(w);
    else
        jw_arr_end(w);
}

static void changed(struct buf *b, const struct json *v, struct change ch)
{
    struct jw w = jw_of(b);
    buf_reset(b);
    write_changed(&w, v, &ch);
    assert_int_equal(buf_err(b), OK);
}

static size_t nodes_of(const struct json *v)
{
    size_t n = 1;
    JSON_EACH(c, v)
        n += nodes_of(c);
    return n;
}

static void replace_each(const struct broken *c, const struct json *tree, struct buf *b)
{
    static const char *const BY[] = {"null", "-1", "\"\"", "\"0000-99-99T99:99:99Z\"", "[]", "{}", "1e400", "true", "[[{}]]", "\"\\u0000\"",
                                     "99999999999999999999", "\"Wed, 99 Foo 2026 25:61:61 +9999\""};
    size_t nodes = nodes_of(tree);
    for (size_t at = 0; at < nodes && at < NODES_MAX; at++)
        for (size_t k = 0; k < sizeof(BY) / sizeof(BY[0]); k++) {
            changed(b, tree, (struct change){.at = at, .by = BY[k]});
            try_body(c, buf_str(b), BY[k], at, SIZE_MAX);
        }
}

static void unknown_members(const struct broken *c, struct ctx *ctx, const struct json *tree, struct str want, struct buf *b)
{
    struct decoded d;
    changed(b, tree, (struct change){.at = SIZE_MAX, .unknown = true});
    assert_ok(ctx, decode(c, ctx, buf_str(b), &d));
    struct str got = decoded_text(ctx, &d, STR_NULL);
    if (!str_eq(got, want))
        fail_msg("%s/%s: members that nobody knows change what comes out:\n%.*s-- without\n%.*s", c->vendor, c->name, STR_ARG(got), STR_ARG(want));
}

/* ---- all of them */

static void one_case(struct fixture *f, const char *vendor, const char *name)
{
    struct broken c = {.vendor = vendor, .name = name, .clock = &f->clock, .arena = arena_new((size_t)16 << 20)};
    const struct json *tree = NULL;
    struct decoded d;
    struct buf b;
    char rel[300];
    assert_non_null(c.arena);
    buf_init(&b, (size_t)16 << 20);
    test_account(&c.acct, vendor, NULL);
    snprintf(rel, sizeof(rel), "tests/fixtures/connectors/%.60s/%.120s/in.http", vendor, name);
    c.msg = test_message(test_read_file(f->arena, test_source_path(rel)), c.headers);
    assert_ok(&f->ctx, decode(&c, &f->ctx, c.msg.body, &d));
    if (!str_empty(str_trim(c.msg.body)) && json_parse(&f->ctx, c.msg.body, &JSON_LIMITS_WEBHOOK, &tree) == OK) {
        unknown_members(&c, &f->ctx, tree, decoded_text(&f->ctx, &d, STR_NULL), &b);
        replace_each(&c, tree, &b);
    }
    cut_at_each_byte(&c, d.n);
    buf_clear(&b);
    arena_free(c.arena);
}

typedef char file_name[100];

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t folders(const char *rel, file_name *out)
{
    size_t n = 0;
    DIR *dir = opendir(test_source_path(rel));
    for (struct dirent *e = dir == NULL ? NULL : readdir(dir); e != NULL; e = readdir(dir)) {
        if (e->d_name[0] == '.')
            continue;
        assert_true(n < NAMES_MAX);
        snprintf(out[n++], sizeof(file_name), "%.99s", e->d_name);
    }
    if (dir != NULL)
        closedir(dir);
    if (n > 0)
        qsort(out, n, sizeof(*out), by_name);
    return n;
}

static void every_fixture(void **state)
{
    static file_name cases[NAMES_MAX];
    size_t all = 0;
    (void)state;
    for (size_t i = 0; i < connector_count(); i++) {
        const char *vendor = connector_at(i)->id;
        char rel[200];
        snprintf(rel, sizeof(rel), "tests/fixtures/connectors/%s", vendor);
        size_t m = folders(rel, cases);
        if (m == 0 && !connector_at(i)->face)
            fail_msg("%s: no fixture", vendor);
        for (size_t k = 0; k < m; k++) {
            struct fixture f;
            fixture_init(&f);
            one_case(&f, vendor, cases[k]);
            fixture_clear(&f);
        }
        all += m;
    }
    print_message("%zu bodies of %zu vendors broken\n", all, connector_count());
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_fixture)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
