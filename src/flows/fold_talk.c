/*
 * Messages of customers and what is answered. A message finds its conversation by what it replies to, by its thread, or by who
 * wrote it where the channel vouches for them; contacts are resolved when it comes, and the conversation's number and the
 * customer's id are recorded in their place, so that replay needs no contacts. A turn moves the dialogue on and puts its reply into
 * the outbox. Nothing is decided here.
 */
#include "flows/fold_act.h"

#include "base/num.h"
#include "flows/conversation.h"
#include "storage/outbox.h"

#define SAME_MATTER_US (3 * US_PER_DAY)  /* a customer who writes again by another way within it goes on with the same matter */
#define REPLY_LATE_US (24 * US_PER_H)    /* and channels such as WhatsApp take a free answer for as long as that */
#define REPLY_LATE_PERSON_US (7 * US_PER_DAY) /* Messenger and Instagram */
#define REPLY_LATE_MAIL_US (72 * US_PER_H)

/* ---- to whom and to what a message belongs */

static bool is_number(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++)
        digits += s.p[i] >= '0' && s.p[i] <= '9';
    return digits >= 7 && digits * 2 > s.n;
}

/* A handle is known within its channel alone. */
static enum err contact_of(struct fold *f, const struct message_in_fact *m, unsigned char out[CONTACT_HASH_LEN])
{
    bool by_id = channel_kind_has_handles(m->channel);
    if (!by_id && str_contains(m->from, STR("@")) && m->from.p[0] != '@')
        return contact_hash(f->ctx, &f->m->keys, CONTACT_EMAIL, m->from, out);
    if (!by_id && is_number(m->from))
        return contact_hash(f->ctx, &f->m->keys, CONTACT_PHONE, m->from, out);
    struct str handle = arena_fmt(f->ctx->arena, "%s|%.*s", channel_kind_word(m->channel), STR_ARG(m->from));
    return contact_hash(f->ctx, &f->m->keys, CONTACT_ADDRESS, handle, out);
}

static enum err thread_hash(struct fold *f, const struct message_in_fact *m, unsigned char out[CONTACT_HASH_LEN])
{
    return conversation_thread_hash(f->ctx, f->m, m->channel, f->account, m->thread_id, out);
}

/* The key of one of our messages, from a mail's In-Reply-To or as it is. */
static struct str own_key(struct str reply_to)
{
    struct str s = str_trim(reply_to);
    if (!str_empty(s) && s.p[0] == '<')
        s = str_sub(s, 1, s.n);
    return str_sub(s, 0, MESSAGE_KEY_LEN);
}

/* What it answers: a reply of ours leads to its conversation, any other message to its order. */
static enum err resolve_reply(struct fold *f, struct message_in_fact *m)
{
    struct outbox_row row;
    struct conversation c;
    int64_t no = 0;
    if (own_key(m->reply_to).n != MESSAGE_KEY_LEN)
        return OK;
    enum err e = outbox_get(f->ctx, f->db, f->m->id, own_key(m->reply_to), &row);
    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    m->order_no = row.order_no;
    if (!str_eq(row.capability, STR(CONVERSATION_REPLY)) || num_parse_i64(row.items, 1, INT64_MAX, &no) != OK)
        return OK;
    e = conversation_get(f->ctx, f->db, f->m->id, no, &c);
    if (e == OK && str_eq(c.customer, m->customer)) /* who has another's key has nothing yet */
        m->conversation_no = no;
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err resolve_conversation(struct fold *f, struct message_in_fact *m)
{
    unsigned char h[CONTACT_HASH_LEN];
    struct str hash = {(const char *)h, CONTACT_HASH_LEN};
    enum err e = resolve_reply(f, m);
    if (e == OK && m->conversation_no == 0 && !str_empty(m->thread_id) && thread_hash(f, m, h) == OK)
        e = conversation_key_get(f->ctx, f->db, f->m->id, hash, &m->conversation_no);
    if (e == OK && m->conversation_no == 0 && m->verified)
        e = conversation_of_customer(f->ctx, f->db, f->m->id, m->customer, f->now_us - SAME_MATTER_US, &m->conversation_no);
    if (e != OK || m->conversation_no != 0)
        return e;
    e = conversation_last_no(f->ctx, f->db, f->m->id, &m->conversation_no);
    m->conversation_no++;
    return e;
}

static enum err resolve(struct fold *f, struct message_in_fact *m)
{
    unsigned char h[CONTACT_HASH_LEN];
    enum err e = OK;
    if (!str_empty(m->from) && contact_of(f, m, h) == OK)
        e = fold_customer_of(f, h, &m->customer);
    if (e == OK)
        e = resolve_conversation(f, m);
    if (e == OK && !str_empty(m->thread_id) && thread_hash(f, m, h) == OK)
        e = conversation_key_set(f->ctx, f->db, f->m->id, (struct str){(const char *)h, CONTACT_HASH_LEN}, m->conversation_no);
    return e;
}

/* ---- a message */

static enum err open_conversation(struct fold *f, const struct message_in_fact *m, struct conversation *c)
{
    enum err e = conversation_get(f->ctx, f->db, f->m->id, m->conversation_no, c);
    if (e != ERR_NOTFOUND)
        return e;
    *c = (struct conversation){.no = m->conversation_no, .opened_us = f->now_us};
    return OK;
}

static enum err keep(struct fold *f, const struct fact *fct, const struct fact_record *rec, struct conversation *c, struct fact_place *at)
{
    bool have = false;
    unsigned char key[KEY_LEN];
    *at = (struct fact_place){f->pos, f->replay ? rec->idx : f->idx};
    return fold_fact_add(f, fct, rec, &c->subject, key, &have, 0);
}

static enum err apply_message(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    struct fact one = *fct;
    struct message_in_fact *m = &one.u.message_in;
    struct conversation c;
    struct fact_place at;
    int64_t known = 0;
    struct str id = conversation_message_id(f->ctx->arena, f->account, m->channel, m->message_id);
    enum err e = conversation_by_message(f->ctx, f->db, f->m->id, id, &known, &at);
    if (e != OK || known != 0) {
        f->repeats++;
        return e;
    }
    if (!f->replay)
        e = resolve(f, m);
    if (e == OK)
        e = open_conversation(f, m, &c);
    if (e == OK)
        e = keep(f, &one, rec, &c, &at);
    if (e == OK)
        e = conversation_line_add(f->ctx, f->db, f->m->id, c.no, at, id);
    if (e != OK)
        return e;
    c.customer = m->customer;
    c.channel = m->channel;
    c.last_us = f->now_us;
    if (m->order_no != 0 && c.order_no == 0)
        c.order_no = m->order_no;
    if (!m->automatic && f->origin == ORIGIN_LIVE) {
        c.asked = at;
        c.waiting = true;
    }
    return conversation_put(f->ctx, f->db, f->m->id, &c);
}

/* ---- a turn */

static enum err put_row(struct fold *f, const struct conversation *c, struct fact_place at, struct str capability, enum channel_kind channel,
                        int64_t not_after_us)
{
    struct str what = arena_fmt(f->ctx->arena, "%lld.%lld", (long long)at.pos, (long long)at.idx);
    struct outbox_row row = {.key = effect_key(f->ctx->arena, f->m->id, c->no, capability, what, 1), .order_no = c->order_no,
                             .capability = capability, .channel = (int)channel, .generation = 1,
                             .items = arena_fmt(f->ctx->arena, "%lld", (long long)c->no), .not_before_us = f->now_us,
                             .not_after_us = not_after_us,
                             .next_us = f->now_us, .why = STR(""), .pos = at.pos, .idx = at.idx, .text_pos = at.pos, .text_idx = at.idx,
                             .lease_by = STR("")};
    if (row.key.p == NULL || row.items.p == NULL)
        return ctx_fail(f->ctx, ERR_MEMORY, "reply: no memory");
    return outbox_put(f->ctx, f->db, f->m->id, &row);
}

/* The way of the message, while the channel takes an answer: a person's goes out for longer where the vendor grants it. */
static enum err put_reply(struct fold *f, const struct conversation *c, struct fact_place at, bool person)
{
    enum channel_kind way = c->channel == CHANNEL_VOICE && person ? CHANNEL_SMS : c->channel; /* the call is over when a person writes */
    int64_t late_us = c->channel == CHANNEL_EMAIL                      ? REPLY_LATE_MAIL_US
                      : person && channel_kind_has_handles(c->channel) ? REPLY_LATE_PERSON_US
                                                                       : REPLY_LATE_US;
    return put_row(f, c, at, STR(CONVERSATION_REPLY), way, c->last_us + late_us);
}

static enum err apply_turn(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct turn_fact *t = &fct->u.turn;
    struct conversation c;
    struct fact_place asked = {t->asked_pos, t->asked_idx}, at;
    enum err e = conversation_get(f->ctx, f->db, f->m->id, t->conversation_no, &c);
    bool again = e == OK && str_empty(t->by) && !fact_place_behind(asked, c.answered);
    if (e == ERR_NOTFOUND || again) { /* worked out twice: the first stands */
        f->repeats++;
        return OK;
    }
    if (e == OK)
        e = keep(f, fct, rec, &c, &at);
    if (e == OK)
        e = conversation_line_add(f->ctx, f->db, f->m->id, c.no, at, STR(""));
    if (e != OK)
        return e;
    if (fact_place_behind(asked, c.answered))
        c.answered = asked;
    c.waiting = fact_place_behind(c.asked, c.answered);
    c.turn = at;
    c.state = t->state;
    c.order_no = t->order_no;
    enum conversation_person before = c.person;
    if (t->hands_over || !str_empty(t->by))
        c.person = str_empty(t->by) ? CONVERSATION_WANTS_PERSON : CONVERSATION_HAS_PERSON;
    e = conversation_put(f->ctx, f->db, f->m->id, &c);
    if (e == OK && t->speaks)
        e = put_reply(f, &c, at, !str_empty(t->by));
    if (e == OK && t->hands_over && c.order_no == 0 && before != CONVERSATION_WANTS_PERSON)
        e = fold_ticket_of_talk(f, c.no, at);
    if (e == OK && t->sends_code)
        e = put_row(f, &c, at, STR(CONVERSATION_CODE), t->code_channel, f->now_us + CONVERSATION_CODE_US);
    return e;
}

/* ---- people */

#define CONVERSATIONS_MAX 50 /* about one order */

enum err fold_talk_person(struct fold *f, int64_t order_no, bool answered)
{
    struct conversation *list = NULL;
    size_t n = 0;
    enum err e = conversation_list(f->ctx, f->db, f->m->id, CONVERSATION_LIST_ORDER, order_no, CONVERSATIONS_MAX, &list, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        if (list[i].person == CONVERSATION_NO_PERSON)
            continue;
        list[i].person = answered ? CONVERSATION_HAS_PERSON : CONVERSATION_NO_PERSON;
        e = conversation_put(f->ctx, f->db, f->m->id, &list[i]);
    }
    return e;
}

/* The number in a ticket's items; 0: it is of an order. */
static int64_t number_of(struct str items)
{
    int64_t no = 0;
    bool is = str_starts(items, STR(CONVERSATION_TICKET)) &&
              num_parse_i64(str_sub(items, sizeof(CONVERSATION_TICKET) - 1, items.n), 1, INT64_MAX, &no) == OK;
    return is ? no : 0;
}

/* Of an order's conversations the one that a person was asked for last. */
static enum err conversation_for(struct fold *f, struct str items, int64_t order_no, struct conversation *out)
{
    struct conversation *list = NULL;
    size_t n = 0;
    int64_t no = number_of(items);
    *out = (struct conversation){.no = 0};
    if (no != 0 || order_no == 0) {
        enum err e = no == 0 ? ERR_NOTFOUND : conversation_get(f->ctx, f->db, f->m->id, no, out);
        return e == ERR_NOTFOUND ? OK : e;
    }
    enum err e = conversation_list(f->ctx, f->db, f->m->id, CONVERSATION_LIST_ORDER, order_no, CONVERSATIONS_MAX, &list, &n);
    for (size_t i = 0; e == OK && i < n; i++)
        if (list[i].person != CONVERSATION_NO_PERSON && (out->no == 0 || list[i].last_us >= out->last_us))
            *out = list[i];
    return e;
}

static struct str answer_id_of(struct fold *f, const struct ticket_fact *t)
{
    return arena_fmt(f->ctx->arena, "%.*s answer %.*s", STR_ARG(str_sub(f->account, 0, 80)), STR_ARG(t->answer_id));
}

enum err fold_talk_of_answer(struct fold *f, struct str items, int64_t order_no, struct ticket_fact *t)
{
    struct conversation c;
    struct fact_place at;
    int64_t known = 0;
    enum err e = conversation_by_message(f->ctx, f->db, f->m->id, answer_id_of(f, t), &known, &at);
    if (e != OK || known != 0)
        return e;
    e = conversation_for(f, items, order_no, &c);
    t->conversation_no = c.no;
    t->asked_pos = c.asked.pos;
    t->asked_idx = c.asked.idx;
    return e;
}

enum err fold_talk_answer(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    const struct ticket_fact *t = &fct->u.ticket;
    struct conversation c;
    struct fact_place at;
    enum err e = conversation_get(f->ctx, f->db, f->m->id, t->conversation_no, &c);
    if (e == OK)
        e = keep(f, fct, rec, &c, &at);
    if (e == OK)
        e = conversation_line_add(f->ctx, f->db, f->m->id, c.no, at, answer_id_of(f, t));
    if (e == OK)
        e = conversation_put(f->ctx, f->db, f->m->id, &c);
    return e != OK || c.channel == CHANNEL_EMAIL ? e : put_reply(f, &c, at, true); /* a mail is the helpdesk's own */
}

enum err fold_talk_ticket(struct fold *f, struct str items, bool answered)
{
    struct conversation c;
    int64_t no = number_of(items);
    if (no == 0)
        return OK;
    enum err e = conversation_get(f->ctx, f->db, f->m->id, no, &c);
    if (e != OK || c.person == CONVERSATION_NO_PERSON)
        return e == ERR_NOTFOUND ? OK : e;
    c.person = answered ? CONVERSATION_HAS_PERSON : CONVERSATION_NO_PERSON;
    return conversation_put(f->ctx, f->db, f->m->id, &c);
}

enum err fold_talk_fact(struct fold *f, const struct fact *fct, const struct fact_record *rec)
{
    return fct->kind == FACT_TURN ? apply_turn(f, fct, rec) : apply_message(f, fct, rec);
}
