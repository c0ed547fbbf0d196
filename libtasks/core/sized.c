#include "sized.h"

#include <string.h>

#include "fail.h"

enum { SIZE_MAX_SANE = 4096 };

static uint32_t size_of(const void *theirs)
{
    uint32_t size = 0;
    if (theirs)
        memcpy(&size, theirs, sizeof size);
    return size;
}

static tasks_status unset(const char *name, tasks_error *error)
{
    return fail(error, TASKS_INVALID, "option_malformed",
                "%s is NULL or was not started from its _INIT value", name);
}

tasks_status sized_read(void *ours, size_t size, const void *theirs, const char *name, tasks_error *error)
{
    uint32_t their_size = size_of(theirs);
    if (their_size <= sizeof their_size || their_size > SIZE_MAX_SANE)
        return unset(name, error);
    const unsigned char *bytes = theirs;
    for (size_t i = size; i < their_size; i++)
        if (bytes[i])
            return fail(error, TASKS_INVALID, "option_malformed",
                        "%s has a member that this library does not know", name);
    memset(ours, 0, size);
    memcpy(ours, theirs, their_size < size ? their_size : size);
    return TASKS_OK;
}

tasks_status sized_write(void *theirs, const void *ours, size_t size, const char *name, tasks_error *error)
{
    uint32_t their_size = size_of(theirs);
    if (their_size <= sizeof their_size || their_size > SIZE_MAX_SANE)
        return unset(name, error);
    memcpy((char *)theirs + sizeof their_size, (const char *)ours + sizeof their_size,
           (their_size < size ? their_size : size) - sizeof their_size);
    return TASKS_OK;
}
