#include <string.h>

#include "fail.h"
#include "sqlite.h"

static tasks_status missing(tasks_error *error)
{
    return fail(error, TASKS_NOT_FOUND, "token_missing", "no such token");
}

tasks_status sqlite_token_add(void *connection, backend_token *token, tasks_error *error)
{
    sqlite_connection *c = connection;
    sqlite3_stmt *s = sqlite_statement(c, SQL_TOKEN_ADD, error);
    if (!s)
        return error->status;
    sqlite3_bind_blob(s, 1, token->digest, BACKEND_DIGEST, SQLITE_STATIC);
    sqlite_bind_text(s, 2, token->owner);
    sqlite3_bind_int(s, 3, token->read_only);
    sqlite3_bind_int64(s, 4, token->created_at_ms);
    sqlite_bind_time(s, 5, token->expires_at_ms);
    tasks_status status = sqlite_run(c, s, error);
    token->id = sqlite3_last_insert_rowid(c->db);
    return status;
}

tasks_status sqlite_token_read(sqlite3_stmt *s, backend_token *token, tasks_error *error)
{
    const void *digest = sqlite3_column_blob(s, 1);
    const char *owner = (const char *)sqlite3_column_text(s, 2);
    size_t length = (size_t)sqlite3_column_bytes(s, 2);
    if (!digest || !owner)
        return fail_memory(error);
    if (sqlite3_column_bytes(s, 1) != BACKEND_DIGEST || length >= sizeof token->owner)
        return sqlite_error(SQLITE_CORRUPT, error);
    token->id = sqlite3_column_int64(s, 0);
    memcpy(token->digest, digest, BACKEND_DIGEST);
    memcpy(token->owner, owner, length + 1);
    token->read_only = sqlite3_column_int(s, 3);
    token->created_at_ms = sqlite3_column_int64(s, 4);
    token->expires_at_ms =
        sqlite3_column_type(s, 5) == SQLITE_NULL ? TASKS_NO_TIME : sqlite3_column_int64(s, 5);
    return TASKS_OK;
}

tasks_status sqlite_token_get(void *connection, const uint8_t *digest, backend_token *token,
                              tasks_error *error)
{
    sqlite_connection *c = connection;
    sqlite3_stmt *s = sqlite_statement(c, digest ? SQL_TOKEN_FIND : SQL_TOKEN_NEXT, error);
    if (!s)
        return error->status;
    if (digest)
        sqlite3_bind_blob(s, 1, digest, BACKEND_DIGEST, SQLITE_STATIC);
    else
        sqlite3_bind_int64(s, 1, token->id);
    int code = sqlite_step(c, s, error);
    if (code == SQLITE_ERROR)
        return error->status;
    tasks_status status = code == SQLITE_ROW ? sqlite_token_read(s, token, error) : missing(error);
    sqlite3_reset(s);
    return status;
}

tasks_status sqlite_token_remove(void *connection, int64_t id, tasks_error *error)
{
    sqlite_connection *c = connection;
    sqlite3_stmt *s = sqlite_statement(c, SQL_TOKEN_REMOVE, error);
    if (!s)
        return error->status;
    sqlite3_bind_int64(s, 1, id);
    tasks_status status = sqlite_run(c, s, error);
    return status || sqlite3_changes64(c->db) ? status : missing(error);
}
