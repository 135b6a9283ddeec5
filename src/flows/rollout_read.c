/* See rollout_read.h. Actions are read from the newest back, each with its case as it is now. */
#include "flows/rollout_read.h"

#include "flows/act_read.h"
#include "flows/reader.h"

#define CASE_ARENA_MAX ((size_t)256 << 20)
#define PAGE 200

struct reading {
    struct ctx *ctx, *own;      /* what is kept; one case's */
    struct reader *rd;
    int64_t merchant_id;
    struct rollout *out;
};

static enum err add_line(struct reading *r, const struct case_answer *ca, const struct action_row *act, enum rollout_fate fate)
{
    const struct order_view *v = order_anchor(ca->cas);
    if (r->out->lines_n == ROLLOUT_LINES_MAX)
        return OK;
    struct rollout_line *ln = &r->out->lines[r->out->lines_n++];
    *ln = (struct rollout_line){.action_no = act->action_no, .order_no = act->order_no, .at_us = act->at_us, .minor = act->amount_minor,
                                .cap = act->cap, .state = act->state, .fate = fate};
    enum err e = arena_dup(r->ctx->arena, v == NULL ? STR("") : v->name, &ln->order);
    return e == OK ? arena_dup(r->ctx->arena, act->rule, &ln->rule) : e;
}

static enum err judge(struct reading *r, const struct action_kept *act)
{
    struct rollout_capability *c = &r->out->caps[act->row.cap];
    struct case_answer ca;
    struct action_list list = {0};
    struct action_row *rows = NULL;
    enum rollout_people people;
    enum rollout_fate fate;
    arena_reset(r->own->arena);
    enum err e = case_read(r->own, r->rd, r->merchant_id, act->row.order_no, 0, &ca);
    if (e == OK)
        e = action_list_order(r->own, r->rd->state, r->merchant_id, act->row.order_no, &list);
    if (e == OK)
        e = action_rows_of(r->own, &list, &rows);
    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    const struct rollout_input in = {.act = &act->row, .others = rows, .others_n = list.n, .cas = ca.cas, .cd = &ca.cd, .now_us = ca.as_of_us};
    rollout_judge(&in, &people, &fate);
    c->shadow += act->row.state == ACTION_SHADOW ? 1 : 0;
    c->proposed += act->row.state != ACTION_SHADOW && act->row.approvals_needed > 0 ? 1 : 0;
    c->by_itself += act->row.state != ACTION_SHADOW && act->row.approvals_needed == 0 ? 1 : 0;
    c->people[people]++;
    c->right[people][fate]++;
    r->out->actions++;
    return people == PEOPLE_OTHERWISE ? add_line(r, &ca, &act->row, fate) : OK;
}

/* From the newest back, a page at a time. */
static enum err read_all(struct reading *r, struct ctx *page, int64_t max)
{
    int64_t last = 0;
    enum err e = action_last_no(r->ctx, r->rd->state, r->merchant_id, &last);
    int64_t least = last > max ? last - max : 0;
    while (e == OK && last > least) {
        struct action_list list = {0};
        int64_t after = last - PAGE > least ? last - PAGE : least;
        arena_reset(page->arena);
        e = action_list_page(page, r->rd->state, r->merchant_id, after, last - after, &list);
        for (size_t i = list.n; e == OK && i > 0; i--)
            e = judge(r, &list.v[i - 1]);
        last = after;
    }
    return e;
}

static enum err read_grants(struct reading *r)
{
    struct policy pol;
    enum err e = act_policy_read(r->ctx, r->rd, r->merchant_id, &pol);
    for (int c = 0; c < CAP_COUNT; c++) {
        r->out->caps[c].mode = e == OK ? pol.grants[c].v[GRANT_MODE] : MODE_OFF;
        r->out->caps[c].share = e == OK ? pol.grants[c].v[GRANT_SHARE] : 100;
    }
    if (e == OK)
        r->out->currency = pol.currency;
    return e == ERR_UNSUPPORTED ? OK : e;
}

enum err rollout_read(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t max, struct rollout *out)
{
    struct ctx own = *ctx, page = *ctx;
    struct reading r = {.ctx = ctx, .own = &own, .rd = rd, .merchant_id = merchant_id, .out = out};
    *out = (struct rollout){.actions = 0};
    own.arena = arena_new(CASE_ARENA_MAX);
    page.arena = arena_new(CASE_ARENA_MAX);
    enum err e = own.arena == NULL || page.arena == NULL ? ctx_fail(ctx, ERR_MEMORY, "rollout: no memory") : read_grants(&r);
    if (e == OK)
        e = read_all(&r, &page, max);
    if (e != OK && own.msg[0] != '\0')
        memcpy(ctx->msg, own.msg, sizeof(ctx->msg));
    arena_free(own.arena);
    arena_free(page.arena);
    return e;
}

/* ---- written */

static bool is_empty(const struct rollout_capability *c)
{
    return c->shadow + c->proposed + c->by_itself == 0;
}

/* What became of the parcel tells of what makes good for it alone. */
static void fate_text(struct buf *b, const char *who, enum capability cap, const struct rollout_capability *c, enum rollout_people p, const char *gone,
                      const char *arrived)
{
    if (c->people[p] == 0)
        return;
    buf_fmt(b, "    %-28s %6lld", who, (long long)c->people[p]);
    if ((capability_flags(cap) & CAP_COMPENSATES) != 0)
        buf_fmt(b, ": %lld %s, %lld %s, %lld open", (long long)c->right[p][FATE_GONE], gone, (long long)c->right[p][FATE_ARRIVED], arrived,
                (long long)c->right[p][FATE_OPEN]);
    buf_addc(b, '\n');
}

void rollout_text(struct ctx *ctx, const struct rollout *r, struct buf *b)
{
    for (int i = 0; i < CAP_COUNT; i++) {
        const struct rollout_capability *c = &r->caps[i];
        enum capability cap = (enum capability)i;
        if (is_empty(c))
            continue;
        buf_fmt(b, "%s: %s", capability_word(cap), grant_mode_word((enum grant_mode)c->mode));
        if (c->mode == MODE_AUTO && c->share < 100)
            buf_fmt(b, " for %lld %% of the orders", (long long)c->share);
        buf_fmt(b, "; %lld in shadow, %lld proposed, %lld by itself\n", (long long)c->shadow, (long long)c->proposed, (long long)c->by_itself);
        fate_text(b, "people did the same", cap, c, PEOPLE_SAME, "both right", "both wrong (it arrived)");
        fate_text(b, "people did otherwise", cap, c, PEOPLE_OTHERWISE, "the policy was right", "people were right (it arrived)");
        fate_text(b, "by itself, nobody objected", cap, c, PEOPLE_UNASKED, "right", "wrong (it arrived)");
        fate_text(b, "what people did is not seen", cap, c, PEOPLE_UNSEEN, "", "");
        fate_text(b, "not decided yet", cap, c, PEOPLE_OPEN, "gone", "arrived");
    }
    for (size_t i = 0; i < r->lines_n; i++) {
        const struct rollout_line *ln = &r->lines[i];
        struct str at = str_sub(time_rfc3339(ctx->arena, ln->at_us), 0, 16), amount = policy_money(ctx->arena, ln->minor, r->currency);
        buf_fmt(b, "%s  %.*s  %-10.*s %s %.*s by rule %.*s: %s%s\n", i == 0 ? "\nOtherwise:\n" : "", STR_ARG(at), STR_ARG(ln->order),
                capability_word(ln->cap), STR_ARG(amount), STR_ARG(ln->rule), action_state_word(ln->state),
                ln->fate == FATE_ARRIVED ? "; it arrived" : ln->fate == FATE_GONE ? "; it is gone" : "");
    }
    if (r->actions == 0)
        buf_addz(b, "nothing was decided yet\n");
}

static void capability_json(struct jw *w, const struct rollout_capability *c)
{
    jw_obj(w);
    jw_kstr(w, "mode", str_of(grant_mode_word((enum grant_mode)c->mode)));
    jw_ki64(w, "share", c->share);
    jw_ki64(w, "shadow", c->shadow);
    jw_ki64(w, "proposed", c->proposed);
    jw_ki64(w, "by_itself", c->by_itself);
    jw_key(w, "people");
    jw_obj(w);
    for (int p = 0; p < PEOPLE_COUNT; p++) {
        jw_key(w, rollout_people_word((enum rollout_people)p));
        jw_obj(w);
        jw_ki64(w, "actions", c->people[p]);
        for (int f = 0; f < FATE_COUNT; f++)
            jw_ki64(w, rollout_fate_word((enum rollout_fate)f), c->right[p][f]);
        jw_end(w);
    }
    jw_end(w);
    jw_end(w);
}

void rollout_json(struct jw *w, const struct rollout *r)
{
    jw_obj(w);
    jw_ki64(w, "actions", r->actions);
    jw_kstr_null(w, "currency", r->currency);
    jw_key(w, "capabilities");
    jw_obj(w);
    for (int i = 0; i < CAP_COUNT; i++)
        if (!is_empty(&r->caps[i])) {
            jw_key(w, capability_word((enum capability)i));
            capability_json(w, &r->caps[i]);
        }
    jw_end(w);
    jw_key(w, "otherwise");
    jw_arr(w);
    for (size_t i = 0; i < r->lines_n; i++) {
        const struct rollout_line *ln = &r->lines[i];
        jw_obj(w);
        jw_ki64(w, "action_no", ln->action_no);
        jw_kstr(w, "order", ln->order);
        jw_kstr(w, "capability", str_of(capability_word(ln->cap)));
        jw_kstr(w, "state", str_of(action_state_word(ln->state)));
        jw_kstr(w, "rule", ln->rule);
        jw_ktime(w, "at", ln->at_us);
        jw_ki64(w, "amount_minor", ln->minor);
        jw_kstr(w, "fate", str_of(rollout_fate_word(ln->fate)));
        jw_end(w);
    }
    jw_arr_end(w);
    jw_end(w);
}
