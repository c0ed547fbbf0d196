/* One transaction for a group of batches; a batch that fails goes back to its own savepoint. */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "sqlite.h"

/* ---- The counters of the owners that a group writes for: read once, written once ---- */

typedef struct counter {
    const char *owner;
    int64_t number, revision, last_id;
    bool changed;
} counter;

typedef struct group {
    sqlite_connection *c;
    counter *counters;
    uint32_t count;
    sqlite_inserts inserts;
    tasks_error *error;
} group;

static tasks_status counter_read(group *g, counter *n)
{
    sqlite3_stmt *s = sqlite_statement(g->c, SQL_COUNTER_READ, g->error);
    if (!s)
        return g->error->status;
    sqlite_bind_text(s, 1, n->owner);
    int code = sqlite_step(g->c, s, g->error);
    if (code == SQLITE_ROW) {
        n->number = sqlite3_column_int64(s, 0);
        n->revision = sqlite3_column_int64(s, 1);
        n->last_id = sqlite3_column_int64(s, 2);
        sqlite3_reset(s);
    }
    return code == SQLITE_ERROR ? g->error->status : TASKS_OK;
}

/* The first number that is free for an owner. The new ones of the group are not in the store yet. */
static tasks_status next_number(const group *g, int64_t *out, tasks_error *error)
{
    sqlite3_stmt *s = sqlite_statement(g->c, SQL_OWNER_NEXT, error);
    if (!s || sqlite_step(g->c, s, error) == SQLITE_ERROR)
        return error->status;
    *out = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    for (uint32_t i = 0; i < g->count; i++)
        if (g->counters[i].number >= *out)
            *out = g->counters[i].number + 1;
    return TASKS_OK;
}

/* Gives a new owner a number, which is in the store when the group ends. */
static tasks_status counter_number(const group *g, counter *n, tasks_error *error)
{
    int64_t number = 0;
    tasks_status status = next_number(g, &number, error);
    if (status)
        return status;
    if (number <= SQLITE_OWNERS_MAX) {
        n->number = number;
        return TASKS_OK;
    }
    return fail(error, TASKS_FULL, "store_full", "a SQLite store has room for %lld owners at most",
                (long long)SQLITE_OWNERS_MAX);
}

static tasks_status counter_of(group *g, const char *owner, counter **out)
{
    for (uint32_t i = 0; i < g->count; i++) {
        *out = &g->counters[i];
        if (!strcmp((*out)->owner, owner))
            return TASKS_OK;
    }
    *out = &g->counters[g->count++];
    **out = (counter){.owner = owner};
    return counter_read(g, *out);
}

static tasks_status counters_write(group *g)
{
    tasks_status status = TASKS_OK;
    for (uint32_t i = 0; !status && i < g->count; i++) {
        const counter *n = &g->counters[i];
        if (!n->changed)
            continue;
        sqlite3_stmt *s = sqlite_statement(g->c, SQL_COUNTER_WRITE, g->error);
        if (!s)
            return g->error->status;
        sqlite_bind_text(s, 1, n->owner);
        sqlite3_bind_int64(s, 2, n->number);
        sqlite3_bind_int64(s, 3, n->revision);
        sqlite3_bind_int64(s, 4, n->last_id);
        status = sqlite_run(g->c, s, g->error);
    }
    return status;
}

/* ---- Batches ---- */

/* A new task that can only fail together with the store: it waits for those of other batches. */
static bool is_simple(const backend_batch *batch)
{
    const backend_op *op = batch->ops;
    return batch->count == 1 && op->kind == TASKS_CREATE && !op->fields.uid && !*op->fields.tags &&
           !batch->key;
}

static bool creates(const backend_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++)
        if (batch->ops[i].kind == TASKS_CREATE)
            return true;
    return false;
}

static tasks_status run_ops(group *g, backend_batch *batch, counter *n)
{
    tasks_status status = n->number || !creates(batch) ? TASKS_OK : counter_number(g, n, &batch->error);
    sqlite_writer w = {.c = g->c,
                       .batch = batch,
                       .inserts = &g->inserts,
                       .owner = n->number,
                       .revision = n->revision + 1,
                       .next_id = n->last_id + 1};
    for (uint32_t i = 0; !status && i < batch->count; i++) {
        status = sqlite_op_run(&w, &batch->ops[i]);
        if (status)
            batch->error.op_index = (int32_t)i;
    }
    batch->revision = n->revision + w.changed;
    if (!status && !is_simple(batch))
        status = sqlite_insert_all(g->c, &g->inserts, &batch->error);
    if (!status && batch->key)
        status = sqlite_answer_keep(g->c, batch);
    if (!status && w.changed)
        *n = (counter){n->owner, n->number, w.revision, w.next_id - 1, true};
    return status;
}

static tasks_status run_batch(group *g, backend_batch *batch, counter *n)
{
    batch->sink.restart(batch->sink.context);
    batch->removed = 0;
    batch->replayed = false;
    batch->error.op_index = -1;
    tasks_status status = batch->key ? sqlite_answer_find(g->c, batch) : TASKS_OK;
    return status || batch->replayed ? status : run_ops(g, batch, n);
}

/* A failure that is the batch's own, not the store's. */
static bool own_fault(tasks_status status)
{
    return status == TASKS_NOT_FOUND || status == TASKS_CONFLICT || status == TASKS_INVALID;
}

/* Returns a status if the whole transaction has to go. One operation by itself needs no savepoint. What waits
 * is of other batches, and must not fail as one of this. */
static tasks_status run_guarded(group *g, backend_batch *batch)
{
    counter *n;
    bool guarded = batch->count > 1;
    tasks_status status = counter_of(g, batch->owner, &n);
    if (!status && (!is_simple(batch) || g->inserts.count == SQLITE_INSERTS_MAX))
        status = sqlite_insert_all(g->c, &g->inserts, g->error);
    if (!status && guarded)
        status = sqlite_do(g->c, SQL_SAVE, g->error);
    if (status)
        return status;
    batch->status = run_batch(g, batch, n);
    if (batch->status && !own_fault(batch->status)) {
        *g->error = batch->error;
        return batch->status;
    }
    if (batch->status)
        g->inserts.count = 0;
    if (batch->status && guarded)
        status = sqlite_do(g->c, SQL_UNDO, g->error);
    return status || !guarded ? status : sqlite_do(g->c, SQL_RELEASE, g->error);
}

/* ---- Groups ---- */

static backend_outcome undo(sqlite_connection *c)
{
    tasks_error ignored;
    if (!sqlite3_get_autocommit(c->db) && sqlite_do(c, SQL_ROLLBACK, &ignored))
        c->broken = true;
    return BACKEND_UNDONE;
}

/* When a commit's write or sync fails, what reached the disk is not known: a crash may bring it back. */
static backend_outcome commit(sqlite_connection *c, tasks_error *error)
{
    if (!sqlite_do(c, SQL_COMMIT, error))
        return BACKEND_COMMITTED;
    bool unknown = (error->backend_code & 0xff) == SQLITE_IOERR;
    undo(c);
    return unknown ? BACKEND_UNKNOWN : BACKEND_UNDONE;
}

static tasks_status run_all(group *g, backend_batch *const *batches, uint32_t count)
{
    tasks_status status = sqlite_do(g->c, SQL_BEGIN_WRITE, g->error);
    for (uint32_t i = 0; !status && i < count; i++)
        status = run_guarded(g, batches[i]);
    if (!status)
        status = sqlite_insert_all(g->c, &g->inserts, g->error);
    return status ? status : counters_write(g);
}

backend_outcome sqlite_write(void *connection, backend_batch *const *batches, uint32_t count,
                             tasks_error *error)
{
    group g = {.c = connection, .counters = calloc(count, sizeof *g.counters), .error = error};
    tasks_status status = g.counters ? run_all(&g, batches, count) : fail_memory(error);
    free(g.counters);
    return status ? undo(connection) : commit(connection, error);
}
