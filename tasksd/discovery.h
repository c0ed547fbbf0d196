/* Where an issuer keeps its keys (OpenID Connect Discovery). */
#ifndef DISCOVERY_H
#define DISCOVERY_H

#include <stdbool.h>

#include "arena.h"
#include "tasks.h"

/* Only https, or http on this machine: who can change what is on the way would be the issuer. */
bool discovery_url_ok(const char *url);

/* The address of its document. NULL when out of memory. */
const char *discovery_url(const char *issuer, arena *memory);

/* Reads the document. @return OK, UNAVAILABLE issuer_away (it is none, or of another issuer), NO_MEMORY */
tasks_status discovery_read(const char *text, size_t length, const char *issuer, arena *memory,
                            const char **keys_url, tasks_error *error);

#endif
