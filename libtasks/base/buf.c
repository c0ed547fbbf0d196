#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "number.h"

enum { ROOM_MIN = 256 };

void buf_init(buf *b, size_t cap)
{
    *b = (buf){.cap = cap < SIZE_MAX ? cap : SIZE_MAX - 1};
}

void buf_done(buf *b)
{
    free(b->bytes);
    b->bytes = NULL;
    b->length = b->room = 0;
}

void buf_reset(buf *b)
{
    b->length = 0;
    b->status = TASKS_OK;
    if (b->bytes)
        b->bytes[0] = '\0';
}

/* Doubles until `needed` fits, but never past the cap: needed <= cap holds here. */
static size_t room_for(const buf *b, size_t needed)
{
    size_t room = b->room ? b->room : ROOM_MIN;
    while (room < needed && room <= b->cap / 2)
        room *= 2;
    return room >= needed && room <= b->cap ? room : b->cap;
}

static bool enlarge(buf *b, size_t needed)
{
    size_t room = room_for(b, needed);
    char *bytes = realloc(b->bytes, room + 1);
    if (!bytes) {
        b->status = TASKS_NO_MEMORY;
        return false;
    }
    bytes[b->length] = '\0';
    b->bytes = bytes;
    b->room = room;
    return true;
}

char *buf_grow(buf *b, size_t length)
{
    if (b->status)
        return NULL;
    if (length > b->cap - b->length) {
        b->status = TASKS_INVALID;
        return NULL;
    }
    return enlarge(b, b->length + length) ? b->bytes + b->length : NULL;
}

void buf_int(buf *b, int64_t number)
{
    char text[NUMBER_INT_SIZE];
    size_t length = number_write_int(number, text);
    buf_bytes(b, text, length);
}

void buf_print(buf *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *place = buf_reserve(b, length < 0 ? SIZE_MAX : (size_t)length);
    if (!place)
        return;
    va_start(arguments, format);
    vsnprintf(place, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buf_commit(b, (size_t)length);
}

char *buf_take(buf *b, size_t *length)
{
    char *bytes = buf_reserve(b, 0) ? b->bytes : NULL;
    if (length)
        *length = bytes ? b->length : 0;
    if (bytes)
        b->bytes = NULL;
    buf_done(b);
    return bytes;
}
