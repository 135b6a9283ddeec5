/* wismo knowledge: the merchant's own texts at a running server: put, listed, removed, asked, and what they left unanswered. */
#include <sys/stat.h>

#include "base/timefmt.h"
#include "cli/cli.h"
#include "cli/pdf_text.h"
#include "cli/remote.h"
#include "talk/knowledge.h"

#define FILE_MAX (KNOWLEDGE_TEXT_MAX * 4) /* of HTML, which is mostly marks */

struct knowledge_options {
    struct remote remote;
    const char *merchant, *source, *title, *lang, *dated;
    int64_t days;
    bool json;
};

static struct str path_of(struct cli *cli, const struct knowledge_options *o, struct str path)
{
    struct str end = o->merchant == NULL ? STR("") : arena_fmt(cli->arena, "%cmerchant=%.*s", str_contains(path, STR("?")) ? '&' : '?',
                                                              STR_ARG(url_encode(cli->arena, str_of(o->merchant))));
    return arena_fmt(cli->arena, "/v1/knowledge%.*s%.*s", STR_ARG(path), STR_ARG(end));
}

static int call(struct cli *cli, const struct knowledge_options *o, const char *method, struct str path, struct str body)
{
    struct remote_ask ask = {.method = method, .accept = o->json ? STR("application/json") : STR("text/plain"), .path = path_of(cli, o, path),
                             .content_type = str_empty(body) ? STR_NULL : STR("application/json"), .body = body};
    return remote_print(cli, "knowledge", &o->remote, &ask);
}

/* ---- a file */

static const char *format_of(struct str name)
{
    static const struct {
        const char *ending, *format;
    } FORMATS[] = {{".md", "markdown"}, {".markdown", "markdown"}, {".txt", "text"}, {".html", "html"}, {".htm", "html"}, {".pdf", "pdf"}};
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        struct str e = str_of(FORMATS[i].ending);
        if (name.n > e.n && str_eq_nocase(str_sub(name, name.n - e.n, e.n), e))
            return FORMATS[i].format;
    }
    return NULL;
}

static struct str base_name(struct str path)
{
    struct str part, last = path;
    while (str_split(&path, '/', &part))
        if (!str_empty(part))
            last = part;
    return last;
}

/* The day given, or when the file was changed last. */
static enum err dated(struct cli *cli, const struct knowledge_options *o, const char *file, struct str *out)
{
    struct stat st;
    if (o->dated != NULL) {
        *out = str_of(o->dated);
        return OK;
    }
    if (stat(file, &st) != 0)
        return ctx_fail(&cli->ctx, ERR_IO, "%s: cannot be read", file);
    *out = time_rfc3339(cli->arena, (int64_t)st.st_mtime * US_PER_S);
    return OK;
}

static enum err make_body(struct cli *cli, const struct knowledge_options *o, const char *file, struct str *out)
{
    struct str text = STR_NULL, day = STR_NULL, name = base_name(str_of(file));
    const char *format = format_of(name);
    struct buf b;
    if (format == NULL)
        return ctx_fail(&cli->ctx, ERR_PARSE, "%s: expected .md, .txt, .html or .pdf", file);
    bool pdf = strcmp(format, "pdf") == 0;
    enum err e = pdf ? pdf_text(&cli->ctx, file, KNOWLEDGE_TEXT_MAX, &text) : cli_read_file(cli, file, FILE_MAX, &text);
    if (e == OK)
        e = dated(cli, o, file, &day);
    if (e == OK && !str_is_utf8(text))
        e = ctx_fail(&cli->ctx, ERR_PARSE, "%s: expected UTF-8", file);
    if (e != OK)
        return e;
    buf_init(&b, FILE_MAX * 4);
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "source", o->source == NULL ? name : str_of(o->source));
    jw_kstr_opt(&w, "title", o->title == NULL ? STR_NULL : str_of(o->title));
    jw_kstr_opt(&w, "lang", o->lang == NULL ? STR_NULL : str_of(o->lang));
    jw_kstr(&w, "format", pdf ? STR("text") : str_of(format));
    jw_kstr(&w, "dated", day);
    jw_kstr(&w, "text", text);
    jw_end(&w);
    e = buf_err(&b);
    *out = buf_move(&b, cli->arena);
    return e == OK && out->p == NULL ? ERR_MEMORY : e;
}

static int add(struct cli *cli, const struct knowledge_options *o, const struct option_list *words)
{
    int code = words->n < 2 ? EXIT_USAGE : EXIT_OK;
    if (words->n < 2 || (words->n > 2 && (o->source != NULL || o->title != NULL))) {
        fprintf(cli->err, "wismo knowledge add: expected files; --source and --title name one\n");
        return EXIT_USAGE;
    }
    for (size_t i = 1; code == EXIT_OK && i < words->n; i++) {
        struct str body;
        enum err e = make_body(cli, o, words->values[i], &body);
        code = e != OK ? cli_fail(cli, "knowledge", e) : call(cli, o, "POST", STR(""), body);
    }
    return code;
}

/* ---- the command */

static int run(struct cli *cli, const struct knowledge_options *o, const struct option_list *words)
{
    struct str verb = str_of(words->values[0]), what = words->n > 1 ? url_encode(cli->arena, str_of(words->values[1])) : STR_NULL;
    if (str_eq(verb, STR("add")))
        return add(cli, o, words);
    if (str_eq(verb, STR("list")) && words->n == 1)
        return call(cli, o, "GET", STR(""), STR_NULL);
    if (str_eq(verb, STR("unanswered")) && words->n == 1)
        return call(cli, o, "GET", arena_fmt(cli->arena, "/unanswered?days=%lld", (long long)o->days), STR_NULL);
    if (str_eq(verb, STR("remove")) && words->n == 2)
        return call(cli, o, "DELETE", arena_fmt(cli->arena, "/%.*s", STR_ARG(what)), STR_NULL);
    if (str_eq(verb, STR("ask")) && words->n == 2)
        return call(cli, o, "GET",
                    arena_fmt(cli->arena, "/answer?q=%.*s&lang=%.*s", STR_ARG(what), STR_ARG(url_encode(cli->arena, str_of(o->lang == NULL ? "" : o->lang)))),
                    STR_NULL);
    fprintf(cli->err, "wismo knowledge: expected add FILE..., list, remove SOURCE, ask TEXT or unanswered\n");
    return EXIT_USAGE;
}

int cmd_knowledge(struct cli *cli, int argc, char **argv)
{
    struct knowledge_options o = {.days = 90};
    struct option_list words;
    const struct option opts[] = {
        OPT_TEXT("server", 's', &o.remote.server, "URL", "the running server"),
        OPT_TEXT("token-file", 0, &o.remote.token_file, "FILE", "your API token (else WISMO_TOKEN)"),
        OPT_TEXT("merchant", 'm', &o.merchant, "NAME", "which merchant, when there are several"),
        OPT_TEXT("source", 0, &o.source, "NAME", "name of the document; a new version of it replaces the old one (else the file's name)"),
        OPT_TEXT("title", 0, &o.title, "TEXT", "what customers read as its source (else its first heading)"),
        OPT_TEXT("lang", 0, &o.lang, "LANG", "its language, or the question's (else found in the words)"),
        OPT_TEXT("dated", 0, &o.dated, "DATE", "of which day it is (else when the file was changed)"),
        OPT_NUMBER("days", 0, &o.days, "N", "unanswered: of the last N days (90)"),
        OPT_FLAG("json", 0, &o.json, "answer as JSON"),
        OPT_END,
    };
    int code = options_begin(cli, opts, argc, argv, 1, OPTION_LIST_MAX, &words);
    if (code >= 0)
        return code;
    if (o.remote.server == NULL) {
        fprintf(cli->err, "wismo knowledge: expected --server URL\n");
        return EXIT_USAGE;
    }
    return run(cli, &o, &words);
}
