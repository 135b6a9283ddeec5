/* The packet of a hand-over: all that a person needs to decide without looking anywhere else (R122). */
#ifndef WISMO_FLOWS_TICKET_PACKET_H
#define WISMO_FLOWS_TICKET_PACKET_H

#include "flows/engine.h"
#include "storage/outbox.h"

/* ticket_packet_make: as of now. *open false: the task has ended, nobody needs it. */
MUST_CHECK enum err ticket_packet_make(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct outbox_row *row, struct ticket_packet *out,
                                       bool *open);

#endif
