/*
 * Weather alerts in CAP form: a feed of Atom entries that carry CAP's elements (the US Weather Service's alerts/active.atom and
 * MeteoAlarm's national feeds do), or CAP 1.2 documents themselves. Documents: OASIS Common Alerting Protocol 1.2, part 3.2;
 * api.weather.gov, "Alerts"; both read 2026-11. An alert that is severe enough and of a kind that stops lorries becomes an
 * incident of each region that it names: in the US by the first two letters of its UGC codes. Feeds without such codes need a
 * region of their own, or the setting whole_country: a storm in one valley is no reason for silence in a whole country.
 */
#include "base/xml.h"
#include "connectors/connector.h"

#define REGIONS_MAX 60

static const struct cfg_field CFG[] = {
    {"base_url", true, false, "the feed's address"},
    {"country", false, false, "whose alerts these are, such as DE; US unless set, for only its codes name regions"},
    {"region", false, false, "the feed is of this region only, such as TX"},
    {"whole_country", false, false, "true: alerts without a region hold for the whole country"},
    {"min_severity", false, false, "Minor, Moderate, Severe (unless set) or Extreme"},
    {"events", false, false, "kinds that count, parted by commas; a list of what stops lorries unless set"},
    {NULL, false, false, NULL},
};

static const char *const EVENTS[] = {"blizzard", "ice storm", "winter storm", "snow", "freezing", "hurricane", "tropical storm",
                                     "typhoon", "cyclone", "flood", "tornado", "storm surge", "extreme wind", "high wind",
                                     "wildfire", "fire", "volcano", "tsunami", "evacuation", "dust storm", "thunderstorm"};

struct feed {
    struct ctx *ctx;
    const struct account *acct;
    struct decoded *out;
};

static int severity_rank(struct str word)
{
    static const char *const WORDS[] = {"Minor", "Moderate", "Severe", "Extreme"};
    for (int i = 0; i < 4; i++)
        if (str_eq_nocase(word, str_of(WORDS[i])))
            return i + 1;
    return 0;
}

static bool has_word(struct str text, struct str word)
{
    for (size_t i = 0; word.n > 0 && i + word.n <= text.n; i++)
        if (str_eq_nocase(str_sub(text, i, word.n), word))
            return true;
    return false;
}

static bool kind_counts(const struct feed *f, struct str event)
{
    struct str list = account_setting(f->acct, "events"), word;
    if (str_empty(list)) {
        for (size_t i = 0; i < sizeof(EVENTS) / sizeof(EVENTS[0]); i++)
            if (has_word(event, str_of(EVENTS[i])))
                return true;
        return false;
    }
    while (str_split(&list, ',', &word))
        if (has_word(event, str_trim(word)))
            return true;
    return false;
}

/* ---- regions */

static void add_region(struct str list[REGIONS_MAX], size_t *n, struct str region)
{
    for (size_t i = 0; i < *n; i++)
        if (str_eq(list[i], region))
            return;
    if (*n < REGIONS_MAX)
        list[(*n)++] = region;
}

/* "TXZ104 TXC453": each begins with the state. Older feeds have them as one text, newer ones an element each. */
static void ugc_regions(const struct xml *area, struct str list[REGIONS_MAX], size_t *n)
{
    struct str name = STR_NULL, codes, code;
    XML_EACH(g, area) {
        if (!str_eq(g->name, STR("geocode")))
            continue;
        XML_EACH(c, g) {
            if (str_eq(c->name, STR("valueName")))
                name = c->text;
            else if (str_eq(c->name, STR("value")) && str_eq(name, STR("UGC")))
                for (codes = c->text; str_split(&codes, ' ', &code);)
                    if (str_trim(code).n == 6)
                        add_region(list, n, str_sub(str_trim(code), 0, 2));
        }
    }
}

static struct str country_of_feed(const struct feed *f)
{
    struct str own = account_setting(f->acct, "country");
    return str_empty(own) ? STR("US") : own;
}

static size_t regions_of(const struct feed *f, const struct xml *info, struct str list[REGIONS_MAX])
{
    struct str own = account_setting(f->acct, "region");
    size_t n = 0;
    if (!str_empty(own)) {
        list[0] = own;
        return 1;
    }
    ugc_regions(info, list, &n); /* a feed's entry */
    XML_EACH(c, info)
        if (str_eq(c->name, STR("area")))
            ugc_regions(c, list, &n);
    if (n == 0 && str_eq(account_setting(f->acct, "whole_country"), STR("true")))
        list[n++] = STR_NULL;
    return n;
}

/* ---- alerts */

struct alert {
    struct str id, event, headline;
    int64_t sent_us, from_us, until_us;
    bool withdrawn;
};

static enum err add_incident(const struct feed *f, const struct alert *al, struct str region)
{
    struct fact *fct = NULL;
    enum err e = decoded_add(f->ctx, f->out, FACT_INCIDENT, &fct);
    if (e != OK)
        return e;
    struct arena *a = f->ctx->arena;
    fct->role = ROLE_SYSTEM;
    fct->changed_us = al->sent_us;
    fct->u.incident = (struct incident_fact){.incident_id = str_empty(region) ? al->id : arena_fmt(a, "%.*s/%.*s", STR_ARG(al->id), STR_ARG(region)),
                                             .what = INCIDENT_WEATHER, .title = str_empty(al->headline) ? al->event : al->headline,
                                             .country = country_of_feed(f), .region = region,
                                             .from_us = al->from_us, .until_us = al->until_us, .withdrawn = al->withdrawn};
    fct->key = arena_fmt(a, "incident:%.*s:%lld%s", STR_ARG(fct->u.incident.incident_id), (long long)al->sent_us,
                         al->withdrawn ? ":withdrawn" : "");
    return OK;
}

static enum err add_everywhere(const struct feed *f, const struct xml *info, const struct alert *al)
{
    struct str regions[REGIONS_MAX];
    size_t n = regions_of(f, info, regions);
    enum err e = OK;
    if (n == 0)
        f->out->note = STR("alerts without a region: set region, or whole_country");
    for (size_t i = 0; e == OK && i < n; i++)
        e = add_incident(f, al, regions[i]);
    return e;
}

/* "sender,identifier,sent sender,identifier,sent": what an update or a cancellation stands for is over. */
static enum err end_referenced(const struct feed *f, const struct xml *info, struct str references, struct alert al)
{
    struct str one, part;
    enum err e = OK;
    al.withdrawn = true;
    while (e == OK && str_split(&references, ' ', &one)) {
        if (!str_split(&one, ',', &part) || !str_split(&one, ',', &al.id) || str_empty(al.id))
            continue;
        e = add_everywhere(f, info, &al);
    }
    return e;
}

static int64_t time_of(const struct xml *v, const char *const names[])
{
    struct when w;
    for (size_t i = 0; names[i] != NULL; i++)
        if (when_parse(xml_text(v, names[i]), &w) == OK && w.kind == WHEN_UTC)
            return w.utc_us;
    return 0;
}

static struct str either(const struct xml *v, const char *a, const char *b)
{
    struct str s = xml_text(v, a);
    return str_empty(s) ? xml_text(v, b) : s;
}

/* head has identifier, status and references; info what, when and where. In a feed's entry they are one. */
static enum err add_alert(const struct feed *f, const struct xml *head, const struct xml *info)
{
    static const char *const FROM[] = {"onset", "effective", "sent", NULL}, *const UNTIL[] = {"ends", "expires", NULL},
                             *const SENT[] = {"sent", "updated", "effective", NULL};
    struct str kind = either(head, "msgType", "message_type"), least = account_setting(f->acct, "min_severity");
    struct alert al = {.id = either(head, "identifier", "id"), .event = xml_text(info, "event"), .headline = either(info, "headline", "title")};
    al.sent_us = time_of(head, SENT);
    al.from_us = time_of(info, FROM) != 0 ? time_of(info, FROM) : al.sent_us;
    al.until_us = time_of(info, UNTIL);
    al.withdrawn = str_eq(kind, STR("Cancel"));
    if (!str_eq(xml_text(head, "status"), STR("Actual")) || str_eq(xml_text(info, "urgency"), STR("Past")))
        return OK;
    if (str_empty(al.id) || al.from_us == 0)
        return ctx_fail(f->ctx, ERR_PARSE, "alert: %s is missing", str_empty(al.id) ? "its identifier" : "when it begins");
    enum err e = end_referenced(f, info, xml_text(head, "references"), al);
    if (e != OK || (!al.withdrawn && (severity_rank(xml_text(info, "severity")) < severity_rank(str_empty(least) ? STR("Severe") : least) ||
                                      !kind_counts(f, al.event))))
        return e;
    if (al.until_us != 0 && al.until_us <= al.from_us)
        return OK;
    return add_everywhere(f, info, &al);
}

static enum err add_document(const struct feed *f, const struct xml *alert)
{
    enum err e = OK;
    bool any = false;
    XML_EACH(c, alert)
        if (e == OK && str_eq(c->name, STR("info"))) {
            any = true;
            e = add_alert(f, alert, c);
        }
    return any || e != OK ? e : add_alert(f, alert, alert);
}

static enum err decode(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, const struct http_msg *msg,
                       struct decoded *out, struct str *cursor)
{
    const struct feed f = {ctx, acct, out};
    const struct xml *root = NULL;
    (void)ask;
    *cursor = STR_NULL;
    if (country_of_feed(&f).n != 2)
        return ctx_fail(ctx, ERR_DENIED, "settings.country: expected two letters such as US");
    enum err e = xml_parse(ctx, msg->body, &root);
    if (e != OK)
        return e;
    if (str_eq(root->name, STR("alert")))
        return add_document(&f, root);
    if (!str_eq(root->name, STR("feed")))
        return ctx_fail(ctx, ERR_PARSE, "expected an Atom feed or a CAP alert, got <%.*s>", STR_ARG(str_sub(root->name, 0, 40)));
    XML_EACH(c, root)
        if (e == OK && str_eq(c->name, STR("entry")))
            e = xml_get(c, "severity") == NULL ? OK : add_alert(&f, c, c); /* "there are no active alerts" has none */
    return e;
}

static enum err request(struct ctx *ctx, const struct account *acct, const struct poll_ask *ask, struct out_req *out)
{
    (void)ask;
    out->method = STR("GET");
    out->url = acct->base_url;
    if (str_empty(out->url))
        return ctx_fail(ctx, ERR_PARSE, "base_url: the feed's address is not set");
    return out_req_header(ctx, out, STR("Accept"), STR("application/atom+xml, application/cap+xml, application/xml"));
}

static const struct poll_ops POLL = {.kinds = 1u << POLL_SINCE, .request = request, .decode = decode};

const struct connector connector_cap = {
    .id = "cap",
    .title = "Weather alerts (CAP)",
    .docs_url = "https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html",
    .api_version = "1.2",
    .role = ROLE_SYSTEM,
    .auth = AUTH_NONE,
    .base_url = "",
    .limits = {.calls = 1, .window_s = 60, .poll_every_s = 300, .timeout_ms = 15000, .body_max = XML_BYTES_MAX,
               .source = "no figure is published; every five minutes is what the feeds are cached for"},
    .cfg = CFG,
    .poll = &POLL,
};
