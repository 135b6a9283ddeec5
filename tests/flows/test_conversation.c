/*
 * A conversation as the ledger keeps it: a message finds it by thread, by reply and by a vouched contact; a turn answers by the same
 * way; a repeat is one; erasing takes the words; and all of it is derived again without a contact.
 */
#include "lib/story_store.h"

#include "flows/conversation.h"
#include "flows/courier.h"
#include "flows/talker.h"
#include "flows/reader.h"
#include "flows/understand.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct desk {
    struct fixture f;
    struct arena *arena;
    struct ctx ctx;
    struct story_store st;
    char dir[64];
};

static void desk_open(struct desk *d)
{
    struct message_policy mp;
    fixture_init(&d->f);
    d->arena = arena_new((size_t)256 << 20);
    assert_non_null(d->arena);
    d->ctx = d->f.ctx;
    d->ctx.arena = d->arena;
    snprintf(d->dir, sizeof(d->dir), "/tmp/wismo-talk-XXXXXX");
    assert_non_null(mkdtemp(d->dir));
    message_policy_default(&mp);
    mp.enabled = true;
    mp.store = STR("Sample Store");
    clock_set(&d->f.clock, TEST_NOW_US);
    story_store_open_messages(&d->ctx, &d->f.clock, &mp, &d->st);
    d->st.mc.messages.from = STR("orders@example.com");
    d->st.mc.messages.folder = str_of(d->dir);
    d->st.mc.messages.per_minute = 600;
}

static void desk_close(struct desk *d)
{
    char cmd[128];
    struct replay_report rep = story_store_replays(&d->ctx, &d->st);
    assert_true(rep.compared_conversations > 0);
    story_store_close(&d->st);
    snprintf(cmd, sizeof(cmd), "rm -rf %s", d->dir);
    assert_int_equal(system(cmd), 0);
    arena_free(d->arena);
    fixture_clear(&d->f);
}

static void append(struct desk *d, struct str source, const struct fact *fct)
{
    assert_ok(&d->ctx, story_store_append(&d->ctx, &d->st, source, fct));
    assert_ok(&d->ctx, story_store_settle(&d->ctx, &d->st));
}

static struct message_in_fact mail_from(const char *id, const char *thread, const char *from, const char *text)
{
    return (struct message_in_fact){.channel = CHANNEL_EMAIL, .message_id = str_of(id), .thread_id = str_of(thread), .from = str_of(from),
                                    .subject = STR("Where is it"), .text = str_of(text), .verified = true, .at_us = TEST_NOW_US};
}

static struct conversation said(struct desk *d, const struct message_in_fact *m)
{
    struct fact fct = {.kind = FACT_MESSAGE_IN, .role = ROLE_CUSTOMER, .u.message_in = *m};
    struct conversation c;
    struct fact_place at;
    append(d, STR("mail"), &fct);
    assert_ok(&d->ctx, conversation_find(&d->ctx, d->st.rd, d->st.merchant_id, STR("mail"), m->channel, m->message_id, &c, &at));
    return c;
}

static void turn(struct desk *d, const struct conversation *c, const char *reply, const char *choices)
{
    struct fact fct = {.kind = FACT_TURN, .role = ROLE_SYSTEM};
    fct.u.turn = (struct turn_fact){.conversation_no = c->no, .asked_pos = c->asked.pos, .asked_idx = c->asked.idx, .outcome = STR("answered"),
                                    .state = STR("{\"asked\":1}"), .language = STR("en"), .reply = str_of(reply), .choices = str_of(choices),
                                    .speaks = reply[0] != '\0', .at_us = TEST_NOW_US};
    append(d, STR("wismo"), &fct);
}

static size_t lines_of(struct desk *d, int64_t no, struct conversation_line **out)
{
    size_t n = 0;
    assert_ok(&d->ctx, conversation_lines_read(&d->ctx, d->st.rd, d->st.merchant_id, no, 50, out, &n));
    return n;
}

static void finds_its_conversation(void **state)
{
    struct desk d;
    (void)state;
    desk_open(&d);
    struct message_in_fact m = mail_from("<a@example.com>", "<a@example.com>", "anna@example.com", "where is my order #1020?");
    struct conversation first = said(&d, &m), c;
    assert_true(first.waiting);
    assert_int_equal(first.no, 1);
    c = said(&d, &m); /* the same again */
    assert_int_equal(c.asked.pos, first.asked.pos);
    m = mail_from("<b@example.com>", "<a@example.com>", "anna@example.com", "hello?");
    assert_int_equal(said(&d, &m).no, 1); /* by its thread */
    m = mail_from("<c@example.com>", "<c@example.com>", "Anna@Example.com", "still nothing");
    assert_int_equal(said(&d, &m).no, 1); /* by who wrote it */
    m = mail_from("<d@example.com>", "<d@example.com>", "anna@example.com", "still nothing");
    m.verified = false;
    assert_int_equal(said(&d, &m).no, 2); /* who says to be her is nobody yet */
    m = mail_from("<e@example.com>", "<e@example.com>", "bob@example.com", "mine?");
    assert_int_equal(said(&d, &m).no, 3);
    m = mail_from("<f@example.com>", "<f@example.com>", "bob@example.com", "I am away");
    m.automatic = true;
    assert_int_equal(said(&d, &m).asked.pos, said(&d, &m).asked.pos);
    clock_set(&d.f.clock, TEST_NOW_US + 4 * US_PER_DAY);
    m = mail_from("<g@example.com>", "<g@example.com>", "anna@example.com", "another matter");
    assert_int_equal(said(&d, &m).no, 4); /* days later it is another matter */
    desk_close(&d);
}

static void understood_with_it(void **state)
{
    struct desk d;
    struct conversation_line *lines = NULL;
    struct nlu_result r;
    (void)state;
    desk_open(&d);
    struct message_in_fact m = mail_from("1", "1", "anna@example.com", "I want to speak to a human, this is urgent");
    m.intents = STR("refund_request:99"); /* what a sender claims is not taken */
    m.conversation_no = 77;
    struct conversation c = said(&d, &m);
    assert_int_equal(lines_of(&d, c.no, &lines), 1);
    assert_str(lines[0].in.text, "I want to speak to a human, this is urgent");
    assert_str(lines[0].in.lang, "en");
    assert_true(str_starts(lines[0].in.intents, STR("human_agent:")));
    assert_true(understood_read(&lines[0].in, &r));
    assert_true(r.intent == INTENT_HUMAN_AGENT && r.signals.has[SIGNAL_PERSON] && r.confidence > 0.5f);
    desk_close(&d);
}

static void answered_in_its_thread(void **state)
{
    struct desk d;
    struct courier *cr = NULL;
    struct conversation_line *lines = NULL;
    struct outbox_row *rows = NULL;
    struct outgoing o = {0};
    size_t n = 0;
    (void)state;
    desk_open(&d);
    struct message_in_fact m = mail_from("<a@example.com>", "<a@example.com>", "anna@example.com", "where is it?");
    struct conversation c = said(&d, &m);
    turn(&d, &c, "Which one?", "1\t#1020\n2\t#1021");
    turn(&d, &c, "Which one?", ""); /* the same turn worked out twice */
    assert_int_equal(lines_of(&d, c.no, &lines), 2);
    assert_ok(&d.ctx, outbox_list(&d.ctx, d.st.rd->state, d.st.merchant_id, OUTBOX_LIST_DUE, TEST_NOW_US, STR_NULL, 10, &rows, &n));
    assert_int_equal(n, 1);
    assert_ok(&d.ctx, conversation_outgoing(&d.ctx, d.st.rd, d.st.merchant_id, &rows[0], &o));
    assert_str(o.m.text, "Which one?\n1. #1020\n2. #1021");
    assert_str(o.who.email, "anna@example.com");
    assert_ok(&d.ctx, courier_new(&d.ctx, d.st.eng, &cr));
    assert_ok(&d.ctx, courier_run(&d.ctx, cr, 10, &n));
    courier_free(cr);
    assert_int_equal(n, 1);
    struct str path = arena_fmt(d.arena, "%s/%.*s.eml", d.dir, STR_ARG(rows[0].key));
    FILE *f = fopen(path.p, "r");
    char text[8192] = "";
    assert_non_null(f);
    assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
    fclose(f);
    assert_non_null(strstr(text, "In-Reply-To: <a@example.com>\r\n"));
    assert_non_null(strstr(text, "Subject: Re: Where is it\r\n"));
    assert_non_null(strstr(text, "Auto-Submitted: auto-replied\r\n"));
    assert_null(strstr(text, "List-Unsubscribe"));
    struct conversation after;
    assert_ok(&d.ctx, conversation_read(&d.ctx, d.st.rd, d.st.merchant_id, c.no, &after));
    assert_false(after.waiting);
    assert_str(after.state, "{\"asked\":1}");
    /* a reply to the reply goes on, from her and from nobody else */
    m = mail_from("<h@example.com>", "", "anna@example.com", "the second");
    m.reply_to = arena_fmt(d.arena, "<%.*s@example.com>", STR_ARG(rows[0].key));
    m.verified = false;
    assert_int_equal(said(&d, &m).no, c.no);
    m = mail_from("<i@example.com>", "", "eve@example.com", "the second");
    m.reply_to = arena_fmt(d.arena, "<%.*s@example.com>", STR_ARG(rows[0].key));
    assert_int_not_equal(said(&d, &m).no, c.no);
    desk_close(&d);
}

static void silent_turns_and_other_ways(void **state)
{
    struct desk d;
    struct outbox_row *rows = NULL;
    size_t n = 0;
    (void)state;
    desk_open(&d);
    struct message_in_fact m = mail_from("1", "t", "anna@example.com", "hello");
    struct conversation c = said(&d, &m);
    turn(&d, &c, "", "");
    m = mail_from("2", "s", "anna@example.com", "hello?");
    m.channel = CHANNEL_CHAT;
    m.thread_id = STR("session-1");
    c = said(&d, &m);
    assert_int_equal(c.no, 1);
    assert_true(c.waiting);
    turn(&d, &c, "Hello!", "");
    assert_ok(&d.ctx, outbox_list(&d.ctx, d.st.rd->state, d.st.merchant_id, OUTBOX_LIST_DUE, TEST_NOW_US, STR_NULL, 10, &rows, &n));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].channel, CHANNEL_CHAT);
    assert_int_equal(rows[0].order_no, 0);
    assert_ok(&d.ctx, story_store_courier(&d.ctx, &d.st, &n));
    assert_ok(&d.ctx, outbox_get(&d.ctx, d.st.rd->state, d.st.merchant_id, rows[0].key, &rows[0]));
    assert_int_equal(rows[0].state, OUTBOX_DONE);
    desk_close(&d);
}

static size_t talk(struct desk *d)
{
    struct talker *t = NULL;
    size_t n = 0;
    const struct talker_options opt = {.eng = d->st.eng};
    d->st.mc.talk = (struct talk_config){.enabled = true, .person_hours = 24};
    assert_ok(&d->ctx, talker_new(&d->ctx, &opt, &t));
    assert_ok(&d->ctx, talker_run(&d->ctx, t, 10, &n));
    talker_free(t);
    return n;
}

/* The process ends between the message and its turn: another one finds it waiting, and answers once. */
static void ends_before_the_turn(void **state)
{
    struct desk d;
    struct conversation_line *lines = NULL;
    (void)state;
    desk_open(&d);
    struct message_in_fact m = mail_from("1", "t", "anna@example.com", "I want to talk to a human");
    (void)said(&d, &m);
    reader_close(d.st.rd);
    engine_close(d.st.eng);
    struct engine_options eo = {.config = &d.st.cfg, .clock = d.st.clock, .no_threads = true};
    assert_ok(&d.ctx, engine_open(&d.ctx, &eo, &d.st.eng));
    assert_ok(&d.ctx, reader_open(&d.ctx, d.st.eng, &d.st.rd));
    assert_ok(&d.ctx, story_store_settle(&d.ctx, &d.st));
    assert_int_equal(talk(&d), 1);
    assert_int_equal(talk(&d), 0);
    assert_int_equal(lines_of(&d, 1, &lines), 2);
    assert_true(lines[1].ours && lines[1].turn.hands_over && lines[1].turn.speaks);
    desk_close(&d);
}

/* Merchants who have not switched it on keep what is written, and nothing is said. */
static void off_is_silent(void **state)
{
    struct desk d;
    struct talker *t = NULL;
    size_t n = 7;
    (void)state;
    desk_open(&d);
    struct message_in_fact m = mail_from("1", "t", "anna@example.com", "where is it?");
    assert_true(said(&d, &m).waiting);
    const struct talker_options opt = {.eng = d.st.eng};
    assert_ok(&d.ctx, talker_new(&d.ctx, &opt, &t));
    assert_ok(&d.ctx, talker_run(&d.ctx, t, 10, &n));
    talker_free(t);
    assert_int_equal(n, 0);
    desk_close(&d);
}

static void history_waits_for_nothing(void **state)
{
    struct desk d;
    (void)state;
    desk_open(&d);
    d.st.origin = ORIGIN_HISTORY;
    struct message_in_fact m = mail_from("1", "t", "anna@example.com", "where is it?");
    assert_false(said(&d, &m).waiting);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_its_conversation), cmocka_unit_test(understood_with_it), cmocka_unit_test(answered_in_its_thread),
        cmocka_unit_test(silent_turns_and_other_ways), cmocka_unit_test(history_waits_for_nothing),
        cmocka_unit_test(ends_before_the_turn), cmocka_unit_test(off_is_silent),
    };
    return cmocka_run_group_tests_name("conversation", tests, NULL, NULL);
}
