/* Who a signed token of one issuer is of: its subject becomes the owner. */
#ifndef OIDC_H
#define OIDC_H

#include "keyring.h"
#include "tokens.h"

struct oidc_options {
    const char *audience; /* borrowed */
    bool iat_will_do;     /* for a token that does not say nbf */
    struct keyring_options keys;
};

struct oidc;

/* NULL when out of memory, or without OpenSSL (UNSUPPORTED). */
struct oidc *oidc_new(const struct oidc_options *options, tasks_error *error);
void oidc_free(struct oidc *oidc);

/* A tokens_finder; `context` is the struct oidc.
 *  @return OK, DENIED (token_unknown, token_expired), UNAVAILABLE issuer_away, NO_MEMORY */
tokens_finder oidc_find;

#endif
