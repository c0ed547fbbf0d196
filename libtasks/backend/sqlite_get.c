/* Single tasks. Several are asked for in one statement: to start one costs as much as to find a task. */
#include <string.h>

#include "fail.h"
#include "sqlite.h"

enum {
    MOST = 32, /* in one statement; a power of two */
    PARAMETERS = 2,
    PLACE = 14, /* the column behind those of the task */
    UNANSWERED = -1
};

/* ---- One ---- */

static tasks_status missing(backend_read *r)
{
    return fail(&r->error, TASKS_NOT_FOUND, "task_missing", "no task %lld", (long long)r->id);
}

static tasks_status hand_over(sqlite3_stmt *s, backend_read *r)
{
    backend_row row;
    tasks_status status = sqlite_row(s, &row, &r->error);
    if (!status && (status = r->sink.row(r->sink.context, &row)))
        fail_memory(&r->error);
    return status;
}

tasks_status sqlite_get(sqlite_connection *c, backend_read *r)
{
    sqlite3_stmt *s = sqlite_statement(c, SQL_GET, &r->error);
    if (!s)
        return r->error.status;
    sqlite_bind_text(s, 1, r->owner);
    sqlite3_bind_int64(s, 2, r->id);
    sqlite3_bind_int64(s, 3, r->now_ms);
    int code = sqlite_step(c, s, &r->error);
    if (code == SQLITE_DONE)
        return missing(r);
    if (code == SQLITE_ERROR)
        return r->error.status;
    tasks_status status = hand_over(s, r);
    sqlite3_reset(s);
    return status;
}

/* ---- Several ---- */

static void make_get_each(buf *sql, const void *count)
{
    buf_text(sql, "WITH asked (place, wanted, now) AS (VALUES ");
    for (uint32_t i = 0; i < *(const uint32_t *)count; i++)
        buf_print(sql, "%s(%u, ?, ?)", i ? ", " : "", i);
    buf_text(sql, ") SELECT " SQLITE_COLUMNS ", place FROM asked CROSS JOIN tasks "
                  "ON key = wanted AND (expires_at IS NULL OR expires_at > now)");
}

static bool find_number(sqlite_connection *c, const char *owner, int64_t *number)
{
    tasks_error ignored;
    sqlite3_stmt *s = sqlite_statement(c, SQL_COUNTER_READ, &ignored);
    if (!s)
        return false;
    sqlite_bind_text(s, 1, owner);
    int code = sqlite_step(c, s, &ignored);
    *number = code == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    if (code == SQLITE_ROW)
        sqlite3_reset(s);
    return code != SQLITE_ERROR;
}

/* Most of them are of one owner. */
static bool find_keys(sqlite_connection *c, backend_read *const *reads, uint32_t count, int64_t *keys)
{
    int64_t number = 0;
    for (uint32_t i = 0; i < count; i++) {
        if ((i == 0 || strcmp(reads[i]->owner, reads[i - 1]->owner) != 0) &&
            !find_number(c, reads[i]->owner, &number))
            return false;
        keys[i] = sqlite_key(number, reads[i]->id);
    }
    return true;
}

static sqlite3_stmt *ask(sqlite_connection *c, backend_read *const *reads, uint32_t count)
{
    tasks_error ignored;
    int64_t keys[MOST] = {0};
    if (!find_keys(c, reads, count, keys))
        return NULL;
    sqlite3_stmt *s = sqlite_shaped(c, SQL_GET_EACH | count, make_get_each, &count, &ignored);
    for (uint32_t i = 0; s && i < count; i++) {
        sqlite3_bind_int64(s, (int)i * PARAMETERS + 1, keys[i]);
        sqlite3_bind_int64(s, (int)i * PARAMETERS + 2, reads[i]->now_ms);
    }
    return s;
}

/* Those of which no row has come are not there; or, when the statement has failed, are asked for by
 * themselves, so that each meets what it would have met alone. */
static void settle(sqlite_connection *c, backend_read *r, bool failed)
{
    if (r->status == UNANSWERED)
        r->status = failed ? sqlite_get(c, r) : missing(r);
}

static void get_some(sqlite_connection *c, backend_read *const *reads, uint32_t count)
{
    tasks_error ignored;
    int code = SQLITE_ERROR;
    for (uint32_t i = 0; i < count; i++)
        reads[i]->status = UNANSWERED;
    sqlite3_stmt *s = ask(c, reads, count);
    while (s && (code = sqlite_step(c, s, &ignored)) == SQLITE_ROW) {
        backend_read *r = reads[sqlite3_column_int(s, PLACE)];
        r->status = hand_over(s, r);
    }
    for (uint32_t i = 0; i < count; i++)
        settle(c, reads[i], code == SQLITE_ERROR);
}

/* Statements of 32, 16, 8, 4, 2 and 1 do for every number. What they find is of one snapshot, as a number is
 * an owner's in the snapshot that it was found in. Without one each is asked for by itself. */
void sqlite_get_each(sqlite_connection *c, backend_read *const *reads, uint32_t count)
{
    tasks_error ignored;
    uint32_t done = 0;
    bool begun = !sqlite_do(c, SQL_BEGIN_READ, &ignored);
    for (uint32_t size = MOST; begun && size > 1; size /= 2)
        for (; count - done >= size; done += size)
            get_some(c, reads + done, size);
    for (; done < count; done++)
        reads[done]->status = sqlite_get(c, reads[done]);
    if (begun)
        sqlite_end_read(c);
}
