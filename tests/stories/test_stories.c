/*
 * Every tests/stories/NAME.story, in a store of its own: facts go in through the ledger, the clock moves, and what is expected
 * is read back through the same calls that the faces use. At the end of each the whole store is derived again and compared.
 * Verbs beside those of docs/stories.md: expect, ask, set (a limit of the merchant).
 */
#include "lib/story_acts.h"
#include "lib/story_talk.h"

#include "base/num.h"
#include "flows/ask.h"
#include "flows/message_list.h"
#include "flows/story.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define STORIES_MAX 400

struct teller {
    struct fixture *f;
    struct story_store st;
    struct story_talk talk;
    const char *name;
    struct str remembered;
    unsigned lookups, hashes;
    int64_t start_us;              /* day 0 */
    bool history;                  /* facts from here on are history */
    struct message_rule *rules;    /* the policy's, while the story adds to them */
    bool tells;                    /* the story says `messages`: the clock moves in minutes, and what is due goes out */
    struct message_policy policy;
};

#define STEP_US US_PER_MIN

/* Minute by minute, so that every timer fires and every message leaves when it should. */
static enum err walk(struct teller *t, struct ctx *ctx, int64_t to_us)
{
    enum err e = OK;
    size_t n = 0;
    struct arena *a = arena_new((size_t)64 << 20);
    struct ctx step = *ctx;
    assert_non_null(a);
    step.arena = a;
    for (int64_t now = clock_now_us(&t->f->clock); e == OK && now < to_us; now = clock_now_us(&t->f->clock)) {
        clock_set(&t->f->clock, to_us - now > STEP_US ? now + STEP_US : to_us);
        e = story_store_settle(&step, &t->st);
        if (e == OK)
            e = story_store_courier(&step, &t->st, &n);
        arena_reset(a);
    }
    if (e != OK)
        memcpy(ctx->msg, step.msg, sizeof(ctx->msg));
    arena_free(a);
    return e;
}

static enum err on_at(void *user, struct ctx *ctx, int64_t now_us)
{
    struct teller *t = user;
    if (t->st.eng != NULL && t->tells)
        return walk(t, ctx, now_us);
    t->start_us = now_us;
    clock_set(&t->f->clock, now_us);
    if (t->st.eng == NULL && t->tells)
        story_store_open_messages(ctx, &t->f->clock, &t->policy, &t->st);
    else if (t->st.eng == NULL) /* the first line sets the start: the store opens then */
        story_store_open(ctx, &t->f->clock, NULL, 0, &t->st);
    return story_store_settle(ctx, &t->st);
}

static enum err append_history(struct ctx *ctx, struct teller *t, struct str source, const struct fact *fct)
{
    t->st.origin = ORIGIN_HISTORY;
    enum err e = story_store_append(ctx, &t->st, source, fct);
    t->st.origin = ORIGIN_LIVE;
    return e;
}

static enum err on_fact(void *user, struct ctx *ctx, struct str source, const struct fact *fct)
{
    struct teller *t = user;
    size_t n = 0;
    enum err e = t->history ? append_history(ctx, t, source, fct) : story_store_append(ctx, &t->st, source, fct);
    if (e == OK)
        e = story_store_settle(ctx, &t->st);
    return e == OK && t->tells ? story_store_courier(ctx, &t->st, &n) : e;
}

/* ---- expectations: each says what it found instead */

static enum err wrong(struct ctx *ctx, const struct story_line *ln, const char *what, struct str got, struct str want)
{
    return ctx_fail(ctx, ERR_CONFLICT, "line %zu: %s is \"%.*s\", expected \"%.*s\"", ln->number, what, STR_ARG(got), STR_ARG(want));
}

static enum err read_order(struct teller *t, struct ctx *ctx, const struct story_line *ln, struct case_answer *out)
{
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    enum err e = case_find(ctx, t->st.rd, t->st.merchant_id, story_bare(ln, 0), found, &n);
    if (e == OK && n != 1)
        e = ctx_fail(ctx, ERR_CONFLICT, "line %zu: %zu orders found, expected one", ln->number, n);
    return e != OK ? e : case_read(ctx, t->st.rd, t->st.merchant_id, found[0], 0, out);
}

static enum err expect_parcel(struct ctx *ctx, const struct story_line *ln, const struct case_answer *ca, struct str cls)
{
    struct str number = story_get(ln, "parcel"), scans = story_get(ln, "scans");
    for (size_t i = 0; i < ca->cd.parcels_n; i++) {
        const struct parcel_diagnosis *pd = &ca->cd.parcels[i];
        if (!str_eq(pd->parcel->number, number))
            continue;
        struct str got = arena_fmt(ctx->arena, "%zu", pd->view.to - pd->view.from);
        if (!str_empty(scans) && !str_eq(got, scans))
            return wrong(ctx, ln, "scans", got, scans);
        if (!str_empty(cls) && !str_eq(cls, str_of(diag_class_word(pd->d.cls))))
            return wrong(ctx, ln, "parcel's class", str_of(diag_class_word(pd->d.cls)), cls);
        return OK;
    }
    return wrong(ctx, ln, "parcel", STR("missing"), number);
}

static enum err expect_item(struct ctx *ctx, const struct story_line *ln, const struct case_answer *ca)
{
    struct str sku = story_get(ln, "sku");
    for (size_t i = 0; i < ca->cd.items_n; i++) {
        const struct item_state *it = &ca->cd.items[i];
        if (!str_eq(it->item->sku, sku))
            continue;
        struct str got = arena_fmt(ctx->arena, "sent=%lld waiting=%lld", (long long)it->shipped, (long long)it->waiting);
        struct str want = arena_fmt(ctx->arena, "sent=%.*s waiting=%.*s", STR_ARG(story_get(ln, "sent")), STR_ARG(story_get(ln, "waiting")));
        return str_eq(got, want) ? OK : wrong(ctx, ln, "item", got, want);
    }
    return wrong(ctx, ln, "item", STR("missing"), sku);
}

/* The classes named must have been seen in this order; others may stand between. */
static enum err expect_history(struct ctx *ctx, const struct story_line *ln, const struct case_answer *ca)
{
    struct str want = story_get(ln, "history"), rest = want, cls;
    size_t at = 0;
    while (str_split(&rest, ',', &cls)) {
        while (at < ca->changes_n && !(str_empty(ca->changes[at].number) && ca->changes[at].cls < DIAG_CLASS_COUNT &&
                                       str_eq(cls, str_of(diag_class_word(ca->changes[at].cls)))))
            at++;
        if (at++ >= ca->changes_n)
            return wrong(ctx, ln, "history has no (further)", cls, want);
    }
    return OK;
}

static enum err expect_words(struct ctx *ctx, const struct story_line *ln, struct str text)
{
    struct str says = story_get(ln, "says"), not = story_get(ln, "not");
    if (!str_empty(says) && !str_contains(text, says))
        return wrong(ctx, ln, "text", text, says);
    if (!str_empty(not) && str_contains(text, not))
        return wrong(ctx, ln, "text", text, STR("without it"));
    return OK;
}

static enum err expect(struct teller *t, struct ctx *ctx, const struct story_line *ln)
{
    struct case_answer ca;
    struct str cls = story_get(ln, "class"), text;
    enum err e = read_order(t, ctx, ln, &ca);
    if (e != OK)
        return e;
    if (!str_empty(story_get(ln, "parcel")))
        return expect_parcel(ctx, ln, &ca, cls);
    if (!str_empty(story_get(ln, "sku")))
        return expect_item(ctx, ln, &ca);
    text = ask_render(ctx, STR("en"), &ca, &t->st.mc.promises, ca.as_of_us);
    if (!str_empty(cls) && !str_eq(cls, str_of(diag_class_word(ca.cd.order.cls))))
        return wrong(ctx, ln, "class", arena_fmt(ctx->arena, "%s: %.*s", diag_class_word(ca.cd.order.cls),
                     STR_ARG(diagnosis_for_operator(ctx, ca.cas, &ca.cd, NULL, ca.as_of_us))), cls);
    if (!str_contains(ca.cd.order.conflict, story_get(ln, "conflict")))
        return wrong(ctx, ln, "conflict", ca.cd.order.conflict, story_get(ln, "conflict"));
    e = expect_words(ctx, ln, text);
    return e == OK && !str_empty(story_get(ln, "history")) ? expect_history(ctx, ln, &ca) : e;
}

static enum err expect_same(struct teller *t, struct ctx *ctx, const struct story_line *ln, const struct ask_reply *rep)
{
    if (!str_empty(story_get(ln, "remember"))) {
        t->lookups = rep->lookups;
        t->hashes = rep->hashes;
        return arena_dup(t->f->arena, rep->text, &t->remembered);
    }
    if (str_empty(story_get(ln, "same")))
        return OK;
    if (!str_eq(t->remembered, rep->text))
        return wrong(ctx, ln, "text", rep->text, t->remembered);
    if (t->lookups != rep->lookups || t->hashes != rep->hashes || rep->lookups == 0 || rep->hashes == 0)
        return ctx_fail(ctx, ERR_CONFLICT, "line %zu: %u look-ups and %u hashes, expected %u and %u", ln->number, rep->lookups,
                        rep->hashes, t->lookups, t->hashes);
    return OK;
}

static enum err ask_line(struct teller *t, struct ctx *ctx, const struct story_line *ln)
{
    struct ask_env env = {.eng = t->st.eng, .rd = t->st.rd, .merchant_id = t->st.merchant_id, .record = true};
    struct ask_question q = {.text = story_bare(ln, 0)};
    struct ask_reply rep;
    struct str outcome = story_get(ln, "outcome");
    enum err e = ask(ctx, &env, &q, &rep);
    if (e != OK)
        return e;
    if (!str_empty(outcome) && !str_eq(outcome, str_of(ask_outcome_word(rep.outcome))))
        return wrong(ctx, ln, "outcome", arena_fmt(ctx->arena, "%s: %.*s", ask_outcome_word(rep.outcome), STR_ARG(rep.text)), outcome);
    e = expect_words(ctx, ln, rep.text);
    if (e == OK)
        e = expect_same(t, ctx, ln, &rep);
    return e == OK ? story_store_settle(ctx, &t->st) : e;
}

/* ---- messages */

static enum err minute_of(struct ctx *ctx, const struct story_line *ln, const char *key, int *out)
{
    struct str s = story_get(ln, key), hour;
    int64_t h, m;
    if (str_empty(s))
        return OK;
    if (!str_split(&s, ':', &hour) || num_parse_i64(hour, 0, 23, &h) != OK || num_parse_i64(s, 0, 59, &m) != OK)
        return ctx_fail(ctx, ERR_PARSE, "line %zu: %s: expected an hour such as 08:00", ln->number, key);
    *out = (int)(h * 60 + m);
    return OK;
}

static enum err number_of(struct ctx *ctx, const struct story_line *ln, const char *key, int *out)
{
    struct str s = story_get(ln, key);
    int64_t n = *out;
    if (!str_empty(s) && num_parse_i64(s, 0, 10000, &n) != OK)
        return ctx_fail(ctx, ERR_PARSE, "line %zu: %s: expected a number", ln->number, key);
    *out = (int)n;
    return OK;
}

/* history begins, history ends: facts between them were learned by an import. */
static enum err set_history(struct teller *t, struct ctx *ctx, const struct story_line *ln)
{
    t->history = str_eq(story_bare(ln, 0), STR("begins"));
    return t->history || str_eq(story_bare(ln, 0), STR("ends")) ? OK : ctx_fail(ctx, ERR_PARSE, "line %zu: begins or ends", ln->number);
}

/* messages on, or `off=KIND,KIND storefront=KIND channels=email,webhook quiet_from= ...`: stands before `start`. */
static enum err message_rules(struct teller *t, struct ctx *ctx, const struct story_line *ln)
{
    struct message_policy *mp = &t->policy;
    struct str off = story_get(ln, "off"), front = story_get(ln, "storefront"), ch = story_get(ln, "channels"), one;
    struct message_rule *rules = arena_array(ctx->arena, MESSAGE_RULES_MAX, sizeof(*rules));
    if (t->st.eng != NULL || rules == NULL)
        return ctx_fail(ctx, ERR_PARSE, "line %zu: `messages` stands before `start`", ln->number);
    message_policy_default(mp);
    mp->enabled = t->tells = true;
    mp->store = STR("Sample Store");
    mp->rules = rules;
    while (!str_empty(off) && str_split(&off, ',', &one)) {
        rules[mp->rules_n] = (struct message_rule){.send = false};
        if (!message_kind_parse(one, &rules[mp->rules_n++].kind))
            return ctx_fail(ctx, ERR_PARSE, "line %zu: no such message", ln->number);
    }
    for (enum message_kind k; !str_empty(front) && str_split(&front, ',', &one);) {
        if (!message_kind_parse(one, &k))
            return ctx_fail(ctx, ERR_PARSE, "line %zu: no such message", ln->number);
        mp->storefront_tells |= 1u << k;
    }
    for (mp->channels_n = str_empty(ch) ? 1 : 0; !str_empty(ch) && str_split(&ch, ',', &one);)
        if (!channel_kind_parse(one, &mp->channels[mp->channels_n++]))
            return ctx_fail(ctx, ERR_PARSE, "line %zu: no such channel", ln->number);
    enum err e = minute_of(ctx, ln, "quiet_from", &mp->quiet_from_min);
    if (e == OK)
        e = minute_of(ctx, ln, "quiet_until", &mp->quiet_until_min);
    if (e == OK)
        e = number_of(ctx, ln, "per_day", &mp->per_day);
    if (e == OK)
        e = number_of(ctx, ln, "spacing", &mp->spacing_hours);
    if (e == OK)
        e = number_of(ctx, ln, "gather", &mp->gather_minutes);
    if (e == OK)
        e = number_of(ctx, ln, "unopened", &mp->unopened_hours);
    t->rules = rules;
    return e;
}

/* rule message=KIND country= carrier= value_from= channels=a,b off: after `messages`, before `start`. */
static enum err add_rule(struct teller *t, struct ctx *ctx, const struct story_line *ln)
{
    struct message_rule r = {.kind = MESSAGE_KIND_COUNT, .country = story_get(ln, "country"), .carrier = story_get(ln, "carrier"),
                             .send = !story_has(ln, "off")};
    struct str kind = story_get(ln, "message"), value = story_get(ln, "value_from"), ch = story_get(ln, "channels"), one;
    if (t->rules == NULL || t->st.eng != NULL || t->policy.rules_n == MESSAGE_RULES_MAX)
        return ctx_fail(ctx, ERR_PARSE, "line %zu: `rule` stands between `messages` and `start`", ln->number);
    bool ok = (str_empty(kind) || message_kind_parse(kind, &r.kind)) &&
              (str_empty(value) || num_parse_i64(value, 0, INT64_MAX, &r.value_from_minor) == OK);
    while (ok && !str_empty(ch) && str_split(&ch, ',', &one))
        ok = r.channels_n < CHANNEL_KIND_COUNT && channel_kind_parse(one, &r.channels[r.channels_n++]);
    t->rules[t->policy.rules_n++] = r;
    return ok ? OK : ctx_fail(ctx, ERR_PARSE, "line %zu: no such rule", ln->number);
}

/* stop CONTACT CHANNEL: the customer says so by that channel. */
static enum err stop_contact(struct teller *t, struct ctx *ctx, const struct story_line *ln, int64_t now_us)
{
    struct fact fct = {.kind = FACT_CONSENT, .role = ROLE_CUSTOMER};
    fct.u.consent = (struct consent_fact){.contact = story_bare(ln, 0), .channel = story_bare(ln, 1), .withdrawn = true, .at_us = now_us};
    enum err e = story_store_append(ctx, &t->st, STR("sms"), &fct);
    return e == OK ? story_store_settle(ctx, &t->st) : e;
}

static enum err messages_of(struct teller *t, struct ctx *ctx, const struct story_line *ln, struct case_message **out, size_t *n)
{
    int64_t found[CASE_FIND_MAX];
    size_t orders = 0;
    enum err e = case_find(ctx, t->st.rd, t->st.merchant_id, story_bare(ln, 0), found, &orders);
    if (e == OK && orders != 1)
        e = ctx_fail(ctx, ERR_CONFLICT, "line %zu: %zu orders found, expected one", ln->number, orders);
    return e == OK ? case_messages(ctx, t->st.rd, t->st.merchant_id, found[0], out, n) : e;
}

static const struct case_message *newest(const struct case_message *list, size_t n, enum message_kind kind)
{
    for (size_t i = n; i > 0; i--)
        if (list[i - 1].t.kind == kind && !str_empty(list[i - 1].t.key))
            return &list[i - 1];
    return NULL;
}

/* receipt NAME KIND STATUS: a channel tells what became of the newest of that kind; way_out NAME KIND: its link is used. */
static enum err tell_of_message(struct teller *t, struct ctx *ctx, const struct story_line *ln, int64_t now_us)
{
    struct case_message *list = NULL;
    size_t n = 0;
    enum message_kind kind = MESSAGE_KIND_COUNT;
    bool out = str_eq(ln->verb, STR("way_out"));
    struct fact fct = {.kind = out ? FACT_CONSENT : FACT_RECEIPT, .role = ROLE_SYSTEM};
    enum err e = messages_of(t, ctx, ln, &list, &n);
    const struct case_message *m = e == OK && message_kind_parse(story_bare(ln, 1), &kind) ? newest(list, n, kind) : NULL;
    if (e == OK && m == NULL)
        e = ctx_fail(ctx, ERR_PARSE, "line %zu: no such message", ln->number);
    if (e != OK)
        return e;
    if (out)
        fct.u.consent = (struct consent_fact){.message_key = m->t.key, .channel = str_of(channel_kind_word(m->t.channel)), .withdrawn = true, .at_us = now_us};
    else
        fct.u.receipt = (struct receipt_fact){.message_key = m->t.key, .at_us = now_us};
    if (!out && !receipt_status_parse(story_bare(ln, 2), &fct.u.receipt.status))
        return ctx_fail(ctx, ERR_PARSE, "line %zu: no such status", ln->number);
    e = story_store_append(ctx, &t->st, STR("wismo"), &fct);
    return e == OK ? story_store_settle(ctx, &t->st) : e;
}

/* "confirmation 2026-11-16T09:00:00Z, shipped ..." of the messages that were sent, in the order of their times. */
static struct str sent_text(struct ctx *ctx, struct case_message *list, size_t n, bool times)
{
    struct buf b;
    struct str out = STR_NULL;
    int64_t last = INT64_MIN;
    buf_init(&b, 65536);
    for (size_t shown = 0; shown < n; shown++) {
        const struct case_message *next = NULL;
        for (size_t i = 0; i < n; i++)
            if (list[i].t.state == TOLD_SENT && list[i].t.settled_us > last && (next == NULL || list[i].t.settled_us < next->t.settled_us))
                next = &list[i];
        if (next == NULL)
            break;
        last = next->t.settled_us;
        for (size_t i = 0; i < n; i++) {
            if (list[i].t.state != TOLD_SENT || list[i].t.settled_us != last)
                continue;
            buf_fmt(&b, "%s%s", b.n > 0 ? "," : "", message_kind_word(list[i].t.kind));
            if (times)
                buf_fmt(&b, " %.*s", STR_ARG(time_rfc3339(ctx->arena, last)));
        }
    }
    if (b.n > 0 && arena_dup(ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

static struct str all_text(struct ctx *ctx, const struct case_message *list, size_t n)
{
    struct str out = STR("");
    for (size_t i = 0; i < n; i++)
        out = arena_fmt(ctx->arena, "%.*s\n      %s %s (%.*s) not before %.*s, settled %.*s", STR_ARG(out),
                        message_kind_word(list[i].t.kind), told_state_word(list[i].t.state), STR_ARG(list[i].t.why),
                        STR_ARG(time_rfc3339(ctx->arena, list[i].t.not_before_us)), STR_ARG(time_rfc3339(ctx->arena, list[i].t.settled_us)));
    return out;
}

/* sent #1020 confirmation,shipped: all that was sent, in order. */
static enum err expect_sent(struct teller *t, struct ctx *ctx, const struct story_line *ln)
{
    struct case_message *list = NULL;
    size_t n = 0;
    struct str want = story_bare(ln, 1);
    enum err e = messages_of(t, ctx, ln, &list, &n);
    if (e != OK)
        return e;
    struct str got = sent_text(ctx, list, n, false);
    return str_eq(got, str_eq(want, STR("nothing")) ? STR("") : want)
               ? OK
               : wrong(ctx, ln, "sent", arena_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(sent_text(ctx, list, n, true)),
                                                  STR_ARG(all_text(ctx, list, n))), want);
}

/* message #1020 KIND at=TIME says= not= state= why=: the newest of that kind that fits the time and state. */
static enum err expect_message(struct teller *t, struct ctx *ctx, const struct story_line *ln, int64_t now_us)
{
    struct case_message *list = NULL;
    size_t n = 0;
    int64_t at_us = 0;
    enum message_kind kind;
    struct str at = story_get(ln, "at"), state = story_get(ln, "state"), why = story_get(ln, "why"), channel = story_get(ln, "channel");
    enum err e = messages_of(t, ctx, ln, &list, &n);
    if (e == OK && !message_kind_parse(story_bare(ln, 1), &kind))
        e = ctx_fail(ctx, ERR_PARSE, "line %zu: no such message", ln->number);
    if (e == OK && !str_empty(at))
        e = story_time(ctx, at, t->start_us, now_us, &at_us);
    if (e != OK)
        return e;
    for (size_t i = n; i > 0; i--) {
        const struct case_message *m = &list[i - 1];
        if (m->t.kind != kind || (at_us != 0 && m->t.settled_us != at_us) ||
            !str_eq(str_empty(state) ? STR("sent") : state, str_of(told_state_word(m->t.state))) ||
            (!str_empty(why) && !str_eq(why, m->t.why)) || (!str_empty(channel) && !str_eq(channel, str_of(channel_kind_word(m->t.channel)))))
            continue;
        return expect_words(ctx, ln, arena_fmt(ctx->arena, "%.*s\n%.*s", STR_ARG(m->subject), STR_ARG(m->text)));
    }
    return wrong(ctx, ln, "messages", all_text(ctx, list, n), story_bare(ln, 1));
}

static enum err on_other(void *user, struct ctx *ctx, const struct story_line *ln, int64_t now_us)
{
    struct teller *t = user;
    bool mine = false;
    enum err e = story_acts(ctx, &t->st, ln, t->start_us, &mine);
    if (!mine)
        e = story_talk(ctx, &t->st, &t->talk, ln, &mine);
    if (mine)
        return e;
    if (str_eq(ln->verb, STR("messages")))
        return message_rules(t, ctx, ln);
    if (str_eq(ln->verb, STR("rule")))
        return add_rule(t, ctx, ln);
    if (str_eq(ln->verb, STR("receipt")) || str_eq(ln->verb, STR("way_out")))
        return tell_of_message(t, ctx, ln, now_us);
    if (str_eq(ln->verb, STR("stop")))
        return stop_contact(t, ctx, ln, now_us);
    if (str_eq(ln->verb, STR("sent")))
        return expect_sent(t, ctx, ln);
    if (str_eq(ln->verb, STR("message")))
        return expect_message(t, ctx, ln, now_us);
    if (str_eq(ln->verb, STR("history")))
        return set_history(t, ctx, ln);
    if (str_eq(ln->verb, STR("expect")))
        return expect(t, ctx, ln);
    if (str_eq(ln->verb, STR("ask")))
        return ask_line(t, ctx, ln);
    return ctx_fail(ctx, ERR_PARSE, "line %zu: \"%.*s\": not a verb of a story", ln->number, STR_ARG(ln->verb));
}

/* ---- running */

static void replay(struct teller *t)
{
    struct replay_report rep = {.facts = 0};
    assert_ok(&t->f->ctx, engine_replay(&t->f->ctx, t->st.eng, t->st.merchant_id, &rep));
    if (rep.differences != 0)
        fail_msg("%s: replay: %lld differences: %.*s", t->name, (long long)rep.differences, STR_ARG(rep.first));
}

/* A fact that could not be read is the likeliest cause of an order that is missing. */
static void print_undecoded(struct teller *t)
{
    struct undecoded_row *rows = NULL;
    size_t n = 0;
    if (t->st.eng == NULL || ledger_undecoded(&t->f->ctx, t->st.rd, t->st.merchant_id, 0, &rows, &n) != OK)
        return;
    for (size_t i = 0; i < n; i++)
        print_error("    position %lld not decoded: %.*s\n", (long long)rows[i].pos, STR_ARG(rows[i].why));
}

static bool tell(const char *path, const char *name)
{
    struct fixture f;
    fixture_init(&f);
    struct teller t = {.f = &f, .name = name};
    const struct story_reader reader = {&t, on_at, on_fact, on_other};
    enum err e = story_read(&f.ctx, test_read_file(f.arena, path), TEST_NOW_US, &reader);
    if (e != OK)
        print_error("%s: %s: %s\n", name, err_name(e), f.ctx.msg);
    if (e != OK)
        print_undecoded(&t);
    else
        replay(&t);
    story_talk_end(&t.talk);
    if (t.st.eng != NULL)
        story_store_close(&t.st);
    fixture_clear(&f);
    return e == OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void all_stories(void **state)
{
    (void)state;
    char dir[512], *names[STORIES_MAX];
    size_t n = 0, failed = 0;
    const char *only = getenv("WISMO_STORY");
    snprintf(dir, sizeof(dir), "%s", test_source_path("tests/stories"));
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL && n < STORIES_MAX; e = readdir(d))
        if (str_ends(str_of(e->d_name), STR(".story")) && (only == NULL || strstr(e->d_name, only) != NULL))
            names[n++] = strdup(e->d_name);
    closedir(d);
    assert_true(n >= 25 || only != NULL);
    qsort(names, n, sizeof(names[0]), by_name);
    for (size_t i = 0; i < n; i++) {
        char path[1024];
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        failed += tell(path, names[i]) ? 0 : 1;
        free(names[i]);
    }
    if (failed > 0)
        fail_msg("%zu of %zu stories", failed, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_stories)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
