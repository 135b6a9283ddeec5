/* docs/policy.md, printed from the tables by which a policy is read; a test compares the two. */
#include "base/data.h"
#include "mind/guard.h"
#include "mind/policy.h"

static const char *type_word(enum policy_field f)
{
    switch (policy_field_row(f)->type) {
    case TYPE_ENUM:
        return "one of its words";
    case TYPE_INT:
        return "a figure or a range";
    case TYPE_MONEY:
        return "an amount or a range";
    case TYPE_TEXT:
        return "a word";
    case TYPE_TAGS:
        return "tags";
    }
    return "";
}

static void add_fields(struct buf *out)
{
    buf_addz(out, "| field | is | |\n|---|---|---|\n");
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        const struct policy_field_row *r = policy_field_row((enum policy_field)f);
        buf_fmt(out, "| `%s` | %s%s | %s |\n", r->word, type_word((enum policy_field)f),
                policy_field_may_be_unknown((enum policy_field)f) ? ", or not known" : "", r->what);
    }
    buf_addz(out, "\n| field | words |\n|---|---|\n");
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        enum policy_field field = (enum policy_field)f;
        if (policy_field_row(field)->type != TYPE_ENUM || field == FIELD_CLASS || field == FIELD_ORDER_CLASS)
            continue;
        buf_fmt(out, "| `%s` |", policy_field_row(field)->word);
        for (unsigned i = 0; i < policy_enum_count(field); i++)
            buf_fmt(out, " `%s`", policy_enum_word(field, i));
        buf_addz(out, " |\n");
    }
    buf_addz(out, "| `class`, `order_class` | the classes of docs/diagnosis.md |\n\n");
}

static void add_verbs(struct buf *out)
{
    buf_addz(out, "| step | |\n|---|---|\n");
    for (unsigned v = 0; v < VERB_COUNT; v++)
        buf_fmt(out, "| `%s` | %s |\n", policy_verb_word((enum policy_verb)v), policy_verb_what((enum policy_verb)v));
    buf_addz(out, "\n");
}

static void add_capabilities(struct buf *out)
{
    static const struct {
        unsigned flag;
        const char *word;
    } FLAGS[] = {{CAP_MONEY, "costs money or goods"}, {CAP_COMPENSATES, "makes good for items"}, {CAP_STOCK, "needs free stock"},
                 {CAP_ADDRESS, "moves goods elsewhere"}, {CAP_UNPICKED, "only before the pick"}, {CAP_PARCEL, "of one parcel"}, {CAP_ITEMS, "names items"}};
    buf_addz(out, "| capability | | |\n|---|---|---|\n");
    for (unsigned c = 0; c < CAP_COUNT; c++) {
        size_t n = 0;
        buf_fmt(out, "| `%s` | %s | ", capability_word((enum capability)c), capability_what((enum capability)c));
        for (size_t i = 0; i < sizeof(FLAGS) / sizeof(FLAGS[0]); i++)
            if ((capability_flags((enum capability)c) & FLAGS[i].flag) != 0)
                buf_fmt(out, "%s%s", n++ == 0 ? "" : ", ", FLAGS[i].word);
        buf_addz(out, " |\n");
    }
    buf_addz(out, "\n");
}

static void add_grants(struct buf *out)
{
    static const struct {
        const char *word, *def, *what;
    } ROWS[] = {
#define GRANT_FIELD(NAME, word, type, def, what) {word, def, what},
#include "mind/grant_field.def"
#undef GRANT_FIELD
    };
    buf_addz(out, "| setting | default | |\n|---|---|---|\n");
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        buf_fmt(out, "| `%s` | %s | %s |\n", ROWS[i].word, ROWS[i].def == NULL ? "none" : ROWS[i].def, ROWS[i].what);
    buf_addz(out, "\n");
}

static void add_guard(struct buf *out)
{
    buf_addz(out, "| reason | |\n|---|---|\n");
    for (unsigned r = GUARD_NONE + 1; r < GUARD_REASON_COUNT; r++)
        buf_fmt(out, "| `%s` | %s |\n", guard_reason_word((enum guard_reason)r), guard_reason_what((enum guard_reason)r));
    buf_addz(out, "\n");
}

static void add_legal(struct buf *out, const char *file, const char *head, size_t columns)
{
    struct str rest = data_file(file), line, col;
    buf_addz(out, head);
    while (data_line(&rest, &line)) {
        buf_addz(out, "|");
        for (size_t i = 0; i < columns && str_split(&line, '\t', &col); i++)
            buf_fmt(out, " %.*s |", STR_ARG(col));
        buf_addz(out, "\n");
    }
    buf_addz(out, "\n");
}

void policy_doc(struct buf *out)
{
    buf_addz(out,
             "# Policy\n\n"
             "Printed by `wismo policy-doc` from the tables by which a policy is read; a test compares the two.\n\n"
             "A policy says what is done about a parcel or an order, and what may be done without a person. It is one YAML file:\n"
             "`currency`, `legal`, `items`, `vip`, `grants`, `rules`. The default one is `data/policy/default.yaml`; `wismo policy default` prints it,\n"
             "with a comment to every line.\n\n"
             "- `wismo policy check FILE` finds what is wrong with a file, with line and column; situations that no rule covers; rules that can\n"
             "  never match; limits that contradict each other; with `--config`, data that nobody brings. `--overlaps` also lists the pairs of\n"
             "  rules whose order decides. It ends with 0 when nothing is wrong, 1 when something is, 2 for wrong words.\n"
             "- `wismo policy explain ORDER --config FILE [--policy FILE] [--at TIME] [--request WORD ...] [--json]` says which rule decides, what\n"
             "  it saw, why each earlier rule did not match, what the guard says, and what would change it.\n\n"
             "## Rules\n\n"
             "A rule has a `name`, conditions under `when`, steps under `do`, and a sentence under `because`. Rules are tried from top to bottom\n"
             "for each *matter* of a case: each parcel, and the order where its class is not a parcel's. The first whose conditions all hold\n"
             "decides; where none does, a person decides.\n\n"
             "A condition is a word, a list of words, or `{not: [...]}`; a figure, or a range of `at_least`, `over`, `at_most`, `under`. Amounts\n"
             "are in the policy's currency: `40.00` or `40.00 EUR`. A condition on what is not known does not hold, whichever way it is written.\n\n");
    add_fields(out);
    buf_addz(out, "## Steps\n\n`do` has one step or a list of them.\n\n");
    add_verbs(out);
    buf_addz(out, "## Capabilities\n\nEach is granted alone, under `grants`; what is not named is `off`. `refund: suggest` stands for "
                  "`refund: {mode: suggest}`.\n\n");
    add_capabilities(out);
    add_grants(out);
    buf_addz(out,
             "## The guard\n\n"
             "Whatever a rule says, an action passes only when none of these stands against it, in this order. The limits hold for approvals\n"
             "too. An action counts from its proposal on; refusal by the vendor, undo and expiry give its room back. Of the actions that make\n"
             "good for items, an item gets one: what was refunded is not sent again, and what was sent again is not refunded. The same wish\n"
             "twice gives the state of the first. What was given back elsewhere counts like our own. What passes no further goes to a person.\n\n");
    add_guard(out);
    buf_addz(out, "## Claim windows\n\nWhen carriers take claims, as `claim_window` sees it; a contract may say otherwise.\n\n");
    add_legal(out, "legal/claim_windows.tsv", "| carrier | of | counts from | first day | last day | source |\n|---|---|---|---|---|---|\n", 6);
    buf_addz(out, "## Legal clocks\n\nOff until switched on under `legal`. They remind; they are no legal advice.\n\n");
    add_legal(out, "legal/clocks.tsv", "| clock | step | days | source | |\n|---|---|---|---|---|\n", 5);
}
