/* Understanding: the embedded model, tokens, signals, slots, hostile bytes. How well messages are read: test_nlu_messages.c. */
#include "lib/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "talk/nlu/nlu.h"

struct want_tokens {
    const char *name, *text, *tokens; /* joined with blanks */
};
static const struct want_tokens TOKEN_CASES[] = {
    {"apostrophe", "where's my order", "where is my order"},
    {"typographic apostrophe", "it\xE2\x80\x99s late", "it is late"},
    {"capitals", "WHERE IS IT", "where is it"},
    {"stretched", "pleeeease", "pleease"},
    {"chat", "u didnt snd it", "you did not snd it"},
    {"accents", "\xC3\x9C" "berraschung caf\xC3\xA9 Stra\xC3\x9F" "e", "uberraschung cafe strasse"},
    {"order number", "order #1020", "order <code>"},
    {"long number", "order 10203", "order <number>"},
    {"small number", "2 of 3", "<n> of <n>"},
    {"grouped number", "112-4455-66", "<number>"},
    {"code", "SO-1042", "<code>"},
    {"e-mail", "mail anna@example.com.", "mail <email>"},
    {"mention", "@brand help", "<at> help"},
    {"link", "see https://example.com/x?y=1", "see <url>"},
    {"money", "$20, Rs500 \xE2\x82\xAC" "5", "<money> <money> <money>"},
    {"time", "5pm 10:30", "<time> <time>"},
    {"emoji", "late \xF0\x9F\x98\xA1", "late <bad>"},
    {"zero width", "or\xE2\x80\x8B" "der", "order"},
    {"bidi", "\xE2\x80\xAE" "order", "order"},
    {"arabic marks", "\xD8\xA3\xD9\x8E\xD9\x8A\xD9\x86", "\xD8\xA7\xD9\x8A\xD9\x86"},
    {"devanagari without its dots", "\xE0\xA5\x9D\xE0\xA4\xA2\xE0\xA4\xBC", "\xE0\xA4\xA2\xE0\xA4\xA2"},
    {"japanese by kinds", "\xE6\xB3\xA8\xE6\x96\x87" "40912\xE3\x81\xAF\xE3\x81\xA9", "\xE6\xB3\xA8\xE6\x96\x87 <number> \xE3\x81\xAF\xE3\x81\xA9"},
    {"arabic forms of a letter", "\xD9\x85\xDB\x8C\xD8\xA9", "\xD9\x85\xD9\x8A\xD9\x87"},
    {"devanagari keeps its signs", "\xE0\xA4\x95\xE0\xA4\xBF\xE0\xA4\xA7\xE0\xA4\xB0", "\xE0\xA4\x95\xE0\xA4\xBF\xE0\xA4\xA7\xE0\xA4\xB0"},
    {"ill-formed", "a\xFF" "b", "a b"},
    {"empty", "", ""},
    {"marks", "?!...", ""},
};

static void cuts_tokens(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(TOKEN_CASES) / sizeof(TOKEN_CASES[0]); i++) {
        struct fixture f;
        struct model m;
        static struct tokens tok;
        char got[512] = "";
        fixture_init(&f);
        assert_ok(&f.ctx, nlu_open(&f.ctx, &m));
        struct lexicon lex = model_lexicon(&m.part[1], 0);
        assert_ok(&f.ctx, tokens_cut(&f.ctx, str_of(TOKEN_CASES[i].text), &lex, &tok));
        for (size_t k = 0; k < tok.n; k++)
            snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%.*s", k == 0 ? "" : " ", STR_ARG(tok.list[k].s));
        if (strcmp(got, TOKEN_CASES[i].tokens) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", TOKEN_CASES[i].name, got, TOKEN_CASES[i].tokens);
        fixture_clear(&f);
    }
}

/* ---- what is understood */

struct want_intent {
    const char *text;
    enum intent intent;
};
static const struct want_intent INTENT_CASES[] = {
    {"where is my order", INTENT_ORDER_STATUS},
    {"wheres my stuff", INTENT_ORDER_STATUS},
    {"cancel my order please", INTENT_CANCEL_ORDER},
    {"cancel my membership", INTENT_OTHER},
    {"i want my money back", INTENT_REFUND_REQUEST},
    {"where is my refund", INTENT_REFUND_STATUS},
    {"do you ship to canada", INTENT_DELIVERY_OPTIONS},
    {"tracking says delivered but i have nothing", INTENT_DELIVERED_NOT_RECEIVED},
    {"the mug arrived broken", INTENT_DAMAGED_ITEM},
    {"you sent the wrong size", INTENT_WRONG_OR_MISSING_ITEM},
    {"change my delivery address", INTENT_CHANGE_ADDRESS},
    {"change the address on my credit card", INTENT_OTHER},
    {"i forgot my password", INTENT_OTHER},
    {"let me talk to a human", INTENT_HUMAN_AGENT},
    {"thank you so much", INTENT_GREETING_OR_THANKS},
    {"why was my order cancelled", INTENT_ORDER_STATUS},
    {"", INTENT_OTHER},
    {"\xF0\x9F\x99\x83\xF0\x9F\x99\x83\xF0\x9F\x99\x83", INTENT_OTHER},
};

static void understand(struct fixture *f, const char *text, struct nlu_result *out)
{
    struct model m;
    assert_ok(&f->ctx, nlu_open(&f->ctx, &m));
    assert_ok(&f->ctx, nlu_understand(&f->ctx, &m, str_of(text), STR_NULL, out));
}

static void understands_plain_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(INTENT_CASES) / sizeof(INTENT_CASES[0]); i++) {
        struct fixture f;
        struct nlu_result res;
        fixture_init(&f);
        understand(&f, INTENT_CASES[i].text, &res);
        if (res.intent != INTENT_CASES[i].intent)
            fail_msg("\"%s\": %s %.2f, want %s", INTENT_CASES[i].text, intent_word(res.intent), (double)res.confidence,
                     intent_word(INTENT_CASES[i].intent));
        assert_true(res.intents_n >= 1 && res.intents_n <= NLU_INTENTS_MAX && res.intents[0].intent == res.intent);
        fixture_clear(&f);
    }
}

static void an_unknown_wish_is_not_sure(void **state)
{
    (void)state;
    struct fixture f;
    struct nlu_result res;
    fixture_init(&f);
    understand(&f, "zorp blint quavery mocksneed", &res);
    assert_true(res.intent == INTENT_OTHER || res.confidence < 0.5f);
    assert_true(res.known < 0.5f);
    fixture_clear(&f);
}

static void the_same_bytes_every_time(void **state)
{
    (void)state;
    struct fixture f;
    struct nlu_result a, b;
    fixture_init(&f);
    understand(&f, "sir my order is not came and i want refund also call me", &a);
    understand(&f, "sir my order is not came and i want refund also call me", &b);
    assert_memory_equal(a.intents, b.intents, sizeof(a.intents));
    assert_int_equal(memcmp(&a.signals, &b.signals, sizeof(a.signals)), 0);
    fixture_clear(&f);
}

static void a_megabyte_is_bounded(void **state)
{
    (void)state;
    struct fixture f;
    struct nlu_result res;
    char *big = malloc((1u << 20) + 1);
    fixture_init(&f);
    assert_non_null(big);
    for (size_t i = 0; i < (1u << 20); i++)
        big[i] = "where is my order? "[i % 19];
    big[1u << 20] = '\0';
    understand(&f, big, &res);
    assert_int_equal(res.intent, INTENT_ORDER_STATUS);
    free(big);
    fixture_clear(&f);
}

/* ---- signals */

struct want_signal {
    const char *text;
    enum signal_kind kind;
    bool has;
};
static const struct want_signal SIGNAL_CASES[] = {
    {"i need it before the wedding", SIGNAL_URGENT, true},
    {"not urgent, just asking", SIGNAL_URGENT, false},
    {"my lawyer will write to you", SIGNAL_LEGAL, true},
    {"i will see you in court", SIGNAL_LEGAL, true},
    {"tennis courtesy", SIGNAL_LEGAL, false},
    {"i am going to do a chargeback", SIGNAL_CHARGEBACK, true},
    {"the charger caught fire", SIGNAL_SAFETY, true},
    {"i am in a wheelchair", SIGNAL_VULNERABLE, true},
    {"let me speak to a real person", SIGNAL_PERSON, true},
    {"where is my order", SIGNAL_PERSON, false},
    {"os voy a denunciar en consumo", SIGNAL_LEGAL, true},
    {"el cargador echa humo", SIGNAL_SAFETY, true},
    {"p\xC3\xA1senme con una persona", SIGNAL_PERSON, true},
    {"je vais porter plainte", SIGNAL_LEGAL, true},
    {"il y a de la fum\xC3\xA9" "e", SIGNAL_SAFETY, true},
    {"je vais contester le paiement", SIGNAL_CHARGEBACK, true},
    {"ma m\xC3\xA8re est en fauteuil roulant", SIGNAL_VULNERABLE, true},
    {"merci pour le colis", SIGNAL_LEGAL, false},
    {"id\xC4\x99 do prawnika", SIGNAL_LEGAL, true},
    {"det ryker och luktar br\xC3\xA4nt", SIGNAL_SAFETY, true},
    {"वकील से बात करूँगा", SIGNAL_LEGAL, true},
    {"kisi insaan se baat karao", SIGNAL_PERSON, true},
    {"至急お願いします", SIGNAL_URGENT, true},
    {"煙が出ました", SIGNAL_SAFETY, true},
    {"أبغى أكلم موظف", SIGNAL_PERSON, true},
    {"الشاحن طلع منه دخان", SIGNAL_SAFETY, true},
};

static void raises_signals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SIGNAL_CASES) / sizeof(SIGNAL_CASES[0]); i++) {
        struct fixture f;
        struct nlu_result res;
        fixture_init(&f);
        understand(&f, SIGNAL_CASES[i].text, &res);
        if (res.signals.has[SIGNAL_CASES[i].kind] != SIGNAL_CASES[i].has)
            fail_msg("\"%s\": %s is %d", SIGNAL_CASES[i].text, signal_word(SIGNAL_CASES[i].kind), !SIGNAL_CASES[i].has);
        fixture_clear(&f);
    }
}

static void tells_anger_from_joy(void **state)
{
    (void)state;
    struct fixture f;
    struct nlu_result res;
    fixture_init(&f);
    understand(&f, "WORST company, total scam!! never again!", &res);
    assert_int_equal(res.signals.sentiment, -2);
    understand(&f, "thank you, great service, i love it", &res);
    assert_int_equal(res.signals.sentiment, 2);
    understand(&f, "where is it", &res);
    assert_int_equal(res.signals.sentiment, 0);
    fixture_clear(&f);
}

/* ---- slots */

struct want_slots {
    const char *text, *name, *amount, *deadline;
};
static const struct want_slots SLOT_CASES[] = {
    {"My name is Anna Smith and my parcel is late", "anna smith", "", ""},
    {"hi i am Vikram", "vikram", "", ""},
    {"i am waiting for it", "", "", ""},
    {"this is ridiculous", "", "", ""},
    {"name: Tomasz", "tomasz", "", ""},
    {"i was charged $20.50 yesterday", "", "$20.50", ""},
    {"Rs500 is gone", "", "Rs500", ""},
    {"will it be here by friday?", "", "", "friday"},
    {"i need it before the weekend", "", "", "weekend"},
    {"for a wedding on Saturday at my hotel", "", "", "saturday"},
    {"my sunday was fine", "", "", ""},
    {"my name is", "", "", ""},
};

static void finds_slots(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SLOT_CASES) / sizeof(SLOT_CASES[0]); i++) {
        const struct want_slots *w = &SLOT_CASES[i];
        struct fixture f;
        struct nlu_result res;
        fixture_init(&f);
        understand(&f, w->text, &res);
        if (!str_eq(res.slots.name, str_of(w->name)) || !str_eq(res.slots.amount, str_of(w->amount)) ||
            !str_eq(res.slots.deadline.text, str_of(w->deadline)))
            fail_msg("\"%s\": name \"%.*s\", amount \"%.*s\", deadline \"%.*s\"", w->text, STR_ARG(res.slots.name),
                     STR_ARG(res.slots.amount), STR_ARG(res.slots.deadline.text));
        fixture_clear(&f);
    }
}

/* ---- a model that is no model */

static void refuses_a_damaged_model(void **state)
{
    (void)state;
    struct fixture f;
    struct model m;
    struct str good = model_embedded();
    fixture_init(&f);
    assert_true(good.n < ((size_t)4 << 20));
    char *copy = aligned_alloc(64, (good.n + 63) / 64 * 64);
    assert_non_null(copy);
    memcpy(copy, good.p, good.n);
    assert_int_equal(model_open(&f.ctx, (struct str){copy, good.n}, &m), OK);
    assert_int_equal(model_open(&f.ctx, (struct str){copy, good.n - 1}, &m), ERR_PARSE);
    assert_int_equal(model_open(&f.ctx, (struct str){copy, 10}, &m), ERR_PARSE);
    assert_int_equal(model_open(&f.ctx, STR_NULL, &m), ERR_PARSE);
    static const size_t HEAD = 16; /* magic, bytes, parts; then the first part's sizes */
    for (size_t at = 0; at < HEAD + 24; at += 4) {
        memset(copy + at, 0xFF, 4);
        assert_int_equal(model_open(&f.ctx, (struct str){copy, good.n}, &m), ERR_PARSE);
        memcpy(copy + at, good.p + at, 4);
    }
    free(copy);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_tokens),           cmocka_unit_test(understands_plain_words),
        cmocka_unit_test(an_unknown_wish_is_not_sure), cmocka_unit_test(the_same_bytes_every_time),
        cmocka_unit_test(a_megabyte_is_bounded), cmocka_unit_test(raises_signals),
        cmocka_unit_test(tells_anger_from_joy),  cmocka_unit_test(refuses_a_damaged_model),
        cmocka_unit_test(finds_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
