/* An explanation as text and as JSON: both tell the same. */
#include "base/timefmt.h"
#include "mind/policy_explain.h"

static struct str rule_name(const struct policy_rule *r)
{
    return r == NULL ? STR("no rule: a person decides") : r->name;
}

static struct str when_text(struct ctx *ctx, int64_t at_us)
{
    return time_rfc3339(ctx->arena, at_us);
}

/* ---- text */

static void text_figures(struct ctx *ctx, const struct explanation *ex, const struct explain_matter *m, struct buf *b)
{
    buf_addz(b, "  saw:");
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        struct str v = situation_text(ctx->arena, ex->policy, &m->sit, (enum policy_field)f);
        buf_fmt(b, "%s%s=%.*s", f == 0 ? " " : ", ", policy_field_row((enum policy_field)f)->word, STR_ARG(v));
    }
    buf_addc(b, '\n');
}

static void text_choice(struct ctx *ctx, const struct explanation *ex, const struct act_choice *c, struct buf *b)
{
    const struct guard_verdict *v = &c->verdict;
    buf_fmt(b, "    %s: %s", capability_word(c->cap), guard_outcome_word(v->outcome));
    if (v->reason != GUARD_NONE)
        buf_fmt(b, ": %s", guard_reason_what(v->reason));
    if (v->outcome == GUARD_REPEAT)
        buf_fmt(b, " (%s)", action_state_word(v->same->state));
    else if (v->outcome != GUARD_REFUSED && (capability_flags(c->cap) & CAP_MONEY) != 0)
        buf_fmt(b, ", %.*s", STR_ARG(policy_money(ctx->arena, v->row.amount_minor, ex->policy->currency)));
    buf_addc(b, '\n');
}

static void text_decision(struct ctx *ctx, const struct explanation *ex, const struct act_decision *d, struct buf *b)
{
    buf_fmt(b, "  do: %s", policy_verb_word(d->verb));
    if (d->verb == VERB_HAND_OVER)
        buf_fmt(b, ", %s", policy_priority_word(d->priority));
    if (d->at_us != 0)
        buf_fmt(b, ", %s %.*s", d->verb == VERB_WAIT ? "until" : "due", STR_ARG(when_text(ctx, d->at_us)));
    if (!str_empty(d->recommend))
        buf_fmt(b, ": %.*s", STR_ARG(d->recommend));
    buf_addc(b, '\n');
    for (size_t i = 0; i < d->choices_n; i++)
        text_choice(ctx, ex, &d->choices[i], b);
    for (size_t i = 0; i < d->refused_n; i++)
        text_choice(ctx, ex, &d->refused[i], b);
}

static void text_earlier(struct ctx *ctx, const struct explanation *ex, const struct explain_matter *m, struct buf *b)
{
    buf_addz(b, "  earlier rules, each with its first condition that does not hold:\n");
    for (size_t i = 0; i < ex->policy->rules_n && &ex->policy->rules[i] != m->rule; i++) {
        const struct policy_rule *r = &ex->policy->rules[i];
        const struct policy_cond *c = rule_first_failing(r, &m->sit);
        if (!rule_sees(r, &m->sit))
            continue; /* it speaks of what was sent */
        buf_fmt(b, "    %.*s: %.*s (%.*s)\n", STR_ARG(r->name), STR_ARG(cond_text(ctx->arena, ex->policy, c)),
                STR_ARG(situation_text(ctx->arena, ex->policy, &m->sit, c->field)));
    }
}

static void text_changes(struct ctx *ctx, const struct explain_matter *m, struct buf *b)
{
    buf_addz(b, "  what would change it:\n");
    for (size_t i = 0; i < m->changes_n; i++) {
        const struct explain_change *c = &m->changes[i];
        if (!str_empty(c->fact))
            buf_fmt(b, "    if %.*s", STR_ARG(c->fact));
        else
            buf_fmt(b, "    if %s were %.*s", policy_field_row(c->field)->word, STR_ARG(c->value));
        if (!str_empty(c->fact) && m->next_us != 0 && m->next_cls != m->sit.diag->cls)
            buf_fmt(b, " before %.*s", STR_ARG(when_text(ctx, m->next_us)));
        if (c->at_us != 0)
            buf_fmt(b, " (at %.*s, by time alone)", STR_ARG(when_text(ctx, c->at_us)));
        buf_fmt(b, ": %.*s\n", STR_ARG(rule_name(c->rule)));
    }
    if (m->next_us != 0)
        buf_fmt(b, "    if nothing comes until %.*s: it is %s then, %.*s\n", STR_ARG(when_text(ctx, m->next_us)), diag_class_word(m->next_cls),
                STR_ARG(rule_name(m->next_rule)));
}

void policy_explain_text(struct ctx *ctx, const struct explanation *ex, struct buf *out)
{
    buf_fmt(out, "order %.*s, at %.*s, policy %.*s\n", STR_ARG(ex->order), STR_ARG(when_text(ctx, ex->now_us)), STR_ARG(ex->policy->version));
    for (size_t i = 0; i < ex->n; i++) {
        const struct explain_matter *m = &ex->matters[i];
        struct str number = m->sit.parcel == NULL ? STR_NULL : m->sit.parcel->parcel->number;
        buf_fmt(out, "\n%s%.*s: %s\n", str_empty(number) ? "the order" : "parcel ", STR_ARG(number), diag_class_word(m->sit.diag->cls));
        if (m->rule == NULL)
            buf_addz(out, "  no rule matches: a person decides\n");
        else
            buf_fmt(out, "  rule %.*s (line %d)%s%.*s\n", STR_ARG(m->rule->name), m->rule->line, str_empty(m->rule->because) ? "" : ": ",
                    STR_ARG(m->rule->because));
        for (size_t d = 0; d < ex->decisions.n; d++)
            if (ex->decisions.v[d].matter == i)
                text_decision(ctx, ex, &ex->decisions.v[d], out);
        text_figures(ctx, ex, m, out);
        text_earlier(ctx, ex, m, out);
        text_changes(ctx, m, out);
    }
}

/* ---- JSON */

static void json_rule(struct jw *w, const char *key, const struct policy_rule *r)
{
    jw_kstr_null(w, key, r == NULL ? STR_NULL : r->name);
}

static void json_choice(struct jw *w, const struct act_choice *c)
{
    const struct guard_verdict *v = &c->verdict;
    jw_obj(w);
    jw_kstr(w, "capability", str_of(capability_word(c->cap)));
    jw_kstr(w, "outcome", str_of(guard_outcome_word(v->outcome)));
    jw_kstr(w, "reason", str_of(guard_reason_word(v->reason)));
    if (v->outcome == GUARD_REPEAT)
        jw_kstr(w, "state", str_of(action_state_word(v->same->state)));
    else if (v->outcome != GUARD_REFUSED) {
        jw_ki64(w, "amount_minor", v->row.amount_minor);
        jw_ki64(w, "approvals_needed", v->row.approvals_needed);
        jw_ktime(w, "not_before", v->row.not_before_us);
    }
    jw_end(w);
}

static void json_decision(struct jw *w, const struct act_decision *d)
{
    jw_obj(w);
    jw_kstr(w, "do", str_of(policy_verb_word(d->verb)));
    jw_kstr(w, "why", d->why);
    jw_ktime(w, "at", d->at_us);
    jw_kstr(w, "priority", str_of(policy_priority_word(d->priority)));
    jw_kstr_null(w, "recommend", d->recommend);
    jw_key(w, "actions");
    jw_arr(w);
    for (size_t i = 0; i < d->choices_n; i++)
        json_choice(w, &d->choices[i]);
    for (size_t i = 0; i < d->refused_n; i++)
        json_choice(w, &d->refused[i]);
    jw_arr_end(w);
    jw_end(w);
}

static void json_figures(struct ctx *ctx, const struct explanation *ex, const struct explain_matter *m, struct jw *w)
{
    jw_key(w, "saw");
    jw_arr(w);
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        jw_obj(w);
        jw_kstr(w, "field", str_of(policy_field_row((enum policy_field)f)->word));
        jw_kbool(w, "known", m->sit.known[f]);
        jw_kstr(w, "value", situation_text(ctx->arena, ex->policy, &m->sit, (enum policy_field)f));
        jw_end(w);
    }
    jw_arr_end(w);
}

static void json_earlier(struct ctx *ctx, const struct explanation *ex, const struct explain_matter *m, struct jw *w)
{
    jw_key(w, "earlier");
    jw_arr(w);
    for (size_t i = 0; i < ex->policy->rules_n && &ex->policy->rules[i] != m->rule; i++) {
        const struct policy_cond *c = rule_first_failing(&ex->policy->rules[i], &m->sit);
        if (!rule_sees(&ex->policy->rules[i], &m->sit))
            continue; /* it speaks of what was sent */
        jw_obj(w);
        jw_kstr(w, "rule", ex->policy->rules[i].name);
        jw_kstr(w, "failing", cond_text(ctx->arena, ex->policy, c));
        jw_kstr(w, "saw", situation_text(ctx->arena, ex->policy, &m->sit, c->field));
        jw_ki64(w, "line", c->line);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void json_changes(const struct explain_matter *m, struct jw *w)
{
    jw_key(w, "changes");
    jw_arr(w);
    for (size_t i = 0; i < m->changes_n; i++) {
        jw_obj(w);
        jw_kstr(w, "field", str_of(policy_field_row(m->changes[i].field)->word));
        jw_kstr(w, "value", m->changes[i].value);
        jw_kstr_null(w, "fact", m->changes[i].fact);
        json_rule(w, "rule", m->changes[i].rule);
        jw_ktime(w, "at", m->changes[i].at_us);
        jw_end(w);
    }
    jw_arr_end(w);
    jw_key(w, "if_nothing_comes");
    if (m->next_us == 0) {
        jw_null(w);
        return;
    }
    jw_obj(w);
    jw_ktime(w, "at", m->next_us);
    jw_kstr(w, "class", str_of(diag_class_word(m->next_cls)));
    json_rule(w, "rule", m->next_rule);
    jw_end(w);
}

static void json_matter(struct ctx *ctx, const struct explanation *ex, size_t i, struct jw *w)
{
    const struct explain_matter *m = &ex->matters[i];
    jw_obj(w);
    jw_kstr_null(w, "parcel", m->sit.parcel == NULL ? STR_NULL : m->sit.parcel->parcel->number);
    jw_kstr(w, "class", str_of(diag_class_word(m->sit.diag->cls)));
    json_rule(w, "rule", m->rule);
    jw_ki64(w, "line", m->rule == NULL ? 0 : m->rule->line);
    jw_kstr_null(w, "because", m->rule == NULL ? STR_NULL : m->rule->because);
    jw_key(w, "decisions");
    jw_arr(w);
    for (size_t d = 0; d < ex->decisions.n; d++)
        if (ex->decisions.v[d].matter == i)
            json_decision(w, &ex->decisions.v[d]);
    jw_arr_end(w);
    json_figures(ctx, ex, m, w);
    json_earlier(ctx, ex, m, w);
    json_changes(m, w);
    jw_end(w);
}

void policy_explain_json(struct ctx *ctx, const struct explanation *ex, struct jw *w)
{
    jw_obj(w);
    jw_kstr_null(w, "order", ex->order);
    jw_ktime(w, "at", ex->now_us);
    jw_kstr(w, "policy_version", ex->policy->version);
    jw_key(w, "matters");
    jw_arr(w);
    for (size_t i = 0; i < ex->n; i++)
        json_matter(ctx, ex, i, w);
    jw_arr_end(w);
    jw_end(w);
}
