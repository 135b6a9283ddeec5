/* The merchant's own texts: passages, words, versions, answers that quote, and questions that nothing answers. */
#include "lib/story_store.h"

#include "flows/ask.h"
#include "flows/knowledge.h"
#include "model/fact_json.h"
#include "talk/knowledge.h"

static const char POLICY[] =
    "# Returns and refunds\n\n"
    "You can return anything within **30 days** of delivery, unworn and with its tags. Returns are free from inside the EU.\n\n"
    "## How do I send something back?\n\n"
    "Open your account, choose *Return an item* and print the [label](https://shop.example/label). Hand the parcel in at any DHL shop.\n\n"
    "## When is my money back?\n\n"
    "We refund within 5 business days after the parcel has reached our warehouse, to the card you paid with.\n\n"
    "# Shipping\n\n"
    "We ship to all countries of the EU, to the United Kingdom, Norway and Switzerland. We do not ship to the United States.\n\n"
    "Standard delivery costs 4.90 EUR and takes 2 to 4 business days. Orders over 50 EUR ship free. Express delivery costs 12.90 EUR "
    "and arrives the next business day when you order before 2 PM.\n\n"
    "# Gift cards\n\nGift cards are valid for three years and can be used for any order. They cannot be exchanged for cash.\n\n"
    "# Sizes\n\nOur shoes run half a size small: take one half size more than you usually wear. The size chart stands on every product's page.\n\n"
    "# Care\n\nWash wool by hand in cold water and dry it flat. Do not put it into the dryer.\n\n"
    "# Payment\n\nWe take Visa, Mastercard, PayPal and Klarna invoice. Vouchers are entered in the basket, one voucher for each order.\n";

static const char POLICY_DE[] =
    "# R\xC3\xBC" "cksendungen\n\nSie k\xC3\xB6nnen Artikel innerhalb von 30 Tagen kostenlos zur\xC3\xBC" "cksenden. Das Etikett liegt dem Paket bei.\n\n"
    "# Lieferung\n\nDer Versand nach \xC3\x96sterreich kostet 6,90 Euro und dauert drei bis f\xC3\xBCnf Werktage. In die Schweiz liefern wir nicht.\n\n"
    "# Gutscheine\n\nGutscheine sind drei Jahre g\xC3\xBCltig und nicht gegen Bargeld einl\xC3\xB6sbar.\n";

static const struct {
    const char *lang, *question, *want; /* want: words of the passage; NULL: nothing answers */
} QUESTIONS[] = {
    {"en", "do you ship to norway?", "Norway"},
    {"en", "can i return shoes after 3 weeks", "30 days"},
    {"en", "How long do I have to return an item?", "30 days"},
    {"en", "are returns free", "Returns are free"},
    {"en", "when do I get my money back after returning", "5 business days"},
    {"en", "how much is express delivery", "12.90"},
    {"en", "what does standard shipping cost?", "4.90"},
    {"en", "is there free shipping over a certain amount? orders over 50", "ship free"},
    {"en", "how long is a gift card valid", "three years"},
    {"en", "can gift cards be exchanged for cash", "exchanged for cash"},
    {"en", "do your shoes run small?", "half a size small"},
    {"en", "where is the size chart", "size chart"},
    {"en", "how do i wash wool", "cold water"},
    {"en", "can I pay by Klarna or paypal", "Klarna"},
    {"en", "can i use two vouchers for one order", "one voucher"},
    {"en", "how do i print the return label", "label"},
    {"de", "Wie lange kann ich Artikel zur\xC3\xBC" "cksenden?", "30 Tagen"},
    {"de", "Was kostet der Versand nach \xC3\x96sterreich?", "6,90"},
    {"de", "liefert ihr in die schweiz?", "Schweiz"},
    {"de", "sind gutscheine ewig g\xC3\xBCltig", "drei Jahre"},
    {"en", "do you have a shop in Berlin", NULL},
    {"en", "what are your opening hours", NULL},
    {"en", "is the blue jacket waterproof", NULL},
    {"en", "are you hiring at the moment", NULL},
    {"en", "i forgot my password", NULL},
    {"en", "do you sell dog food", NULL},
    {"en", "what is the warranty on the toaster", NULL},
    {"en", "can you recommend a present for my father", NULL},
    {"en", "is your packaging made of recycled paper", NULL},
    {"en", "how do i cancel my newsletter", NULL},
    {"en", "can i pick up my order myself at the warehouse", NULL},
    {"en", "my card was charged twice", NULL},
    {"en", "do you price match with amazon", NULL},
    {"en", "lol", NULL},
    {"en", "", NULL},
    {"en", "\" OR merchant_id = 1 -- NEAR(", NULL},
    {"de", "Habt ihr ein Gesch\xC3\xA4" "ft in M\xC3\xBCnchen?", NULL},
    {"de", "ist die Jacke wasserdicht", NULL},
};

struct shop {
    struct fixture f;
    struct story_store st;
};

static void put(struct shop *s, const char *source, const char *lang, const char *text)
{
    struct fact fct = {.kind = FACT_KNOWLEDGE, .role = ROLE_SYSTEM};
    fct.u.knowledge = (struct knowledge_fact){.source = str_of(source), .title = STR("Our policies"), .lang = str_of(lang), .body = str_of(text),
                                              .dated_us = INT64_C(1790000000000000)};
    assert_ok(&s->f.ctx, story_store_append(&s->f.ctx, &s->st, STR("wismo"), &fct));
    assert_ok(&s->f.ctx, story_store_settle(&s->f.ctx, &s->st));
}

static void open_shop(struct shop *s)
{
    fixture_init(&s->f);
    story_store_open(&s->f.ctx, &s->f.clock, NULL, 0, &s->st);
    put(s, "policies.md", "en", POLICY);
    put(s, "richtlinien.md", "de", POLICY_DE);
}

static void close_shop(struct shop *s)
{
    story_store_close(&s->st);
    fixture_clear(&s->f);
}

/* What cannot be answered is never answered; of the rest, three are asked in words that the texts do not have. */
static void quotes_or_does_not_know(void **state)
{
    struct shop s;
    int right = 0, silent = 0, wrong = 0, made_up = 0;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof(QUESTIONS) / sizeof(QUESTIONS[0]); i++) {
        struct knowledge_answer ans;
        assert_ok(&s.f.ctx, knowledge_ask(&s.f.ctx, s.st.rd, s.st.merchant_id, str_of(QUESTIONS[i].question), str_of(QUESTIONS[i].lang), &ans));
        bool fits = QUESTIONS[i].want != NULL && str_contains(ans.passage.body, str_of(QUESTIONS[i].want));
        right += ans.found && fits;
        wrong += ans.found && !fits && QUESTIONS[i].want != NULL;
        made_up += ans.found && QUESTIONS[i].want == NULL;
        silent += !ans.found && QUESTIONS[i].want != NULL;
        if (ans.found != (QUESTIONS[i].want != NULL) || (ans.found && !fits))
            print_message("%s: %d%%, %.*s\n", QUESTIONS[i].question, ans.confidence, STR_ARG(ans.passage.body));
    }
    print_message("%d right, %d silent, %d of another matter, %d made up\n", right, silent, wrong, made_up);
    assert_int_equal(made_up, 0);
    assert_true(right >= 17 && wrong <= 1);
    close_shop(&s);
}

static void a_quote_has_its_source_and_date(void **state)
{
    struct shop s;
    struct knowledge_answer ans;
    (void)state;
    open_shop(&s);
    assert_ok(&s.f.ctx, knowledge_ask(&s.f.ctx, s.st.rd, s.st.merchant_id, STR("how do i wash wool"), STR("en"), &ans));
    assert_str(knowledge_quote(&s.f.ctx, STR("en"), STR("UTC"), &ans.passage),
               "\xE2\x80\x9CWash wool by hand in cold water and dry it flat. Do not put it into the dryer.\xE2\x80\x9D\n\xE2\x80\x94 Our policies, Monday, September 21, 2026");
    assert_str(ans.passage.heading, "Care");
    close_shop(&s);
}

static void versions_are_kept(void **state)
{
    struct shop s;
    struct knowledge_answer ans;
    struct buf b;
    (void)state;
    open_shop(&s);
    put(&s, "policies.md", "en", POLICY); /* the same: no version */
    put(&s, "policies.md", "en", "# Wool\n\nWash wool in the machine at 30 degrees.\n");
    assert_ok(&s.f.ctx, knowledge_ask(&s.f.ctx, s.st.rd, s.st.merchant_id, STR("how do i wash wool"), STR("en"), &ans));
    assert_true(ans.found && ans.passage.version == 2 && str_contains(ans.passage.body, STR("machine")));
    assert_ok(&s.f.ctx, knowledge_ask(&s.f.ctx, s.st.rd, s.st.merchant_id, STR("do you ship to norway?"), STR("en"), &ans));
    assert_false(ans.found);
    put(&s, "policies.md", "en", ""); /* removed */
    assert_ok(&s.f.ctx, knowledge_ask(&s.f.ctx, s.st.rd, s.st.merchant_id, STR("how do i wash wool"), STR("en"), &ans));
    assert_false(ans.found);
    struct reader *rd = s.st.rd;
    buf_init(&b, 65536);
    assert_ok(&s.f.ctx, knowledge_list(&s.f.ctx, rd, s.st.merchant_id, true, &b));
    assert_true(str_contains(buf_str(&b), STR("\"version\":2,\"state\":\"removed\"")) && str_contains(buf_str(&b), STR("\"version\":1,\"state\":\"replaced\"")));
    put(&s, "policies.md", "en", POLICY);
    buf_reset(&b);
    assert_ok(&s.f.ctx, knowledge_list(&s.f.ctx, rd, s.st.merchant_id, true, &b));
    assert_true(str_contains(buf_str(&b), STR("\"version\":3,\"state\":\"holds\"")));
    buf_clear(&b);
    close_shop(&s);
}

static void ask_shop(struct shop *s, const char *text, enum ask_outcome want)
{
    struct ask_env env = {.eng = s->st.eng, .rd = s->st.rd, .merchant_id = s->st.merchant_id, .record = true};
    struct ask_question q = {.text = str_of(text)};
    struct ask_reply rep;
    enum err e = ask(&s->f.ctx, &env, &q, &rep);
    assert_ok(&s->f.ctx, e);
    if (rep.outcome != want)
        fail_msg("%s: %s: %.*s", text, ask_outcome_word(rep.outcome), STR_ARG(rep.text));
    assert_ok(&s->f.ctx, story_store_settle(&s->f.ctx, &s->st));
}

static void unanswered_ones_are_ranked(void **state)
{
    struct shop s;
    struct buf b;
    (void)state;
    open_shop(&s);
    ask_shop(&s, "do you ship to norway?", ASK_QUOTED);
    ask_shop(&s, "is the blue jacket waterproof", ASK_NEED);
    ask_shop(&s, "hi! is that blue jacket waterproof??", ASK_NEED);
    ask_shop(&s, "do you have a store in Berlin", ASK_NEED);
    buf_init(&b, 65536);
    assert_ok(&s.f.ctx, knowledge_unanswered(&s.f.ctx, s.st.rd, s.st.merchant_id, 0, false, &b));
    assert_str(buf_str(&b), "    2  hi! is that blue jacket waterproof??\n    1  do you have a store in Berlin\n");
    buf_clear(&b);
    close_shop(&s);
}

static void passages(void **state)
{
    struct fixture f;
    struct passage *list;
    size_t n;
    (void)state;
    fixture_init(&f);
    assert_ok(&f.ctx, knowledge_passages(&f.ctx, STR("Intro line\nwraps here.\n\nShipping\n========\n* one\n* **two**\n\nDo you ship abroad?\nYes, we do.\n\nCan I pay later?\n\nWith Klarna."), &list, &n));
    assert_int_equal(n, 4);
    assert_str(list[0].body, "Intro line wraps here.");
    assert_str(list[1].heading, "Shipping");
    assert_str(list[1].body, "* one\n* two");
    assert_str(list[2].heading, "Do you ship abroad?");
    assert_str(list[2].body, "Yes, we do.");
    assert_str(list[3].body, "With Klarna.");
    char *p = arena_alloc(f.arena, KNOWLEDGE_TEXT_MAX + 1);
    memset(p, 'x', KNOWLEDGE_TEXT_MAX + 1);
    for (size_t i = 50; i < KNOWLEDGE_TEXT_MAX; i += 51)
        p[i] = i % 10 == 0 ? '.' : ' ';
    assert_int_equal(knowledge_passages(&f.ctx, (struct str){p, KNOWLEDGE_TEXT_MAX + 1}, &list, &n), ERR_LIMIT);
    assert_ok(&f.ctx, knowledge_passages(&f.ctx, (struct str){p, (size_t)256 << 10}, &list, &n));
    for (size_t i = 0; i < n; i++)
        assert_true(list[i].body.n <= KNOWLEDGE_PASSAGE_BYTES);
    memset(p, '[', (size_t)1 << 20);
    assert_ok(&f.ctx, knowledge_passages(&f.ctx, (struct str){p, (size_t)1 << 20}, &list, &n));
    fixture_clear(&f);
}

static const struct {
    const char *lang, *a, *b; /* share a term */
} STEMS[] = {
    {"en", "returns", "returning"},         {"de", "R\xC3\xBC" "cksendungen", "r\xC3\xBC" "cksendung"}, {"fr", "livraisons", "livraison"},
    {"es", "env\xC3\xADos", "envio"},       {"it", "spedizioni", "spedizione"},                 {"pt", "devolu\xC3\xA7\xC3\xB5" "es", "devolu\xC3\xA7\xC3\xA3o"},
    {"nl", "bezorgingen", "bezorging"},     {"pl", "przesy\xC5\x82ki", "przesy\xC5\x82k\xC4\x99"},              {"sv", "leveranserna", "leveranser"},
    {"hi", "\xE0\xA4\xB0\xE0\xA4\xBF\xE0\xA4\xAB\xE0\xA4\x82\xE0\xA4\xA1", "\xE0\xA4\xB0\xE0\xA4\xBF\xE0\xA4\xAB\xE0\xA4\x82\xE0\xA4\xA1"},
    {"ja", "\xE9\x80\x81\xE6\x96\x99\xE3\x81\xAF", "\xE9\x80\x81\xE6\x96\x99\xE7\x84\xA1\xE6\x96\x99"},
    {"ar", "\xD8\xA7\xD9\x84\xD8\xB4\xD8\xAD\xD9\x86", "\xD8\xB4\xD8\xAD\xD9\x86"},
};

static void words_by_language(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(STEMS) / sizeof(STEMS[0]); i++) {
        struct terms a, b;
        bool common = false;
        assert_ok(&f.ctx, knowledge_terms(&f.ctx, str_of(STEMS[i].lang), str_of(STEMS[i].a), true, 100, &a));
        assert_ok(&f.ctx, knowledge_terms(&f.ctx, str_of(STEMS[i].lang), str_of(STEMS[i].b), true, 100, &b));
        for (size_t k = 0; k < a.n; k++)
            common = common || terms_has(&b, a.list[k]);
        if (!common)
            fail_msg("%s: %s and %s: %.*s | %.*s", STEMS[i].lang, STEMS[i].a, STEMS[i].b, STR_ARG(terms_join(&f.ctx, &a)), STR_ARG(terms_join(&f.ctx, &b)));
    }
    struct terms t;
    assert_ok(&f.ctx, knowledge_terms(&f.ctx, STR("en"), STR("do you have the"), true, 100, &t));
    assert_int_equal(t.n, 0);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passages), cmocka_unit_test(words_by_language), cmocka_unit_test(quotes_or_does_not_know),
        cmocka_unit_test(a_quote_has_its_source_and_date), cmocka_unit_test(versions_are_kept), cmocka_unit_test(unanswered_ones_are_ranked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
