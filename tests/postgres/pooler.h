/* Stores behind the PgBouncer of a test program. A pooler takes no search path from its clients, so that each
 * store has a database of its own. */
#ifndef POOLER_H
#define POOLER_H

#include "cluster.h"

/* The URI with tasks_prepare=off. */
void pooler_make(char uri[CLUSTER_URI_SIZE]);
void pooler_drop(const char *uri);

#endif
