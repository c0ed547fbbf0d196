/* The keys of one issuer: fetched when they are first asked for, kept, and fetched again now and then. */
#ifndef KEYRING_H
#define KEYRING_H

#include "jwks.h"

struct keyring_options {
    const char *issuer; /* borrowed */
    enum jwt_algorithm algorithm;
    int64_t refetch_ms; /* for a key that is not known the issuer is asked at most so often */
};

struct keyring;

struct keyring *keyring_new(const struct keyring_options *options); /* NULL when out of memory */
void keyring_free(struct keyring *ring);

/* @param out  released with EVP_PKEY_free()
 *  @return OK, DENIED token_unknown (no key has that name), UNAVAILABLE issuer_away, NO_MEMORY */
tasks_status keyring_find(struct keyring *ring, const char *kid, EVP_PKEY **out, tasks_error *error);

#endif
