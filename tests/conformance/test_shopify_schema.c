/*
 * The GraphQL that is sent to Shopify against the Admin API's introspection: every field is there, takes the arguments given,
 * is not deprecated; objects have selections and scalars have none; variables have the type their argument wants; and no query
 * may cost over the limit, counted as the vendor documents it: an object 1, a list that is asked for in full its size each, plus
 * two for a connection. Skipped, with the reason, where the introspection is absent.
 */
#include "lib/connector_case.h"

#include "base/scan.h"

#include <stdio.h>

#define COST_MAX 1000

struct schema {
    const struct json *types, *directives;
};

struct query {
    struct ctx *ctx;
    const struct schema *schema;
    struct scan s;
    struct str text;
    const char *vars[8][2]; /* name, type */
    bool lists[8];
    size_t vars_n;
};

/* ---- the introspection: some 20 MB of JSON, more nodes than a webhook may have */

static struct str unzip(struct arena *a, const char *path)
{
    char command[1100];
    size_t cap = (size_t)64 << 20, n = 0;
    char *p = arena_alloc(a, cap);
    assert_non_null(p);
    snprintf(command, sizeof(command), "gzip -dc '%s'", path);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    n = fread(p, 1, cap, f);
    assert_int_equal(pclose(f), 0);
    assert_true(n > 0 && n < cap);
    return (struct str){p, n};
}

static const struct json *type_named(const struct schema *s, struct str name)
{
    JSON_EACH(t, s->types) {
        if (str_eq(json_str(t, "name"), name))
            return t;
    }
    return NULL;
}

static const struct json *member_named(const struct json *list, struct str name)
{
    JSON_EACH(m, list) {
        if (str_eq(json_str(m, "name"), name))
            return m;
    }
    return NULL;
}

/* Name of a type without its wrappers; *list: it is a list. */
static struct str bare_type(const struct json *type, bool *list)
{
    for (*list = false; json_is(json_get(type, "ofType"), JSON_OBJECT); type = json_get(type, "ofType"))
        *list = *list || str_eq(json_str(type, "kind"), STR("LIST"));
    return json_str(type, "name");
}

/* ---- the query */

static void blanks(struct query *q)
{
    scan_space(&q->s);
}

static bool next_is(struct query *q, char c)
{
    blanks(q);
    return scan_char(&q->s, c);
}

static void expect(struct query *q, char c)
{
    if (!next_is(q, c))
        fail_msg("query: expected %c before %.*s", c, STR_ARG(str_sub(q->s.rest, 0, 40)));
}

static struct str name(struct query *q)
{
    size_t n = 0;
    blanks(q);
    struct str rest = q->s.rest;
    while (n < rest.n && (rest.p[n] == '_' || (rest.p[n] >= '0' && rest.p[n] <= '9') || (rest.p[n] >= 'A' && rest.p[n] <= 'Z') ||
                          (rest.p[n] >= 'a' && rest.p[n] <= 'z')))
        n++;
    if (n == 0)
        fail_msg("query: expected a name before %.*s", STR_ARG(str_sub(rest, 0, 40)));
    (void)scan_take(&q->s, n);
    return str_sub(rest, 0, n);
}

static const char *keep(struct query *q, struct str s)
{
    struct str z;
    assert_int_equal(arena_dup(q->ctx->arena, s, &z), OK);
    return z.p;
}

/* "$q:String,$after:String" */
static void variables(struct query *q)
{
    while (!next_is(q, ')')) {
        struct str type;
        (void)next_is(q, ',');
        expect(q, '$');
        assert_true(q->vars_n < 8);
        q->vars[q->vars_n][0] = keep(q, name(q));
        expect(q, ':');
        bool list = next_is(q, '[');
        type = name(q);
        bool each = next_is(q, '!');
        if (list)
            expect(q, ']');
        each = next_is(q, '!') || each;
        q->lists[q->vars_n] = list;
        q->vars[q->vars_n++][1] = arena_fmt(q->ctx->arena, "%.*s%s", STR_ARG(type), each ? "!" : "").p;
    }
}

static void check_value(struct query *q, const struct json *arg, int64_t *first)
{
    bool list;
    struct str type = bare_type(json_get(arg, "type"), &list);
    if (next_is(q, '$')) {
        struct str var = name(q);
        for (size_t i = 0; i < q->vars_n; i++)
            if (str_eq(var, str_of(q->vars[i][0]))) {
                struct str given = str_of(q->vars[i][1]);
                assert_true(str_starts(given, type)); /* the same, or the stricter one */
                return;
            }
        fail_msg("query: $%.*s is not declared", STR_ARG(var));
    }
    if (next_is(q, '[')) {
        struct str s = STR_NULL;
        assert_true(list);
        expect(q, '"');
        assert_true(scan_until(&q->s, '"', &s));
        expect(q, ']');
        assert_true(str_eq(type, STR("String")));
        return;
    }
    if (next_is(q, '{')) { /* an input object of constants */
        const struct json *t = type_named(q->schema, type);
        while (!next_is(q, '}')) {
            (void)next_is(q, ',');
            struct str f = name(q);
            const struct json *in = member_named(json_get(t, "inputFields"), f);
            if (in == NULL)
                fail_msg("query: %.*s has no %.*s", STR_ARG(type), STR_ARG(f));
            expect(q, ':');
            check_value(q, in, first);
        }
        return;
    }
    struct str word = name(q);
    const struct json *t = type_named(q->schema, type);
    if (str_eq(json_str(t, "kind"), STR("ENUM"))) {
        if (member_named(json_get(t, "enumValues"), word) == NULL)
            fail_msg("query: %.*s is no %.*s", STR_ARG(word), STR_ARG(type));
    } else if (str_eq(type, STR("Boolean"))) {
        assert_true(str_eq(word, STR("true")) || str_eq(word, STR("false")));
    } else {
        struct scan n = scan_of(word);
        assert_true(str_eq(type, STR("Int")));
        assert_true(scan_digits(&n, 1, 4, first) && scan_end(&n));
    }
}

static void arguments(struct query *q, const struct json *field, int64_t *first)
{
    bool seen[16] = {false};
    const struct json *args = json_get(field, "args");
    expect(q, '(');
    while (!next_is(q, ')')) {
        int64_t value = 0;
        (void)next_is(q, ',');
        struct str arg = name(q);
        size_t i = 0;
        for (const struct json *a = json_first(args); a != NULL && !str_eq(json_str(a, "name"), arg); a = a->next)
            i++;
        const struct json *a = member_named(args, arg);
        if (a == NULL)
            fail_msg("query: %.*s has no argument %.*s", STR_ARG(json_str(field, "name")), STR_ARG(arg));
        assert_true(i < 16 && !seen[i]);
        seen[i] = true;
        expect(q, ':');
        check_value(q, a, &value);
        if (str_eq(arg, STR("first")))
            *first = value;
    }
}

/* Selections of a type; gives what they cost. */
static int64_t selections(struct query *q, struct str type_name)
{
    const struct json *type = type_named(q->schema, type_name);
    int64_t cost = 0;
    size_t n = 0;
    if (type == NULL)
        fail_msg("query: no type %.*s", STR_ARG(type_name));
    while (!next_is(q, '}')) {
        bool list;
        blanks(q);
        if (str_starts(q->s.rest, STR("..."))) { /* of one of an interface's, or a union's, own types */
            (void)scan_take(&q->s, 3);
            assert_true(str_eq(name(q), STR("on")));
            struct str own = name(q);
            if (member_named(json_get(type, "possibleTypes"), own) == NULL)
                fail_msg("query: %.*s is never a %.*s", STR_ARG(type_name), STR_ARG(own));
            expect(q, '{');
            cost += selections(q, own);
            n++;
            continue;
        }
        struct str f = name(q);
        const struct json *field = member_named(json_get(type, "fields"), f);
        int64_t first = 0, inner;
        if (field == NULL || json_true(field, "isDeprecated"))
            fail_msg("query: %.*s has no %.*s, or it is deprecated", STR_ARG(type_name), STR_ARG(f));
        struct str of = bare_type(json_get(field, "type"), &list);
        const struct json *t = type_named(q->schema, of);
        blanks(q);
        if (str_starts(q->s.rest, STR("(")))
            arguments(q, field, &first);
        if (next_is(q, '@')) { /* the one directive of ours */
            struct str directive = name(q);
            assert_true(str_eq(directive, STR("idempotent")) && member_named(q->schema->directives, directive) != NULL);
            expect(q, '(');
            struct str key = name(q);
            assert_true(str_eq(key, STR("key")));
            expect(q, ':');
            expect(q, '$');
            (void)name(q);
            expect(q, ')');
        }
        bool leaf = str_eq(json_str(t, "kind"), STR("SCALAR")) || str_eq(json_str(t, "kind"), STR("ENUM"));
        n++;
        if (leaf)
            continue;
        expect(q, '{');
        inner = selections(q, of);
        /* nodes of a connection are counted by the connection */
        bool nodes = str_ends(type_name, STR("Connection")), connection = str_ends(of, STR("Connection"));
        cost += connection ? 2 + first * inner : nodes ? inner + 1 : list && first > 0 ? first * (inner + 1) : inner + 1;
        if (nodes && str_eq(f, STR("pageInfo")))
            cost -= inner + 1;
    }
    assert_true(n > 0);
    return cost;
}

/* ---- variables: what is sent for them fits their types, down to the last field */

static void check_input(struct query *q, struct str type_name, bool list, bool required, const struct json *v)
{
    if (v == NULL || v->type == JSON_NULL) {
        if (required)
            fail_msg("variables: a %.*s is missing", STR_ARG(type_name));
        return;
    }
    if (list) {
        assert_true(v->type == JSON_ARRAY);
        JSON_EACH(c, v)
            check_input(q, type_name, false, true, c);
        return;
    }
    const struct json *t = type_named(q->schema, type_name);
    struct str kind = json_str(t, "kind");
    if (str_eq(kind, STR("ENUM"))) {
        if (member_named(json_get(t, "enumValues"), v->text) == NULL)
            fail_msg("variables: %.*s is no %.*s", STR_ARG(v->text), STR_ARG(type_name));
    } else if (str_eq(kind, STR("SCALAR"))) {
        enum json_type want = str_eq(type_name, STR("Boolean")) ? JSON_BOOL : str_eq(type_name, STR("Int")) ? JSON_NUMBER : JSON_STRING;
        if (v->type != want)
            fail_msg("variables: expected a %.*s", STR_ARG(type_name));
    } else {
        assert_true(v->type == JSON_OBJECT);
        JSON_EACH(c, v) {
            if (member_named(json_get(t, "inputFields"), c->key) == NULL)
                fail_msg("variables: %.*s has no %.*s", STR_ARG(type_name), STR_ARG(c->key));
        }
        JSON_EACH(in, json_get(t, "inputFields")) {
            bool is_list;
            struct str key = json_str(in, "name"), of = bare_type(json_get(in, "type"), &is_list);
            const struct json *given = NULL;
            JSON_EACH(c, v) {
                if (str_eq(c->key, key))
                    given = c;
            }
            check_input(q, of, is_list, str_eq(json_str(json_get(in, "type"), "kind"), STR("NON_NULL")), given);
        }
    }
}

static void check_variables(struct query *q, const struct json *values)
{
    JSON_EACH(c, values) {
        size_t i = 0;
        while (i < q->vars_n && !str_eq(c->key, str_of(q->vars[i][0])))
            i++;
        if (i == q->vars_n)
            fail_msg("variables: $%.*s is not declared", STR_ARG(c->key));
    }
    for (size_t i = 0; i < q->vars_n; i++) {
        struct str type = str_of(q->vars[i][1]);
        bool required = str_ends(type, STR("!"));
        check_input(q, required ? str_sub(type, 0, type.n - 1) : type, q->lists[i], required && !q->lists[i], json_get(values, q->vars[i][0]));
    }
}

static int64_t check_query(struct ctx *ctx, const struct schema *schema, struct str text, const struct json *values)
{
    struct query q = {.ctx = ctx, .schema = schema, .s = scan_of(text), .text = text};
    struct str what = name(&q);
    bool changes = str_eq(what, STR("mutation"));
    assert_true(changes || str_eq(what, STR("query")));
    if (next_is(&q, '('))
        variables(&q);
    expect(&q, '{');
    int64_t cost = selections(&q, changes ? STR("Mutation") : STR("QueryRoot"));
    blanks(&q);
    assert_true(scan_end(&q.s));
    if (values != NULL)
        check_variables(&q, values);
    return cost;
}

/* Every document of every action, with all that there may be in its variables. */
static void actions_fit(struct fixture *f, const struct schema *schema, const struct account *acct)
{
    static const struct action_line LINES[] = {{{"MUG", 3}, {"11", 2}, {"Mug", 3}, 1}, {{"TEA", 3}, {"12", 2}, {"Tea", 3}, 2}};
    static const char CARRY[] = "14.50 gid://shopify/OrderTransaction/5 manual\n1.50 gid://shopify/OrderTransaction/6 gift_card";
    size_t effects = 0;
    for (int cap = 0; cap < CAP_COUNT; cap++)
        for (int step = 0; (acct->conn->act->kinds >> cap & 1) != 0 && step < 6; step++) {
            struct action_call call = {.key = STR("0af1"), .cap = (enum capability)cap, .order_id = STR("1020"), .lines = LINES, .lines_n = 2,
                                       .whole = step % 2 == 0, .amount_minor = 1450, .currency = STR("USD")};
            struct out_req req = {0};
            const struct json *body = NULL;
            bool effect = false;
            call.new_address = (struct address){.name = STR("Anna Exemple"), .line1 = STR("1 Street"), .line2 = STR("Flat 2"), .city = STR("Chicago"),
                                                .region = STR("IL"), .postal_code = STR("60601"), .country = STR("US"), .phone = STR("+15550100")};
            assert_ok(&f->ctx, acct->conn->act->request(&f->ctx, acct, &call, step, STR(CARRY), &req, &effect));
            assert_ok(&f->ctx, json_parse(&f->ctx, req.body, &JSON_LIMITS_SMALL, &body));
            int64_t cost = check_query(&f->ctx, schema, json_str(body, "query"), json_get(body, "variables"));
            assert_true(cost <= COST_MAX);
            assert_int_equal(effect, str_starts(json_str(body, "query"), STR("mutation")));
            effects += effect ? 1 : 0;
        }
    assert_true(effects >= 4);
}

static void queries_fit(void **state)
{
    static const struct {
        enum poll_kind kind;
        const char *what;
    } ASKS[] = {{POLL_SINCE, ""}, {POLL_FETCH, "order"}, {POLL_FETCH, "order_lines"}, {POLL_FETCH, "fulfillment_order"}, {POLL_FETCH, "inventory_item"}, {POLL_FETCH, "return"}};
    static const struct json_limits WIDE = {(size_t)64 << 20, 5000000, 64};
    (void)state;
    const char *path = test_shared_path("specs/shopify-admin-2026-10.introspection.json.gz");
    if (path == NULL) {
        print_message("SKIP: no folder of specifications beside the project\n");
        skip();
    }
    struct fixture f;
    fixture_init(&f);
    arena_free(f.arena);
    f.arena = arena_new((size_t)1 << 30);
    assert_non_null(f.arena);
    ctx_init(&f.ctx, f.arena, &f.clock, NULL);
    const struct json *v = NULL;
    assert_ok(&f.ctx, json_parse(&f.ctx, unzip(f.arena, path), &WIDE, &v));
    struct schema schema = {json_path(v, "data.__schema.types"), json_path(v, "data.__schema.directives")};
    assert_non_null(schema.types);
    assert_non_null(schema.directives);
    struct account acct;
    test_account(&acct, "shopify", NULL);
    for (size_t i = 0; i < sizeof(ASKS) / sizeof(ASKS[0]); i++) {
        struct poll_ask ask = {.kind = ASKS[i].kind, .since_us = TEST_NOW_US, .fetch = {str_of(ASKS[i].what), STR("1")}};
        struct out_req req = {0};
        const struct json *body = NULL;
        assert_ok(&f.ctx, acct.conn->poll->request(&f.ctx, &acct, &ask, &req));
        assert_ok(&f.ctx, json_parse(&f.ctx, req.body, &JSON_LIMITS_SMALL, &body));
        int64_t cost = check_query(&f.ctx, &schema, json_str(body, "query"), json_get(body, "variables"));
        print_message("%-18s costs at most %lld points\n", ASKS[i].kind == POLL_SINCE ? "changed orders" : ASKS[i].what, (long long)cost);
        assert_true(cost > 0 && cost <= COST_MAX);
    }
    actions_fit(&f, &schema, &acct);
    test_account_clear(&acct);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(queries_fit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
