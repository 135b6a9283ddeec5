/* Lists of knowledge.h: documents with their versions, and questions that nothing answered. */
#include "flows/knowledge.h"

#include "base/icu_text.h"
#include "flows/reader.h"
#include "talk/knowledge.h"

#include <stdlib.h>

#define DOCS_MAX 1000
#define GROUPS_MAX 200
#define ALIKE 50          /* per cent of two questions' words in common that make them one matter */
#define QUESTION_SHOWN 200

static const char *state_word(enum knowledge_state s)
{
    static const char *const WORDS[] = {"holds", "replaced", "removed"};
    return s <= KNOWLEDGE_REMOVED ? WORDS[s] : "";
}

static void doc_json(struct jw *w, const struct knowledge_doc *d)
{
    jw_obj(w);
    jw_kstr(w, "source", d->source);
    jw_ki64(w, "version", d->version);
    jw_kstr(w, "state", str_of(state_word(d->state)));
    jw_kstr(w, "title", d->title);
    jw_kstr(w, "lang", d->lang);
    jw_ktime(w, "dated", d->dated_us);
    jw_ktime(w, "added_at", d->at_us);
    jw_ki64(w, "passages", d->passages);
    jw_end(w);
}

static void doc_text(struct ctx *ctx, struct buf *b, const struct knowledge_doc *d)
{
    struct str day = icu_date(ctx, STR("en"), STR("UTC"), d->dated_us);
    buf_fmt(b, "%-30.*s version %lld, %s, %.*s, %.*s, %lld passages: %.*s\n", STR_ARG(d->source), (long long)d->version, state_word(d->state),
            STR_ARG(d->lang), STR_ARG(day), (long long)d->passages, STR_ARG(d->title));
}

enum err knowledge_list(struct ctx *ctx, struct reader *rd, int64_t merchant_id, bool json, struct buf *out)
{
    struct knowledge_doc *list = NULL;
    size_t n = 0;
    enum err e = knowledge_doc_list(ctx, rd->state, merchant_id, DOCS_MAX, &list, &n);
    if (e != OK)
        return e;
    struct jw w = jw_of(out);
    if (json) {
        jw_obj(&w);
        jw_key(&w, "documents");
        jw_arr(&w);
    }
    for (size_t i = 0; i < n; i++)
        if (json)
            doc_json(&w, &list[i]);
        else
            doc_text(ctx, out, &list[i]);
    if (json) {
        jw_arr_end(&w);
        jw_end(&w);
    } else if (n == 0)
        buf_addz(out, "no documents\n");
    return buf_err(out);
}

/* ---- what was not answered */

struct group {
    struct str question;   /* the newest of them */
    struct terms terms;    /* its words */
    int64_t asked, last_us;
};

static bool alike(const struct terms *a, const struct terms *b)
{
    size_t common = 0;
    for (size_t i = 0; i < a->n; i++)
        common += terms_has(b, a->list[i]);
    size_t all = a->n + b->n - common;
    return all > 0 && common * 100 >= all * ALIKE;
}

/* The question in a row of the ledger; empty: it was erased, or its key has expired. */
static enum err question_at(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t pos, struct str *text, struct str *lang)
{
    struct http_msg msg = {0};
    const struct json *v = NULL;
    struct str line = STR_NULL, body;
    *text = *lang = STR_NULL;
    struct str account = STR_NULL;
    enum recv_source source;
    enum err e = ledger_raw(ctx, rd, merchant_id, pos, &msg, &account, &source);
    if (e != OK)
        return err_is_transient(e) || e == ERR_MEMORY ? e : OK;
    body = msg.body;
    if (!str_split(&body, '\n', &line) || json_parse(ctx, line, &JSON_LIMITS_SMALL, &v) != OK)
        return OK;
    *text = json_str(v, "text");
    *lang = json_str(v, "lang");
    return OK;
}

static enum err add_question(struct ctx *ctx, struct group *groups, size_t *n, struct str text, struct str lang, int64_t at_us)
{
    struct terms terms;
    enum err e = knowledge_terms(ctx, lang, text, true, KNOWLEDGE_TERMS_MAX, &terms);
    if (e != OK || terms.n == 0)
        return e;
    for (size_t i = 0; i < *n; i++)
        if (alike(&groups[i].terms, &terms)) {
            groups[i].asked++;
            return OK;
        }
    if (*n < GROUPS_MAX)
        groups[(*n)++] = (struct group){text, terms, 1, at_us};
    return OK;
}

static int by_asked(const void *pa, const void *pb)
{
    const struct group *a = pa, *b = pb;
    if (a->asked != b->asked)
        return a->asked > b->asked ? -1 : 1;
    return a->last_us > b->last_us ? -1 : a->last_us < b->last_us ? 1 : str_cmp(a->question, b->question);
}

static void write_groups(struct buf *out, bool json, const struct group *groups, size_t n)
{
    struct jw w = jw_of(out);
    if (json) {
        jw_obj(&w);
        jw_key(&w, "unanswered");
        jw_arr(&w);
    }
    for (size_t i = 0; i < n; i++) {
        struct str shown = str_sub(groups[i].question, 0, QUESTION_SHOWN);
        shown.n = str_utf8_prefix(shown);
        if (!json) {
            buf_fmt(out, "%5lld  %.*s\n", (long long)groups[i].asked, STR_ARG(shown));
            continue;
        }
        jw_obj(&w);
        jw_ki64(&w, "asked", groups[i].asked);
        jw_kstr(&w, "question", shown);
        jw_ktime(&w, "last_at", groups[i].last_us);
        jw_end(&w);
    }
    if (json) {
        jw_arr_end(&w);
        jw_end(&w);
    } else if (n == 0)
        buf_addz(out, "nothing was left unanswered\n");
}

enum err knowledge_unanswered(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t since_us, bool json, struct buf *out)
{
    struct knowledge_gap *gaps = NULL;
    struct group *groups = arena_array(ctx->arena, GROUPS_MAX, sizeof(*groups));
    size_t n = 0, groups_n = 0;
    enum err e = groups == NULL ? ctx_fail(ctx, ERR_MEMORY, "knowledge: no memory")
                                : knowledge_gap_list(ctx, rd->state, merchant_id, since_us, KNOWLEDGE_GAPS_MAX, &gaps, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct str text, lang;
        e = question_at(ctx, rd, merchant_id, gaps[i].pos, &text, &lang);
        if (e == OK && !str_empty(text))
            e = add_question(ctx, groups, &groups_n, text, lang, gaps[i].at_us);
    }
    e = ctx_whole(ctx, e);
    if (e != OK)
        return e;
    if (groups_n > 1)
        qsort(groups, groups_n, sizeof(*groups), by_asked);
    write_groups(out, json, groups, groups_n);
    return buf_err(out);
}
