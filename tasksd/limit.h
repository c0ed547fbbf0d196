/* How many requests a client may send (--rate-limit): a client is who shows a token or an identity, else an
 * address. */
#ifndef LIMIT_H
#define LIMIT_H

#include "auth.h"
#include "buckets.h"

/* Reads "100/s", "100/s:500", "6000/m", "1000/h:50"; without a burst it is as much as the rate.
 * NULL, or what is wrong. Static. */
const char *limit_read(const char *text, struct buckets_rate *out);

/* Tells the client how it stands (RateLimit, RateLimit-Policy). 0, or the status of the answer made. */
int limit_check(struct buckets *buckets, const struct access *access, const struct http_request *rq,
                struct http_response *rs, const struct auth_who *who);

#endif
