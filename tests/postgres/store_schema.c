#include "store.h"

#include "cluster.h"

_Static_assert((int)CLUSTER_URI_SIZE == (int)STORE_URI_SIZE, "one takes what the other makes");

const char store_backend[] = "postgresql";

void store_prepare(void)
{
    cluster_begin();
}

const char *store_shown(const char *uri)
{
    (void)uri;
    return "the database of --db";
}

/* It goes with the server. */
void store_make(char uri[STORE_URI_SIZE])
{
    cluster_make_schema(uri);
}
