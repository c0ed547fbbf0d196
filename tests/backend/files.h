/* Whole files, processes and people, for tests of what is on the disk. */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct files_bytes {
    unsigned char *bytes;
    size_t length;
} files_bytes;

files_bytes files_read(const char *path); /* free .bytes */
void files_write(const char *path, const void *bytes, size_t length);
bool files_unchanged(const char *path, const files_bytes *before);
/* Runs `work` in a process of its own and waits for it; what it returns, or 128 and the signal's number. */
int files_in_child(int (*work)(void *context), void *context);
/* The same as somebody who is not root: 65534, if this is root. */
int files_as_nobody(int (*work)(void *context), void *context);

#endif
