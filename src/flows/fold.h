/*
 * Step two as a library: a fold transaction over one merchant's state. The folder runs it on the store, replay on a scratch
 * store. Rows are loaded once, changed in memory and written at the end, sorted by number, so that random pages become runs.
 * Nothing here depends on where a transaction begins or ends.
 */
#ifndef WISMO_FLOWS_FOLD_H
#define WISMO_FLOWS_FOLD_H

#include "flows/engine_int.h"
#include "mind/message_policy.h"


struct fold_parcel {
    struct parcel p;
    int64_t subject, stored_due;
    struct str hist;
    unsigned char key[KEY_LEN];
    bool have_key, is_new, dirty, due_moved;
    int64_t changed_pos;   /* position that last changed it */
};

struct fold_order {
    struct order_case c;
    int64_t subject, stored_due;
    struct str hist, told, acts;
    unsigned char key[KEY_LEN];
    bool have_key, is_new, dirty, due_moved, queued;
    int64_t changed_pos;
    struct act_request *requests; /* of the position under way */
};

struct fold_map {
    void **slots;
    uint64_t *hashes;
    size_t n, cap;
};

/* A derived fact, as written or compared. */
struct derived_fact {
    enum fact_kind kind;
    struct str clear;
};

struct fold {
    struct ctx *ctx;          /* its arena lives as long as the transaction */
    struct merchant *m;
    struct db *db;
    bool replay;              /* facts come from the ledger: nothing is sealed, resolved or recorded anew */
    int64_t pos, now_us;
    uint32_t idx;             /* next fact's index at pos */
    enum origin origin;
    int64_t at_us;
    struct str account;
    int64_t parcel_no, order_no, subject_no; /* last given */
    struct fold_map parcels, parcel_nos, orders;
    struct fold_parcel **all_parcels;
    struct fold_order **all_orders;
    size_t parcels_n, parcels_cap, orders_n, orders_cap;
    struct fold_order **touched;
    size_t touched_n, touched_cap;
    /* replay: derived facts go here instead of into the store */
    enum err (*derived)(struct fold *f, void *user, const struct derived_fact *d);
    void *derived_user;
    int64_t derived_idx;      /* index of the last derived fact */
    int64_t facts, repeats, diagnosed;
    struct promises promises; /* the merchant's, with its incidents as they stand */
    struct message_policy policy; /* the recorded one; looked up when first needed */
    bool have_policy;
    struct act_rules *rules;  /* the policy as it was read last: the caller's, longer-lived than a transaction */
    const struct policy *act_policy; /* that holds, NULL: none; looked up when first needed */
    bool have_act_policy, act_tickets;
};

/* fold_begin: loads the merchant's position and counters; the transaction on db is begun by the caller. */
MUST_CHECK enum err fold_begin(struct fold *f, struct ctx *ctx, struct merchant *m, struct db *db);
/* fold_position: starts position pos with the ledger's time. */
void fold_position(struct fold *f, int64_t pos, int64_t at_us, enum origin origin, struct str account);
/*
 * fold_fact: one input fact. address_hash: recorded one (replay) or 0 to make it. clear, sealed, subject: the recorded bytes
 * (replay) or empty.
 */
struct fact_record {
    struct str clear, sealed;
    int64_t subject;
    uint64_t address_hash;
    uint32_t idx;
};
MUST_CHECK enum err fold_fact(struct fold *f, const struct fact *fct, const struct fact_record *rec);
/* fold_customer_link: replay of a recorded link. */
MUST_CHECK enum err fold_customer_link(struct fold *f, int64_t order_no, struct str customer);
/* fold_record: a fact that is only kept (question, answer). */
MUST_CHECK enum err fold_record(struct fold *f, enum fact_kind kind, struct str clear);
/* fold_position_end: diagnoses the orders that this position touched. */
MUST_CHECK enum err fold_position_end(struct fold *f);
/* fold_flush: writes rows and the position; the caller commits, then calls fold_due_each for the wheel. */
MUST_CHECK enum err fold_flush(struct fold *f);
void fold_due_each(struct fold *f, void (*fn)(void *user, bool is_parcel, int64_t number, int64_t due_us), void *user);

/* inside: fold_txn.c, fold_apply.c, fold_record.c, fold_order_find.c, fold_contact.c, fold_asked.c, fold_parked.c, fold_stock.c, fold_diagnose.c */
/* fold_order_find: the order of an id, a name or a reference at this source, made when there is none; its names are kept. */
MUST_CHECK enum err fold_order_find(struct fold *f, struct str id, struct str name, struct str ref, struct fold_order **out);
MUST_CHECK enum err fold_order_contacts(struct fold *f, struct fold_order *fo, const struct order_fact *o);
uint64_t fold_address_hash(struct fold *f, const struct address *a); /* 0: no address */
MUST_CHECK enum err fold_order_by_id(struct fold *f, struct str id, struct fold_order **out); /* at this source; NULL: none */
MUST_CHECK enum err fold_event(struct fold *f, const struct fact *fct, const struct fact_record *rec);
/* fold_heard: a vendor that was asked told what it knows: how fresh that is moves, nothing else. */
MUST_CHECK enum err fold_heard(struct fold *f, const struct fact *fct, const struct fact_record *rec);
/* fold_parked_event: an event without a number, of a fulfillment: under its number when that is known, else parked. */
MUST_CHECK enum err fold_parked_event(struct fold *f, const struct fact *fct, const struct fact_record *rec);
/* fold_unpark: events that were parked under a fulfillment whose number is known now. */
MUST_CHECK enum err fold_unpark(struct fold *f, const struct fulfillment_fact *ff);
MUST_CHECK enum err fold_parcel_by_number(struct fold *f, struct str number, bool create, struct fold_parcel **out);
MUST_CHECK enum err fold_parcel_by_no(struct fold *f, int64_t no, struct fold_parcel **out);
MUST_CHECK enum err fold_order_by_no(struct fold *f, int64_t no, struct fold_order **out);
MUST_CHECK enum err fold_order_new(struct fold *f, struct fold_order **out);
MUST_CHECK enum err fold_touch(struct fold *f, struct fold_order *o);
MUST_CHECK enum err fold_fact_add(struct fold *f, const struct fact *fct, const struct fact_record *rec, int64_t *subject,
                                  unsigned char key[KEY_LEN], bool *have_key, uint64_t address_hash);
/* fold_fact_keep: the same of a fact that is part of no row: what is personal in it gets a key of its own. */
MUST_CHECK enum err fold_fact_keep(struct fold *f, const struct fact *fct, const struct fact_record *rec);
MUST_CHECK enum err fold_derived(struct fold *f, enum fact_kind kind, struct str clear);
MUST_CHECK enum err fold_diagnose_touched(struct fold *f);
MUST_CHECK enum err fold_inventory(struct fold *f, const struct fact *fct, const struct fact_record *rec);
MUST_CHECK enum err fold_promises(struct fold *f, const struct fact *fct, const struct fact_record *rec);
MUST_CHECK enum err fold_incident(struct fold *f, const struct fact *fct, const struct fact_record *rec);
MUST_CHECK enum err fold_estimate_model(struct fold *f, const struct fact *fct, const struct fact_record *rec);
/* fold_knowledge: a version of a document: its passages hold from here on. fold_gap: a question that none of them answered. */
MUST_CHECK enum err fold_knowledge(struct fold *f, const struct fact *fct, const struct fact_record *rec);
MUST_CHECK enum err fold_gap(struct fold *f);
/* fold_stock_wait: notes for which items this order waits, so that their stock wakes it; was: its class before. */
MUST_CHECK enum err fold_stock_wait(struct fold *f, const struct fold_order *fo, const struct case_diagnosis *cd,
                                    enum diag_class was);
/* fold_decide: what the customer is told of the order as it is now: decisions, rows in the outbox, texts; sets its next look. */
MUST_CHECK enum err fold_decide(struct fold *f, struct fold_order *fo, const struct case_diagnosis *cd);
MUST_CHECK enum err fold_tellings_put(struct fold *f, struct fold_order *fo, const struct tellings *told);
MUST_CHECK enum err fold_obligation(struct fold *f, int64_t order_no, const struct told_entry *t);
/* fold_consent_subject: whose wishes count for an order. */
struct str fold_consent_subject(struct fold *f, const struct fold_order *fo);
MUST_CHECK enum err fold_consent_set(struct fold *f, const struct fold_order *fo, enum channel_kind c, bool withdrawn, int64_t at_us);
/* fold_consent: what a customer wants. fo: the order it names, NULL: it names a message, a contact or what that was resolved to. */
MUST_CHECK enum err fold_consent(struct fold *f, struct fold_order *fo, const struct fact *fct, const struct fact_record *rec);
/* fold_customer_of: the customer of a contact's hash, a new one when nobody has it. Not for replay. */
MUST_CHECK enum err fold_customer_of(struct fold *f, const unsigned char hash[CONTACT_HASH_LEN], struct str *id);
/* fold_message_fact: attempt, receipt, told, policy, control. fo: the order it names, NULL: none. */
MUST_CHECK enum err fold_message_fact(struct fold *f, struct fold_order *fo, const struct fact *fct, const struct fact_record *rec);
/* fold_tellings_merge: what `from` remembers of its messages goes to the order that it turned out to be. */
MUST_CHECK enum err fold_tellings_merge(struct fold *f, struct fold_order *into, struct fold_order *from);
/* fold_act: what the policy decides about the order as it is now: decisions, actions, rows in the outbox; sets its next look. */
MUST_CHECK enum err fold_act(struct fold *f, struct fold_order *fo, const struct case_diagnosis *cd);
/* fold_act_fact: request, verdict, result of an action, a policy. */
MUST_CHECK enum err fold_act_fact(struct fold *f, const struct fact *fct, const struct fact_record *rec);
/* fold_act_attempt: the courier's word that an action is about to be done. */
struct outbox_row;
MUST_CHECK enum err fold_act_attempt(struct fold *f, struct outbox_row *row, const struct fact *fct, const struct fact_record *rec);
/* fold_talk_fact: a customer's message, or a turn that answers it. */
MUST_CHECK enum err fold_talk_fact(struct fold *f, const struct fact *fct, const struct fact_record *rec);
/* fold_talk_ticket: the same of one conversation, by the items of its ticket. */
MUST_CHECK enum err fold_talk_ticket(struct fold *f, struct str items, bool answered);
/*
 * fold_talk_of_answer: the conversation that an answer in the helpdesk belongs to, by its ticket's items or order; left as it is when there
 * is none, or it was told before. fold_talk_answer: such an answer as a line, and by the customer's channel.
 */
MUST_CHECK enum err fold_talk_of_answer(struct fold *f, struct str items, int64_t order_no, struct ticket_fact *t);
MUST_CHECK enum err fold_talk_answer(struct fold *f, const struct fact *fct, const struct fact_record *rec);
/* fold_talk_person: a person has answered about the order, or is done with it: its conversations that wanted one know. */
MUST_CHECK enum err fold_talk_person(struct fold *f, int64_t order_no, bool answered);
MUST_CHECK enum err fold_act_merge(struct fold *f, struct fold_order *into, struct fold_order *from);
void fold_order_changed(struct fold *f, struct fold_order *o);
void fold_parcel_changed(struct fold *f, struct fold_parcel *p);

/* build_id: number of this build, kept with each fact, so that a difference can be told by version. */
int64_t build_id(void);

#endif
