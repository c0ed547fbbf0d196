/* What an AWS load balancer says of a user that it has let in: X-Amzn-Oidc-Data, which it signs. */
#ifndef BALANCER_H
#define BALANCER_H

#include "tokens.h"

#define BALANCER_HEADER "X-Amzn-Oidc-Data"

struct balancer_options {
    const char *arn;      /* whose signature counts */
    const char *keys_url; /* where keys are, by name; NULL: where AWS has those of the ARN's region */
    const char *issuer, *audience; /* of whom it got the user, as whom */
};

struct balancer;

/* Is it the ARN of a load balancer, so that its region can be told? */
bool balancer_arn_ok(const char *arn);

/* The texts are borrowed. NULL when out of memory, or without OpenSSL (UNSUPPORTED). */
struct balancer *balancer_new(const struct balancer_options *options, tasks_error *error);
void balancer_free(struct balancer *b);

/* A tokens_finder; `context` is the struct balancer.
 *  @return OK, DENIED (token_unknown, token_expired), UNAVAILABLE issuer_away, NO_MEMORY */
tokens_finder balancer_find;

#endif
