/* Whose keys sign a call to AWS. */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include <stdbool.h>

#include "aws_reply.h"

/* From the first that there is: the environment, the container's endpoint, a web identity, instance metadata.
 * What expires is kept for the whole process and renewed five minutes before. Released with
 * aws_reply_credentials_done() in any case. Thread-safe.
 * @param origin  where they are from, for people; static */
tasks_status aws_credentials_get(aws_credentials *out, const char **origin, tasks_error *error);

/* AWS has refused them: what is kept is not used again. False when nothing was kept. */
bool aws_credentials_forget(void);

#endif
