/* The PostgreSQL server of a test program, which tests/postgres/cluster started before and will remove after.
 * What must not fail here ends the program. */
#ifndef CLUSTER_H
#define CLUSTER_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

enum { CLUSTER_URI_SIZE = 1024 };

/* Finds the server in the environment; ends the program if there is none: nothing is passed over here. */
bool cluster_begin(void);
int cluster_port(void);
int cluster_pooler_port(void);    /* of its PgBouncer; ends the program if there is none */
int cluster_standby_port(void);   /* of its standby; the same */
const char *cluster_socket(void); /* the folder of its unix socket */
const char *cluster_folder(void); /* with what tests/postgres/cluster has put there */

/* Runs tests/postgres/cluster: "stop", "freeze"...; `argument` may be NULL. */
void cluster_do(const char *command, const char *argument);
void cluster_do_standby(const char *command);

/* Makes an empty schema, and the URI of a store that lies in it; drops it with all that it holds. */
void cluster_make_schema(char uri[CLUSTER_URI_SIZE]);
void cluster_drop_schema(const char *uri);

/* Runs SQL as the superuser. */
PGconn *cluster_connect(void);
void cluster_run(const char *sql);
/* The first column of the first row as text, in `value`; "" for NULL. */
void cluster_ask(const char *sql, char *value, size_t size);

#endif
