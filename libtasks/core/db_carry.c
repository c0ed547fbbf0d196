/* Carrying reads and batches through the pool. */
#include "db.h"

#include <string.h>

#include "fail.h"

enum { GROUP_MAX = 256 };

/* ---- Reading ---- */

typedef struct read_request {
    pool_request request;       /* first, so that the one is the other */
    backend_read *const *reads; /* 1 + request.more of them */
} read_request;

static uint32_t reads_of(pool_request *group, backend_read **reads)
{
    uint32_t count = 0;
    for (pool_request *r = group; r; r = r->next)
        for (uint32_t i = 0; i <= r->more; i++)
            reads[count++] = ((read_request *)r)->reads[i];
    return count;
}

static void fail_reads(backend_read *const *reads, uint32_t count, const tasks_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        reads[i]->status = error->status;
        reads[i]->error = *error;
    }
}

static void read_once(pool *p, pool_request *leader, backend_read **reads, uint32_t count)
{
    void *connection;
    tasks_error error;
    if (pool_connection(p, leader, &connection, &error))
        fail_reads(reads, count, &error);
    else
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

/* OK if the reads have been carried; each has its own status then. */
static tasks_status read_through(pool *p, read_request *request, tasks_error *error)
{
    pool_request *group;
    tasks_status status = pool_enter(p, POOL_READ, &request->request, &group, error);
    if (group) {
        carry_reads(p, &request->request, group);
        pool_leave(p, POOL_READ, &request->request, group);
    }
    return status;
}

tasks_status db_read(tasks_db *db, backend_read *read, tasks_error *error)
{
    read_request request = {.request.weight = 1, .reads = &read};
    tasks_status status = read_through(&db->store->connections, &request, error);
    if (!status && read->status && error)
        *error = read->error;
    status = status ? status : read->status;
    observe_call(&db->store->observer, observe_read(read), &request.request, status);
    return status;
}

static void read_some(db_store *store, db_lookup *lookups, uint32_t count, db_lookup_end *end)
{
    tasks_error error;
    backend_read *carried[GROUP_MAX];
    read_request request = {.request = {.more = count - 1, .weight = count}, .reads = carried};
    for (uint32_t i = 0; i < count; i++)
        carried[i] = &lookups[i].read;
    if (read_through(&store->connections, &request, &error))
        fail_reads(carried, count, &error);
    for (uint32_t i = 0; i < count; i++) {
        const tasks_timing timing =
            observe_timing(&store->observer, observe_read(carried[i]), &request.request, carried[i]->status);
        observe_tell(&store->observer, &timing);
        end(&lookups[i], &timing);
    }
}

void db_read_each(db_store *store, db_lookup *lookups, uint32_t count, db_lookup_end *end)
{
    while (count) {
        uint32_t size = count < store->reads_max ? count : store->reads_max;
        read_some(store, lookups, size, end);
        lookups += size;
        count -= size;
    }
}

/* ---- Alone ---- */

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
static tasks_status write_through(db_store *store, write_request *request, bool *led, tasks_error *error)
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
    tasks_status status = write_through(db->store, &request, &led, error);
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
    if (write_through(store, &request, &led, &error))
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
