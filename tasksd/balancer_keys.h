/* The keys of a region's load balancers: each fetched by its name when it is first asked for, and kept. */
#ifndef BALANCER_KEYS_H
#define BALANCER_KEYS_H

#include "jwt.h"

struct balancer_keys;

struct balancer_keys *balancer_keys_new(const char *url); /* NULL when out of memory */
void balancer_keys_free(struct balancer_keys *keys);

/* @param out  released with EVP_PKEY_free()
 *  @return OK, DENIED token_unknown (no key has that name), UNAVAILABLE issuer_away, NO_MEMORY */
tasks_status balancer_keys_find(struct balancer_keys *keys, const char *kid, EVP_PKEY **out,
                                tasks_error *error);

#endif
