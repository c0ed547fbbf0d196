/* Structures that start with their own size, so that callers built with an older or newer header work. */
#ifndef SIZED_H
#define SIZED_H

#include <stddef.h>

#include "tasks.h"

/* Copies the caller's structure into ours of `size` bytes: members it does not have become zero, members
 * that we do not have must be zero. `name` is for the message. INVALID option_malformed. */
tasks_status sized_read(void *ours, size_t size, const void *theirs, const char *name, tasks_error *error);
/* Copies as much of ours as the caller has room for; the caller's size stays. */
tasks_status sized_write(void *theirs, const void *ours, size_t size, const char *name, tasks_error *error);

#endif
