#include "starve.h"

#include <stddef.h>

static long countdown;
static bool lasting, happened;

void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);

void starve_at(long nth)
{
    countdown = nth;
    lasting = happened = false;
}

void starve_from(long nth)
{
    starve_at(nth);
    lasting = true;
}

bool starve_happened(void)
{
    return happened;
}

static bool fails(void)
{
    if (countdown == 0 || (countdown > 1 && countdown--))
        return false;
    countdown = lasting ? 1 : 0;
    return happened = true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}
