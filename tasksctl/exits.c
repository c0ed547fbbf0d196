#include "exits.h"

#include <stddef.h>

static const int codes[] = {
    [TASKS_OK] = EXITS_DONE,
    [TASKS_INVALID] = EXITS_BAD_DATA,
    [TASKS_NOT_FOUND] = EXITS_NOT_FOUND,
    [TASKS_CONFLICT] = EXITS_CONFLICT,
    [TASKS_DENIED] = EXITS_DENIED,
    [TASKS_UNAVAILABLE] = EXITS_UNAVAILABLE,
    [TASKS_TIMEOUT] = EXITS_UNAVAILABLE,
    [TASKS_FULL] = EXITS_FAILED,
    [TASKS_READ_ONLY] = EXITS_DENIED,
    [TASKS_CORRUPT] = EXITS_BAD_DATA,
    [TASKS_UNSUPPORTED] = EXITS_BAD_DATA,
    [TASKS_NO_MEMORY] = EXITS_FAILED,
    [TASKS_INTERNAL] = EXITS_FAILED,
};

int exits_of(tasks_status status)
{
    if (status < 0 || (size_t)status >= sizeof codes / sizeof *codes)
        return EXITS_FAILED;
    return codes[status];
}
