/* Where a tasksd under test keeps its tasks: in a file (store_file.c), or in a schema of a real PostgreSQL
 * server (../postgres/store_schema.c). */
#ifndef STORE_H
#define STORE_H

enum { STORE_URI_SIZE = 1024 };

extern const char store_backend[]; /* as metrics name it */

/* Before all tests of a program. */
void store_prepare(void);

/* What tasksd says of where it serves from: no URI that may hold a password. */
const char *store_shown(const char *uri);

/* The URI of a store that nobody else has. */
void store_make(char uri[STORE_URI_SIZE]);

/* Whoever writes there waits, from the first of these to the second. */
void store_hold(const char *uri);
void store_let_go(void);

#endif
