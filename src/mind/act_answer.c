/* See act_memory.h: the decisions of a request as one answer, and decisions as they are recorded. */
#include "mind/act_memory.h"

static const char *const OUTCOMES[REQUEST_OUTCOME_COUNT] = {"taken", "approval", "choice", "same", "prove", "confirm", "person", "told"};

const char *request_outcome_word(enum request_outcome o)
{
    return o >= 0 && o < REQUEST_OUTCOME_COUNT ? OUTCOMES[o] : "unknown";
}

bool request_outcome_parse(struct str word, enum request_outcome *out)
{
    for (int i = 0; i < REQUEST_OUTCOME_COUNT; i++)
        if (str_eq(word, str_of(OUTCOMES[i]))) {
            *out = (enum request_outcome)i;
            return true;
        }
    return false;
}

/* ---- which decisions a request is about */

static bool mendable(enum guard_reason r)
{
    return r == GUARD_PROOF || r == GUARD_CONFIDENCE;
}

static bool leads_on(const struct act_decision *dec, const struct policy_ask *ask)
{
    for (size_t i = 0; i < dec->choices_n; i++)
        if (ask->request < REQUEST_FIRST_CAP || dec->choices[i].cap == (enum capability)(ask->request - REQUEST_FIRST_CAP))
            return true;
    return dec->refused_n > 0 && mendable(dec->refused[0].verdict.reason);
}

static void keep_matters(struct act_decisions *ds, const bool keep[ACT_MATTERS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < ds->n; i++)
        if (ds->v[i].matter < ACT_MATTERS_MAX && keep[ds->v[i].matter])
            ds->v[n++] = ds->v[i];
    ds->n = n;
}

void act_focus(struct act_decisions *decisions, const struct policy_ask *ask, struct str parcel)
{
    bool keep[ACT_MATTERS_MAX] = {false}, any = false;
    for (size_t i = 0; i < decisions->n && !str_empty(parcel); i++)
        if (str_eq(decisions->v[i].parcel, parcel) && decisions->v[i].matter < ACT_MATTERS_MAX)
            keep[decisions->v[i].matter] = any = true;
    for (size_t i = 0; i < decisions->n && str_empty(parcel); i++)
        if (leads_on(&decisions->v[i], ask) && decisions->v[i].matter < ACT_MATTERS_MAX)
            keep[decisions->v[i].matter] = any = true;
    for (size_t i = 0; i < decisions->n && !any; i++)
        if ((decisions->v[i].verb == VERB_HAND_OVER || i + 1 == decisions->n) && decisions->v[i].matter < ACT_MATTERS_MAX)
            keep[decisions->v[i].matter] = any = true;
    keep_matters(decisions, keep);
}

/* ---- the answer */

struct answering {
    const struct act_settle_input *in;
    const struct policy *pol;
    struct request_answer *out;
};

/* The answer that moves the request furthest stays: the outcomes stand in that order. */
static bool betters(const struct answering *a, enum request_outcome o)
{
    return a->out->outcome == REQUEST_OUTCOME_COUNT || o < a->out->outcome;
}

static void set(struct answering *a, enum request_outcome o, const struct act_decision *dec)
{
    *a->out = (struct request_answer){.outcome = o, .parcel = dec->parcel, .why = dec->why, .due_us = dec->at_us,
                                      .rule = dec->rule == NULL ? STR_NULL : dec->rule->name};
}

static void set_row(struct answering *a, const struct act_choice *c, const struct action_row *row)
{
    a->out->cap = c->cap;
    a->out->reason = c->verdict.reason;
    a->out->action_no = row->action_no;
    a->out->state = row->state;
    a->out->amount_minor = row->amount_minor;
    a->out->not_before_us = row->not_before_us;
}

/* What was declined before is told as it stands: the decision does not rise by itself. */
static const struct action_row *ended_before(const struct answering *a, const struct action_row *row)
{
    const struct action_row *last = NULL;
    for (size_t i = 0; i < a->in->book->n; i++)
        if (action_purpose_eq(&a->in->book->rows[i], row) && (last == NULL || a->in->book->rows[i].generation > last->generation))
            last = &a->in->book->rows[i];
    return last == NULL || a->in->ask->repeat || last->state == ACTION_EXPIRED ? NULL : last;
}

static void answer_action(struct answering *a, const struct act_decision *dec)
{
    const struct act_choice *c = &dec->choices[0];
    const struct action_row *before = c->verdict.outcome == GUARD_REPEAT ? c->verdict.same : ended_before(a, &c->verdict.row);
    enum request_outcome o = before != NULL                          ? REQUEST_SAME
                             : c->verdict.outcome == GUARD_AUTO     ? REQUEST_TAKEN
                             : c->verdict.outcome == GUARD_SHADOWED ? REQUEST_TO_PERSON
                                                                    : REQUEST_APPROVAL;
    bool other = a->in->ask->request >= REQUEST_FIRST_CAP && c->cap != (enum capability)(a->in->ask->request - REQUEST_FIRST_CAP);
    if (!betters(a, o) || (o == REQUEST_SAME && other)) /* what a rule does besides, and has done, is no answer */
        return;
    set(a, o, dec);
    if (o == REQUEST_TO_PERSON)
        a->out->due_us = a->in->now_us + ACT_HAND_OVER_HOURS * US_PER_H;
    else
        set_row(a, c, before != NULL ? before : &c->verdict.row);
}

static void answer_offer(struct answering *a, const struct act_decision *dec)
{
    const struct act_choice *same = NULL;
    struct request_offer offers[POLICY_CAPS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < dec->choices_n; i++) {
        if (dec->choices[i].verdict.outcome == GUARD_REPEAT)
            same = &dec->choices[i];
        else
            offers[n++] = (struct request_offer){dec->choices[i].cap, dec->choices[i].verdict.row.amount_minor};
    }
    if (n == 0 && same != NULL && betters(a, REQUEST_SAME)) {
        set(a, REQUEST_SAME, dec);
        set_row(a, same, same->verdict.same);
    } else if (n > 0 && betters(a, REQUEST_CHOICE)) {
        set(a, REQUEST_CHOICE, dec);
        memcpy(a->out->offers, offers, n * sizeof(offers[0]));
        a->out->offers_n = n;
    }
}

static void answer_person(struct answering *a, const struct act_decision *dec)
{
    const struct act_choice *no = dec->refused_n > 0 && dec->choices_n == 0 ? &dec->refused[0] : NULL;
    enum guard_reason r = no == NULL ? GUARD_NONE : no->verdict.reason;
    enum request_outcome o = r == GUARD_PROOF ? REQUEST_PROVE : r == GUARD_CONFIDENCE ? REQUEST_CONFIRM : REQUEST_TO_PERSON;
    if (!betters(a, o))
        return;
    set(a, o, dec);
    a->out->reason = r;
    if (no == NULL)
        return;
    a->out->cap = no->cap;
    a->out->proof = grant_proof(&a->pol->grants[no->cap], no->cap);
}

static bool is_about(const struct act_decision *dec, const struct policy_ask *ask)
{
    for (size_t i = 0; ask->request >= REQUEST_FIRST_CAP && i < dec->choices_n; i++)
        if (dec->choices[i].cap == (enum capability)(ask->request - REQUEST_FIRST_CAP))
            return true;
    for (size_t i = 0; ask->request >= REQUEST_FIRST_CAP && i < dec->refused_n; i++)
        if (dec->refused[i].cap == (enum capability)(ask->request - REQUEST_FIRST_CAP))
            return true;
    return false;
}

void request_answer_of(const struct act_settle_input *in, const struct policy *pol, struct request_answer *out)
{
    struct answering a = {in, pol, out};
    bool named = false;
    *out = (struct request_answer){.outcome = REQUEST_OUTCOME_COUNT};
    for (size_t i = 0; i < in->decisions->n; i++)
        named = named || is_about(&in->decisions->v[i], in->ask);
    for (size_t i = 0; i < in->decisions->n; i++) {
        const struct act_decision *dec = &in->decisions->v[i];
        if (named && !is_about(dec, in->ask)) /* what a rule does besides is not the answer */
            continue;
        if (dec->verb == VERB_ACT || dec->verb == VERB_APPROVE)
            answer_action(&a, dec);
        else if (dec->verb == VERB_OFFER)
            answer_offer(&a, dec);
        else if (dec->verb == VERB_HAND_OVER)
            answer_person(&a, dec);
    }
    if (out->outcome == REQUEST_OUTCOME_COUNT)
        *out = (struct request_answer){.outcome = REQUEST_TOLD};
}

/* ---- as JSON */

void request_answer_write(struct jw *w, const struct request_answer *ans, int64_t order_no, struct str id, struct str currency)
{
    bool acts = ans->outcome == REQUEST_TAKEN || ans->outcome == REQUEST_APPROVAL || ans->outcome == REQUEST_SAME;
    jw_obj(w);
    jw_kstr(w, "kind", STR("decision"));
    jw_kstr(w, "verb", STR("answer"));
    jw_ki64(w, "order_no", order_no);
    jw_kstr(w, "request_id", id);
    jw_kstr(w, "outcome", str_of(request_outcome_word(ans->outcome)));
    if (acts || ans->outcome == REQUEST_PROVE || ans->outcome == REQUEST_CONFIRM)
        jw_kstr(w, "capability", str_of(capability_word(ans->cap)));
    if (acts) {
        jw_ki64(w, "action_no", ans->action_no);
        jw_kstr(w, "state", str_of(action_state_word(ans->state)));
        jw_ki64(w, "amount_minor", ans->amount_minor);
        jw_kstr(w, "currency", currency);
        jw_ktime(w, "not_before", ans->not_before_us);
    }
    if (ans->offers_n > 0) {
        jw_key(w, "offers");
        jw_arr(w);
        for (size_t i = 0; i < ans->offers_n; i++) {
            jw_obj(w);
            jw_kstr(w, "capability", str_of(capability_word(ans->offers[i].cap)));
            jw_ki64(w, "amount_minor", ans->offers[i].amount_minor);
            jw_kstr(w, "currency", currency);
            jw_end(w);
        }
        jw_arr_end(w);
    }
    if (ans->outcome == REQUEST_PROVE)
        jw_kstr(w, "proof", str_of(policy_proof_word(ans->proof)));
    if (ans->outcome == REQUEST_TO_PERSON)
        jw_ktime(w, "due", ans->due_us);
    jw_kstr(w, "reason", str_of(guard_reason_word(ans->reason)));
    jw_kstr_opt(w, "tracking_number", ans->parcel);
    jw_kstr_opt(w, "rule", ans->rule);
    jw_kstr_opt(w, "why", ans->why);
    jw_end(w);
}

static bool word_in(struct str word, const char *(*words)(unsigned), unsigned count, unsigned *out)
{
    for (unsigned i = 0; i < count; i++)
        if (str_eq(word, str_of(words(i)))) {
            *out = i;
            return true;
        }
    return false;
}

static const char *state_word(unsigned v)
{
    return action_state_word((enum action_state)v);
}

static const char *reason_word_of(unsigned v)
{
    return guard_reason_word((enum guard_reason)v);
}

static void read_offers(const struct json *v, struct request_answer *ans)
{
    const struct json *list = json_get(v, "offers");
    if (list == NULL)
        return;
    JSON_EACH(c, list) {
        struct request_offer *o = &ans->offers[ans->offers_n];
        if (ans->offers_n < POLICY_CAPS_MAX && capability_parse(json_str(c, "capability"), &o->cap) &&
            json_i64(c, "amount_minor", 0, INT64_MAX, &o->amount_minor) == OK)
            ans->offers_n++;
    }
}

static int64_t time_of(const struct json *v, const char *key)
{
    struct when w;
    struct str s = json_str(v, key);
    return !str_empty(s) && when_parse(s, &w) == OK && w.kind == WHEN_UTC ? w.utc_us : 0;
}

enum err request_answer_read(struct ctx *ctx, const struct json *v, struct request_answer *out)
{
    struct request_answer ans = {.outcome = REQUEST_TOLD};
    unsigned state = 0, reason = 0, proof = 0;
    struct str cap = json_str(v, "capability"), state_text = json_str(v, "state"), proof_text = json_str(v, "proof");
    bool ok = request_outcome_parse(json_str(v, "outcome"), &ans.outcome) && (str_empty(cap) || capability_parse(cap, &ans.cap)) &&
              (str_empty(state_text) || word_in(state_text, state_word, ACTION_STATE_COUNT, &state)) &&
              word_in(json_str(v, "reason"), reason_word_of, GUARD_REASON_COUNT, &reason) &&
              (str_empty(proof_text) || word_in(proof_text, policy_proof_word, PROOF_COUNT, &proof));
    if (!ok)
        return ctx_fail(ctx, ERR_CORRUPT, "the answer to a request is not as it was written");
    ans.state = (enum action_state)state;
    ans.reason = (enum guard_reason)reason;
    ans.proof = (enum policy_proof)proof;
    ans.parcel = json_str(v, "tracking_number");
    ans.rule = json_str(v, "rule");
    ans.why = json_str(v, "why");
    ans.not_before_us = time_of(v, "not_before");
    ans.due_us = time_of(v, "due");
    if (json_i64(v, "amount_minor", 0, INT64_MAX, &ans.amount_minor) != OK)
        ans.amount_minor = 0;
    if (json_i64(v, "action_no", 0, INT64_MAX, &ans.action_no) != OK)
        ans.action_no = 0;
    read_offers(v, &ans);
    *out = ans;
    return OK;
}

/* ---- decisions as they are recorded */

static void write_choice(struct jw *w, const struct act_choice *c, const struct policy *pol)
{
    const struct action_row *r = &c->verdict.row;
    jw_obj(w);
    jw_kstr(w, "capability", str_of(capability_word(c->cap)));
    jw_kstr(w, "outcome", str_of(guard_outcome_word(c->verdict.outcome)));
    jw_kstr(w, "reason", str_of(guard_reason_word(c->verdict.reason)));
    if (c->verdict.limit != 0 || c->verdict.used != 0) {
        jw_ki64(w, "limit", c->verdict.limit);
        jw_ki64(w, "used", c->verdict.used);
    }
    if (r->generation > 0) {
        jw_ki64(w, "action_no", r->action_no);
        jw_kstr(w, "state", str_of(action_state_word(r->state)));
        jw_ki64(w, "amount_minor", r->amount_minor);
        jw_kstr(w, "currency", pol->currency);
        jw_ki64(w, "approvals_needed", r->approvals_needed);
        jw_ktime(w, "not_before", r->not_before_us);
        jw_ktime(w, "not_after", r->not_after_us);
    }
    jw_end(w);
}

static void write_choices(struct jw *w, const char *name, const struct act_choice *list, size_t n, const struct policy *pol)
{
    if (n == 0)
        return;
    jw_key(w, name);
    jw_arr(w);
    for (size_t i = 0; i < n; i++)
        write_choice(w, &list[i], pol);
    jw_arr_end(w);
}

static void write_decision(struct jw *w, const struct act_decision *dec, const struct policy *pol)
{
    jw_kstr_opt(w, "tracking_number", dec->parcel);
    jw_kstr(w, "class", str_of(diag_class_word(dec->cls)));
    jw_kstr_opt(w, "rule", dec->rule == NULL ? STR_NULL : dec->rule->name);
    jw_kstr(w, "why", dec->why);
    if (dec->at_us != 0)
        jw_ktime(w, "due", dec->at_us);
    if (dec->verb == VERB_HAND_OVER)
        jw_kstr(w, "priority", str_of(policy_priority_word(dec->priority)));
    jw_kstr_opt(w, "recommend", dec->recommend);
    write_choices(w, "choices", dec->choices, dec->choices_n, pol);
    write_choices(w, "refused", dec->refused, dec->refused_n, pol);
}

void act_item_write(struct jw *w, const struct act_item *it, int64_t order_no, const struct policy *pol)
{
    static const char *const OF_TASK[] = {[ACT_REMIND] = "remind", [ACT_MISSED] = "missed", [ACT_CLOSED] = "close"};
    const char *verb = it->dec == NULL ? OF_TASK[it->novelty] : policy_verb_word(it->dec->verb);
    jw_obj(w);
    jw_kstr(w, "kind", STR("decision"));
    jw_kstr(w, "verb", str_of(verb));
    jw_ki64(w, "order_no", order_no);
    jw_kstr(w, "policy", pol->version);
    if (it->task != NULL)
        jw_kstr(w, "task", it->task->key);
    if (it->dec != NULL)
        write_decision(w, it->dec, pol);
    else {
        jw_kstr_opt(w, "rule", it->task->rule);
        jw_kstr_opt(w, "tracking_number", it->task->parcel);
        jw_ktime(w, "due", it->task->due_us);
        jw_kstr_opt(w, "recommend", it->task->recommend);
    }
    jw_end(w);
}
