/* docs/diagnosis.md, printed from the table of rules and the default limits; a test compares the
 * two. */
#include "mind/rules.h"

static const char *level_word(enum rule_level l)
{
    return l == LEVEL_PARCEL ? "parcel" : "order";
}

static void add_rules(struct buf *out, enum rule_level level)
{
    buf_addz(out, "| class | severity | holds when | looked at again |\n|---|---|---|---|\n");
    for (size_t i = 0; i < RULES_N; i++)
        if (RULES[i].level == level)
            buf_fmt(out, "| `%s` | %d | %s | %s |\n", diag_class_word(RULES[i].cls),
                    diag_class_severity(RULES[i].cls), RULES[i].when, RULES[i].look);
    buf_addz(out, "\n");
}

static void add_classes(struct buf *out)
{
    buf_addz(out, "| class | severity | of |\n|---|---|---|\n");
    for (int c = 0; c < DIAG_CLASS_COUNT; c++) {
        bool of[2] = {false, false};
        for (size_t i = 0; i < RULES_N; i++)
            if ((int)RULES[i].cls == c)
                of[RULES[i].level] = true;
        buf_fmt(out, "| `%s` | %d | %s%s%s |\n", diag_class_word((enum diag_class)c),
                diag_class_severity((enum diag_class)c),
                of[LEVEL_PARCEL] ? level_word(LEVEL_PARCEL) : "",
                of[LEVEL_PARCEL] && of[LEVEL_ORDER] ? ", " : "",
                of[LEVEL_ORDER] ? level_word(LEVEL_ORDER) : "");
    }
    buf_addz(out, "\n");
}

static void add_limits(struct buf *out)
{
    struct promises p;
    promises_default(&p);
    const struct limit_set *s = &p.base;
    const struct {
        const char *name;
        int value;
        const char *what;
    } ROWS[] = {
        {"fulfillment_days", s->fulfillment_days,
         "business days of the merchant's home calendar, from the order to the hand-over"},
        {"label_note_hours", s->label_note_hours, "hours"},
        {"label_only_days", s->label_only_days, "days"},
        {"silent_hours", s->silent_hours,
         "24 of them are one working day at the place of the last scan"},
        {"lost_days", s->lost_days, "business days at the place of the last scan"},
        {"customs_days", s->customs_days, "business days at the place of the last scan"},
        {"attempt_look_hours", s->attempt_look_hours,
         "24 of them are one working day at the place of the attempt"},
        {"pickup_days", s->pickup_days,
         "days, where the carrier does not say until when it is kept"},
        {"transit_days", s->transit_days, "business days, where nobody promised a day"},
        {"slow_percent", s->slow_percent, "per cent of `transit_days`"},
        {"late_grace_hours", s->late_grace_hours, "hours after the end of the promised day"},
    };
    buf_addz(out, "| limit | default | counts |\n|---|---|---|\n");
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        buf_fmt(out, "| `%s` | %d | %s |\n", ROWS[i].name, ROWS[i].value, ROWS[i].what);
    buf_addz(out, "\n");
}

void diagnosis_doc(struct buf *out)
{
    buf_addz(
        out,
        "# Diagnosis\n\n"
        "Printed by `wismo diagnosis-doc` from the table of rules; a test compares the two.\n\n"
        "Every parcel has a class, and so has the order. A class comes with its evidence (the "
        "facts it rests on and their age), a\n"
        "severity (0 calm, 1 note, 2 watch, 3 trouble, 4 urgent), two explanations, the time since "
        "when it is true, and the time of\n"
        "the next look: the earliest at which it could change though nothing comes. Diagnosis is a "
        "pure function of the case, the\n"
        "merchant's promises and the time. Flags clear the same way in which they open: with the "
        "next fact.\n\n"
        "## Classes\n\n");
    add_classes(out);
    buf_addz(out, "## Of a parcel\n\nFrom top to bottom; the first that holds gives the class. "
                  "Scans that no scanner made never count as\n"
                  "movement. A parcel that goes on under another number speaks through the leg "
                  "that moves.\n\n");
    add_rules(out, LEVEL_PARCEL);
    buf_addz(out, "A class that waits for scans also carries the note that the tracking was not "
                  "updated, once the silence is too long.\n\n"
                  "## Of an order\n\nFrom top to bottom; the first that holds is the order's own "
                  "verdict. Then its worst parcel outranks it where its\n"
                  "severity is higher, except that a refunded, cancelled or contradictory order "
                  "stays that. A contradiction gives way to a parcel\n"
                  "in trouble and stays beside it as a note. Where no rule holds the worst parcel "
                  "decides. What was sent without a number is\n"
                  "`on_track` for its usual time and then `late` with severity 1: nobody knows, so "
                  "the customer is asked.\n\n");
    add_rules(out, LEVEL_ORDER);
    buf_addz(out, "## Limits\n\nEach is a setting, also for one carrier, service, destination "
                  "country or season (docs/configuration.md). The limits are\n"
                  "those of the time when the matter began, so the end of a season changes nothing "
                  "that began in it. Business days follow the\n"
                  "holidays of the country and region, to the same clock time in the zone of the "
                  "place; what begins on a day off begins with\n"
                  "the next business day. Where \"delivered\" is a weaker sign (India by default) "
                  "the answer says so.\n\n");
    add_limits(out);
}
