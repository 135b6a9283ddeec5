/* wismo pause, wismo resume: the kill switch. With --config it works on the store itself, whether or not a server answers. */
#include "cli/cli.h"
#include "cli/remote.h"
#include "flows/pause.h"

#define OUT_MAX ((size_t)4 << 20)

struct pause_options {
    struct cli_store_options store;
    struct remote remote;
    const char *why;
    bool resume;
};

static int local_pause(struct cli *cli, const struct pause_options *o, const char *what)
{
    struct cli_store st;
    struct buf b;
    struct pause p = {str_of(what), o->why == NULL ? STR_NULL : str_of(o->why), o->resume};
    enum err e = cli_store_open(cli, &o->store, &st);
    if (e != OK)
        return cli_fail(cli, o->resume ? "resume" : "pause", e);
    buf_init(&b, OUT_MAX);
    struct jw w = jw_of(&b);
    e = pause_set(&cli->ctx, st.eng, st.merchant_id, &p);
    if (e == OK)
        e = pause_json(&cli->ctx, st.rd, st.merchant_id, &w);
    if (e == OK)
        e = buf_err(&b);
    int code = e == OK ? EXIT_OK : cli_fail(cli, o->resume ? "resume" : "pause", e);
    if (e == OK && (!cli_print(cli, buf_str(&b)) || !cli_print(cli, STR("\n"))))
        code = EXIT_NO;
    buf_clear(&b);
    cli_store_close(&st);
    return code;
}

static int remote_pause(struct cli *cli, const struct pause_options *o, const char *what)
{
    struct str answer;
    struct buf b;
    buf_init(&b, 4096);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "what", str_of(what));
    if (o->why != NULL)
        jw_kstr(&w, "why", str_of(o->why));
    if (o->store.merchant != NULL)
        jw_kstr(&w, "merchant", str_of(o->store.merchant));
    jw_end(&w);
    struct remote_ask ask = {.method = "POST", .path = o->resume ? STR("/v1/resume") : STR("/v1/pause"),
                             .content_type = STR("application/json"), .body = buf_str(&b)};
    enum err e = buf_err(&b);
    if (e == OK)
        e = remote_call(cli, &o->remote, &ask, &answer);
    buf_clear(&b);
    if (e != OK)
        return cli_fail(cli, o->resume ? "resume" : "pause", e);
    return cli_print(cli, str_trim(answer)) && cli_print(cli, STR("\n")) ? EXIT_OK : EXIT_NO;
}

static int pause_or_resume(struct cli *cli, int argc, char **argv, bool resume)
{
    struct pause_options o = {.store = {.read_only = true, .want_all = true}, .resume = resume};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: its store, whether or not a server runs on it"),
        OPT_TEXT("server", 's', &o.remote.server, "URL", "ask a running server instead"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "API token for the server (else WISMO_TOKEN)"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "of this merchant only; else of all"),
        OPT_TEXT("why", 0, &o.why, "TEXT", "kept with it"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, resume ? 0 : 1, 1, &words);
    if (code >= 0)
        return code;
    if ((o.store.config_path == NULL) == (o.remote.server == NULL)) {
        fprintf(cli->err, "wismo %s: one of --config FILE and --server URL is needed\n", argv[0]);
        return EXIT_USAGE;
    }
    const char *what = words.n > 0 ? words.values[0] : CONTROL_ALL;
    return o.remote.server != NULL ? remote_pause(cli, &o, what) : local_pause(cli, &o, what);
}

int cmd_pause(struct cli *cli, int argc, char **argv)
{
    return pause_or_resume(cli, argc, argv, false);
}

int cmd_resume(struct cli *cli, int argc, char **argv)
{
    return pause_or_resume(cli, argc, argv, true);
}
