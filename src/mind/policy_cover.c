/*
 * Gaps, rules that can never match, overlaps. What no rule before has taken is cut into boxes, rule after rule; what is left behind
 * the last is a gap. The work is bounded: a policy too tangled to be decided within it is told so.
 */
#include "mind/policy_check.h"
#include "mind/policy_space.h"

#define WORK_MAX 3000000 /* boxes looked at for one question; the default policy needs a few thousand */
#define GAPS_TOLD 8
#define OVERLAPS_TOLD 60

struct cover {
    struct policy_checker *ck;
    struct space *sp;
    const struct box *rules;
    size_t rules_n;          /* rules that take away */
    long work;
    struct box left;         /* the first that was found */
    size_t found, enough;    /* look no further after so many */
    void (*take)(struct cover *cv, const struct box *b);
};

static bool over(const struct cover *cv)
{
    return cv->found >= cv->enough || cv->work > WORK_MAX;
}

/* What of b the rules from i on leave. Depth: one frame a rule. */
static void subtract(struct cover *cv, struct box b, size_t i)
{
    struct box both;
    cv->work++;
    while (!over(cv) && i < cv->rules_n && !box_and(&b, &cv->rules[i], &both))
        i++;
    if (over(cv))
        return;
    if (i == cv->rules_n) {
        if (cv->found++ == 0)
            cv->left = b;
        if (cv->take != NULL)
            cv->take(cv, &b);
        return;
    }
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        struct box part = b;
        for (size_t w = 0; w < SPACE_PIECES_MAX / 64; w++)
            part.set[f].w[w] &= ~cv->rules[i].set[f].w[w];
        if (!piece_set_empty(&part.set[f]))
            subtract(cv, part, i + 1);
        b.set[f] = both.set[f];
    }
}

/* ---- gaps */

static void tell_gap(struct cover *cv, const struct box *b)
{
    check_say(cv->ck, FINDING_ERROR, 0, 0, "add a rule for it, or a last one without `when`", "gap: no rule covers this: %.*s",
              STR_ARG(space_words(cv->sp, cv->ck->ctx->arena, b)));
}

static void check_gaps(struct cover *cv)
{
    struct box all;
    cv->rules_n = cv->ck->pol->rules_n;
    cv->work = 0;
    cv->found = 0;
    cv->enough = GAPS_TOLD;
    cv->take = tell_gap;
    space_all(cv->sp, &all);
    subtract(cv, all, 0);
    if (cv->found >= GAPS_TOLD)
        check_say(cv->ck, FINDING_NOTE, 0, 0, NULL, "gaps: there are more; these are the first %d", GAPS_TOLD);
    if (cv->work > WORK_MAX)
        check_say(cv->ck, FINDING_WARNING, 0, 0, "a last rule without `when` leaves none", "gaps: too tangled to be decided");
}

/* ---- rules that can never match */

static struct str takers(struct cover *cv, size_t rule)
{
    struct str s = STR_NULL;
    struct box both;
    size_t n = 0;
    for (size_t i = 0; i < rule && n < 4; i++)
        if (box_and(&cv->rules[rule], &cv->rules[i], &both)) {
            s = arena_fmt(cv->ck->ctx->arena, "%.*s%s%.*s", STR_ARG(s), n++ == 0 ? "" : ", ", STR_ARG(cv->ck->pol->rules[i].name));
        }
    return s;
}

static bool is_nothing(const struct box *b)
{
    for (unsigned f = 0; f < FIELD_COUNT; f++)
        if (piece_set_empty(&b->set[f]))
            return true;
    return false;
}

static void check_dead(struct cover *cv, size_t rule)
{
    const struct policy_rule *r = &cv->ck->pol->rules[rule];
    cv->rules_n = rule;
    cv->work = 0;
    cv->found = 0;
    cv->enough = 1;
    cv->take = NULL;
    if (is_nothing(&cv->rules[rule])) {
        check_say(cv->ck, FINDING_ERROR, r->line, r->column, "parcels have only the classes of docs/diagnosis.md",
                  "rule \"%.*s\" can never match: its conditions exclude each other", STR_ARG(r->name));
        return;
    }
    subtract(cv, cv->rules[rule], 0);
    if (cv->work > WORK_MAX)
        check_say(cv->ck, FINDING_WARNING, r->line, r->column, NULL, "rule \"%.*s\": whether it can match is too tangled to be decided", STR_ARG(r->name));
    else if (cv->found == 0)
        check_say(cv->ck, FINDING_ERROR, r->line, r->column, "move it up, or take it out", "rule \"%.*s\" can never match: %.*s take all of it",
                  STR_ARG(r->name), STR_ARG(takers(cv, rule)));
}

/* ---- overlaps */

static bool same_steps(const struct policy_rule *a, const struct policy_rule *b)
{
    if (a->steps_n != b->steps_n)
        return false;
    for (size_t i = 0; i < a->steps_n; i++)
        if (a->steps[i].verb != b->steps[i].verb || a->steps[i].caps_n != b->steps[i].caps_n ||
            memcmp(a->steps[i].caps, b->steps[i].caps, a->steps[i].caps_n * sizeof(a->steps[i].caps[0])) != 0)
            return false;
    return true;
}

/* Rules of which one is a special case of the other are meant so; the others are worth a look. */
static void check_overlaps(struct cover *cv)
{
    const struct policy *pol = cv->ck->pol;
    size_t n = 0;
    for (size_t j = 1; j < pol->rules_n; j++)
        for (size_t i = 0; i < j; i++) {
            struct box both;
            if (!box_and(&cv->rules[i], &cv->rules[j], &both) || box_has(&cv->rules[i], &cv->rules[j]) ||
                box_has(&cv->rules[j], &cv->rules[i]) || same_steps(&pol->rules[i], &pol->rules[j]))
                continue;
            if (n++ < OVERLAPS_TOLD)
                check_say(cv->ck, FINDING_NOTE, pol->rules[j].line, pol->rules[j].column, NULL, "overlap: \"%.*s\" decides before \"%.*s\" where %.*s",
                          STR_ARG(pol->rules[i].name), STR_ARG(pol->rules[j].name), STR_ARG(space_words(cv->sp, cv->ck->ctx->arena, &both)));
        }
    if (n > OVERLAPS_TOLD)
        check_say(cv->ck, FINDING_NOTE, 0, 0, NULL, "overlaps: %zu in all", n);
}

enum err check_cover(struct policy_checker *ck)
{
    struct space sp;
    const struct policy *pol = ck->pol;
    enum err e = space_make(ck->ctx, pol, &sp);
    if (e == ERR_LIMIT) {
        check_say(ck, FINDING_WARNING, 0, 0, "name fewer", "gaps: not looked for: %s", ck->ctx->msg);
        return OK;
    }
    struct box *rules = e == OK ? ctx_alloc(ck->ctx, (pol->rules_n + 1) * sizeof(*rules)) : NULL;
    if (rules == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < pol->rules_n; i++)
        space_rule(&sp, &pol->rules[i], &rules[i]);
    struct cover cv = {.ck = ck, .sp = &sp, .rules = rules};
    check_gaps(&cv);
    for (size_t i = 0; i < pol->rules_n; i++)
        check_dead(&cv, i);
    if (ck->opt->overlaps)
        check_overlaps(&cv);
    return OK;
}
