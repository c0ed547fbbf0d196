#include "db.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "login.h"
#include "rules.h"
#include "sized.h"
#include "timestamp.h"

enum { TIMEOUT_DEFAULT = 5000, GROUP_MAX = 256 };

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

/* ---- Reading ---- */

typedef struct read_request {
    pool_request request; /* first, so that the one is the other */
    backend_read *read;
} read_request;

static uint32_t reads_of(pool_request *group, backend_read **reads)
{
    uint32_t count = 0;
    for (pool_request *r = group; r; r = r->next)
        reads[count++] = ((read_request *)r)->read;
    return count;
}

static void read_once(pool *p, pool_request *leader, backend_read **reads, uint32_t count)
{
    void *connection;
    tasks_error error;
    tasks_status status = pool_connection(p, leader, &connection, &error);
    for (uint32_t i = 0; i < count; i++) {
        reads[i]->status = status;
        if (status)
            reads[i]->error = error;
    }
    if (!status)
        p->ops->read(connection, reads, count);
}

/* Moves those that the store was not there for to the front, ready to run again. */
static uint32_t unserved(backend_read **reads, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (reads[i]->status != TASKS_UNAVAILABLE)
            continue;
        reads[i]->sink.restart(reads[i]->sink.context);
        reads[kept++] = reads[i];
    }
    return kept;
}

static void carry_reads(pool *p, pool_request *leader, pool_request *group)
{
    backend_read *reads[GROUP_MAX];
    uint32_t count = reads_of(group, reads);
    read_once(p, leader, reads, count);
    bool fresh = pool_drop_unfit(p, leader);
    count = fresh ? unserved(reads, count) : 0;
    if (count) { /* a new connection may do better */
        read_once(p, leader, reads, count);
        pool_drop_unfit(p, leader);
    }
}

tasks_status db_read(tasks_db *db, backend_read *read, tasks_error *error)
{
    pool *p = &db->store->connections;
    read_request request = {.request.weight = 1, .read = read};
    pool_request *group;
    tasks_status status = pool_enter(p, POOL_READ, &request.request, &group, error);
    if (group) {
        carry_reads(p, &request.request, group);
        pool_leave(p, POOL_READ, &request.request, group);
    }
    if (!status && read->status && error)
        *error = read->error;
    status = status ? status : read->status;
    observe_call(&db->store->observer, observe_read(read), &request.request, status);
    return status;
}

static tasks_status work_alone(pool *p, const pool_request *request, const db_alone *alone,
                               tasks_error *error)
{
    void *connection;
    tasks_status status = pool_connection(p, request, &connection, error);
    return status ? status : alone->work(connection, alone->context, error);
}

tasks_status db_with_connection(tasks_db *db, const db_alone *alone, tasks_error *error)
{
    pool *p = &db->store->connections;
    pool_request request = {.weight =
                                POOL_WEIGHT_MAX}; /* too heavy to be carried by another, or to carry one */
    pool_request *group;
    tasks_error own;
    if (!error)
        error = &own;
    tasks_status status = pool_enter(p, alone->lane, &request, &group, error);
    if (!status) {
        status = work_alone(p, &request, alone, error);
        pool_drop_unfit(p, &request);
        pool_leave(p, alone->lane, &request, group);
    }
    observe_call(&db->store->observer, alone->operation, &request, status);
    return status;
}

/* ---- Writing: the commit queue ---- */

typedef struct write_request {
    pool_request request;          /* first, so that the one is the other */
    backend_batch *const *batches; /* 1 + request.more of them */
} write_request;

static void fail_batches(backend_batch *const *batches, uint32_t count, const tasks_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        batches[i]->status = error->status;
        batches[i]->error = *error;
    }
}

static backend_outcome write_once(pool *p, pool_request *leader, backend_batch **batches, uint32_t count,
                                  tasks_error *error)
{
    void *connection;
    if (pool_connection(p, leader, &connection, error))
        return BACKEND_UNDONE;
    return p->ops->write(connection, batches, count, error);
}

/* Would every other batch meet the same? Then none is tried again: each might wait as long. */
static bool store_wide(tasks_status status)
{
    return status == TASKS_UNAVAILABLE || status == TASKS_TIMEOUT || status == TASKS_READ_ONLY ||
           status == TASKS_CORRUPT || status == TASKS_DENIED;
}

static void write_group(pool *p, pool_request *leader, backend_batch **batches, uint32_t count)
{
    tasks_error error;
    backend_outcome outcome = write_once(p, leader, batches, count, &error);
    bool fresh = pool_drop_unfit(p, leader);
    if (outcome == BACKEND_UNDONE && fresh) { /* nothing was written: a new connection may do better */
        outcome = write_once(p, leader, batches, count, &error);
        pool_drop_unfit(p, leader);
    }
    if (outcome == BACKEND_COMMITTED)
        return;
    if (outcome == BACKEND_UNKNOWN) {
        fail(&error, TASKS_UNAVAILABLE, "outcome_unknown",
             "the store failed while it committed: the change may have happened; look before trying again");
        fail_batches(batches, count, &error);
    } else if (count == 1 || store_wide(error.status)) {
        fail_batches(batches, count, &error);
    } else { /* one of them may be at fault: none may fail for its neighbour */
        for (uint32_t i = 0; i < count; i++)
            write_group(p, leader, batches + i, 1);
    }
}

static uint32_t batches_of(pool_request *group, backend_batch **batches)
{
    uint32_t count = 0;
    for (pool_request *r = group; r; r = r->next)
        for (uint32_t i = 0; i <= r->more; i++)
            batches[count++] = ((write_request *)r)->batches[i];
    return count;
}

/* The connection is the leader's, who does not run yet. */
static void write_ahead(pool *p, pool_request *leader)
{
    backend_batch *batches[GROUP_MAX];
    uint32_t count = batches_of(leader->group, batches);
    p->ops->write_ahead(leader->slot->connection, batches, count);
}

static void carry_writes(db_store *store, pool_request *leader, pool_request *group)
{
    backend_batch *batches[GROUP_MAX];
    uint32_t count = batches_of(group, batches);
    write_group(&store->connections, leader, batches, count);
    watch_wake(&store->watch);
}

/* OK if the batches have been carried; each has its own status then. */
static tasks_status go_through(db_store *store, write_request *request, bool *led, tasks_error *error)
{
    pool *p = &store->connections;
    pool_request *group;
    request->request.ahead = p->ops->write_ahead ? write_ahead : NULL;
    tasks_status status = pool_enter(p, POOL_WRITE, &request->request, &group, error);
    *led = group != NULL;
    if (*led) {
        carry_writes(store, &request->request, group);
        pool_leave(p, POOL_WRITE, &request->request, group);
    }
    return status;
}

/* Whoever has led does this last: others go on meanwhile. */
static void tidy(const db_store *store, bool led)
{
    if (led && store->ops->tidy)
        store->ops->tidy(store->backend);
}

tasks_status db_write(tasks_db *db, backend_batch *batch, tasks_error *error)
{
    bool led;
    write_request request = {.request.weight = batch->count, .batches = &batch};
    tasks_status status = go_through(db->store, &request, &led, error);
    if (!status && batch->status && error)
        *error = batch->error;
    status = status ? status : batch->status;
    observe_call(&db->store->observer, observe_write(batch), &request.request, status);
    tidy(db->store, led);
    return status;
}

/* The first ones of them that are one group, or one. */
static uint32_t group_size(const db_store *store, const db_batch *batches, uint32_t count, uint32_t *weight)
{
    uint32_t most = store->connections.lanes[POOL_WRITE].shape.group, size = 0;
    *weight = 0;
    while (size < count && size < most &&
           (size == 0 || *weight + batches[size].batch.count <= POOL_WEIGHT_MAX))
        *weight += batches[size++].batch.count;
    return size;
}

static void write_some(db_store *store, db_batch *batches, uint32_t count, uint32_t weight, db_batch_end *end)
{
    bool led;
    tasks_error error;
    backend_batch *carried[GROUP_MAX];
    write_request request = {.request = {.more = count - 1, .weight = weight}, .batches = carried};
    for (uint32_t i = 0; i < count; i++)
        carried[i] = &batches[i].batch;
    if (go_through(store, &request, &led, &error))
        fail_batches(carried, count, &error);
    for (uint32_t i = 0; i < count; i++) {
        const tasks_timing timing =
            observe_timing(&store->observer, observe_write(carried[i]), &request.request, carried[i]->status);
        observe_tell(&store->observer, &timing);
        end(&batches[i], &timing);
    }
    tidy(store, led);
}

void db_write_each(db_store *store, db_batch *batches, uint32_t count, db_batch_end *end)
{
    while (count) {
        uint32_t weight, size = group_size(store, batches, count, &weight);
        write_some(store, batches, size, weight, end);
        batches += size;
        count -= size;
    }
}
