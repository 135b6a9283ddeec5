/* See fact.h: growing lists of what was decoded, natural keys, normal form of tracking numbers. */
#include "model/fact.h"

#include "base/buf.h"

enum err decoded_add(struct ctx *ctx, struct decoded *d, enum fact_kind kind, struct fact **out)
{
    if (d->n >= DECODED_FACTS_MAX)
        return ctx_fail(ctx, ERR_LIMIT, "more than %d facts in one message", DECODED_FACTS_MAX);
    if (d->n == d->cap) {
        size_t cap = d->cap == 0 ? 4 : d->cap * 2;
        struct fact *p = arena_array(ctx->arena, cap, sizeof(*p));
        if (p == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "no memory for facts");
        if (d->n > 0)
            memcpy(p, d->facts, d->n * sizeof(*p));
        d->facts = p;
        d->cap = cap;
    }
    struct fact *fct = &d->facts[d->n++];
    memset(fct, 0, sizeof(*fct));
    fct->kind = kind;
    *out = fct;
    return OK;
}

enum err decoded_fetch(struct ctx *ctx, struct decoded *d, struct str what, struct str id)
{
    if (d->fetches_n == d->fetches_cap) {
        size_t cap = d->fetches_cap == 0 ? 4 : d->fetches_cap * 2;
        struct fetch_request *p = arena_array(ctx->arena, cap, sizeof(*p));
        if (p == NULL)
            return ctx_fail(ctx, ERR_MEMORY, "no memory for reads");
        if (d->fetches_n > 0)
            memcpy(p, d->fetches, d->fetches_n * sizeof(*p));
        d->fetches = p;
        d->fetches_cap = cap;
    }
    d->fetches[d->fetches_n++] = (struct fetch_request){what, id};
    return OK;
}

/* Words of a vendor's text: letters and digits in lower case, one blank between words. */
static void add_normalised(struct buf *b, struct str s)
{
    bool gap = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool word = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!word) {
            gap = b->n > 0 && b->p[b->n - 1] != '|';
            continue;
        }
        if (gap)
            buf_addc(b, ' ');
        gap = false;
        buf_addc(b, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
    }
}

struct str tracking_event_key(struct arena *a, const struct tracking_event *ev)
{
    struct buf b;
    buf_init(&b, 65536);
    if (ev->occurred.kind == WHEN_NONE)
        buf_addc(&b, '-');
    else
        buf_add_i64(&b, (ev->occurred.has_local ? ev->occurred.local_us : ev->occurred.utc_us) / US_PER_S);
    const struct str parts[] = {ev->code, ev->location.city, ev->location.country, ev->description};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        buf_addc(&b, '|');
        add_normalised(&b, parts[i]);
    }
    return str_sub(buf_move(&b, a), 0, 200);
}

enum err tracking_number_normalise(struct ctx *ctx, struct str typed, struct str *out)
{
    static const struct {
        const char *bytes;
        size_t n;
    } BLANKS[] = {{"\xc2\xa0", 2}, {"\xe2\x80\x8b", 3}, {"\xe2\x80\x8c", 3}, {"\xe2\x80\x8d", 3}, {"\xe2\x80\xaf", 3},
                  {"\xef\xbb\xbf", 3}, {"\xe2\x80\x93", 3}};
    char *p = ctx_alloc(ctx, typed.n + 1);
    size_t n = 0;
    if (p == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < typed.n;) {
        size_t skip = 0;
        for (size_t k = 0; k < sizeof(BLANKS) / sizeof(BLANKS[0]); k++)
            if (str_starts(str_sub(typed, i, 4), (struct str){BLANKS[k].bytes, BLANKS[k].n}))
                skip = BLANKS[k].n;
        char c = typed.p[i];
        if (skip == 0 && (c == ' ' || c == '.' || c == '-' || c == '/' || (c >= '\t' && c <= '\r')))
            skip = 1;
        if (skip == 0) {
            p[n++] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
            skip = 1;
        }
        i += skip;
    }
    if (n == 0)
        return ctx_fail(ctx, ERR_PARSE, "tracking_number: empty");
    if (n > 64)
        return ctx_fail(ctx, ERR_PARSE, "tracking_number: more than 64 characters");
    *out = (struct str){p, n};
    return OK;
}

static const char *const REPORT_WORDS[] = {"not_received", "damaged", "wrong_item", "missing_item", "received"};

const char *report_kind_word(enum report_kind k)
{
    return k >= 0 && k < REPORT_COUNT ? REPORT_WORDS[k] : "unknown";
}

bool report_kind_parse(struct str word, enum report_kind *out)
{
    for (int i = 0; i < REPORT_COUNT; i++)
        if (str_eq(word, str_of(REPORT_WORDS[i]))) {
            *out = (enum report_kind)i;
            return true;
        }
    return false;
}

static const char *const RETURN_WORDS[RETURN_STATE_COUNT] = {"asked",     "approved", "on_its_way", "arrived", "received",
                                                             "inspected", "declined", "cancelled",  "closed"};

const char *return_state_word(enum return_state s)
{
    return s >= 0 && s < RETURN_STATE_COUNT ? RETURN_WORDS[s] : "unknown";
}

bool return_state_parse(struct str word, enum return_state *out)
{
    for (int i = 0; i < RETURN_STATE_COUNT; i++)
        if (str_eq(word, str_of(RETURN_WORDS[i]))) {
            *out = (enum return_state)i;
            return true;
        }
    return false;
}

static const char *const INCIDENT_WORDS[INCIDENT_COUNT] = {"weather", "strike", "closure", "carrier", "other"};

const char *incident_kind_word(enum incident_kind k)
{
    return k >= 0 && k < INCIDENT_COUNT ? INCIDENT_WORDS[k] : "unknown";
}

bool incident_kind_parse(struct str word, enum incident_kind *out)
{
    for (int i = 0; i < INCIDENT_COUNT; i++)
        if (str_eq(word, str_of(INCIDENT_WORDS[i]))) {
            *out = (enum incident_kind)i;
            return true;
        }
    return false;
}

bool fact_kind_is_input(enum fact_kind k)
{
    return k < FACT_TICK || k == FACT_INCIDENT || k == FACT_TOLD || k == FACT_CONSENT || k == FACT_RECEIPT ||
           k == FACT_MESSAGE_IN || k == FACT_RETURN;
}

static const char *const RECEIPT_WORDS[] = {"accepted", "delivered", "opened",  "clicked",   "bounced", "complained",
                                            "retry",    "failed",    "refused", "withdrawn", "resent"};

const char *receipt_status_word(enum receipt_status s)
{
    return s >= 0 && s < RECEIPT_STATUS_COUNT ? RECEIPT_WORDS[s] : "unknown";
}

bool receipt_status_parse(struct str word, enum receipt_status *out)
{
    for (int i = 0; i < RECEIPT_STATUS_COUNT; i++)
        if (str_eq(word, str_of(RECEIPT_WORDS[i]))) {
            *out = (enum receipt_status)i;
            return true;
        }
    return false;
}

static const char *const VERDICT_WORDS[VERDICT_COUNT] = {"approve", "decline", "undo", "done"};

const char *verdict_word(enum person_verdict v)
{
    return v >= 0 && v < VERDICT_COUNT ? VERDICT_WORDS[v] : "unknown";
}

bool verdict_parse(struct str word, enum person_verdict *out)
{
    for (int i = 0; i < VERDICT_COUNT; i++)
        if (str_eq(word, str_of(VERDICT_WORDS[i]))) {
            *out = (enum person_verdict)i;
            return true;
        }
    return false;
}

static const char *const OUTCOME_WORDS[OUTCOME_COUNT] = {"confirmed", "refused", "unknown", "retry"};

const char *action_outcome_word(enum action_outcome o)
{
    return o >= 0 && o < OUTCOME_COUNT ? OUTCOME_WORDS[o] : "unknown";
}

bool action_outcome_parse(struct str word, enum action_outcome *out)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (str_eq(word, str_of(OUTCOME_WORDS[i]))) {
            *out = (enum action_outcome)i;
            return true;
        }
    return false;
}

static const char *const TICKET_WORDS[TICKET_EVENT_COUNT] = {"assigned", "answered", "solved"};

const char *ticket_event_word(enum ticket_event e)
{
    return e >= 0 && e < TICKET_EVENT_COUNT ? TICKET_WORDS[e] : "unknown";
}

bool ticket_event_parse(struct str word, enum ticket_event *out)
{
    for (int i = 0; i < TICKET_EVENT_COUNT; i++)
        if (str_eq(word, str_of(TICKET_WORDS[i]))) {
            *out = (enum ticket_event)i;
            return true;
        }
    return false;
}
