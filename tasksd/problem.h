/* Failures as application/problem+json (RFC 9457). What happened inside stays inside: from 500 on the
 * client learns the kind of failure only. Each returns the status, so that a handler can end with it. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include "http.h"

int problem(struct http_response *rs, int status, const char *code, const char *detail);

/* For a failed call of the library. */
int problem_error(const struct http_request *rq, struct http_response *rs, const tasks_error *error);

/* What problem_error() answers. */
int problem_status(const tasks_error *error, bool in_body);

#endif
