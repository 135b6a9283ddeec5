/*
 * Requests: what a customer or a person of the team wants done for an order. Faces and dialogues call these two and nothing else:
 * the policy decides, the guard says whether, and the answer says how it stands.
 *
 *     struct request_given g = {.order_no = no, .request = REQUEST_FIRST_CAP + CAP_REFUND, .channel = CHAN_CHAT,
 *                               .proof = PROOF_ORDER_AND_CONTACT, .confidence = 97};
 *     request_try(...)   what would happen, as of now; nothing is recorded or reserved: to offer choices, to ask back
 *     request_make(...)  it is recorded, decided in the fold, and done, proposed or handed over; waits for its position
 *
 * With .request = REQUEST_STATUS request_try tells what may be offered unasked (REQUEST_CHOICE, or REQUEST_TOLD). A choice that
 * the customer takes is a request for that capability. REQUEST_PROVE: show who you are (answer.proof says how), then make the same
 * request with the better proof. REQUEST_CONFIRM: ask back, then make it with confidence 100. The same request twice is one: the
 * answer is the state of the first.
 */
#ifndef WISMO_FLOWS_REQUEST_H
#define WISMO_FLOWS_REQUEST_H

#include "flows/engine.h"
#include "mind/act_memory.h"

struct request_given {
    int64_t order_no;
    struct str id;               /* the asker's own, such as the message's; may be empty */
    enum policy_request request; /* REQUEST_STATUS, REQUEST_PERSON, or REQUEST_FIRST_CAP + enum capability */
    enum policy_channel channel;
    enum policy_proof proof;
    int confidence;              /* per cent; 100 when the customer confirmed it or pressed a button */
    bool sensitive;
    struct str tracking_number;  /* which parcel; empty: where it fits */
    const struct action_item *items; /* asked for; none: all that it is about */
    size_t items_n;
    struct str detail;           /* reattempt: the day, "2026-11-25"; pickup_redirect: the pickup point's id */
    const struct address *address; /* change_address, reroute: where to; else NULL */
    int64_t amount_minor;        /* discount, edit_order: what it costs */
    struct str note;             /* in the customer's words, sealed; may be empty */
    struct str by;               /* a person of the team; empty: the customer */
    bool repeat;                 /* the person asks again, knowing what was done */
};

/* request_try: Errs: ERR_NOTFOUND no such order, ERR_UNSUPPORTED the merchant has no policy */
MUST_CHECK enum err request_try(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, const struct request_given *given,
                                struct request_answer *out);
/*
 * request_make: *pos: its position in the ledger, also when the answer is late.
 * Errs: as request_try; ERR_TIMEOUT recorded, not decided yet: request_answer_at tells later; ERR_BUSY, ERR_PARSE
 */
MUST_CHECK enum err request_make(struct ctx *ctx, struct engine *eng, struct reader *rd, int64_t merchant_id, const struct request_given *given,
                                 struct request_answer *out, int64_t *pos);
/* request_answer_at: what was decided at a position. Errs: ERR_NOTFOUND nothing yet */
MUST_CHECK enum err request_answer_at(struct ctx *ctx, struct reader *rd, int64_t merchant_id, int64_t pos, struct request_answer *out);

#endif
