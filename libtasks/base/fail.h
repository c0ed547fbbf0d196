/* Filling the caller's tasks_error. */
#ifndef FAIL_H
#define FAIL_H

#include "tasks.h"

/* Returns `status`, so that a failing function can end with `return fail(...)`. `error` may be NULL.
 * `code` is one of the words listed at tasks_error. */
__attribute__((format(printf, 4, 5))) tasks_status fail(tasks_error *error, tasks_status status,
                                                        const char *code, const char *format, ...);

/* The same, naming the member that is wrong. Status is TASKS_INVALID. */
__attribute__((format(printf, 4, 5))) tasks_status fail_field(tasks_error *error, const char *field,
                                                              const char *code, const char *format, ...);

/* no_memory. Here in full, so that whoever reads a caller, the analyzer too, sees that it is no success. */
static inline tasks_status fail_memory(tasks_error *error)
{
    fail(error, TASKS_NO_MEMORY, "no_memory", "out of memory");
    return TASKS_NO_MEMORY;
}

#endif
