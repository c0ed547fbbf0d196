/* Where an issuer keeps its keys, and where people sign in (OpenID Connect Discovery). */
#ifndef DISCOVERY_H
#define DISCOVERY_H

#include <stdbool.h>

#include "arena.h"
#include "tasks.h"

/* Only https, or http on this machine: who can change what is on the way would be the issuer. */
bool discovery_url_ok(const char *url);

/* The address of its document. NULL when out of memory. */
const char *discovery_url(const char *issuer, arena *memory);

/* What it says. People can sign in where there are both of the latter. */
struct discovery {
    const char *keys_url;
    const char *authorization_url, *token_url; /* NULL: none, or none of https */
};

/* Reads the document. @return OK, UNAVAILABLE issuer_away (it is none, or of another issuer), NO_MEMORY */
tasks_status discovery_read(const char *text, size_t length, const char *issuer, arena *memory,
                            struct discovery *out, tasks_error *error);

#endif
