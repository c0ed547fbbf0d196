/* Where a tasksd under test keeps its tasks: in a file (store_file.c), or in a schema of a real PostgreSQL
 * server (../postgres/store_schema.c). */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>

enum { STORE_URI_SIZE = 1024 };

extern const char store_backend[]; /* as metrics name it */

/* Before all tests of a program. */
void store_prepare(void);

/* What tasksd says of where it serves from: no URI that may hold a password. */
const char *store_shown(const char *uri);

/* The URI of a store that nobody else has. */
void store_make(char uri[STORE_URI_SIZE]);

/* Whoever writes there waits, from the first of these to the third; with the second whoever reads as well,
 * where readers wait at all. */
extern const bool store_readers_wait;
void store_hold(const char *uri);
void store_hold_readers(const char *uri);
void store_let_go(void);

#endif
