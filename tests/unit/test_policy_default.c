/*
 * The default policy by stories: every rule decides at least one, at its edge where it has one. A line `decide` says what is asked
 * (request= channel= proof= confidence= sensitive claims= tag=SKU/TAG legal) and what comes of it (rule= do=), of the matter
 * parcel=NUMBER, else of the order, else of the only parcel.
 */
#include "lib/case_story.h"

#include "mind/decide_act.h"
#include "base/timefmt.h"

#define ORDER "at d0T14:00\norder #1 country=US region=IL zip=60601 items=MUG*1:2000:Mug financial=paid\n"
#define LEFT ORDER "at d0T15:00\nfulfill #1 items=MUG*1 parcels=ups/1Z1\nat d0T22:00\nscan ups 1Z1 accepted place=Newark,NJ,US\n"
#define THERE LEFT "at d3T18:00\nscan ups 1Z1 delivered place=Chicago,IL,US\n"
#define UNPICKED ORDER "fulfill #1 items=MUG*1 state=open role=warehouse source=wms\n"
#define ASKS "channel=chat confidence=97 proof=order_and_contact "

struct default_case {
    const char *name, *text;
};

/* clang-format off */
static const struct default_case CASES[] = {
    {"sensitive", LEFT "decide sensitive request=status " ASKS "rule=sensitive do=hand_over\n"},
    {"a person", LEFT "decide request=person " ASKS "rule=asked-for-a-person do=hand_over\n"},
    {"disputed", "at d0T14:00\norder #1 country=US items=MUG*1:2000 financial=disputed\ndecide rule=disputed do=hand_over\n"},
    {"sources", LEFT "at d0T23:00\norder #1 source=erp role=back_office country=US items=MUG*2:2000\ndecide parcel=1Z1 rule=sources-disagree do=hand_over\n"},
    {"scans", THERE "at d8T12:00\nscan ups 1Z1 in_transit place=Chicago,IL,US\ndecide parcel=1Z1 rule=sources-disagree do=hand_over\n"},
    {"one of two parcels disagrees", "at d0T14:00\norder #1 country=US items=MUG*2:2000 financial=paid\nfulfill #1 items=MUG*2 parcels=ups/1Z1,ups/1Z2\nat d1T10:00\nscan ups 1Z2 lost\n"
        "scan ups 1Z1 delivered place=Chicago,IL,US\nat d5T12:00\nscan ups 1Z1 in_transit place=Chicago,IL,US\ndecide parcel=1Z1 rule=scans-disagree do=hand_over\n"},
    {"unsure", LEFT "decide request=refund channel=chat confidence=89 rule=unsure do=hand_over\n"
              "decide request=refund channel=chat confidence=90 proof=channel rule=asked-something-else do=hand_over\n"},

    {"legal clock off", ORDER "at d40T14:00\ndecide rule=not-sent-long do=hand_over\n"},
    {"option notice", UNPICKED "at d3T13:59\ndecide legal rule=calm do=nothing\nat d3T14:00\ndecide legal rule=law-option-notice do=offer:cancel=approval,wait\n"},
    {"consent", UNPICKED "at d26T14:00\ndecide legal rule=law-consent do=offer:cancel=approval,hand_over\n"},
    {"refund by law", UNPICKED "at d33T14:00\ndecide legal rule=law-refund do=approve:cancel=approval,hand_over\n"},
    {"no law for others", "at d0T14:00\norder #1 country=DE items=MUG*1:2000 financial=paid\nat d40T14:00\ndecide legal rule=not-sent-long do=hand_over\n"},

    {"settled", LEFT "at d5T10:00\nrefund #1 amount=2000 full\ndecide rule=settled do=nothing\n"
               "decide request=reship " ASKS "rule=settled-but-asked do=hand_over\n"},

    {"sent back", THERE "at d8T12:00\nreturn #1 approved items=MUG*1\ndecide return rule=none do=\ndecide parcel=1Z1 rule=calm do=nothing\n"
                  "at d9T12:00\nreturn #1 received items=MUG*1\ndecide return amount=2000 rule=return-arrived do=approve:refund=approval\n"
                  "decide parcel=1Z1 rule=calm do=nothing\n"},
    {"sent back, of what nobody knows", THERE "at d8T12:00\nreturn #1 received\ndecide return rule=return-arrived do=hand_over\n"},

    {"to be sent back", THERE "decide parcel=1Z1 request=start_return " ASKS "rule=return-in-window do=act:start_return=approval\n"
                        "decide parcel=1Z1 tag=MUG/perishable request=start_return " ASKS "rule=asked-something-else do=hand_over\n"
                        "decide parcel=1Z1 tag=MUG/made_to_order request=start_return " ASKS "rule=made-to-order do=hand_over\n"
                        "at d33T12:00\ndecide parcel=1Z1 request=start_return " ASKS "rule=return-in-window do=act:start_return=approval\n"
                        "at d40T12:00\ndecide parcel=1Z1 request=start_return " ASKS "rule=asked-something-else do=hand_over\n"},
    {"perishable", LEFT "at d2T10:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US reason=recipient_unavailable\ndecide tag=MU*/perishable rule=perishable-in-trouble do=hand_over\n"},
    {"age-restricted", LEFT "decide tag=MUG/age_restricted request=reroute channel=chat confidence=97 proof=one_time_code rule=age-restricted-elsewhere do=hand_over\n"},
    {"made to order", UNPICKED "decide tag=MUG/made_to_order request=cancel " ASKS "rule=made-to-order do=hand_over\n"},
    {"many claims", LEFT "at d2T10:00\nscan ups 1Z1 lost\ndecide claims=2 rule=lost-offer-refund do=offer:refund=approval,act:carrier_claim=approval\n"
                    "decide claims=3 rule=many-claims do=hand_over\n"},

    {"cancel in time", UNPICKED "decide request=cancel " ASKS "rule=cancel-before-pick do=act:cancel=approval\n"},
    {"cancel, nobody knows", ORDER "decide request=cancel " ASKS "rule=cancel-too-late do=hand_over\n"},
    {"address in time", UNPICKED "decide request=change_address channel=chat confidence=97 proof=one_time_code rule=address-before-pick do=act:hold_fulfillment=approval,act:change_address=approval\n"},
    {"address without proof", UNPICKED "decide request=change_address " ASKS "rule=address-before-pick do=act:hold_fulfillment=approval,hand_over\n"},
    {"address under way", LEFT "decide request=change_address channel=chat confidence=97 proof=one_time_code rule=address-under-way do=approve:reroute=approval,hand_over\n"},
    {"pickup point", LEFT "decide request=pickup_redirect channel=chat confidence=97 proof=one_time_code rule=pickup-point do=act:pickup_redirect=approval\n"},
    {"another attempt", LEFT "at d2T10:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US reason=recipient_unavailable\ndecide request=reattempt " ASKS "rule=another-attempt do=act:reattempt=approval\n"},

    {"lost", LEFT "at d2T10:00\nscan ups 1Z1 lost\ndecide rule=lost-offer-refund do=offer:refund=approval,act:carrier_claim=approval\n"
             "decide request=refund " ASKS "rule=lost-refund do=act:refund=approval,act:carrier_claim=approval\n"
             "decide request=reship " ASKS "rule=lost-offer-refund do=offer:refund=approval,act:carrier_claim=approval\n"
             "stock MUG 0\ndecide request=reship " ASKS "rule=lost-offer-refund do=offer:refund=approval,act:carrier_claim=approval\n"
             "stock MUG 1\ndecide rule=lost-offer-both do=offer:reship=approval+refund=approval,act:carrier_claim=approval\n"
             "decide request=reship " ASKS "rule=lost-reship do=act:reship=approval,act:carrier_claim=approval\n"},
    {"lost, not proven", LEFT "at d2T10:00\nscan ups 1Z1 lost\ndecide request=refund channel=chat confidence=97 proof=none rule=lost-refund do=hand_over,hand_over\n"},
    {"lost, another currency", "at d0T14:00\norder #1 country=US currency=EUR items=MUG*1:2000 financial=paid\nfulfill #1 items=MUG parcels=ups/1Z1\nat d2T10:00\nscan ups 1Z1 lost\n"
        "decide request=refund " ASKS "rule=lost-refund do=hand_over,act:carrier_claim=approval\n"},
    {"lost, dear", "at d0T14:00\norder #1 country=US items=MUG*1:20001 financial=paid\nfulfill #1 items=MUG parcels=ups/1Z1\nat d2T10:00\nscan ups 1Z1 lost\n"
        "decide rule=lost-offer-refund do=hand_over,act:carrier_claim=approval\n"},
    {"lost, paid on delivery", "at d0T14:00\norder #1 country=IN items=MUG*1:2000 cod\nfulfill #1 items=MUG parcels=ups/1Z1\nat d2T10:00\nscan ups 1Z1 lost\n"
        "decide rule=lost-offer-refund do=hand_over,act:carrier_claim=approval\n"},
    {"lost, one of two parcels", "at d0T14:00\norder #1 country=US items=MUG*2:2000;CUP*1:900 financial=paid\nfulfill #1 id=f1 items=MUG*1 parcels=ups/1Z1\nfulfill #1 id=f2 items=MUG*1;CUP parcels=ups/1Z2\n"
        "at d2T10:00\nscan ups 1Z1 delivered\nscan ups 1Z2 lost\ndecide parcel=1Z2 amount=2900 rule=lost-offer-refund do=offer:refund=approval,act:carrier_claim=approval\n"
        "decide parcel=1Z1 rule=calm do=nothing\n"
        "decide parcel=1Z2 items=CUP amount=900 request=refund " ASKS "rule=lost-refund do=act:refund=approval,act:carrier_claim=approval\n"
        "decide parcel=1Z2 items=TEA request=refund " ASKS "rule=lost-refund do=hand_over,act:carrier_claim=approval\n"},
    {"lost, nobody says what was in it", "at d0T14:00\norder #1 country=US items=MUG*2:2000 financial=paid\nfulfill #1 items=MUG*2 parcels=ups/1Z1,ups/1Z2\nat d2T10:00\nscan ups 1Z1 delivered\n"
        "scan ups 1Z2 lost\ndecide parcel=1Z2 rule=lost-offer-refund do=hand_over,act:carrier_claim=approval\n"},
    {"one item of three is wrong", "at d0T14:00\norder #1 country=US items=MUG*2:2000;CUP*1:900 financial=paid\nfulfill #1 items=MUG*2;CUP parcels=ups/1Z1\nat d3T10:00\nscan ups 1Z1 delivered\n"
        "report #1 missing_item sku=CUP\ndecide amount=900 rule=not-right-offer-refund do=offer:refund=approval,act:carrier_claim=approval\n"},
    {"one of them is wrong", "at d0T14:00\norder #1 country=US items=MUG*2:2000;CUP*1:900 financial=paid\nfulfill #1 items=MUG*2;CUP parcels=ups/1Z1\nat d3T10:00\nscan ups 1Z1 delivered\n"
        "report #1 wrong_item\ndecide rule=not-right-offer-refund do=hand_over,act:carrier_claim=approval\n"},
    {"presumed lost never pays", LEFT "stock MUG 9\nat d7T21:59\ndecide rule=silent do=wait\nat d7T22:00\ndecide rule=presumed-lost do=act:carrier_inquiry=auto,hand_over\n"
        "decide request=refund " ASKS "rule=presumed-lost do=act:carrier_inquiry=auto,hand_over\nat d60T10:00\ndecide rule=presumed-lost do=act:carrier_inquiry=auto,hand_over\n"},

    {"not received", THERE "at d3T20:00\nreport #1 not_received\ndecide rule=not-received-wait do=act:carrier_inquiry=auto,wait,hand_over\n"
        "at d6T17:59\ndecide rule=not-received-wait do=act:carrier_inquiry=auto,wait,hand_over\nat d6T18:00\ndecide rule=not-received do=act:carrier_claim=approval,hand_over\n"},
    {"with a note", LEFT "at d3T18:00\nscan ups 1Z1 delivered place=Chicago,IL,US reason=left_with_neighbor\nat d3T20:00\nreport #1 not_received\n"
        "decide rule=not-received-note do=act:carrier_inquiry=auto,wait,hand_over\nat d6T18:00\ndecide rule=not-received do=act:carrier_claim=approval,hand_over\n"},

    {"damaged", THERE "stock MUG 1\nat d3T20:00\nreport #1 damaged\ndecide rule=not-right-offer-both do=offer:reship=approval+refund=approval,act:carrier_claim=approval\n"
        "decide request=refund " ASKS "rule=not-right-refund do=approve:refund=approval\ndecide request=reship " ASKS "rule=not-right-reship do=approve:reship=approval\n"
        "stock MUG 0\ndecide rule=not-right-offer-refund do=offer:refund=approval,act:carrier_claim=approval\n"},
    {"wrong item", THERE "at d3T20:00\nreport #1 wrong_item\ndecide rule=not-right-offer-refund do=offer:refund=approval,act:carrier_claim=approval\n"},
    {"something else", THERE "at d3T20:00\ndecide request=exchange " ASKS "rule=asked-something-else do=hand_over\n"},

    {"wrong address", LEFT "at d2T10:00\nscan ups 1Z1 exception place=Chicago,IL,US reason=address_issue\ndecide rule=wrong-address do=approve:intercept=approval,hand_over\n"},
    {"refused", LEFT "at d2T10:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US reason=refused\ndecide rule=refused do=hand_over\n"},
    {"cash", "at d0T14:00\norder #1 country=IN items=MUG*1:2000 cod\nfulfill #1 items=MUG parcels=ups/1Z1\nat d2T10:00\nscan ups 1Z1 attempt_failed reason=recipient_unavailable\n"
        "decide rule=cash-attempt do=offer:reattempt=approval,hand_over\n"},
    {"attempts", LEFT "at d2T10:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US event=a1\ndecide rule=attempt do=offer:reattempt=approval+pickup_redirect=approval\n"
        "at d3T10:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US event=a2\ndecide rule=attempt do=offer:reattempt=approval+pickup_redirect=approval\n"
        "at d4T10:00\nscan ups 1Z1 attempt_failed place=Chicago,IL,US event=a3\ndecide rule=third-attempt do=hand_over\n"},
    {"pickup point, last day over", LEFT "at d2T10:00\nscan ups 1Z1 available_for_pickup place=Chicago,IL,US pickup_until=2026-11-20\ndecide rule=calm do=nothing\n"
        "at d6T10:00\ndecide rule=pickup-over do=hand_over\n"},

    {"going back", LEFT "at d2T10:00\nscan ups 1Z1 returning place=Chicago,IL,US\ndecide rule=going-back do=hand_over\n"},
    {"back", LEFT "stock MUG 3\nat d4T10:00\nscan ups 1Z1 returned place=Newark,NJ,US\ndecide rule=back do=offer:reship=approval+refund=approval,hand_over\n"},
    {"back, unpaid", "at d0T14:00\norder #1 country=IN items=MUG*1:2000 cod\nfulfill #1 items=MUG parcels=ups/1Z1\nat d4T10:00\nscan ups 1Z1 returned\ndecide rule=back-unpaid do=hand_over\n"},

    {"late and silent", LEFT "at d1T22:00\nscan ups 1Z1 in_transit place=Columbus,OH,US eta=2026-11-17\nat d4T22:00\ndecide rule=late-and-silent do=act:carrier_inquiry=auto,hand_over\n"},
    {"late, not silent", LEFT "at d1T22:00\nscan ups 1Z1 in_transit place=Columbus,OH,US eta=2026-11-17\nat d3T22:00\ndecide rule=calm do=nothing\n"},
    {"silent", LEFT "at d2T22:00\ndecide rule=silent do=wait\n"},
    {"customs", LEFT "at d1T22:00\nscan ups 1Z1 exception place=Chicago,IL,US reason=customs_hold\ndecide rule=calm do=nothing\nat d8T22:00\ndecide rule=customs-long do=hand_over\n"},

    {"label", ORDER "at d0T15:00\nfulfill #1 items=MUG*1 parcels=ups/1Z1\nat d4T14:59\ndecide rule=calm do=nothing\nat d4T15:00\ndecide rule=label-old do=hand_over\n"},
    {"not sent", ORDER "at d3T13:59\ndecide rule=calm do=nothing\nat d3T14:00\ndecide rule=not-sent do=hand_over\nat d5T13:59\ndecide rule=not-sent do=hand_over\nat d5T14:00\ndecide rule=not-sent-long do=hand_over\n"},
    {"out of stock", "at d0T09:00\nstock MUG 0\n" UNPICKED "decide rule=calm do=nothing\nat d3T14:00\ndecide rule=out-of-stock-late do=offer:cancel=approval,hand_over\n"},
    {"held", ORDER "hold #1 why=check\nat d1T13:59\ndecide rule=calm do=nothing\nat d1T14:00\ndecide rule=held-long do=hand_over\n"},
    {"calm", LEFT "decide rule=calm do=nothing\ndecide request=status " ASKS "rule=calm do=nothing\n"},
};
/* clang-format on */

struct teller {
    const struct policy *pol, *legal;
    const char *name;
    bool *seen;
    size_t decided;
};

static void add_choices(struct buf *b, const struct act_decision *d)
{
    for (size_t i = 0; i < d->choices_n; i++)
        buf_fmt(b, "%c%s=%s", i == 0 ? ':' : '+', capability_word(d->choices[i].cap), guard_outcome_word(d->choices[i].verdict.outcome));
}

static unsigned word_of(enum policy_field f, struct str word)
{
    for (unsigned i = 0; i < policy_enum_count(f); i++)
        if (str_eq(word, str_of(policy_enum_word(f, i))))
            return i;
    if (!str_empty(word))
        fail_msg("%s: no %.*s", policy_field_row(f)->word, STR_ARG(word));
    return 0;
}

static int64_t number(const struct story_line *ln, const char *key)
{
    int64_t n = 0;
    for (size_t i = 0; i < story_get(ln, key).n; i++)
        n = n * 10 + (story_get(ln, key).p[i] - '0');
    return n;
}

/* The matter that is meant. */
static size_t matter_of(const struct case_diagnosis *cd, struct str parcel)
{
    for (size_t i = 0; i < cd->parcels_n; i++)
        if (str_eq(cd->parcels[i].parcel->number, parcel))
            return i;
    if (!str_empty(parcel))
        fail_msg("no parcel %.*s", STR_ARG(parcel));
    return situation_count(cd) - 1;
}

static void on_line(struct case_story *cs, struct ctx *ctx, const struct story_line *ln, void *user)
{
    struct teller *t = user;
    struct promises p;
    struct case_diagnosis cd;
    struct act_decisions ds;
    struct policy pol = story_has(ln, "legal") ? *t->legal : *t->pol;
    struct policy_item_tag tag = {0};
    struct guard_book book = {0};
    struct customer_history h = {.known = !str_empty(story_get(ln, "claims")), .claims = number(ln, "claims")};
    struct policy_ask ask = {.request = (enum policy_request)word_of(FIELD_REQUEST, story_get(ln, "request")),
                             .channel = (enum policy_channel)word_of(FIELD_CHANNEL, story_get(ln, "channel")),
                             .proof = (enum policy_proof)word_of(FIELD_PROOF, story_get(ln, "proof")),
                             .confidence = (int)number(ln, "confidence"), .sensitive = story_has(ln, "sensitive")};
    struct str rest = story_get(ln, "tag");
    struct action_item asked = {story_get(ln, "items"), 1};
    if (!str_empty(asked.sku)) {
        ask.items = &asked;
        ask.items_n = 1;
    }
    struct buf b;
    assert_true(str_eq(ln->verb, STR("decide")));
    if (str_split(&rest, '/', &tag.sku)) {
        tag.tag = rest;
        pol.item_tags = &tag;
        pol.item_tags_n = 1;
    }
    promises_default(&p);
    cs->cas.customer = STR("c1");
    assert_ok(ctx, diagnose(ctx, &cs->cas, &p, cs->now_us, &cd));
    const struct act_input in = {.policy = &pol, .cas = &cs->cas, .cd = &cd, .ask = &ask, .history = &h, .book = &book, .now_us = cs->now_us,
                                 .day = civil_day(cs->now_us)};
    assert_ok(ctx, policy_decide(ctx, &in, &ds));
    size_t matter = story_has(ln, "return") ? situation_count(&cd) : matter_of(&cd, story_get(ln, "parcel")), n = 0;
    struct str rule = STR("none");
    buf_init(&b, 65536);
    for (size_t i = 0; i < ds.n; i++) {
        if (ds.v[i].matter != matter)
            continue;
        buf_fmt(&b, "%s%s", n++ == 0 ? "" : ",", policy_verb_word(ds.v[i].verb));
        add_choices(&b, &ds.v[i]);
        assert_true(ds.v[i].why.n > 0);
        if (!str_empty(story_get(ln, "amount")) && n == 1)
            assert_int_equal(ds.v[i].choices[0].verdict.row.amount_minor, number(ln, "amount"));
        if (!str_empty(story_get(ln, "subject")) && n == 1)
            assert_str(ds.v[i].choices[0].verdict.row.subject, arena_fmt(ctx->arena, "%.*s", STR_ARG(story_get(ln, "subject"))).p);
        if (ds.v[i].rule != NULL) {
            rule = ds.v[i].rule->name;
            t->seen[ds.v[i].rule - pol.rules] = true;
        }
    }
    if (!str_eq(rule, story_get(ln, "rule")) || !str_eq(buf_str(&b), story_get(ln, "do")))
        fail_msg("%s, line %zu: %s: rule=%.*s do=%.*s", t->name, ln->number, diag_class_word(matter < cd.parcels_n ? cd.parcels[matter].d.cls : cd.order.cls),
                 STR_ARG(rule), STR_ARG(buf_str(&b)));
    buf_clear(&b);
    t->decided++;
}

/* The storefront's tags make a customer important, whatever their letters; a policy without tags knows of nobody. */
static void test_important(void **state)
{
    static const char RULES[] = "grants: {}\nrules:\n  - {name: important, when: {vip: yes}, do: hand_over}\n"
                                "  - {name: others, when: {vip: no}, do: nothing}\n  - {name: unknown, do: nothing}\n";
    static const struct {
        const char *tags, *story;
    } ROWS[] = {
        {"vip: [gold, VIP]\n", "order #1 items=MUG*1:2000 tags=\"Wholesale, vip\"\ndecide rule=important do=hand_over\n"},
        {"vip: [gold, VIP]\n", "order #1 items=MUG*1:2000 tags=\"Golden, vip list\"\ndecide rule=others do=nothing\n"},
        {"vip: [gold, VIP]\n", "order #1 items=MUG*1:2000\ndecide rule=others do=nothing\n"},
        {"vip: []\n", "order #1 items=MUG*1:2000 tags=vip\ndecide rule=unknown do=nothing\n"},
    };
    struct fixture f;
    struct when day0;
    bool seen[POLICY_RULES_MAX] = {false};
    (void)state;
    fixture_init(&f);
    assert_int_equal(when_parse(STR("2026-11-16T00:00:00Z"), &day0), OK);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct policy pol;
        struct findings fs = {0};
        struct teller t = {.pol = &pol, .legal = &pol, .seen = seen, .name = ROWS[i].story};
        struct case_story cs = {.line = on_line, .user = &t};
        assert_ok(&f.ctx, policy_parse(&f.ctx, arena_fmt(f.arena, "currency: USD\n%s%s", ROWS[i].tags, RULES), &pol, &fs));
        assert_ok(&f.ctx, case_story_read(&f.ctx, &cs, day0.utc_us, arena_fmt(f.arena, "at d0T14:00\n%s", ROWS[i].story)));
        assert_int_equal(t.decided, 1);
    }
    fixture_clear(&f);
}

/* A note beside another step: under a purpose for each state of a matter. */
static void test_noted(void **state)
{
    static const char POLICY[] = "currency: USD\ngrants: {note_order: auto}\nrules:\n"
                                 "  - {name: lost, when: {class: [lost, delivered]}, do: [{act: note_order}, {hand_over: {due_hours: 24}}]}\n  - {name: rest, do: nothing}\n";
    struct fixture f;
    struct policy pol;
    struct findings fs = {0};
    struct when day0;
    bool seen[POLICY_RULES_MAX] = {false};
    (void)state;
    fixture_init(&f);
    assert_int_equal(when_parse(STR("2026-11-16T00:00:00Z"), &day0), OK);
    assert_ok(&f.ctx, policy_parse(&f.ctx, STR(POLICY), &pol, &fs));
    struct teller t = {.pol = &pol, .legal = &pol, .seen = seen, .name = "note"};
    struct case_story cs = {.line = on_line, .user = &t};
    assert_ok(&f.ctx, case_story_read(&f.ctx, &cs, day0.utc_us, STR(LEFT "decide parcel=1Z1 rule=rest do=nothing\nat d2T10:00\nscan ups 1Z1 lost\n"
                                      "decide parcel=1Z1 subject=1Z1#lost rule=lost do=act:note_order=auto,hand_over\n"
                                      "at d3T10:00\nscan ups 1Z1 delivered place=Chicago,IL,US\n"
                                      "decide parcel=1Z1 subject=1Z1#delivered rule=lost do=act:note_order=auto,hand_over\n")));
    assert_int_equal(t.decided, 3);
    fixture_clear(&f);
}

static void test_rules(void **state)
{
    struct fixture f;
    struct policy pol, legal;
    bool seen[POLICY_RULES_MAX] = {false};
    struct when day0;
    (void)state;
    fixture_init(&f);
    assert_int_equal(when_parse(STR("2026-11-16T00:00:00Z"), &day0), OK);
    assert_ok(&f.ctx, policy_default(&f.ctx, &pol));
    legal = pol;
    legal.legal_us_mail_order = true;
    struct teller t = {.pol = &pol, .legal = &legal, .seen = seen};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct case_story cs = {.line = on_line, .user = &t};
        t.name = CASES[i].name;
        assert_ok(&f.ctx, case_story_read(&f.ctx, &cs, day0.utc_us, str_of(CASES[i].text)));
    }
    for (size_t i = 0; i < pol.rules_n; i++)
        if (!seen[i])
            fail_msg("rule %.*s: no case decides by it", STR_ARG(pol.rules[i].name));
    assert_true(t.decided > 70);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules), cmocka_unit_test(test_important), cmocka_unit_test(test_noted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
