/*
 * Words: each class says something of its own, with days, and no carrier's or machine's word; exact
 * texts where the form is asked for; parcel by parcel, item by item; what is old is called old;
 * what has passed is not promised.
 */
#include "lib/case_story.h"

#include "mind/phrases.h"
#include "mind/template.h"
#include "model/action.h"

#define DAY0 "2026-11-16T00:00:00Z" /* a Monday */
#define WHO                                                                                        \
    "name=\"Anna Exemple\" email=anna@example.com phone=\"+1 312 555 0123\" street=\"1 Sample "    \
    "Street\" "
#define ORDER "order #1020 " WHO "country=US region=IL zip=60601 items=\"MUG*2:100:Blue mug\"\n"
#define START "at d0T14:00\n" ORDER "at d0T15:00\nfulfill #1020 items=MUG*2 parcels=ups/1Z7\n"
#define JARGON " code=\"TSE43\" text=\"Terminal Sortation Exception Code 43\""
#define MOVING START "at d0T22:00\nscan ups 1Z7 accepted place=NEWARK,NJ,US" JARGON "\n"
#define TWO                                                                                        \
    "at d0T14:00\norder #1020 " WHO                                                                \
    "country=US region=IL items=\"MUG*2:100:Blue mug;CUP*1:100:Red cup\"\nat d0T15:00\n"           \
    "fulfill #1020 id=a items=MUG*2 parcels=ups/1Z7\nfulfill #1020 id=b items=CUP "                \
    "parcels=usps/94001\n"

struct text_case {
    const char *cls, *text;
    const char *says[4]; /* in the customer's text */
    const char *not_says;
};

/* clang-format off */
/* One for each class, and for each kind of a class. */
static const struct text_case CASES[] = {
    {"awaiting_fulfillment", "at d0T14:00\n" ORDER, {"#1020", "by Thursday, 19 November", "No action is needed"}, NULL},
    {"awaiting_fulfillment", "at d0T14:00\norder #1020 " WHO "country=US items=MUG promised=2026-11-24\n", {"promised for Tuesday, 24 November"}, NULL},
    {"fulfillment_late", "at d0T14:00\n" ORDER "at d4T20:00\n", {"should have left by yesterday", "sorry"}, "No action"},
    {"backordered", "at d0T12:00\nstock MUG 0 restock=2026-11-27\nat d0T14:00\n" ORDER, {"Blue mug", "on Friday, 27 November"}, "No action"},
    {"backordered", "at d0T12:00\nstock MUG 0 restock=2026-11-10\nat d0T14:00\n" ORDER, {"no date for new stock"}, "10 November"},
    {"backordered", "at d0T12:00\nstock MUG 0 restock=2026-11-27\nstock CUP 0\nat d0T14:00\norder #1020 " WHO "country=US items=\"MUG:1:Blue mug;CUP:1:Red cup\"\n", {"Blue mug, Red cup", "no date for new stock"}, "27 November"},
    {"preorder", "at d0T14:00\norder #1020 " WHO "country=US items=MUG preorder=2026-12-15\n", {"from Tuesday, 15 December on"}, NULL},
    {"preorder", "at d0T14:00\norder #1020 " WHO "country=US items=MUG preorder=2027-01-15\n", {"from Friday, 15 January 2027 on"}, NULL},
    {"on_hold", "at d0T14:00\n" ORDER "hold #1020 why=\"possible fraud\"\n", {"on hold since today"}, "fraud"},
    {"label_only", START, {"was made this morning", "waiting to be collected"}, "longer than usual"},
    {"label_only", START "at d3T14:00\n", {"on Monday, 16 November", "longer than usual (2 days)"}, NULL},
    {"on_track", MOVING, {"was scanned in Newark, NJ this afternoon and is on its way", "No action is needed"}, NULL},
    {"on_track", "at d3T14:00\n" ORDER "fulfill #1020 items=MUG*2 parcels=ups/1Z7\nat d4T17:00\nscan ups 1Z7 accepted place=Newark,NJ,US eta=2026-11-27\nat d7T12:00\n",
     {"on Friday, 20 November", "The last scan is 2 days old", "expected on Friday, 27 November"}, NULL},
    {"on_track", "at d0T14:00\n" ORDER "at d1T15:00\nfulfill #1020 items=MUG*2\n", {"was sent today without a tracking number", "by Friday, 27 November"}, NULL},
    {"slow", MOVING "at d1T10:00\nscan ups 1Z7 in_transit place=Gary,IN,US eta=2026-11-19\nat d1T20:00\nscan ups 1Z7 in_transit place=Gary,IN,US eta=2026-11-20\n",
     {"more slowly than usual", "in Gary, IN this afternoon", "now expected on Friday, 20 November"}, NULL},
    {"slow", MOVING "at d1T20:00\nscan ups 1Z7 exception place=Gary,IN,US reason=weather" JARGON "\n", {"reports a delay for your order #1020, because of the weather"}, NULL},
    {"late", MOVING "at d1T10:00\nscan ups 1Z7 in_transit place=Gary,IN,US eta=2026-11-17\nat d2T12:00\n", {"should have arrived by yesterday", "no new date yet"}, "expected"},
    {"late", "at d0T14:00\norder #1020 " WHO "country=US region=IL items=MUG promised=2026-11-17\nfulfill #1020 items=MUG parcels=ups/1Z7\nat d1T20:00\n"
             "scan ups 1Z7 in_transit place=Gary,IN,US eta=2026-11-20T18:00:00-06:00\nat d2T12:00\n", {"by yesterday", "now expected on Friday, 20 November by 6 PM"}, NULL},
    {"late", MOVING "at d2T10:00\nscan ups 1Z7 in_transit place=Gary,IN,US\nat d7T10:00\nscan ups 1Z7 in_transit place=Gary,IN,US\nat d9T10:00\nscan ups 1Z7 in_transit place=Gary,IN,US\nat d11T10:00\n",
     {"usually there by", "no date from the carrier"}, "promised"},
    {"late", "at d0T14:00\n" ORDER "at d0T15:00\nfulfill #1020 items=MUG*2\nat d14T15:00\n", {"sent on Monday, 16 November without a tracking number", "please tell us"}, NULL},
    {"stuck", MOVING "at d4T22:00\n", {"not been scanned for 4 days", "in Newark, NJ on Monday, 16 November"}, "No action"},
    {"presumed_lost", MOVING "at d9T22:00\n", {"not moved for 9 days", "may be lost", "on Monday, 16 November"}, "No action"},
    {"out_for_delivery", MOVING "at d2T13:00\nscan ups 1Z7 out_for_delivery place=Chicago,IL,US eta=2026-11-18T18:00:00-06:00" JARGON "\n", {"since this morning", "should arrive today by 6 PM"}, NULL},
    {"attempt_failed", MOVING "at d2T19:00\nscan ups 1Z7 attempt_failed place=Chicago,IL,US reason=recipient_unavailable" JARGON "\n", {"this afternoon", "nobody being there", "next working day"}, "No action"},
    {"attempt_failed", MOVING "at d2T19:00\nscan ups 1Z7 attempt_failed place=Chicago,IL,US\nat d3T20:00\n", {"yesterday afternoon", "no new attempt"}, "next working day"},
    {"attempt_failed", MOVING "at d2T19:00\nscan ups 1Z7 attempt_failed place=Chicago,IL,US reason=refused\n", {"comes back to us"}, "next working day"},
    {"address_problem", MOVING "at d2T16:00\nscan ups 1Z7 exception place=Chicago,IL,US reason=address_issue" JARGON "\n", {"noted this morning", "check the address"}, "No action"},
    {"customs_hold", MOVING "at d1T16:00\nscan ups 1Z7 exception place=Campinas,SP,BR reason=customs_duty\n", {"customs in Campinas, SP since today", "within a few working days", "duties"}, NULL},
    {"customs_hold", MOVING "at d1T16:00\nscan ups 1Z7 exception place=Campinas,SP,BR reason=customs_hold\nat d9T16:00\n", {"since Tuesday, 17 November", "longer than usual"}, "a few working days"},
    {"pickup_waiting", MOVING "at d2T09:00\nscan ups 1Z7 available_for_pickup place=Chicago,IL,US pickup_until=2026-11-25\n", {"kept there until Wednesday, 25 November"}, "was kept"},
    {"pickup_waiting", MOVING "at d2T09:00\nscan ups 1Z7 available_for_pickup place=Chicago,IL,US pickup_until=2026-11-25\nat d12T09:00\n", {"It was kept there until"}, "It is kept"},
    {"delivered", MOVING "at d2T19:00\nscan ups 1Z7 delivered place=CHICAGO,IL,US reason=left_safe_place" JARGON "\nat d3T02:00\n", {"this afternoon in Chicago, IL", "safe place"}, "cannot find"},
    {"delivered", "at d0T06:00\norder #1020 " WHO "country=IN items=MUG\nfulfill #1020 items=MUG parcels=delhivery/D1\nat d1T12:00\nscan delhivery D1 delivered place=Mumbai,MH,IN\n", {"this afternoon in Mumbai, MH", "If you cannot find it"}, NULL},
    {"delivered_not_received", MOVING "at d2T19:00\nscan ups 1Z7 delivered place=Chicago,IL,US reason=left_with_neighbor\nat d3T19:00\nreport #1020 not_received\n", {"yesterday afternoon", "with a neighbour", "did not come"}, "No action"},
    {"split_incomplete", TWO "at d0T22:00\nscan ups 1Z7 accepted place=Newark,NJ,US\nscan usps 94001 accepted place=Newark,NJ,US eta=2026-11-20\nat d1T19:00\nscan ups 1Z7 delivered place=Chicago,IL,US\n",
     {"Parcel 1 of 2 (UPS 1Z7) with 2 x Blue mug was delivered this afternoon", "Parcel 2 of 2 (USPS 94001) with Red cup was scanned in Newark, NJ yesterday afternoon and is expected on Friday, 20 November"}, NULL},
    {"damaged", MOVING "at d1T19:00\nscan ups 1Z7 damaged place=Gary,IN,US" JARGON "\n", {"damaged today"}, "No action"},
    {"wrong_item", MOVING "at d1T19:00\nscan ups 1Z7 delivered place=Chicago,IL,US\nreport #1020 wrong_item\n", {"You told us today"}, "No action"},
    {"returning", MOVING "at d1T19:00\nscan ups 1Z7 returning place=Gary,IN,US reason=refused\nat d2T19:00\n", {"because of a refusal, since yesterday"}, "No action"},
    {"returned", MOVING "at d1T19:00\nscan ups 1Z7 returned place=Newark,NJ,US\n", {"came back to us today"}, "No action"},
    {"lost", MOVING "at d1T19:00\nscan ups 1Z7 lost" JARGON "\nat d3T19:00\n", {"told us on Tuesday, 17 November"}, "No action"},
    {"cancelled", "at d0T14:00\norder #1020 " WHO "country=US items=MUG state=cancelled\nat d1T20:00\n", {"cancelled yesterday"}, NULL},
    {"refunded", MOVING "refund #1020 full amount=200\n", {"refunded today"}, NULL},
    {"data_conflict", "at d0T14:00\n" ORDER "order S1 ref=#1020 role=back_office source=erp country=US items=MUG*3\n", {"do not agree about your order #1020 since today"}, "erp"},
    {"data_conflict", MOVING "fulfill #1020 id=w role=warehouse source=wms state=open items=MUG*2\n", {"do not agree", "These have not left yet: 2 x Blue mug"}, "wms"},
    {"data_conflict", MOVING "at d2T19:00\nscan ups 1Z7 delivered place=Chicago,IL,US\nat d4T09:00\nscan ups 1Z7 in_transit place=Gary,IN,US\n", {"do not agree", "since today"}, NULL},
};
/* clang-format on */

static const char *const NEVER[] = {"Terminal",  "Exception",
                                    "Sortation", "TSE43",
                                    "code",      "(null)",
                                    "{",         "}",
                                    "[",         "|",
                                    "  ",        " .",
                                    " ,",        "..",
                                    "UTC",       "2026-",
                                    "00:00",     "Anna",
                                    "Exemple",   "example.com",
                                    "555",       "Sample Street",
                                    "60601",     "in_transit",
                                    "on_track",  "severity"};

static const char *const LANGUAGES[] = {"es", "fr", "de", "it", "pt", "nl", "pl", "sv", "hi", "ja", "ar"};

static int64_t us(const char *text)
{
    struct when w;
    if (when_parse(str_of(text), &w) != OK)
        fail_msg("%s", text);
    return w.kind == WHEN_UTC ? w.utc_us : w.local_us;
}

struct spoken {
    struct case_story cs;
    struct case_diagnosis cd;
    struct str customer, operator_;
};

static void speak(struct fixture *f, const char *text, struct spoken *out)
{
    struct promises p;
    promises_default(&p);
    memset(out, 0, sizeof(*out));
    enum err e = case_story_read(&f->ctx, &out->cs, us(DAY0), str_of(text));
    if (e != OK)
        fail_msg("%s\n%s", f->ctx.msg, text);
    assert_ok(&f->ctx, diagnose(&f->ctx, &out->cs.cas, &p, out->cs.now_us, &out->cd));
    out->customer = diagnosis_for_customer(&f->ctx, STR("en"), &out->cs.cas, &out->cd, NULL, out->cs.now_us);
    out->operator_ = diagnosis_for_operator(&f->ctx, &out->cs.cas, &out->cd, NULL, out->cs.now_us);
}

/* What no customer's text may have, and how it must end. */
static size_t faults(struct str text, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof(NEVER) / sizeof(NEVER[0]); i++)
        if (str_contains(text, str_of(NEVER[i]))) {
            print_error("%s has \"%s\": %.*s\n", name, NEVER[i], STR_ARG(text));
            n++;
        }
    if (text.n < 20 || text.p[text.n - 1] != '.') {
        print_error("%s is no sentence: \"%.*s\"\n", name, STR_ARG(text));
        n++;
    }
    return n;
}

static size_t check_case(struct fixture *f, const struct text_case *c, struct spoken *sp)
{
    size_t wrong = 0;
    speak(f, c->text, sp);
    if (strcmp(diag_class_word(sp->cd.order.cls), c->cls) != 0) {
        print_error("%s is %s\n", c->cls, diag_class_word(sp->cd.order.cls));
        wrong++;
    }
    for (size_t i = 0; i < 4 && c->says[i] != NULL; i++)
        if (!str_contains(sp->customer, str_of(c->says[i]))) {
            print_error("%s does not say \"%s\": %.*s\n", c->cls, c->says[i],
                        STR_ARG(sp->customer));
            wrong++;
        }
    if (c->not_says != NULL && str_contains(sp->customer, str_of(c->not_says))) {
        print_error("%s says \"%s\": %.*s\n", c->cls, c->not_says, STR_ARG(sp->customer));
        wrong++;
    }
    for (size_t i = 0; i < sp->cd.parcels_n; i++)
        wrong += faults(diagnosis_for_customer(&f->ctx, STR("en"), &sp->cs.cas, &sp->cd, &sp->cd.parcels[i],
                                               sp->cs.now_us),
                        c->cls);
    if (!str_contains(sp->operator_, str_of(c->cls)) ||
        !str_contains(sp->operator_, STR("Evidence: "))) {
        print_error("%s, operator: %.*s\n", c->cls, STR_ARG(sp->operator_));
        wrong++;
    }
    return wrong + faults(sp->customer, c->cls);
}

static void test_each_class(void **state)
{
    struct fixture f;
    struct spoken sp;
    struct str texts[DIAG_CLASS_COUNT] = {{NULL, 0}};
    size_t wrong = 0;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        wrong += check_case(&f, &CASES[i], &sp);
        texts[sp.cd.order.cls] = sp.customer;
    }
    for (int c = 0; c < DIAG_CLASS_COUNT; c++) {
        if (str_empty(texts[c])) {
            print_error("no text of %s\n", diag_class_word((enum diag_class)c));
            wrong++;
        }
        for (int d = 0; d < c; d++)
            wrong += str_eq(texts[c], texts[d]);
    }
    fixture_clear(&f);
    assert_int_equal(wrong, 0);
}

/* ---- whole texts */

/* clang-format off */
static const struct {
    const char *text, *want;
} WHOLE[] = {
    {"at d0T09:00\norder #1020 " WHO "country=FR items=MUG*2\nat d0T10:00\nfulfill #1020 items=MUG*2 parcels=dhl_express/52\nat d2T09:20\n"
     "scan dhl_express 52 in_transit place=Paris,,FR eta=2026-11-19T18:00:00+01:00 tz=+01:00\nat d2T13:00\n",
     "Your order #1020 was scanned in Paris this morning and is expected tomorrow by 6 PM. No action is needed."},
    {TWO "at d0T22:00\nscan ups 1Z7 accepted place=Newark,NJ,US\nat d1T19:00\nscan ups 1Z7 delivered place=Chicago,IL,US\nat d1T20:00\nscan usps 94001 delivered place=Chicago,IL,US\n",
     "Your order #1020 came in 2 parcels, and all of them were delivered.\nParcel 1 of 2 (UPS 1Z7) with 2 x Blue mug was delivered this afternoon in Chicago, IL.\n"
     "Parcel 2 of 2 (USPS 94001) with Red cup was delivered this afternoon in Chicago, IL."},
    {"at d0T14:00\norder #1020 " WHO "country=US region=IL items=\"MUG*2:100:Blue mug;CUP*1:100:Red cup\"\nstock CUP 0 restock=2026-11-30\nat d0T15:00\nfulfill #1020 items=MUG*2 parcels=ups/1Z7\n"
     "at d0T22:00\nscan ups 1Z7 accepted place=Newark,NJ,US eta=2026-11-19\n",
     "Your order #1020 comes in parts.\nThe first part was scanned in Newark, NJ this afternoon and is expected on Thursday, 19 November. No action is needed.\n"
     "These have left: 2 x Blue mug.\nThese have not left yet: Red cup. Out of stock: Red cup. New stock is expected on Monday, 30 November."},
    {"at d0T14:00\norder #1020 " WHO "country=US region=IL items=\"MUG*2:100:Blue mug;CUP*1:100:Red cup\"\nat d0T15:00\nfulfill #1020 items=MUG*2\n",
     "Your order #1020 comes in parts, and not all of it is there yet.\nThese have left: 2 x Blue mug.\nThese have not left yet: Red cup. They should leave by Thursday, 19 November."},
    {START "at d0T16:00\nscan ups 1Z7 cancelled\n", /* a label withdrawn: the order is still being prepared */
     "Your order #1020 is being prepared and has not left us yet. It should leave by Thursday, 19 November. Next it goes to the carrier, and from then on it can be followed. No action is needed."},
};
/* clang-format on */

static void test_whole_texts(void **state)
{
    struct fixture f;
    struct spoken sp;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(WHOLE) / sizeof(WHOLE[0]); i++) {
        speak(&f, WHOLE[i].text, &sp);
        assert_str(sp.customer, WHOLE[i].want);
    }
    fixture_clear(&f);
}

/* Figures, limits, evidence, and what would become of it. */
static void test_operator(void **state)
{
    static const char *const SAYS[] = {
        "on_track, severity 0, since 2026-11-16T22:00:00Z",
        "Last scan 2026-11-16T22:00:00Z.",
        "(rule)",
        "48 h without a scan",
        "Evidence: last_scan 2026-11-16T22:00:00Z (TSE43)",
        "Next look 2026-11-18T22:00:00Z, then stuck if nothing comes."};
    struct fixture f;
    struct spoken sp;
    (void)state;
    fixture_init(&f);
    speak(&f, MOVING, &sp);
    for (size_t i = 0; i < sizeof(SAYS) / sizeof(SAYS[0]); i++)
        if (!str_contains(sp.operator_, str_of(SAYS[i])))
            fail_msg("no \"%s\" in %.*s", SAYS[i], STR_ARG(sp.operator_));
    speak(&f,
          "at d0T14:00\n" ORDER
          "order S1 ref=#1020 role=back_office source=erp country=US items=MUG*3\n",
          &sp);
    assert_true(str_contains(sp.operator_, STR("Conflict: MUG: facts has 2, erp has 3.")));
    speak(&f, MOVING "at d1T10:00\nscan ups 1Z7 in_transit place=Gary,IN,US local\n", &sp);
    assert_true(str_contains(sp.operator_, STR("(estimated from a local clock)")));
    fixture_clear(&f);
}

/* ---- phrases */

static void test_phrases(void **state)
{
    static const struct {
        const char *zone, *now, *at, *local; /* local: wall clock at its place, NULL unknown */
        const char *past, *day, *clock, *age;
    } CASES_[] = {
        {"Europe/Paris", "2026-11-18T13:00:00Z", "2026-11-18T09:20:00Z", NULL, "this morning",
         "today", "10:20 AM", "3 hours"},
        {"Europe/Paris", "2026-11-18T13:00:00Z", "2026-11-18T03:20:00Z", NULL, "early this morning",
         "today", "4:20 AM", "9 hours"},
        {"Europe/Paris", "2026-11-18T13:00:00Z", "2026-11-17T22:30:00Z", NULL, "yesterday evening",
         "yesterday", "11:30 PM", "14 hours"},
        {"Europe/Paris", "2026-11-18T13:00:00Z", "2026-11-17T23:30:00Z", NULL, "early this morning",
         "today", "12:30 AM", "13 hours"},
        {"Europe/Paris", "2026-11-18T13:00:00Z", "2026-11-16T12:59:00Z", NULL,
         "on Monday, 16 November", "on Monday, 16 November", "1:59 PM", "2 days"},
        {"Europe/Paris", "2026-11-18T13:00:00Z", "2026-11-18T12:59:00Z", NULL, "this afternoon",
         "today", "1:59 PM", "less than an hour"},
        {"Europe/Paris", "2026-11-18T13:00:00Z", "2026-11-18T11:59:00Z", NULL, "this afternoon",
         "today", "12:59 PM", "an hour"},
        {"Europe/Paris", "2027-01-02T13:00:00Z", "2026-12-29T12:00:00Z", NULL,
         "on Tuesday, 29 December 2026", "on Tuesday, 29 December 2026", "1 PM", "4 days"},
        /* Shanghai's Tuesday morning is Chicago's Monday evening: the customer's day holds */
        {"America/Chicago", "2026-11-17T02:00:00Z", "2026-11-17T00:30:00Z", "2026-11-17T08:30:00",
         "this evening", "today", "6:30 PM", "an hour"},
        /* the same day on both clocks: the hour of the place */
        {"America/Chicago", "2026-11-17T22:00:00Z", "2026-11-17T18:30:00Z", "2026-11-17T10:30:00",
         "this morning", "today", "12:30 PM", "3 hours"},
        /* a source that writes UTC everywhere: its wall is no place's */
        {"America/New_York", "2026-11-18T15:00:00Z", "2026-11-18T12:10:00Z", "2026-11-18T12:10:00",
         "this morning", "today", "7:10 AM", "2 hours"},
        {"Asia/Kolkata", "2026-11-18T13:00:00Z", "2026-11-19T12:30:00Z", NULL, "tomorrow",
         "tomorrow", "6 PM", "less than an hour"},
    };
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES_) / sizeof(CASES_[0]); i++) {
        struct day_of d = {&f.ctx, str_of(CASES_[i].zone), us(CASES_[i].now), STR("en")};
        int64_t at = us(CASES_[i].at), local = CASES_[i].local == NULL ? 0 : us(CASES_[i].local);
        if (local != 0)
            assert_str(phrase_past(&d, at, local, true), CASES_[i].day);
        assert_str(phrase_past(&d, at, local, false), CASES_[i].past);
        assert_str(phrase_day(&d, at, true), CASES_[i].day);
        assert_str(phrase_clock(&d, at), CASES_[i].clock);
        assert_str(phrase_age(&d, at), CASES_[i].age);
    }
    assert_true(
        str_empty(phrase_past(&(struct day_of){&f.ctx, STR("UTC"), us(DAY0), STR("en")}, 0, 0, false)));
    fixture_clear(&f);
}

static void test_places(void **state)
{
    static const struct {
        const char *city, *region, *want;
    } CASES_[] = {{"PARIS", "", "Paris"},
                  {"SAINT-DENIS 93", "", "Saint-Denis 93"},
                  {"Rio de Janeiro", "RJ", "Rio de Janeiro, RJ"},
                  {"Berlin", "11", "Berlin"},
                  {"", "NJ", ""},
                  {" NEWARK ", "NJ", "Newark, NJ"},
                  {"K\xc3\x96LN", "", "K\xc3\x96LN"},
                  {"Toronto", "Ontario", "Toronto"}};
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES_) / sizeof(CASES_[0]); i++) {
        struct place p = {.city = str_of(CASES_[i].city), .region = str_of(CASES_[i].region)};
        assert_str(phrase_place(f.arena, &p), CASES_[i].want);
    }
    fixture_clear(&f);
}

/* ---- templates */

static struct str letters(void *user, struct str name)
{
    ++*(int *)user;
    return str_eq(name, STR("a")) ? STR("A") : str_eq(name, STR("b")) ? STR("B") : STR_NULL;
}

static void test_templates(void **state)
{
    static const struct {
        const char *tpl, *want;
        int asked;
    } CASES_[] = {
        {"", "", 0},
        {"plain", "plain", 0},
        {"{a}", "A", 1},
        {"x {a} y {b} z", "x A y B z", 2},
        {"{none}", "", 1},
        {"[{a}]", "A", 1},
        {"[x {none}]", "", 1},
        {"[x {none}|y {b}]", "y B", 2},
        {"[{none}|z]!", "z!", 1},
        {"[{a}|{b}]", "A", 1},
        {"a[b", "a[b", 0},
        {"a{b", "a{b", 0},
        {"a]b}", "a]b}", 0},
        {"[]", "", 0},
        {"{}", "", 1},
        {"[{a}{none}|]x", "x", 2},
    };
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(CASES_) / sizeof(CASES_[0]); i++) {
        int asked = 0;
        struct template_slots s = {letters, &asked};
        assert_str(template_fill(&f.ctx, str_of(CASES_[i].tpl), &s), CASES_[i].want);
        assert_int_equal(asked, CASES_[i].asked);
    }
    assert_true(str_empty(words_find(STR("en"), STR("no.such.key"))));
    assert_true(str_empty(words_find(STR("xx"), STR("part.parts"))));
    fixture_clear(&f);
}

/* Every {name} in the file is known to the code, every key that the code asks for stands in the
 * file. */
static void test_names_and_keys(void **state)
{
    struct fixture f;
    size_t wrong = 0;
    (void)state;
    fixture_init(&f);
    struct str code = test_read_file(f.arena, test_source_path("src/mind/words_values.c"));
    struct str says = test_read_file(f.arena, test_source_path("src/mind/words.c"));
    static const char *const TALK[] = {"reply", "dialogue", "dialogue_order", "dialogue_say", "dialogue_wish", "spoken", "../flows/call"};
    struct str replies = STR("");
    for (size_t i = 0; i < sizeof(TALK) / sizeof(TALK[0]); i++) {
        struct str path = arena_fmt(f.arena, "src/talk/%s.c", TALK[i]);
        replies = arena_fmt(f.arena, "%.*s%.*s", STR_ARG(replies), STR_ARG(test_read_file(f.arena, test_source_path(path.p))));
    }
    struct str rest = test_read_file(f.arena, test_source_path("data/words/en.tsv")), piece;
    (void)str_split(&rest, '\n', &piece); /* the head speaks of {name} */
    while (str_split(&rest, '{', &piece)) {
        struct str tail = rest, name;
        if (rest.p == NULL || !str_split(&tail, '}', &name) || str_contains(name, STR(" ")))
            continue;
        if (!str_contains(code, arena_fmt(f.arena, "V(%.*s)", STR_ARG(name))) &&
            !str_contains(code, arena_fmt(f.arena, "{\"%.*s\", ", STR_ARG(name))) &&
            !str_contains(replies, arena_fmt(f.arena, "{\"%.*s\", ", STR_ARG(name))) &&
            !str_eq(name, STR("day")) && !str_contains(name, STR(", plural"))) {
            print_error("{%.*s} is not known\n", STR_ARG(name));
            wrong++;
        }
    }
    code = arena_fmt(f.arena, "%.*s%.*s", STR_ARG(code), STR_ARG(says));
    while (str_split(&code, '"', &piece))
        if (str_starts(piece, STR("part.")) && !str_eq(piece, STR("part.waiting")) &&
            !str_eq(piece, STR("part.incident")) &&
            str_empty(words_find(STR("en"), piece))) {
            print_error("%.*s is not in the file\n", STR_ARG(piece));
            wrong++;
        }
    while (str_split(&replies, '"', &piece))
        if ((str_starts(piece, STR("talk.")) || str_starts(piece, STR("reply.")) || (str_starts(piece, STR("voice.")) && !str_contains(piece, STR("%")))) && str_empty(words_find(STR("en"), piece)) && !str_contains(piece, STR(".h")))
            wrong++;
    for (int k = 0; k < CAP_COUNT; k++)
        wrong += str_empty(words_find(STR("en"), arena_fmt(f.arena, "do.%s", capability_word((enum capability)k))));
    for (int k = 0; k < INCIDENT_COUNT; k++)
        wrong += str_empty(words_find(STR("en"), arena_fmt(f.arena, "part.incident.%s", incident_kind_word((enum incident_kind)k))));
    for (int c = 0; c < DIAG_CLASS_COUNT; c++)
        wrong += str_empty(words_find(
            STR("en"), arena_fmt(f.arena, "customer.%s", diag_class_word((enum diag_class)c))));
    fixture_clear(&f);
    assert_int_equal(wrong, 0);
}

/* ---- languages */

static bool is_operators(struct str key)
{
    return str_starts(key, STR("operator.")) || str_starts(key, STR("limit."));
}

/* Each {name} of a text that is not asked for by the English one of the same key. */
static size_t foreign_names(struct arena *a, struct str lang, struct str key, struct str text)
{
    size_t wrong = 0;
    struct str english = words_find(STR("en"), key), piece;
    (void)str_split(&text, '{', &piece);
    while (text.p != NULL && str_split(&text, '{', &piece)) {
        struct str name;
        (void)str_split(&piece, '}', &name);
        if (str_starts(key, STR("age.")) || str_contains_nocase(english, arena_fmt(a, "{%.*s}", STR_ARG(name))))
            continue;
        print_error("%.*s: %.*s: {%.*s} is not in the English text\n", STR_ARG(lang), STR_ARG(key), STR_ARG(name));
        wrong++;
    }
    return wrong;
}

static void test_languages_are_whole(void **state)
{
    struct fixture f;
    size_t wrong = 0, rows = 0;
    struct str lang, text, key;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; (key = words_at(i, &lang, &text)).n > 0; i++, rows++) {
        wrong += foreign_names(f.arena, lang, key, text);
        if (str_empty(words_find(STR("en"), key)) || (!str_eq(lang, STR("en")) && is_operators(key))) {
            print_error("%.*s: %.*s has no place here\n", STR_ARG(lang), STR_ARG(key));
            wrong++;
        }
        for (size_t k = 0; str_eq(lang, STR("en")) && !is_operators(key) && k < sizeof(LANGUAGES) / sizeof(LANGUAGES[0]); k++)
            if (str_empty(words_find(str_of(LANGUAGES[k]), key))) {
                print_error("%s lacks %.*s\n", LANGUAGES[k], STR_ARG(key));
                wrong++;
            }
    }
    assert_int_equal(wrong, 0);
    assert_true(rows > 150);
    fixture_clear(&f);
}

static bool ends_as_a_sentence(struct str s)
{
    static const char *const ENDS[] = {".", "!", "?", ")", "\xe3\x80\x82", "\xe0\xa5\xa4"};
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
        if (str_ends(s, str_of(ENDS[i])))
            return true;
    return false;
}

/* Every class in every language: nothing unfilled, no raw word, a sentence to its end, and not the English one. */
static void test_classes_in_all_languages(void **state)
{
    struct fixture f;
    size_t wrong = 0;
    (void)state;
    for (size_t k = 0; k < sizeof(LANGUAGES) / sizeof(LANGUAGES[0]); k++)
        for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
            struct spoken sp;
            fixture_init(&f);
            speak(&f, CASES[i].text, &sp);
            struct str said = diagnosis_for_customer(&f.ctx, str_of(LANGUAGES[k]), &sp.cs.cas, &sp.cd, NULL, sp.cs.now_us);
            for (size_t n = 0; n < sizeof(NEVER) / sizeof(NEVER[0]); n++)
                if (str_contains(said, str_of(NEVER[n]))) {
                    print_error("%s has \"%s\": %.*s\n", LANGUAGES[k], NEVER[n], STR_ARG(said));
                    wrong++;
                }
            if (said.n < 12 || !ends_as_a_sentence(said) || str_eq(said, sp.customer)) {
                print_error("%s, %s: \"%.*s\"\n", LANGUAGES[k], CASES[i].cls, STR_ARG(said));
                wrong++;
            }
            fixture_clear(&f);
        }
    assert_int_equal(wrong, 0);
}

static void test_numbers_in_all_languages(void **state)
{
    static const char *const KEYS[] = {"age.minutes", "age.hours", "age.days"};
    static const int64_t NUMBERS[] = {1, 2, 3, 5, 11, 12, 22, 25, 100, 101};
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t k = 0; k < sizeof(LANGUAGES) / sizeof(LANGUAGES[0]); k++)
        for (size_t i = 0; i < 3; i++)
            for (size_t n = 0; n < sizeof(NUMBERS) / sizeof(NUMBERS[0]); n++) {
                struct str text = phrase_count(&f.ctx, str_of(LANGUAGES[k]), KEYS[i], NUMBERS[n]);
                if (str_empty(text) || str_contains(text, STR("#")) || str_contains(text, STR("{")))
                    fail_msg("%s %s %lld: \"%.*s\" %s", LANGUAGES[k], KEYS[i], (long long)NUMBERS[n], STR_ARG(text), f.ctx.msg);
            }
    assert_str(phrase_count(&f.ctx, STR("pl"), "age.days", 22), "22 dni");
    assert_str(words_language(STR("pt-BR")), "pt");
    assert_str(words_language(STR("DE")), "de");
    assert_true(str_empty(words_language(STR("xx"))));
    assert_true(str_empty(words_language(STR(""))));
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_class),     cmocka_unit_test(test_whole_texts),
        cmocka_unit_test(test_operator),       cmocka_unit_test(test_phrases),
        cmocka_unit_test(test_places),         cmocka_unit_test(test_templates),
        cmocka_unit_test(test_names_and_keys),
        cmocka_unit_test(test_languages_are_whole), cmocka_unit_test(test_classes_in_all_languages), cmocka_unit_test(test_numbers_in_all_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
