/* See mail_hook.h. */
#include "connectors/lib/mail_hook.h"

#include "connectors/lib/phone.h"

#define PASSWORD_MAX 300
#define DETAIL_MAX 60

struct str basic_password(struct ctx *ctx, const struct http_msg *msg)
{
    struct str given = http_msg_header(msg, "Authorization"), all = STR_NULL, user;
    struct buf b;
    if (!str_eq_nocase(str_sub(given, 0, 6), STR("Basic ")))
        return STR_NULL;
    buf_init(&b, PASSWORD_MAX);
    if (base64_decode(str_trim(str_sub(given, 6, given.n)), &b) == OK)
        all = buf_move(&b, ctx->arena);
    buf_clear(&b);
    return str_split(&all, ':', &user) ? all : STR_NULL;
}

static void add_plain(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_addc(b, (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
}

void header_block_add(struct buf *b, struct str name, struct str value)
{
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] <= ' ' || name.p[i] == ':' || (unsigned char)name.p[i] >= 0x7F)
            return;
    if (str_empty(name))
        return;
    buf_add(b, name);
    buf_addz(b, ": ");
    add_plain(b, value);
    buf_addz(b, "\r\n");
}

enum err mail_from_fields(struct ctx *ctx, const struct account *acct, struct str headers, struct str plain, struct str html, struct mail_in *out)
{
    struct mail_in mail;
    struct buf b;
    buf_init(&b, (size_t)2 << 20);
    buf_add(&b, str_trim(headers)); /* an empty line would end the block, a part would begin */
    buf_addz(&b, "\r\n\r\n");
    enum err e = buf_err(&b);
    if (e == OK)
        e = mail_in_read(ctx, buf_str(&b), account_setting(acct, "auth_host"), &mail);
    buf_clear(&b);
    if (e == OK)
        e = mail_in_body(ctx, plain, html, &mail.text, &mail.cut);
    if (e == OK)
        *out = mail;
    return e;
}

enum err add_mail_event(struct ctx *ctx, struct decoded *out, const struct mail_event *events, struct str word, struct str message_id,
                        struct str detail, int64_t at_us)
{
    struct str key;
    if (!mail_key(message_id, &key))
        return OK;
    for (; events->word != NULL; events++)
        if (str_eq(word, str_of(events->word))) {
            struct str said = str_empty(detail) ? word : arena_fmt(ctx->arena, "%.*s, %.*s", STR_ARG(word), STR_ARG(str_sub(detail, 0, DETAIL_MAX)));
            return add_receipt(ctx, out, key, events->is, said, at_us);
        }
    return OK;
}
