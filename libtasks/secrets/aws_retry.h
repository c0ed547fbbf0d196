/* When a call to AWS is worth another try, and how long to wait before it. */
#ifndef AWS_RETRY_H
#define AWS_RETRY_H

#include <stdbool.h>

#include "https.h"

typedef struct aws_retry {
    int tries, tries_max; /* begun, and how many there may be */
} aws_retry;

/* After a try: true for a time-out, a connection that failed and 5xx or 429. */
bool aws_retry_helps(tasks_status status, const tasks_error *error, const https_reply *reply);

/* Waits for a random time before the next try, up to 100 ms before the second and twice as much before each
 * one more, 2 s at most; so those who failed together do not come back together. False if that was the last.
 */
bool aws_retry_wait(aws_retry *retry);

#endif
