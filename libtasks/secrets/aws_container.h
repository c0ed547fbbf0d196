/* Credentials from the endpoint that ECS, EKS and their kin give to a container. */
#ifndef AWS_CONTAINER_H
#define AWS_CONTAINER_H

#include <stdbool.h>

#include "aws_reply.h"

/* The environment names such an endpoint. */
bool aws_container_is_here(void);
tasks_status aws_container_role(aws_credentials *out, tasks_error *error);

#endif
