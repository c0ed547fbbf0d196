/* The contract of a backend, on PostgreSQL. */
#include "conformance.h"
#include "server.h"

_Static_assert((int)SERVER_URI_SIZE == (int)CONFORMANCE_URI_SIZE, "one takes what the other makes");

static const conformance_fixture fixture = {"postgres",         CONFORMANCE_PERSISTS, server_begin, NULL,
                                            server_make_schema, server_drop_schema,   tasks_open};

int main(void)
{
    return conformance_run(&fixture);
}
