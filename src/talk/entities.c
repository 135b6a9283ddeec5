/*
 * Entities by form and context. The folded text is cut into words; each finder below walks them in the order of its certainty
 * and claims what it takes, so that a tracking number is not read again as a telephone. Only the finders of weak forms look at
 * words without claiming: five bare digits may be an order or a postal code, and both are listed.
 */
#include "talk/entities.h"

#include "connectors/lib/tracking_number.h"

#define WORDS_MAX 1500
#define JOIN_MAX 8 /* groups in which people write one number: "9400 1000 0000 ..." */
#define ORDER_NAME_MAX 24

struct word {
    struct str s;
    size_t at;
    bool claimed;
};

struct finder {
    struct ctx *ctx;
    struct entities *out;
    struct word *words;
    size_t n;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t count_digits(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += is_digit(s.p[i]) ? 1 : 0;
    return n;
}

static bool all_digits(struct str s)
{
    return s.n > 0 && count_digits(s) == s.n;
}

static bool all_alnum(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) && !is_letter(s.p[i]))
            return false;
    return s.n > 0;
}

static bool in_words(struct str s, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        if (str_eq_nocase(s, str_of(words[i])))
            return true;
    return false;
}

static void add(struct finder *f, enum entity_kind kind, enum entity_certainty c, struct str text, size_t at, const char *form)
{
    if (f->out->n < ENTITIES_MAX)
        f->out->list[f->out->n++] = (struct entity){.kind = kind, .certainty = c, .text = text, .at = at, .form = form};
}

static void claim(struct finder *f, size_t from, size_t n)
{
    for (size_t i = from; i < from + n && i < f->n; i++)
        f->words[i].claimed = true;
}

/* ---- words */

static bool is_break(char c)
{
    return c == ' ' || (c != '\0' && strchr(",;:!?()[]<>\"{}|=*", c) != NULL);
}

static struct str trim_word(struct str s)
{
    while (s.n > 0 && strchr(".-/'_&", s.p[0]) != NULL)
        s = str_sub(s, 1, s.n - 1);
    while (s.n > 0 && strchr(".-/'_&+", s.p[s.n - 1]) != NULL)
        s.n--;
    return s;
}

static enum err cut_words(struct finder *f, struct str text)
{
    f->words = arena_array(f->ctx->arena, WORDS_MAX, sizeof(*f->words));
    if (f->words == NULL)
        return ctx_fail(f->ctx, ERR_MEMORY, "text: no memory for its words");
    for (size_t i = 0; i < text.n && f->n < WORDS_MAX;) {
        if (is_break(text.p[i])) {
            i++;
            continue;
        }
        size_t end = i;
        while (end < text.n && !is_break(text.p[end]))
            end++;
        struct str s = trim_word((struct str){text.p + i, end - i});
        if (s.n > 0)
            f->words[f->n++] = (struct word){.s = s, .at = (size_t)(s.p - text.p)};
        i = end;
    }
    return OK;
}

/* ---- what stands before a value */

static const char *const ORDER_WORDS[] = {"order", "orders", "ord", "purchase", "po", "bestellung", "bestellnummer",
    "auftrag", "auftragsnummer", "commande", "pedido", "orden", "ordine", "bestelling", "bestelnummer", "encomenda",
    "zamowienie", "ordernummer", "beställning", "ordre", "tilaus", NULL};
static const char *const TRACKING_WORDS[] = {"tracking", "trackingnumber", "tracking-number", "track", "waybill", "awb",
    "consignment", "sendungsnummer", "paketnummer", "sendung", "suivi", "seguimiento", "spedizione", "rastreio",
    "parcel", "package", NULL};
static const char *const ZIP_WORDS[] = {"zip", "zipcode", "zip-code", "postcode", "postal", "post-code", "plz", "postleitzahl",
    "cap", "cep", "pincode", "pin", "cp", "postnummer", NULL};
static const char *const PHONE_WORDS[] = {"phone", "tel", "telephone", "mobile", "cell", "telefon", "handy", "telefono",
    "whatsapp", NULL};
static const char *const FILLERS[] = {"number", "numbers", "no", "nr", "num", "id", "is", "was", "name", "code", "my", "the",
    "nummer", "lautet", "ist", "numero", "número", "numéro", "de", "n", "#", "es", "est", "called", "with", NULL};

/* named_before: one of `words` stands before word i, with at most three fillers between. */
static bool named_before(const struct finder *f, size_t i, const char *const *words)
{
    for (size_t back = 1; back <= 4 && back <= i; back++) {
        struct str s = f->words[i - back].s;
        if (in_words(s, words))
            return true;
        if (!in_words(s, FILLERS))
            return false;
    }
    return false;
}

/* ---- e-mail: the dot-atom form of RFC 5322 3.4.1 with a dotted domain; quoted local parts are not used by people */

static bool email_shape(struct str s)
{
    struct str rest = s, local, domain;
    if (s.n > 254 || !str_split(&rest, '@', &local) || rest.p == NULL || str_contains(rest, STR("@")))
        return false;
    domain = rest;
    if (local.n == 0 || local.n > 64 || !str_contains(domain, STR(".")))
        return false;
    for (size_t i = 0; i < local.n; i++)
        if (!all_alnum((struct str){local.p + i, 1}) && (unsigned char)local.p[i] < 0x80 &&
            strchr("!#$%&'*+/=?^_`{|}~.-", local.p[i]) == NULL)
            return false;
    struct str label;
    while (str_split(&domain, '.', &label))
        for (size_t i = 0; i < label.n + (label.n == 0); i++)
            if (label.n == 0 || (!all_alnum((struct str){label.p + i, 1}) && (unsigned char)label.p[i] < 0x80 &&
                                 label.p[i] != '-'))
                return false;
    return true;
}

static void find_emails(struct finder *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct str s = f->words[i].s;
        if (str_contains(s, STR("@")) && email_shape(s)) {
            add(f, ENTITY_EMAIL, ENTITY_FORM, s, f->words[i].at, NULL);
            claim(f, i, 1);
        }
    }
}

/* ---- order names */

/* "{n}", "{a5}", "{w4-6}": its bytes, 0 when there is none at the beginning; *min and *max: the characters it takes. */
static size_t placeholder(struct str pattern, size_t *min, size_t *max)
{
    size_t i = 2, number[2] = {0}, given = 0;
    if (pattern.n < 3 || pattern.p[0] != '{' || strchr("naw", pattern.p[1]) == NULL || pattern.p[1] == '\0')
        return 0;
    for (; i < pattern.n && pattern.p[i] != '}'; i++) {
        if (is_digit(pattern.p[i]) && number[given] < ENTITY_PATTERN_MAX)
            number[given] = number[given] * 10 + (size_t)(pattern.p[i] - '0');
        else if (pattern.p[i] == '-' && given == 0)
            given = 1;
        else
            return 0;
    }
    *min = number[0] > 0 ? number[0] : 1;
    *max = given == 1 ? number[1] : number[0] > 0 ? number[0] : SIZE_MAX;
    return i < pattern.n ? i + 1 : 0;
}

/* A placeholder's length at the beginning of s: {n} digits, {a} letters, {w} both; *skip: its own bytes in the pattern. */
static size_t placeholder_run(struct str pattern, struct str s, size_t *skip)
{
    size_t n = 0, min, max;
    *skip = placeholder(pattern, &min, &max);
    if (*skip == 0)
        return 0;
    while (n < s.n && n < max && ((pattern.p[1] != 'a' && is_digit(s.p[n])) || (pattern.p[1] != 'n' && is_letter(s.p[n]))))
        n++;
    return n >= min ? n : 0;
}

size_t entity_pattern_match(struct str pattern, struct str s)
{
    size_t took = 0;
    if (pattern.n > ENTITY_PATTERN_MAX)
        return 0;
    while (pattern.n > 0) {
        struct str rest = str_sub(s, took, s.n - took);
        size_t skip = 0, n = placeholder_run(pattern, rest, &skip);
        if (skip == 0) {
            skip = 1;
            n = rest.n > 0 && str_eq_nocase(str_sub(pattern, 0, 1), str_sub(rest, 0, 1)) ? 1 : 0;
        }
        if (n == 0)
            return 0;
        took += n;
        pattern = str_sub(pattern, skip, pattern.n - skip);
    }
    return took;
}

static void find_patterns(struct finder *f, const struct entity_patterns *pat)
{
    for (size_t i = 0; pat != NULL && i < f->n; i++) {
        struct str rest = str_sub(f->out->folded, f->words[i].at, f->out->folded.n - f->words[i].at);
        for (size_t k = 0; k < pat->n && !f->words[i].claimed; k++) {
            size_t took = entity_pattern_match(pat->list[k], rest);
            if (took < f->words[i].s.n)
                continue; /* also when it does not fit: the whole word has to be the name */
            add(f, ENTITY_ORDER, ENTITY_NAMED, str_sub(rest, 0, took), f->words[i].at, NULL);
            for (size_t j = i; j < f->n && f->words[j].at < f->words[i].at + took; j++)
                f->words[j].claimed = true;
        }
    }
}

static bool order_shape(struct str s)
{
    if (s.n == 0 || s.n > ORDER_NAME_MAX || count_digits(s) == 0)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!all_alnum((struct str){s.p + i, 1}) && strchr("-_./", s.p[i]) == NULL)
            return false;
    return true;
}

/* A form that only a carrier's number has: letters and digits with a check digit that fits. */
static bool carrier_shape(struct finder *f, struct str s)
{
    struct number_candidate cand[NUMBER_CANDIDATES_MAX];
    size_t n = 0;
    return s.n >= 10 && !all_digits(s) && number_candidates(f->ctx, s, cand, &n) == OK && n > 0 &&
           cand[0].trust == TRUST_CHECK_DIGIT;
}

static void find_named_orders(struct finder *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct word *w = &f->words[i];
        bool marked = w->s.p[0] == '#' && w->s.n > 1;
        bool split = i > 0 && str_eq(f->words[i - 1].s, STR("#"));
        struct str s = marked ? str_sub(w->s, 1, w->s.n - 1) : w->s;
        if (w->claimed || !order_shape(s) || carrier_shape(f, s))
            continue;
        if (!marked && !split && !named_before(f, i, ORDER_WORDS))
            continue;
        add(f, ENTITY_ORDER, ENTITY_NAMED, marked ? w->s : s, w->at, NULL);
        claim(f, i, 1);
    }
}

/* What is left and looks like a name: bare digits, or letters and digits with at least three digits. */
static void find_weak_orders(struct finder *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct word *w = &f->words[i];
        if (w->claimed || !order_shape(w->s) || count_digits(w->s) < 3 || str_contains(w->s, STR(".")) ||
            str_contains(w->s, STR("/")))
            continue;
        add(f, ENTITY_ORDER, ENTITY_WEAK, w->s, w->at, NULL);
    }
}

/* ---- tracking numbers */

/* joinable: words i..i+n-1 stand with nothing but blanks between and could be groups of one number. */
static bool joinable(const struct finder *f, size_t i, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const struct word *w = &f->words[i + k];
        if (w->claimed || !all_alnum(w->s) || (count_digits(w->s) == 0 && w->s.n > 2))
            return false;
        if (k == 0)
            continue;
        const struct word *prev = w - 1;
        struct str gap = str_sub(f->out->folded, prev->at + prev->s.n, w->at - prev->at - prev->s.n);
        if (str_trim(gap).n > 0)
            return false;
    }
    return true;
}

/* 0: not taken, else how sure. One group needs a check digit or a carrier's prefix; several need the check digit. */
static int number_certainty(struct finder *f, struct str typed, size_t groups, struct str *number)
{
    struct number_candidate cand[NUMBER_CANDIDATES_MAX];
    size_t n = 0;
    if (typed.n > 48 || tracking_number_normalise(f->ctx, typed, number) != OK || number->n < 8 || number->n > 40 ||
        count_digits(*number) < 6 || number_candidates(f->ctx, *number, cand, &n) != OK || n == 0)
        return 0;
    bool checked = false, prefixed = false;
    for (size_t i = 0; i < n; i++) {
        checked = checked || cand[i].trust == TRUST_CHECK_DIGIT;
        prefixed = prefixed || cand[i].trust == TRUST_PREFIX;
    }
    if (all_digits(*number) && number->n <= 11) /* as likely a telephone or an order */
        return checked && groups == 1 && number->n >= 10 ? ENTITY_WEAK : 0;
    return checked || (prefixed && groups == 1) ? ENTITY_FORM : 0;
}

static bool take_number(struct finder *f, size_t i, size_t groups)
{
    const struct word *first = &f->words[i], *last = &f->words[i + groups - 1];
    struct str typed = str_sub(f->out->folded, first->at, last->at + last->s.n - first->at), number = STR_NULL;
    int c = number_certainty(f, typed, groups, &number);
    if (c == 0)
        return false;
    if (c == ENTITY_FORM && named_before(f, i, TRACKING_WORDS))
        c = ENTITY_NAMED;
    add(f, ENTITY_TRACKING, (enum entity_certainty)c, number, first->at, NULL);
    if (c != ENTITY_WEAK)
        claim(f, i, groups);
    return true;
}

static bool take_named_number(struct finder *f, size_t i)
{
    struct str number;
    struct word *w = &f->words[i];
    if (w->claimed || count_digits(w->s) < 5 || w->s.n < 6 || w->s.n > 40 || w->s.p[0] == '#' ||
        !named_before(f, i, TRACKING_WORDS) || tracking_number_normalise(f->ctx, w->s, &number) != OK)
        return false;
    add(f, ENTITY_TRACKING, ENTITY_NAMED, number, w->at, NULL);
    claim(f, i, 1);
    return true;
}

static void find_tracking(struct finder *f)
{
    for (size_t i = 0; i < f->n; i++) {
        size_t groups = JOIN_MAX < f->n - i ? JOIN_MAX : f->n - i;
        bool taken = false;
        for (; groups >= 1 && !taken; groups--)
            taken = joinable(f, i, groups) && take_number(f, i, groups);
        if (!taken && !take_named_number(f, i) && !f->words[i].claimed && str_contains(f->words[i].s, STR("-")))
            (void)take_number(f, i, 1); /* groups joined by dashes */
    }
}

/* ---- postal codes: A letter, 9 digit, ' ' blanks or none, '_' at least one blank, the rest itself (lower case: that letter) */

struct zip_shape {
    const char *shape, *countries;
    enum entity_certainty certainty;
};

/* Sources: Universal Postal Union, addressing systems by country (forms only), read 2026-11. */
static const struct zip_shape ZIPS[] = {
    {"99999-9999", "US", ENTITY_FORM},   {"99999-999", "BR", ENTITY_FORM},   {"9999-999", "PT", ENTITY_FORM},
    {"999-9999", "JP", ENTITY_WEAK},     {"99-999", "PL", ENTITY_FORM},      {"A9A 9A9", "CA", ENTITY_FORM},
    {"AA9A 9AA", "GB", ENTITY_FORM},     {"AA99 9AA", "GB", ENTITY_FORM},    {"A9A 9AA", "GB", ENTITY_FORM},
    {"AA9 9AA", "GB", ENTITY_FORM},      {"A99 9AA", "GB", ENTITY_FORM},     {"A9 9AA", "GB", ENTITY_FORM},
    {"9999 AA", "NL", ENTITY_FORM},      {"nl-9999 AA", "NL", ENTITY_FORM},  {"d-99999", "DE", ENTITY_FORM},
    {"de-99999", "DE", ENTITY_FORM},     {"f-99999", "FR", ENTITY_FORM},     {"i-99999", "IT", ENTITY_FORM},
    {"e-99999", "ES", ENTITY_FORM},      {"ch-9999", "CH", ENTITY_FORM},     {"a-9999", "AT", ENTITY_FORM},
    {"at-9999", "AT", ENTITY_FORM},      {"b-9999", "BE", ENTITY_FORM},      {"dk-9999", "DK", ENTITY_FORM},
    {"A99 A9A9", "IE", ENTITY_FORM},     {"999_999", "IN", ENTITY_WEAK},     {"999_99", "SE CZ SK GR", ENTITY_WEAK},
    {"99999", "US DE FR ES IT MX FI TR", ENTITY_WEAK}, {"999999", "IN CN SG", ENTITY_WEAK},
    {"99999999", "BR", ENTITY_WEAK},     {"9999999", "JP PT", ENTITY_WEAK},
    {"9999", "AU CH AT DK BE NO NZ", ENTITY_WEAK},     {"999", "IS", ENTITY_WEAK},
};

static size_t zip_match(const char *shape, struct str s)
{
    size_t i = 0;
    for (; *shape != '\0'; shape++) {
        if (*shape == ' ' || *shape == '_') {
            size_t before = i;
            while (i < s.n && s.p[i] == ' ' && i < before + 2)
                i++;
            if (*shape == '_' && i == before)
                return 0;
            continue;
        }
        if (i >= s.n)
            return 0;
        char c = s.p[i];
        bool fits = *shape == '9' ? is_digit(c) : *shape == 'A' ? is_letter(c)
                                                                : str_eq_nocase((struct str){&c, 1}, (struct str){shape, 1});
        if (!fits)
            return 0;
        i++;
    }
    return i;
}

static bool ends_word(struct str text, size_t at)
{
    return at >= text.n || is_break(text.p[at]) || (strchr(".'/", text.p[at]) != NULL &&
           (at + 1 >= text.n || is_break(text.p[at + 1])));
}

static bool after_state(const struct finder *f, size_t i)
{
    if (i == 0 || f->words[i - 1].s.n != 2)
        return false;
    const char *p = f->words[i - 1].s.p;
    return p[0] >= 'A' && p[0] <= 'Z' && p[1] >= 'A' && p[1] <= 'Z';
}

static bool take_zip(struct finder *f, size_t i, const struct zip_shape *z, bool weak_too)
{
    struct word *w = &f->words[i];
    struct str text = f->out->folded;
    size_t n = zip_match(z->shape, str_sub(text, w->at, text.n - w->at));
    if (n < w->s.n || !ends_word(text, w->at + n)) /* the whole word or nothing, the empty match included */
        return false;
    enum entity_certainty c = z->certainty;
    if (named_before(f, i, ZIP_WORDS))
        c = ENTITY_NAMED;
    else if (c == ENTITY_WEAK && n == 5 && after_state(f, i))
        c = ENTITY_FORM;
    if (c == ENTITY_WEAK && !weak_too)
        return false;
    add(f, ENTITY_ZIP, c, str_sub(text, w->at, n), w->at, z->countries);
    if (c != ENTITY_WEAK)
        for (size_t j = i; j < f->n && f->words[j].at < w->at + n; j++)
            f->words[j].claimed = true;
    return true;
}

static void find_zips(struct finder *f, bool weak_too)
{
    for (size_t i = 0; i < f->n; i++) {
        bool taken = f->words[i].claimed;
        for (size_t k = 0; k < sizeof(ZIPS) / sizeof(ZIPS[0]) && !taken; k++)
            taken = take_zip(f, i, &ZIPS[k], weak_too);
    }
}

/* ---- telephone numbers: E.164 allows 15 digits; fewer than 7 is nobody's full number */

struct phone_run {
    char digits[24];
    size_t n, words;
    bool plus;
};

static bool phone_word(struct str s, bool first)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) && strchr("-./", s.p[i]) == NULL && !(first && i == 0 && s.p[i] == '+'))
            return false;
    return count_digits(s) > 0;
}

static void read_phone(const struct finder *f, size_t i, struct phone_run *run)
{
    *run = (struct phone_run){.plus = f->words[i].s.p[0] == '+'};
    size_t max = run->plus ? 15 : 11;
    for (size_t k = i; k < f->n && run->words < 6; k++) {
        const struct word *w = &f->words[k];
        if (w->claimed || !phone_word(w->s, k == i) || run->n + count_digits(w->s) > max)
            return;
        for (size_t c = 0; c < w->s.n; c++)
            if (is_digit(w->s.p[c]))
                run->digits[run->n++] = w->s.p[c];
        run->words++;
        if (!run->plus && run->n >= 10)
            return;
    }
}

static void find_phones(struct finder *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct phone_run run;
        read_phone(f, i, &run);
        bool named = named_before(f, i, PHONE_WORDS);
        bool grouped = run.words > 1 || !all_digits(f->words[i].s);
        if (run.n < 7 || (!run.plus && !named && run.n < 10))
            continue;
        struct str s = arena_fmt(f->ctx->arena, "%s%.*s", run.plus ? "+" : "", (int)run.n, run.digits);
        enum entity_certainty c = named ? ENTITY_NAMED : run.plus || grouped ? ENTITY_FORM : ENTITY_WEAK;
        add(f, ENTITY_PHONE, c, s, f->words[i].at, NULL);
        if (c != ENTITY_WEAK)
            claim(f, i, run.words);
    }
}

/* ---- all of them */

static void sort_finds(struct entities *out)
{
    for (size_t i = 1; i < out->n; i++) { /* insertion: at most 32, nearly sorted */
        struct entity e = out->list[i];
        size_t k = i;
        for (; k > 0 && (out->list[k - 1].kind > e.kind || (out->list[k - 1].kind == e.kind && out->list[k - 1].at > e.at)); k--)
            out->list[k] = out->list[k - 1];
        out->list[k] = e;
    }
}

enum err entities_find(struct ctx *ctx, struct str text, const struct entity_patterns *patterns, struct entities *out)
{
    struct entities found = {0};
    enum err e = text_fold(ctx, text, &found.folded);
    if (e != OK)
        return e;
    struct finder f = {.ctx = ctx, .out = &found};
    e = cut_words(&f, found.folded);
    if (e != OK)
        return e;
    find_emails(&f);
    find_patterns(&f, patterns);
    find_zips(&f, false);
    find_named_orders(&f);
    find_tracking(&f);
    find_phones(&f);
    find_zips(&f, true);
    find_weak_orders(&f);
    sort_finds(&found);
    *out = found;
    return OK;
}

const struct entity *entities_best(const struct entities *ent, enum entity_kind kind)
{
    const struct entity *best = NULL;
    for (size_t i = 0; i < ent->n; i++)
        if (ent->list[i].kind == kind && (best == NULL || ent->list[i].certainty > best->certainty))
            best = &ent->list[i];
    return best;
}

size_t entities_count(const struct entities *ent, enum entity_kind kind, enum entity_certainty at_least)
{
    size_t n = 0;
    for (size_t i = 0; i < ent->n; i++)
        n += ent->list[i].kind == kind && ent->list[i].certainty >= at_least ? 1 : 0;
    return n;
}

const char *entity_kind_word(enum entity_kind k)
{
    static const char *const WORDS[ENTITY_KIND_COUNT] = {"order", "email", "zip", "phone", "tracking_number"};
    return k < ENTITY_KIND_COUNT ? WORDS[k] : "";
}
