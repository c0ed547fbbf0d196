#include <string.h>

#include "fail.h"
#include "postgres.h"

#define COLUMNS "id, digest, owner, read_only, created_at, expires_at"

enum { KEY_ADD = 1 << 7, KEY_FIND, KEY_NEXT, KEY_REMOVE };

static const postgres_statement add = {
    .key = KEY_ADD,
    .text = "INSERT INTO tokens (digest, owner, read_only, created_at, expires_at) "
            "VALUES ($1, $2, $3::bigint, $4, $5) RETURNING id"};
static const postgres_statement find = {.key = KEY_FIND,
                                        .text = "SELECT " COLUMNS " FROM tokens WHERE digest = $1"};
static const postgres_statement next = {
    .key = KEY_NEXT, .text = "SELECT " COLUMNS " FROM tokens WHERE id > $1 ORDER BY id LIMIT 1"};
static const postgres_statement take_away = {.key = KEY_REMOVE, .text = "DELETE FROM tokens WHERE id = $1"};

static tasks_status missing(tasks_error *error)
{
    return fail(error, TASKS_NOT_FOUND, "token_missing", "no such token");
}

tasks_status postgres_token_add(void *connection, backend_token *token, tasks_error *error)
{
    postgres_values v = {0};
    postgres_bytes(&v, token->digest, BACKEND_DIGEST);
    postgres_text(&v, token->owner);
    postgres_int(&v, token->read_only);
    postgres_int(&v, token->created_at_ms);
    postgres_time(&v, token->expires_at_ms);
    PGresult *r = postgres_ask_prepared(connection, &add, &v, error);
    if (!r)
        return error->status;
    token->id = postgres_column_int(r, 0, 0);
    postgres_libpq.PQclear(r);
    return TASKS_OK;
}

tasks_status postgres_token_read(const PGresult *r, backend_token *token, tasks_error *error)
{
    if (!postgres_libpq.PQntuples(r))
        return missing(error);
    size_t length = (size_t)postgres_libpq.PQgetlength(r, 0, 2);
    if (postgres_libpq.PQgetlength(r, 0, 1) != BACKEND_DIGEST || length >= sizeof token->owner)
        return postgres_state_error("XX001", error);
    token->id = postgres_column_int(r, 0, 0);
    memcpy(token->digest, postgres_libpq.PQgetvalue(r, 0, 1), BACKEND_DIGEST);
    memcpy(token->owner, postgres_libpq.PQgetvalue(r, 0, 2), length + 1);
    token->read_only = (int32_t)postgres_column_int(r, 0, 3);
    token->created_at_ms = postgres_column_int(r, 0, 4);
    token->expires_at_ms = postgres_column_time(r, 0, 5);
    return TASKS_OK;
}

tasks_status postgres_token_get(void *connection, const uint8_t *digest, backend_token *token,
                                tasks_error *error)
{
    postgres_values v = {0};
    if (digest)
        postgres_bytes(&v, digest, BACKEND_DIGEST);
    else
        postgres_int(&v, token->id);
    PGresult *r = postgres_ask_prepared(connection, digest ? &find : &next, &v, error);
    tasks_status status = r ? postgres_token_read(r, token, error) : error->status;
    postgres_libpq.PQclear(r);
    return status;
}

tasks_status postgres_token_remove(void *connection, int64_t id, tasks_error *error)
{
    postgres_values v = {0};
    postgres_int(&v, id);
    PGresult *r = postgres_ask_prepared(connection, &take_away, &v, error);
    if (!r)
        return error->status;
    bool removed = strcmp(postgres_libpq.PQcmdTuples(r), "0") != 0;
    postgres_libpq.PQclear(r);
    return removed ? TASKS_OK : missing(error);
}
