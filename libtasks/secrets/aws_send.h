/* One call of a service of AWS: where to, signed by whom, how often, and what its refusal means. */
#ifndef AWS_SEND_H
#define AWS_SEND_H

#include "aws_reply.h"
#include "https.h"

typedef struct aws_send_request {
    const char *service, *variable; /* "secretsmanager"; as for aws_place_endpoint() */
    const char *region;
    const char *permission;     /* what its caller must be allowed, for the message when it is not */
    const char *const *headers; /* up to four, ends with NULL */
    const char *body;
    size_t body_length;
} aws_send_request;

/* POSTs to "/" and tries up to five times.
 * @param signer  NULL: not signed
 * @return OK with an answer that is no error; NOT_FOUND secret_missing; DENIED secret_denied, keys_refused;
 *  UNAVAILABLE secret_away, secret_unusable; TIMEOUT secret_away; INVALID. The reply is released in any case.
 */
tasks_status aws_send(const aws_send_request *request, const aws_credentials *signer, https_reply *out,
                      tasks_error *error);

/* What the answer to the request means; `now_ms` is this machine's clock, which may be why it is no. */
tasks_status aws_send_judge(const aws_send_request *request, const https_reply *reply, int64_t now_ms,
                            tasks_error *error);

#endif
