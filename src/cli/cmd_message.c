/* wismo message: a kind of message as customers would read it, on the terminal or at an address of one's own. */
#include "cli/cli.h"

#include "base/crypto.h"
#include "base/http_client.h"
#include "flows/mail.h"
#include "flows/message_sample.h"
#include "mind/message_text.h"
#include "talk/spoken.h"

#define KEY_BYTES 16

struct message_options {
    struct cli_store_options store;
    const char *order, *channel, *language, *to;
    enum channel_kind way;
};

/* The configuration's merchant, or none: then the shipped rules. */
struct message_store {
    struct cli_store st;
    struct merchant_config plain;
    const struct merchant_config *mc;
    struct sample_ask ask;
    bool open;
};

static enum err find_order(struct cli *cli, const struct message_options *o, struct message_store *ms)
{
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    if (o->order == NULL)
        return OK;
    if (!ms->open)
        return ctx_fail(&cli->ctx, ERR_PARSE, "--order needs --config");
    enum err e = case_find(&cli->ctx, ms->st.rd, ms->st.merchant_id, str_of(o->order), found, &n);
    if (e == OK && n != 1)
        e = ctx_fail(&cli->ctx, n == 0 ? ERR_NOTFOUND : ERR_CONFLICT, "\"%s\": %zu orders of that name, id or tracking number", o->order, n);
    if (e == OK) {
        ms->ask.rd = ms->st.rd;
        ms->ask.merchant_id = ms->st.merchant_id;
        ms->ask.order_no = found[0];
    }
    return e;
}

static enum err open_store(struct cli *cli, const struct message_options *o, struct message_store *ms)
{
    *ms = (struct message_store){.plain = {.name = STR("Sample Store")}};
    message_policy_default(&ms->plain.messages.policy);
    ms->plain.messages.policy.store = STR("Sample Store");
    ms->plain.messages.policy.sign_off = STR("Your Sample Store team");
    ms->mc = &ms->plain;
    enum err e = OK;
    if (o->store.config_path != NULL) {
        e = cli_store_open(cli, &o->store, &ms->st);
        ms->open = e == OK;
        if (e == OK)
            ms->mc = engine_merchant_config(ms->st.eng, ms->st.merchant_id);
    }
    ms->ask = (struct sample_ask){.way = o->way, .policy = &ms->mc->messages.policy, .now_us = clock_now_us(&cli->clock),
                                  .language = o->language == NULL ? STR_NULL : str_of(o->language)};
    return e == OK ? find_order(cli, o, ms) : e;
}

static void close_store(struct message_store *ms)
{
    if (ms->open)
        cli_store_close(&ms->st);
}

static void print_parts(struct cli *cli, const struct message_options *o, const struct message_store *ms, const struct outgoing *out)
{
    bool brief = o->way == CHANNEL_SMS || o->way == CHANNEL_WHATSAPP;
    struct mail m = {.name = out->who.ship_to.name, .language = out->m.language, .text = out->m.text, .sign_off = ms->mc->messages.policy.sign_off};
    fprintf(cli->out, "== %s, %s, %.*s\n", message_kind_word(out->m.t.kind), channel_kind_word(o->way), STR_ARG(out->m.language));
    if (o->way == CHANNEL_VOICE) {
        fprintf(cli->out, "%.*s\n\n", STR_ARG(spoken_text(&cli->ctx, out->m.language, out->m.brief)));
        return;
    }
    if (brief) {
        struct sms_size n = sms_size(out->m.brief);
        fprintf(cli->out, "%.*s\n(%zu characters of %s, %zu part%s)\n\n", STR_ARG(out->m.brief), n.units, n.gsm ? "GSM 03.38" : "UCS-2",
                n.segments, n.segments == 1 ? "" : "s");
        return;
    }
    fprintf(cli->out, "Subject: %.*s\n\n%.*s\n\n", STR_ARG(out->m.subject), STR_ARG(mail_text(&cli->ctx, &m)));
}

static enum err preview(struct cli *cli, const struct message_options *o, struct message_store *ms, const char *kind)
{
    enum message_kind one = MESSAGE_CONFIRMATION;
    bool all = str_eq(str_of(kind), STR("all"));
    enum err e = OK;
    if (!all && !message_kind_parse(str_of(kind), &one))
        return ctx_fail(&cli->ctx, ERR_PARSE, "\"%s\": no such message; docs/messages.md lists them", kind);
    for (int k = 0; e == OK && k < MESSAGE_KIND_COUNT; k++) {
        struct outgoing out;
        if (!all && k != (int)one)
            continue;
        ms->ask.kind = (enum message_kind)k;
        e = message_sample(&cli->ctx, &ms->ask, &out);
        if (e == OK)
            print_parts(cli, o, ms, &out);
    }
    return e;
}

/* Each test is a message of its own: a second one is not taken for a repeat. */
static enum err test_key(struct ctx *ctx, struct str *out)
{
    unsigned char bytes[KEY_BYTES];
    struct buf b;
    enum err e = crypto_random(bytes, sizeof(bytes));
    buf_init(&b, 64);
    buf_add_hex(&b, (struct str){(const char *)bytes, sizeof(bytes)});
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), out);
    buf_clear(&b);
    return e;
}

static enum err send_test(struct cli *cli, const struct message_options *o, struct message_store *ms, const char *kind)
{
    struct outgoing out;
    struct ready rdy = {.mail = STR_NULL};
    struct send_result r;
    const struct channel *ch = channel_for(o->way);
    if (ch == NULL || !ms->open)
        return ctx_fail(&cli->ctx, ERR_PARSE, ch == NULL ? "this build cannot send by %s" : "a test needs --config (channel %s)", channel_kind_word(o->way));
    if (!message_kind_parse(str_of(kind), &ms->ask.kind))
        return ctx_fail(&cli->ctx, ERR_PARSE, "\"%s\": no such message; docs/messages.md lists them", kind);
    enum err e = message_sample(&cli->ctx, &ms->ask, &out);
    if (e == OK)
        e = test_key(&cli->ctx, &out.key);
    if (e != OK)
        return e;
    out.merchant = ms->mc;
    out.m.t.channel = o->way;
    out.thread = out.key;
    out.since_us = out.now_us;
    out.who.email = o->way == CHANNEL_EMAIL ? str_of(o->to) : STR_NULL; /* nobody's but the asker's */
    out.who.phone = o->way == CHANNEL_EMAIL ? STR_NULL : str_of(o->to);
    struct http_client *http = http_client_new();
    if (http == NULL)
        return ctx_fail(&cli->ctx, ERR_MEMORY, "no memory for a connection");
    if (ch->make(&cli->ctx, &out, &rdy, &r))
        r = ch->send(&cli->ctx, http, &out, &rdy);
    http_client_free(http);
    if (r.outcome != SEND_TAKEN)
        return ctx_fail(&cli->ctx, ERR_UNAVAILABLE, "not sent: %.*s", STR_ARG(r.detail));
    fprintf(cli->out, "%s: %.*s (%.*s)\n", kind, STR_ARG(r.detail), STR_ARG(out.key));
    return OK;
}

int cmd_message(struct cli *cli, int argc, char **argv)
{
    struct message_options o = {.store = {.read_only = true}};
    struct option_list words;
    struct message_store ms;
    const struct option opts[] = {
        OPT_TEXT("config", 'c', &o.store.config_path, "FILE", "configuration: its words, its channels, its orders"),
        OPT_TEXT("merchant", 'm', &o.store.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("order", 0, &o.order, "ORDER", "of this order; else of a made-up awkward one"),
        OPT_TEXT("channel", 0, &o.channel, "CHANNEL", "email (unless said), sms, whatsapp, webhook"),
        OPT_TEXT("lang", 0, &o.language, "LANGUAGE", "such as de; else the order's"),
        OPT_TEXT("to", 0, &o.to, "ADDRESS", "test: where it goes: yourself"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 2, 2, &words);
    if (code >= 0)
        return code;
    bool test = str_eq(str_of(words.values[0]), STR("test"));
    bool way = o.channel == NULL || channel_kind_parse(str_of(o.channel), &o.way);
    if ((!test && !str_eq(str_of(words.values[0]), STR("preview"))) || !way || test != (o.to != NULL)) {
        fprintf(cli->err, "wismo message: preview KIND|all, or test KIND --to ADDRESS; --channel is one of docs/messages.md\n");
        return EXIT_USAGE;
    }
    enum err e = open_store(cli, &o, &ms);
    if (e == OK)
        e = test ? send_test(cli, &o, &ms, words.values[1]) : preview(cli, &o, &ms, words.values[1]);
    code = e == OK ? EXIT_OK : cli_fail(cli, "message", e);
    close_store(&ms);
    return code;
}
