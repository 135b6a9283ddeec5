/*
 * See message_text.h. A template is filled in two steps: [a|b] takes the first alternative all of whose names have a value, then
 * ICU's MessageFormat fills the names, with the plurals of the language. All values of a message are made at once.
 */
#include "mind/message_text.h"

#include "base/crypto.h"
#include "base/data.h"
#include "base/data_table.h"
#include "base/icu_text.h"
#include "base/zone.h"
#include "mind/phrases.h"
#include "mind/rules.h"
#include "mind/template.h"

#include <pthread.h>
#include <stdlib.h>

#define LANGUAGES_MAX 32
#define ROWS_MAX 256
#define PATTERN_MAX 16384
#define FOLDER "messages/"

/* ---- templates */

struct row {
    struct str key, text;
};
struct language {
    struct str id;
    char version[13];
    struct row rows[ROWS_MAX];
    size_t n;
};

static struct language languages[LANGUAGES_MAX];
static size_t languages_n;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const struct row *)a)->key, ((const struct row *)b)->key);
}

static void load_file(struct str id, struct str text)
{
    struct language *l = &languages[languages_n++];
    unsigned char sum[SHA256_LEN];
    struct str rest = text, line;
    static const char HEX[] = "0123456789abcdef";
    l->id = id;
    sha256(text, sum);
    for (size_t i = 0; i < 12; i++)
        l->version[i] = HEX[i % 2 == 0 ? sum[i / 2] >> 4 : sum[i / 2] & 15];
    while (l->n < ROWS_MAX && data_line(&rest, &line))
        if (str_split(&line, '\t', &l->rows[l->n].key))
            l->rows[l->n++].text = line;
    if (l->n > 1)
        qsort(l->rows, l->n, sizeof(l->rows[0]), by_key);
}

static void load(void)
{
    for (const struct data_entry *d = data_table; d->name != NULL && languages_n < LANGUAGES_MAX; d++) {
        struct str name = str_of(d->name);
        if (str_starts(name, STR(FOLDER)) && str_ends(name, STR(".tsv")))
            load_file(str_sub(name, sizeof(FOLDER) - 1, name.n - (sizeof(FOLDER) - 1) - 4),
                      (struct str){d->begin, (size_t)(d->end - d->begin)});
    }
}

static const struct language *language_of(struct str id)
{
    (void)pthread_once(&once, load);
    for (size_t i = 0; i < languages_n; i++)
        if (str_eq_nocase(languages[i].id, id))
            return &languages[i];
    return NULL;
}

size_t message_languages(struct str out[], size_t max)
{
    (void)pthread_once(&once, load);
    for (size_t i = 0; i < languages_n && i < max; i++)
        out[i] = languages[i].id;
    return languages_n < max ? languages_n : max;
}

static struct str find_in(const struct language *l, struct str key)
{
    struct row want = {key, STR_NULL};
    const struct row *r = l == NULL || l->n == 0 ? NULL : bsearch(&want, l->rows, l->n, sizeof(want), by_key);
    return r == NULL ? STR_NULL : r->text;
}

struct str message_words(struct str language, struct str key)
{
    struct str text = find_in(language_of(language), key);
    return str_empty(text) ? find_in(language_of(STR("en")), key) : text;
}

struct str message_language(struct str locale, struct str fallback)
{
    const struct str wanted[] = {locale, fallback, STR("en")};
    for (size_t i = 0; i < 3; i++) {
        struct str base = wanted[i];
        const struct language *l = str_empty(base) ? NULL : language_of(base);
        for (size_t k = 0; l == NULL && k < base.n; k++)
            if (base.p[k] == '-' || base.p[k] == '_')
                l = language_of(str_sub(base, 0, k));
        if (l != NULL)
            return l->id;
    }
    return STR("en");
}

/* ---- values */

#define VALUES(V)                                                                                                      \
    V(order) V(store) V(items) V(waiting) V(lacking) V(parcels) V(others) V(carrier) V(number) V(link) V(expected)     \
    V(expected_time) V(promised) V(ships_by) V(restock) V(preorder) V(label) V(place) V(last_seen) V(delivered)        \
    V(delivered_time) V(drop_off) V(until) V(reason) V(promise) V(attempt) V(customs) V(customs_long) V(duties)        \
    V(no_duties) V(refused) V(refund) V(problem_link) V(name) V(broken)

enum value {
#define V(n) VALUE_##n,
    VALUES(V)
#undef V
    VALUE_count,
    VALUE_COUNT
};
static const char *const VALUE_NAMES[VALUE_COUNT] = {
#define V(n) #n,
    VALUES(V)
#undef V
    "count",
};

const char *const *message_value_names(size_t *n)
{
    *n = VALUE_COUNT;
    return VALUE_NAMES;
}

struct render {
    struct ctx *ctx;
    const struct message_input *in;
    struct str lang, zone;
    const struct parcel_diagnosis *pd; /* the first that it is about, NULL: the order */
    const struct diagnosis *d;
    struct icu_arg args[VALUE_COUNT];
    bool is_given[VALUE_COUNT];
};

static void set(struct render *r, enum value v, struct str text)
{
    r->args[v].text = text;
    r->is_given[v] = !str_empty(text);
}

static void set_flag(struct render *r, enum value v, bool yes)
{
    r->is_given[v] = yes; /* an empty text that chooses an alternative */
}

static void set_day(struct render *r, enum value v, int64_t at_us)
{
    if (at_us != 0)
        set(r, v, icu_day(r->ctx, r->lang, r->zone, at_us));
}

static struct str kept(struct render *r, struct buf *b)
{
    struct str out = STR_NULL;
    if (b->n > 0 && (buf_err(b) != OK || arena_dup(r->ctx->arena, buf_str(b), &out) != OK))
        out = STR_NULL;
    buf_clear(b);
    return out;
}

enum which { ALL, WAITING, LACKING };

static struct str items_text(struct render *r, enum which which)
{
    struct buf b;
    buf_init(&b, 16384);
    for (size_t i = 0; i < r->in->cd->items_n; i++) {
        const struct item_state *is = &r->in->cd->items[i];
        int64_t n = which == ALL ? is->item->quantity : is->waiting;
        if (n <= 0 || (which == LACKING && !is->short_of_stock))
            continue;
        if (b.n > 0)
            buf_addz(&b, ", ");
        if (n != 1)
            buf_fmt(&b, "%lld × ", (long long)n);
        buf_add(&b, str_empty(is->item->title) ? case_item_key(is->item) : is->item->title);
    }
    return kept(r, &b);
}

static struct str carrier_name(struct str id)
{
    struct str rest = data_file("carriers.tsv"), line, word, title;
    while (!str_empty(id) && data_line(&rest, &line))
        if (str_split(&line, '\t', &word) && str_split(&line, '\t', &title) && str_eq(word, id))
            return title;
    return id;
}

static const struct parcel_diagnosis *parcel_of(const struct render *r, struct str item)
{
    const char *at = item.n == 0 ? NULL : memchr(item.p, '@', item.n);
    struct str number = at == NULL ? item : str_sub(item, 0, (size_t)(at - item.p));
    for (size_t i = 0; i < r->in->cd->parcels_n; i++)
        if (str_eq(r->in->cd->parcels[i].parcel->number, number))
            return &r->in->cd->parcels[i];
    return NULL;
}

static void add_leg(struct render *r, struct buf *b, struct str carrier, struct str number)
{
    struct str url = r->in->link == NULL ? STR_NULL : r->in->link(r->ctx, carrier, number);
    struct str title = carrier_name(carrier);
    if (b->n > 0)
        buf_addc(b, '\n');
    buf_fmt(b, "- %.*s%s%.*s", STR_ARG(title), str_empty(title) ? "" : " ", STR_ARG(number));
    if (!str_empty(url))
        buf_fmt(b, ": %.*s", STR_ARG(url));
}

/* The leg that it came by, unless that one is told of as a parcel still. */
static void add_origin(struct render *r, struct buf *b, struct str number)
{
    for (size_t i = 0; i < r->in->cd->parcels_n; i++) {
        const struct parcel_diagnosis *from = &r->in->cd->parcels[i];
        if (str_eq(from->parcel->next_number, number) && !str_eq(from->parcel->number, number) && !parcel_is_named(r->in->cd, i))
            add_leg(r, b, from->carrier, from->parcel->number);
    }
}

/* With the carrier of the country it comes from and of the one it goes to (R118). */
static void add_parcel(struct render *r, struct buf *b, const struct parcel_diagnosis *pd)
{
    const struct parcel *pcl = pd->parcel;
    struct str post = STR_NULL;
    if (r->in->post != NULL && str_empty(pcl->next_number))
        post = r->in->post(pcl->number, case_destination(r->in->cas).country);
    add_origin(r, b, pcl->number);
    add_leg(r, b, pd->carrier, pcl->number);
    if (!str_empty(post) && !str_eq(post, pd->carrier))
        add_leg(r, b, post, pcl->number);
}

/* The parcels that the message is about, one a line, each with the carrier's page (R106). */
static int64_t set_parcels(struct render *r)
{
    struct str rest = r->in->entry->items, item;
    struct buf b, others;
    int64_t n = 0;
    buf_init(&b, 65536);
    buf_init(&others, 65536);
    while (!str_empty(rest) && str_split(&rest, '\n', &item)) {
        const struct parcel_diagnosis *pd = parcel_of(r, item);
        if (pd == NULL)
            continue;
        add_parcel(r, &b, pd);
        n++;
    }
    set(r, VALUE_parcels, kept(r, &b));
    for (size_t i = 0; i < r->in->cd->parcels_n; i++)
        if (parcel_is_named(r->in->cd, i) && r->in->cd->parcels[i].d.cls != DIAG_DELIVERED)
            add_parcel(r, &others, &r->in->cd->parcels[i]);
    if (others.n > 0)
        set(r, VALUE_others, arena_fmt(r->ctx->arena, "\n\n%.*s", STR_ARG(buf_str(&others))));
    buf_clear(&others);
    return n;
}

static void set_first(struct render *r)
{
    struct str rest = r->in->entry->items, item = STR_NULL;
    (void)str_split(&rest, '\n', &item);
    r->pd = parcel_of(r, item);
    r->d = r->pd != NULL ? &r->pd->d : &r->in->cd->order;
    if (r->pd == NULL)
        return;
    set(r, VALUE_number, r->pd->parcel->number);
    set(r, VALUE_carrier, carrier_name(r->pd->carrier));
    if (r->in->link != NULL)
        set(r, VALUE_link, r->in->link(r->ctx, r->pd->carrier, r->pd->parcel->number));
}

/* A day and its hour, joined as the language does. */
static enum err set_moment(struct render *r, enum value v, int64_t at_us)
{
    const struct icu_arg args[] = {{.name = STR("day"), .text = icu_day(r->ctx, r->lang, r->zone, at_us)},
                                   {.name = STR("hour"), .text = icu_clock(r->ctx, r->lang, r->zone, at_us)}};
    struct str text = STR_NULL;
    enum err e = at_us == 0 ? OK : icu_message(r->ctx, r->lang, message_words(r->lang, STR("moment")), args, 2, &text);
    if (e == OK)
        set(r, v, text);
    return e;
}

static void set_dates(struct render *r)
{
    const struct diag_figures *f = &r->d->fig;
    const struct {
        enum value v;
        int64_t at_us;
    } DAYS[] = {{VALUE_expected, f->expected_us},   {VALUE_promised, f->promised_us},   {VALUE_ships_by, f->ships_by_us},
                {VALUE_restock, f->restock_us},     {VALUE_preorder, f->preorder_us},   {VALUE_label, f->label_us},
                {VALUE_last_seen, f->last_scan_us}, {VALUE_delivered, f->delivered_us}, {VALUE_until, f->pickup_until_us},
                {VALUE_attempt, f->attempt_us},     {VALUE_customs, f->customs_us}};
    for (size_t i = 0; i < sizeof(DAYS) / sizeof(DAYS[0]); i++)
        set_day(r, DAYS[i].v, DAYS[i].at_us);
    if (f->expected_us != 0 && !f->expected_day_only)
        set(r, VALUE_expected_time, icu_clock(r->ctx, r->lang, r->zone, f->expected_us));
    if (f->delivered_us != 0 && !f->last_day_only)
        set(r, VALUE_delivered_time, icu_clock(r->ctx, r->lang, r->zone, f->delivered_us));
    if (f->promised_us < r->in->now_us)
        set(r, VALUE_promised, STR_NULL); /* a day that has passed is none to look forward to */
    if (str_contains(r->in->entry->items, STR("@p"))) /* about the promised day itself */
        set_day(r, VALUE_broken, f->promised_us);
}

static struct str words_of(struct render *r, const char *group, const char *word)
{
    struct str key = arena_fmt(r->ctx->arena, "%s.%s", group, word), own = message_template_own(r->in->policy, r->lang, key);
    return str_empty(own) ? message_words(r->lang, key) : own;
}

/* Reasons and places of delivery have the words of the answers. */
static struct str answer_words(struct render *r, const char *group, enum reason reason)
{
    return words_find(r->lang, arena_fmt(r->ctx->arena, "%s.%s", group, reason_word(reason)));
}

static struct str problem_link(struct render *r, struct str order)
{
    struct str rest = r->in->policy->problem_url, before;
    struct buf b;
    if (str_empty(rest))
        return STR_NULL;
    buf_init(&b, 4096);
    size_t at = 0;
    for (; at + 7 <= rest.n && memcmp(rest.p + at, "{order}", 7) != 0; at++)
        ;
    bool has = at + 7 <= rest.n;
    before = has ? str_sub(rest, 0, at) : rest;
    buf_add(&b, before);
    for (size_t i = 0; has && i < order.n; i++) { /* only what is safe in an address */
        unsigned char c = (unsigned char)order.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
        if (plain)
            buf_addc(&b, (char)c);
        else
            buf_fmt(&b, "%%%02X", c);
    }
    if (has)
        buf_add(&b, str_sub(rest, at + 7, rest.n));
    return kept(r, &b);
}

static void set_values(struct render *r)
{
    const struct order_view *v = order_anchor(r->in->cas);
    struct str order = v == NULL ? STR_NULL : str_empty(v->name) ? v->order_id : v->name;
    for (int i = 0; i < VALUE_COUNT; i++)
        r->args[i] = (struct icu_arg){.name = str_of(VALUE_NAMES[i])};
    set_first(r);
    const struct diag_figures *f = &r->d->fig;
    set(r, VALUE_order, order);
    set(r, VALUE_store, r->in->policy->store);
    set(r, VALUE_items, items_text(r, ALL));
    set(r, VALUE_waiting, r->in->cd->waiting_cls < DIAG_CLASS_COUNT ? items_text(r, WAITING) : STR_NULL);
    set(r, VALUE_lacking, items_text(r, LACKING));
    set(r, VALUE_place, phrase_place(r->ctx->arena, &f->last_place));
    set(r, VALUE_reason, answer_words(r, "reason", f->reason));
    set(r, VALUE_drop_off, answer_words(r, "drop", f->reason));
    set(r, VALUE_problem_link, problem_link(r, order));
    set_flag(r, VALUE_customs_long, r->d->severity >= 3);
    set_flag(r, VALUE_duties, f->reason == REASON_CUSTOMS_DUTY);
    set_flag(r, VALUE_no_duties, f->reason != REASON_CUSTOMS_DUTY);
    set_flag(r, VALUE_refused, f->reason == REASON_REFUSED);
    set_flag(r, VALUE_refund, r->in->cd->order.cls == DIAG_REFUNDED);
    set_dates(r);
    r->args[VALUE_count].is_number = r->is_given[VALUE_count] = true;
    r->args[VALUE_count].number = set_parcels(r);
}

static void check_name(void *user, struct str name, bool is_number)
{
    struct str *unknown = user;
    (void)is_number;
    for (int i = 0; i < VALUE_COUNT; i++)
        if (str_eq(name, str_of(VALUE_NAMES[i])))
            return;
    *unknown = name;
}

enum err message_template_check(struct ctx *ctx, struct str key, struct str text)
{
    struct str kind = str_sub(key, 0, 0), rest = key, unknown = STR_NULL;
    enum message_kind k;
    int depth = 0;
    static const char *const FORMS[] = {"subject", "text", "short", "voice"};
    bool form = false, dotted = str_split(&rest, '.', &kind);
    for (size_t i = 0; i < sizeof(FORMS) / sizeof(FORMS[0]); i++)
        form = form || (dotted && str_eq(rest, str_of(FORMS[i])));
    if (!form || !message_kind_parse(kind, &k))
        return ctx_fail(ctx, ERR_PARSE, "expected a key such as shipped.text, got \"%.*s\"", STR_ARG(key));
    for (size_t i = 0; i < text.n && depth >= 0; i++)
        depth += text.p[i] == '[' ? 1 : text.p[i] == ']' ? -1 : 0;
    if (depth != 0)
        return ctx_fail(ctx, ERR_PARSE, "%.*s: [ and ] do not match", STR_ARG(key));
    enum err e = icu_names(ctx, text, check_name, &unknown);
    if (e == OK && !str_empty(unknown))
        e = ctx_fail(ctx, ERR_PARSE, "%.*s: there is no {%.*s}", STR_ARG(key), STR_ARG(unknown));
    return e;
}

/* ---- filling */

struct asking {
    const struct render *r;
    bool all;
};

static void note_name(void *user, struct str name, bool is_number)
{
    struct asking *a = user;
    (void)is_number;
    for (int i = 0; i < VALUE_COUNT; i++)
        if (str_eq(name, str_of(VALUE_NAMES[i])))
            a->all = a->all && a->r->is_given[i];
}

/* The end of a [choice], brackets inside it included; 0 when it has none. */
static size_t choice_end(struct str t, size_t from)
{
    int depth = 0;
    for (size_t i = from; i < t.n; i++) {
        depth += t.p[i] == '[';
        depth -= t.p[i] == ']';
        if (depth == 0)
            return i;
    }
    return 0;
}

static bool next_alternative(struct str *rest, struct str *out)
{
    int depth = 0;
    if (rest->p == NULL)
        return false;
    for (size_t i = 0; i < rest->n; i++) {
        depth += rest->p[i] == '[';
        depth -= rest->p[i] == ']';
        if (depth == 0 && rest->p[i] == '|') {
            *out = str_sub(*rest, 0, i);
            *rest = str_sub(*rest, i + 1, rest->n);
            return true;
        }
    }
    *out = *rest;
    *rest = STR_NULL;
    return true;
}

/* The text of an alternative without the choices inside it: only these names decide about it. */
static struct str outside(struct render *r, struct str t)
{
    struct buf b;
    int depth = 0;
    buf_init(&b, PATTERN_MAX);
    for (size_t i = 0; i < t.n; i++) {
        depth += t.p[i] == '[';
        if (depth == 0)
            buf_addc(&b, t.p[i]);
        depth -= t.p[i] == ']';
    }
    return kept(r, &b);
}

static enum err choose(struct render *r, struct str t, struct buf *out, int depth)
{
    enum err e = depth > 3 ? ctx_fail(r->ctx, ERR_PARSE, "message: [ inside [ inside [") : OK;
    for (size_t i = 0; e == OK && i < t.n; i++) {
        if (t.p[i] == '\\' && i + 1 < t.n && t.p[i + 1] == 'n') {
            buf_addc(out, '\n');
            i++;
            continue;
        }
        if (t.p[i] != '[') {
            buf_addc(out, t.p[i]);
            continue;
        }
        size_t end = choice_end(t, i);
        if (end == 0)
            return ctx_fail(r->ctx, ERR_PARSE, "message: [ without ] in \"%.*s\"", STR_ARG(str_sub(t, 0, 60)));
        struct str rest = str_sub(t, i + 1, end - i - 1), alt;
        for (bool done = false; e == OK && !done && next_alternative(&rest, &alt);) {
            struct asking a = {r, true};
            e = icu_names(r->ctx, outside(r, alt), note_name, &a);
            done = a.all;
            if (e == OK && done)
                e = choose(r, alt, out, depth + 1);
        }
        i = end;
    }
    return e;
}

/* Paragraphs that had nothing to say leave no gap: at most one empty line, none at the ends. */
static struct str tidy(struct render *r, struct str t)
{
    struct buf b;
    struct str line;
    size_t empty = 0;
    buf_init(&b, 65536);
    t = str_trim(t);
    while (str_split(&t, '\n', &line)) {
        line = str_trim(line);
        empty = str_empty(line) ? empty + 1 : 0;
        if (empty > 1)
            continue;
        if (b.n > 0)
            buf_addc(&b, '\n');
        buf_add(&b, line);
    }
    return kept(r, &b);
}

static enum err fill(struct render *r, const char *form, struct str *out)
{
    const char *kind = message_kind_word(r->in->entry->kind);
    struct str tpl = words_of(r, kind, form);
    struct buf b;
    struct str filled = STR_NULL;
    if (str_empty(tpl))
        return ctx_fail(r->ctx, ERR_PARSE, "message %s.%s: no template", kind, form);
    buf_init(&b, PATTERN_MAX);
    enum err e = choose(r, tpl, &b, 0);
    if (e == OK)
        e = buf_err(&b);
    if (e == OK)
        e = icu_message(r->ctx, r->lang, buf_str(&b), r->args, VALUE_COUNT, &filled);
    buf_clear(&b);
    if (e == OK)
        *out = tidy(r, filled);
    return e;
}

enum err message_render(struct ctx *ctx, const struct message_input *in, struct message_text *out)
{
    bool exact;
    const struct order_view *v = order_anchor(in->cas);
    struct place dest = case_destination(in->cas);
    struct render r = {.ctx = ctx, .in = in, .lang = message_language(v == NULL ? STR_NULL : v->locale, in->policy->language)};
    if (str_empty(dest.country) && in->cas->parcels_n > 0)
        dest = (struct place){.country = in->cas->parcels[0]->dest_country};
    r.zone = str_empty(dest.country) ? in->policy->zone : zone_of_place(dest.country, dest.region, &exact);
    set_values(&r);
    const struct language *l = language_of(r.lang);
    *out = (struct message_text){.language = r.lang, .templates = l == NULL ? STR_NULL : str_of(l->version)};
    enum err e = set_moment(&r, VALUE_promise, in->entry->promise_us);
    if (e == OK)
        e = fill(&r, "subject", &out->subject);
    if (e == OK)
        e = fill(&r, "text", &out->text);
    return e == OK ? fill(&r, in->entry->channel == CHANNEL_VOICE ? "voice" : "short", &out->brief) : e;
}
