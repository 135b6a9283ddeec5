/* RSA keys as vendors publish them, and what is signed with them. Keys are made by EVP_RSA_gen. */
#ifndef WISMO_TESTS_LIB_RSA_KEY_H
#define WISMO_TESTS_LIB_RSA_KEY_H

#include "lib/fixture.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

/* rsa_key_jwks: a key set with a key of no use and this one under its id. */
struct str rsa_key_jwks(struct arena *a, EVP_PKEY *key, const char *kid);
/* rsa_key_sign: RSASSA-PKCS1-v1_5 with SHA-256, base64. */
struct str rsa_key_sign(struct arena *a, EVP_PKEY *key, struct str text);

#endif
