/* See converse.h. The ports of the dialogue: each is one of the calls that faces use, too. */
#include "flows/converse.h"

#include "base/crypto.h"
#include "base/phone.h"
#include "base/secret.h"
#include "flows/knowledge.h"
#include "flows/reader.h"
#include "flows/request.h"
#include "flows/understand.h"
#include "mind/template.h"
#include "model/fact_json.h"
#include "talk/dialogue.h"

#define MESSAGES_MAX 20     /* that one turn answers */
#define FOLD_WAIT_MS 2000
#define PATTERNS_MAX 64

struct desk {
    const struct converse_env *env;
    const struct conversation *c;
    struct merchant *m;
    struct dialogue_heard heard;
    bool contact_mail;
};

/* ---- orders */

static enum err orders_of(struct ctx *ctx, struct desk *d, enum contact_kind kind, struct str contact, int64_t *out, size_t *n)
{
    unsigned char h[CONTACT_HASH_LEN];
    struct db_stmt *st = NULL;
    bool row = true;
    *n = 0;
    if (contact_hash(ctx, &d->m->keys, kind, contact, h) != OK)
        return OK;
    enum err e = db_stmt_get(ctx, d->env->rd->state, SQL_CONTACT_ORDERS, &st);
    if (e != OK)
        return e;
    db_bind_i64(st, 1, d->m->id);
    db_bind_blob(st, 2, (struct str){(const char *)h, CONTACT_HASH_LEN});
    db_bind_i64(st, 3, DIALOGUE_FOUND_MAX);
    while (*n < DIALOGUE_FOUND_MAX && (e = db_step(ctx, st, &row)) == OK && row)
        out[(*n)++] = db_col_i64(st, 0);
    db_done(st);
    return e;
}

static enum err port_own(void *user, struct ctx *ctx, int64_t out[DIALOGUE_FOUND_MAX], size_t *n)
{
    struct desk *d = user;
    *n = 0;
    if (channel_kind_has_handles(d->heard.channel))
        return OK;
    return orders_of(ctx, d, d->contact_mail ? CONTACT_EMAIL : CONTACT_PHONE, d->heard.from, out, n);
}

/* A bare number may be an order's name or a postal code: both are tried, whatever the first one gives. */
static enum err port_identify(void *user, struct ctx *ctx, const struct dialogue_kept *given, int64_t out[DIALOGUE_FOUND_MAX], size_t *n)
{
    struct desk *d = user;
    struct identity_given g = {given->order_name, given->email, given->phone, given->zip, given->tracking_number};
    struct identity_given swapped = g;
    struct identity_result a = {.n = 0}, b = {.n = 0};
    struct str e164 = STR_NULL;
    if (!str_empty(g.phone) && phone_e164(ctx, g.phone, d->m->cfg->promises.home_country, &e164) == OK)
        g.phone = e164; /* short national numbers, too, are looked up as the order has them */
    swapped.phone = g.phone;
    swapped.order_name = g.zip;
    swapped.zip = g.order_name;
    enum err e = identity_match(ctx, d->env->rd, d->m->id, &g, &a);
    if (e == OK && (!str_empty(g.zip) || !str_empty(g.order_name)))
        e = identity_match(ctx, d->env->rd, d->m->id, &swapped, &b);
    if (e != OK)
        return e;
    const struct identity_result *res = a.n > 0 ? &a : &b;
    for (*n = 0; *n < res->n && *n < DIALOGUE_FOUND_MAX; (*n)++)
        out[*n] = res->orders[*n];
    return OK;
}

static enum err port_read(void *user, struct ctx *ctx, int64_t order_no, struct dialogue_order *out)
{
    struct desk *d = user;
    struct case_answer *ca = ctx_alloc(ctx, sizeof(*ca));
    if (ca == NULL)
        return ERR_MEMORY;
    enum err e = case_read(ctx, d->env->rd, d->m->id, order_no, 0, ca);
    if (e == OK)
        *out = (struct dialogue_order){order_no, ca->cas, &ca->cd, &d->m->cfg->promises, ca->as_of_us};
    return e;
}

/* Old news is asked for anew before it is told (R7); what comes is appended and folded like anything else. */
static enum err port_fresh(void *user, struct ctx *ctx, struct dialogue_order *ord)
{
    struct desk *d = user;
    struct case_answer ca;
    int64_t pos = 0, until = clock_mono_us() + (int64_t)d->env->budget_ms * 1000;
    struct reply_age age = reply_age(ord->cas, ord->cd, ord->promises, ord->now_us);
    if (!age.old || d->env->refresh == NULL)
        return OK;
    enum err e = case_read(ctx, d->env->rd, d->m->id, ord->order_no, 0, &ca);
    if (e != OK)
        return e;
    (void)!d->env->refresh(d->env->refresh_user, ctx, d->env->rd, &ca, d->env->budget_ms, &pos); /* late or not: the age is told */
    int64_t left_ms = (until - clock_mono_us()) / 1000;
    if (pos == 0 || engine_wait_folded(ctx, d->env->eng, d->m->id, pos, left_ms > 0 ? (int)left_ms : 0) != OK)
        return OK;
    return port_read(user, ctx, ord->order_no, ord);
}

/* ---- what the customer says and wants */

static enum err append_fact(struct ctx *ctx, struct desk *d, enum recv_source source, const struct fact *fct)
{
    const struct fact_to to = {d->m->id, source, "talk", (size_t)1 << 18, d->heard.now_us};
    int64_t pos = 0;
    enum err e = fact_append_wait(ctx, d->env->eng, &to, fct, &pos);
    return e == OK ? engine_wait_folded(ctx, d->env->eng, d->m->id, pos, FOLD_WAIT_MS) : e;
}

static enum err port_quote(void *user, struct ctx *ctx, struct str question, struct str question_lang, struct str lang, struct str *out)
{
    struct desk *d = user;
    struct knowledge_answer ans;
    enum err e = knowledge_ask(ctx, d->env->rd, d->m->id, question, question_lang, &ans);
    *out = e == OK && ans.found ? knowledge_quote(ctx, lang, d->m->cfg->promises.home_zone, &ans.passage) : STR_NULL;
    return e;
}

static enum err port_report(void *user, struct ctx *ctx, const struct dialogue_order *ord, enum report_kind kind, struct str sku)
{
    struct desk *d = user;
    const struct order_view *v = order_anchor(ord->cas);
    struct fact fct = {.kind = FACT_CUSTOMER_REPORT, .role = ROLE_CUSTOMER};
    if (v == NULL || str_empty(v->name))
        return OK;
    fct.u.report = (struct report_fact){.order_name = v->name, .report = kind, .sku = sku, .at_us = d->heard.now_us};
    enum err e = append_fact(ctx, d, RECV_FACTS, &fct);
    return e == ERR_TIMEOUT ? OK : e; /* recorded; the fold comes to it */
}

static enum policy_channel policy_channel_of(enum channel_kind k)
{
    static const enum policy_channel OF[CHANNEL_KIND_COUNT] = {[CHANNEL_EMAIL] = CHAN_EMAIL, [CHANNEL_SMS] = CHAN_SMS, [CHANNEL_WHATSAPP] = CHAN_WHATSAPP,
                                                               [CHANNEL_VOICE] = CHAN_VOICE, [CHANNEL_CHAT] = CHAN_CHAT, [CHANNEL_WEBHOOK] = CHAN_API};
    return k < CHANNEL_KIND_COUNT && OF[k] != CHAN_NONE ? OF[k] : CHAN_SOCIAL;
}

static enum err port_request(void *user, struct ctx *ctx, const struct dialogue_ask *ask, bool make, struct request_answer *out)
{
    struct desk *d = user;
    int64_t pos = 0;
    struct request_given g = {.order_no = ask->order_no, .id = ask->id, .request = ask->request, .channel = policy_channel_of(d->heard.channel),
                              .proof = ask->proof, .confidence = ask->confidence, .sensitive = ask->sensitive, .address = ask->address,
                              .detail = ask->detail, .note = ask->note};
    return make ? request_make(ctx, d->env->eng, d->env->rd, d->m->id, &g, out, &pos) : request_try(ctx, d->env->eng, d->env->rd, d->m->id, &g, out);
}

/* ---- codes */

static enum err code_hash(struct ctx *ctx, struct desk *d, struct str digits, struct str *out)
{
    unsigned char h[CONTACT_HASH_LEN];
    struct buf hex;
    struct str what = arena_fmt(ctx->arena, "code|%lld|%.*s", (long long)d->c->no, STR_ARG(digits));
    enum err e = contact_hash(ctx, &d->m->keys, CONTACT_ADDRESS, what, h);
    buf_init(&hex, 256);
    buf_add_hex(&hex, (struct str){(const char *)h, CONTACT_HASH_LEN});
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&hex), out);
    buf_clear(&hex);
    return e;
}

static enum err code_way(struct ctx *ctx, struct desk *d, int64_t order_no, enum channel_kind *out)
{
    struct case_answer ca;
    struct personal who;
    enum err e = case_read(ctx, d->env->rd, d->m->id, order_no, 0, &ca);
    if (e == OK)
        e = case_personal(ctx, d->env->rd, &ca, &who);
    if (e != OK)
        return e;
    bool phone = !str_empty(who.phone) || !str_empty(who.ship_to.phone);
    if (phone && channel_account(d->m->cfg, CHANNEL_SMS) != NULL)
        *out = CHANNEL_SMS;
    else if (!str_empty(who.email))
        *out = CHANNEL_EMAIL;
    else
        return ctx_fail(ctx, ERR_NOTFOUND, "code: the order has no contact");
    return OK;
}

static enum err port_code(void *user, struct ctx *ctx, int64_t order_no, struct str *digits, struct str *hash, enum channel_kind *channel)
{
    struct desk *d = user;
    uint32_t v = 0;
    enum err e = code_way(ctx, d, order_no, channel);
    if (e == OK)
        e = crypto_random((unsigned char *)&v, sizeof(v));
    if (e == OK)
        *digits = arena_fmt(ctx->arena, "%06u", v % 1000000u);
    return e == OK ? code_hash(ctx, d, *digits, hash) : e;
}

static bool port_code_fits(void *user, struct ctx *ctx, struct str typed, struct str hash)
{
    struct str h;
    return !str_empty(hash) && code_hash(ctx, user, typed, &h) == OK && bytes_eq_ct(h, hash);
}

/* ---- what was heard */

static void merge_signals(struct signals *into, const struct signals *from)
{
    for (int k = 0; k < SIGNAL_KIND_COUNT; k++)
        into->has[k] = into->has[k] || from->has[k];
    if (from->sentiment < into->sentiment)
        into->sentiment = from->sentiment;
}

/* One message counts as it was recorded; of several, what they say together. */
static enum err understand_all(struct ctx *ctx, struct dialogue_heard *h, const struct message_in_fact *last, size_t messages)
{
    struct model model;
    struct nlu_result recorded, all;
    h->words = !str_empty(str_trim(h->text));
    if (!h->words)
        return OK;
    enum err e = nlu_open(ctx, &model);
    if (e == OK)
        e = nlu_understand(ctx, &model, h->text, last->language, &all);
    if (e != OK)
        return e;
    merge_signals(&h->nlu.signals, &all.signals);
    struct signals signals = h->nlu.signals;
    if (messages == 1 && understood_read(last, &recorded)) {
        recorded.slots = all.slots;
        all = recorded;
    }
    all.signals = signals;
    h->nlu = all;
    return OK;
}

static void hear_one(struct ctx *ctx, struct dialogue_heard *h, const struct message_in_fact *m)
{
    struct nlu_result r;
    h->text = str_empty(h->text) ? m->text : arena_fmt(ctx->arena, "%.*s\n%.*s", STR_ARG(h->text), STR_ARG(m->text));
    if (!str_empty(m->choice))
        h->choice = m->choice;
    if (understood_read(m, &r))
        merge_signals(&h->nlu.signals, &r.signals);
    if (m->order_no != 0)
        h->order_no = m->order_no;
    if (m->channel == CHANNEL_VOICE && !str_empty(words_language(m->language)))
        h->store_lang = words_language(m->language); /* the call is in it, also where only keys are pressed */
    h->channel = m->channel;
    h->verified = m->verified;
    h->from = m->from;
    h->customer = m->customer;
    h->message_id = m->message_id;
}

static bool is_new(const struct conversation *c, const struct conversation_line *l)
{
    bool behind = l->at.pos > c->answered.pos || (l->at.pos == c->answered.pos && l->at.idx > c->answered.idx);
    bool seen = l->at.pos < c->asked.pos || (l->at.pos == c->asked.pos && l->at.idx <= c->asked.idx); /* later ones have a turn of theirs */
    return !l->ours && !l->in.automatic && behind && seen;
}

/* The messages to answer, and the personal part of the state. */
static enum err hear(struct ctx *ctx, struct desk *d, struct dialogue_kept *kept)
{
    struct conversation_line *lines = NULL;
    const struct message_in_fact *last = NULL;
    struct str kept_text = STR_NULL;
    size_t n = 0, messages = 0;
    enum err e = conversation_lines_read(ctx, d->env->rd, d->m->id, d->c->no, MESSAGES_MAX, &lines, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (lines[i].ours && str_empty(lines[i].turn.by))
            kept_text = lines[i].turn.kept;
        if (!is_new(d->c, &lines[i]))
            continue;
        last = &lines[i].in;
        messages++;
        hear_one(ctx, &d->heard, last);
    }
    if (e == OK && last == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "conversation: nothing to answer");
    if (e == OK)
        e = understand_all(ctx, &d->heard, last, messages);
    if (e == OK)
        e = dialogue_kept_read(ctx, kept_text, kept);
    d->contact_mail = str_contains(d->heard.from, STR("@"));
    return e;
}

static enum err find_entities(struct ctx *ctx, struct desk *d)
{
    struct str list[PATTERNS_MAX];
    struct entity_patterns pat = {list, 0};
    const struct entity_patterns from[] = {{d->m->cfg->order_name_patterns, d->m->cfg->order_name_patterns_n},
                                           d->env->learned == NULL ? (struct entity_patterns){NULL, 0} : *d->env->learned};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < from[k].n && pat.n < PATTERNS_MAX; i++)
            list[pat.n++] = from[k].list[i];
    return entities_find(ctx, d->heard.text, &pat, &d->heard.ent);
}

/* ---- the turn */

static enum err write_state(struct ctx *ctx, const struct dialogue_state *st, const struct dialogue_kept *kept, struct turn_fact *out)
{
    struct buf b;
    buf_init(&b, 65536);
    struct jw w = jw_of(&b);
    dialogue_state_write(&w, st);
    enum err e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->state);
    buf_reset(&b);
    w = jw_of(&b);
    dialogue_kept_write(&w, kept);
    if (e == OK)
        e = buf_err(&b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->kept);
    buf_clear(&b);
    return e;
}

enum err converse(struct ctx *ctx, const struct converse_env *env, const struct conversation *c, struct turn_fact *out)
{
    struct desk d = {.env = env, .c = c, .m = engine_merchant_by_id(env->eng, env->merchant_id)};
    const struct dialogue_ports ports = {&d, port_identify, port_own, port_read, port_fresh, port_report, port_request, port_code, port_code_fits,
                                         port_quote};
    struct dialogue_state st;
    struct dialogue_kept kept;
    struct dialogue_out said;
    if (d.m == NULL)
        return ctx_fail(ctx, ERR_NOTFOUND, "no such merchant");
    d.heard = (struct dialogue_heard){.now_us = clock_now_us(ctx->clock), .person_hours = d.m->cfg->talk.person_hours, .store_lang = store_language(d.m->cfg),
                                      .person_has_it = c->person == CONVERSATION_HAS_PERSON, .person_asked = c->person == CONVERSATION_WANTS_PERSON};
    enum err e = hear(ctx, &d, &kept);
    if (e == OK)
        e = find_entities(ctx, &d);
    if (e == OK)
        e = dialogue_state_read(ctx, c->state, &st);
    if (e == OK)
        e = dialogue_turn(ctx, &d.heard, &ports, &st, &kept, &said);
    if (e != OK)
        return e;
    *out = (struct turn_fact){.conversation_no = c->no, .asked_pos = c->asked.pos, .asked_idx = c->asked.idx,
                              .outcome = str_of(dialogue_outcome_word(said.outcome)), .language = said.lang,
                              .order_no = st.order_no != 0 ? st.order_no : c->order_no,
                              .reply = said.reply, .choices = said.choices, .speaks = !str_empty(said.reply), .hands_over = said.hands_over,
                              .code = said.code, .sends_code = !str_empty(said.code), .code_channel = said.code_channel,
                              .at_us = d.heard.now_us};
    e = write_state(ctx, &st, &kept, out);
    return ctx_whole(ctx, e);
}
