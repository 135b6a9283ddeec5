/*
 * wismo talk: a conversation by hand or from a file, line by line, with a running server: what a customer writes, and what comes back.
 * Numbers choose, as in a channel without buttons. --waiting lists the conversations that want a person.
 */
#include "cli/cli.h"
#include "cli/remote.h"

#define LINE_MAX_BYTES 65536
#define BODY_MAX ((size_t)1 << 18)

struct talk_options {
    struct remote remote;
    const char *merchant, *from, *channel, *thread, *lang;
    bool verified, waiting, json;
};

static struct str given(const char *s)
{
    return s == NULL ? STR_NULL : str_of(s);
}

static void message_json(struct jw *w, const struct talk_options *o, struct str line)
{
    jw_obj(w);
    jw_kstr(w, "text", line);
    jw_kstr(w, "from", o->from == NULL ? STR("visitor") : str_of(o->from));
    jw_kstr(w, "thread", o->thread == NULL ? STR("wismo talk") : str_of(o->thread));
    jw_kstr_opt(w, "channel", given(o->channel));
    jw_kstr_opt(w, "language", given(o->lang));
    jw_kstr_opt(w, "merchant", given(o->merchant));
    if (o->verified)
        jw_kbool(w, "verified", true);
    jw_ki64(w, "wait_ms", 5000);
    jw_end(w);
}

static bool print_answer(struct cli *cli, const struct talk_options *o, struct str body)
{
    const struct json *v = NULL;
    int n = 0;
    if (o->json)
        return cli_print(cli, str_trim(body)) && cli_print(cli, STR("\n"));
    if (json_parse(&cli->ctx, body, &JSON_LIMITS_WEBHOOK, &v) != OK)
        return false;
    struct str text = json_true(v, "waiting") ? STR("(no answer yet)") : json_str(v, "text");
    fprintf(cli->out, "%.*s\n", STR_ARG(str_empty(text) ? STR("(silence)") : text));
    JSON_EACH(c, json_get(v, "choices")) {
        struct str label = json_str(c, "label");
        fprintf(cli->out, "  %d. %.*s\n", ++n, STR_ARG(label));
    }
    fflush(cli->out);
    return true;
}

static enum err say_line(struct cli *cli, const struct talk_options *o, struct str line)
{
    struct buf b;
    struct str body = STR_NULL;
    buf_init(&b, BODY_MAX);
    struct jw w = jw_of(&b);
    message_json(&w, o, line);
    struct remote_ask call = {.method = "POST", .path = STR("/v1/messages"), .content_type = STR("application/json"), .body = buf_str(&b), .timeout_ms = 20000};
    enum err e = buf_err(&b);
    if (e == OK)
        e = remote_call(cli, &o->remote, &call, &body);
    if (e == OK && !print_answer(cli, o, body))
        e = ctx_fail(&cli->ctx, ERR_IO, "the answer cannot be printed");
    buf_clear(&b);
    return e;
}

/* From a file or a pipe the lines are shown, too, so that what is printed is the conversation. */
static int talk(struct cli *cli, const struct talk_options *o, FILE *in, bool show)
{
    char line[LINE_MAX_BYTES];
    enum err e = OK;
    while (e == OK && fgets(line, sizeof(line), in) != NULL) {
        struct str text = str_trim(str_of(line));
        if (str_empty(text) || text.p[0] == '#')
            continue;
        if (show && !o->json)
            fprintf(cli->out, "> %.*s\n", STR_ARG(text));
        e = say_line(cli, o, text);
    }
    return e == OK ? EXIT_OK : cli_fail(cli, "talk", e);
}

static int list_waiting(struct cli *cli, const struct talk_options *o)
{
    struct str body = STR_NULL;
    struct remote_ask call = {.method = "GET", .path = STR("/v1/conversations?person=1"), .timeout_ms = 20000};
    if (o->merchant != NULL)
        call.path = arena_fmt(cli->arena, "/v1/conversations?person=1&merchant=%s", o->merchant);
    const struct json *v = NULL;
    enum err e = remote_call(cli, &o->remote, &call, &body);
    if (e == OK)
        e = json_parse(&cli->ctx, body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return cli_fail(cli, "talk", e);
    if (o->json)
        return cli_print(cli, str_trim(body)) && cli_print(cli, STR("\n")) ? EXIT_OK : EXIT_NO;
    JSON_EACH(c, json_get(v, "conversations")) {
        fprintf(cli->out, "%.*s  %.*s  %.*s\n", STR_ARG(json_text(c, "conversation")), STR_ARG(json_str(c, "channel")), STR_ARG(json_str(c, "last_at")));
        JSON_EACH(l, json_get(c, "lines"))
            fprintf(cli->out, "    %.*s: %.*s\n", STR_ARG(json_str(l, "from")), STR_ARG(json_str(l, "text")));
    }
    return EXIT_OK;
}

int cmd_talk(struct cli *cli, int argc, char **argv)
{
    struct talk_options o = {.merchant = NULL};
    struct option_list files;
    const struct option opts[] = {
        OPT_TEXT("server", 's', &o.remote.server, "URL", "the server to talk with"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "API token for the server (else WISMO_TOKEN)"),
        OPT_TEXT("merchant", 'm', &o.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("from", 'f', &o.from, "CONTACT", "who writes: e-mail, phone, or any name of a visitor"),
        OPT_TEXT("channel", 0, &o.channel, "CHANNEL", "chat unless said: email, sms, whatsapp, voice"),
        OPT_TEXT("thread", 0, &o.thread, "ID", "the conversation at the channel"),
        OPT_TEXT("lang", 'l', &o.lang, "LANG", "language that the channel tells"),
        OPT_FLAG("verified", 0, &o.verified, "the channel vouches for who writes"),
        OPT_FLAG("waiting", 0, &o.waiting, "list the conversations that want a person"),
        OPT_FLAG("json", 0, &o.json, "answers as JSON"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, 1, &files);
    if (code >= 0)
        return code;
    if (o.remote.server == NULL) {
        fprintf(cli->err, "wismo talk: --server URL is missing\n");
        return EXIT_USAGE;
    }
    if (o.waiting)
        return list_waiting(cli, &o);
    FILE *in = files.n == 0 ? stdin : fopen(files.values[0], "r");
    if (in == NULL) {
        fprintf(cli->err, "wismo talk: %s cannot be read\n", files.values[0]);
        return EXIT_NO;
    }
    code = talk(cli, &o, in, files.n > 0);
    if (files.n > 0)
        fclose(in);
    return code;
}
