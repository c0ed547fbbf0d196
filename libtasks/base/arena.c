#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, room;
    max_align_t bytes[];
};

/* The first chunk is one that glibc keeps ready in each thread: up to 1032 bytes, head included. */
enum { CHUNK_MIN = 1024 - sizeof(struct arena_chunk), CHUNK_MAX = 1 << 16 };

void arena_init(arena *a)
{
    a->chunks = NULL;
}

void arena_done(arena *a)
{
    while (a->chunks) {
        struct arena_chunk *next = a->chunks->next;
        free(a->chunks);
        a->chunks = next;
    }
}

/* Chunks double, so that an arena of any size costs few allocations and wastes at most about half. */
static size_t chunk_room(const arena *a, size_t wanted)
{
    size_t room = a->chunks ? a->chunks->room * 2 : CHUNK_MIN;
    if (room > CHUNK_MAX)
        room = CHUNK_MAX;
    return room > wanted ? room : wanted;
}

static struct arena_chunk *chunk_add(arena *a, size_t wanted)
{
    size_t room = chunk_room(a, wanted);
    struct arena_chunk *chunk = malloc(sizeof *chunk + room);
    if (!chunk)
        return NULL;
    chunk->next = a->chunks;
    chunk->used = 0;
    chunk->room = room;
    a->chunks = chunk;
    return chunk;
}

void *arena_alloc(arena *a, size_t size)
{
    const size_t unit = sizeof(max_align_t);
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + unit - 1) / unit * unit;
    struct arena_chunk *chunk = a->chunks;
    if (!chunk || chunk->room - chunk->used < size)
        chunk = chunk_add(a, size);
    if (!chunk)
        return NULL;
    void *place = (char *)chunk->bytes + chunk->used;
    chunk->used += size;
    return place;
}

char *arena_copy(arena *a, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? arena_alloc(a, length + 1) : NULL;
    if (!copy)
        return NULL;
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
