#include "store.h"

#include <check.h>

#include "cluster.h"

_Static_assert((int)CLUSTER_URI_SIZE == (int)STORE_URI_SIZE, "one takes what the other makes");

const char store_backend[] = "postgresql";

static PGconn *holder;

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

const bool store_readers_wait = true;

static void hold(const char *uri, const char *how)
{
    holder = PQconnectdb(uri);
    PGresult *result = PQexec(holder, how);
    ck_assert_int_eq(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
}

void store_hold(const char *uri)
{
    hold(uri, "BEGIN; LOCK TABLE tasks IN EXCLUSIVE MODE");
}

void store_hold_readers(const char *uri)
{
    hold(uri, "BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE");
}

void store_let_go(void)
{
    PQfinish(holder);
}
