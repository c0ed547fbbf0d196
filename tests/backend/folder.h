/* A temporary folder for one run of a test program, with all that tests leave in it. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Under TMPDIR, else in memory if the system offers it: most tests make many small stores, and what a sync
 * costs is not what they are about. */
bool folder_make(void);
void folder_remove(void);
const char *folder_path(void);
int folder_count(void); /* of its entries */
/* "FOLDER/NAME", in `path` of `size` bytes. */
void folder_file(char *path, size_t size, const char *name);

#endif
