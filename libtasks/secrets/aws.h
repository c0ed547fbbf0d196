/* What AWS does for logging in, beside keeping secrets. */
#ifndef AWS_H
#define AWS_H

#include "secret.h"

/* A password for PostgreSQL on RDS with IAM authentication. It is good for 15 minutes, for one host, port and
 * user. The region is that of the host's name, else the configured one.
 * @return OK; DENIED, UNAVAILABLE, TIMEOUT as of a secret; INVALID option_malformed; UNSUPPORTED */
tasks_status aws_rds_token(const char *host, const char *port, const char *user, wiped *out,
                           tasks_error *error);

#endif
