/*
 * GET /demo/shop: a page of a shop with the chat on it, in a demo alone. It does what a shop's own server does: signs who is signed in
 * with the secret that it shares with the chat's account.
 */
#include "base/data.h"
#include "flows/chat.h"
#include "server/app.h"
#include "server/html.h"

#define SIGNED_US US_PER_DAY

static const char *const PEOPLE[] = {"ada.demo@example.com", "ben.sample@example.com", "gia.demo@example.com", "hana.demo@example.com"};
static const char CSP[] = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; "
                          "frame-ancestors 'none'";

/* A user as the widget takes one, docs/channels.md. */
static struct str signed_user(struct http_exchange *ex, const struct account *acct, struct str email)
{
    unsigned char mac[SHA256_LEN];
    size_t mac_n = 0;
    struct buf hex, b;
    int64_t expires_s = (clock_now_us(ex->ctx.clock) + SIGNED_US) / US_PER_S;
    struct str expires = arena_fmt(ex->ctx.arena, "%lld", (long long)expires_s);
    const struct str parts[] = {email, STR("\n"), email, STR("\n"), expires};
    if (hmac_once(MAC_SHA256, secret_view(&acct->webhook_secrets[0]), parts, 5, mac, &mac_n) != OK)
        return STR_NULL;
    buf_init(&hex, 128);
    buf_init(&b, 2048);
    buf_add_hex(&hex, (struct str){(const char *)mac, mac_n});
    struct jw w = jw_of(&b);
    jw_obj(&w);
    jw_kstr(&w, "id", email);
    jw_kstr(&w, "email", email);
    jw_ki64(&w, "expires", expires_s);
    jw_kstr(&w, "signature", buf_str(&hex));
    jw_end(&w);
    buf_clear(&hex);
    return buf_move(&b, ex->ctx.arena);
}

static void add_people(struct buf *b, struct str chosen)
{
    HTML(b, "<option value=\"\">nobody</option>");
    for (size_t i = 0; i < sizeof(PEOPLE) / sizeof(PEOPLE[0]); i++) {
        HTML(b, "<option");
        if (str_eq(chosen, str_of(PEOPLE[i])))
            HTML(b, " selected");
        HTML(b, ">");
        html_text(b, str_of(PEOPLE[i]));
        HTML(b, "</option>");
    }
}

static struct str one_of_them(struct str asked)
{
    for (size_t i = 0; i < sizeof(PEOPLE) / sizeof(PEOPLE[0]); i++)
        if (str_eq(asked, str_of(PEOPLE[i])))
            return asked;
    return STR_NULL;
}

static void add_user(struct http_exchange *ex, const struct account *acct, struct str email)
{
    if (str_empty(email))
        return;
    HTML(ex->out, " data-user=\"");
    html_text(ex->out, signed_user(ex, acct, email));
    HTML(ex->out, "\"");
}

void page_shop(struct http_exchange *ex)
{
    struct str rest = data_file("chat/shop.html"), part, name, email = one_of_them(app_query(ex, "as"));
    int64_t merchant_id = 0;
    enum err e = app_merchant(ex, STR("demo"), &merchant_id);
    const struct account *acct = e == OK && app_of(ex)->open ? chat_account(engine_merchant_config(app_of(ex)->eng, merchant_id)) : NULL;
    if (acct == NULL) {
        http_fail(ex, 404, "not_found", STR("there is no such address"), STR_NULL);
        return;
    }
    while (str_split(&rest, '{', &part)) {
        buf_add(ex->out, part);
        if (rest.p == NULL || !str_split(&rest, '}', &name))
            break;
        if (str_eq(name, STR("choices")))
            add_people(ex->out, email);
        else
            add_user(ex, acct, email);
    }
    http_answer_header(ex, STR("Content-Security-Policy"), str_of(CSP));
    http_reply(ex, 200, "text/html; charset=utf-8", buf_str(ex->out), NULL, 0);
}
