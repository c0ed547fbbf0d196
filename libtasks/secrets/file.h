/* Small files with secrets in them. */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>

#include "tasks.h"
#include "wiped.h"

/* All of a regular file of 1..`max` bytes without the line break at its end. With `guarded` it is refused
 * when others than its owner may reach it; that is the rule of libpq for keys, so root may let a group read:
 * systemd lets a service at its credential that way.
 * @return OK; NOT_FOUND secret_missing; DENIED secret_denied; UNAVAILABLE secret_away, secret_unusable */
tasks_status file_read(const char *path, size_t max, bool guarded, wiped *out, tasks_error *error);

#endif
