/*
 * What a helpdesk asks of an order while a colleague, a macro or a call is at it: one order, told in flat words that a template can take
 * (R26-R29, R31). Who asks is a system of the merchant's with a token, not a customer: one fact is enough to find an order, and two
 * that do not fit find none.
 */
#ifndef WISMO_FLOWS_LOOKUP_H
#define WISMO_FLOWS_LOOKUP_H

#include "flows/engine.h"

struct lookup_question {
    struct str order, tracking_number; /* at least one of these or a contact; empty: not given */
    struct str email, phone;
    struct str lang;                   /* BCP 47; empty: English */
};

/* lookup_question_set: one of the names above. Errs: ERR_PARSE too long, ERR_NOTFOUND no such name. */
MUST_CHECK enum err lookup_question_set(struct ctx *ctx, struct lookup_question *q, struct str name, struct str value);
/*
 * lookup_answer: a JSON object whose values are texts, empty where nothing is known: Found ("yes" or "no"), Order_Name, Order_Status,
 * Tracking_Number, Carrier, Tracking_Link, Expected_Delivery_Date, Explanation (for the customer), Reason (for the team), As_Of,
 * Other_Orders. Of a contact's orders the newest that is not over yet. Errs: ERR_PARSE nothing to find an order by.
 */
MUST_CHECK enum err lookup_answer(struct ctx *ctx, struct reader *rd, int64_t merchant_id, const struct lookup_question *q, struct jw *w);

#endif
