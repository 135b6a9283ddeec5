/* wismo approvals: what waits for a person's approval, and that person's word, at a running server. */
#include "cli/cli.h"
#include "cli/remote.h"

struct approval_options {
    struct remote remote;
    const char *merchant, *why, *by;
    bool json;
};

static struct str merchant_query(struct cli *cli, const struct approval_options *o)
{
    return o->merchant == NULL ? STR("") : arena_fmt(cli->arena, "?merchant=%.*s", STR_ARG(url_encode(cli->arena, str_of(o->merchant))));
}

static int call(struct cli *cli, const struct approval_options *o, const struct remote_ask *ask)
{
    return remote_print(cli, "approvals", &o->remote, ask);
}

static int list(struct cli *cli, const struct approval_options *o)
{
    struct str query = merchant_query(cli, o);
    struct remote_ask ask = {.method = "GET", .accept = o->json ? STR("application/json") : STR("text/plain"),
                             .path = arena_fmt(cli->arena, "/v1/approvals%.*s", STR_ARG(query))};
    return call(cli, o, &ask);
}

static int verdict(struct cli *cli, const struct approval_options *o, const char *word, const char *number)
{
    struct str query = merchant_query(cli, o), body = STR_NULL;
    struct buf b;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr_opt(&w, "why", o->why == NULL ? STR_NULL : str_of(o->why));
    jw_kstr_opt(&w, "by", o->by == NULL ? STR_NULL : str_of(o->by));
    jw_end(&w);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(cli->arena, buf_str(&b), &body);
    buf_clear(&b);
    struct remote_ask ask = {.method = "POST", .accept = STR("application/json"), .content_type = STR("application/json"), .body = body,
                             .path = arena_fmt(cli->arena, "/v1/actions/%.*s/%s%.*s", STR_ARG(url_encode(cli->arena, str_of(number))), word, STR_ARG(query))};
    return e == OK ? call(cli, o, &ask) : cli_fail(cli, "approvals", e);
}

int cmd_approvals(struct cli *cli, int argc, char **argv)
{
    struct approval_options o = {.merchant = NULL};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("server", 's', &o.remote.server, "URL", "the running server"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "your API token (else WISMO_TOKEN): its name is who approves"),
        OPT_TEXT("merchant", 'm', &o.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("why", 0, &o.why, "TEXT", "the reason, kept with it"),
        OPT_TEXT("by", 0, &o.by, "NAME", "who approves, in a demo without tokens"),
        OPT_FLAG("json", 0, &o.json, "list as JSON"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 2, &words);
    if (code >= 0)
        return code;
    struct str verb = words.n == 0 ? STR_NULL : str_of(words.values[0]);
    bool judges = str_eq(verb, STR("approve")) || str_eq(verb, STR("decline")) || str_eq(verb, STR("undo"));
    if (o.remote.server == NULL || (words.n > 0 && (!judges || words.n != 2))) {
        fprintf(cli->err, "wismo approvals: expected --server URL, and nothing, or approve, decline or undo with the action's number\n");
        return EXIT_USAGE;
    }
    return words.n == 0 ? list(cli, &o) : verdict(cli, &o, words.values[0], words.values[1]);
}
