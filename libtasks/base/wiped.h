/* Text that must not stay in memory after its use. */
#ifndef WIPED_H
#define WIPED_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is empty. */
typedef struct wiped {
    char *text; /* NULL for none, else NUL-terminated */
    size_t length;
} wiped;

/* Copies `text` in place of what was there; false when out of memory, and then it is empty. */
bool wiped_set(wiped *w, const char *text, size_t length);
bool wiped_join(wiped *w, const char *first, const char *second); /* the same for two texts in a row */
void wiped_done(wiped *w);                                        /* overwrites and frees; empty afterwards */
bool wiped_same(const wiped *a, const wiped *b);

#endif
