/* New tasks wait here for each other: to start a statement costs more than to write a row. */
#include <math.h>

#include "sqlite.h"

enum { PARAMETERS = 14 };

static void make_insert(buf *sql, const void *count)
{
    buf_text(sql, "INSERT INTO tasks (" SQLITE_COLUMNS ") VALUES ");
    for (uint32_t i = 0; i < *(const uint32_t *)count; i++) {
        buf_text(sql, i ? ", " : "");
        buf_text(sql, "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    }
}

void sqlite_bind_fields(sqlite3_stmt *s, int p, const backend_row *row)
{
    const tasks_task *task = &row->task;
    sqlite3_bind_int64(s, p + 1, task->revision);
    sqlite3_bind_int(s, p + 2, task->completed);
    sqlite3_bind_int(s, p + 3, task->priority);
    if (isnan(task->order))
        sqlite3_bind_null(s, p + 4);
    else
        sqlite3_bind_double(s, p + 4, task->order);
    sqlite_bind_time(s, p + 5, task->due_at_ms);
    sqlite_bind_time(s, p + 6, task->expires_at_ms);
    sqlite_bind_time(s, p + 7, task->completed_at_ms);
    sqlite3_bind_int64(s, p + 8, task->created_at_ms);
    sqlite3_bind_int64(s, p + 9, task->updated_at_ms);
    sqlite_bind_text(s, p + 10, task->uid);
    sqlite_bind_text(s, p + 11, task->title);
    sqlite_bind_text(s, p + 12, row->tags);
    sqlite_bind_text(s, p + 13, task->notes);
}

static tasks_status insert(sqlite_connection *c, const sqlite_new *news, uint32_t count, tasks_error *error)
{
    sqlite3_stmt *s = sqlite_shaped(c, SQL_INSERT | count, make_insert, &count, error);
    if (!s)
        return error->status;
    for (uint32_t i = 0; i < count; i++) {
        int p = (int)i * PARAMETERS;
        sqlite3_bind_int64(s, p + 1, news[i].key);
        sqlite_bind_fields(s, p + 1, &news[i].row);
    }
    return sqlite_run(c, s, error);
}

/* Statements of 16, 8, 4, 2 and 1 rows do for every number. */
tasks_status sqlite_insert_all(sqlite_connection *c, sqlite_inserts *inserts, tasks_error *error)
{
    tasks_status status = TASKS_OK;
    uint32_t done = 0;
    for (uint32_t size = SQLITE_INSERTS_MAX; !status && size; size /= 2) {
        for (; !status && inserts->count - done >= size; done += size)
            status = insert(c, inserts->news + done, size, error);
    }
    inserts->count = 0;
    return status;
}

tasks_status sqlite_insert_later(sqlite_connection *c, sqlite_inserts *inserts, const sqlite_new *new,
                                 tasks_error *error)
{
    bool alone = new->row.task.uid != NULL;
    tasks_status status = TASKS_OK;
    if (alone || inserts->count == SQLITE_INSERTS_MAX)
        status = sqlite_insert_all(c, inserts, error);
    if (status)
        return status;
    inserts->news[inserts->count++] = *new;
    return alone ? sqlite_insert_all(c, inserts, error) : TASKS_OK;
}
