/* A store as a stream of records. Rows come one by one, so that a store of any size takes no memory. */
#include "fail.h"
#include "list_sql.h"
#include "postgres_copy.h"

static const char *const exports[BACKEND_KINDS] = {
    [BACKEND_OWNER] = "SELECT owner, revision, last_id, purged_revision FROM owners ORDER BY owner",
    [BACKEND_TASK] = ("SELECT " LIST_SQL_COLUMNS ", 0, owner FROM tasks ORDER BY owner, id"),
    [BACKEND_TOMBSTONE] =
        "SELECT owner, revision, id, uid, deleted_at FROM tombstones ORDER BY owner, revision, id",
    [BACKEND_ANSWER] =
        "SELECT owner, key, hash, revision, created_at, answer FROM answers ORDER BY owner, key",
    [BACKEND_TOKEN] = "SELECT id, digest, owner, read_only, created_at, expires_at FROM tokens ORDER BY id",
    [BACKEND_COUNTER] =
        "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('tokens', 'id')::regclass), 0)",
};

static const char counts_sql[] =
    "SELECT (SELECT count(*) FROM owners), (SELECT count(*) FROM tasks), (SELECT count(*) FROM tombstones), "
    "(SELECT count(*) FROM answers), (SELECT count(*) FROM tokens), 1";

static const char *text_of(const PGresult *r, int column)
{
    return postgres_libpq.PQgetisnull(r, 0, column) ? NULL : postgres_libpq.PQgetvalue(r, 0, column);
}

static void read_owner(const PGresult *r, backend_record *out)
{
    out->owner = text_of(r, 0);
    out->revision = postgres_column_int(r, 0, 1);
    out->last_id = postgres_column_int(r, 0, 2);
    out->purged = postgres_column_int(r, 0, 3);
}

static void read_task(const PGresult *r, backend_record *out)
{
    postgres_row(r, 0, &out->row);
    out->owner = text_of(r, 15);
}

static void read_tombstone(const PGresult *r, backend_record *out)
{
    out->owner = text_of(r, 0);
    out->row.task.revision = postgres_column_int(r, 0, 1);
    out->row.task.id = postgres_column_int(r, 0, 2);
    out->row.task.uid = text_of(r, 3);
    out->row.task.updated_at_ms = postgres_column_int(r, 0, 4);
}

static void read_answer(const PGresult *r, backend_record *out)
{
    out->owner = text_of(r, 0);
    out->key = text_of(r, 1);
    out->hash = postgres_column_int(r, 0, 2);
    out->revision = postgres_column_int(r, 0, 3);
    out->created_at_ms = postgres_column_int(r, 0, 4);
    out->answer = text_of(r, 5);
}

static void read_counter(const PGresult *r, backend_record *out)
{
    out->owner = "";
    out->last_id = postgres_column_int(r, 0, 0);
}

static void (*const reads[BACKEND_KINDS])(const PGresult *,
                                          backend_record *) = {[BACKEND_OWNER] = read_owner,
                                                               [BACKEND_TASK] = read_task,
                                                               [BACKEND_TOMBSTONE] = read_tombstone,
                                                               [BACKEND_ANSWER] = read_answer,
                                                               [BACKEND_COUNTER] = read_counter};

static tasks_status hand_over(const PGresult *r, backend_kind kind, const backend_taker *taker,
                              tasks_error *error)
{
    backend_record record = {.kind = kind};
    backend_token token;
    tasks_status status = TASKS_OK;
    if (kind == BACKEND_TOKEN) {
        status = postgres_token_read(r, &token, error);
        record.owner = token.owner;
        record.token = &token;
    } else {
        reads[kind](r, &record);
    }
    return status ? status : taker->take(taker->context, &record, error);
}

/* ---- The stream ---- */

tasks_status postgres_export_begin(void *connection, int64_t counts[BACKEND_KINDS], tasks_error *error)
{
    postgres_connection *c = connection;
    tasks_status status = postgres_whole_begin(c, error);
    PGresult *r = status ? NULL : postgres_ask(c, counts_sql, NULL, error);
    for (int i = 0; r && i < BACKEND_KINDS; i++)
        counts[i] = postgres_column_int(r, 0, i);
    if (!r)
        postgres_whole_end(c);
    postgres_libpq.PQclear(r);
    return r ? TASKS_OK : error->status;
}

void postgres_export_end(void *connection)
{
    postgres_whole_end(connection);
}

static PGresult *next(postgres_connection *c)
{
    return postgres_wait(c) ? postgres_libpq.PQgetResult(c->pg) : NULL;
}

static tasks_status stream(postgres_connection *c, backend_kind kind, const backend_taker *taker,
                           tasks_error *error)
{
    tasks_status status = TASKS_OK;
    PGresult *r;
    while ((r = next(c))) {
        if (postgres_libpq.PQresultStatus(r) == PGRES_SINGLE_TUPLE && !status)
            status = hand_over(r, kind, taker, error);
        else if (postgres_libpq.PQresultStatus(r) == PGRES_FATAL_ERROR)
            status = postgres_failed(c, r, error);
        postgres_libpq.PQclear(r);
        if (status)
            c->broken = true; /* the rest of the rows is under way */
    }
    return !status && c->broken ? postgres_failed(c, NULL, error) : status;
}

tasks_status postgres_export(void *connection, backend_kind kind, const backend_taker *taker,
                             tasks_error *error)
{
    postgres_connection *c = connection;
    if (!postgres_libpq.PQexitPipelineMode(c->pg) ||
        !postgres_libpq.PQsendQueryParams(c->pg, exports[kind], 0, NULL, NULL, NULL, NULL, 1) ||
        !postgres_libpq.PQsetSingleRowMode(c->pg))
        return postgres_failed(c, NULL, error);
    tasks_status status = stream(c, kind, taker, error);
    c->broken |= !postgres_libpq.PQenterPipelineMode(c->pg);
    return status;
}
