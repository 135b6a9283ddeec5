/*
 * What helpdesks share. A ticket is found again by its key (32 hex digits, which no word of a person is), wherever a helpdesk lets it
 * stand: an external id, a tag, a title. Where a ticket and its internal note are two calls, carry says what comes next and of which
 * ticket ("note 77"), and a ticket that is there without its note gets it.
 */
#ifndef WISMO_CONNECTORS_LIB_HELPDESK_H
#define WISMO_CONNECTORS_LIB_HELPDESK_H

#include "connectors/connector.h"

/* ticket_event_add: what a person did with one of our tickets. */
MUST_CHECK enum err ticket_event_add(struct ctx *ctx, struct decoded *out, struct str key, struct str id, enum ticket_event what, int64_t at_us);
/* ticket_answer_add: TICKET_ANSWERED with what was written, which reaches the customer by the channel that they wrote by. */
MUST_CHECK enum err ticket_answer_add(struct ctx *ctx, struct decoded *out, struct str key, struct str id, struct str answer_id, struct str text,
                                      int64_t at_us);
/* ticket_key_among: the first word of a text that is a key; empty: none. */
struct str ticket_key_among(struct str text);
/*
 * ticket_form: the body of a helpdesk whose webhooks are templates of ours: {"external_id", "ticket_id", "event", and of what
 * was answered "answer_id" and "text"}, or "tags" that hold
 * the key. Without a key among them it is none of ours.
 */
MUST_CHECK enum err ticket_form(struct ctx *ctx, const struct http_msg *msg, struct decoded *out);
/* ticket_form_verify: the shared secret of such a webhook, header X-Wismo-Secret. */
MUST_CHECK enum err ticket_form_verify(struct ctx *ctx, const struct account *acct, const struct http_msg *msg);

/* ticket_send: method and url, and what b holds as the JSON body (NULL: none); b is cleared. */
MUST_CHECK enum err ticket_send(struct ctx *ctx, struct out_req *out, const char *method, struct str url, struct buf *b);
/* ticket_tags: "name": [...]; with the key as one more where key is true. */
void ticket_tags(struct jw *w, const char *name, const struct ticket_packet *p, bool key);
/* ticket_field: value under a name from the configuration; nothing for an empty name. */
void ticket_field(struct ctx *ctx, struct jw *w, struct str name, struct str value);
/* ticket_about: what a customer may see of it: the order, and that somebody looks into it. */
struct str ticket_about(struct ctx *ctx, const struct ticket_packet *p);
/* ticket_note: the packet with its key, as HTML (with lines kept) or plain. */
MUST_CHECK enum err ticket_note(struct ctx *ctx, const struct ticket_packet *p, bool html, struct str *out);

/* Ends and steps; each gives OK. */
enum err ticket_done(struct action_answer *out, struct str id);
enum err ticket_next(struct action_answer *out, struct str carry);
enum err ticket_refused(struct ctx *ctx, struct action_answer *out, const char *who, int status);
/* ticket_step_is: the first word of carry is what; *id: what follows. */
bool ticket_step_is(struct str carry, const char *what, struct str *id);
/* ticket_needs: Errs: ERR_DENIED naming the first of the settings (ends with NULL) that is not configured; base_url is one. */
MUST_CHECK enum err ticket_needs(struct ctx *ctx, const struct account *acct, const char *const *settings);

#endif
