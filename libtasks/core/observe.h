/* Telling the observer of the options how long calls take. */
#ifndef OBSERVE_H
#define OBSERVE_H

#include "pool.h"

typedef struct observe {
    tasks_observer tell; /* NULL: nobody wants to know */
    void *context;
    const char *backend;
} observe;

/* TASKS_OPERATION_... */
int32_t observe_read(const backend_read *read);
int32_t observe_write(const backend_batch *batch);

/* `request` has been through the pool, whether or not its turn came. */
tasks_timing observe_timing(const observe *o, int32_t operation, const pool_request *request,
                            tasks_status status);
void observe_tell(const observe *o, const tasks_timing *timing);
/* Both. */
void observe_call(const observe *o, int32_t operation, const pool_request *request, tasks_status status);

#endif
