/* A growing byte buffer with a cap. Appending never needs a check: the first failure sticks, later
 * appends do nothing, and buf_status() tells at the end. Invariant: `bytes` is NULL or NUL-terminated. */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tasks.h"

typedef struct buf {
    char *bytes;
    size_t length, room, cap;
    tasks_status status; /* OK, NO_MEMORY, or INVALID when `cap` is reached */
} buf;

void buf_init(buf *b, size_t cap); /* cap in bytes */
void buf_done(buf *b);             /* frees; safe on an empty or failed buffer */
void buf_reset(buf *b);            /* length 0, status OK, room kept */
void buf_int(buf *b, int64_t number);
__attribute__((format(printf, 2, 3))) void buf_print(buf *b, const char *format, ...);
char *buf_grow(buf *b, size_t length); /* buf_reserve() where room is missing */
/* Hands the bytes over (caller frees); NULL when failed. The buffer is empty afterwards. */
char *buf_take(buf *b, size_t *length);

/* Inline, so that what is appended by name costs no more than its bytes: a list has thousands of appends. */

/* Room for `length` more bytes at the end, to be claimed by buf_commit(); NULL on failure. */
static inline char *buf_reserve(buf *b, size_t length)
{
    bool fits = b->bytes && !b->status && length <= b->room - b->length;
    return fits ? b->bytes + b->length : buf_grow(b, length);
}

static inline void buf_commit(buf *b, size_t length)
{
    b->length += length;
    b->bytes[b->length] = '\0';
}

static inline void buf_bytes(buf *b, const void *bytes, size_t length)
{
    char *place = length ? buf_reserve(b, length) : NULL;
    if (!place)
        return;
    memcpy(place, bytes, length);
    buf_commit(b, length);
}

static inline void buf_text(buf *b, const char *text)
{
    buf_bytes(b, text, strlen(text));
}

static inline void buf_char(buf *b, char c)
{
    buf_bytes(b, &c, 1);
}

#endif
