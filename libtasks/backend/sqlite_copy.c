/* A store as a stream of records, out and in. While a copy into a store has not ended, its table `copying`
 * tells of which source and how far it is. */
#include <string.h>

#include "fail.h"
#include "sqlite.h"

/* Keys of statements beside the kinds: those that put a record in, and the rest. */
enum { PUT = 1 << 4, PUT_TAG = 1 << 5, COUNTS, HOLDS, MARKED, MARK, SET_MARK, MOVE_MARK, UNLOCK };

#define NAMES "(SELECT owner AS name, number FROM owners)"

static const char *const exports[BACKEND_KINDS] = {
    [BACKEND_OWNER] = "SELECT owner, revision, last_id, purged_revision FROM owners ORDER BY owner",
    [BACKEND_TASK] =
        ("SELECT " SQLITE_COLUMNS ", 0, name FROM " NAMES " CROSS JOIN tasks "
         "ON key BETWEEN number << 40 AND (number << 40 | " SQLITE_ID_MAX_SQL ") ORDER BY name, key"),
    [BACKEND_TOMBSTONE] = ("SELECT name, revision, key & " SQLITE_ID_MAX_SQL ", uid, deleted_at FROM " NAMES
                           " CROSS JOIN tombstones ON owner = number ORDER BY name, revision, key"),
    [BACKEND_ANSWER] =
        "SELECT owner, key, hash, revision, created_at, answer FROM answers ORDER BY owner, key",
    [BACKEND_TOKEN] = "SELECT id, digest, owner, read_only, created_at, expires_at FROM tokens ORDER BY id",
    [BACKEND_COUNTER] = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tokens'), 0)",
};

static const char *const imports[BACKEND_KINDS] = {
    [BACKEND_OWNER] = "INSERT INTO owners (owner, number, revision, last_id, purged_revision) "
                      "VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM owners), ?2, ?3, ?4)",
    [BACKEND_TASK] = "INSERT INTO tasks (" SQLITE_COLUMNS ") "
                     "SELECT number << 40 | ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15 "
                     "FROM owners WHERE owner = ?1",
    [BACKEND_TOMBSTONE] = "INSERT INTO tombstones (owner, key, revision, uid, deleted_at) "
                          "SELECT number, number << 40 | ?2, ?3, ?4, ?5 FROM owners WHERE owner = ?1",
    [BACKEND_ANSWER] = "INSERT INTO answers (owner, key, hash, revision, created_at, answer) "
                       "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [BACKEND_TOKEN] = "INSERT INTO tokens (id, digest, owner, read_only, created_at, expires_at) "
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [BACKEND_COUNTER] =
        "INSERT OR REPLACE INTO sqlite_sequence (rowid, name, seq) VALUES ((SELECT rowid FROM "
        "sqlite_sequence WHERE name = 'tokens'), 'tokens', ?1)",
};

static const char counts_sql[] =
    "SELECT (SELECT count(*) FROM owners), (SELECT count(*) FROM tasks), (SELECT count(*) FROM tombstones), "
    "(SELECT count(*) FROM answers), (SELECT count(*) FROM tokens), 1";
static const char put_tag_sql[] = "INSERT INTO task_tags (owner, tag, key) "
                                  "SELECT number, ?2, number << 40 | ?3 FROM owners WHERE owner = ?1";
static const char progress_sql[] = "UPDATE copying SET done = ?1, open = 0 WHERE done = ?2";
static const char unlock_sql[] = "UPDATE copying SET open = 1";
static const char marked_sql[] = "SELECT count(*) FROM sqlite_schema WHERE name = 'copying'";
static const char mark_sql[] = "SELECT fingerprint, done FROM copying";
static const char holds_sql[] = "SELECT EXISTS (SELECT 1 FROM owners) OR EXISTS (SELECT 1 FROM tasks) "
                                "OR EXISTS (SELECT 1 FROM tokens) OR EXISTS (SELECT 1 FROM answers)";

/* Connections that were there before go on, so while it is filled the store itself refuses who has not opened
 * it in the same transaction. */
#define GUARD(name, event)                                                                                   \
    "CREATE TRIGGER copying_" name " BEFORE " event " WHEN NOT (SELECT open FROM copying) "                  \
    "BEGIN SELECT RAISE(ABORT, 'copying'); END; "
#define END_SQL                                                                                              \
    "DROP TRIGGER IF EXISTS copying_1; DROP TRIGGER IF EXISTS copying_2; DROP TRIGGER IF EXISTS copying_3; " \
    "DROP TRIGGER IF EXISTS copying_4; DROP TRIGGER IF EXISTS copying_5; DROP TABLE IF EXISTS copying; "
static const char start_sql[] = END_SQL
    "DELETE FROM owners; DELETE FROM tasks; DELETE FROM task_tags; DELETE FROM tombstones; "
    "DELETE FROM answers; DELETE FROM tokens; DELETE FROM sqlite_sequence; "
    "CREATE TABLE copying (fingerprint INTEGER NOT NULL, done INTEGER NOT NULL, open INTEGER NOT NULL) "
    "STRICT; "
    "INSERT INTO copying VALUES (0, 0, 0); " GUARD("1", "INSERT ON owners") GUARD("2", "UPDATE ON owners")
        GUARD("3", "INSERT ON tokens") GUARD("4", "DELETE ON tokens") GUARD("5", "DELETE ON tasks");
static const char finish_sql[] = "BEGIN IMMEDIATE; " END_SQL "COMMIT";

static void make(buf *sql, const void *text)
{
    buf_text(sql, text);
}

static sqlite3_stmt *statement(sqlite_connection *c, uint32_t key, const char *text, tasks_error *error)
{
    return sqlite_shaped(c, SQL_COPY | key, make, text, error);
}

static tasks_status execute(sqlite_connection *c, const char *text, tasks_error *error)
{
    int code = sqlite3_exec(c->db, text, NULL, NULL, NULL);
    return code ? sqlite_failed(c, code, error) : TASKS_OK;
}

static void give_up(sqlite_connection *c)
{
    if (!sqlite3_get_autocommit(c->db) && sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL))
        c->broken = true;
}

/* Runs a statement of one row whose columns are numbers. */
static tasks_status ask(sqlite_connection *c, uint32_t key, const char *text, int64_t *numbers, int count,
                        tasks_error *error)
{
    sqlite3_stmt *s = statement(c, key, text, error);
    if (!s || sqlite_step(c, s, error) == SQLITE_ERROR)
        return error->status;
    for (int i = 0; i < count; i++)
        numbers[i] = sqlite3_column_int64(s, i);
    sqlite3_reset(s);
    return TASKS_OK;
}

/* ---- Out ---- */

static const char *text_of(sqlite3_stmt *s, int column)
{
    return (const char *)sqlite3_column_text(s, column);
}

static tasks_status read_task(sqlite3_stmt *s, backend_record *r, tasks_error *error)
{
    tasks_status status = sqlite_row(s, &r->row, error);
    r->owner = text_of(s, 15);
    return status;
}

static void read_tombstone(sqlite3_stmt *s, backend_record *r)
{
    r->owner = text_of(s, 0);
    r->row.task.revision = sqlite3_column_int64(s, 1);
    r->row.task.id = sqlite3_column_int64(s, 2);
    r->row.task.uid = text_of(s, 3);
    r->row.task.updated_at_ms = sqlite3_column_int64(s, 4);
}

static void read_answer(sqlite3_stmt *s, backend_record *r)
{
    r->owner = text_of(s, 0);
    r->key = text_of(s, 1);
    r->hash = sqlite3_column_int64(s, 2);
    r->revision = sqlite3_column_int64(s, 3);
    r->created_at_ms = sqlite3_column_int64(s, 4);
    r->answer = text_of(s, 5);
}

static tasks_status read_token(sqlite3_stmt *s, backend_record *r, backend_token *token, tasks_error *error)
{
    r->owner = token->owner;
    r->token = token;
    return sqlite_token_read(s, token, error);
}

static void read_owner(sqlite3_stmt *s, backend_record *r)
{
    r->owner = text_of(s, 0);
    r->revision = sqlite3_column_int64(s, 1);
    r->last_id = sqlite3_column_int64(s, 2);
    r->purged = sqlite3_column_int64(s, 3);
}

static tasks_status read_record(sqlite3_stmt *s, backend_kind kind, const backend_taker *taker,
                                tasks_error *error)
{
    backend_record r = {.kind = kind, .owner = ""};
    backend_token token = {0};
    tasks_status status = TASKS_OK;
    if (kind == BACKEND_OWNER)
        read_owner(s, &r);
    else if (kind == BACKEND_TASK)
        status = read_task(s, &r, error);
    else if (kind == BACKEND_TOMBSTONE)
        read_tombstone(s, &r);
    else if (kind == BACKEND_ANSWER)
        read_answer(s, &r);
    else if (kind == BACKEND_TOKEN)
        status = read_token(s, &r, &token, error);
    else
        r.last_id = sqlite3_column_int64(s, 0);
    if (!status && !r.owner)
        status = fail_memory(error);
    return status ? status : taker->take(taker->context, &r, error);
}

static tasks_status begin(void *connection, int64_t counts[BACKEND_KINDS], tasks_error *error)
{
    sqlite_connection *c = connection;
    tasks_status status = sqlite_do(c, SQL_BEGIN_READ, error);
    if (!status)
        status = ask(c, COUNTS, counts_sql, counts, BACKEND_KINDS, error);
    if (status)
        give_up(c);
    return status;
}

static tasks_status export(void *connection, backend_kind kind, const backend_taker *taker,
                           tasks_error *error)
{
    sqlite_connection *c = connection;
    sqlite3_stmt *s = statement(c, kind, exports[kind], error);
    tasks_status status = s ? TASKS_OK : error->status;
    int code = SQLITE_DONE;
    while (!status && (code = sqlite_step(c, s, error)) == SQLITE_ROW)
        status = read_record(s, kind, taker, error);
    sqlite3_reset(s);
    return code == SQLITE_ERROR ? error->status : status;
}

static void end(void *connection)
{
    give_up(connection);
}

/* ---- In ---- */

tasks_status sqlite_copy_ended(sqlite3 *db, tasks_error *error)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(db, marked_sql, -1, &s, NULL);
    if (!code)
        code = sqlite3_step(s);
    bool marked = code == SQLITE_ROW && sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    if (code != SQLITE_ROW)
        return sqlite_error(code, error);
    if (marked)
        return fail(error, TASKS_UNSUPPORTED, "store_unfinished",
                    "a copy into this store has not ended: run it again");
    return TASKS_OK;
}

static tasks_status look(void *connection, backend_import *out, tasks_error *error)
{
    sqlite_connection *c = connection;
    int64_t marked = 0, holds = 0, mark[2] = {0};
    *out = (backend_import){0};
    tasks_status status = ask(c, MARKED, marked_sql, &marked, 1, error);
    if (!status && marked)
        status = ask(c, MARK, mark_sql, mark, 2, error);
    if (!status && !marked)
        status = ask(c, HOLDS, holds_sql, &holds, 1, error);
    if (status)
        return status;
    *out = (backend_import){.empty = !marked && !holds,
                            .unfinished = marked,
                            .fingerprint = mark[0],
                            .done = c->copied = mark[1]};
    return TASKS_OK;
}

static tasks_status write_mark(sqlite_connection *c, int64_t fingerprint, tasks_error *error)
{
    sqlite3_stmt *s = statement(c, SET_MARK, "UPDATE copying SET fingerprint = ?1", error);
    if (s)
        sqlite3_bind_int64(s, 1, fingerprint);
    return sqlite_run(c, s, error);
}

/* Whoever wrote after the look is noticed here, behind the lock. */
static tasks_status refuse_used(sqlite_connection *c, tasks_error *error)
{
    backend_import found;
    tasks_status status = look(c, &found, error);
    if (!status && !found.empty && !found.unfinished)
        status = fail(error, TASKS_CONFLICT, "store_not_empty",
                      "somebody has just written to it: copy into an empty store that nobody uses");
    return status;
}

static tasks_status start(void *connection, int64_t fingerprint, tasks_error *error)
{
    sqlite_connection *c = connection;
    tasks_status status = sqlite_do(c, SQL_BEGIN_WRITE, error);
    if (!status)
        status = refuse_used(c, error);
    if (!status)
        status = execute(c, start_sql, error);
    if (!status)
        status = write_mark(c, fingerprint, error);
    if (!status)
        status = sqlite_do(c, SQL_COMMIT, error);
    if (status)
        give_up(c);
    c->copied = 0;
    return status;
}

static void bind_task(sqlite3_stmt *s, const backend_record *r)
{
    sqlite_bind_text(s, 1, r->owner);
    sqlite3_bind_int64(s, 2, r->row.task.id);
    sqlite_bind_fields(s, 2, &r->row);
}

static void bind_tombstone(sqlite3_stmt *s, const backend_record *r)
{
    sqlite_bind_text(s, 1, r->owner);
    sqlite3_bind_int64(s, 2, r->row.task.id);
    sqlite3_bind_int64(s, 3, r->row.task.revision);
    sqlite_bind_text(s, 4, r->row.task.uid);
    sqlite3_bind_int64(s, 5, r->row.task.updated_at_ms);
}

static void bind_answer(sqlite3_stmt *s, const backend_record *r)
{
    sqlite_bind_text(s, 1, r->owner);
    sqlite_bind_text(s, 2, r->key);
    sqlite3_bind_int64(s, 3, r->hash);
    sqlite3_bind_int64(s, 4, r->revision);
    sqlite3_bind_int64(s, 5, r->created_at_ms);
    sqlite_bind_text(s, 6, r->answer);
}

static void bind_token(sqlite3_stmt *s, const backend_record *r)
{
    const backend_token *token = r->token;
    sqlite3_bind_int64(s, 1, token->id);
    sqlite3_bind_blob(s, 2, token->digest, BACKEND_DIGEST, SQLITE_STATIC);
    sqlite_bind_text(s, 3, token->owner);
    sqlite3_bind_int(s, 4, token->read_only);
    sqlite3_bind_int64(s, 5, token->created_at_ms);
    sqlite_bind_time(s, 6, token->expires_at_ms);
}

static void bind_owner(sqlite3_stmt *s, const backend_record *r)
{
    sqlite_bind_text(s, 1, r->owner);
    sqlite3_bind_int64(s, 2, r->revision);
    sqlite3_bind_int64(s, 3, r->last_id);
    sqlite3_bind_int64(s, 4, r->purged);
}

static void bind_counter(sqlite3_stmt *s, const backend_record *r)
{
    sqlite3_bind_int64(s, 1, r->last_id);
}

static void (*const binds[BACKEND_KINDS])(sqlite3_stmt *, const backend_record *) = {
    [BACKEND_OWNER] = bind_owner,   [BACKEND_TASK] = bind_task,   [BACKEND_TOMBSTONE] = bind_tombstone,
    [BACKEND_ANSWER] = bind_answer, [BACKEND_TOKEN] = bind_token, [BACKEND_COUNTER] = bind_counter};

static tasks_status put_tags(sqlite_connection *c, const backend_record *r, tasks_error *error)
{
    tasks_status status = TASKS_OK;
    for (const char *tags = r->row.tags; !status && tags && *tags;) {
        size_t length = strcspn(tags, " ");
        sqlite3_stmt *s = statement(c, PUT_TAG, put_tag_sql, error);
        if (!s)
            return error->status;
        sqlite_bind_text(s, 1, r->owner);
        sqlite3_bind_text(s, 2, tags, (int)length, SQLITE_STATIC);
        sqlite3_bind_int64(s, 3, r->row.task.id);
        status = sqlite_run(c, s, error);
        tags += length + (tags[length] == ' ');
    }
    return status;
}

static tasks_status begin_filling(sqlite_connection *c, tasks_error *error)
{
    tasks_status status = sqlite_do(c, SQL_BEGIN_WRITE, error);
    return status ? status : sqlite_run(c, statement(c, UNLOCK, unlock_sql, error), error);
}

/* What names an owner that is not there puts nothing in. */
static tasks_status put(sqlite_connection *c, const backend_record *r, tasks_error *error)
{
    if (r->row.task.id > SQLITE_ID_MAX || r->last_id > SQLITE_ID_MAX)
        return fail(error, TASKS_FULL, "store_full", "a SQLite store has no ids beyond %lld",
                    (long long)SQLITE_ID_MAX);
    sqlite3_stmt *s = statement(c, PUT | r->kind, imports[r->kind], error);
    if (s)
        binds[r->kind](s, r);
    tasks_status status = sqlite_run(c, s, error);
    if (!status && !sqlite3_changes(c->db))
        status =
            fail(error, TASKS_CORRUPT, "store_damaged", "the source has tasks of an owner that it has not");
    return status ? status : put_tags(c, r, error);
}

static tasks_status add(void *connection, const backend_record *r, tasks_error *error)
{
    sqlite_connection *c = connection;
    tasks_status status = sqlite3_get_autocommit(c->db) ? begin_filling(c, error) : TASKS_OK;
    if (!status)
        status = put(c, r, error);
    if (status)
        give_up(c);
    return status;
}

/* Who else copies into the store has moved the mark. */
static tasks_status move_mark(sqlite_connection *c, int64_t done, tasks_error *error)
{
    sqlite3_stmt *s = statement(c, MOVE_MARK, progress_sql, error);
    if (s) {
        sqlite3_bind_int64(s, 1, done);
        sqlite3_bind_int64(s, 2, c->copied);
    }
    tasks_status status = sqlite_run(c, s, error);
    if (!status && !sqlite3_changes(c->db))
        status = fail(error, TASKS_UNAVAILABLE, "store_busy", "another copy into this store is under way");
    return status;
}

static tasks_status commit(void *connection, int64_t done, tasks_error *error)
{
    sqlite_connection *c = connection;
    if (sqlite3_get_autocommit(c->db))
        return TASKS_OK;
    tasks_status status = move_mark(c, done, error);
    if (!status)
        status = sqlite_do(c, SQL_COMMIT, error);
    if (status)
        give_up(c);
    else
        c->copied = done;
    return status;
}

static tasks_status finish(void *connection, tasks_error *error)
{
    tasks_status status = execute(connection, finish_sql, error);
    if (status)
        give_up(connection);
    return status;
}

const backend_copy_ops sqlite_copy = {.begin = begin,
                                      .export = export,
                                      .end = end,
                                      .look = look,
                                      .start = start,
                                      .add = add,
                                      .commit = commit,
                                      .finish = finish};
