/* The public keys of an issuer (RFC 7517). */
#ifndef JWKS_H
#define JWKS_H

#include "jwt.h"

struct jwks;

/* Reads those keys of a set that can verify by the algorithm; others are passed over. NULL if it is no set,
 * or memory is short. */
struct jwks *jwks_read(const char *text, size_t length, enum jwt_algorithm algorithm);
void jwks_free(struct jwks *set);

/* Borrowed; NULL if there is none of that name. */
EVP_PKEY *jwks_key(const struct jwks *set, const char *kid);

#endif
