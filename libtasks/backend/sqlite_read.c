#include <math.h>

#include "fail.h"
#include "sqlite.h"
#include "timestamp.h"

const list_sql_dialect sqlite_dialect = {
    .mark = '?',
    .id = "key",
    .all = "t.key BETWEEN ?1 << 40 AND (?1 << 40 | " SQLITE_ID_MAX_SQL ")",
    .contains = "instr(lower(@), #) > 0",
    .infinity = "9e999",
    .splits = true,
    .hints = true,
};

static void make_list(buf *sql, const void *list)
{
    list_sql_write(sql, &sqlite_dialect, list);
}

enum { DELETED = 14 }; /* the column of SQL_CHANGES_ROWS that tells tombstones from tasks */

/* Hands the rows of a bound statement to the sink. */
static tasks_status emit(sqlite_connection *c, sqlite3_stmt *statement, backend_read *r)
{
    int code;
    while ((code = sqlite_step(c, statement, &r->error)) == SQLITE_ROW) {
        backend_row row;
        tasks_status status = sqlite_row(statement, &row, &r->error);
        row.task.deleted = r->kind == BACKEND_CHANGES && sqlite3_column_int(statement, DELETED);
        if (!status && (status = r->sink.row(r->sink.context, &row)))
            fail_memory(&r->error);
        if (status) {
            sqlite3_reset(statement);
            return status;
        }
    }
    return code == SQLITE_DONE ? TASKS_OK : r->error.status;
}

/* *owner is the number of the owner, 0 if there is none. */
static tasks_status read_state(sqlite_connection *c, backend_read *r, int64_t *owner)
{
    *owner = 0;
    sqlite3_stmt *s = sqlite_statement(c, SQL_STATE, &r->error);
    if (!s)
        return r->error.status;
    sqlite_bind_text(s, 1, r->owner);
    sqlite3_bind_int64(s, 2, r->now_ms);
    int code = sqlite_step(c, s, &r->error);
    if (code == SQLITE_ROW) {
        r->revision = sqlite3_column_int64(s, 0);
        r->purged = sqlite3_column_int64(s, 1);
        r->expired = sqlite3_column_int64(s, 2);
        *owner = sqlite3_column_int64(s, 3);
        sqlite3_reset(s);
    }
    return code == SQLITE_ERROR ? r->error.status : TASKS_OK;
}

/* Between the last task that has expired and the next one that will. */
static tasks_status read_span(sqlite_connection *c, backend_read *r, int64_t owner)
{
    sqlite3_stmt *s = sqlite_statement(c, SQL_SPAN, &r->error);
    if (!s)
        return r->error.status;
    sqlite3_bind_int64(s, 1, owner);
    sqlite3_bind_int64(s, 2, r->now_ms);
    r->from_ms = INT64_MIN;
    r->until_ms = INT64_MAX;
    int code = sqlite_step(c, s, &r->error);
    if (code == SQLITE_ROW) {
        if (sqlite3_column_type(s, 0) != SQLITE_NULL)
            r->from_ms = sqlite3_column_int64(s, 0);
        if (sqlite3_column_type(s, 1) != SQLITE_NULL)
            r->until_ms = sqlite3_column_int64(s, 1);
        sqlite3_reset(s);
    }
    return code == SQLITE_ERROR ? r->error.status : TASKS_OK;
}

/* A place may be any; it stays with the owner. */
static int64_t key_of_place(int64_t owner, int64_t id)
{
    return owner << 40 | (id < 0 ? 0 : id > SQLITE_ID_MAX ? SQLITE_ID_MAX : id);
}

static void bind_place(sqlite3_stmt *s, const backend_list *list, int64_t owner)
{
    if (list->sort == TASKS_SORT_ORDER)
        sqlite3_bind_double(s, LIST_SQL_KEY, list->after.order);
    else if (list->sort != TASKS_SORT_ID)
        sqlite3_bind_int64(s, LIST_SQL_KEY, list->after.number);
    sqlite3_bind_int64(s, LIST_SQL_ID, key_of_place(owner, list->after.id));
}

static tasks_status read_list(sqlite_connection *c, backend_read *r, int64_t owner)
{
    const backend_list *list = r->list;
    sqlite3_stmt *s = sqlite_shaped(c, SQL_LIST | list_sql_shape(list), make_list, list, &r->error);
    if (!s)
        return r->error.status;
    sqlite3_bind_int64(s, LIST_SQL_OWNER, owner);
    sqlite3_bind_int64(s, LIST_SQL_NOW, r->now_ms);
    sqlite3_bind_int64(s, LIST_SQL_LIMIT, list->limit);
    if (list->continued)
        bind_place(s, list, owner);
    if (list->due_before_ms)
        sqlite3_bind_int64(s, LIST_SQL_DUE, list->due_before_ms);
    if (list->tag)
        sqlite_bind_text(s, LIST_SQL_TAG, list->tag);
    if (list->text)
        sqlite_bind_text(s, LIST_SQL_TEXT, list->text);
    return emit(c, s, r);
}

/* The revision of the limit-th change after `since`: where the page ends. */
static tasks_status changes_end(sqlite_connection *c, backend_read *r, int64_t owner, int64_t *end)
{
    sqlite3_stmt *s = sqlite_statement(c, SQL_CHANGES_END, &r->error);
    if (!s)
        return r->error.status;
    sqlite3_bind_int64(s, 1, owner);
    sqlite3_bind_int64(s, 2, r->since);
    sqlite3_bind_int64(s, 3, (int64_t)r->limit - 1);
    sqlite3_bind_int64(s, 4, r->now_ms);
    int code = sqlite_step(c, s, &r->error);
    if (code == SQLITE_ERROR)
        return r->error.status;
    if (code == SQLITE_ROW) {
        *end = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return TASKS_OK;
}

static tasks_status read_changes(sqlite_connection *c, backend_read *r, int64_t owner)
{
    int64_t end = INT64_MAX;
    tasks_status status = changes_end(c, r, owner, &end);
    if (status)
        return status;
    sqlite3_stmt *s = sqlite_statement(c, SQL_CHANGES_ROWS, &r->error);
    if (!s)
        return r->error.status;
    sqlite3_bind_int64(s, 1, owner);
    sqlite3_bind_int64(s, 2, r->since);
    sqlite3_bind_int64(s, 3, end);
    sqlite3_bind_int64(s, 4, r->now_ms);
    return emit(c, s, r);
}

static tasks_status read_owners(sqlite_connection *c, backend_read *r)
{
    sqlite3_stmt *s = sqlite_statement(c, SQL_OWNERS, &r->error);
    if (!s)
        return r->error.status;
    sqlite_bind_text(s, 1, r->owner);
    sqlite3_bind_int64(s, 2, r->limit);
    int code;
    while ((code = sqlite_step(c, s, &r->error)) == SQLITE_ROW) {
        backend_row row = {.task.title = (const char *)sqlite3_column_text(s, 0)};
        if (!row.task.title || r->sink.row(r->sink.context, &row)) {
            sqlite3_reset(s);
            return fail_memory(&r->error);
        }
    }
    return code == SQLITE_DONE ? TASKS_OK : r->error.status;
}

/* Several statements that must see the same moment. */
static tasks_status in_snapshot(sqlite_connection *c, backend_read *r,
                                tasks_status (*rows)(sqlite_connection *, backend_read *, int64_t owner))
{
    int64_t owner;
    tasks_status status = sqlite_do(c, SQL_BEGIN_READ, &r->error);
    if (status)
        return status;
    status = read_state(c, r, &owner);
    if (!status)
        status = rows(c, r, owner);
    sqlite_end_read(c);
    return status;
}

static tasks_status read_one(sqlite_connection *c, backend_read *r)
{
    int64_t owner;
    switch (r->kind) {
    case BACKEND_GET:
        return sqlite_get(c, r);
    case BACKEND_LIST:
        return in_snapshot(c, r, read_list);
    case BACKEND_CHANGES:
        return in_snapshot(c, r, read_changes);
    case BACKEND_OWNERS:
        return read_owners(c, r);
    case BACKEND_REVISION:
        return in_snapshot(c, r, read_span);
    case BACKEND_PING:
        return read_state(c, r, &owner);
    }
    return fail(&r->error, TASKS_INTERNAL, "internal", "unknown kind of read");
}

/* A lane carries one request at a time (set_shape()); one that asks for several asks for single tasks. */
void sqlite_read(void *connection, backend_read *const *reads, uint32_t count)
{
    if (count == 1)
        reads[0]->status = read_one(connection, reads[0]);
    else
        sqlite_get_each(connection, reads, count);
}

/* ---- Watching ---- */

enum { WATCH_STEP_MS = 25 };

/* SQLite tells nobody that it was written to, but it counts, and reading the count costs next to nothing. */
tasks_status sqlite_watch(void *connection, uint32_t timeout_ms, bool *changed, tasks_error *error)
{
    sqlite_connection *c = connection;
    int64_t end = timestamp_monotonic() + timeout_ms;
    sqlite3_stmt *s = sqlite_statement(c, SQL_DATA_VERSION, error);
    if (!s)
        return error->status;
    for (;;) {
        if (sqlite_step(c, s, error) != SQLITE_ROW)
            return error->status;
        int64_t now = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
        *changed = now != c->seen;
        c->seen = now;
        if (*changed || timestamp_monotonic() >= end)
            return TASKS_OK;
        sqlite3_sleep(WATCH_STEP_MS);
    }
}
