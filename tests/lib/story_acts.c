/* See story_acts.h. */
#include "lib/story_acts.h"

#include "base/data.h"
#include "base/num.h"
#include "flows/act_read.h"
#include "flows/reader.h"
#include "flows/request.h"
#include "storage/outbox.h"

static enum err wrong(struct ctx *ctx, const struct story_line *ln, const char *what, struct str got, struct str want)
{
    return ctx_fail(ctx, ERR_CONFLICT, "line %zu: %s is \"%.*s\", expected \"%.*s\"", ln->number, what, STR_ARG(got), STR_ARG(want));
}

static bool differs(struct str want, struct str got)
{
    return !str_empty(want) && !str_eq(want, got);
}

/* ---- the policy */

struct str policy_with_grant(struct ctx *ctx, struct str text, const char *capability, struct str value)
{
    struct str head = arena_fmt(ctx->arena, "\n  %s:", capability);
    size_t at = 0, end;
    while (at + head.n < text.n && !str_starts(str_sub(text, at, text.n), head))
        at++;
    assert_true(at + head.n < text.n);
    for (end = at + 1; end < text.n; end++) /* the next line of the same depth, or the comment before it */
        if (text.p[end] == '\n' && end + 3 < text.n && (text.p[end + 1] != ' ' || text.p[end + 3] != ' '))
            break;
    return arena_fmt(ctx->arena, "%.*s%.*s %.*s%.*s", STR_ARG(str_sub(text, 0, at)), STR_ARG(head), STR_ARG(value),
                     STR_ARG(str_sub(text, end, text.n)));
}

enum err story_store_policy(struct ctx *ctx, struct story_store *st, struct str text)
{
    struct findings fs = {0};
    struct policy pol;
    enum err e = policy_parse(ctx, text, &pol, &fs);
    if (e != OK)
        return fs.n > 0 ? ctx_fail(ctx, e, "policy:%d: %.*s", fs.rows[0].line, STR_ARG(fs.rows[0].message)) : e;
    st->mc.policy_text = text;
    st->mc.policy_version = pol.version;
    e = policy_record(ctx, st->eng);
    return e == OK ? story_store_settle(ctx, st) : e;
}

/* One line of the default policy written anew. */
static struct str with_line(struct ctx *ctx, struct str text, const char *line, struct str key, struct str value)
{
    size_t at = 0;
    while (at < text.n && !str_starts(str_sub(text, at, text.n), str_of(line)))
        at++;
    struct str rest = str_sub(text, at, text.n), old;
    (void)str_split(&rest, '\n', &old);
    return arena_fmt(ctx->arena, "%.*s%.*s: %.*s\n%.*s", STR_ARG(str_sub(text, 0, at)), STR_ARG(key), STR_ARG(value), STR_ARG(rest));
}

static enum err set_policy(struct ctx *ctx, struct story_store *st, const struct story_line *ln)
{
    struct str text = data_file("policy/default.yaml");
    for (size_t i = 0; i < ln->words_n; i++)
        if (str_eq(ln->words[i].key, STR("items")))
            text = with_line(ctx, text, "items: []", STR("items"), ln->words[i].value);
        else if (str_eq(ln->words[i].key, STR("us_mail_order")))
            text = with_line(ctx, text, "  us_mail_order: off", STR("  us_mail_order"), ln->words[i].value);
        else if (!str_empty(ln->words[i].key))
            text = policy_with_grant(ctx, text, arena_fmt(ctx->arena, "%.*s", STR_ARG(ln->words[i].key)).p, ln->words[i].value);
    return story_store_policy(ctx, st, text);
}

/* ---- requests and verdicts */

static enum err find_order(struct ctx *ctx, struct story_store *st, const struct story_line *ln, int64_t *order_no)
{
    int64_t found[CASE_FIND_MAX];
    size_t n = 0;
    enum err e = case_find(ctx, st->rd, st->merchant_id, story_bare(ln, 0), found, &n);
    if (e == OK && n != 1)
        e = ctx_fail(ctx, ERR_CONFLICT, "line %zu: %zu orders found, expected one", ln->number, n);
    *order_no = found[0];
    return e;
}

static bool word_of(enum policy_field f, struct str word, unsigned *out)
{
    for (unsigned i = 0; i < policy_enum_count(f); i++)
        if (str_eq(word, str_of(policy_enum_word(f, i)))) {
            *out = i;
            return true;
        }
    return str_empty(word);
}

static enum err request_line(struct ctx *ctx, struct story_store *st, const struct story_line *ln)
{
    struct request_given g = {.confidence = 100, .by = story_get(ln, "by"), .repeat = story_has(ln, "repeat"),
                              .tracking_number = story_get(ln, "parcel"), .detail = story_get(ln, "detail"), .sensitive = story_has(ln, "sensitive")};
    struct str sku = story_get(ln, "sku"), confidence = story_get(ln, "confidence"), outcome = story_get(ln, "outcome");
    const struct action_item item = {sku, 1};
    struct request_answer ans;
    unsigned request = 0, proof = PROOF_ORDER_AND_CONTACT, channel = CHAN_CHAT;
    int64_t n = 100, pos;
    if (!word_of(FIELD_REQUEST, story_bare(ln, 1), &request) || !word_of(FIELD_PROOF, story_get(ln, "proof"), &proof) ||
        !word_of(FIELD_CHANNEL, story_get(ln, "channel"), &channel) || (!str_empty(confidence) && num_parse_i64(confidence, 0, 100, &n) != OK))
        return ctx_fail(ctx, ERR_PARSE, "line %zu: request, proof, channel or confidence", ln->number);
    g.request = (enum policy_request)request;
    g.proof = (enum policy_proof)proof;
    g.channel = (enum policy_channel)channel;
    g.confidence = (int)n;
    if (!str_empty(sku)) {
        g.items = &item;
        g.items_n = 1;
    }
    enum err e = find_order(ctx, st, ln, &g.order_no);
    if (e == OK)
        e = story_has(ln, "try") ? request_try(ctx, st->eng, st->rd, st->merchant_id, &g, &ans)
                                 : request_make(ctx, st->eng, st->rd, st->merchant_id, &g, &ans, &pos);
    if (e != OK)
        return e;
    if (differs(outcome, str_of(request_outcome_word(ans.outcome))))
        return wrong(ctx, ln, "outcome", arena_fmt(ctx->arena, "%s: %.*s", request_outcome_word(ans.outcome), STR_ARG(ans.why)), outcome);
    if (differs(story_get(ln, "state"), str_of(action_state_word(ans.state))))
        return wrong(ctx, ln, "state", str_of(action_state_word(ans.state)), story_get(ln, "state"));
    if (differs(story_get(ln, "rule"), ans.rule))
        return wrong(ctx, ln, "rule", ans.rule, story_get(ln, "rule"));
    if (differs(story_get(ln, "reason"), str_of(guard_reason_word(ans.reason))))
        return wrong(ctx, ln, "reason", str_of(guard_reason_word(ans.reason)), story_get(ln, "reason"));
    return OK;
}

static enum err append(struct ctx *ctx, struct story_store *st, const struct fact *fct)
{
    enum err e = story_store_append(ctx, st, STR("wismo"), fct);
    return e == OK ? story_store_settle(ctx, st) : e;
}

static enum err state_is(struct ctx *ctx, struct story_store *st, const struct story_line *ln, int64_t action_no, struct str want)
{
    struct action_kept act;
    enum err e = action_get(ctx, st->rd->state, st->merchant_id, action_no, &act);
    struct str got = e == OK ? str_of(action_state_word(act.row.state)) : STR("missing");
    return differs(want, got) ? wrong(ctx, ln, "state", got, want) : OK;
}

static enum err verdict_line(struct ctx *ctx, struct story_store *st, const struct story_line *ln)
{
    struct fact fct = {.kind = FACT_VERDICT, .role = ROLE_SYSTEM};
    struct verdict_fact *v = &fct.u.verdict;
    *v = (struct verdict_fact){.by = str_empty(story_get(ln, "by")) ? STR("ann") : story_get(ln, "by"), .why = story_get(ln, "why"),
                               .at_us = clock_now_us(st->clock)};
    if (!verdict_parse(story_bare(ln, 0), &v->verdict))
        return ctx_fail(ctx, ERR_PARSE, "line %zu: approve, decline, undo or done", ln->number);
    if (v->verdict == VERDICT_DONE) {
        struct story_line rest = *ln;
        rest.words[0] = ln->words[1];
        enum err e = find_order(ctx, st, &rest, &v->order_no);
        return e == OK ? append(ctx, st, &fct) : e;
    }
    if (num_parse_i64(story_bare(ln, 1), 1, 1000000, &v->action_no) != OK)
        return ctx_fail(ctx, ERR_PARSE, "line %zu: number of the action", ln->number);
    enum err e = append(ctx, st, &fct);
    return e == OK ? state_is(ctx, st, ln, v->action_no, story_get(ln, "state")) : e;
}

/* ---- what the courier does */

enum err story_does(struct ctx *ctx, struct story_store *st, int64_t action_no, enum action_outcome outcome, struct str result_id)
{
    struct fact begun = {.kind = FACT_ATTEMPT, .role = ROLE_SYSTEM}, came = {.kind = FACT_ACTION_RESULT, .role = ROLE_SYSTEM};
    struct action_kept act;
    struct outbox_row row;
    enum err e = action_get(ctx, st->rd->state, st->merchant_id, action_no, &act);
    if (e == OK)
        e = outbox_get(ctx, st->rd->state, st->merchant_id, act.key, &row);
    if (e != OK)
        return e;
    uint32_t n = (uint32_t)row.attempts + 1;
    begun.u.attempt = (struct attempt_fact){.message_key = act.key, .attempt = n, .at_us = clock_now_us(st->clock)};
    came.u.result = (struct action_result_fact){.action_key = act.key, .outcome = outcome, .attempt = n, .result_id = result_id,
                                                .detail = STR("told by the story"), .at_us = clock_now_us(st->clock)};
    e = append(ctx, st, &begun);
    return e == OK ? append(ctx, st, &came) : e;
}

static enum err does_line(struct ctx *ctx, struct story_store *st, const struct story_line *ln)
{
    enum action_outcome o;
    int64_t action_no;
    if (num_parse_i64(story_bare(ln, 0), 1, 1000000, &action_no) != OK || !action_outcome_parse(story_bare(ln, 1), &o))
        return ctx_fail(ctx, ERR_PARSE, "line %zu: expected the action's number and what came of it", ln->number);
    return story_does(ctx, st, action_no, o, story_get(ln, "id"));
}

/* ---- expectations */

static struct str tasks_text(struct ctx *ctx, const struct case_acts *acts)
{
    struct str out = STR("");
    for (size_t i = 0; i < acts->tasks.n; i++)
        out = arena_fmt(ctx->arena, "%.*s\n      %s %.*s %s until %.*s %.*s", STR_ARG(out), policy_verb_word(acts->tasks.v[i].verb),
                        STR_ARG(acts->tasks.v[i].rule), task_state_word(acts->tasks.v[i].state),
                        STR_ARG(time_rfc3339(ctx->arena, acts->tasks.v[i].due_us)), STR_ARG(acts->tasks.v[i].choices));
    return out;
}

static bool task_fits(struct ctx *ctx, const struct act_task *t, const struct story_line *ln, int64_t due_us)
{
    struct str state = story_get(ln, "state"), choices = STR(""), one, rest = t->choices;
    while (!str_empty(rest) && str_split(&rest, '\n', &one))
        choices = arena_fmt(ctx->arena, "%.*s%s%.*s", STR_ARG(choices), choices.n > 0 ? "," : "", STR_ARG(one));
    return str_eq(story_bare(ln, 1), str_of(policy_verb_word(t->verb))) && !differs(story_get(ln, "rule"), t->rule) &&
           str_eq(str_empty(state) ? STR("open") : state, str_of(task_state_word(t->state))) && (due_us == 0 || due_us == t->due_us) &&
           !differs(story_get(ln, "choices"), choices) && (!story_has(ln, "missed") || t->missed);
}

static enum err waits_line(struct ctx *ctx, struct story_store *st, const struct story_line *ln, int64_t start_us)
{
    struct case_acts acts;
    struct str due = story_get(ln, "due");
    int64_t order_no, due_us = 0;
    size_t open = 0;
    enum err e = find_order(ctx, st, ln, &order_no);
    if (e == OK && !str_empty(due))
        e = story_time(ctx, due, start_us, clock_now_us(st->clock), &due_us);
    if (e == OK)
        e = case_acts_read(ctx, st->rd, st->merchant_id, order_no, &acts);
    if (e != OK)
        return e;
    for (size_t i = 0; i < acts.tasks.n; i++) {
        open += acts.tasks.v[i].state == TASK_OPEN ? 1 : 0;
        if (task_fits(ctx, &acts.tasks.v[i], ln, due_us))
            return OK;
    }
    return str_eq(story_bare(ln, 1), STR("nothing")) && open == 0 ? OK : wrong(ctx, ln, "waiting", tasks_text(ctx, &acts), ln->text);
}

static struct str actions_text(struct ctx *ctx, const struct case_acts *acts)
{
    struct str out = STR("");
    for (size_t i = 0; i < acts->actions.n; i++) {
        const struct action_row *r = &acts->actions.v[i].row;
        out = arena_fmt(ctx->arena, "%.*s\n      %lld %s %s %lld by %.*s", STR_ARG(out), (long long)r->action_no, capability_word(r->cap),
                        action_state_word(r->state), (long long)r->amount_minor, STR_ARG(r->rule));
    }
    return out;
}

static enum err action_line(struct ctx *ctx, struct story_store *st, const struct story_line *ln)
{
    struct case_acts acts;
    int64_t order_no;
    enum err e = find_order(ctx, st, ln, &order_no);
    if (e == OK)
        e = case_acts_read(ctx, st->rd, st->merchant_id, order_no, &acts);
    for (size_t i = 0; e == OK && i < acts.actions.n; i++) {
        const struct action_row *r = &acts.actions.v[i].row;
        if (str_eq(story_bare(ln, 1), arena_fmt(ctx->arena, "%lld", (long long)r->action_no)) &&
            !differs(story_bare(ln, 2), str_of(capability_word(r->cap))) && !differs(story_get(ln, "state"), str_of(action_state_word(r->state))) &&
            !differs(story_get(ln, "amount"), arena_fmt(ctx->arena, "%lld", (long long)r->amount_minor)))
            return OK;
    }
    bool none = e == OK && acts.actions.n == 0 && str_eq(story_bare(ln, 1), STR("none"));
    return e != OK || none ? e : wrong(ctx, ln, "actions", actions_text(ctx, &acts), ln->text);
}

enum err story_acts(struct ctx *ctx, struct story_store *st, const struct story_line *ln, int64_t start_us, bool *mine)
{
    *mine = true;
    if (str_eq(ln->verb, STR("policy")))
        return set_policy(ctx, st, ln);
    if (str_eq(ln->verb, STR("request")))
        return request_line(ctx, st, ln);
    if (str_eq(ln->verb, STR("verdict")))
        return verdict_line(ctx, st, ln);
    if (str_eq(ln->verb, STR("does")))
        return does_line(ctx, st, ln);
    if (str_eq(ln->verb, STR("waits")))
        return waits_line(ctx, st, ln, start_us);
    if (str_eq(ln->verb, STR("action")))
        return action_line(ctx, st, ln);
    *mine = false;
    return OK;
}
