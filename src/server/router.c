/* See router.h. A few dozen routes in a list: the fixed beginning of each pattern is compared first, which settles nearly all. */
#include "server/router.h"

#define SEGMENTS_MAX 12

struct segment {
    struct str text;  /* fixed text, or the name */
    bool name;
};

struct entry {
    const struct route *route;
    struct str method, prefix; /* prefix: up to the first name */
    struct segment segs[SEGMENTS_MAX];
    size_t segs_n, names;
};

struct router {
    struct entry *entries;
    size_t n;
};

static enum err parse_pattern(struct ctx *ctx, const struct route *r, struct entry *out)
{
    struct str rest = str_of(r->pattern), part;
    size_t brace = 0;
    while (brace < rest.n && rest.p[brace] != '{')
        brace++;
    *out = (struct entry){.route = r, .method = str_of(r->method), .prefix = str_sub(rest, 0, brace)};
    if (rest.n == 0 || rest.p[0] != '/')
        return ctx_fail(ctx, ERR_PARSE, "route %s: a pattern begins with /", r->pattern);
    for (rest = str_sub(rest, 1, rest.n); str_split(&rest, '/', &part);) {
        if (out->segs_n == SEGMENTS_MAX)
            return ctx_fail(ctx, ERR_PARSE, "route %s: over %d segments", r->pattern, SEGMENTS_MAX);
        bool name = part.n > 2 && part.p[0] == '{' && part.p[part.n - 1] == '}';
        if (!name && part.n > 0 && memchr(part.p, '{', part.n) != NULL)
            return ctx_fail(ctx, ERR_PARSE, "route %s: a name in braces fills its segment", r->pattern);
        out->segs[out->segs_n++] = (struct segment){name ? str_sub(part, 1, part.n - 2) : part, name};
        out->names += name ? 1 : 0;
    }
    if (out->names > HTTP_PARAMS_MAX)
        return ctx_fail(ctx, ERR_PARSE, "route %s: over %d names", r->pattern, HTTP_PARAMS_MAX);
    return OK;
}

static bool same_shape(const struct entry *a, const struct entry *b)
{
    if (!str_eq(a->method, b->method) || a->segs_n != b->segs_n)
        return false;
    for (size_t i = 0; i < a->segs_n; i++)
        if (a->segs[i].name != b->segs[i].name || (!a->segs[i].name && !str_eq(a->segs[i].text, b->segs[i].text)))
            return false;
    return true;
}

enum err router_new(struct ctx *ctx, struct arena *arena, const struct route *routes, size_t n, struct router **out)
{
    struct router *rt = arena_alloc(arena, sizeof(*rt));
    struct entry *list = arena_array(arena, n, sizeof(*list));
    if (rt == NULL || list == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "routes: no memory");
    for (size_t i = 0; i < n; i++) {
        enum err e = parse_pattern(ctx, &routes[i], &list[i]);
        if (e != OK)
            return e;
        for (size_t j = 0; j < i; j++)
            if (same_shape(&list[i], &list[j]))
                return ctx_fail(ctx, ERR_PARSE, "route %s %s: the same as %s", routes[i].method, routes[i].pattern, routes[j].pattern);
    }
    *rt = (struct router){list, n};
    *out = rt;
    return OK;
}

/* How well a path fits: the number of fixed segments plus one, 0: not at all. raw gets what the names took. */
static size_t fit(const struct entry *en, struct str path, struct str raw[HTTP_PARAMS_MAX])
{
    size_t i = 0, names = 0;
    struct str part;
    if (!str_starts(path, en->prefix))
        return 0;
    for (path = str_sub(path, 1, path.n); str_split(&path, '/', &part); i++) {
        if (i == en->segs_n || (en->segs[i].name ? part.n == 0 : !str_eq(part, en->segs[i].text)))
            return 0;
        if (en->segs[i].name)
            raw[names++] = part;
    }
    return i == en->segs_n ? i - names + 1 : 0;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A segment's %XX; a plus sign is itself here, other than in a query. NUL and what is not UTF-8 are refused. */
static bool decode_segment(struct arena *a, struct str s, struct str *out)
{
    if (s.n == 0 || memchr(s.p, '%', s.n) == NULL) {
        *out = s;
        return str_is_utf8(s);
    }
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; p != NULL && i < s.n; i++) {
        int hi = s.p[i] == '%' && i + 2 < s.n ? hex_value(s.p[i + 1]) : -1, lo = hi < 0 ? -1 : hex_value(s.p[i + 2]);
        if (s.p[i] == '%' && lo < 0)
            return false;
        int c = s.p[i] == '%' ? hi << 4 | lo : s.p[i];
        p[n++] = (char)c;
        i += s.p[i] == '%' ? 2 : 0;
    }
    *out = (struct str){p, n};
    return p != NULL && str_is_utf8(*out);
}

static bool method_fits(const struct entry *en, struct str method)
{
    return str_eq(en->method, method) || (str_eq(method, STR("HEAD")) && str_eq(en->method, STR("GET")));
}

static void add_method(struct arena *a, struct str *list, struct str method)
{
    if (str_contains(*list, method))
        return;
    struct str joined = list->n == 0 ? method : arena_fmt(a, "%.*s, %.*s", STR_ARG(*list), STR_ARG(method));
    *list = joined.p == NULL ? *list : joined;
}

void router_admit(const struct router *rt, struct http_exchange *ex, struct http_admit *out)
{
    const struct entry *best = NULL;
    size_t best_fit = 0;
    struct str raw[HTTP_PARAMS_MAX], allow = STR_NULL;
    for (size_t i = 0; i < rt->n; i++) {
        struct str took[HTTP_PARAMS_MAX];
        size_t f = fit(&rt->entries[i], ex->msg.path, took);
        if (f > 0 && !method_fits(&rt->entries[i], ex->msg.method))
            add_method(ex->ctx.arena, &allow, rt->entries[i].method);
        else if (f > best_fit) {
            best = &rt->entries[i];
            best_fit = f;
            memcpy(raw, took, best->names * sizeof(raw[0]));
        }
    }
    *out = (struct http_admit){.refuse = best != NULL ? 0 : allow.n > 0 ? 405 : 404, .allow = allow};
    for (size_t i = 0; best != NULL && i < best->names; i++)
        if (!decode_segment(ex->ctx.arena, raw[i], &ex->params[i]))
            out->refuse = 400;
    if (best != NULL) {
        ex->route = best->route;
        out->body_max = best->route->body_max;
    }
}
