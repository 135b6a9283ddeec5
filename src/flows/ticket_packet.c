/* See ticket_packet.h: what is recommended and why, what can be done at once, then the case as people read it, with stock and history. */
#include "flows/ticket_packet.h"

#include "base/num.h"
#include "flows/act_read.h"
#include "flows/case_text.h"
#include "flows/conversation.h"
#include "flows/message_list.h"
#include "talk/dialogue.h"

static const struct act_task *task_of(const struct case_acts *acts, struct str key)
{
    for (size_t i = 0; i < acts->tasks.n; i++)
        if (acts->tasks.v[i].state == TASK_OPEN && str_eq(acts->tasks.v[i].key, key))
            return &acts->tasks.v[i];
    return NULL;
}

static void add_advice(struct ctx *ctx, struct buf *b, const struct case_answer *ca, const struct act_task *t)
{
    struct str due = str_sub(time_rfc3339(ctx->arena, t->due_us), 0, 16);
    buf_fmt(b, "Next step: %.*s\nDue: %.*s UTC, priority %s\n", STR_ARG(str_empty(t->recommend) ? STR("decide") : t->recommend), STR_ARG(due),
            policy_priority_word(t->priority));
    if (!str_empty(t->rule))
        buf_fmt(b, "Rule: %.*s\n", STR_ARG(t->rule));
    buf_fmt(b, "Why: %.*s\n", STR_ARG(diagnosis_for_operator(ctx, ca->cas, &ca->cd, NULL, ca->as_of_us)));
}

/* What Wismo does at one word of a person. */
static void add_offers(struct ctx *ctx, struct buf *b, const struct case_acts *acts)
{
    for (size_t i = 0; i < acts->actions.n; i++) {
        const struct action_row *r = &acts->actions.v[i].row;
        struct str money = policy_money(ctx->arena, r->amount_minor, acts->currency);
        if (r->state == ACTION_PROPOSED)
            buf_fmt(b, "Ready, with your approval: %s (%.*s): wismo approvals approve %lld\n", capability_word(r->cap), STR_ARG(money), (long long)r->action_no);
    }
}

static void add_stock(struct buf *b, const struct order_case *cas)
{
    for (size_t i = 0; i < cas->stock_n; i++)
        buf_fmt(b, "%s  %.*s: %lld free%s%.*s\n", i == 0 ? "\nStock:\n" : "", STR_ARG(cas->stock[i].sku), (long long)cas->stock[i].available,
                str_empty(cas->stock[i].location) ? "" : " at ", STR_ARG(cas->stock[i].location));
}

#define CONVERSATIONS_MAX 3
#define LINES_MAX 30

/* What the customer wrote and was answered, newest conversations of the order (R122, R123). */
static enum err add_conversations(struct ctx *ctx, struct reader *rd, const struct case_answer *ca, struct buf *b)
{
    struct conversation *list = NULL;
    size_t n = 0;
    enum err e = conversations_read(ctx, rd, ca->merchant_id, CONVERSATION_LIST_ORDER, ca->order_no, 50, &list, &n);
    for (size_t i = n > CONVERSATIONS_MAX ? n - CONVERSATIONS_MAX : 0; e == OK && i < n; i++) {
        struct str text = STR_NULL;
        e = conversation_text(ctx, rd, ca->merchant_id, list[i].no, LINES_MAX, &text);
        buf_fmt(b, "\nConversation %lld:\n%.*s", (long long)list[i].no, STR_ARG(text));
    }
    return e;
}

static enum err write_text(struct ctx *ctx, struct reader *rd, struct case_answer *ca, const struct act_task *t, struct buf *b)
{
    struct case_json_options opt = {.personal = NULL};
    enum err e = case_messages_join(ctx, rd, ca);
    add_advice(ctx, b, ca, t);
    add_offers(ctx, b, ca->acts);
    buf_addc(b, '\n');
    if (e == OK)
        e = case_text(ctx, b, ca, &opt);
    if (e == OK)
        e = case_stock(ctx, rd, ca);
    if (e == OK)
        add_stock(b, ca->cas);
    if (e == OK)
        e = add_conversations(ctx, rd, ca, b);
    return e == OK ? buf_err(b) : e;
}

/* Of a conversation whose order nobody knows: what was said is the packet. */
static enum err packet_of_talk(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_row *row, struct ticket_packet *out,
                               bool *open)
{
    struct conversation c;
    struct conversation_line *lines = NULL;
    struct dialogue_state st;
    struct str text = STR_NULL;
    int64_t no = 0;
    size_t n = 0;
    *open = false;
    if (num_parse_i64(str_sub(row->items, sizeof(CONVERSATION_TICKET) - 1, 20), 1, INT64_MAX, &no) != OK)
        return OK;
    enum err e = conversation_read(ctx, rd, merchant_id, no, &c);
    if (e == OK)
        e = conversation_text(ctx, rd, merchant_id, no, LINES_MAX, &text);
    if (e == OK)
        e = conversation_lines_read(ctx, rd, merchant_id, no, LINES_MAX, &lines, &n);
    if (e != OK)
        return e;
    if (dialogue_state_read(ctx, c.state, &st) != OK)
        st.due_us = 0;
    *open = c.person == CONVERSATION_WANTS_PERSON;
    *out = (struct ticket_packet){.key = row->key, .order_name = STR("no order yet"), .cls = STR("conversation"), .recommend = STR("answer the customer"),
                                  .subject = arena_fmt(ctx->arena, "Conversation %lld (%s): answer the customer", (long long)no, channel_kind_word(c.channel)),
                                  .priority = policy_priority_word(PRIORITY_HIGH), .text = text, .tags = {STR("wismo"), STR("conversation")}, .tags_n = 2,
                                  .due_us = st.due_us != 0 ? st.due_us : row->not_after_us};
    for (size_t i = 0; i < n; i++)
        if (!lines[i].ours) {
            out->name = lines[i].in.from_name;
            out->email = str_contains(lines[i].in.from, STR("@")) ? lines[i].in.from : STR_NULL;
        }
    return ctx_whole(ctx, OK);
}

enum err ticket_packet_make(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_row *row, struct ticket_packet *out,
                            bool *open)
{
    struct case_answer ca;
    struct personal who;
    struct buf b;
    if (row->order_no == 0)
        return packet_of_talk(ctx, rd, merchant_id, row, out, open);
    enum err e = case_read(ctx, rd, merchant_id, row->order_no, 0, &ca);
    if (e == OK)
        e = case_acts_join(ctx, rd, &ca);
    if (e == OK)
        e = case_personal(ctx, rd, &ca, &who);
    if (e != OK)
        return e;
    const struct act_task *t = task_of(ca.acts, row->items);
    const struct order_view *v = order_anchor(ca.cas);
    *open = t != NULL;
    if (t == NULL)
        return OK;
    struct str name = v == NULL ? STR("an order") : v->name, cls = str_of(diag_class_word(ca.cd.order.cls));
    *out = (struct ticket_packet){.key = row->key, .order_name = name, .email = who.email, .name = who.ship_to.name, .cls = cls, .rule = t->rule,
                                  .recommend = t->recommend, .priority = policy_priority_word(t->priority), .due_us = t->due_us,
                                  .tags = {STR("wismo"), cls, t->rule}, .tags_n = str_empty(t->rule) ? 2 : 3};
    out->subject = arena_fmt(ctx->arena, "%.*s, %.*s: %.*s", STR_ARG(name), STR_ARG(cls), STR_ARG(str_empty(t->recommend) ? STR("decide") : t->recommend));
    buf_init(&b, (size_t)4 << 20);
    e = write_text(ctx, rd, &ca, t, &b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &out->text);
    buf_clear(&b);
    return e;
}
