/* See knowledge.h: asking, and putting documents. knowledge_list.c lists. */
#include "flows/knowledge.h"

#include <math.h>

#include "base/html_plain.h"
#include "base/icu_text.h"
#include "flows/reader.h"
#include "model/fact_json.h"
#include "talk/knowledge.h"
#include "talk/nlu/nlu.h"

#define PUT_WAIT_MS 2000
#define UNKNOWN_WORD 0.6  /* weight of a word that no passage has, against one that a single passage has */
#define HEADING_BONUS 1.15 /* a passage whose heading has two of the words is about them */
#define LANG_SAMPLE 600   /* bytes of a document by which its language is told */

/* ---- asking */

struct weighed {
    struct terms terms;
    double weight[KNOWLEDGE_TERMS_MAX], all;
};

/* How much each word of the question says: the rarer, the more. */
static enum err weigh(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct knowledge_lang *kl, struct weighed *w)
{
    enum err e = OK;
    double rarest = log(1.0 + (double)kl->passages);
    w->all = 0;
    for (size_t i = 0; e == OK && i < w->terms.n; i++) {
        int64_t n = 0;
        e = knowledge_term_count(ctx, rd->state, merchant_id, kl->lang, w->terms.list[i], &n);
        w->weight[i] = n == 0 ? UNKNOWN_WORD * rarest : log(1.0 + (double)kl->passages / (double)n);
        w->all += w->weight[i];
    }
    return e;
}

static enum err judge(struct ctx *ctx, const struct weighed *w, const struct knowledge_found *p, int *confidence)
{
    struct terms heading, body;
    double said = 0;
    size_t hits = 0, in_heading = 0;
    enum err e = knowledge_terms(ctx, p->lang, p->heading, true, SIZE_MAX, &heading);
    if (e == OK)
        e = knowledge_terms(ctx, p->lang, p->body, true, SIZE_MAX, &body);
    if (e != OK)
        return e;
    for (size_t i = 0; i < w->terms.n; i++) {
        bool above = terms_has(&heading, w->terms.list[i]);
        if (!above && !terms_has(&body, w->terms.list[i]))
            continue;
        said += w->weight[i];
        hits++;
        in_heading += above;
    }
    double share = w->all > 0 ? said / w->all : 0;
    if (in_heading >= 2)
        share *= HEADING_BONUS;
    if (hits < 2 && !(w->terms.n == 1 && in_heading == 1))
        share /= 2; /* one word in common is no answer, unless it is the whole question and the heading */
    *confidence = share > 1 ? 100 : (int)(share * 100);
    return OK;
}

static enum err ask_lang(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str question, const struct knowledge_lang *kl,
                         struct knowledge_answer *best)
{
    struct weighed w;
    struct knowledge_found found[KNOWLEDGE_FOUND_MAX];
    size_t n = 0;
    enum err e = knowledge_terms(ctx, kl->lang, question, true, KNOWLEDGE_TERMS_MAX, &w.terms);
    if (e == OK && w.terms.n > 0)
        e = weigh(ctx, rd, merchant_id, kl, &w);
    if (e == OK && w.terms.n > 0)
        e = knowledge_find(ctx, rd->state, merchant_id, kl->lang, w.terms.list, w.terms.n, found, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        int confidence = 0;
        e = judge(ctx, &w, &found[i], &confidence);
        if (e == OK && confidence > best->confidence) {
            best->confidence = confidence;
            best->passage = found[i];
        }
    }
    return e;
}

enum err knowledge_ask(struct ctx *ctx, struct reader *rd, int64_t merchant_id, struct str question, struct str lang, struct knowledge_answer *out)
{
    struct knowledge_lang langs[KNOWLEDGE_LANGS_MAX];
    struct knowledge_answer best = {.found = false};
    size_t n = 0;
    enum err e = knowledge_langs(ctx, rd->state, merchant_id, langs, &n);
    for (size_t k = 0; e == OK && k < n; k++) /* the question's own language first: an equal passage of another does not win */
        if (str_eq(langs[k].lang, lang))
            e = ask_lang(ctx, rd, merchant_id, question, &langs[k], &best);
    for (size_t k = 0; e == OK && k < n; k++)
        if (!str_eq(langs[k].lang, lang))
            e = ask_lang(ctx, rd, merchant_id, question, &langs[k], &best);
    e = ctx_whole(ctx, e);
    if (e != OK)
        return e;
    best.found = best.confidence >= KNOWLEDGE_SURE;
    *out = best;
    return OK;
}

struct str knowledge_quote(struct ctx *ctx, struct str lang, struct str zone, const struct knowledge_found *p)
{
    struct str date = p->dated_us == 0 ? STR_NULL : icu_date(ctx, lang, zone, p->dated_us);
    return arena_fmt(ctx->arena, "\xE2\x80\x9C%.*s\xE2\x80\x9D\n\xE2\x80\x94 %.*s%s%.*s", STR_ARG(p->body), STR_ARG(p->title),
                     str_empty(date) ? "" : ", ", STR_ARG(date));
}

/* ---- putting */

static enum err append(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct knowledge_fact *k, int64_t *pos)
{
    const struct fact fct = {.kind = FACT_KNOWLEDGE, .role = ROLE_SYSTEM, .u.knowledge = *k};
    enum err e = fact_append_wait(ctx, eng, &(struct fact_to){.merchant_id = merchant_id, .max = KNOWLEDGE_TEXT_MAX * 4}, &fct, pos);
    return e == OK ? engine_wait_folded(ctx, eng, merchant_id, *pos, PUT_WAIT_MS) : e;
}

/* The first heading, or the first line, or the name. */
static struct str title_in(struct str text, struct str source)
{
    struct str line;
    while (str_split(&text, '\n', &line)) {
        line = str_trim(line);
        while (!str_empty(line) && line.p[0] == '#')
            line = str_trim(str_sub(line, 1, line.n));
        if (!str_empty(line) && line.n <= KNOWLEDGE_NAME_MAX)
            return line;
        if (!str_empty(line))
            break;
    }
    return source;
}

static enum err lang_of(struct ctx *ctx, struct str text, struct str *out)
{
    struct model model;
    struct nlu_result r;
    struct str sample = str_sub(text, 0, LANG_SAMPLE);
    sample.n = str_utf8_prefix(sample);
    enum err e = nlu_open(ctx, &model);
    if (e == OK)
        e = nlu_understand(ctx, &model, sample, STR_NULL, &r);
    if (e == OK)
        *out = str_eq(r.lang, STR("und")) ? STR("en") : r.lang;
    return e;
}

enum err knowledge_put(struct ctx *ctx, struct engine *eng, int64_t merchant_id, const struct knowledge_new *doc, int64_t *pos)
{
    struct knowledge_fact k = {.source = str_trim(doc->source), .title = str_trim(doc->title), .lang = doc->lang, .body = doc->text,
                               .dated_us = doc->dated_us == 0 ? clock_now_us(ctx->clock) : doc->dated_us};
    struct passage *list = NULL;
    size_t n = 0;
    bool html = str_eq(doc->format, STR("html"));
    if (!html && !str_empty(doc->format) && !str_eq(doc->format, STR("markdown")) && !str_eq(doc->format, STR("text")))
        return ctx_fail(ctx, ERR_PARSE, "format: expected markdown, text or html");
    if (str_empty(k.source) || k.source.n > KNOWLEDGE_NAME_MAX || !str_is_utf8(k.source))
        return ctx_fail(ctx, ERR_PARSE, "source: expected a name of 1 to %d bytes", KNOWLEDGE_NAME_MAX);
    if (k.title.n > KNOWLEDGE_NAME_MAX * 2 || !str_is_utf8(k.title) || k.lang.n > 16)
        return ctx_fail(ctx, ERR_PARSE, "%s: too long", k.lang.n > 16 ? "lang" : "title");
    if (!str_is_utf8(k.body))
        return ctx_fail(ctx, ERR_PARSE, "text: expected UTF-8");
    enum err e = html ? html_plain(ctx, k.body, true, &k.body) : OK;
    if (e == OK)
        e = knowledge_passages(ctx, k.body, &list, &n);
    if (e == OK && n == 0)
        e = ctx_fail(ctx, ERR_PARSE, "text: nothing in it that could be quoted");
    if (e == OK && str_empty(k.lang))
        e = lang_of(ctx, k.body, &k.lang);
    if (e != OK)
        return e;
    if (str_empty(k.title))
        k.title = title_in(k.body, k.source);
    return append(ctx, eng, merchant_id, &k, pos);
}

enum err knowledge_remove(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, struct str source, int64_t *pos)
{
    struct knowledge_fact k = {.source = source};
    struct knowledge_doc last;
    enum err e = knowledge_doc_last(ctx, rd->state, merchant_id, source, &last);
    if (e == ERR_NOTFOUND || (e == OK && last.state != KNOWLEDGE_HOLDS))
        return ctx_fail(ctx, ERR_NOTFOUND, "source: no document of that name holds");
    return e == OK ? append(ctx, eng, merchant_id, &k, pos) : e;
}
