#include "postgres_copy.h"

#include <stdlib.h>

#include "fail.h"

enum { WRITE_GROUP = 256, WRITERS = 1 };

tasks_status postgres_store_new(const backend_config *config, postgres_store **out, tasks_error *error)
{
    *out = NULL;
    tasks_status status = postgres_libpq_load(error);
    if (status)
        return status;
    postgres_store *store = calloc(1, sizeof *store);
    if (!store)
        return fail_memory(error);
    store->timeout_ms = config->timeout_ms;
    store->tombstone_ms = config->tombstone_ms;
    store->logins = config->logins;
    pthread_mutex_init(&store->lock, NULL);
    status = postgres_target_read(&store->target, config->target, config->timeout_ms, error);
    if (status)
        postgres_store_free(store);
    else
        *out = store;
    return status;
}

void postgres_store_free(postgres_store *store)
{
    postgres_disconnect(atomic_load(&store->spare));
    pthread_mutex_destroy(&store->lock);
    postgres_target_done(&store->target);
    free(store);
}

static void store_close(void *store)
{
    postgres_store_free(store);
}

/* Any connection may read or write. Few write at the same time: groups of one owner wait for each other. */
static void set_shape(uint32_t pool_size, backend_shape *shape)
{
    shape->read = (backend_lane){0, pool_size, pool_size, POSTGRES_READ_GROUP};
    shape->reads_max = POSTGRES_READ_GROUP;
    shape->write = (backend_lane){0, pool_size, WRITERS, WRITE_GROUP};
}

static tasks_status store_open(const backend_config *config, void **out, backend_shape *shape,
                               tasks_error *error)
{
    postgres_store *store;
    void *connection = NULL;
    *out = NULL;
    tasks_status status = postgres_store_new(config, &store, error);
    if (status)
        return status;
    status = postgres_connect(store, 0, &connection, error);
    if (!status)
        status = postgres_schema_open(connection, config, &shape->schema_version, error);
    if (status) {
        postgres_disconnect(connection);
        postgres_store_free(store);
        return status;
    }
    atomic_store(&store->spare, connection);
    set_shape(config->pool_size, shape);
    *out = store;
    return TASKS_OK;
}

static const backend_copy_ops copy = {
    .begin = postgres_export_begin,
    .export = postgres_export,
    .end = postgres_export_end,
    .look = postgres_import_look,
    .start = postgres_import_start,
    .add = postgres_import_add,
    .commit = postgres_import_commit,
    .finish = postgres_import_finish,
};

const backend_ops backend_postgres = {
    .scheme = "postgresql",
    .alias = "postgres",
    .pool_size = 5,
    .logs_in = true,
    .open = store_open,
    .close = store_close,
    .connect = postgres_connect,
    .disconnect = postgres_disconnect,
    .health = postgres_health,
    .read = postgres_read,
    .write = postgres_write,
    .write_ahead = postgres_write_ahead,
    .migrate = postgres_schema_migrate,
    .check = postgres_check,
    .token_add = postgres_token_add,
    .token_get = postgres_token_get,
    .token_remove = postgres_token_remove,
    .watch = postgres_watch,
    .copy = &copy,
    .count = postgres_count,
};
