/* The public calls that write. Each is a batch. */
#include <stdlib.h>

#include "answer.h"
#include "arena.h"
#include "db.h"
#include "fail.h"
#include "page.h"
#include "rules.h"
#include "sized.h"

static backend_batch start(const tasks_db *db, const backend_op *ops, uint32_t count, backend_sink sink)
{
    return (backend_batch){
        .owner = db->owner, .now_ms = db_now(db), .ops = ops, .count = count, .sink = sink};
}

/* ---- One task ---- */

static tasks_status write_one(tasks_db *db, const tasks_op *op, tasks_task **out, tasks_error *error)
{
    arena memory;
    backend_op checked;
    tasks_task *task = NULL;
    if (out)
        *out = NULL;
    arena_init(&memory);
    tasks_status status = rules_op(&memory, op, &checked, error);
    if (!status) {
        backend_batch batch = start(db, &checked, 1, out ? page_task_sink(&task) : page_no_sink());
        status = db_write(db, &batch, error);
    }
    arena_done(&memory);
    if (status)
        tasks_task_free(task);
    else if (out)
        *out = task;
    if (status && error)
        error->op_index = -1;
    return status;
}

tasks_status tasks_create(tasks_db *db, const tasks_patch *patch, tasks_task **out, tasks_error *error)
{
    tasks_op op = {.kind = TASKS_CREATE, .patch = patch};
    return write_one(db, &op, out, error);
}

tasks_status tasks_update(tasks_db *db, int64_t id, int64_t if_revision, const tasks_patch *patch,
                          tasks_task **out, tasks_error *error)
{
    tasks_op op = {.kind = TASKS_UPDATE, .id = id, .if_revision = if_revision, .patch = patch};
    return write_one(db, &op, out, error);
}

tasks_status tasks_delete(tasks_db *db, int64_t id, int64_t if_revision, tasks_task **out, tasks_error *error)
{
    tasks_op op = {.kind = TASKS_DELETE, .id = id, .if_revision = if_revision};
    return write_one(db, &op, out, error);
}

/* ---- Batches ---- */

static tasks_status check_ops(arena *memory, const tasks_op *ops, uint32_t count, backend_op **out,
                              tasks_error *error)
{
    if (!ops || !count)
        return fail(error, TASKS_INVALID, "batch_empty", "the batch has no operation");
    if (count > TASKS_LIMIT_MAX)
        return fail(error, TASKS_INVALID, "batch_too_large", "the batch has %u operations, %d are allowed",
                    count, TASKS_LIMIT_MAX);
    backend_op *checked = arena_alloc(memory, count * sizeof *checked);
    if (!checked)
        return fail_memory(error);
    for (uint32_t i = 0; i < count; i++) {
        tasks_status status = rules_op(memory, &ops[i], &checked[i], error);
        if (status && error)
            error->op_index = (int32_t)i;
        if (status)
            return status;
    }
    *out = checked;
    return TASKS_OK;
}

static tasks_status apply(tasks_db *db, const backend_op *ops, uint32_t count, tasks_page *page,
                          tasks_error *error)
{
    backend_batch batch = start(db, ops, count, page ? page_sink(page) : page_no_sink());
    tasks_status status = db_write(db, &batch, error);
    if (!status && page)
        page->revision = batch.revision;
    return status;
}

static tasks_status apply_once(tasks_db *db, const char *key, const backend_op *ops, uint32_t count,
                               tasks_page *page, int32_t *replayed, tasks_error *error)
{
    backend_batch batch = start(db, ops, count, page_sink(page));
    batch.key = key;
    batch.key_hash = answer_hash(ops, count);
    tasks_status status = db_write(db, &batch, error);
    page->revision = batch.revision;
    if (replayed)
        *replayed = !status && batch.replayed;
    return status;
}

/* Gives the page to the caller who wants one, else ends it. */
static void give(tasks_page *page, tasks_status status, tasks_page **out)
{
    if (out && !status)
        *out = page;
    else
        tasks_page_free(page);
}

tasks_status tasks_apply(tasks_db *db, const tasks_op *ops, uint32_t count, tasks_page **out,
                         tasks_error *error)
{
    arena memory;
    backend_op *checked = NULL;
    tasks_page *page = NULL;
    if (out)
        *out = NULL;
    arena_init(&memory);
    tasks_status status = check_ops(&memory, ops, count, &checked, error);
    if (!status && out && !(page = page_new(count)))
        status = fail_memory(error);
    if (!status)
        status = apply(db, checked, count, page, error);
    arena_done(&memory);
    give(page, status, out);
    return status;
}

tasks_status tasks_apply_once(tasks_db *db, const char *key, const tasks_op *ops, uint32_t count,
                              tasks_page **out, int32_t *replayed, tasks_error *error)
{
    arena memory;
    backend_op *checked = NULL;
    tasks_page *page = NULL;
    if (out)
        *out = NULL;
    if (replayed)
        *replayed = 0;
    arena_init(&memory);
    tasks_status status = rules_key(key, error);
    if (!status)
        status = check_ops(&memory, ops, count, &checked, error);
    if (!status && !(page = page_new(count)))
        status = fail_memory(error);
    if (!status)
        status = apply_once(db, key, checked, count, page, replayed, error);
    arena_done(&memory);
    give(page, status, out);
    return status;
}

/* ---- Several batches ---- */

static tasks_status check_batch(const tasks_batch *theirs, const db_store *store, tasks_error *error)
{
    if (theirs->struct_size < sizeof *theirs)
        return fail(error, TASKS_INVALID, "option_malformed", "start each batch from TASKS_BATCH_INIT");
    if (theirs->db->store != store)
        return fail(error, TASKS_INVALID, "batch_foreign", "the batches are for different stores");
    return TASKS_OK;
}

static tasks_status prepare(arena *memory, tasks_batch *theirs, db_batch *out, tasks_error *error)
{
    backend_op *ops = NULL;
    tasks_status status = check_ops(memory, theirs->ops, theirs->count, &ops, error);
    if (!status && !(theirs->page = page_new(theirs->count)))
        status = fail_memory(error);
    if (!status)
        *out = (db_batch){start(theirs->db, ops, theirs->count, page_sink(theirs->page)), theirs};
    return status;
}

static void tell(const tasks_batch *theirs, const tasks_timing *timing)
{
    if (theirs->done)
        theirs->done(theirs->context, timing);
}

/* Fills `own` with those that can be carried, and returns how many these are. The first of them may be gone
 * when the second is looked at. */
static uint32_t prepare_each(arena *memory, tasks_batch *const *theirs, uint32_t count, db_batch *own)
{
    const db_store *store = theirs[0]->db->store;
    uint32_t prepared = 0;
    for (uint32_t i = 0; i < count; i++) {
        tasks_batch *batch = theirs[i];
        batch->page = NULL;
        batch->status = check_batch(batch, store, &batch->error);
        if (!batch->status)
            batch->status = prepare(memory, batch, &own[prepared], &batch->error);
        if (batch->status)
            tell(batch, NULL);
        else
            prepared++;
    }
    return prepared;
}

static void end(const db_batch *own, const tasks_timing *timing)
{
    tasks_batch *theirs = own->theirs;
    theirs->status = own->batch.status;
    if (theirs->status) {
        theirs->error = own->batch.error;
        tasks_page_free(theirs->page);
        theirs->page = NULL;
    } else {
        theirs->page->revision = own->batch.revision;
    }
    tell(theirs, timing);
}

static void fail_each(tasks_batch *const *batches, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        batches[i]->page = NULL;
        batches[i]->status = fail_memory(&batches[i]->error);
        tell(batches[i], NULL);
    }
}

void tasks_apply_each(tasks_batch *const *batches, uint32_t count)
{
    arena memory;
    if (!count)
        return;
    arena_init(&memory);
    db_store *store = batches[0]->db->store;
    db_batch *own = arena_alloc(&memory, count * sizeof *own);
    if (own)
        db_write_each(store, own, prepare_each(&memory, batches, count, own), end);
    else
        fail_each(batches, count);
    arena_done(&memory);
}

/* ---- Clearing ---- */

enum { CLEAR_TRIES = 10 };

/* Deletes the tasks of a page if none has changed since it was read. */
static tasks_status delete_page(tasks_db *db, const tasks_page *page, tasks_error *error)
{
    uint32_t count = tasks_page_count(page);
    backend_op *ops = calloc(count, sizeof *ops);
    if (!ops)
        return fail_memory(error);
    for (uint32_t i = 0; i < count; i++) {
        const tasks_task *task = tasks_page_at(page, i);
        ops[i] = (backend_op){.kind = TASKS_DELETE, .id = task->id, .if_revision = task->revision};
    }
    tasks_status status = apply(db, ops, count, NULL, error);
    free(ops);
    return status;
}

static bool changed_meanwhile(tasks_status status)
{
    return status == TASKS_CONFLICT || status == TASKS_NOT_FOUND;
}

/* One page less. *count is how many went; 0 when none was left. */
static tasks_status clear_page(tasks_db *db, const tasks_query *query, uint32_t *count, tasks_error *error)
{
    tasks_status status;
    int tries = 0;
    do {
        tasks_page *page;
        *count = 0;
        status = tasks_list(db, query, &page, error);
        if (status)
            return status;
        if (tasks_page_count(page))
            status = delete_page(db, page, error);
        if (!status)
            *count = tasks_page_count(page);
        tasks_page_free(page);
    } while (changed_meanwhile(status) && ++tries < CLEAR_TRIES);
    return status;
}

tasks_status tasks_clear(tasks_db *db, const tasks_query *query, int64_t *deleted, tasks_error *error)
{
    static const tasks_query everything = TASKS_QUERY_INIT;
    tasks_query all;
    int64_t total = 0;
    if (deleted)
        *deleted = 0;
    tasks_status status = sized_read(&all, sizeof all, query ? query : &everything, "tasks_query", error);
    if (status)
        return status;
    all.struct_size = sizeof all;
    all.limit = TASKS_LIMIT_MAX;
    all.cursor = NULL;
    all.sort = TASKS_SORT_ID;
    all.descending = 0;
    uint32_t count;
    do {
        status = clear_page(db, &all, &count, error);
        total += count;
    } while (!status && count);
    if (deleted)
        *deleted = total;
    return status;
}

/* ---- Sweeping ---- */

/* A sweep removes more than tasks; its rows are the tasks. */
static void count_restart(void *count)
{
    *(int64_t *)count = 0;
}

static tasks_status count_row(void *count, const backend_row *row)
{
    (void)row;
    ++*(int64_t *)count;
    return TASKS_OK;
}

/* `owner` may be another one than the handle's: only db_whole() handles get here with one. */
static tasks_status sweep_owner(tasks_db *db, const char *owner, int64_t *swept, tasks_error *error)
{
    const backend_op op = {.kind = BACKEND_SWEEP, .id = TASKS_LIMIT_MAX};
    tasks_status status;
    int64_t removed, tasks = 0;
    do {
        backend_sink sink = {.context = &tasks, .restart = count_restart, .row = count_row};
        backend_batch batch = start(db, &op, 1, sink);
        batch.owner = owner;
        status = db_write(db, &batch, error);
        removed = status ? 0 : batch.removed;
        *swept += status ? 0 : tasks;
    } while (removed >= TASKS_LIMIT_MAX);
    return status;
}

static tasks_status sweep_owners(tasks_db *db, int64_t *swept, tasks_error *error)
{
    tasks_owners *owners = NULL;
    tasks_status status;
    uint32_t count;
    do {
        tasks_owners *page;
        const char *after = owners ? tasks_owners_at(owners, tasks_owners_count(owners) - 1) : NULL;
        status = tasks_owners_list(db, after, TASKS_LIMIT_MAX, &page, error);
        tasks_owners_free(owners);
        owners = page;
        count = status ? 0 : tasks_owners_count(owners);
        for (uint32_t i = 0; !status && i < count; i++)
            status = sweep_owner(db, tasks_owners_at(owners, i), swept, error);
    } while (!status && count == TASKS_LIMIT_MAX);
    tasks_owners_free(owners);
    return status;
}

tasks_status tasks_sweep(tasks_db *db, int64_t *swept, tasks_error *error)
{
    int64_t count = 0;
    tasks_status status =
        db->bound ? sweep_owner(db, db->owner, &count, error) : sweep_owners(db, &count, error);
    if (swept)
        *swept = count;
    return status;
}
