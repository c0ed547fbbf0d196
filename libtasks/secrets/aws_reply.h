/* What AWS answers, read with suspicion. UNAVAILABLE secret_unusable: the answer makes no sense. */
#ifndef AWS_REPLY_H
#define AWS_REPLY_H

#include <stdint.h>

#include "tasks.h"
#include "wiped.h"

enum { AWS_REPLY_TYPE_SIZE = 64 };

typedef struct aws_credentials {
    wiped key_id, key, token; /* token: empty for keys that last */
    int64_t expires_ms;       /* or TASKS_NO_TIME */
} aws_credentials;

void aws_reply_credentials_done(aws_credentials *c);

/* Is each part what can stand in a header? */
tasks_status aws_reply_check(const aws_credentials *c, tasks_error *error);

/* GetSecretValue. */
tasks_status aws_reply_secret(const char *text, size_t length, wiped *out, tasks_error *error);

/* The word for what went wrong ("AccessDeniedException") in an answer that is an error, JSON or XML; "" if
 * there is none. */
void aws_reply_type(const char *text, size_t length, char type[AWS_REPLY_TYPE_SIZE]);

/* Credentials as the container and instance services write them; and those of AssumeRoleWithWebIdentity.
 * Release with aws_reply_credentials_done() in any case. */
tasks_status aws_reply_role(const char *text, size_t length, aws_credentials *out, tasks_error *error);
tasks_status aws_reply_assumed(const char *text, size_t length, aws_credentials *out, tasks_error *error);

/* The first line, if it is a name of `size` - 1 characters at most. */
tasks_status aws_reply_name(const char *text, size_t length, char *out, size_t size, tasks_error *error);

#endif
