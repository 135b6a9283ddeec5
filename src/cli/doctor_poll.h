/* What the doctor tells of an account's polls: what is asked for, how often, the last answer, when the next call is due. */
#ifndef WISMO_CLI_DOCTOR_POLL_H
#define WISMO_CLI_DOCTOR_POLL_H

#include "connectors/connector.h"
#include "storage/db.h"

struct poll_story {
    struct str words; /* "silent parcels every 4 h (3 watched, the next due at ...); at most 10 calls in 1 s; last answer at ..." */
    bool asked;       /* false: it is never asked, and words says why */
    bool in_trouble;  /* failed so often in a row that it is asked now and then only */
};
/* poll_story_read: state NULL: there is no store yet. Errs: of the store, or of the account's settings. */
MUST_CHECK enum err poll_story_read(struct ctx *ctx, struct db *state, int64_t merchant_id, const struct account *acct, struct poll_story *out);

#endif
