/*
 * wismo nlu: what the understanding makes of messages, one JSON object a line in and out, in the same order. Meant for measuring
 * and for looking; nothing is stored.
 */
#include <stdlib.h>

#include "base/json.h"
#include "base/timefmt.h"
#include "cli/cli.h"
#include "talk/entities.h"
#include "talk/nlu/nlu.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)

static void write_intents(struct jw *w, const struct nlu_result *res)
{
    char number[16];
    jw_kstr(w, "intent", str_of(intent_word(res->intent)));
    snprintf(number, sizeof(number), "%.4f", (double)res->confidence);
    jw_key(w, "confidence");
    jw_raw(w, str_of(number));
    jw_key(w, "intents");
    jw_arr(w);
    for (size_t i = 0; i < res->intents_n; i++) {
        jw_obj(w);
        jw_kstr(w, "intent", str_of(intent_word(res->intents[i].intent)));
        snprintf(number, sizeof(number), "%.4f", (double)res->intents[i].confidence);
        jw_key(w, "confidence");
        jw_raw(w, str_of(number));
        jw_end(w);
    }
    jw_arr_end(w);
}

/* The day itself only where the line says what day it is today. */
static void write_deadline(struct jw *w, struct ctx *ctx, const struct deadline *dl, struct str today)
{
    struct when now;
    int64_t day;
    jw_kstr_opt(w, "deadline", dl->text);
    if (dl->kind != DEADLINE_NONE && when_parse(today, &now) == OK && deadline_day(dl, civil_day(now.local_us), &day)) {
        struct civil c = civil_from_us(day * INT64_C(86400000000));
        jw_kstr(w, "deadline_day", arena_fmt(ctx->arena, "%04d-%02d-%02d", c.year, c.month, c.day));
    }
}

static void write_entities(struct jw *w, struct ctx *ctx, const struct entities *ent, const struct slots *slots, struct str today)
{
    static const char *const KEYS[ENTITY_KIND_COUNT] = {"order_id", "email", "zip", "phone", "tracking_number"};
    jw_key(w, "entities");
    jw_obj(w);
    for (size_t k = 0; k < ENTITY_KIND_COUNT; k++) {
        const struct entity *best = entities_best(ent, (enum entity_kind)k);
        if (best != NULL)
            jw_kstr(w, KEYS[k], best->text);
    }
    jw_kstr_opt(w, "name", slots->name);
    jw_kstr_opt(w, "amount", slots->amount);
    write_deadline(w, ctx, &slots->deadline, today);
    jw_end(w);
}

static void write_signals(struct jw *w, const struct signals *s)
{
    jw_key(w, "signals");
    jw_obj(w);
    for (size_t k = 0; k < SIGNAL_KIND_COUNT; k++)
        jw_kbool(w, signal_word((enum signal_kind)k), s->has[k]);
    jw_ki64(w, "sentiment", s->sentiment);
    jw_end(w);
}

static enum err understand_line(struct ctx *ctx, const struct model *m, struct str line, struct buf *b)
{
    static const struct json_limits LIMITS = {LINE_MAX_BYTES, 4096, 16};
    const struct json *v = NULL;
    struct nlu_result res;
    struct entities ent;
    enum err e = json_parse(ctx, line, &LIMITS, &v);
    if (e == OK && !json_is(json_get(v, "text"), JSON_STRING))
        e = ctx_fail(ctx, ERR_PARSE, "text: missing, or not a string");
    if (e != OK)
        return e;
    int64_t start_us = clock_mono_us();
    struct str text = json_str(v, "text");
    e = nlu_understand(ctx, m, text, json_str(v, "lang"), &res);
    if (e == OK)
        e = entities_find(ctx, text, NULL, &ent);
    if (e != OK)
        return e;
    int64_t us = clock_mono_us() - start_us;
    struct jw w = jw_of(b);
    jw_obj(&w);
    jw_kstr(&w, "text", text);
    jw_kstr(&w, "lang", res.lang);
    write_intents(&w, &res);
    write_entities(&w, ctx, &ent, &res.slots, json_str(v, "today"));
    write_signals(&w, &res.signals);
    jw_ki64(&w, "us", us);
    jw_end(&w);
    buf_addc(b, '\n');
    return buf_err(b);
}

static enum err understand_all(struct cli *cli, const struct model *m, FILE *in)
{
    struct buf b;
    char *line = NULL;
    size_t cap = 0, no = 0;
    ssize_t n;
    enum err e = OK;
    buf_init(&b, 4 * LINE_MAX_BYTES);
    while (e == OK && (n = getline(&line, &cap, in)) > 0) {
        struct str s = str_trim((struct str){line, (size_t)n});
        no++;
        if (str_empty(s))
            continue;
        arena_reset(cli->arena);
        buf_reset(&b);
        e = understand_line(&cli->ctx, m, s, &b);
        if (e == OK && !cli_print(cli, buf_str(&b)))
            e = ctx_fail(&cli->ctx, ERR_IO, "standard output is closed");
    }
    if (e != OK)
        fprintf(cli->err, "wismo nlu: line %zu:\n", no);
    buf_clear(&b);
    free(line);
    return e;
}

int cmd_nlu(struct cli *cli, int argc, char **argv)
{
    struct model m;
    struct option_list words;
    const struct option opts[] = {OPT_END};
    int code = options_begin(cli, opts, argc, argv, 0, 0, &words);
    if (code >= 0)
        return code;
    enum err e = nlu_open(&cli->ctx, &m);
    if (e == OK)
        e = understand_all(cli, &m, stdin);
    return e == OK ? EXIT_OK : cli_fail(cli, "nlu", e);
}
