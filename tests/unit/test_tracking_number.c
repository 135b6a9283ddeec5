/*
 * Which carriers a number may belong to: made-up numbers of every format that has a check
 * character, each with all the wrong ones; formats without; what is typed around them; words for
 * carriers; tracking pages; the two tables. A long list of numbers beside the project, where it is,
 * says which of them fit which format.
 */
#include "lib/fixture.h"

#include "base/data.h"
#include "connectors/lib/tracking_number.h"

/* Check characters were computed outside of this code, by the carriers' rules. */
static const struct {
    const char *number, *format, *carrier;
    int check_at;      /* where the check character stands */
    const char *asked; /* what the carrier is asked for; empty: all of it */
} CHECKED[] = {
    {"1Z9AB1230397228181", "UPS 1Z", "ups", 17, ""},
    {"1Z8E40W8YZ66201167", "UPS 1Z", "ups", 17, ""},
    {"K4104575002", "UPS waybill", "ups", 10, ""},
    {"71407933791566859662", "USPS 20", "usps", 19, ""},
    {"03110888444205673402", "USPS 91 bare", "usps", 19, ""},
    {"9167884237782602416834", "USPS 91", "usps", 21, ""},
    {"420100019167884237782602416834", "USPS 91 with ZIP", "usps", 29, "9167884237782602416834"},
    {"4201000100019167884237782602416834", "USPS 91 with ZIP+4", "usps", 33,
     "9167884237782602416834"},
    {"4201000103115244856286439063", "USPS 91 bare with ZIP", "usps", 27, "03115244856286439063"},
    {"9400130713105067337332", "USPS IMpb 94", "usps", 21, ""},
    {"420902109400130713105067337332", "USPS IMpb 94 with ZIP", "usps", 29,
     "9400130713105067337332"},
    {"4209021012349400130713105067337332", "USPS IMpb 94 with ZIP+4", "usps", 33,
     "9400130713105067337332"},
    {"94001654944055535792856996", "USPS IMpb 94 long", "usps", 25, ""},
    {"4209021094001654944055535792856996", "USPS IMpb 94 long with ZIP", "usps", 33,
     "94001654944055535792856996"},
    {"9261299016815215358980", "USPS IMpb 92", "usps", 21, ""},
    {"420902109261299016815215358980", "USPS IMpb 92 with ZIP", "usps", 29,
     "9261299016815215358980"},
    {"4209021012349261299016815215358980", "USPS IMpb 92 with ZIP+4", "usps", 33,
     "9261299016815215358980"},
    {"92612996513034801436998116", "USPS IMpb 92 long", "usps", 25, ""},
    {"9361286639404689229427", "USPS IMpb 93", "usps", 21, ""},
    {"4209021012349361286639404689229427", "USPS IMpb 93 with ZIP+4", "usps", 33,
     "9361286639404689229427"},
    {"9505578245937454356996", "USPS IMpb 95", "usps", 21, ""},
    {"420902109505578245937454356996", "USPS IMpb 95 with ZIP", "usps", 29,
     "9505578245937454356996"},
    {"794664304368", "FedEx Express 12", "fedex", 11, ""},
    {"1375210077827589021091231226161385", "FedEx Express 34", "fedex", 33, ""},
    {"36436606191581624009372066256852", "FedEx ASTRA 32", "fedex", 27, "400937206625"},
    {"985895747471204", "FedEx Ground 15", "fedex", 14, ""},
    {"000174400169610142", "FedEx Ground SSCC 18", "fedex", 17, ""},
    {"9663991063494459742519", "FedEx Ground 96", "fedex", 21, "063494459742519"},
    {"9645200049767190030791938592149284", "FedEx Ground GSN", "fedex", 33, ""},
    {"6063270651", "DHL Express 10", "dhl_express", 9, ""},
    {"58435819212", "DHL Express 11", "dhl_express", 10, ""},
    {"00340558028394694000", "DHL Paket 20", "dhl_parcel_de", 19, ""},
    {"3130795253826934", "Canada Post 16", "canada_post", 15, ""},
    {"317194336580", "Purolator 12", "purolator", 11, ""},
    {"0081827099804743629353352767", "DPD 28", "dpd", 27, "09980474362935"},
    {"SW1A1AA15505680021054335826S", "DPD 28", "dpd", 27, "15505680021054"},
    {"09982600259239V", "DPD 14", "dpd", 14, "09982600259239"},
    {"C32236814096137", "OnTrac C", "ontrac", 14, ""},
    {"D78139970165265", "OnTrac D", "ontrac", 14, ""},
    {"77856460835", "Old Dominion PRO", "old_dominion", 10, ""},
    {"77796800876", "Old Dominion PRO", "old_dominion", 10, ""},
    {"07274760730", "Old Dominion PRO", "old_dominion", 10, ""},
    {"78095639700", "Old Dominion PRO", "old_dominion", 10, ""},
    {"80048171591", "Old Dominion PRO guaranteed", "old_dominion", 10, ""},
    {"RB203030846GB", "S10", "royal_mail", 10, ""},
    {"EE281408610CA", "S10", "canada_post", 10, ""},
    {"RB163711415AU", "S10", "australia_post", 10, ""},
    {"EE656484717FR", "S10", "la_poste", 10, ""},
    {"CP742051767DE", "S10", "deutsche_post", 10, ""},
    {"EE203465410NL", "S10", "postnl", 10, ""},
    {"RB585841078IN", "S10", "india_post", 10, ""},
    {"RB959904204US", "S10", "usps", 10, ""},
    {"RB630925023DK", "S10", "postnord", 10, ""},
    {"EE567372197CV", "S10", "post_cv", 10, ""},
    {"RA030788365GB", "S10", "royal_mail", 10, ""},
    {"RA959897260GB", "S10", "royal_mail", 10, ""},
};

static const struct {
    const char *number, *format, *carrier;
    enum number_trust trust;
} PLAIN[] = {
    {"1RABC123DEF456", "UPS Roadie", "ups", TRUST_PREFIX},
    {"61299990123456", "FedEx SmartPost 14", "fedex", TRUST_DIGITS},
    {"JD012345678901234567", "DHL Express piece", "dhl_express", TRUST_PREFIX},
    {"JJD0123456789", "DHL Express piece JJD", "dhl_express", TRUST_PREFIX},
    {"JVGL0123456789", "DHL Express piece other", "dhl_express", TRUST_PREFIX},
    {"GM1234567890123456", "DHL eCommerce letters", "dhl_ecommerce", TRUST_PREFIX},
    {"MYABCDEFGHIJ1", "DHL eCommerce letters", "dhl_ecommerce", TRUST_PREFIX},
    {"12345678901234", "DHL eCommerce 14", "dhl_ecommerce", TRUST_DIGITS},
    {"00340123456789012345", "DHL Paket 20 unchecked", "dhl_parcel_de", TRUST_PREFIX},
    {"D123456789012345678901", "Canpar 22", "canpar", TRUST_PREFIX},
    {"ABC123456789", "Purolator letters", "purolator", TRUST_PREFIX},
    {"12345678901234", "DPD 14 bare", "dpd", TRUST_DIGITS},
    {"TBA012345678901", "Amazon Logistics", "amazon", TRUST_PREFIX},
    {"TBM012345678901", "Amazon Logistics", "amazon", TRUST_PREFIX},
    {"F0123456789", "Amazon international", "amazon", TRUST_PREFIX},
    {"LX12345678", "LaserShip LX", "lasership", TRUST_PREFIX},
    {"1LS712345678901", "LaserShip 1LS7", "lasership", TRUST_PREFIX},
    {"1LS7112345678901-1", "LaserShip 1LS7 18", "lasership", TRUST_PREFIX},
    {"1LSCXABCDE12345", "LaserShip 1LSCX", "lasership", TRUST_PREFIX},
    {"LTN12345678N1", "Landmark LTN", "landmark", TRUST_PREFIX},
    {"SP123456789012345678", "Spee-Dee", "speedee", TRUST_PREFIX},
    {"JD0123456789012345", "Yodel JD", "yodel", TRUST_PREFIX},
    {"JJD0123456789012345", "Yodel JJD", "yodel", TRUST_PREFIX},
    {"YT1234567890123456", "YunExpress", "yunexpress", TRUST_PREFIX},
    {"GFUS12345678901234", "GOFO US", "gofo", TRUST_PREFIX},
    {"H00AB12345678901", "Evri 16", "evri", TRUST_PREFIX},
    {"1234567890123456", "Evri digits", "evri", TRUST_DIGITS},
    {"3SABCD123456789", "PostNL 3S", "postnl", TRUST_PREFIX},
    {"12345678901", "GLS 11", "gls", TRUST_DIGITS},
    {"ZABC12DE", "GLS 8", "gls", TRUST_DIGITS},
    {"6A12345678901", "Colissimo", "la_poste", TRUST_DIGITS},
    {"H1234567890123456789", "Hermes DE", "hermes_de", TRUST_PREFIX},
    {"0B0480284000010303090", "Royal Mail 2D", "royal_mail", TRUST_DIGITS},
    {"00123456789012345678", "Australia Post SSCC", "australia_post", TRUST_PREFIX},
    {"ABC123456789012345", "Australia Post article", "australia_post", TRUST_PREFIX},
    {"AB123456789012345", "Australia Post article", "australia_post", TRUST_PREFIX},
    {"1234567890123", "Delhivery", "delhivery", TRUST_DIGITS},
    {"12345678901", "Blue Dart", "bluedart", TRUST_DIGITS},
    {"FMPC1234567890", "Ekart", "ekart", TRUST_PREFIX},
    {"123456789012345", "Xpressbees", "xpressbees", TRUST_DIGITS},
};

struct found {
    struct number_candidate list[NUMBER_CANDIDATES_MAX];
    size_t n;
};

static void find(struct fixture *f, struct str number, struct found *out)
{
    assert_ok(&f->ctx, number_candidates(&f->ctx, number, out->list, &out->n));
}

static const struct number_candidate *of_format(const struct found *fd, const char *format)
{
    for (size_t i = 0; i < fd->n; i++)
        if (str_eq(fd->list[i].format, str_of(format)))
            return &fd->list[i];
    return NULL;
}

static void check_characters(void **state)
{
    static const char OTHERS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    (void)state;
    for (size_t i = 0; i < sizeof(CHECKED) / sizeof(CHECKED[0]); i++) {
        struct fixture f;
        struct found fd;
        char typed[64];
        struct str number = str_of(CHECKED[i].number);
        fixture_init(&f);
        find(&f, number, &fd);
        const struct number_candidate *c = of_format(&fd, CHECKED[i].format);
        if (c == NULL) {
            fail_msg("%s is no %s", CHECKED[i].number, CHECKED[i].format);
            return;
        }
        assert_str(c->carrier, CHECKED[i].carrier);
        assert_int_equal(c->trust, TRUST_CHECK_DIGIT);
        assert_str(c->canonical,
                   CHECKED[i].asked[0] == '\0' ? CHECKED[i].number : CHECKED[i].asked);
        for (const char *o = OTHERS; *o != '\0'; o++) {
            if (*o == number.p[CHECKED[i].check_at])
                continue;
            memcpy(typed, number.p, number.n);
            typed[CHECKED[i].check_at] = *o;
            find(&f, (struct str){typed, number.n}, &fd);
            if (of_format(&fd, CHECKED[i].format) != NULL)
                fail_msg("%.*s passes as %s", (int)number.n, typed, CHECKED[i].format);
        }
        fixture_clear(&f);
    }
}

static void without_check_character(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(PLAIN) / sizeof(PLAIN[0]); i++) {
        struct fixture f;
        struct found fd;
        fixture_init(&f);
        find(&f, str_of(PLAIN[i].number), &fd);
        const struct number_candidate *c = of_format(&fd, PLAIN[i].format);
        if (c == NULL) {
            fail_msg("%s is no %s", PLAIN[i].number, PLAIN[i].format);
            return;
        }
        assert_str(c->carrier, PLAIN[i].carrier);
        if (c->trust != PLAIN[i].trust)
            fail_msg("%s, %s: trust %d", PLAIN[i].number, PLAIN[i].format, (int)c->trust);
        fixture_clear(&f);
    }
}

/* Numbers that a format must not take although they look alike. */
static void not_of_the_format(void **state)
{
    static const struct {
        const char *number, *format;
    } T[] = {
        {"GX123456789012", "DHL eCommerce letters"},   /* letters of two prefixes mixed */
        {"GMABCDEFGHIJKLMN", "DHL eCommerce letters"}, /* no digit */
        {"TRACKING", "GLS 8"},                         /* a word */
        {"TBX012345678901", "Amazon Logistics"},
        {"RB123456785XX", "S10"}, /* a fitting check digit, no country */
        {"RB123456785gbX", "S10"},
        {"9226128000000000000000", "USPS IMpb 92"},
        {"JD01234567890123456", "Yodel JD"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct fixture f;
        struct found fd;
        fixture_init(&f);
        find(&f, str_of(T[i].number), &fd);
        if (of_format(&fd, T[i].format) != NULL)
            fail_msg("%s passes as %s", T[i].number, T[i].format);
        fixture_clear(&f);
    }
}

static void typed_by_people(void **state)
{
    static const char *const HEADS[] = {"1Z 9AB 123 0", " 1z-9ab.123/0 ",
                                        ("1Z\xc2\xa0"
                                         "9AB1230"),
                                        "1\xe2\x80\x8bZ9AB1230"};
    (void)state;
    struct fixture f;
    struct found a, b;
    fixture_init(&f);
    struct str plain = str_of(CHECKED[0].number);
    assert_true(str_starts(plain, STR("1Z9AB1230")));
    find(&f, plain, &a);
    for (size_t i = 0; i < sizeof(HEADS) / sizeof(HEADS[0]); i++) {
        struct str t = arena_fmt(f.arena, "%s%.*s", HEADS[i], STR_ARG(str_sub(plain, 9, plain.n)));
        find(&f, t, &b);
        assert_int_equal(a.n, b.n);
        assert_true(b.n > 0);
        assert_true(str_eq(b.list[0].canonical, plain));
    }
    fixture_clear(&f);
}

/* Best first: a check digit before a prefix before a length, then by confidence, then by name. */
static void order_of_candidates(void **state)
{
    static const char *const NUMBERS[] = {"320595463938", "12345678901234", "3318810025",
                                          "LX123456785CN"};
    (void)state;
    struct fixture f;
    struct found fd;
    fixture_init(&f);
    for (size_t k = 0; k < sizeof(NUMBERS) / sizeof(NUMBERS[0]); k++) {
        find(&f, str_of(NUMBERS[k]), &fd);
        assert_true(fd.n > 0);
        for (size_t i = 1; i < fd.n; i++) {
            const struct number_candidate *p = &fd.list[i - 1], *c = &fd.list[i];
            assert_true(p->trust >= c->trust);
            assert_true(p->trust > c->trust || p->confidence >= c->confidence);
            assert_true(p->trust > c->trust || p->confidence > c->confidence ||
                        str_cmp(p->carrier, c->carrier) <= 0);
        }
        for (size_t i = 0; i < fd.n; i++)
            assert_true(fd.list[i].confidence >= 1 && fd.list[i].confidence <= 99);
    }
    find(&f, STR("12345678901234"), &fd); /* several couriers count to fourteen */
    assert_true(fd.n >= 4);
    fixture_clear(&f);
}

static void nothing_fits(void **state)
{
    static const char *const T[] = {"hello there", "#1020", "????", "12345", "anna@example.com"};
    (void)state;
    struct fixture f;
    struct found fd;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        find(&f, str_of(T[i]), &fd);
        if (fd.n != 0)
            fail_msg("%s is a %.*s", T[i], STR_ARG(fd.list[0].format));
    }
    char longest[500];
    memset(longest, '7', sizeof(longest));
    fd.n = 1;
    enum err e = number_candidates(&f.ctx, (struct str){longest, sizeof(longest)}, fd.list, &fd.n);
    assert_true(fd.n == 0 && (e == OK || f.ctx.msg[0] != '\0'));
    fixture_clear(&f);
}

/* ---- words and pages */

static void words_for_carriers(void **state)
{
    static const struct {
        const char *word, *carrier;
    } T[] = {
        {"UPS", "ups"},
        {"UPS\xc2\xae Ground", "ups"},
        {"  ups  ", "ups"},
        {"FedEx International Economy", "fedex"},
        {"DHL", "dhl_express"},
        {"DHL Express", "dhl_express"},
        {"DHL eCommerce", "dhl_ecommerce"},
        {"DHL eCommerce Europe", "dhl_ecommerce"},
        {"DHL Paket International", "dhl_parcel_de"},
        {"dhl_parcel_de", "dhl_parcel_de"},
        {"Hermes", "hermes_de"},
        {"Hermes UK Next Day", "evri"},
        {"Royal Mail Tracked 48", "royal_mail"},
        {"PostNord", "postnord"},
        {"upside down", ""},
        {"Grandma's bike", ""},
        {"", ""},
        {"   ", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(T) / sizeof(T[0]); i++) {
        struct str got = carrier_from_word(str_of(T[i].word));
        if (!str_eq(got, str_of(T[i].carrier)))
            fail_msg("%s: got \"%.*s\"", T[i].word, STR_ARG(got));
    }
}

static void titles_and_pages(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    assert_str(carrier_title(STR("ups")), "UPS");
    assert_str(carrier_title(STR("dhl_parcel_de")), "DHL Paket");
    assert_str(carrier_title(STR("somebody")), "somebody");
    assert_str(carrier_url(f.arena, STR("usps"), STR("94 00")),
               "https://tools.usps.com/go/TrackConfirmAction?tLabels=94%2000");
    assert_str(carrier_url(f.arena, STR("ups"), STR("1Z&x=\"<")),
               "https://www.ups.com/track?tracknum=1Z%26x%3D%22%3C");
    assert_true(str_empty(carrier_url(f.arena, STR("canpar"), STR("1"))));
    assert_true(str_empty(carrier_url(f.arena, STR("somebody"), STR("1"))));
    fixture_clear(&f);
}

/* ---- the tables */

static size_t columns_of(struct str line, struct str *col, size_t max)
{
    size_t n = 0;
    while (n < max && str_split(&line, '\t', &col[n]))
        n++;
    return n;
}

static void carriers_table(void **state)
{
    struct str rest = data_file("carriers.tsv"), line, all[2000], country[300];
    size_t n = 0, countries_n = 0;
    (void)state;
    while (data_line(&rest, &line)) {
        struct str col[5], word, cc;
        if (columns_of(line, col, 5) != 5)
            fail_msg("five columns: %.*s", STR_ARG(line));
        assert_false(str_empty(col[0]) || str_empty(col[1]) || str_empty(col[2]));
        assert_true(str_empty(col[3]) || str_starts(col[3], STR("https://")));
        while (str_split(&col[2], ';', &word)) {
            for (size_t i = 0; i < n; i++)
                if (str_eq(all[i], word))
                    fail_msg("a word of two carriers: %.*s", STR_ARG(word));
            assert_true(n < sizeof(all) / sizeof(all[0]));
            all[n++] = word;
        }
        while (!str_empty(col[4]) && str_split(&col[4], ';', &cc)) {
            for (size_t i = 0; i < countries_n; i++)
                assert_false(str_eq(country[i], cc));
            country[countries_n++] = cc;
        }
    }
    assert_true(n > 100 && countries_n > 20);
}

/* Every carrier of a format has a row with its title. */
static void formats_table(void **state)
{
    struct str rest = data_file("tracking-formats.tsv"), line;
    size_t rows = 0;
    (void)state;
    while (data_line(&rest, &line)) {
        struct str col[6];
        assert_int_equal(columns_of(line, col, 6), 6);
        if (!str_eq(col[1], STR("s10")) && str_eq(carrier_title(col[1]), col[1]))
            fail_msg("no row in carriers.tsv: %.*s", STR_ARG(col[1]));
        rows++;
    }
    assert_true(rows > 80);
}

/* ---- the list beside the project */

static const struct {
    const char *theirs, *ours; /* ours: how the names of our formats begin; several by | */
} FORMATS[] = {
    {"amazon_logistics", "Amazon Logistics"},
    {"amazon_international", "Amazon international"},
    {"canada_post", "Canada Post 16"},
    {"canpar_22", "Canpar 22"},
    {"dhl_express", "DHL Express 1"},
    {"dhl_express_piece_id", "DHL Express piece"},
    {"dhl_ecommerce", "DHL eCommerce letters"},
    {"dhl_ecommerce_14", "DHL eCommerce 14"},
    {"dpd", "DPD 28"},
    {"dpd_14", "DPD 14"},
    {"fedex_12", "FedEx Express 12"},
    {"fedex_34", "FedEx Express 34"},
    {"fedex_astra_32", "FedEx ASTRA 32"},
    {"fedex_ground", "FedEx Ground 15"},
    {"fedex_ground_sscc_18", "FedEx Ground SSCC 18"},
    {"fedex_ground_96", "FedEx Ground 96"},
    {"fedex_ground_gsn", "FedEx Ground GSN"},
    {"gofo_us", "GOFO US"},
    {"landmark_global", "Landmark LTN"},
    {"lasership_lx", "LaserShip LX"},
    {"lasership_1ls7", "LaserShip 1LS7"},
    {"lasership_1ls7_(18)", "LaserShip 1LS7 18"},
    {"lasership_1lscx", "LaserShip 1LSCX"},
    {"old_dominion", "Old Dominion PRO"},
    {"old_dominion_guaranteed_shipment", "Old Dominion PRO guaranteed"},
    {"ontrac_c", "OnTrac C"},
    {"ontrac_d", "OnTrac D"},
    {"purolator_numeric", "Purolator 12"},
    {"purolator_alpha", "Purolator letters"},
    {"s10", "S10"},
    {"speedee", "Spee-Dee"},
    {"ups", "UPS 1Z"},
    {"ups_waybill", "UPS waybill"},
    {"usps_20", "USPS 20"},
    {"usps_impb_n", "USPS IMpb 94"},
    {"usps_legacy", "USPS 91"},
    {"usps_impb_c", "USPS IMpb 92|USPS IMpb 93|USPS IMpb 95"},
    {"yodel", "Yodel J"},
    {"yunexpress", "YunExpress"},
};

static bool named_so(struct str format, const char *ours)
{
    struct str rest = str_of(ours), one;
    while (str_split(&rest, '|', &one))
        if (str_starts(format, one))
            return true;
    return false;
}

static const char *ours_of(struct str theirs)
{
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++)
        if (str_eq(theirs, str_of(FORMATS[i].theirs)))
            return FORMATS[i].ours;
    fail_msg("a format without one of ours: %.*s", STR_ARG(theirs));
    return NULL;
}

/* courier, format, its name, valid or invalid, number */
static void list_beside_the_project(void **state)
{
    const char *path = test_shared_path("facts/tracking-number-tests.tsv");
    size_t valid = 0, invalid = 0, bad = 0;
    (void)state;
    if (path == NULL) {
        print_message("SKIP: no folder of facts beside the project\n");
        skip();
    }
    struct fixture f;
    struct found fd;
    fixture_init(&f);
    struct str text = test_read_file(f.arena, path), line;
    while (str_split(&text, '\n', &line)) {
        struct str col[5];
        if (str_starts(line, STR("#")) || columns_of(line, col, 5) != 5 ||
            str_eq(col[0], STR("courier")))
            continue;
        const char *ours = ours_of(col[1]);
        bool want = str_eq(col[3], STR("valid")), got = false;
        find(&f, col[4], &fd);
        for (size_t i = 0; i < fd.n; i++)
            got = got || named_so(fd.list[i].format, ours);
        *(want ? &valid : &invalid) += 1;
        if (got != want) {
            print_error("%s %.*s: %.*s\n", want ? "not recognised as" : "passes as",
                        STR_ARG(col[1]), STR_ARG(col[4]));
            bad++;
        }
    }
    print_message("%zu valid, %zu invalid numbers\n", valid, invalid);
    fixture_clear(&f);
    assert_int_equal(bad, 0);
    assert_true(valid > 50 && invalid > 30);
}

static void posts_at_the_destination(void **state)
{
    static const struct {
        const char *number, *country, *post;
    } CASES[] = {{"RA959897260GB", "US", "usps"}, {"RA959897260GB", "GB", ""}, {"RA959897261GB", "US", ""},
                 {"RA959897260GB", "", ""},       {"RA959897260GB", "AQ", ""}, {"1Z7W4E590300010062", "DE", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        assert_str(post_at_destination(str_of(CASES[i].number), str_of(CASES[i].country)), CASES[i].post);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_characters),        cmocka_unit_test(without_check_character),
        cmocka_unit_test(not_of_the_format),       cmocka_unit_test(typed_by_people),
        cmocka_unit_test(order_of_candidates),     cmocka_unit_test(nothing_fits),
        cmocka_unit_test(words_for_carriers),      cmocka_unit_test(titles_and_pages),
        cmocka_unit_test(carriers_table),          cmocka_unit_test(formats_table),
        cmocka_unit_test(list_beside_the_project), cmocka_unit_test(posts_at_the_destination),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
