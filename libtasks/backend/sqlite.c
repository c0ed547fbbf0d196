#include "sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

/* Batches in one transaction, at most. The benchmark also builds a server that commits each by itself. */
#ifndef SQLITE_WRITE_GROUP
#define SQLITE_WRITE_GROUP 256
#endif

/* So many that a reader hardly ever waits for another: to hand a connection on costs more than to read. */
enum { POOL_SIZE = 12 };

/* Of one snapshot. */
enum { READS_MAX = 64 };

static void store_close(void *opaque)
{
    sqlite_store *store = opaque;
    if (!store)
        return;
    sqlite3_close(store->memory);
    sqlite3_close(atomic_load(&store->spare));
    sqlite3_close(store->marker);
    free(store->path);
    free(store);
}

/* Readers each have a connection; one more does all the writing, so that its page cache stays warm: a
 * connection drops its cache when another one has written. A store in memory is its only connection. */
static void set_shape(const sqlite_store *store, uint32_t pool_size, backend_shape *shape)
{
    bool shared = store->memory || pool_size == 1;
    shape->private = store->memory != NULL;
    shape->write = (backend_lane){0, 1, 1, SQLITE_WRITE_GROUP};
    shape->read = (backend_lane){shared ? 0 : 1, shared ? 1 : pool_size - 1, pool_size, 1};
    shape->reads_max = READS_MAX;
}

char *sqlite_whole_path(const char *path)
{
    char *folder, *whole = NULL;
    if (*path == '/' || !strcmp(path, ":memory:"))
        return strdup(path);
    if ((folder = getcwd(NULL, 0)) && asprintf(&whole, "%s/%s", folder, path) < 0)
        whole = NULL;
    free(folder);
    return whole;
}

static tasks_status store_open(const backend_config *config, void **out, backend_shape *shape,
                               tasks_error *error)
{
    sqlite_store *store = calloc(1, sizeof *store);
    *out = NULL;
    if (!store || !(store->path = sqlite_whole_path(config->target))) {
        store_close(store);
        return fail_memory(error);
    }
    store->timeout_ms = config->timeout_ms;
    store->tombstone_ms = config->tombstone_ms;
    tasks_status status = sqlite_schema_open(store, config, &shape->schema_version, error);
    if (status) {
        store_close(store);
        return status;
    }
    sqlite_mark_open(store);
    set_shape(store, config->pool_size, shape);
    *out = store;
    return TASKS_OK;
}

const backend_ops backend_sqlite = {
    .scheme = "sqlite",
    .pool_size = POOL_SIZE,
    .embedded = true,
    .open = store_open,
    .close = store_close,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .health = sqlite_health,
    .read = sqlite_read,
    .write = sqlite_write,
    .tidy = sqlite_tidy,
    .migrate = sqlite_schema_migrate,
    .check = sqlite_check,
    .backup = sqlite_backup,
    .token_add = sqlite_token_add,
    .token_get = sqlite_token_get,
    .token_remove = sqlite_token_remove,
    .mark = sqlite_mark,
    .watch = sqlite_watch,
    .copy = &sqlite_copy,
    .count = sqlite_count,
};
