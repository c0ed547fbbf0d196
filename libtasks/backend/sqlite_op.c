/* The operations of a batch. Each writes its first row in a statement that finds every fault of its own, so
 * that a batch of one operation that fails has written nothing. */
#include <math.h>
#include <string.h>

#include "buf.h"
#include "fail.h"
#include "sqlite.h"

/* ---- Tags: their own table, so that a list by tag needs no scan ---- */

static tasks_status each_tag(sqlite_writer *w, sqlite_sql which, int64_t id, const char *tags)
{
    while (*tags) {
        size_t length = strcspn(tags, " ");
        sqlite3_stmt *s = sqlite_statement(w->c, which, &w->batch->error);
        if (!s)
            return w->batch->error.status;
        sqlite3_bind_int64(s, 1, sqlite_key(w->owner, id));
        sqlite3_bind_text(s, 2, tags, (int)length, SQLITE_STATIC);
        tasks_status status = sqlite_run(w->c, s, &w->batch->error);
        if (status)
            return status;
        tags += length + (tags[length] == ' ');
    }
    return TASKS_OK;
}

/* ---- Finding ---- */

enum { REVISION = 1, TAGS = 12 }; /* columns */

typedef struct found {
    int64_t revision;
    char tags[TASKS_TAGS_MAX * (TASKS_TAG_MAX * 4 + 1) + 1];
} found;

_Static_assert(sizeof(found) < 6000, "small enough for a thread's stack");

static tasks_status missing(sqlite_writer *w, int64_t id)
{
    return fail(&w->batch->error, TASKS_NOT_FOUND, "task_missing", "no task %lld", (long long)id);
}

static tasks_status mismatch(sqlite_writer *w, const backend_op *op, int64_t revision)
{
    return fail(&w->batch->error, TASKS_CONFLICT, "revision_mismatch",
                "task %lld is at revision %lld, not %lld", (long long)op->id, (long long)revision,
                (long long)op->if_revision);
}

/* The task must be there, and at the revision that the operation wants. */
static tasks_status find(sqlite_writer *w, const backend_op *op, found *out)
{
    sqlite3_stmt *s = sqlite_statement(w->c, SQL_FIND, &w->batch->error);
    if (!s)
        return w->batch->error.status;
    sqlite3_bind_int64(s, 1, sqlite_key(w->owner, op->id));
    sqlite3_bind_int64(s, 2, w->batch->now_ms);
    int code = sqlite_step(w->c, s, &w->batch->error);
    if (code == SQLITE_DONE)
        return missing(w, op->id);
    if (code == SQLITE_ERROR)
        return w->batch->error.status;
    out->revision = sqlite3_column_int64(s, REVISION);
    const char *tags = (const char *)sqlite3_column_text(s, TAGS);
    size_t size = (size_t)sqlite3_column_bytes(s, TAGS) + 1;
    tasks_status status = TASKS_OK;
    if (!tags)
        status = fail_memory(&w->batch->error);
    else if (size > sizeof out->tags)
        status = sqlite_failed(w->c, SQLITE_CORRUPT, &w->batch->error);
    else
        memcpy(out->tags, tags, size);
    sqlite3_reset(s);
    if (!status && op->if_revision && op->if_revision != out->revision)
        return mismatch(w, op, out->revision);
    return status;
}

/* ---- The operations ---- */

static tasks_status emit(sqlite_writer *w, const backend_row *row)
{
    tasks_status status = w->batch->sink.row(w->batch->sink.context, row);
    return status ? fail_memory(&w->batch->error) : TASKS_OK;
}

static backend_row new_row(const sqlite_writer *w, const backend_fields *f)
{
    return (backend_row){
        .task = {.id = w->next_id,
                 .revision = w->revision,
                 .completed = f->completed,
                 .priority = f->priority,
                 .order = f->order,
                 .due_at_ms = f->due_at_ms,
                 .expires_at_ms = f->expires_at_ms,
                 .completed_at_ms = f->completed ? w->batch->now_ms : TASKS_NO_TIME,
                 .created_at_ms = w->batch->now_ms,
                 .updated_at_ms = w->batch->now_ms,
                 .uid = f->uid,
                 .title = f->title,
                 .notes = f->notes},
        .tags = f->tags,
    };
}

static tasks_status create(sqlite_writer *w, const backend_op *op)
{
    backend_row row = new_row(w, &op->fields);
    sqlite_new new = {sqlite_key(w->owner, row.task.id), row};
    if (!new.key)
        return fail(&w->batch->error, TASKS_FULL, "store_full", "a SQLite store gives no ids beyond %lld",
                    (long long)SQLITE_ID_MAX);
    w->changed = true;
    w->next_id++;
    tasks_status status = sqlite_insert_later(w->c, w->inserts, &new, &w->batch->error);
    if (!status)
        status = each_tag(w, SQL_TAG_INSERT, row.task.id, op->fields.tags);
    return status ? status : emit(w, &row);
}

/* The columns that each bit of a patch sets, by the parameter numbers of bind_update(). */
static const struct {
    uint32_t bit;
    const char *assignment;
} assignments[] = {
    {TASKS_SET_TITLE, ", title = ?4"},
    {TASKS_SET_NOTES, ", notes = ?5"},
    {TASKS_SET_COMPLETED,
     ", completed = ?6, completed_at = CASE WHEN ?6 = 1 THEN coalesce(completed_at, ?3) END"},
    {TASKS_SET_PRIORITY, ", priority = ?7"},
    {TASKS_SET_ORDER, ", position = ?8"},
    {TASKS_SET_TAGS, ", tags = ?9"},
    {TASKS_SET_DUE_AT, ", due_at = ?10"},
    {TASKS_SET_EXPIRES_AT, ", expires_at = ?11"},
    {TASKS_SET_UID, ", uid = ?12"},
};

/* Only what the patch sets is assigned: an index is written when one of its columns is, changed or not. */
static void make_update(buf *sql, const void *set)
{
    buf_text(sql, "UPDATE tasks SET revision = ?2, updated_at = ?3");
    for (size_t i = 0; i < sizeof assignments / sizeof *assignments; i++)
        if (*(const uint32_t *)set & assignments[i].bit)
            buf_text(sql, assignments[i].assignment);
    buf_text(sql, " WHERE key = ?1 RETURNING " SQLITE_COLUMNS);
}

static void bind_update(sqlite3_stmt *s, const backend_fields *f)
{
    if (f->set & TASKS_SET_TITLE)
        sqlite_bind_text(s, 4, f->title);
    if (f->set & TASKS_SET_NOTES)
        sqlite_bind_text(s, 5, f->notes);
    if (f->set & TASKS_SET_COMPLETED)
        sqlite3_bind_int(s, 6, f->completed);
    if (f->set & TASKS_SET_PRIORITY)
        sqlite3_bind_int(s, 7, f->priority);
    if (f->set & TASKS_SET_ORDER && isnan(f->order))
        sqlite3_bind_null(s, 8);
    else if (f->set & TASKS_SET_ORDER)
        sqlite3_bind_double(s, 8, f->order);
    if (f->set & TASKS_SET_TAGS)
        sqlite_bind_text(s, 9, f->tags);
    if (f->set & TASKS_SET_DUE_AT)
        sqlite_bind_time(s, 10, f->due_at_ms);
    if (f->set & TASKS_SET_EXPIRES_AT)
        sqlite_bind_time(s, 11, f->expires_at_ms);
    if (f->set & TASKS_SET_UID)
        sqlite_bind_text(s, 12, f->uid);
}

/* Steps a statement that returns the one task it works on, and hands it to the sink. */
static tasks_status emit_returned(sqlite_writer *w, sqlite3_stmt *s, int64_t id)
{
    int code = sqlite_step(w->c, s, &w->batch->error);
    if (code == SQLITE_DONE)
        return missing(w, id);
    if (code == SQLITE_ERROR)
        return w->batch->error.status;
    backend_row row;
    tasks_status status = sqlite_row(s, &row, &w->batch->error);
    if (!status)
        status = emit(w, &row);
    sqlite3_reset(s);
    return status;
}

static tasks_status emit_unchanged(sqlite_writer *w, const backend_op *op)
{
    sqlite3_stmt *s = sqlite_statement(w->c, SQL_FIND, &w->batch->error);
    if (!s)
        return w->batch->error.status;
    sqlite3_bind_int64(s, 1, sqlite_key(w->owner, op->id));
    sqlite3_bind_int64(s, 2, w->batch->now_ms);
    return emit_returned(w, s, op->id);
}

static tasks_status update_row(sqlite_writer *w, const backend_op *op)
{
    const backend_fields *f = &op->fields;
    sqlite3_stmt *s = sqlite_shaped(w->c, SQL_UPDATE | f->set, make_update, &f->set, &w->batch->error);
    if (!s)
        return w->batch->error.status;
    sqlite3_bind_int64(s, 1, sqlite_key(w->owner, op->id));
    sqlite3_bind_int64(s, 2, w->revision);
    sqlite3_bind_int64(s, 3, w->batch->now_ms);
    bind_update(s, f);
    return emit_returned(w, s, op->id);
}

static tasks_status update(sqlite_writer *w, const backend_op *op)
{
    found before;
    tasks_status status = find(w, op, &before);
    if (status)
        return status;
    if (!op->fields.set)
        return emit_unchanged(w, op);
    w->changed = true;
    status = update_row(w, op);
    if (!status && op->fields.set & TASKS_SET_TAGS)
        status = each_tag(w, SQL_TAG_DELETE, op->id, before.tags);
    if (!status && op->fields.set & TASKS_SET_TAGS)
        status = each_tag(w, SQL_TAG_INSERT, op->id, op->fields.tags);
    return status;
}

/* What a deleted row leaves behind, and its way out. */
static tasks_status bury(sqlite_writer *w, const backend_row *row)
{
    sqlite3_stmt *s = sqlite_statement(w->c, SQL_TOMBSTONE, &w->batch->error);
    if (!s)
        return w->batch->error.status;
    sqlite3_bind_int64(s, 1, sqlite_key(w->owner, row->task.id));
    sqlite3_bind_int64(s, 2, w->revision);
    sqlite_bind_text(s, 3, row->task.uid);
    sqlite3_bind_int64(s, 4, w->batch->now_ms);
    tasks_status status = sqlite_run(w->c, s, &w->batch->error);
    if (!status)
        status = each_tag(w, SQL_TAG_DELETE, row->task.id, row->tags);
    return status ? status : emit(w, row);
}

static tasks_status bury_returned(sqlite_writer *w, sqlite3_stmt *s, int64_t *count)
{
    int code;
    while ((code = sqlite_step(w->c, s, &w->batch->error)) == SQLITE_ROW) {
        backend_row row;
        tasks_status status = sqlite_row(s, &row, &w->batch->error);
        if (!status)
            status = bury(w, &row);
        if (status) {
            sqlite3_reset(s);
            return status;
        }
        ++*count;
    }
    return code == SQLITE_ERROR ? w->batch->error.status : TASKS_OK;
}

static tasks_status delete (sqlite_writer *w, const backend_op *op)
{
    sqlite3_stmt *s = sqlite_statement(w->c, SQL_DELETE, &w->batch->error);
    if (!s)
        return w->batch->error.status;
    sqlite3_bind_int64(s, 1, sqlite_key(w->owner, op->id));
    sqlite3_bind_int64(s, 2, op->if_revision);
    sqlite3_bind_int64(s, 3, w->batch->now_ms);
    int64_t count = 0;
    w->changed = true;
    tasks_status status = bury_returned(w, s, &count);
    found unused;
    if (!status && !count)
        status = find(w, op, &unused);
    return status;
}

/* ---- Sweeping ---- */

/* Runs a statement with the parameters owner, a, b; *number is its first column, or 0 without a row. */
static tasks_status ask(sqlite_writer *w, sqlite_sql which, int64_t a, int64_t b, int64_t *number)
{
    *number = 0;
    sqlite3_stmt *s = sqlite_statement(w->c, which, &w->batch->error);
    if (!s)
        return w->batch->error.status;
    sqlite3_bind_int64(s, 1, w->owner);
    if (sqlite3_bind_parameter_count(s) > 1)
        sqlite3_bind_int64(s, 2, a);
    if (sqlite3_bind_parameter_count(s) > 2)
        sqlite3_bind_int64(s, 3, b);
    int code = sqlite_step(w->c, s, &w->batch->error);
    if (code == SQLITE_ROW) {
        *number = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return code == SQLITE_ERROR ? w->batch->error.status : TASKS_OK;
}

static tasks_status sweep_expired(sqlite_writer *w, int64_t limit)
{
    int64_t any;
    tasks_status status = ask(w, SQL_EXPIRED_ANY, w->batch->now_ms, 0, &any);
    if (status || !any)
        return status;
    sqlite3_stmt *s = sqlite_statement(w->c, SQL_EXPIRED_DELETE, &w->batch->error);
    if (!s)
        return w->batch->error.status;
    sqlite3_bind_int64(s, 1, w->owner);
    sqlite3_bind_int64(s, 2, w->batch->now_ms);
    sqlite3_bind_int64(s, 3, limit);
    w->changed = true;
    return bury_returned(w, s, &w->batch->removed);
}

static tasks_status sweep_tombstones(sqlite_writer *w, int64_t limit)
{
    int64_t last, none;
    int64_t before = w->batch->now_ms - w->c->store->tombstone_ms;
    tasks_status status = ask(w, SQL_PURGE_END, before, limit, &last);
    if (status || !last)
        return status;
    status = ask(w, SQL_PURGE, last, 0, &none);
    w->batch->removed += sqlite3_changes64(w->c->db);
    return status ? status : ask(w, SQL_PURGED, last, 0, &none);
}

static tasks_status sweep(sqlite_writer *w, const backend_op *op)
{
    tasks_status status = sweep_expired(w, op->id);
    if (!status)
        status = sweep_tombstones(w, op->id);
    return status ? status : sqlite_answer_sweep(w->c, w->batch, op->id);
}

tasks_status sqlite_op_run(sqlite_writer *w, const backend_op *op)
{
    if (op->kind == TASKS_CREATE)
        return create(w, op);
    tasks_status status = sqlite_insert_all(w->c, w->inserts, &w->batch->error);
    if (status)
        return status;
    switch (op->kind) {
    case TASKS_UPDATE:
        return update(w, op);
    case TASKS_DELETE:
        return delete (w, op);
    default:
        return sweep(w, op);
    }
}
