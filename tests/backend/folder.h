/* A temporary folder for one run of a test program, with all that tests leave in it. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stddef.h>

bool folder_make(void); /* under TMPDIR, else /tmp */
void folder_remove(void);
const char *folder_path(void);
/* "FOLDER/NAME", in `path` of `size` bytes. */
void folder_file(char *path, size_t size, const char *name);

#endif
