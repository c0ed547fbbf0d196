/* The contract of a backend, on PostgreSQL behind PgBouncer in transaction mode. */
#include "conformance.h"
#include "pooler.h"

_Static_assert((int)CLUSTER_URI_SIZE == (int)CONFORMANCE_URI_SIZE, "one takes what the other makes");

static const conformance_fixture fixture = {"pgbouncer", CONFORMANCE_PERSISTS, cluster_begin, NULL,
                                            pooler_make, pooler_drop,          tasks_open};

int main(void)
{
    return conformance_run(&fixture);
}
