/* The instance metadata service of EC2, version 2 only: a token first, then what it opens. */
#ifndef AWS_METADATA_H
#define AWS_METADATA_H

#include "aws_reply.h"
#include "https.h"

/* AWS_EC2_METADATA_DISABLED says so. */
bool aws_metadata_is_off(void);

/* Both: UNAVAILABLE secret_away or TIMEOUT when there is no such service here. */
tasks_status aws_metadata_region(char *out, size_t size, tasks_error *error);
tasks_status aws_metadata_role(aws_credentials *out, tasks_error *error);

/* A call to a service that is at most one hop away, with little patience: three tries of a second each. */
tasks_status aws_metadata_call(const char *method, const char *url, const char *const *headers,
                               https_reply *out, tasks_error *error);

#endif
