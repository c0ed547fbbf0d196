#include "stack.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { KEPT = 8 << 10 }; /* what the next calls use at once */

void stack_release(void)
{
    pthread_attr_t attributes;
    void *lowest;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes))
        return;
    pthread_attr_getstack(&attributes, &lowest, &size);
    pthread_attr_destroy(&attributes);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t end = ((uintptr_t)__builtin_frame_address(0) - KEPT) & ~(page - 1);
    if (end > (uintptr_t)lowest)
        madvise(lowest, end - (uintptr_t)lowest, MADV_DONTNEED);
}
