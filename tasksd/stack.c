#include "stack.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { KEPT = 8 << 10 /* what the next calls use at once */ };

/* The kernel has to tell the other processors, so a thread does it once in a second. */
static bool is_time(void)
{
    static _Thread_local time_t last;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    bool yes = now.tv_sec != last;
    last = now.tv_sec;
    return yes;
}

void stack_release(void)
{
    pthread_attr_t attributes;
    void *lowest;
    size_t size;
    if (!is_time() || pthread_getattr_np(pthread_self(), &attributes))
        return;
    pthread_attr_getstack(&attributes, &lowest, &size);
    pthread_attr_destroy(&attributes);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t end = ((uintptr_t)__builtin_frame_address(0) - KEPT) & ~(page - 1);
    if (end > (uintptr_t)lowest)
        madvise(lowest, end - (uintptr_t)lowest, MADV_DONTNEED);
}
