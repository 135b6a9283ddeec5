/*
 * Which order it is about, and whether it may be told: by the contact that the channel vouches for, or by two details that match;
 * several are chosen from. What shows it (proof) belongs to the customer who showed it. A wrong detail and an order that does not
 * exist lead to the same words after the same work.
 */
#include "talk/dialogue_int.h"

#include "base/num.h"
#include "mind/template.h"
#include "talk/mention.h"

#define TITLES_MAX 2000 /* bytes of an order's articles that are looked at */

bool turn_order_is_closed(const struct dialogue_order *ord)
{
    enum diag_class c = ord->cd->order.cls;
    return c == DIAG_DELIVERED || c == DIAG_RETURNED || c == DIAG_CANCELLED || c == DIAG_REFUNDED;
}

struct str turn_order_name(const struct dialogue_order *ord)
{
    const struct order_view *v = order_anchor(ord->cas);
    return v == NULL ? STR_NULL : v->name;
}

enum err turn_read_order(struct turn *t, int64_t order_no)
{
    enum err e = t->ports->read(t->ports->user, t->ctx, order_no, &t->ord);
    t->have_order = e == OK;
    if (e == OK && t->st->order_no != order_no)
        t->st->offers_n = 0;
    if (e == OK)
        t->st->order_no = order_no;
    return e;
}

static bool same_name(struct str a, struct str b)
{
    struct str x = str_starts(a, STR("#")) ? str_sub(a, 1, a.n) : a, y = str_starts(b, STR("#")) ? str_sub(b, 1, b.n) : b;
    return !str_empty(x) && str_eq_nocase(x, y);
}

/* ---- details */

static void learn(struct turn *t, struct str *slot, struct str value)
{
    if (str_empty(value) || str_eq(*slot, value))
        return;
    *slot = value;
    t->progress = true;
}

/* The first that is not where the order's name stands: the same digits cannot be both. */
static const struct entity *zip_beside(const struct entities *ent, const struct entity *order)
{
    const struct entity *best = NULL;
    for (size_t i = 0; i < ent->n; i++)
        if (ent->list[i].kind == ENTITY_ZIP && (order == NULL || ent->list[i].at != order->at) && (best == NULL || ent->list[i].certainty > best->certainty))
            best = &ent->list[i];
    return best;
}

/* Bare numbers are details where details are asked for, or nothing else is said with them; those of an address are not. */
static void learn_numbers(struct turn *t)
{
    const struct entity *order = entities_best(&t->in->ent, ENTITY_ORDER), *zip = entities_best(&t->in->ent, ENTITY_ZIP);
    bool asked = t->awaited == AWAIT_IDENTITY || (t->st->order_no == 0 && t->in->nlu.intent != INTENT_CHANGE_ADDRESS);
    if (order != NULL && order->certainty == ENTITY_WEAK && (!asked || (zip != NULL && zip->certainty > ENTITY_WEAK && zip->at == order->at)))
        order = NULL;
    if (order != NULL && order->certainty == ENTITY_WEAK && !str_empty(t->kept->order_name) && t->awaited == AWAIT_IDENTITY)
        order = NULL; /* its name is known: this is the other detail */
    zip = zip_beside(&t->in->ent, order);
    if (order != NULL)
        learn(t, &t->kept->order_name, order->text);
    if (zip != NULL && asked)
        learn(t, &t->kept->zip, zip->text);
}

static void learn_details(struct turn *t)
{
    const struct entity *email = entities_best(&t->in->ent, ENTITY_EMAIL), *phone = entities_best(&t->in->ent, ENTITY_PHONE);
    const struct entity *tracking = entities_best(&t->in->ent, ENTITY_TRACKING);
    learn(t, &t->kept->email, email == NULL ? STR_NULL : email->text);
    learn(t, &t->kept->phone, phone == NULL ? STR_NULL : phone->text);
    learn(t, &t->kept->tracking_number, tracking == NULL ? STR_NULL : tracking->text);
    learn_numbers(t);
}

static int details_in(const struct dialogue_kept *k)
{
    bool names = !str_empty(k->order_name) || !str_empty(k->tracking_number);
    return (int)names + !str_empty(k->email) + !str_empty(k->phone) + !str_empty(k->zip);
}

/* ---- several */

struct found {
    struct dialogue_order list[DIALOGUE_FOUND_MAX];
    size_t n;
};

static enum err read_all(struct turn *t, const int64_t *nos, size_t n, struct found *out)
{
    enum err e = OK;
    out->n = 0;
    for (size_t i = 0; e == OK && i < n; i++) {
        e = t->ports->read(t->ports->user, t->ctx, nos[i], &out->list[out->n]);
        out->n += e == OK;
        e = e == ERR_NOTFOUND ? OK : e;
    }
    return e;
}

static void keep_only(struct found *f, bool (*fits)(const struct dialogue_order *ord, const void *arg), const void *arg)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        if (fits(&f->list[i], arg))
            f->list[n++] = f->list[i];
    f->n = n;
}

static bool has_name(const struct dialogue_order *ord, const void *name)
{
    return same_name(turn_order_name(ord), *(const struct str *)name);
}

static bool is_open(const struct dialogue_order *ord, const void *arg)
{
    (void)arg;
    return !turn_order_is_closed(ord);
}

static struct str titles_of(struct turn *t, const struct dialogue_order *ord)
{
    const struct order_view *v = order_anchor(ord->cas);
    struct str out = STR("");
    for (size_t i = 0; v != NULL && i < v->items_n && out.n < TITLES_MAX; i++)
        out = arena_fmt(t->ctx->arena, "%.*s %.*s", STR_ARG(out), STR_ARG(v->items[i].title));
    return out;
}

/* "the one with the mug": the order whose articles are named. */
static enum err by_mention(struct turn *t, const struct found *f, size_t *which, bool *found)
{
    struct str titles[DIALOGUE_FOUND_MAX];
    for (size_t i = 0; i < f->n; i++)
        titles[i] = titles_of(t, &f->list[i]);
    *found = false;
    enum err e = mention_find(t->ctx, t->in->text, titles, f->n, which, found);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err list_orders(struct turn *t, const struct found *f)
{
    t->st->orders_n = 0;
    for (size_t i = 0; i < f->n && i < DIALOGUE_ORDERS_MAX; i++) {
        const struct order_view *v = order_anchor(f->list[i].cas);
        struct civil c = civil_from_us(v == NULL ? 0 : v->placed_us);
        struct str state = arena_fmt(t->ctx->arena, "state.%s", diag_class_word(f->list[i].cd->order.cls));
        struct fill_pair values[] = {
            {"name", turn_order_name(&f->list[i])},
            {"date", v == NULL || v->placed_us == 0 ? STR_NULL : arena_fmt(t->ctx->arena, "%04d-%02d-%02d", c.year, c.month, c.day)},
            {"state", words_find(t->lang, state)},
            {NULL, STR_NULL}};
        t->st->orders[t->st->orders_n++] = f->list[i].order_no;
        turn_choice(t, arena_fmt(t->ctx->arena, "order:%lld", (long long)f->list[i].order_no), fill_words(t->ctx, t->lang, "reply.choice", values));
    }
    return turn_ask_back(t, AWAIT_ORDER, words_find(t->lang, STR("reply.choose")));
}

/* Open ones first (R46): with one open it is about that, with none about the newest. */
static enum err choose(struct turn *t, const struct found *f, enum policy_proof proof)
{
    struct found open = *f;
    size_t which = 0;
    bool mentioned = false;
    t->st->proof = proof;
    t->st->shown_by = t->in->customer;
    keep_only(&open, is_open, NULL);
    if (open.n <= 1)
        return turn_read_order(t, open.n == 1 ? open.list[0].order_no : f->list[0].order_no);
    enum err e = by_mention(t, &open, &which, &mentioned);
    if (e != OK)
        return e;
    return mentioned ? turn_read_order(t, open.list[which].order_no) : list_orders(t, &open);
}

/* ---- settling */

/* The number that a telephone shows is no better than one that was said: it helps a single detail, and asks for nothing that is known. */
static bool shows_number(const struct turn *t)
{
    return t->in->channel == CHANNEL_VOICE && !t->in->verified && str_starts(t->in->from, STR("+")) && details_in(t->kept) < 2;
}

static struct dialogue_kept with_contact(const struct turn *t)
{
    struct dialogue_kept k = *t->kept;
    bool mail = str_contains(t->in->from, STR("@")), told_there = t->in->channel == CHANNEL_EMAIL || t->in->verified; /* and nowhere else */
    if (channel_kind_has_handles(t->in->channel))
        return k;
    if (str_empty(k.email) && str_empty(k.phone) && (told_there || shows_number(t)))
        *(mail ? &k.email : &k.phone) = t->in->from;
    return k;
}

static enum err ask_identity(struct turn *t)
{
    struct dialogue_kept k = with_contact(t);
    struct reply_given given = {.order = !str_empty(k.order_name), .email = !str_empty(k.email), .zip = !str_empty(k.zip),
                                .phone = !str_empty(k.phone), .tracking = !str_empty(k.tracking_number)};
    if (t->said.kind == SHORT_LOST && !given.zip)
        return turn_ask_back(t, AWAIT_IDENTITY, words_find(t->lang, STR("talk.need_two")));
    return turn_ask_back(t, AWAIT_IDENTITY, reply_need(t->lang, &given, false));
}

static enum err no_match(struct turn *t)
{
    t->st->misses++;
    if (t->st->misses >= DIALOGUE_MISSES_MAX)
        return turn_hand_over(t, "talk.no_match_person", NULL, false);
    turn_say(t, reply_no_match(t->lang));
    t->asks = true;
    t->st->await = AWAIT_IDENTITY;
    t->kept->order_name = t->kept->zip = t->kept->tracking_number = STR_NULL; /* the next try is a new one */
    return OK;
}

/* Who calls from another telephone is asked for a detail more, whether there is such an order or not. */
static enum err no_match_shown(struct turn *t)
{
    if (t->st->misses + 1 >= DIALOGUE_MISSES_MAX)
        return no_match(t);
    t->st->misses++;
    return ask_identity(t);
}

static enum err by_details(struct turn *t)
{
    int64_t nos[DIALOGUE_FOUND_MAX];
    struct found f;
    size_t n = 0;
    struct dialogue_kept given = with_contact(t);
    if (details_in(&given) < 2)
        return ask_identity(t);
    enum err e = t->ports->identify(t->ports->user, t->ctx, &given, nos, &n);
    if (e == OK)
        e = read_all(t, nos, n, &f);
    if (e != OK)
        return e;
    if (f.n == 0)
        return shows_number(t) ? no_match_shown(t) : no_match(t);
    t->st->misses = 0;
    return choose(t, &f, PROOF_ORDER_AND_CONTACT);
}

static enum err by_own(struct turn *t)
{
    int64_t nos[DIALOGUE_FOUND_MAX];
    struct found f = {.n = 0};
    size_t n = 0;
    enum err e = t->in->verified ? t->ports->own(t->ports->user, t->ctx, nos, &n) : OK;
    if (e == OK)
        e = read_all(t, nos, n, &f);
    if (e != OK)
        return e;
    for (size_t i = 0; i < f.n; i++) /* they answered a message about this one (R173) */
        if (f.list[i].order_no == t->in->order_no && str_empty(t->kept->order_name)) {
            t->st->proof = PROOF_CHANNEL;
            t->st->shown_by = t->in->customer;
            return turn_read_order(t, t->in->order_no);
        }
    struct found named = f;
    if (!str_empty(t->kept->order_name))
        keep_only(&named, has_name, &t->kept->order_name);
    if (named.n > 0)
        return choose(t, &named, PROOF_CHANNEL);
    const struct entity *e_order = entities_best(&t->in->ent, ENTITY_ORDER);
    bool any_number = f.n > 0 && (e_order == NULL || e_order->certainty == ENTITY_WEAK) && t->awaited != AWAIT_IDENTITY;
    return any_number ? choose(t, &f, PROOF_CHANNEL) : by_details(t); /* a bare number need not be an order's name */
}

enum err turn_known_order(struct turn *t)
{
    if (t->st->order_no == 0 || t->st->proof == PROOF_NONE || !str_eq(t->st->shown_by, t->in->customer))
        return OK;
    const struct entity *named = entities_best(&t->in->ent, ENTITY_ORDER);
    enum err e = turn_read_order(t, t->st->order_no);
    t->have_order = e == OK && (named == NULL || named->certainty == ENTITY_WEAK || same_name(named->text, turn_order_name(&t->ord)));
    return e == ERR_NOTFOUND ? OK : e;
}

enum err turn_settle_order(struct turn *t)
{
    if (t->have_order)
        return OK;
    if (!str_eq(t->st->shown_by, t->in->customer))
        t->st->proof = PROOF_NONE;
    if (t->st->order_no != 0) { /* another one is named */
        t->st->order_no = 0;
        t->kept->order_name = t->kept->tracking_number = STR_NULL;
    }
    learn_details(t);
    return by_own(t);
}

/* ---- the answer to "which one?" */

static bool is_listed(const struct dialogue_state *st, int64_t order_no)
{
    for (size_t i = 0; i < st->orders_n; i++)
        if (st->orders[i] == order_no)
            return true;
    return false;
}

static int64_t other_of_two(const struct dialogue_state *st)
{
    return st->orders_n != 2 ? 0 : st->orders[0] == st->order_no ? st->orders[1] : st->orders[0];
}

static int64_t picked(const struct turn *t)
{
    const struct dialogue_state *st = t->st;
    int64_t no = 0;
    if (str_starts(t->in->choice, STR("order:")))
        return num_parse_i64(str_sub(t->in->choice, 6, 20), 1, INT64_MAX, &no) == OK && is_listed(st, no) ? no : 0;
    if (t->said.kind == SHORT_NTH && t->said.nth <= (int)st->orders_n && t->said.nth > 0)
        return st->orders[t->said.nth - 1];
    if (t->said.kind == SHORT_LAST && st->orders_n > 0)
        return st->orders[0];
    return t->said.kind == SHORT_OTHER ? other_of_two(st) : 0;
}

static enum err picked_by_words(struct turn *t, int64_t *no)
{
    struct found f;
    size_t which = 0;
    bool mentioned = false;
    const struct entity *named = entities_best(&t->in->ent, ENTITY_ORDER);
    enum err e = read_all(t, t->st->orders, t->st->orders_n, &f);
    for (size_t i = 0; e == OK && named != NULL && i < f.n; i++)
        if (same_name(named->text, turn_order_name(&f.list[i])))
            *no = f.list[i].order_no;
    if (e == OK && *no == 0 && f.n > 0)
        e = by_mention(t, &f, &which, &mentioned);
    if (mentioned)
        *no = f.list[which].order_no;
    return e;
}

static enum err answer_all(struct turn *t)
{
    enum err e = OK;
    for (size_t i = 0; e == OK && i < t->st->orders_n && i < 3; i++) {
        e = turn_read_order(t, t->st->orders[i]);
        if (e == OK)
            turn_say(t, reply_answer(t->ctx, t->lang, t->ord.cas, t->ord.cd, t->ord.promises, t->ord.now_us));
        e = e == ERR_NOTFOUND ? OK : e;
    }
    t->st->matter = INTENT_COUNT;
    return e;
}

enum err turn_answered_order(struct turn *t, bool *answered)
{
    bool shown = t->st->proof != PROOF_NONE && str_eq(t->st->shown_by, t->in->customer);
    int64_t no = picked(t);
    enum err e = OK;
    *answered = false;
    if (!shown || t->st->orders_n == 0)
        return OK;
    if (t->awaited == AWAIT_ORDER && t->said.kind == SHORT_BOTH) {
        *answered = true;
        return answer_all(t);
    }
    if (no == 0 && t->awaited == AWAIT_ORDER)
        e = picked_by_words(t, &no);
    if (e != OK || no == 0)
        return e;
    t->progress = *answered = true;
    return turn_read_order(t, no);
}
