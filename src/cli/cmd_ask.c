/* wismo ask: a customer's question, answered from the store (which is only read) or by a running server. */
#include "cli/cli.h"
#include "cli/remote.h"
#include "flows/ask.h"

#define ASK_OUT_MAX ((size_t)1 << 20)

struct ask_options {
    struct cli_store_options store;
    struct remote remote;
    const char *order, *email, *zip, *phone, *tracking, *lang;
    bool json;
};

static struct str given(const char *s)
{
    return s == NULL ? STR_NULL : str_of(s);
}

static struct str join_words(struct cli *cli, const struct option_list *words)
{
    struct str text = STR("");
    for (size_t i = 0; i < words->n; i++)
        text = arena_fmt(cli->arena, "%.*s%s%s", STR_ARG(text), i == 0 ? "" : " ", words->values[i]);
    return text;
}

static int print_reply(struct cli *cli, const struct ask_options *o, const struct ask_reply *rep)
{
    struct buf b;
    buf_init(&b, ASK_OUT_MAX);
    struct jw w = jw_of(&b);
    if (o->json)
        ask_json(&cli->ctx, &w, rep);
    else
        buf_add(&b, rep->text);
    buf_addc(&b, '\n');
    bool ok = buf_err(&b) == OK && cli_print(cli, buf_str(&b));
    buf_clear(&b);
    return ok && (rep->outcome == ASK_ANSWERED || rep->outcome == ASK_CHOICE) ? EXIT_OK : EXIT_NO;
}

static int local_ask(struct cli *cli, const struct ask_options *o, struct str text)
{
    struct cli_store st;
    struct ask_reply rep;
    struct ask_question q = {.text = text, .order_name = given(o->order), .email = given(o->email), .zip = given(o->zip),
                             .phone = given(o->phone), .tracking_number = given(o->tracking), .lang = given(o->lang)};
    enum err e = cli_store_open(cli, &o->store, &st);
    if (e != OK)
        return cli_fail(cli, "ask", e);
    struct ask_env env = {.eng = st.eng, .rd = st.rd, .merchant_id = st.merchant_id};
    e = ask(&cli->ctx, &env, &q, &rep);
    int code = e == OK ? print_reply(cli, o, &rep) : cli_fail(cli, "ask", e);
    cli_store_close(&st);
    return code;
}

static void question_json(struct jw *w, const struct ask_options *o, struct str text)
{
    jw_obj(w);
    jw_kstr(w, "text", text);
    jw_kstr_opt(w, "merchant", given(o->store.merchant));
    jw_kstr_opt(w, "order", given(o->order));
    jw_kstr_opt(w, "email", given(o->email));
    jw_kstr_opt(w, "zip", given(o->zip));
    jw_kstr_opt(w, "phone", given(o->phone));
    jw_kstr_opt(w, "tracking_number", given(o->tracking));
    jw_kstr_opt(w, "lang", given(o->lang));
    jw_end(w);
}

static int print_remote(struct cli *cli, const struct ask_options *o, struct str body)
{
    const struct json *v;
    enum err e = json_parse(&cli->ctx, body, &JSON_LIMITS_WEBHOOK, &v);
    if (e != OK)
        return cli_fail(cli, "ask", e);
    struct str outcome = json_str(v, "outcome");
    if (!cli_print(cli, o->json ? str_trim(body) : json_str(v, "text")) || !cli_print(cli, STR("\n")))
        return EXIT_NO;
    return str_eq(outcome, STR("answered")) || str_eq(outcome, STR("choice")) ? EXIT_OK : EXIT_NO;
}

static int remote_ask_text(struct cli *cli, const struct ask_options *o, struct str text)
{
    struct buf b;
    struct str body = STR_NULL;
    buf_init(&b, ASK_OUT_MAX);
    struct jw w = jw_of(&b);
    question_json(&w, o, text);
    enum err e = buf_err(&b);
    struct remote_ask call = {.method = "POST", .path = STR("/v1/ask"), .content_type = STR("application/json"), .body = buf_str(&b)};
    if (e == OK)
        e = remote_call(cli, &o->remote, &call, &body);
    int code = e == OK ? print_remote(cli, o, body) : cli_fail(cli, "ask", e);
    buf_clear(&b);
    return code;
}

int cmd_ask(struct cli *cli, int argc, char **argv)
{
    struct ask_options o = {.store = {.read_only = true}};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: read its store"),
        OPT_TEXT("server", 's', &o.remote.server, "URL", "ask a running server instead"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "API token for the server (else WISMO_TOKEN; needs none)"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("order", 0, &o.order, "NAME", "order number as a field"),
        OPT_TEXT("email", 0, &o.email, "ADDRESS", "e-mail address as a field"),
        OPT_TEXT("zip", 0, &o.zip, "CODE", "postal code as a field"),
        OPT_TEXT("phone", 0, &o.phone, "NUMBER", "telephone number as a field"),
        OPT_TEXT("tracking-number", 0, &o.tracking, "NUMBER", "tracking number as a field"),
        OPT_TEXT("lang", 'l', &o.lang, "LANG", "answer in this language, such as es; else that of the words"),
        OPT_FLAG("json", 0, &o.json, "with position, ages and class (docs/ask.schema.json)"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 0, OPTION_LIST_MAX, &words);
    if (code >= 0)
        return code;
    struct str text = join_words(cli, &words);
    if ((o.store.config_path == NULL) == (o.remote.server == NULL)) {
        fprintf(cli->err, "wismo ask: one of --config FILE and --server URL is needed\n");
        return EXIT_USAGE;
    }
    return o.remote.server != NULL ? remote_ask_text(cli, &o, text) : local_ask(cli, &o, text);
}
