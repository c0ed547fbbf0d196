/* Lines of a file, none of them cut short or guessed at. */
#ifndef LINES_H
#define LINES_H

#include <stdio.h>

#include "buf.h"
#include "tasks.h"

enum { LINES_BYTES_MAX = 64 << 10 };

typedef struct lines {
    FILE *from;
    buf text;       /* the line last read, without its newline */
    int64_t number; /* of that line, from 1 */
} lines;

void lines_init(lines *l, FILE *from);
void lines_done(lines *l);

/* Reads the next line; *more is false at the end of the file.
 * Returns OK; INVALID for a line that is too long or holds U+0000; INTERNAL when reading fails. */
tasks_status lines_next(lines *l, bool *more, tasks_error *error);

#endif
