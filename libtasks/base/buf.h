/* A growing byte buffer with a cap. Appending never needs a check: the first failure sticks, later
 * appends do nothing, and buf_status() tells at the end. Invariant: `bytes` is NULL or NUL-terminated. */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tasks.h"

typedef struct buf {
    char *bytes;
    size_t length, room, cap;
    tasks_status status; /* OK, NO_MEMORY, or INVALID when `cap` is reached */
} buf;

void buf_init(buf *b, size_t cap); /* cap in bytes */
void buf_done(buf *b);             /* frees; safe on an empty or failed buffer */
void buf_reset(buf *b);            /* length 0, status OK, room kept */
void buf_bytes(buf *b, const void *bytes, size_t length);
void buf_text(buf *b, const char *text);
void buf_char(buf *b, char c);
void buf_int(buf *b, int64_t number);
__attribute__((format(printf, 2, 3))) void buf_print(buf *b, const char *format, ...);
/* Room for `length` more bytes at the end, to be claimed by buf_commit(); NULL on failure. */
char *buf_reserve(buf *b, size_t length);
void buf_commit(buf *b, size_t length);
/* Hands the bytes over (caller frees); NULL when failed. The buffer is empty afterwards. */
char *buf_take(buf *b, size_t *length);

#endif
