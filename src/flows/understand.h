/*
 * What a customer's message is understood to ask for, before it is folded and recorded with it: language, intents with their
 * calibrated confidence, signals. The answer rests on what is recorded, whatever a later model would understand.
 */
#ifndef WISMO_FLOWS_UNDERSTAND_H
#define WISMO_FLOWS_UNDERSTAND_H

#include "model/fact.h"
#include "talk/nlu/nlu.h"

#define MESSAGE_TEXT_MAX 16384 /* of a message; what is longer is quoted history, and stays in the raw row */

/* understand_decoded: all messages among what was decoded; what a sender claims of understanding and resolving is dropped. Pure. */
MUST_CHECK enum err understand_decoded(struct ctx *ctx, struct decoded *d);
/* understood_read: the recorded form again; false: nothing was understood (no words). */
bool understood_read(const struct message_in_fact *m, struct nlu_result *out);

#endif
