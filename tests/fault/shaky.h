/* A file layer of SQLite around the usual one that fails when told. shaky_begin() makes it the default. */
#ifndef SHAKY_H
#define SHAKY_H

#include <stdbool.h>

typedef enum shaky_kind {
    SHAKY_OPEN,
    SHAKY_READ,
    SHAKY_WRITE,
    SHAKY_TORN, /* a write that stops in the middle */
    SHAKY_FULL, /* a write that finds no room */
    SHAKY_SYNC,
    SHAKY_TRUNCATE,
    SHAKY_KINDS
} shaky_kind;

void shaky_begin(void);
/* The nth call of this kind from now fails, once. */
void shaky_at(shaky_kind kind, long nth);
/* No more failures. Did the nth call happen? */
bool shaky_end(void);

#endif
