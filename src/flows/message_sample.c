/* See message_sample.h. The made-up case is a story like those of the tests, folded here without a store. */
#include "flows/message_sample.h"

#include "connectors/lib/tracking_number.h"
#include "flows/story.h"
#include "mind/message_text.h"

#define SAMPLE_PARCELS 7

struct sample {
    struct order_case cas;
    struct parcel parcels[SAMPLE_PARCELS];
    struct parcel *list[SAMPLE_PARCELS];
    size_t parcels_n;
    uint64_t facts;
    int64_t now_us;
};

/* What the parcels' last scan says, so that the message has something to tell. */
static const char *scan_of(enum message_kind k)
{
    switch (k) {
    case MESSAGE_LABEL_ONLY:
        return "label_created";
    case MESSAGE_OUT_FOR_DELIVERY:
        return "out_for_delivery";
    case MESSAGE_DELIVERED:
    case MESSAGE_PARTLY_DELIVERED:
        return "delivered note=\"Side door\"";
    case MESSAGE_ATTEMPT_FAILED:
        return "attempt_failed reason=recipient_unavailable";
    case MESSAGE_ADDRESS_PROBLEM:
        return "exception reason=address_issue";
    case MESSAGE_CUSTOMS_HOLD:
        return "exception reason=customs_hold";
    case MESSAGE_PICKUP_WAITING:
    case MESSAGE_PICKUP_REMINDER:
        return "available_for_pickup";
    case MESSAGE_RETURNING:
        return "returning";
    default:
        return "in_transit";
    }
}

static struct str sample_story(struct ctx *ctx, enum message_kind k)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, 8192);
    buf_addz(&b, "order #W-1000001 placed=-5d country=US region=IL zip=60601 items=\"DESK*7:129900:Height-adjustable standing desk, solid walnut, "
                 "180 x 80 cm\"\nfulfill #W-1000001 created=-4d items=DESK*7 parcels=");
    for (int i = 0; i < SAMPLE_PARCELS; i++)
        buf_fmt(&b, "%sups/1Z999AA1012345%03d", i == 0 ? "" : ",", 700 + i);
    buf_addc(&b, '\n');
    for (int i = 0; i < SAMPLE_PARCELS; i++)
        buf_fmt(&b, "scan ups 1Z999AA1012345%03d accepted at=-3d place=Newark,NJ,US\n", 700 + i);
    for (int i = 0; i < SAMPLE_PARCELS; i++)
        buf_fmt(&b, "scan ups 1Z999AA1012345%03d %s at=-2h place=Columbus,OH,US\n", 700 + i, scan_of(k));
    if (buf_err(&b) != OK || arena_dup(ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

static enum err take_scan(struct ctx *ctx, struct sample *s, const struct fact *fct, struct fact_ref ref)
{
    bool changed;
    for (size_t i = 0; i < s->parcels_n; i++)
        if (str_eq(s->parcels[i].number, fct->u.event.tracking_number))
            return parcel_fold_event(ctx, &s->parcels[i], fct, ref, s->now_us, &changed);
    struct parcel *p = &s->parcels[s->parcels_n];
    *p = (struct parcel){.diag = DIAG_CLASS_COUNT};
    enum err e = arena_dup(ctx->arena, fct->u.event.tracking_number, &p->number);
    if (e == OK)
        e = parcel_link_order(p, s->cas.order_no, s->now_us, &changed);
    if (e == OK)
        e = parcel_fold_event(ctx, p, fct, ref, s->now_us, &changed);
    s->list[s->parcels_n++] = p;
    return e;
}

static enum err take_fact(void *user, struct ctx *ctx, struct str source, const struct fact *fct)
{
    struct sample *s = user;
    struct fact_ref ref = {(int64_t)++s->facts, 0};
    struct fold_hashes hashes = {0};
    bool changed;
    return fct->kind == FACT_TRACKING_EVENT ? take_scan(ctx, s, fct, ref)
                                            : case_fold(ctx, &s->cas, source, fct, ref, &hashes, s->now_us, &changed);
}

static enum err take_time(void *user, struct ctx *ctx, int64_t now_us)
{
    (void)ctx;
    ((struct sample *)user)->now_us = now_us;
    return OK;
}

static enum err made_up(struct ctx *ctx, const struct sample_ask *ask, struct case_answer *out)
{
    struct sample *s = ctx_alloc(ctx, sizeof(*s));
    struct promises promises;
    if (s == NULL)
        return ERR_MEMORY;
    *s = (struct sample){.cas = {.order_no = 1, .diag = DIAG_CLASS_COUNT}, .now_us = ask->now_us};
    const struct story_reader reader = {.user = s, .at = take_time, .fact = take_fact};
    enum err e = story_read(ctx, sample_story(ctx, ask->kind), ask->now_us, &reader);
    if (e != OK)
        return e;
    s->cas.parcels = s->list;
    s->cas.parcels_n = s->parcels_n;
    promises_default(&promises);
    out->cas = &s->cas;
    return diagnose(ctx, &s->cas, &promises, ask->now_us, &out->cd);
}

static struct str link_of(struct ctx *ctx, struct str carrier, struct str number)
{
    return carrier_url(ctx->arena, carrier, number);
}

/* About every parcel that customers are told of, else about the order as a whole. */
static struct str items_of(struct ctx *ctx, const struct case_answer *ca)
{
    struct buf b;
    struct str out = STR_NULL;
    buf_init(&b, 65536);
    for (size_t i = 0; i < ca->cd.parcels_n; i++) {
        if (!parcel_is_named(&ca->cd, i))
            continue;
        if (b.n > 0)
            buf_addc(&b, '\n');
        buf_add(&b, ca->cd.parcels[i].parcel->number);
    }
    if (buf_err(&b) != OK || arena_dup(ctx->arena, buf_str(&b), &out) != OK)
        out = STR_NULL;
    buf_clear(&b);
    return out;
}

static void set_language(struct order_case *cas, struct str language)
{
    for (size_t i = 0; i < cas->views_n && !str_empty(language); i++)
        cas->views[i].locale = language;
}

static enum err render(struct ctx *ctx, const struct sample_ask *ask, const struct case_answer *ca, struct outgoing *out)
{
    struct message_text text;
    struct told_entry *t = &out->m.t;
    *t = (struct told_entry){.kind = ask->kind, .channel = ask->way, .state = TOLD_PLANNED, .items = items_of(ctx, ca), .event_us = ask->now_us,
                             .decided_us = ask->now_us, .not_before_us = ask->now_us, .promise_us = ask->now_us + US_PER_DAY};
    struct message_input in = {.cas = ca->cas, .cd = &ca->cd, .policy = ask->policy, .entry = t, .now_us = ask->now_us, .link = link_of, .post = post_at_destination};
    enum err e = message_render(ctx, &in, &text);
    if (e != OK)
        return e;
    out->m.subject = text.subject;
    out->m.text = text.text;
    out->m.brief = text.brief;
    out->m.language = text.language;
    return OK;
}

enum err message_sample(struct ctx *ctx, const struct sample_ask *ask, struct outgoing *out)
{
    struct case_answer ca = {.order_no = 0};
    *out = (struct outgoing){.now_us = ask->now_us, .test = true};
    enum err e = ask->rd == NULL ? made_up(ctx, ask, &ca) : case_read(ctx, ask->rd, ask->merchant_id, ask->order_no, 0, &ca);
    if (e == OK && ask->rd != NULL)
        e = case_personal(ctx, ask->rd, &ca, &out->who);
    if (e != OK)
        return e;
    set_language(ca.cas, ask->language);
    const struct order_view *v = order_anchor(ca.cas);
    out->order = v == NULL ? STR_NULL : v->name;
    return render(ctx, ask, &ca, out);
}

/* ---- how long a text message is */

/* Of GSM 03.38: 1 in the alphabet, 2 behind its escape, 0 in neither. */
static size_t gsm_units(uint32_t c)
{
    static const uint32_t MORE[] = {0xA3, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0xD8, 0xF8, 0xC5, 0xE5, 0x394, 0x3A6, 0x393, 0x39B, 0x3A9,
                                    0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF, 0xC9, 0xA4, 0xA1, 0xC4, 0xD6, 0xD1, 0xDC, 0xA7, 0xBF,
                                    0xE4, 0xF6, 0xF1, 0xFC, 0xE0};
    if (c == '^' || c == '{' || c == '}' || c == '\\' || c == '[' || c == '~' || c == ']' || c == '|' || c == 0x20AC || c == '\f')
        return 2;
    if (c == '\n' || c == '\r' || (c >= 0x20 && c < 0x7f && c != '`'))
        return 1;
    for (size_t i = 0; i < sizeof(MORE) / sizeof(MORE[0]); i++)
        if (c == MORE[i])
            return 1;
    return 0;
}

static uint32_t next_char(struct str *s)
{
    unsigned char b = (unsigned char)s->p[0];
    size_t n = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    uint32_t c = n == 1 ? b : b & (0xFFu >> (n + 1));
    n = n > s->n ? s->n : n;
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)s->p[i] & 0x3F);
    *s = str_sub(*s, n, s->n);
    return c;
}

struct sms_size sms_size(struct str text)
{
    struct sms_size out = {0, 0, true};
    size_t gsm = 0, wide = 0;
    while (!str_empty(text)) {
        uint32_t c = next_char(&text);
        size_t u = gsm_units(c);
        out.gsm = out.gsm && u > 0;
        gsm += u;
        wide += c > 0xFFFF ? 2 : 1;
    }
    out.units = out.gsm ? gsm : wide;
    size_t one = out.gsm ? 160 : 70, part = out.gsm ? 153 : 67;
    out.segments = out.units <= one ? 1 : (out.units + part - 1) / part;
    return out;
}
