/*
 * The way of a question. What it names is found by form (talk/entities); bare digits may be read in two ways, and then every
 * reading is tried, whatever the first one gave, so that the work depends on the question alone and never on what exists.
 * The row that goes to the ledger is two JSON lines, question and answer; its raw body is sealed by the engine like every other
 * payload, and the question's words stay in it alone.
 */
#include "flows/ask.h"


#include "base/log.h"
#include "flows/case_json.h"
#include "flows/knowledge.h"
#include "mind/template.h"
#include "model/fact_json.h"
#include "talk/mention.h"
#include "talk/return_text.h"

#define ASK_FIELD_MAX 320 /* the longest e-mail address is 254 */
#define ASK_ROW_MAX 32768
#define TITLES_MAX 2000
#define REPORT_WAIT_MS 2000 /* for the fold of what the customer said */

struct attempts {
    struct identity_given list[ASK_ATTEMPTS_MAX];
    size_t n;
};

/* One reading of a slot: its value and where in the text it stands. */
struct reading {
    struct str value;
    size_t at;
    bool sure;
};

struct readings {
    struct reading list[4];
    size_t n;
};

static const char *const PERSON_WORDS[] = {"human", "person", "real person", "agent", "representative", "operator",
    "speak to someone", "talk to someone", "speak with someone", "customer service", "manager", "supervisor", "mensch",
    "mitarbeiter", "persona", "humano", "humain", "conseiller", NULL};

/* ---- what is given */

static void add_reading(struct readings *r, struct str value, size_t at, bool sure)
{
    if (r->n < sizeof(r->list) / sizeof(r->list[0]))
        r->list[r->n++] = (struct reading){value, at, sure};
}

/* A field wins; else what the text names for sure, the first of it; else every weak reading, and "not given" last. */
static void collect(struct str field, const struct entities *ent, enum entity_kind kind, struct readings *out)
{
    *out = (struct readings){.n = 0};
    const struct entity *best = entities_best(ent, kind);
    if (!str_empty(field))
        add_reading(out, field, SIZE_MAX, true);
    else if (best != NULL && best->certainty > ENTITY_WEAK)
        add_reading(out, best->text, best->at, true);
    else {
        for (size_t i = 0; i < ent->n && out->n < 2; i++)
            if (ent->list[i].kind == kind)
                add_reading(out, ent->list[i].text, ent->list[i].at, false);
        add_reading(out, STR_NULL, SIZE_MAX, false);
    }
}

static struct str field_or_best(struct str field, const struct entities *ent, enum entity_kind kind)
{
    const struct entity *best = entities_best(ent, kind);
    return !str_empty(field) ? field : best == NULL ? STR_NULL : best->text;
}

static int facts_in(const struct identity_given *g)
{
    bool names = !str_empty(g->order_name) || !str_empty(g->tracking_number);
    return (int)names + !str_empty(g->email) + !str_empty(g->phone) + !str_empty(g->zip);
}

static void plan_attempts(const struct ask_question *q, const struct entities *ent, struct attempts *out)
{
    struct readings orders, zips;
    collect(q->order_name, ent, ENTITY_ORDER, &orders);
    collect(q->zip, ent, ENTITY_ZIP, &zips);
    struct identity_given base = {.email = field_or_best(q->email, ent, ENTITY_EMAIL),
                                  .phone = field_or_best(q->phone, ent, ENTITY_PHONE),
                                  .tracking_number = field_or_best(q->tracking_number, ent, ENTITY_TRACKING)};
    *out = (struct attempts){.n = 0};
    for (size_t i = 0; i < orders.n; i++)
        for (size_t k = 0; k < zips.n && out->n < ASK_ATTEMPTS_MAX; k++) {
            if (orders.list[i].at == zips.list[k].at && orders.list[i].at != SIZE_MAX)
                continue; /* the same digits cannot be both */
            struct identity_given g = base;
            g.order_name = orders.list[i].value;
            g.zip = zips.list[k].value;
            if (facts_in(&g) >= 2)
                out->list[out->n++] = g;
        }
}

static struct reply_given what_is_given(const struct ask_question *q, const struct entities *ent)
{
    struct reply_given g = {0};
    g.order = !str_empty(field_or_best(q->order_name, ent, ENTITY_ORDER));
    g.email = !str_empty(field_or_best(q->email, ent, ENTITY_EMAIL));
    g.phone = !str_empty(field_or_best(q->phone, ent, ENTITY_PHONE));
    g.tracking = !str_empty(field_or_best(q->tracking_number, ent, ENTITY_TRACKING));
    g.zip = !g.order && !str_empty(field_or_best(q->zip, ent, ENTITY_ZIP));
    return g;
}

/* Every attempt is made, also after one has matched: see the head of this file. */
static enum err identify(struct ctx *ctx, const struct ask_env *env, const struct attempts *tries, struct identity_result *out,
                         struct ask_reply *rep)
{
    *out = (struct identity_result){.n = 0};
    for (size_t i = 0; i < tries->n; i++) {
        struct identity_result res = {.n = 0};
        enum err e = identity_match(ctx, env->rd, env->merchant_id, &tries->list[i], &res);
        if (e != OK)
            return e;
        rep->lookups += res.lookups;
        rep->hashes += res.hashes;
        if (out->n == 0 && res.n > 0)
            *out = res;
    }
    return OK;
}

/* ---- from orders to one order */

static bool is_closed(enum diag_class cls)
{
    return cls == DIAG_DELIVERED || cls == DIAG_RETURNED || cls == DIAG_CANCELLED || cls == DIAG_REFUNDED;
}

/* All articles of an order in one line, to find it by what somebody says is in it. */
static struct str titles_of(struct ctx *ctx, const struct order_view *v)
{
    struct str out = STR("");
    for (size_t i = 0; v != NULL && i < v->items_n && out.n < TITLES_MAX; i++)
        out = arena_fmt(ctx->arena, "%.*s %.*s", STR_ARG(out), STR_ARG(v->items[i].title));
    return out;
}

static enum err read_choices(struct ctx *ctx, const struct ask_env *env, const struct identity_result *ids, struct ask_reply *rep)
{
    for (size_t i = 0; i < ids->n; i++) {
        struct case_answer ca;
        enum err e = case_read(ctx, env->rd, env->merchant_id, ids->orders[i], 0, &ca);
        if (e == ERR_NOTFOUND)
            continue;
        if (e != OK)
            return e;
        const struct order_view *v = order_anchor(ca.cas);
        rep->choices[rep->choices_n++] = (struct reply_choice){ids->orders[i], v == NULL ? STR_NULL : v->name, ca.cd.order.cls,
                                                               v == NULL ? 0 : v->placed_us, titles_of(ctx, v)};
    }
    return OK;
}

/* Open orders go first: with one open order, the question is about that one; with none open, about the newest (R46). */
static int64_t pick_order(struct ask_reply *rep)
{
    struct reply_choice open[CASE_FIND_MAX];
    size_t n = 0;
    for (size_t i = 0; i < rep->choices_n; i++)
        if (!is_closed(rep->choices[i].cls))
            open[n++] = rep->choices[i];
    if (n == 0)
        return rep->choices_n == 0 ? 0 : rep->choices[0].order_no;
    if (n == 1)
        return open[0].order_no;
    memcpy(rep->choices, open, n * sizeof(open[0]));
    rep->choices_n = n;
    return 0;
}

/* Several are open: the one whose article is named, else none. */
static enum err pick_by_article(struct ctx *ctx, struct str text, const struct ask_reply *rep, int64_t *order_no)
{
    struct str titles[CASE_FIND_MAX];
    size_t which = 0;
    bool alone = false;
    for (size_t i = 0; i < rep->choices_n; i++)
        titles[i] = rep->choices[i].titles;
    enum err e = mention_find(ctx, text, titles, rep->choices_n, &which, &alone);
    if (e == OK && alone)
        *order_no = rep->choices[which].order_no;
    return e == ERR_NOTFOUND ? OK : e;
}

/* ---- fresh facts */

static const struct promises *promises_of(const struct ask_env *env)
{
    return &engine_merchant_config(env->eng, env->merchant_id)->promises;
}

static enum err refresh(struct ctx *ctx, const struct ask_env *env, int64_t order_no, struct ask_reply *rep)
{
    int64_t pos = 0, until = clock_mono_us() + (int64_t)env->budget_ms * 1000;
    enum err asked = env->refresh(env->refresh_user, ctx, env->rd, &rep->ca, env->budget_ms, &pos);
    rep->refresh_late = asked != OK;
    if (pos == 0)
        return OK;
    int64_t left_ms = (until - clock_mono_us()) / 1000; /* the fold has what the vendors left of the budget */
    if (engine_wait_folded(ctx, env->eng, env->merchant_id, pos, left_ms > 0 ? (int)left_ms : 0) != OK)
        rep->refresh_late = true;
    else
        rep->refreshed = true;
    return case_read(ctx, env->rd, env->merchant_id, order_no, 0, &rep->ca);
}

/* ---- what the customer says about a delivery */

struct said {
    enum report_kind kind;
    const char *const *words;
};
static const char *const SAID_DAMAGED[] = {"broken", "damaged", "smashed", "cracked", "kaputt", "roto", "cassé", NULL};
static const char *const SAID_WRONG[] = {"wrong item", "wrong thing", "wrong product", "not what i ordered", NULL};
static const char *const SAID_NOT_RECEIVED[] = {"not received", "didn't receive", "did not receive", "never received", "never arrived",
    "not arrived", "hasn't arrived", "didn't arrive", "did not arrive", "never came", "didn't get it", "did not get it", "never got it",
    "i have nothing", "nothing here", "nothing was delivered", "not here", "it is missing", "stolen", NULL};
static const struct said SAID[] = {
    {REPORT_WRONG_ITEM, SAID_WRONG}, {REPORT_DAMAGED, SAID_DAMAGED}, {REPORT_NOT_RECEIVED, SAID_NOT_RECEIVED}};

static const struct said *what_is_said(struct str folded)
{
    for (size_t i = 0; i < sizeof(SAID) / sizeof(SAID[0]); i++)
        if (text_has_word(folded, SAID[i].words))
            return &SAID[i];
    return NULL;
}

static enum err append_report(struct ctx *ctx, const struct ask_env *env, const struct order_view *v, enum report_kind kind, int64_t *pos)
{
    struct fact fct = {.kind = FACT_CUSTOMER_REPORT, .role = ROLE_CUSTOMER};
    const struct fact_to to = {env->merchant_id, RECV_FACTS, "talk", 4096, clock_now_us(ctx->clock)};
    fct.u.report = (struct report_fact){.order_id = STR_NULL, .order_name = v->name, .report = kind, .at_us = to.at_us};
    return fact_append_wait(ctx, env->eng, &to, &fct, pos);
}

/*
 * "It says delivered, but I have nothing": a fact of its own, which opens another class than "delivered". Only where the carrier
 * says delivered: before that, not having it is what the question is about.
 */
static enum err note_report(struct ctx *ctx, const struct ask_env *env, struct str folded, int64_t order_no, struct ask_reply *rep)
{
    const struct said understood = {rep->wish.said, NULL}, *said = rep->wish.says ? &understood : what_is_said(folded);
    const struct order_view *v = order_anchor(rep->ca.cas);
    int64_t pos = 0;
    if (!env->record || said == NULL || v == NULL || str_empty(v->name) || rep->ca.cd.order.cls != DIAG_DELIVERED)
        return OK;
    enum err e = append_report(ctx, env, v, said->kind, &pos);
    if (e == OK)
        e = engine_wait_folded(ctx, env->eng, env->merchant_id, pos, REPORT_WAIT_MS);
    if (e != OK) { /* the answer about the delivery stands; the report is lost or late, and logged */
        LOG(ctx->log, LOG_WARN, "report_not_seen", LOG_S("error", str_of(err_name(e))));
        return OK;
    }
    return case_read(ctx, env->rd, env->merchant_id, order_no, 0, &rep->ca);
}

/* ---- the language */

struct str store_language(const struct merchant_config *mc)
{
    struct str lang = words_language(mc->messages.policy.language);
    return str_empty(lang) ? STR("en") : lang;
}

/* Words without a language of their own, such as a bare number: the order's locale knows. */
static void choose_order_language(struct ask_reply *rep)
{
    const struct order_view *v = order_anchor(rep->ca.cas);
    struct str lang = rep->own_lang || v == NULL ? STR_NULL : words_language(v->locale);
    if (!str_empty(lang))
        rep->lang = lang;
}

static enum err answer_order(struct ctx *ctx, const struct ask_env *env, struct str folded, int64_t order_no, struct ask_reply *rep)
{
    enum err e = case_read(ctx, env->rd, env->merchant_id, order_no, 0, &rep->ca);
    if (e != OK)
        return e;
    const struct promises *p = promises_of(env);
    rep->age = reply_age(rep->ca.cas, &rep->ca.cd, p, rep->ca.as_of_us);
    if (rep->age.old && env->refresh != NULL) {
        e = refresh(ctx, env, order_no, rep);
        if (e != OK)
            return e;
        rep->age = reply_age(rep->ca.cas, &rep->ca.cd, p, rep->ca.as_of_us);
    }
    e = note_report(ctx, env, folded, order_no, rep);
    if (e != OK)
        return e;
    rep->outcome = ASK_ANSWERED;
    rep->now_us = rep->ca.as_of_us;
    choose_order_language(rep);
    rep->text = ask_render(ctx, rep->lang, &rep->ca, p, rep->now_us);
    return rep->text.p == NULL ? ctx_fail(ctx, ERR_MEMORY, "answer: no memory for its text") : OK;
}

struct str ask_render(struct ctx *ctx, struct str lang, const struct case_answer *ca, const struct promises *p, int64_t now_us)
{
    return reply_answer(ctx, lang, ca->cas, &ca->cd, p, now_us);
}

/* ---- the record */

static void write_wish(struct jw *w, const struct wish *wish)
{
    if (wish->intent >= INTENT_COUNT)
        return;
    jw_kstr(w, "intent", str_of(intent_word(wish->intent)));
    jw_ki64(w, "confidence", wish->confidence);
    jw_kstr(w, "lang", wish->lang);
    jw_ki64(w, "model", (int64_t)(wish->model >> 1)); /* 63 bits: JSON's integers have a sign */
}

static void write_row(struct jw *w, const struct ask_question *q, const struct ask_reply *rep, int64_t now_us)
{
    unsigned char sum[SHA256_LEN];
    bool known = rep->outcome == ASK_ANSWERED;
    sha256(rep->text, sum);
    char hex[2 * SHA256_LEN + 1];
    for (size_t i = 0; i < SHA256_LEN; i++) {
        hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
    }
    jw_obj(w);
    jw_kstr(w, "kind", STR("question"));
    jw_kstr(w, "text", str_sub(q->text, 0, ENTITIES_TEXT_MAX));
    write_wish(w, &rep->wish);
    jw_ki64(w, "now_us", now_us);
    jw_end(w);
    buf_addc(w->b, '\n');
    *w = jw_of(w->b);
    jw_obj(w);
    jw_kstr(w, "kind", STR("answer"));
    jw_kstr(w, "outcome", str_of(ask_outcome_word(rep->outcome)));
    jw_ki64(w, "order_no", known ? rep->ca.order_no : 0);
    jw_ki64(w, "position", known ? rep->ca.position : 0);
    jw_kstr(w, "class", known ? str_of(diag_class_word(rep->ca.cd.order.cls)) : STR(""));
    jw_ki64(w, "now_us", known ? rep->now_us : now_us);
    jw_kstr(w, "lang", rep->lang);
    if (rep->knowledge != KNOWLEDGE_NOT_ASKED)
        jw_kstr(w, "knowledge", rep->knowledge == KNOWLEDGE_NONE ? STR("none") : STR("quoted"));
    jw_kstr(w, "text_sha256", (struct str){hex, 2 * SHA256_LEN});
    jw_end(w);
    buf_addc(w->b, '\n');
}

static void recorded(void *user, enum err e, int64_t pos)
{
    (void)user;
    (void)e;
    (void)pos;
}

/* A full queue must not cost the customer the answer: the failure is logged, the answer goes out. */
static void record(struct ctx *ctx, const struct ask_env *env, const struct ask_question *q, const struct ask_reply *rep)
{
    struct buf b;
    buf_init(&b, ASK_ROW_MAX);
    struct jw w = jw_of(&b);
    int64_t now_us = clock_now_us(ctx->clock);
    write_row(&w, q, rep, now_us);
    enum err e = buf_err(&b);
    if (e == OK) {
        struct http_msg msg = {.body = buf_str(&b), .received_us = now_us};
        struct append_req req = {.merchant_id = env->merchant_id, .source = RECV_TALK, .origin = ORIGIN_LIVE, .account = STR("talk"),
                                 .request_id = str_of(ctx->request_id), .msg = &msg, .done = recorded};
        e = engine_append(ctx, env->eng, &req);
    }
    if (e != OK)
        LOG(ctx->log, LOG_WARN, "question_not_recorded", LOG_S("error", str_of(err_name(e))));
    buf_clear(&b);
}

/* ---- the whole */

static struct str join_lines(struct ctx *ctx, struct str a, struct str b)
{
    return arena_fmt(ctx->arena, "%.*s\n%.*s", STR_ARG(a), STR_ARG(b));
}

/* Wishes that the merchant's own texts may answer without an order. */
static bool asks_in_general(const struct wish *w)
{
    static const enum intent GENERAL[] = {INTENT_OTHER, INTENT_DELIVERY_OPTIONS, INTENT_RETURN_REQUEST, INTENT_INVOICE_OR_PAYMENT,
                                          INTENT_REFUND_REQUEST, INTENT_CHANGE_ORDER};
    for (size_t i = 0; i < sizeof(GENERAL) / sizeof(GENERAL[0]); i++)
        if (w->intent == GENERAL[i])
            return true;
    return false;
}

/* Who asks to send back what is on its way back has had the answer. */
static bool goes_back(const struct ask_reply *rep)
{
    return rep->wish.intent == INTENT_RETURN_REQUEST && returns_any(rep->ca.cas, rep->now_us);
}

static enum err answer_from_knowledge(struct ctx *ctx, const struct ask_env *env, const struct ask_question *q, struct ask_reply *rep)
{
    struct knowledge_answer ans;
    if (!asks_in_general(&rep->wish))
        return OK;
    enum err e = knowledge_ask(ctx, env->rd, env->merchant_id, str_sub(q->text, 0, ENTITIES_TEXT_MAX), rep->wish.lang, &ans);
    if (e != OK)
        return e;
    rep->knowledge = ans.found ? KNOWLEDGE_QUOTED : KNOWLEDGE_NONE;
    if (!ans.found)
        return OK;
    rep->outcome = ASK_QUOTED;
    rep->text = knowledge_quote(ctx, rep->lang, promises_of(env)->home_zone, &ans.passage);
    return OK;
}

static enum err answer(struct ctx *ctx, const struct ask_env *env, const struct ask_question *q, const struct entities *ent,
                       struct ask_reply *rep)
{
    struct attempts tries;
    plan_attempts(q, ent, &tries);
    if (tries.n == 0) {
        enum err ek = answer_from_knowledge(ctx, env, q, rep);
        if (ek != OK || rep->knowledge == KNOWLEDGE_QUOTED)
            return ek;
        struct reply_given given = what_is_given(q, ent);
        rep->outcome = ASK_NEED;
        rep->text = reply_need(rep->lang, &given, q->asked_before);
        return OK;
    }
    struct identity_result ids;
    enum err e = identify(ctx, env, &tries, &ids, rep);
    if (e == OK && ids.n > 1)
        e = read_choices(ctx, env, &ids, rep);
    if (e != OK)
        return e;
    int64_t order_no = ids.n == 1 ? ids.orders[0] : pick_order(rep);
    if (order_no == 0 && rep->choices_n > 1)
        e = pick_by_article(ctx, q->text, rep, &order_no);
    if (e != OK)
        return e;
    if (order_no != 0)
        return answer_order(ctx, env, ent->folded, order_no, rep);
    rep->outcome = rep->choices_n > 1 ? ASK_CHOICE : ASK_NO_MATCH;
    rep->text = rep->choices_n > 1 ? reply_choices(ctx, rep->lang, rep->choices, rep->choices_n) : reply_no_match(rep->lang);
    return OK;
}

enum err ask(struct ctx *ctx, const struct ask_env *env, const struct ask_question *q, struct ask_reply *out)
{
    struct ask_reply rep = {.outcome = ASK_NEED};
    const struct merchant_config *mc = engine_merchant_config(env->eng, env->merchant_id);
    if (mc == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "merchant: none with number %lld", (long long)env->merchant_id);
    struct entity_patterns pat = {mc->order_name_patterns, mc->order_name_patterns_n};
    struct entities ent;
    enum err e = entities_find(ctx, q->text, &pat, &ent);
    if (e == OK)
        e = wish_of(ctx, str_sub(q->text, 0, ENTITIES_TEXT_MAX), &rep.wish);
    rep.lang = words_language(str_empty(q->lang) ? rep.wish.lang : q->lang);
    rep.own_lang = !str_empty(rep.lang);
    if (!rep.own_lang)
        rep.lang = store_language(mc);
    if (e == OK)
        e = answer(ctx, env, q, &ent, &rep);
    e = ctx_whole(ctx, e); /* no answer with a part missing */
    if (e != OK)
        return e;
    if (env->record)
        record(ctx, env, q, &rep); /* before what is said of wishes: the recorded hash is that of ask_render's text */
    struct str first = rep.outcome == ASK_ANSWERED ? reply_deadline(ctx, rep.lang, rep.ca.cas, &rep.ca.cd, &rep.wish.deadline, rep.now_us) : STR_NULL;
    if (!str_empty(first)) /* what was asked first is answered first */
        rep.text = join_lines(ctx, first, rep.text);
    struct str also = rep.outcome == ASK_ANSWERED && !goes_back(&rep) ? wish_words(ctx, rep.lang, &rep.wish, rep.ca.cd.order.cls) : STR_NULL;
    if (!str_empty(also))
        rep.text = join_lines(ctx, rep.text, also);
    rep.wants_person = rep.wish.person || text_has_word(ent.folded, PERSON_WORDS);
    if (rep.wants_person)
        rep.text = join_lines(ctx, reply_person(rep.lang), rep.text);
    if (rep.text.p == NULL)
        return ctx_fail(ctx, ERR_MEMORY, "answer: no memory for its text");
    *out = rep;
    return OK;
}

/* ---- wire form */

const char *ask_outcome_word(enum ask_outcome o)
{
    static const char *const WORDS[ASK_OUTCOME_COUNT] = {"answered", "choice", "need", "no_match", "quoted"};
    return o < ASK_OUTCOME_COUNT ? WORDS[o] : "";
}

static void json_choices(struct jw *w, const struct ask_reply *rep)
{
    jw_key(w, "orders");
    jw_arr(w);
    for (size_t i = 0; i < rep->choices_n; i++) {
        jw_obj(w);
        jw_kstr(w, "name", rep->choices[i].name);
        jw_kstr(w, "class", str_of(diag_class_word(rep->choices[i].cls)));
        jw_ktime(w, "placed_at", rep->choices[i].placed_us);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void json_answered(struct ctx *ctx, struct jw *w, const struct ask_reply *rep)
{
    const struct order_view *v = order_anchor(rep->ca.cas);
    jw_kstr_null(w, "order", v == NULL ? STR_NULL : v->name);
    jw_kstr(w, "class", str_of(diag_class_word(rep->ca.cd.order.cls)));
    jw_ki64(w, "severity", rep->ca.cd.order.severity);
    jw_ktime(w, "as_of", rep->now_us);
    jw_ktime(w, "newest_fact_at", rep->age.newest_fact_us);
    jw_key(w, "age_s");
    jw_i64(w, (rep->now_us - rep->age.newest_fact_us) / US_PER_S);
    jw_ktime(w, "last_scan_at", rep->age.last_scan_us);
    jw_kbool(w, "old", rep->age.old);
    jw_kbool(w, "refreshed", rep->refreshed);
    jw_kbool(w, "refresh_late", rep->refresh_late);
    jw_ki64(w, "position", rep->ca.position);
    jw_key(w, "parcels");
    jw_arr(w);
    for (size_t i = 0; i < rep->ca.cd.parcels_n; i++)
        case_json_parcel_brief(ctx, w, &rep->ca, i);
    jw_arr_end(w);
}

void ask_json(struct ctx *ctx, struct jw *w, const struct ask_reply *rep)
{
    jw_obj(w);
    jw_kstr(w, "outcome", str_of(ask_outcome_word(rep->outcome)));
    jw_kstr(w, "text", rep->text);
    jw_kstr(w, "lang", rep->lang);
    jw_kbool(w, "person", rep->wants_person);
    if (rep->wish.intent < INTENT_COUNT) {
        jw_kstr(w, "intent", str_of(intent_word(rep->wish.intent)));
        jw_ki64(w, "confidence", rep->wish.confidence);
    }
    if (rep->outcome == ASK_ANSWERED)
        json_answered(ctx, w, rep);
    if (rep->outcome == ASK_CHOICE)
        json_choices(w, rep);
    jw_end(w);
}

enum err ask_question_read(struct ctx *ctx, const struct json *v, struct ask_question *out)
{
    struct ask_question q = {.asked_before = json_true(v, "clarified")};
    const struct {
        const char *key;
        struct str *to;
    } FIELDS[] = {{"text", &q.text}, {"order", &q.order_name}, {"email", &q.email}, {"phone", &q.phone},
                  {"zip", &q.zip}, {"tracking_number", &q.tracking_number}, {"lang", &q.lang}};
    if (!json_is(v, JSON_OBJECT))
        return ctx_fail(ctx, ERR_PARSE, "body: expected one JSON object");
    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++) {
        const struct json *m = json_get(v, FIELDS[i].key);
        if (m == NULL || json_is(m, JSON_NULL))
            continue;
        if (!json_is(m, JSON_STRING))
            return ctx_fail(ctx, ERR_PARSE, "%s: expected a string", FIELDS[i].key);
        *FIELDS[i].to = str_trim(m->text);
        if (i > 0 && FIELDS[i].to->n > ASK_FIELD_MAX)
            return ctx_fail(ctx, ERR_PARSE, "%s: at most %d bytes", FIELDS[i].key, ASK_FIELD_MAX);
    }
    *out = q;
    return OK;
}
