/* Credentials for a token of an identity provider (Kubernetes, CI): AssumeRoleWithWebIdentity. */
#ifndef AWS_WEB_IDENTITY_H
#define AWS_WEB_IDENTITY_H

#include <stdbool.h>

#include "aws_reply.h"

/* The environment names a role and a file with a token. */
bool aws_web_identity_is_here(void);
tasks_status aws_web_identity_role(aws_credentials *out, tasks_error *error);

#endif
