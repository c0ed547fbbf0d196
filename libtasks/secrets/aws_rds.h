/* The password of IAM database authentication, for any moment. */
#ifndef AWS_RDS_H
#define AWS_RDS_H

#include "aws_sign.h"
#include "wiped.h"

typedef struct aws_rds_request {
    const char *host, *port, *user;
    const char *token; /* of the session; NULL for keys that last */
    aws_sign_with with;
} aws_rds_request;

/* Byte for byte what `aws rds generate-db-auth-token` makes. */
tasks_status aws_rds_sign(const aws_rds_request *request, wiped *out, tasks_error *error);

#endif
