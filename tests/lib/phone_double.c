/* See phone_double.h. */
#include "lib/phone_double.h"

#include "base/crypto.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX 20
#define REDIRECTS_MAX 40

struct pair {
    const char *name, *value;
};

void phone_init(struct phone *p, struct fixture *f, int port, const char *sid, const char *number)
{
    *p = (struct phone){.f = f, .port = port, .sid = sid, .number = number, .http = http_client_new()};
    assert_non_null(p->http);
}

void phone_clear(struct phone *p)
{
    http_client_free(p->http);
}

/* ---- asking */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct pair *)a)->name, ((const struct pair *)b)->name);
}

/* The public address, then each parameter's name and value, sorted by name. */
static struct str signature(struct phone *p, struct str url, const struct pair *sorted, size_t n, const char *token)
{
    struct str parts[1 + 2 * PARAMS_MAX];
    unsigned char sum[SHA256_LEN];
    size_t len = 0;
    struct buf b;
    parts[0] = url;
    for (size_t i = 0; i < n; i++) {
        parts[1 + 2 * i] = str_of(sorted[i].name);
        parts[2 + 2 * i] = str_of(sorted[i].value);
    }
    assert_int_equal(hmac_once(MAC_SHA1, str_of(token), parts, 1 + 2 * n, sum, &len), OK);
    buf_init(&b, 128);
    base64_encode((struct str){(const char *)sum, len}, &b);
    return buf_move(&b, p->f->arena);
}

static int send_form(struct phone *p, struct str url, struct str body, struct str sig, struct http_msg *out)
{
    const struct str PUBLIC = STR(PHONE_PUBLIC);
    struct http_header h[] = {{STR("X-Twilio-Signature"), sig}, {STR("Content-Type"), STR("application/x-www-form-urlencoded")}};
    if (!str_starts(url, PUBLIC))
        fail_msg("an address that is not ours: %.*s", STR_ARG(url));
    struct http_request req = {.method = STR("POST"), .headers = h, .headers_n = 2, .body = body, .timeout_ms = 15000,
                               .url = arena_fmt(p->f->arena, "http://127.0.0.1:%d%.*s", p->port, STR_ARG(str_sub(url, PUBLIC.n, url.n)))};
    assert_ok(&p->f->ctx, http_client_do(p->http, &p->f->ctx, &req, out));
    return out->status;
}

static int post(struct phone *p, struct str url, const struct pair *extra, size_t n, const char *token, struct http_msg *out)
{
    struct pair all[PARAMS_MAX];
    struct str body = STR_NULL;
    assert_true(n <= PARAMS_MAX);
    memcpy(all, extra, n * sizeof(*extra));
    qsort(all, n, sizeof(all[0]), by_name);
    for (size_t i = 0; i < n; i++)
        body = arena_fmt(p->f->arena, "%.*s%s%s=%.*s", STR_ARG(body), i == 0 ? "" : "&", all[i].name, STR_ARG(url_encode(p->f->arena, str_of(all[i].value))));
    p->last_url = url;
    p->last_body = body;
    return send_form(p, url, body, signature(p, url, all, n, token), out);
}

int phone_post(struct phone *p, const char *path, const char *const (*params)[2], size_t n, const char *token)
{
    struct pair all[PARAMS_MAX];
    struct http_msg out;
    for (size_t i = 0; i < n; i++)
        all[i] = (struct pair){params[i][0], params[i][1]};
    return post(p, arena_fmt(p->f->arena, PHONE_PUBLIC "%s", path), all, n, token, &out);
}

/* ---- following TwiML */

static const struct {
    const char *verb, *inside, *attributes;
} VERBS[] = {
    {"Response", "", ""},
    {"Say", "Response Gather", " language voice loop "},
    {"Pause", "Response Gather", " length "},
    {"Gather", "Response", " input action method timeout speechTimeout numDigits finishOnKey language hints actionOnEmptyResult "},
    {"Redirect", "Response", " method "},
    {"Dial", "Response", " action method timeout "},
    {"Number", "Dial", ""},
    {"Hangup", "Response", ""},
};

static struct str attribute(struct phone *p, xmlNodePtr v, const char *name)
{
    xmlChar *value = xmlGetNoNsProp(v, (const xmlChar *)name);
    struct str out = value == NULL ? STR_NULL : arena_fmt(p->f->arena, "%s", (const char *)value);
    xmlFree(value);
    return out;
}

static struct str content(struct phone *p, xmlNodePtr v)
{
    xmlChar *text = xmlNodeGetContent(v);
    struct str out = arena_fmt(p->f->arena, "%s", (const char *)text);
    xmlFree(text);
    return out;
}

static void check_verb(struct phone *p, xmlNodePtr v)
{
    const char *name = (const char *)v->name, *parent = v->parent->type == XML_ELEMENT_NODE ? (const char *)v->parent->name : "";
    size_t k = 0;
    while (k < sizeof(VERBS) / sizeof(VERBS[0]) && strcmp(VERBS[k].verb, name) != 0)
        k++;
    if (k == sizeof(VERBS) / sizeof(VERBS[0]) || strstr(VERBS[k].inside, parent) == NULL)
        fail_msg("<%s> in <%s> is no TwiML", name, parent);
    for (xmlAttrPtr a = v->properties; a != NULL; a = a->next)
        if (!str_contains(str_of(VERBS[k].attributes), arena_fmt(p->f->arena, " %s ", (const char *)a->name)))
            fail_msg("<%s> knows no %s", name, (const char *)a->name);
}

static bool is(xmlNodePtr v, const char *name)
{
    return strcmp((const char *)v->name, name) == 0;
}

static void run(struct phone *p, xmlNodePtr v, struct str *redirect)
{
    for (; v != NULL; v = v->next) {
        if (v->type != XML_ELEMENT_NODE)
            continue;
        check_verb(p, v);
        if (is(v, "Say")) {
            p->said = arena_fmt(p->f->arena, "%.*s%s%.*s", STR_ARG(p->said), str_empty(p->said) ? "" : " ", STR_ARG(content(p, v)));
            p->language = attribute(p, v, "language");
            assert_true(content(p, v).n > 0 && content(p, v).n <= 4096);
        }
        if (is(v, "Gather")) {
            p->next = attribute(p, v, "action");
            p->one_key = str_eq(attribute(p, v, "numDigits"), STR("1"));
            assert_str(attribute(p, v, "input"), "speech dtmf");
            assert_str(attribute(p, v, "actionOnEmptyResult"), "true");
        }
        if (is(v, "Redirect"))
            *redirect = content(p, v);
        if (is(v, "Dial")) {
            p->next = attribute(p, v, "action");
            p->dials = content(p, v);
        } else if (v->children != NULL && !is(v, "Say")) {
            run(p, v->children, redirect);
        }
    }
}

static void follow(struct phone *p, const struct http_msg *msg, struct str *redirect)
{
    xmlDocPtr doc = xmlReadMemory(msg->body.p, (int)msg->body.n, NULL, "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR);
    if (msg->status != 200 || doc == NULL || !str_starts(http_msg_header(msg, "Content-Type"), STR("text/xml")))
        fail_msg("no TwiML: %d %.*s", msg->status, STR_ARG(msg->body));
    p->last_answer = msg->body;
    run(p, xmlDocGetRootElement(doc), redirect);
    xmlFreeDoc(doc);
}

static void step(struct phone *p, struct str url, const char *name, const char *value, const char *more_name, const char *more_value)
{
    struct str redirect = url;
    p->said = p->next = p->dials = STR_NULL;
    p->one_key = false;
    for (int i = 0; !str_empty(redirect); i++) {
        struct pair all[PARAMS_MAX] = {{"AccountSid", "AC00000000000000000000000000000001"}, {"ApiVersion", "2010-04-01"}, {"CallSid", p->sid},
                                       {"CallStatus", "in-progress"}, {"Direction", p->ours ? "outbound-api" : "inbound"},
                                       {"From", p->ours ? "+13125550199" : p->number}, {"To", p->ours ? p->number : "+13125550199"}};
        struct http_msg out;
        size_t n = 7;
        url = redirect;
        redirect = STR_NULL;
        if (p->stir != NULL)
            all[n++] = (struct pair){"StirVerstat", p->stir};
        if (p->answered_by != NULL)
            all[n++] = (struct pair){"AnsweredBy", p->answered_by};
        if (i == 0 && name != NULL)
            all[n++] = (struct pair){name, value};
        if (i == 0 && more_name != NULL)
            all[n++] = (struct pair){more_name, more_value};
        assert_true(i < REDIRECTS_MAX);
        p->redirects += i > 0;
        (void)post(p, url, all, n, PHONE_TOKEN, &out);
        follow(p, &out, &redirect);
    }
    if (getenv("WISMO_STORY") != NULL)
        print_message("> %s\n%.*s\n", value == NULL ? "" : value, STR_ARG(p->said));
}

void phone_begins(struct phone *p, const char *path)
{
    step(p, arena_fmt(p->f->arena, PHONE_PUBLIC "%s", path), NULL, NULL, NULL, NULL);
}

static void go_on(struct phone *p, const char *name, const char *value, const char *more_name, const char *more_value)
{
    if (str_empty(p->next))
        fail_msg("the call is over; last said: %.*s", STR_ARG(p->said));
    step(p, p->next, name, value, more_name, more_value);
}

void phone_says(struct phone *p, const char *words)
{
    go_on(p, "SpeechResult", words, "Confidence", "0.91");
}

void phone_presses(struct phone *p, const char *keys)
{
    assert_true(!p->one_key || strlen(keys) == 1);
    go_on(p, "Digits", keys, NULL, NULL);
}

void phone_is_silent(struct phone *p)
{
    go_on(p, "SpeechResult", "", NULL, NULL);
}

void phone_dialled(struct phone *p, const char *status)
{
    assert_false(str_empty(p->dials));
    go_on(p, "DialCallStatus", status, NULL, NULL);
}

/* ---- checking */

void phone_again(struct phone *p)
{
    struct http_msg out;
    struct str before = p->last_answer, form = p->last_body, one, name;
    struct pair all[PARAMS_MAX];
    size_t n = 0;
    while (str_split(&form, '&', &one)) {
        struct str value, whole = one;
        (void)str_split(&whole, '=', &name);
        assert_true(query_decode(p->f->arena, whole.p == NULL ? STR("") : whole, &value));
        all[n++] = (struct pair){arena_fmt(p->f->arena, "%.*s", STR_ARG(name)).p, arena_fmt(p->f->arena, "%.*s", STR_ARG(value)).p};
    }
    assert_int_equal(post(p, p->last_url, all, n, PHONE_TOKEN, &out), 200);
    if (!str_eq(out.body, before))
        fail_msg("another answer to the same request:\n%.*s\n%.*s", STR_ARG(before), STR_ARG(out.body));
}

void phone_heard(struct phone *p, const char *words)
{
    if (!str_contains(p->said, str_of(words)))
        fail_msg("expected \"%s\" in what was said: %.*s", words, STR_ARG(p->said));
}

void phone_not_heard(struct phone *p, const char *words)
{
    if (str_contains(p->said, str_of(words)))
        fail_msg("\"%s\" was said: %.*s", words, STR_ARG(p->said));
}
