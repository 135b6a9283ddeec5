/* The newest part of a mail's text: what programs add goes, in their languages; what people write stays. */
#include "lib/fixture.h"

#include "connectors/lib/inbound_text.h"
#include "connectors/lib/mail_newest.h"

static const struct {
    const char *name, *text, *want;
} CASES[] = {
    {"nothing to strip", "Where is #1020?\n\nThanks\nAnna", "Where is #1020?\n\nThanks\nAnna"},
    {"gmail, English", "Still nothing.\n\nOn Fri, Nov 20, 2026 at 3:04 PM Shop <help@shop.example> wrote:\n> Your order\n> is late.\n", "Still nothing."},
    {"gmail, wrapped", "Still nothing.\n\nOn Fri, Nov 20, 2026 at 3:04 PM The Very Long Shop Name\n<help@shop.example> wrote:\n\n> Your order\n", "Still nothing."},
    {"not quoted with signs", "Call me.\n\nOn 20/11/2026 10:02, Shop wrote:\nYour order is late.", "Call me."},
    {"apple, German", "Immer noch nichts.\n\n> Am 20.11.2026 um 10:02 schrieb Shop <help@shop.example>:\n> \n> Hallo", "Immer noch nichts."},
    {"German", "Wo bleibt es?\n\nAm 20.11.2026 um 10:02 schrieb Shop:\n> Hallo\n", "Wo bleibt es?"},
    {"French", "Toujours rien\n\nLe ven. 20 nov. 2026 \xC3\xA0 10:02, Shop <help@shop.example> a \xC3\xA9" "crit :\n> Bonjour", "Toujours rien"},
    {"Spanish", "Nada a\xC3\xBAn\n\nEl vie, 20 nov 2026 a las 10:02, Shop (<help@shop.example>) escribi\xC3\xB3:\n> Hola", "Nada a\xC3\xBAn"},
    {"Italian", "Ancora niente\n\nIl giorno ven 20 nov 2026 alle ore 10:02 Shop ha scritto:\n> Ciao", "Ancora niente"},
    {"Portuguese", "Ainda nada\n\nEm sex., 20 de nov. de 2026 10:02, Shop escreveu:\n> Oi", "Ainda nada"},
    {"Dutch", "Nog niets\n\nOp vr 20 nov 2026 om 10:02 schreef Shop <help@shop.example>:\n> Hoi", "Nog niets"},
    {"Polish", "Nadal nic\n\npt., 20 lis 2026 o 10:02 Shop <help@shop.example> napisa\xC5\x82(a):\n> Witaj", "Nadal nic"},
    {"Polish, older", "Nadal nic\n\nW dniu 20.11.2026 o 10:02, Shop pisze:\n> Witaj", "Nadal nic"},
    {"Swedish", "Inget \xC3\xA4n\n\nDen fre 20 nov. 2026 kl 10:02 skrev Shop <help@shop.example>:\n> Hej", "Inget \xC3\xA4n"},
    {"Japanese", "\xE5\xB1\x8A\xE3\x81\x8D\xE3\x81\xBE\xE3\x81\x9B\xE3\x82\x93\n\n2026\xE5\xB9\xB4" "11\xE6\x9C\x88" "20\xE6\x97\xA5 10:02 Shop <help@shop.example>:\n> abc",
     "\xE5\xB1\x8A\xE3\x81\x8D\xE3\x81\xBE\xE3\x81\x9B\xE3\x82\x93"},
    {"Hindi", "abc\n\n20 2026, 10:02 Shop <help@shop.example> \xE0\xA4\xA8\xE0\xA5\x87 \xE0\xA4\xB2\xE0\xA4\xBF\xE0\xA4\x96\xE0\xA4\xBE:\n> x", "abc"},
    {"outlook, English", "Please change it.\n\nFrom: Shop <help@shop.example>\nSent: Friday, November 20, 2026 10:02 AM\nTo: Anna\nSubject: Order\n\nHello", "Please change it."},
    {"outlook, bold and ruled", "Please change it.\n\n________________________________\n*From:* Shop\n*Sent:* Friday\n\nHello", "Please change it."},
    {"outlook, German", "Bitte \xC3\xA4ndern.\n\nVon: Shop\nGesendet: Freitag, 20. November 2026\nAn: Anna\nBetreff: Bestellung\n\nHallo", "Bitte \xC3\xA4ndern."},
    {"outlook, French", "Merci de changer\n\nDe : Shop\nEnvoy\xC3\xA9 : vendredi\n\xC3\x80 : Anna\nObjet : commande", "Merci de changer"},
    {"old outlook", "Yes\n\n-----Original Message-----\nFrom: Shop\nHello", "Yes"},
    {"old outlook, Spanish", "S\xC3\xAD\n\n-----Mensaje original-----\nHola", "S\xC3\xAD"},
    {"answered below", "On 20 Nov 2026, Shop wrote:\n> Is the address right?\n\nNo, it is not.", "No, it is not."},
    {"answered between", "> Is the address right?\nNo.\n> And the name?\nYes.", "No.\nYes."},
    {"signature", "Where is it?\n-- \nAnna Beispiel\nTel. 555 0100", "Where is it?"},
    {"telephone", "Where is it?\n\nSent from my iPhone", "Where is it?"},
    {"telephone, Polish", "Gdzie to jest?\n\nWys\xC5\x82" "ane z iPhone'a", "Gdzie to jest?"},
    {"telephone, then quoted", "Where is it?\n\nGet Outlook for iOS\n________________________________\nFrom: Shop\nSent: Friday", "Where is it?"},
    {"helpdesk's line", "No, thanks\n\n##- Please type your reply above this line -##\nHello", "No, thanks"},
    {"forwarded without a word", "---------- Forwarded message ---------\nFrom: Shop\nDate: Friday\n\nYour parcel 1Z7W4E590300010062", "---------- Forwarded message ---------\nFrom: Shop\nDate: Friday\n\nYour parcel 1Z7W4E590300010062"},
    {"a sentence with wrote", "On Monday your driver wrote: not at home", "On Monday your driver wrote: not at home"},
    {"a label alone", "To: whom it may concern\nI want my parcel", "To: whom it may concern\nI want my parcel"},
    {"what stands after thanks", "Thanks,\nAnna\nOrder #1020", "Thanks,\nAnna\nOrder #1020"},
    {"a promise of an hour", "You promised delivery on 20 November:\nnothing came", "You promised delivery on 20 November:\nnothing came"},
    {"sent from my, in a sentence", "It was sent from my neighbour's house, I have the receipt. The parcel was opened and half of it is gone, so where is it?",
     "It was sent from my neighbour's house, I have the receipt. The parcel was opened and half of it is gone, so where is it?"},
    {"blank lines", "a\n\n\n\n\nb", "a\n\nb"},
    {"empty", "", ""},
};

static void newest_part(void **state)
{
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct str got;
        fixture_init(&f);
        assert_ok(&f.ctx, mail_newest(&f.ctx, str_of(CASES[i].text), &got));
        if (!str_eq(got, str_of(CASES[i].want)))
            fail_msg("%s: got \"%.*s\"", CASES[i].name, STR_ARG(got));
        fixture_clear(&f);
    }
}

static const struct {
    const char *name;
    struct str raw;
    const char *want;
} SEEN[] = {
    {"NUL does not hide the rest", {"a\0b", 3}, "ab"},
    {"zero width", {"can\xE2\x80\x8B" "cel", 9}, "cancel"},
    {"bidi", {"\xE2\x80\xAE" "0201#", 8}, "0201#"},
    {"soft hyphen and tags", {"re\xC2\xAD" "fund\xF3\xA0\x81\xA1", 12}, "refund"},
    {"an emoji's joiner stays", {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", 11}, "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"},
    {"a joiner between letters goes", {"a\xE2\x80\x8D" "b", 5}, "ab"},
    {"line ends", {"a\r\nb\rc\xE2\x80\xA8" "d", 10}, "a\nb\nc\nd"},
    {"no UTF-8", {"caf\xE9!", 5}, "caf\xEF\xBF\xBD!"},
    {"cut character", {"ab\xE2\x82", 4}, "ab\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"control", {"a\x07" "b\tc", 5}, "a b c"},
};

static void nothing_unseen(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof(SEEN) / sizeof(SEEN[0]); i++) {
        struct str got;
        bool cut;
        assert_ok(&f.ctx, inbound_text(&f.ctx, SEEN[i].raw, &got, &cut));
        if (!str_eq(got, str_of(SEEN[i].want)) || cut)
            fail_msg("%s: got \"%.*s\"", SEEN[i].name, STR_ARG(got));
    }
    fixture_clear(&f);
}

static void long_text_is_cut_at_a_character(void **state)
{
    struct fixture f;
    struct str got;
    bool cut;
    (void)state;
    fixture_init(&f);
    size_t n = (size_t)3 << 20;
    char *p = arena_alloc(f.arena, n);
    for (size_t i = 0; i + 3 <= n; i += 3)
        memcpy(p + i, "\xE2\x82\xAC", 3);
    assert_ok(&f.ctx, inbound_text(&f.ctx, (struct str){p, n}, &got, &cut));
    assert_true(cut && got.n <= INBOUND_TEXT_MAX && got.n > INBOUND_TEXT_MAX - 3 && str_is_utf8(got));
    assert_ok(&f.ctx, inbound_line(&f.ctx, (struct str){p, n}, 10, &got));
    assert_int_equal(got.n, 9);
    fixture_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(newest_part), cmocka_unit_test(nothing_unseen),
                                       cmocka_unit_test(long_text_is_cut_at_a_character)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
