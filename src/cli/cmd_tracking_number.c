/* wismo tracking-number: every carrier that a number may belong to, with how sure that is; never only the first match. */
#include "cli/cli.h"
#include "connectors/lib/tracking_number.h"

static const char *trust_word(enum number_trust t)
{
    return t == TRUST_CHECK_DIGIT ? "check digit" : t == TRUST_PREFIX ? "prefix" : "length";
}

static void print_json(struct jw *w, const struct number_candidate *c)
{
    jw_obj(w);
    jw_kstr(w, "carrier", c->carrier);
    jw_kstr(w, "format", c->format);
    jw_kstr(w, "trust", str_of(trust_word(c->trust)));
    jw_ki64(w, "confidence", c->confidence);
    jw_kstr(w, "canonical", c->canonical);
    jw_kstr_null(w, "url", c->url);
    jw_end(w);
    buf_addc(w->b, '\n');
    w->comma = false;
}

static void print_text(struct buf *b, const struct number_candidate *c)
{
    buf_fmt(b, "%3d %%  %-14.*s %-24.*s by %s", c->confidence, STR_ARG(c->carrier), STR_ARG(c->format), trust_word(c->trust));
    if (!str_empty(c->url))
        buf_fmt(b, "  %.*s", STR_ARG(c->url));
    buf_addc(b, '\n');
}

int cmd_tracking_number(struct cli *cli, int argc, char **argv)
{
    bool json = false;
    struct option_list words;
    const struct option opts[] = {OPT_FLAG("json", 0, &json, "one JSON object a line"), OPT_END};
    int code = options_begin(cli, opts, argc, argv, 1, 16, &words);
    if (code >= 0)
        return code;
    struct buf b;
    buf_init(&b, 65536);
    for (size_t i = 0; i < words.n; i++) /* typed in groups: "1Z 999 AA1 ..." is one number */
        buf_addz(&b, words.values[i]);
    struct str number;
    struct number_candidate list[NUMBER_CANDIDATES_MAX];
    size_t n = 0;
    enum err e = arena_dup(cli->arena, buf_str(&b), &number);
    if (e == OK)
        e = number_candidates(&cli->ctx, number, list, &n);
    buf_reset(&b);
    struct jw w = jw_of(&b);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (json)
            print_json(&w, &list[i]);
        else
            print_text(&b, &list[i]);
    }
    if (e == OK && n == 0)
        fprintf(cli->err, "wismo tracking-number: no carrier's format fits\n");
    code = e != OK ? cli_fail(cli, "tracking-number", e) : n > 0 && cli_print(cli, buf_str(&b)) ? EXIT_OK : EXIT_NO;
    buf_clear(&b);
    return code;
}
