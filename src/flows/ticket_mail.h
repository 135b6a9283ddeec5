/* A hand-over as a mail to the team, for who has no helpdesk: the packet, with the customer as the one who is answered. */
#ifndef WISMO_FLOWS_TICKET_MAIL_H
#define WISMO_FLOWS_TICKET_MAIL_H

#include "flows/channel.h"

/* ticket_mail: to messages.tickets_to, by the merchant's mail server or folder. Plain SMTP has no key: a crash can repeat it. */
struct send_result ticket_mail(struct ctx *ctx, const struct message_config *mc, const struct ticket_packet *packet, int64_t now_us);

#endif
