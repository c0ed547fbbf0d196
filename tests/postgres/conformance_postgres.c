/* The contract of a backend, on PostgreSQL. */
#include "cluster.h"
#include "conformance.h"

_Static_assert((int)CLUSTER_URI_SIZE == (int)CONFORMANCE_URI_SIZE, "one takes what the other makes");

static const conformance_fixture fixture = {"postgres",          CONFORMANCE_PERSISTS, cluster_begin, NULL,
                                            cluster_make_schema, cluster_drop_schema,  tasks_open};

int main(void)
{
    return conformance_run(&fixture);
}
