/* See ticket_mail.h. */
#include "flows/ticket_mail.h"

#include "flows/mail.h"

#define MAIL_MAX ((size_t)8 << 20)

struct send_result ticket_mail(struct ctx *ctx, const struct message_config *mc, const struct ticket_packet *packet, int64_t now_us)
{
    struct str bytes = STR_NULL;
    struct buf b;
    struct mail mail = {.from = mc->from, .from_name = mc->policy.store, .reply_to = str_empty(packet->email) ? mc->reply_to : packet->email,
                        .to = mc->tickets_to, .language = STR("en"), .subject = arena_fmt(ctx->arena, "[WISMO] %.*s", STR_ARG(packet->subject)),
                        .text = packet->text, .plain = true, .key = packet->key, .date_us = now_us};
    buf_init(&b, MAIL_MAX);
    enum err e = mail_write(ctx, &mail, &b);
    if (e == OK)
        e = arena_dup(ctx->arena, buf_str(&b), &bytes);
    buf_clear(&b);
    if (e != OK)
        return (struct send_result){SEND_WRONG, arena_fmt(ctx->arena, "%s", ctx->msg), 0, false};
    return mail_hand_in(ctx, mc, mc->tickets_to, packet->key, bytes);
}
