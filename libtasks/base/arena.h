/* Many small allocations that are released together. */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

typedef struct arena {
    struct arena_chunk *chunks;
} arena;

void arena_init(arena *a);
void arena_done(arena *a);                /* releases everything; the arena is empty and usable again */
void *arena_alloc(arena *a, size_t size); /* aligned for any type, not cleared; NULL when out of memory */
char *arena_copy(arena *a, const char *text, size_t length); /* adds a NUL */

#endif
