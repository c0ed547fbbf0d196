#include "db.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "login.h"
#include "rules.h"
#include "sized.h"
#include "timestamp.h"

enum { TIMEOUT_DEFAULT = 5000 };

/* What stands for the URI when a secret is the whole connection: only PostgreSQL has such. */
#define WHOLE_CONNECTION "postgresql://"

#define TOMBSTONE_DEFAULT (INT64_C(30) * 24 * 3600 * 1000)

/* ---- Opening and closing ---- */

static int64_t system_now(void *context)
{
    (void)context;
    return timestamp_now();
}

int64_t db_now(const tasks_db *db)
{
    return db->store->now_ms(db->store->now_context);
}

tasks_status db_whole(const tasks_db *db, tasks_error *error)
{
    if (db->bound)
        return fail(error, TASKS_DENIED, "owner_bound", "a view of one owner cannot act on the whole store");
    return TASKS_OK;
}

static tasks_status options_read(const tasks_options *theirs, tasks_options *out, tasks_error *error)
{
    tasks_status status = sized_read(out, sizeof *out, theirs, "tasks_options", error);
    if (status)
        return status;
    if (!out->uri && !out->password_ref)
        return fail_field(error, "uri", "uri_malformed", "the URI is missing: use sqlite:PATH");
    if (out->pool_size > POOL_SLOTS_MAX || out->timeout_ms > INT32_MAX ||
        out->migrate < TASKS_MIGRATE_DEFAULT || out->migrate > TASKS_MIGRATE_NO || out->tombstone_ms < 0)
        return fail(error, TASKS_INVALID, "option_malformed",
                    "pool_size, timeout_ms, migrate or tombstone_ms is out of range");
    return TASKS_OK;
}

static bool migrates(const tasks_options *options, const backend_ops *ops)
{
    return options->migrate == TASKS_MIGRATE_YES ||
           (options->migrate == TASKS_MIGRATE_DEFAULT && ops->embedded);
}

tasks_status db_find(const tasks_options *theirs, db_target *out, tasks_error *error)
{
    tasks_status status = options_read(theirs, &out->options, error);
    if (!status && !out->ops)
        status = backend_find(out->options.uri ? out->options.uri : WHOLE_CONNECTION, &out->ops, &out->target,
                              error);
    if (!status && out->options.password_ref && !out->ops->logs_in)
        status =
            fail_field(error, "password_ref", "option_malformed",
                       "nobody logs in to a store of this kind: leave the secret out, or use another URI");
    return status;
}

static backend_config config_of(const db_target *target, login *log_in)
{
    const tasks_options *options = &target->options;
    return (backend_config){
        .target = target->target,
        .pool_size = options->pool_size ? options->pool_size : target->ops->pool_size,
        .timeout_ms = options->timeout_ms ? options->timeout_ms : TIMEOUT_DEFAULT,
        .tombstone_ms = options->tombstone_ms ? options->tombstone_ms : TOMBSTONE_DEFAULT,
        .migrate = migrates(options, target->ops),
        .importing = target->importing,
        .logins = login_logins(log_in),
    };
}

static void store_release(db_store *store)
{
    if (!store || atomic_fetch_sub(&store->handles, 1) > 1)
        return;
    if (store->backend) {
        watch_done(&store->watch, store->ops);
        pool_done(&store->connections);
        store->ops->close(store->backend);
    }
    known_done(&store->known);
    login_done(&store->log_in);
    free(store);
}

static tasks_status waiting_init(db_store *store, const backend_ops *ops, void *backend,
                                 const backend_shape *shape, uint32_t timeout_ms, tasks_error *error)
{
    tasks_status status = pool_init(&store->connections, ops, backend, shape, timeout_ms, error);
    if (status)
        return status;
    status = watch_init(&store->watch, error);
    if (status)
        pool_done(&store->connections);
    return status;
}

static tasks_status store_open(const db_target *target, db_store *store, tasks_error *error)
{
    const tasks_options *options = &target->options;
    const backend_ops *ops = target->ops;
    backend_shape shape = {0};
    backend_config config = config_of(target, &store->log_in);
    void *backend = NULL;
    tasks_status status = login_init(&store->log_in, options, error);
    if (!status)
        status = ops->open(&config, &backend, &shape, error);
    if (!status)
        status = waiting_init(store, ops, backend, &shape, config.timeout_ms, error);
    if (status) {
        if (backend)
            ops->close(backend);
        return status;
    }
    store->private = shape.private;
    store->reads_max = shape.reads_max;
    store->ops = ops;
    store->backend = backend;
    store->schema_version = shape.schema_version;
    store->now_ms = options->now_ms ? options->now_ms : system_now;
    store->now_context = options->now_context;
    store->observer = (observe){options->observer, options->observer_context, ops->scheme};
    store->connections.timed = options->observer != NULL;
    return TASKS_OK;
}

tasks_status db_open_target(const db_target *target, tasks_db **out, tasks_error *error)
{
    tasks_db *db = calloc(1, sizeof *db);
    db_store *store = calloc(1, sizeof *store);
    if (!db || !store) {
        free(db);
        free(store);
        return fail_memory(error);
    }
    atomic_init(&store->handles, 1);
    db->store = store;
    tasks_status status = store_open(target, store, error);
    if (status)
        tasks_close(db);
    else
        *out = db;
    return status;
}

tasks_status db_open(const tasks_options *options, const backend_ops *ops, const char *target, tasks_db **out,
                     tasks_error *error)
{
    db_target found = {.ops = ops, .target = target};
    *out = NULL;
    tasks_status status = db_find(options, &found, error);
    return status ? status : db_open_target(&found, out, error);
}

tasks_status tasks_open(const tasks_options *options, tasks_db **out, tasks_error *error)
{
    return db_open(options, NULL, NULL, out, error);
}

tasks_status tasks_as(tasks_db *db, const char *owner, tasks_db **out, tasks_error *error)
{
    *out = NULL;
    tasks_status status = db_whole(db, error);
    if (!status)
        status = rules_owner(owner, error);
    if (status)
        return status;
    tasks_db *view = calloc(1, sizeof *view);
    if (!view)
        return fail_memory(error);
    atomic_fetch_add(&db->store->handles, 1);
    view->store = db->store;
    view->bound = true;
    memcpy(view->owner, owner, strlen(owner) + 1); /* its length was checked with its rules */
    *out = view;
    return TASKS_OK;
}

void tasks_close(tasks_db *db)
{
    if (!db)
        return;
    store_release(db->store);
    free(db);
}
