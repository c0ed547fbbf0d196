/* Where AWS is: regions, endpoints, and which hosts may be spoken to without TLS. */
#ifndef AWS_PLACE_H
#define AWS_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "tasks.h"

enum { AWS_PLACE_REGION_SIZE = 33, AWS_PLACE_URL_SIZE = 512 };

typedef struct aws_place_region {
    char name[AWS_PLACE_REGION_SIZE];
    const char *origin; /* "AWS_REGION", ...; static */
} aws_place_region;

/* What a name of AWS is made of: letters, digits and `more`, 1..`max` of them. */
bool aws_place_is_word(const char *text, size_t length, size_t max, const char *more);

/* The region in an ARN of a secret; its name is "" if `name` is no ARN. INVALID secret_malformed: a bad ARN,
 * or one of another service. */
tasks_status aws_place_of_arn(const char *name, aws_place_region *out, tasks_error *error);

/* AWS_REGION, AWS_DEFAULT_REGION, or that of the machine we run on. */
tasks_status aws_place_here(aws_place_region *out, tasks_error *error);

/* https://SERVICE.REGION.amazonaws.com/, or what `variable` ("AWS_ENDPOINT_URL_SECRETS_MANAGER") or else
 * AWS_ENDPOINT_URL says; only such a one may be plain http. */
tasks_status aws_place_endpoint(const char *service, const char *variable, const char *region,
                                char url[AWS_PLACE_URL_SIZE], bool *plain, tasks_error *error);

/* Credentials come over plain http only from this machine: loopback, or the addresses of the container and
 * instance services. INVALID for any other host, as for what is no URL. */
tasks_status aws_place_check_local(const char *variable, const char *url, tasks_error *error);

#endif
