/* How people sign in on the page: OpenID Connect's code flow with PKCE, for a client without a secret. The
 * page goes to the issuer and comes back with a code, which is exchanged for a token here: so the page asks
 * no server but this one, and its policy allows no other. */
#ifndef SIGNIN_H
#define SIGNIN_H

#include <jansson.h>

#include "arena.h"
#include "tasks.h"

struct signin_options {
    const char *issuer, *client, *scope; /* borrowed */
};

struct signin;

struct signin *signin_new(const struct signin_options *options); /* NULL when out of memory */
void signin_free(struct signin *s);

/* Where the page goes to.
 * @return OK, UNAVAILABLE issuer_away (also while another thread asks it for the first time), NO_MEMORY */
tasks_status signin_start(struct signin *s, arena *memory, const char **url, tasks_error *error);

/* What the page came back with, and what it was sent there with. */
struct signin_code {
    const char *code, *verifier, *redirect_uri;
};

/* @param out  what the issuer gives for it, an object; released with json_decref()
 *  @return OK, DENIED sign_in_refused, UNAVAILABLE issuer_away, NO_MEMORY */
tasks_status signin_exchange(struct signin *s, const struct signin_code *code, arena *memory, json_t **out,
                             tasks_error *error);

#endif
