/*
 * Keys: one master key (a file kept apart from the store) gives each merchant a key that wraps the keys of its subjects and
 * days, and a key for the hashes of contacts. Destroying a wrapped key makes what it sealed unreadable for good.
 */
#ifndef WISMO_STORAGE_VAULT_H
#define WISMO_STORAGE_VAULT_H

#include "base/crypto.h"

#define CONTACT_HASH_LEN 16

struct vault_keys { /* of one merchant */
    unsigned char kek[KEY_LEN];  /* wraps */
    unsigned char hash[KEY_LEN]; /* keys the contact hashes */
};

/* vault_master: reads the 32-byte key from path; makes it (mode 0600) when the file is absent and create is set. */
MUST_CHECK enum err vault_master(struct ctx *ctx, const char *path, bool create, unsigned char out[KEY_LEN]);
/* vault_derive: the merchant's keys; the name binds them, so that no two merchants share one. */
MUST_CHECK enum err vault_derive(struct ctx *ctx, const unsigned char master[KEY_LEN], struct str merchant, struct vault_keys *out);
/* key_wrap / key_unwrap: a fresh key under the merchant's; what binds it to its use ("subject", "day", "raw"). */
MUST_CHECK enum err key_wrap(const unsigned char kek[KEY_LEN], struct str what, const unsigned char key[KEY_LEN], struct buf *out);
MUST_CHECK enum err key_unwrap(const unsigned char kek[KEY_LEN], struct str what, struct str wrapped, unsigned char out[KEY_LEN]);

enum contact_kind { CONTACT_EMAIL = 'e', CONTACT_PHONE = 'p', CONTACT_ZIP = 'z', CONTACT_ADDRESS = 'a' };
/*
 * contact_hash: keyed hash of a contact in its normal form: e-mail lower-cased and trimmed; phone: digits only, the last nine
 * (so that national and international forms agree); ZIP: letters and digits, upper case, US ZIP+4 cut to five.
 * Empty after that: ERR_PARSE.
 */
MUST_CHECK enum err contact_hash(struct ctx *ctx, const struct vault_keys *vk, enum contact_kind kind, struct str value,
                                 unsigned char out[CONTACT_HASH_LEN]);

#endif
