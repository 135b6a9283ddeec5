/*
 * What a customer wants about an order that is settled: its state, something put right, something done. Whatever costs or moves
 * something is a request to the policy with what is known of the asker; its answer is told as it is, offers become choices, a code
 * is sent where the policy asks for one. Nothing here acts.
 */
#include "talk/dialogue_int.h"

#include "base/icu_text.h"
#include "mind/phrases.h"
#include "mind/template.h"
#include "talk/mention.h"
#include "talk/return_text.h"

static struct str thing(const struct turn *t, enum capability cap)
{
    return words_find(t->lang, arena_fmt(t->ctx->arena, "do.%s", capability_word(cap)));
}

static struct str money(const struct turn *t, int64_t minor)
{
    const struct order_view *v = order_anchor(t->ord.cas);
    return v == NULL || minor <= 0 ? STR_NULL : icu_money(t->ctx, t->lang, v->currency, minor);
}

/* ---- offers */

static void say_offers(struct turn *t, const struct request_answer *ans)
{
    turn_say_key(t, "talk.offer");
    t->st->offers_n = 0;
    for (size_t i = 0; i < ans->offers_n && i < POLICY_CAPS_MAX; i++) {
        struct str amount = money(t, ans->offers[i].amount_minor), what = phrase_capital(t->ctx->arena, thing(t, ans->offers[i].cap));
        t->st->offers[t->st->offers_n++] = ans->offers[i].cap;
        if (!str_empty(amount) && ans->offers[i].cap == CAP_REFUND)
            what = arena_fmt(t->ctx->arena, "%.*s (%.*s)", STR_ARG(what), STR_ARG(amount));
        turn_choice(t, arena_fmt(t->ctx->arena, "offer:%s", capability_word(ans->offers[i].cap)), what);
    }
    turn_choice(t, STR("person"), words_find(t->lang, STR("talk.opt_person")));
    t->st->await = AWAIT_OFFER;
    t->asks = true;
}

/* What the policy offers unasked, where something is wrong. */
static enum err offer(struct turn *t)
{
    struct request_answer ans;
    struct dialogue_ask ask = {.order_no = t->ord.order_no, .id = t->in->message_id, .request = REQUEST_STATUS, .proof = t->st->proof,
                               .confidence = 100};
    enum err e = t->ports->request(t->ports->user, t->ctx, &ask, false, &ans);
    if (e == OK && ans.outcome == REQUEST_CHOICE && ans.offers_n > 0)
        say_offers(t, &ans);
    return e == ERR_UNSUPPORTED ? OK : e;
}

/* ---- state */

enum err turn_status(struct turn *t)
{
    enum err e = t->ports->fresh(t->ports->user, t->ctx, &t->ord);
    if (e != OK)
        return e;
    turn_say_deadline(t); /* what was asked first is answered first */
    turn_say(t, reply_answer(t->ctx, t->lang, t->ord.cas, t->ord.cd, t->ord.promises, t->ord.now_us));
    return offer(t);
}

enum err turn_refund_status(struct turn *t)
{
    int64_t total = 0;
    for (size_t i = 0; i < t->ord.cas->refunds_n; i++)
        total += t->ord.cas->refunds[i].amount_minor;
    struct fill_pair values[] = {{"amount", money(t, total)}, {NULL, STR_NULL}};
    if (t->ord.cd->order.cls == DIAG_REFUNDED || t->ord.cd->order.cls == DIAG_CANCELLED)
        return turn_status(t);
    if (total > 0)
        turn_say_filled(t, "talk.refund_some", values);
    else
        turn_say_key(t, "talk.refund_none");
    return turn_status(t);
}

/* ---- what the customer says of a delivery */

static struct str named_item(struct turn *t)
{
    const struct order_view *v = order_anchor(t->ord.cas);
    struct str titles[MENTION_ITEMS_MAX];
    size_t which = 0, n = 0;
    bool alone = false;
    for (; v != NULL && n < v->items_n && n < MENTION_ITEMS_MAX; n++)
        titles[n] = v->items[n].title;
    return n > 1 && mention_find(t->ctx, t->in->text, titles, n, &which, &alone) == OK && alone ? v->items[which].sku : STR_NULL;
}

enum err turn_report(struct turn *t, enum report_kind kind)
{
    enum diag_class cls = t->ord.cd->order.cls;
    int64_t no = t->ord.order_no;
    if (cls != DIAG_DELIVERED && !(cls == DIAG_SPLIT_INCOMPLETE && kind != REPORT_NOT_RECEIVED))
        return turn_status(t); /* what is not there yet cannot be missing */
    enum err e = t->ports->report(t->ports->user, t->ctx, &t->ord, kind, named_item(t));
    if (e == OK)
        e = turn_read_order(t, no);
    if (e != OK)
        return e;
    turn_say_key(t, "talk.sorry");
    t->acted = true;
    return turn_status(t);
}

/* ---- requests */

static void say_same(struct turn *t, const struct request_answer *ans, struct fill_pair *values)
{
    static const char *const KEYS[ACTION_STATE_COUNT] = {
        [ACTION_PROPOSED] = "talk.open",   [ACTION_APPROVED] = "talk.running", [ACTION_WAITING] = "talk.running",
        [ACTION_SENT] = "talk.running",    [ACTION_UNKNOWN] = "talk.running",  [ACTION_CONFIRMED] = "talk.done",
    };
    const char *key = ans->state < ACTION_STATE_COUNT ? KEYS[ans->state] : NULL;
    turn_say_filled(t, key == NULL ? "talk.declined" : key, values);
}

static enum err send_code(struct turn *t, struct fill_pair *values)
{
    struct str digits, hash;
    enum err e = t->ports->code(t->ports->user, t->ctx, t->ord.order_no, &digits, &hash, &t->out->code_channel);
    if (e == ERR_NOTFOUND)
        return turn_hand_over(t, "talk.person", NULL, false);
    if (e != OK)
        return e;
    struct fill_pair code[] = {{"code", digits}, {NULL, STR_NULL}};
    t->out->code = fill_words(t->ctx, t->lang, "talk.code_text", code);
    t->st->code = hash;
    t->st->code_until_us = t->in->now_us + 15 * US_PER_MIN;
    t->st->codes = 0;
    t->st->await = AWAIT_CODE;
    t->asks = true;
    turn_say_filled(t, "talk.code", values);
    return OK;
}

static enum err confirm(struct turn *t, struct fill_pair *values)
{
    turn_choice(t, STR("yes"), words_find(t->lang, STR("talk.yes")));
    turn_choice(t, STR("no"), words_find(t->lang, STR("talk.no")));
    turn_say_filled(t, "talk.confirm", values);
    t->st->await = AWAIT_CONFIRM;
    t->asks = true;
    return OK;
}

/* A person has it by the policy's word: the customer is told until when. */
static enum err handed(struct turn *t, const struct request_answer *ans)
{
    struct fill_pair values[] = {{"due", turn_due(t, ans->due_us)}, {NULL, STR_NULL}};
    t->st->due_us = ans->due_us;
    t->over = t->out->hands_over = true;
    turn_say_filled(t, t->in->person_asked ? "talk.person_again" : "talk.person", values);
    return OK;
}

static enum err tell_answer(struct turn *t, const struct request_answer *ans, enum capability cap)
{
    struct fill_pair values[] = {{"do", thing(t, cap)}, {"amount", money(t, ans->amount_minor)}, {NULL, STR_NULL}};
    t->acted = ans->outcome == REQUEST_TAKEN || ans->outcome == REQUEST_APPROVAL;
    switch (ans->outcome) {
    case REQUEST_TAKEN:
        turn_say_filled(t, "talk.taken", values);
        break;
    case REQUEST_APPROVAL:
        turn_say_filled(t, "talk.approval", values);
        break;
    case REQUEST_SAME:
        say_same(t, ans, values);
        break;
    case REQUEST_CHOICE:
        turn_say(t, reply_answer(t->ctx, t->lang, t->ord.cas, t->ord.cd, t->ord.promises, t->ord.now_us));
        say_offers(t, ans);
        return OK;
    case REQUEST_PROVE:
        return send_code(t, values);
    case REQUEST_CONFIRM:
        return confirm(t, values);
    case REQUEST_TO_PERSON:
        return handed(t, ans);
    case REQUEST_TOLD:
    case REQUEST_OUTCOME_COUNT:
        return turn_status(t);
    }
    t->st->want = CAP_COUNT;
    return OK;
}

static bool needs_address(enum capability cap)
{
    return cap == CAP_CHANGE_ADDRESS || cap == CAP_REROUTE;
}

/* The address in the message, or the one that was given before; else it is asked for. */
static enum err have_address(struct turn *t, bool *have)
{
    struct address a;
    *have = true;
    if (address_read(t->ctx, t->in->text, case_destination(t->ord.cas).country, &a))
        t->kept->address = a;
    else if (str_empty(t->kept->address.line1))
        *have = false;
    struct fill_pair none = {NULL, STR_NULL};
    return *have ? OK : turn_ask_back(t, AWAIT_ADDRESS, turn_words(t, "talk.address_ask", &none));
}

enum err turn_want(struct turn *t, enum capability cap, int confidence)
{
    struct request_answer ans;
    bool ready = true, to = needs_address(cap);
    enum err e = OK;
    struct fill_pair values[] = {{"do", thing(t, cap)}, {NULL, STR_NULL}};
    t->st->want = cap;
    t->st->want_confidence = confidence;
    if (to)
        e = have_address(t, &ready);
    if (e != OK || !ready)
        return e;
    if (confidence < DIALOGUE_ACT)
        return confirm(t, values);
    struct dialogue_ask ask = {.order_no = t->ord.order_no, .id = t->in->message_id, .request = (enum policy_request)(REQUEST_FIRST_CAP + cap),
                               .proof = t->st->proof, .confidence = confidence, .address = to ? &t->kept->address : NULL,
                               .detail = t->detail, .note = str_sub(t->in->text, 0, 1000)};
    e = t->ports->request(t->ports->user, t->ctx, &ask, false, &ans); /* what has to be shown or confirmed first is not recorded yet */
    if (e == OK && ans.outcome != REQUEST_PROVE && ans.outcome != REQUEST_CONFIRM)
        e = t->ports->request(t->ports->user, t->ctx, &ask, true, &ans);
    if (e == ERR_UNSUPPORTED || e == ERR_TIMEOUT)
        return turn_hand_over(t, "talk.person", NULL, false);
    return e == OK ? tell_answer(t, &ans, cap) : e;
}

/* What has begun is told; else the policy is asked, and where it starts no returns by itself a person gets it. */
enum err turn_return(struct turn *t, int confidence)
{
    struct request_answer ans = {.outcome = REQUEST_TO_PERSON};
    struct dialogue_ask ask = {.order_no = t->ord.order_no, .id = t->in->message_id,
                               .request = (enum policy_request)(REQUEST_FIRST_CAP + CAP_START_RETURN), .proof = t->st->proof, .confidence = 100};
    if (returns_any(t->ord.cas, t->ord.now_us))
        return turn_status(t);
    enum err e = t->ports->request(t->ports->user, t->ctx, &ask, false, &ans);
    if (e == ERR_UNSUPPORTED || e == ERR_TIMEOUT || (e == OK && ans.outcome == REQUEST_TO_PERSON))
        return turn_hand_over(t, "talk.passed_on", intent_word(INTENT_RETURN_REQUEST), false);
    return e == OK ? turn_want(t, CAP_START_RETURN, confidence) : e;
}

/* ---- answers */

static enum err answered_offer(struct turn *t, bool *answered)
{
    enum capability cap = CAP_COUNT;
    enum intent in = t->in->nlu.intent;
    if (str_starts(t->in->choice, STR("offer:")) && !capability_parse(str_sub(t->in->choice, 6, 40), &cap))
        cap = CAP_COUNT;
    if (t->said.kind == SHORT_NTH && t->said.nth > 0 && t->said.nth <= (int)t->st->offers_n)
        cap = t->st->offers[t->said.nth - 1];
    if (t->said.kind == SHORT_NTH && t->said.nth == (int)t->st->offers_n + 1) {
        *answered = true;
        return turn_hand_over(t, "talk.person", NULL, false);
    }
    if (t->said.kind == SHORT_YES && t->st->offers_n == 1)
        cap = t->st->offers[0];
    if (t->said.kind == SHORT_NO && t->said.alone) {
        turn_say_key(t, "talk.left");
        *answered = true;
        return OK;
    }
    if (cap == CAP_COUNT && in == INTENT_REFUND_REQUEST)
        cap = CAP_REFUND;
    if (cap == CAP_COUNT && in == INTENT_RESHIP_REQUEST)
        cap = CAP_RESHIP;
    for (size_t i = 0; i < t->st->offers_n; i++)
        if (t->st->offers[i] == cap) {
            *answered = true;
            return turn_want(t, cap, 100);
        }
    return OK;
}

static enum err answered_code(struct turn *t, bool *answered)
{
    struct str digits = STR_NULL;
    for (size_t i = 0; i + 6 <= t->in->ent.folded.n && digits.n == 0; i++) {
        size_t n = 0;
        while (i + n < t->in->ent.folded.n && t->in->ent.folded.p[i + n] >= '0' && t->in->ent.folded.p[i + n] <= '9')
            n++;
        if (n == 6)
            digits = str_sub(t->in->ent.folded, i, 6);
        i += n;
    }
    if (str_empty(digits))
        return OK;
    *answered = true;
    bool fits = t->ports->code_fits(t->ports->user, t->ctx, digits, t->st->code) && t->in->now_us <= t->st->code_until_us;
    if (fits) {
        t->st->proof = PROOF_CODE;
        t->st->shown_by = t->in->customer;
        t->st->code = STR_NULL;
        return turn_want(t, t->st->want, t->st->want_confidence < DIALOGUE_ACT ? 100 : t->st->want_confidence);
    }
    if (++t->st->codes >= DIALOGUE_MISSES_MAX)
        return turn_hand_over(t, "talk.person", NULL, false);
    turn_say_key(t, "talk.code_wrong");
    t->st->await = AWAIT_CODE;
    t->asks = true;
    return OK;
}

static enum err answered_confirm(struct turn *t, bool *answered)
{
    bool yes = t->said.kind == SHORT_YES || str_eq(t->in->choice, STR("yes")) || (t->said.kind == SHORT_NTH && t->said.nth == 1);
    bool no = t->said.kind == SHORT_NO || str_eq(t->in->choice, STR("no")) || (t->said.kind == SHORT_NTH && t->said.nth == 2);
    *answered = yes || no;
    if (yes)
        return turn_want(t, t->st->want, 100);
    if (no) {
        t->st->want = CAP_COUNT;
        turn_say_key(t, "talk.left");
    }
    return OK;
}

enum err turn_answered_wish(struct turn *t, bool *answered)
{
    struct address a;
    *answered = false;
    if (!t->have_order)
        return OK;
    if (t->awaited == AWAIT_OFFER)
        return answered_offer(t, answered);
    if (t->st->want == CAP_COUNT)
        return OK;
    switch (t->awaited) {
    case AWAIT_CODE:
        return answered_code(t, answered);
    case AWAIT_CONFIRM:
        return answered_confirm(t, answered);
    case AWAIT_ADDRESS:
        *answered = address_read(t->ctx, t->in->text, case_destination(t->ord.cas).country, &a);
        t->progress = t->progress || *answered;
        return *answered ? turn_want(t, t->st->want, t->st->want_confidence) : OK;
    default:
        return OK;
    }
}
