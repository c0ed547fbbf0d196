/* What went wrong here, as an item of Rollbar's API, which other collectors of errors take too. */
#ifndef ROLLBAR_H
#define ROLLBAR_H

#include "buf.h"
#include "log.h"

/* An answer 5xx. `environment` may be NULL. */
void rollbar_answer(const struct log_request *request, const char *environment, buf *to);

/* The end of the process by itself; `how` says what is known of it. */
void rollbar_crash(const char *how, const char *environment, buf *to);

#endif
