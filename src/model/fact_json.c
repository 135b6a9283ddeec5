/*
 * See fact_json.h. Every kind is a table of fields: name, place in the struct, type, whether it is personal. One loop writes,
 * one reads (fact_json_read.c), so the two cannot drift apart.
 */
#include "model/fact_fields.h"

#include <stddef.h>

#define VOCAB(name, type, what_)                                                                                       \
    static const char *name##_w(int v)                                                                                 \
    {                                                                                                                  \
        return name##_word((enum type)v);                                                                              \
    }                                                                                                                  \
    static bool name##_p(struct str word, int *out)                                                                    \
    {                                                                                                                  \
        enum type t;                                                                                                   \
        if (!name##_parse(word, &t))                                                                                   \
            return false;                                                                                              \
        *out = (int)t;                                                                                                 \
        return true;                                                                                                   \
    }                                                                                                                  \
    static const struct vocab V_##name = {name##_w, name##_p, what_};

VOCAB(parcel_status, parcel_status, "a parcel status such as in_transit")
VOCAB(reason, reason, "a reason such as weather")
VOCAB(order_state, order_state, "open, on_hold, cancelled or closed")
VOCAB(financial_state, financial_state, "a financial state such as paid")
VOCAB(fulfillment_state, fulfillment_state, "pending, open, picked, shipped, cancelled or error")
VOCAB(source_role, source_role, "a role such as storefront")
VOCAB(report_kind, report_kind, "a report such as not_received")
VOCAB(return_state, return_state, "a state of a return such as approved")
VOCAB(incident_kind, incident_kind, "weather, strike, closure, carrier or other")
VOCAB(receipt_status, receipt_status, "a receipt such as delivered")
VOCAB(ticket_event, ticket_event, "assigned, answered or solved")
VOCAB(channel_kind, channel_kind, "a channel such as email")
VOCAB(verdict, person_verdict, "approve, decline, undo or done")
VOCAB(action_outcome, action_outcome, "confirmed, refused, unknown or retry")

#define EV(m) offsetof(struct fact, u.event.m)
static const struct field EVENT[] = {
    {"carrier", EV(carrier), F_STR, DOC | NEED, NULL},
    {"tracking_number", EV(tracking_number), F_NUMBER, DOC | NEED, NULL},
    {"status", EV(status), F_ENUM, DOC, &V_parcel_status},
    {"reason", EV(reason), F_ENUM, DOC, &V_reason},
    {"code", EV(code), F_STR, DOC, NULL},
    {"description", EV(description), F_STR, DOC | PERSONAL, NULL},
    {"occurred", EV(occurred), F_WHEN, DOC, NULL},
    {"location", EV(location), F_PLACE, DOC, NULL},
    {"estimated_delivery", EV(estimated_delivery), F_STR, DOC, NULL},
    {"signed_by", EV(signed_by), F_STR, DOC | PERSONAL, NULL},
    {"drop_off_note", EV(drop_off_note), F_STR, DOC | PERSONAL, NULL},
    {"event_id", EV(vendor_event_id), F_STR, 0, NULL},
    {"sequence", EV(vendor_seq), F_COUNT, 0, NULL},
    {"synthetic", EV(synthetic), F_BOOL, 0, NULL},
    {"service", EV(service), F_STR, 0, NULL},
    {"next_carrier", EV(next_carrier), F_STR, 0, NULL},
    {"next_number", EV(next_number), F_STR, 0, NULL},
    {"destination_country", EV(dest_country), F_STR, 0, NULL},
    {"pickup_until", EV(pickup_until), F_STR, 0, NULL},
    {"order_id", EV(order_id), F_STR, 0, NULL},
    {"fulfillment_id", EV(fulfillment_id), F_STR, 0, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define OR(m) offsetof(struct fact, u.order.m)
static const struct field ORDER[] = {
    {"order_id", OR(order_id), F_STR, DOC | NEED, NULL},
    {"name", OR(name), F_STR, DOC, NULL},
    {"placed_at", OR(placed_us), F_TIME, DOC, NULL},
    {"currency", OR(currency), F_STR, DOC | CODE, NULL},
    {"total_minor", OR(total_minor), F_MONEY, DOC, NULL},
    {"email", OR(email), F_STR, DOC | PERSONAL, NULL},
    {"phone", OR(phone), F_STR, DOC | PERSONAL, NULL},
    {"ship_to", OR(ship_to), F_ADDRESS, DOC | PERSONAL, NULL},
    {"promised_at", OR(promised_at), F_STR, DOC, NULL},
    {"items", OR(items), F_ITEMS, DOC, NULL},
    {"state", OR(state), F_ENUM, DOC, &V_order_state},
    {"financial_state", OR(financial), F_ENUM, DOC, &V_financial_state},
    {"order_ref", OR(order_ref), F_STR, 0, NULL},
    {"preorder_until", OR(preorder_until), F_STR, 0, NULL},
    {"cod", OR(cod), F_BOOL, 0, NULL},
    {"service", OR(service), F_STR, 0, NULL},
    {"cancel_reason", OR(cancel_reason), F_STR, 0, NULL},
    {"locale", OR(locale), F_STR, 0, NULL},
    {"customer_tags", OR(customer_tags), F_STR, 0, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define FU(m) offsetof(struct fact, u.fulfillment.m)
static const struct field FULFILLMENT[] = {
    {"order_id", FU(order_id), F_STR, DOC, NULL},
    {"order_name", FU(order_name), F_STR, 0, NULL},
    {"fulfillment_id", FU(fulfillment_id), F_STR, DOC | NEED, NULL},
    {"state", FU(state), F_ENUM, DOC, &V_fulfillment_state},
    {"items", FU(items), F_ITEMS, DOC, NULL},
    {"parcels", FU(parcels), F_PARCELS, DOC, NULL},
    {"location", FU(location), F_STR, 0, NULL},
    {"created_at", FU(created_us), F_TIME, 0, NULL},
    {"estimated_delivery", FU(estimated_delivery), F_STR, 0, NULL},
    {"service", FU(service), F_STR, 0, NULL},
    {"no_notification", FU(no_notification), F_BOOL, 0, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define IN(m) offsetof(struct fact, u.inventory.m)
static const struct field INVENTORY[] = {
    {"sku", IN(sku), F_STR, DOC, NULL},
    {"item_ref", IN(item_ref), F_STR, 0, NULL},
    {"location", IN(location), F_STR, DOC, NULL},
    {"available", IN(available), F_I64, DOC, NULL},
    {"restock_at", IN(restock_at), F_STR, 0, NULL},
    {"net_of_orders", IN(net_of_orders), F_BOOL, 0, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define RF(m) offsetof(struct fact, u.refund.m)
static const struct field REFUND[] = {
    {"order_id", RF(order_id), F_STR, DOC | NEED, NULL},
    {"refund_id", RF(refund_id), F_STR, DOC | NEED, NULL},
    {"currency", RF(currency), F_STR, DOC | CODE, NULL},
    {"amount_minor", RF(amount_minor), F_MONEY, DOC, NULL},
    {"items", RF(items), F_ITEMS, DOC, NULL},
    {"full", RF(full), F_BOOL, 0, NULL},
    {"at", RF(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define RT(m) offsetof(struct fact, u.ret.m)
static const struct field RETURN[] = {
    {"order_id", RT(order_id), F_STR, DOC, NULL},
    {"order_name", RT(order_name), F_STR, 0, NULL},
    {"return_id", RT(return_id), F_STR, DOC | NEED, NULL},
    {"state", RT(state), F_ENUM, DOC | NEED, &V_return_state},
    {"items", RT(items), F_ITEMS, DOC, NULL},
    {"carrier", RT(carrier), F_STR, DOC, NULL},
    {"tracking_number", RT(tracking_number), F_NUMBER, DOC, NULL},
    {"at", RT(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define HO(m) offsetof(struct fact, u.hold.m)
static const struct field HOLD[] = {
    {"order_id", HO(order_id), F_STR, DOC | NEED, NULL},
    {"hold_id", HO(hold_id), F_STR, DOC | NEED, NULL},
    {"why", HO(why), F_STR, DOC, NULL},
    {"released", HO(released), F_BOOL, DOC, NULL},
    {"at", HO(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define CU(m) offsetof(struct fact, u.customer.m)
static const struct field CUSTOMER[] = {
    {"customer_id", CU(customer_id), F_STR, DOC | NEED, NULL},
    {"email", CU(email), F_STR, DOC | PERSONAL, NULL},
    {"phone", CU(phone), F_STR, DOC | PERSONAL, NULL},
    {"name", CU(name), F_STR, DOC | PERSONAL, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define RE(m) offsetof(struct fact, u.report.m)
static const struct field REPORT[] = {
    {"order_id", RE(order_id), F_STR, DOC, NULL},
    {"order_name", RE(order_name), F_STR, DOC, NULL},
    {"report", RE(report), F_ENUM, DOC | NEED, &V_report_kind},
    {"tracking_number", RE(tracking_number), F_STR, 0, NULL},
    {"sku", RE(sku), F_STR, 0, NULL},
    {"at", RE(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define LI(m) offsetof(struct fact, u.link.m)
static const struct field LINK[] = {
    {"carrier", LI(carrier), F_STR, DOC, NULL},
    {"tracking_number", LI(tracking_number), F_NUMBER, DOC | NEED, NULL},
    {"next_carrier", LI(next_carrier), F_STR, 0, NULL},
    {"next_number", LI(next_number), F_STR, 0, NULL},
    {"order_id", LI(order_id), F_STR, 0, NULL},
    {"order_name", LI(order_name), F_STR, 0, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define NF(m) offsetof(struct fact, u.not_found.m)
static const struct field NOT_FOUND[] = {
    {"carrier", NF(carrier), F_STR, DOC, NULL},
    {"tracking_number", NF(tracking_number), F_STR, DOC, NULL},
    {"code", NF(code), F_STR, DOC, NULL},
    {"message", NF(message), F_STR, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define HE(m) offsetof(struct fact, u.heard.m)
static const struct field HEARD[] = {
    {"tracking_number", HE(tracking_number), F_STR, 0, NULL},
    {"order_id", HE(order_id), F_STR, 0, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define IC(m) offsetof(struct fact, u.incident.m)
static const struct field INCIDENT[] = {
    {"incident_id", IC(incident_id), F_STR, DOC | NEED, NULL},
    {"what", IC(what), F_ENUM, DOC | NEED, &V_incident_kind},
    {"title", IC(title), F_STR, 0, NULL},
    {"carrier", IC(carrier), F_STR, 0, NULL},
    {"country", IC(country), F_STR, DOC | NEED, NULL},
    {"region", IC(region), F_STR, 0, NULL},
    {"from", IC(from_us), F_TIME, DOC | NEED, NULL},
    {"until", IC(until_us), F_TIME, DOC, NULL},
    {"withdrawn", IC(withdrawn), F_BOOL, 0, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define TI(m) offsetof(struct fact, u.tick.m)
static const struct field TICK[] = {
    {"parcel", TI(is_parcel), F_BOOL, DOC, NULL},
    {"number", TI(number), F_I64, DOC | NEED, NULL},
    {"due_us", TI(due_us), F_I64, DOC | NEED, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define TO(m) offsetof(struct fact, u.told.m)
static const struct field TOLD[] = {
    {"order_id", TO(order_id), F_STR, DOC, NULL},
    {"order_name", TO(order_name), F_STR, DOC, NULL},
    {"by_person", TO(by_person), F_BOOL, DOC, NULL},
    {"message", TO(message), F_STR, DOC, NULL},
    {"at", TO(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define CO(m) offsetof(struct fact, u.consent.m)
static const struct field CONSENT[] = {
    {"order_id", CO(order_id), F_STR, DOC, NULL},
    {"order_name", CO(order_name), F_STR, DOC, NULL},
    {"message_key", CO(message_key), F_STR, 0, NULL},
    {"contact", CO(contact), F_STR, PERSONAL, NULL},
    {"order_no", CO(order_no), F_I64, 0, NULL},
    {"customer", CO(customer), F_STR, 0, NULL},
    {"channel", CO(channel), F_STR, DOC, NULL},
    {"withdrawn", CO(withdrawn), F_BOOL, DOC, NULL},
    {"at", CO(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define RC(m) offsetof(struct fact, u.receipt.m)
static const struct field RECEIPT[] = {
    {"message_key", RC(message_key), F_STR, DOC | NEED, NULL},
    {"status", RC(status), F_ENUM, DOC | NEED, &V_receipt_status},
    {"attempt", RC(attempt), F_COUNT, 0, NULL},
    {"detail", RC(detail), F_STR, DOC, NULL},
    {"retry_at", RC(retry_us), F_TIME, 0, NULL},
    {"cost_micros", RC(cost_micros), F_I64, 0, NULL},
    {"at", RC(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define AT(m) offsetof(struct fact, u.attempt.m)
static const struct field ATTEMPT[] = {
    {"message_key", AT(message_key), F_STR, DOC | NEED, NULL},
    {"attempt", AT(attempt), F_COUNT, DOC, NULL},
    {"at", AT(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define PO(m) offsetof(struct fact, u.policy.m)
static const struct field POLICY[] = {
    {"version", PO(version), F_STR, DOC | NEED, NULL},
    {"body", PO(body), F_STR, DOC | NEED, NULL},
    {"about", PO(about), F_STR, 0, NULL},
    {"tickets", PO(tickets), F_BOOL, 0, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define CT(m) offsetof(struct fact, u.control.m)
static const struct field CONTROL[] = {
    {"what", CT(what), F_STR, DOC, NULL},
    {"paused", CT(paused), F_BOOL, DOC, NULL},
    {"why", CT(why), F_STR, DOC, NULL},
    {"at", CT(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define EM(m) offsetof(struct fact, u.estimate_model.m)
static const struct field ESTIMATE_MODEL[] = {
    {"id", EM(id), F_STR, DOC | NEED, NULL},
    {"body", EM(body), F_STR, DOC | NEED, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define RQ(m) offsetof(struct fact, u.request.m)
static const struct field REQUEST[] = {
    {"order_no", RQ(order_no), F_I64, DOC | NEED, NULL},
    {"request_id", RQ(request_id), F_STR, DOC, NULL},
    {"request", RQ(request), F_STR, DOC | NEED, NULL},
    {"channel", RQ(channel), F_STR, DOC, NULL},
    {"proof", RQ(proof), F_STR, DOC, NULL},
    {"confidence", RQ(confidence), F_COUNT, DOC, NULL},
    {"sensitive", RQ(sensitive), F_BOOL, 0, NULL},
    {"repeat", RQ(repeat), F_BOOL, 0, NULL},
    {"tracking_number", RQ(tracking_number), F_STR, 0, NULL},
    {"detail", RQ(detail), F_STR, 0, NULL},
    {"items", RQ(items), F_ITEMS, 0, NULL},
    {"amount_minor", RQ(amount_minor), F_MONEY, 0, NULL},
    {"ship_to", RQ(ship_to), F_ADDRESS, PERSONAL, NULL},
    {"note", RQ(note), F_STR, PERSONAL, NULL},
    {"by", RQ(by), F_STR, 0, NULL},
    {"at", RQ(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define VE(m) offsetof(struct fact, u.verdict.m)
static const struct field VERDICT[] = {
    {"verdict", VE(verdict), F_ENUM, DOC | NEED, &V_verdict},
    {"action_no", VE(action_no), F_I64, DOC, NULL},
    {"order_no", VE(order_no), F_I64, 0, NULL},
    {"task", VE(task), F_STR, 0, NULL},
    {"by", VE(by), F_STR, DOC | NEED, NULL},
    {"why", VE(why), F_STR, DOC, NULL},
    {"at", VE(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define AR(m) offsetof(struct fact, u.result.m)
static const struct field ACTION_RESULT[] = {
    {"action_key", AR(action_key), F_STR, DOC | NEED, NULL},
    {"outcome", AR(outcome), F_ENUM, DOC | NEED, &V_action_outcome},
    {"attempt", AR(attempt), F_COUNT, 0, NULL},
    {"result_id", AR(result_id), F_STR, DOC, NULL},
    {"detail", AR(detail), F_STR, DOC, NULL},
    {"retry_at", AR(retry_us), F_TIME, 0, NULL},
    {"at", AR(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define TK(m) offsetof(struct fact, u.ticket.m)
static const struct field TICKET[] = {
    {"ticket_key", TK(ticket_key), F_STR, DOC | NEED, NULL},
    {"ticket_id", TK(ticket_id), F_STR, DOC, NULL},
    {"event", TK(event), F_ENUM, DOC | NEED, &V_ticket_event},
    {"answer_id", TK(answer_id), F_STR, 0, NULL},
    {"text", TK(text), F_STR, PERSONAL, NULL},
    {"conversation_no", TK(conversation_no), F_I64, 0, NULL},
    {"asked_pos", TK(asked_pos), F_I64, 0, NULL},
    {"asked_idx", TK(asked_idx), F_I64, 0, NULL},
    {"at", TK(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define MI(m) offsetof(struct fact, u.message_in.m)
static const struct field MESSAGE_IN[] = {
    {"channel", MI(channel), F_ENUM, DOC | NEED, &V_channel_kind},
    {"message_id", MI(message_id), F_STR, DOC | NEED, NULL},
    {"thread_id", MI(thread_id), F_STR, DOC | PERSONAL, NULL},
    {"reply_to", MI(reply_to), F_STR, DOC, NULL},
    {"from", MI(from), F_STR, DOC | PERSONAL, NULL},
    {"from_name", MI(from_name), F_STR, DOC | PERSONAL, NULL},
    {"subject", MI(subject), F_STR, DOC | PERSONAL, NULL},
    {"text", MI(text), F_STR, DOC | PERSONAL, NULL},
    {"choice", MI(choice), F_STR, DOC, NULL},
    {"language", MI(language), F_STR, DOC, NULL},
    {"attachments", MI(attachments), F_COUNT, 0, NULL},
    {"verified", MI(verified), F_BOOL, DOC, NULL},
    {"automatic", MI(automatic), F_BOOL, DOC, NULL},
    {"at", MI(at_us), F_TIME, DOC, NULL},
    {"lang", MI(lang), F_STR, 0, NULL},
    {"intents", MI(intents), F_STR, 0, NULL},
    {"signals", MI(signals), F_STR, 0, NULL},
    {"sentiment", MI(sentiment), F_I64, 0, NULL},
    {"model", MI(model), F_I64, 0, NULL},
    {"conversation_no", MI(conversation_no), F_I64, 0, NULL},
    {"order_no", MI(order_no), F_I64, 0, NULL},
    {"customer", MI(customer), F_STR, 0, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define TU(m) offsetof(struct fact, u.turn.m)
static const struct field TURN[] = {
    {"conversation_no", TU(conversation_no), F_I64, DOC | NEED, NULL},
    {"asked_pos", TU(asked_pos), F_I64, DOC, NULL},
    {"asked_idx", TU(asked_idx), F_I64, DOC, NULL},
    {"outcome", TU(outcome), F_STR, DOC, NULL},
    {"state", TU(state), F_STR, DOC, NULL},
    {"kept", TU(kept), F_STR, DOC | PERSONAL, NULL},
    {"language", TU(language), F_STR, DOC, NULL},
    {"order_no", TU(order_no), F_I64, DOC, NULL},
    {"reply", TU(reply), F_STR, DOC | PERSONAL, NULL},
    {"choices", TU(choices), F_STR, DOC | PERSONAL, NULL},
    {"speaks", TU(speaks), F_BOOL, DOC, NULL},
    {"hands_over", TU(hands_over), F_BOOL, 0, NULL},
    {"code", TU(code), F_STR, PERSONAL, NULL},
    {"sends_code", TU(sends_code), F_BOOL, 0, NULL},
    {"code_channel", TU(code_channel), F_ENUM, 0, &V_channel_kind},
    {"by", TU(by), F_STR, DOC, NULL},
    {"at", TU(at_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
#define KN(m) offsetof(struct fact, u.knowledge.m)
static const struct field KNOWLEDGE[] = {
    {"source", KN(source), F_STR, DOC | NEED, NULL},
    {"title", KN(title), F_STR, DOC, NULL},
    {"lang", KN(lang), F_STR, DOC, NULL},
    {"body", KN(body), F_STR, DOC, NULL},
    {"dated", KN(dated_us), F_TIME, DOC, NULL},
    {NULL, 0, F_STR, 0, NULL},
};
const struct field fact_common_fields[] = {
    {"key", offsetof(struct fact, key), F_STR, 0, NULL},
    {"changed_at", offsetof(struct fact, changed_us), F_TIME, 0, NULL},
    {"role", offsetof(struct fact, role), F_ENUM, 0, &V_source_role},
    {NULL, 0, F_STR, 0, NULL},
};

const struct field *fact_fields(enum fact_kind kind)
{
    static const struct field *const TABLES[FACT_KIND_COUNT] = {
        [FACT_ORDER] = ORDER,         [FACT_FULFILLMENT] = FULFILLMENT,  [FACT_TRACKING_EVENT] = EVENT,
        [FACT_INVENTORY_LEVEL] = INVENTORY, [FACT_REFUND] = REFUND,      [FACT_HOLD] = HOLD,
        [FACT_CUSTOMER] = CUSTOMER,   [FACT_CUSTOMER_REPORT] = REPORT,   [FACT_PARCEL_LINK] = LINK,
        [FACT_NOT_FOUND] = NOT_FOUND, [FACT_TICK] = TICK,           [FACT_HEARD] = HEARD,
        [FACT_INCIDENT] = INCIDENT,
        [FACT_TOLD] = TOLD,           [FACT_CONSENT] = CONSENT,          [FACT_RECEIPT] = RECEIPT,
        [FACT_ATTEMPT] = ATTEMPT,     [FACT_POLICY] = POLICY,            [FACT_CONTROL] = CONTROL,
        [FACT_ESTIMATE_MODEL] = ESTIMATE_MODEL,
        [FACT_REQUEST] = REQUEST,     [FACT_VERDICT] = VERDICT,          [FACT_ACTION_RESULT] = ACTION_RESULT,
        [FACT_TICKET] = TICKET,       [FACT_MESSAGE_IN] = MESSAGE_IN,    [FACT_TURN] = TURN,
        [FACT_KNOWLEDGE] = KNOWLEDGE, [FACT_RETURN] = RETURN,
    };
    return kind < FACT_KIND_COUNT ? TABLES[kind] : NULL;
}

/* ---- writing */

enum form { FULL, CLEAR, SECRET };

static const void *at(const struct fact *fct, const struct field *fd)
{
    return (const char *)fct + fd->at;
}

static void put_str(struct jw *w, enum form form, const char *name, struct str s, bool doc)
{
    if (form == FULL && doc)
        jw_kstr_null(w, name, s);
    else
        jw_kstr_opt(w, name, s);
}

static void put_place(struct jw *w, enum form form, const char *name, const struct place *p)
{
    if (form != FULL && str_empty(p->city) && str_empty(p->region) && str_empty(p->postal_code) && str_empty(p->country))
        return;
    jw_key(w, name);
    jw_obj(w);
    put_str(w, form, "city", p->city, true);
    put_str(w, form, "region", p->region, true);
    put_str(w, form, "postal_code", form == FULL ? p->postal_code : str_sub(p->postal_code, 0, 3), true);
    put_str(w, form, "country", p->country, true);
    jw_end(w);
}

static bool address_empty(const struct address *a)
{
    return str_empty(a->name) && str_empty(a->line1) && str_empty(a->city) && str_empty(a->postal_code) && str_empty(a->country) &&
           str_empty(a->line2) && str_empty(a->region) && str_empty(a->phone);
}

/* The clear part keeps country, region and the postal prefix; the sealed part has it all. */
static void put_address(struct jw *w, enum form form, const char *name, const struct address *a)
{
    if (address_empty(a)) {
        if (form == FULL) {
            jw_key(w, name);
            jw_null(w);
        }
        return;
    }
    jw_key(w, name);
    jw_obj(w);
    if (form != CLEAR) {
        put_str(w, form, "name", a->name, true);
        put_str(w, form, "line1", a->line1, true);
        put_str(w, form, "line2", a->line2, true);
        put_str(w, form, "city", a->city, true);
    }
    put_str(w, form, "region", a->region, true);
    put_str(w, form, "postal_code", form == CLEAR ? str_sub(a->postal_code, 0, 3) : a->postal_code, true);
    put_str(w, form, "country", a->country, true);
    if (form != CLEAR)
        put_str(w, form, "phone", a->phone, true);
    jw_end(w);
}

static void put_items(struct jw *w, enum form form, const char *name, const struct fact_item *items, size_t n)
{
    if (n == 0 && form != FULL)
        return;
    jw_key(w, name);
    jw_arr(w);
    for (size_t i = 0; i < n; i++) {
        jw_obj(w);
        put_str(w, form, "item_id", items[i].item_id, false);
        put_str(w, form, "sku", items[i].sku, true);
        put_str(w, form, "title", items[i].title, true);
        jw_ki64(w, "quantity", items[i].quantity);
        jw_ki64(w, "price_minor", items[i].price_minor);
        if (!items[i].ships)
            jw_kbool(w, "ships", false);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void put_parcels(struct jw *w, enum form form, const char *name, const struct parcel_ref *p, size_t n)
{
    if (n == 0 && form != FULL)
        return;
    jw_key(w, name);
    jw_arr(w);
    for (size_t i = 0; i < n; i++) {
        jw_obj(w);
        put_str(w, form, "carrier", p[i].carrier, true);
        put_str(w, form, "tracking_number", p[i].tracking_number, true);
        put_str(w, form, "url", p[i].url, true);
        jw_end(w);
    }
    jw_arr_end(w);
}

static void put_when(struct arena *a, struct jw *w, enum form form, const char *name, const struct when *v)
{
    char key[48];
    size_t n = strlen(name);
    memcpy(key, name, n);
    memcpy(key + n, "_at", 4);
    if (v->kind == WHEN_UTC)
        jw_ktime(w, key, v->utc_us);
    else if (form == FULL)
        jw_ktime(w, key, 0);
    memcpy(key + n, "_local", 7);
    put_str(w, form, key, time_local_text(a, v), true);
}

static void put_time(struct jw *w, enum form form, const struct field *fd, int64_t us)
{
    if (us != 0)
        jw_ktime(w, fd->name, us);
    else if (form == FULL && (fd->flags & DOC) != 0)
        jw_ktime(w, fd->name, 0);
}

static void put_field(struct arena *a, struct jw *w, enum form form, const struct fact *fct, const struct field *fd)
{
    const void *p = at(fct, fd);
    bool doc = (fd->flags & DOC) != 0;
    switch (fd->type) {
    case F_STR:
    case F_NUMBER:
        put_str(w, form, fd->name, *(const struct str *)p, doc);
        break;
    case F_I64:
    case F_MONEY:
        if (doc || *(const int64_t *)p != 0)
            jw_ki64(w, fd->name, *(const int64_t *)p);
        break;
    case F_COUNT:
        if (*(const uint32_t *)p != 0)
            jw_ki64(w, fd->name, *(const uint32_t *)p);
        break;
    case F_BOOL:
        if (*(const bool *)p || (doc && form == FULL))
            jw_kbool(w, fd->name, *(const bool *)p);
        break;
    case F_TIME:
        put_time(w, form, fd, *(const int64_t *)p);
        break;
    case F_WHEN:
        put_when(a, w, form, fd->name, p);
        break;
    case F_PLACE:
        put_place(w, form, fd->name, p);
        break;
    case F_ADDRESS:
        put_address(w, form, fd->name, p);
        break;
    case F_ITEMS:
        put_items(w, form, fd->name, ((const struct items *)p)->p, ((const struct items *)p)->n);
        break;
    case F_PARCELS:
        put_parcels(w, form, fd->name, ((const struct parcels *)p)->p, ((const struct parcels *)p)->n);
        break;
    case F_ENUM:
        jw_kstr(w, fd->name, str_of(fd->vocab->word(*(const int *)p)));
        break;
    }
}

/* The documented form has the vendor's item id where no SKU is known, and says so. */
static void put_sku(struct jw *w, const struct inventory_fact *v)
{
    bool by_id = str_empty(v->sku) && !str_empty(v->item_ref);
    jw_kstr_null(w, "sku", by_id ? v->item_ref : v->sku);
    if (by_id)
        jw_kbool(w, FACT_SKU_IS_REF, true);
}

static void put_fields(struct arena *a, struct jw *w, enum form form, const struct fact *fct, const struct field *fd)
{
    for (; fd != NULL && fd->name != NULL; fd++) {
        bool personal = (fd->flags & PERSONAL) != 0;
        if ((form == SECRET && !personal) || (form == CLEAR && personal && fd->type != F_ADDRESS))
            continue;
        if (form == FULL && fct->kind == FACT_INVENTORY_LEVEL && fd->at == IN(sku))
            put_sku(w, &fct->u.inventory);
        else
            put_field(a, w, form, fct, fd);
    }
}

void fact_write(struct arena *a, struct jw *w, const struct fact *fct)
{
    jw_obj(w);
    jw_kstr(w, "kind", str_of(fact_kind_word(fct->kind)));
    put_fields(a, w, FULL, fct, fact_fields(fct->kind));
    put_fields(a, w, FULL, fct, fact_common_fields);
    jw_end(w);
}

static bool has_personal(const struct fact *fct)
{
    for (const struct field *fd = fact_fields(fct->kind); fd != NULL && fd->name != NULL; fd++) {
        if ((fd->flags & PERSONAL) == 0)
            continue;
        if (fd->type == F_ADDRESS ? !address_empty(at(fct, fd)) : !str_empty(*(const struct str *)at(fct, fd)))
            return true;
    }
    return false;
}

void fact_write_split(struct arena *a, struct jw *clear, struct jw *personal, const struct fact *fct)
{
    jw_obj(clear);
    jw_kstr(clear, "kind", str_of(fact_kind_word(fct->kind)));
    put_fields(a, clear, CLEAR, fct, fact_fields(fct->kind));
    put_fields(a, clear, CLEAR, fct, fact_common_fields);
    jw_end(clear);
    if (!has_personal(fct))
        return;
    jw_obj(personal);
    put_fields(a, personal, SECRET, fct, fact_fields(fct->kind));
    jw_end(personal);
}
