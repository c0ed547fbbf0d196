/* A connection: its settings and its prepared statements. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fail.h"
#include "sqlite.h"

#define ALIVE "(expires_at IS NULL OR expires_at > "

/* The three places where changes are kept, one SELECT each, so that each is read in order of revision. */
#define CHANGED(columns, limits)                                                                             \
    "SELECT " columns ", 0 AS deleted FROM tasks INDEXED BY tasks_by_revision "                              \
    "WHERE owner = ?1 AND completed = 0 AND " limits " UNION ALL "                                           \
    "SELECT " columns ", 0 FROM tasks INDEXED BY tasks_by_revision "                                         \
    "WHERE owner = ?1 AND completed = 1 AND " limits

static const char *const sql[SQL_COUNT] = {
    [SQL_BEGIN_READ] = "BEGIN",
    [SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_SAVE] = "SAVEPOINT batch",
    [SQL_RELEASE] = "RELEASE batch",
    [SQL_UNDO] = "ROLLBACK TO batch",
    [SQL_GET] = "SELECT " SQLITE_COLUMNS " FROM tasks WHERE key = (SELECT number << 40 | ?2 FROM owners "
                "WHERE owner = ?1) AND ?2 <= " SQLITE_ID_MAX_SQL " AND " ALIVE "?3)",
    [SQL_STATE] = "SELECT revision, purged_revision, (SELECT count(*) FROM tasks INDEXED BY tasks_expiring "
                  "WHERE tasks.owner = number AND expires_at <= ?2), number FROM owners WHERE owner = ?1",
    [SQL_SPAN] =
        "SELECT (SELECT max(expires_at) FROM tasks INDEXED BY tasks_expiring "
        "WHERE owner = ?1 AND expires_at <= ?2), (SELECT min(expires_at) FROM tasks "
        "INDEXED BY tasks_expiring WHERE owner = ?1 AND expires_at > ?2) FROM owners WHERE number = ?1",
    [SQL_CHANGES_END] = "SELECT revision FROM (" CHANGED(
        "revision",
        "revision > ?2 AND " ALIVE "?4)") " UNION ALL SELECT revision, 1 FROM tombstones WHERE owner = ?1"
                                          " AND revision > ?2) ORDER BY revision LIMIT 1 OFFSET ?3",
    [SQL_CHANGES_ROWS] = CHANGED(
        SQLITE_COLUMNS, "revision > ?2 AND revision <= ?3 AND " ALIVE
                        "?4)") " UNION ALL SELECT key, revision, 0, 0, NULL, NULL, NULL, NULL, deleted_at, "
                               "deleted_at, uid, '', '', '', 1 FROM tombstones WHERE owner = ?1"
                               " AND revision > ?2 AND revision <= ?3 ORDER BY revision, key",
    [SQL_OWNERS] = "SELECT owner FROM owners WHERE owner >= coalesce(?1, '') AND (?1 IS NULL OR owner > ?1) "
                   "ORDER BY owner LIMIT ?2",
    [SQL_COUNTER_READ] = "SELECT number, revision, last_id FROM owners WHERE owner = ?1",
    [SQL_COUNTER_WRITE] = "INSERT INTO owners (owner, number, revision, last_id) VALUES (?1, ?2, ?3, ?4) "
                          "ON CONFLICT (owner) DO UPDATE SET revision = ?3, last_id = ?4",
    [SQL_OWNER_NEXT] = "SELECT coalesce(max(number), 0) + 1 FROM owners",
    [SQL_DELETE] = "DELETE FROM tasks WHERE key = ?1 AND (?2 = 0 OR revision = ?2) AND " ALIVE
                   "?3) RETURNING " SQLITE_COLUMNS,
    [SQL_FIND] = "SELECT " SQLITE_COLUMNS " FROM tasks WHERE key = ?1 AND " ALIVE "?2)",
    [SQL_TAG_INSERT] = "INSERT INTO task_tags (owner, tag, key) VALUES (?1 >> 40, ?2, ?1)",
    [SQL_TAG_DELETE] = "DELETE FROM task_tags WHERE owner = ?1 >> 40 AND tag = ?2 AND key = ?1",
    [SQL_TOMBSTONE] = "INSERT INTO tombstones (owner, revision, key, uid, deleted_at) "
                      "VALUES (?1 >> 40, ?2, ?1, ?3, ?4)",
    [SQL_EXPIRED_ANY] = "SELECT 1 FROM tasks INDEXED BY tasks_expiring "
                        "WHERE owner = ?1 AND expires_at <= ?2 LIMIT 1",
    [SQL_EXPIRED_DELETE] = "DELETE FROM tasks WHERE key IN (SELECT key FROM tasks INDEXED BY tasks_expiring "
                           "WHERE owner = ?1 AND expires_at <= ?2 ORDER BY expires_at LIMIT ?3) "
                           "RETURNING " SQLITE_COLUMNS,
    [SQL_PURGE_END] = "SELECT max(revision) FROM (SELECT revision FROM tombstones "
                      "WHERE owner = ?1 AND deleted_at <= ?2 AND revision < coalesce((SELECT "
                      "revision FROM tombstones WHERE owner = ?1 AND deleted_at > ?2 "
                      "ORDER BY revision LIMIT 1), 9223372036854775807) ORDER BY revision LIMIT ?3)",
    [SQL_PURGE] = "DELETE FROM tombstones WHERE owner = ?1 AND revision <= ?2",
    [SQL_PURGED] = "UPDATE owners SET purged_revision = ?2 WHERE number = ?1",
    [SQL_ANSWER_FIND] =
        "SELECT hash, revision, answer FROM answers WHERE owner = ?1 AND key = ?2 AND created_at > ?3",
    [SQL_ANSWER_KEEP] = "INSERT OR REPLACE INTO answers (owner, key, hash, revision, created_at, answer) "
                        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_ANSWER_SWEEP] =
        "DELETE FROM answers WHERE owner = ?1 AND key IN (SELECT key FROM answers INDEXED BY "
        "answers_by_age WHERE owner = ?1 AND created_at <= ?2 LIMIT ?3)",
    [SQL_TOKEN_ADD] = "INSERT INTO tokens (digest, owner, read_only, created_at, expires_at) "
                      "VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_TOKEN_FIND] =
        "SELECT id, digest, owner, read_only, created_at, expires_at FROM tokens WHERE digest = ?1",
    [SQL_TOKEN_NEXT] = "SELECT id, digest, owner, read_only, created_at, expires_at FROM tokens "
                       "WHERE id > ?1 ORDER BY id LIMIT 1",
    [SQL_TOKEN_REMOVE] = "DELETE FROM tokens WHERE id = ?1",
    [SQL_DATA_VERSION] = "PRAGMA data_version",
};

static int configure(sqlite3 *db, uint32_t timeout_ms)
{
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, (int)timeout_ms);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return sqlite3_exec(db,
                        "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; "
                        "PRAGMA journal_size_limit = 16777216;",
                        NULL, NULL, NULL);
}

tasks_status sqlite_open_file(const char *path, uint32_t timeout_ms, bool create, sqlite3 **out,
                              tasks_error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(path, out, flags, NULL);
    if (!code)
        code = configure(*out, timeout_ms);
    if (!code)
        return TASKS_OK;
    sqlite3_close(*out);
    *out = NULL;
    if (code == SQLITE_ERROR) /* a file that is ours, with a header that SQLite cannot work with */
        code = SQLITE_CORRUPT;
    return sqlite_error(code, error);
}

int sqlite_prepare(sqlite3 *db, const char *text, unsigned flags, sqlite3_stmt **out)
{
    *out = NULL;
    int code = sqlite3_prepare_v3(db, text, -1, flags, out, NULL);
    return code == SQLITE_ERROR ? SQLITE_CORRUPT : code;
}

static sqlite3_stmt *prepare(sqlite_connection *c, const char *text, tasks_error *error)
{
    sqlite3_stmt *statement;
    int code = sqlite_prepare(c->db, text, SQLITE_PREPARE_PERSISTENT, &statement);
    if (code)
        sqlite_failed(c, code, error);
    return statement;
}

/* So that a transaction can be ended when there is no memory to prepare anything. */
static bool prepare_transaction(sqlite_connection *c, tasks_error *error)
{
    for (int i = SQL_BEGIN_READ; i <= SQL_UNDO; i++)
        if (!(c->transaction[i] = prepare(c, sql[i], error)))
            return false;
    return true;
}

enum { BUSY = 3 }; /* the writer and two readers */

/* How much of the file a connection keeps; the system keeps the rest for all. A free slot is taken from the
 * front (pool.c), so the first readers do most of the work: the inner pages of a million tasks have room in a
 * megabyte. The others are many, and what they keep is worth nothing once another connection has written. */
static const char *cache_of(uint32_t slot)
{
    return slot < BUSY ? "PRAGMA cache_size = -1024" : "PRAGMA cache_size = -256";
}

static bool keep_little(sqlite_connection *c, uint32_t slot, tasks_error *error)
{
    int code = sqlite3_exec(c->db, cache_of(slot), NULL, NULL, NULL);
    if (code)
        sqlite_failed(c, code, error);
    return code == SQLITE_OK;
}

tasks_status sqlite_connect(void *opaque, uint32_t slot, void **out, tasks_error *error)
{
    sqlite_store *store = opaque;
    sqlite_connection *c = calloc(1, sizeof *c);
    if (!c)
        return fail_memory(error);
    c->store = store;
    c->db = store->memory ? store->memory : atomic_exchange(&store->spare, NULL);
    if (!c->db) {
        tasks_status status = sqlite_open_file(store->path, store->timeout_ms, false, &c->db, error);
        if (status) {
            free(c);
            return status;
        }
    }
    if (!prepare_transaction(c, error) || !keep_little(c, slot, error)) {
        sqlite_disconnect(c);
        return error->status;
    }
    sqlite_mark_join(store, c->db);
    sqlite_log_follow(store, c->db);
    *out = c;
    return TASKS_OK;
}

void sqlite_disconnect(void *opaque)
{
    sqlite_connection *c = opaque;
    for (int i = 0; i <= SQL_UNDO; i++)
        sqlite3_finalize(c->transaction[i]);
    for (int i = 0; i < SQLITE_STATEMENTS; i++)
        sqlite3_finalize(c->statements[i].statement);
    if (c->db != c->store->memory)
        sqlite3_close(c->db);
    free(c);
}

backend_health sqlite_health(void *opaque)
{
    return ((sqlite_connection *)opaque)->broken ? BACKEND_BROKEN : BACKEND_FIT;
}

/* Finds the place of `key`: where it is, where it may go, or whose place it takes. */
static uint32_t statement_place(sqlite_connection *c, uint32_t key)
{
    uint32_t start = key * 2654435769u >> 26;
    for (uint32_t i = 0; i < SQLITE_STATEMENTS; i++) {
        uint32_t place = (start + i) % SQLITE_STATEMENTS;
        if (!c->statements[place].statement || c->statements[place].key == key)
            return place;
    }
    uint32_t victim;
    do
        victim = c->next_victim++ % SQLITE_STATEMENTS;
    while (sqlite3_stmt_busy(c->statements[victim].statement));
    sqlite3_finalize(c->statements[victim].statement);
    c->statements[victim].statement = NULL;
    return victim;
}

static sqlite3_stmt *prepare_at(sqlite_connection *c, uint32_t key, uint32_t place, const char *text,
                                tasks_error *error)
{
    c->statements[place].key = key;
    return c->statements[place].statement = prepare(c, text, error);
}

sqlite3_stmt *sqlite_statement(sqlite_connection *c, sqlite_sql which, tasks_error *error)
{
    if (which <= SQL_UNDO)
        return c->transaction[which];
    uint32_t place = statement_place(c, which);
    if (c->statements[place].statement)
        return c->statements[place].statement;
    return prepare_at(c, which, place, sql[which], error);
}

sqlite3_stmt *sqlite_shaped(sqlite_connection *c, uint32_t key, void (*make)(buf *text, const void *from),
                            const void *from, tasks_error *error)
{
    uint32_t place = statement_place(c, key);
    if (c->statements[place].statement)
        return c->statements[place].statement;
    buf text;
    buf_init(&text, 16384);
    make(&text, from);
    sqlite3_stmt *statement = NULL;
    if (text.status)
        fail_memory(error);
    else
        statement = prepare_at(c, key, place, text.bytes, error);
    buf_done(&text);
    return statement;
}

int sqlite_step(sqlite_connection *c, sqlite3_stmt *statement, tasks_error *error)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return code;
    sqlite3_reset(statement);
    if (code == SQLITE_DONE)
        return code;
    sqlite_failed(c, sqlite3_extended_errcode(c->db), error);
    return SQLITE_ERROR;
}

tasks_status sqlite_run(sqlite_connection *c, sqlite3_stmt *statement, tasks_error *error)
{
    if (!statement)
        return error->status;
    return sqlite_step(c, statement, error) == SQLITE_ERROR ? error->status : TASKS_OK;
}

tasks_status sqlite_do(sqlite_connection *c, sqlite_sql which, tasks_error *error)
{
    return sqlite_run(c, sqlite_statement(c, which, error), error);
}

void sqlite_end_read(sqlite_connection *c)
{
    tasks_error ignored = {0};
    if (sqlite_do(c, SQL_COMMIT, &ignored) && !sqlite3_get_autocommit(c->db))
        c->broken = true; /* nobody could begin anything on it */
}

void sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

void sqlite_bind_time(sqlite3_stmt *statement, int index, int64_t time_ms)
{
    if (time_ms == TASKS_NO_TIME)
        sqlite3_bind_null(statement, index);
    else
        sqlite3_bind_int64(statement, index, time_ms);
}

static int64_t column_time(sqlite3_stmt *statement, int column)
{
    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return TASKS_NO_TIME;
    return sqlite3_column_int64(statement, column);
}

static const char *column_text(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

tasks_status sqlite_row(sqlite3_stmt *s, backend_row *row, tasks_error *error)
{
    bool has_uid = sqlite3_column_type(s, 10) != SQLITE_NULL;
    bool has_order = sqlite3_column_type(s, 4) != SQLITE_NULL;
    *row = (backend_row){
        .task = {.id = sqlite3_column_int64(s, 0) & SQLITE_ID_MAX,
                 .revision = sqlite3_column_int64(s, 1),
                 .completed = sqlite3_column_int(s, 2),
                 .priority = sqlite3_column_int(s, 3),
                 .order = has_order ? sqlite3_column_double(s, 4) : NAN,
                 .due_at_ms = column_time(s, 5),
                 .expires_at_ms = column_time(s, 6),
                 .completed_at_ms = column_time(s, 7),
                 .created_at_ms = sqlite3_column_int64(s, 8),
                 .updated_at_ms = sqlite3_column_int64(s, 9),
                 .uid = column_text(s, 10),
                 .title = column_text(s, 11),
                 .notes = column_text(s, 13)},
        .tags = column_text(s, 12),
    };
    if (!row->task.title || !row->task.notes || !row->tags || (has_uid && !row->task.uid))
        return fail_memory(error);
    return TASKS_OK;
}
