/* Records are gathered in memory in the form of COPY, and go in by one transaction that also notes how far
 * the copy is. The table `copying` is there as long as it has not ended. */
#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "list_sql.h"
#include "postgres_copy.h"

enum { COPY_CAP = 1 << 28, SQL_CAP = 4096 };
#define MARK_MOVED "23502" /* a NULL where there must be none */
#define GUARD_SQL  "FOR EACH STATEMENT EXECUTE FUNCTION refuse_while_copying(); "
#define END_SQL    "DROP FUNCTION IF EXISTS refuse_while_copying() CASCADE; DROP TABLE IF EXISTS copying; "

struct postgres_import {
    backend_kind kind;
    buf rows, tags; /* empty, or begun as COPY wants it */
    int64_t copied; /* records at the last commit */
};

static const struct {
    const char *into;
    int columns;
} tables[BACKEND_KINDS] = {
    [BACKEND_OWNER] = {"owners (owner, revision, last_id, purged_revision)", 4},
    [BACKEND_TASK] = {"tasks (owner, " LIST_SQL_COLUMNS ")", 15},
    [BACKEND_TOMBSTONE] = {"tombstones (owner, revision, id, uid, deleted_at)", 5},
    [BACKEND_ANSWER] = {"answers (owner, key, hash, revision, created_at, answer)", 6},
    [BACKEND_TOKEN] = {"tokens (id, digest, owner, read_only, created_at, expires_at)", 6},
};

static const char look_sql[] =
    "SELECT to_regclass('copying') IS NOT NULL, EXISTS (SELECT FROM owners) OR EXISTS (SELECT FROM tasks) "
    "OR EXISTS (SELECT FROM tokens) OR EXISTS (SELECT FROM answers)";

/* ---- The binary form of COPY ---- */

static void put_half(buf *b, int number)
{
    uint16_t big = htobe16((uint16_t)number);
    buf_bytes(b, &big, sizeof big);
}

static void put_word(buf *b, uint32_t number)
{
    uint32_t big = htobe32(number);
    buf_bytes(b, &big, sizeof big);
}

static void put_null(buf *b)
{
    put_word(b, UINT32_MAX);
}

static void put_bytes(buf *b, const void *bytes, size_t length)
{
    put_word(b, (uint32_t)length);
    buf_bytes(b, bytes, length);
}

static void put_text(buf *b, const char *text)
{
    if (text)
        put_bytes(b, text, strlen(text));
    else
        put_null(b);
}

static void put_int(buf *b, int64_t number)
{
    uint64_t big = htobe64((uint64_t)number);
    put_bytes(b, &big, sizeof big);
}

static void put_small(buf *b, int number)
{
    put_word(b, sizeof(uint16_t));
    put_half(b, number);
}

static void put_time(buf *b, int64_t time_ms)
{
    if (time_ms == TASKS_NO_TIME)
        put_null(b);
    else
        put_int(b, time_ms);
}

static void put_double(buf *b, double number)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    if (isnan(number))
        put_null(b);
    else
        put_int(b, bits);
}

static void start_row(buf *b, int columns)
{
    static const char signature[] = "PGCOPY\n\377\r\n"; /* its NUL belongs to it */
    if (!b->length) {
        buf_bytes(b, signature, sizeof signature);
        put_word(b, 0); /* flags */
        put_word(b, 0); /* no more of a header */
    }
    put_half(b, columns);
}

/* ---- Records ---- */

static void put_owner(buf *b, const backend_record *r)
{
    put_text(b, r->owner);
    put_int(b, r->revision);
    put_int(b, r->last_id);
    put_int(b, r->purged);
}

static void put_task(buf *b, const backend_record *r)
{
    const tasks_task *t = &r->row.task;
    put_text(b, r->owner);
    put_int(b, t->id);
    put_int(b, t->revision);
    put_small(b, t->completed);
    put_small(b, t->priority);
    put_double(b, t->order);
    put_time(b, t->due_at_ms);
    put_time(b, t->expires_at_ms);
    put_time(b, t->completed_at_ms);
    put_int(b, t->created_at_ms);
    put_int(b, t->updated_at_ms);
    put_text(b, t->uid);
    put_text(b, t->title);
    put_text(b, r->row.tags);
    put_text(b, t->notes);
}

static void put_tombstone(buf *b, const backend_record *r)
{
    put_text(b, r->owner);
    put_int(b, r->row.task.revision);
    put_int(b, r->row.task.id);
    put_text(b, r->row.task.uid);
    put_int(b, r->row.task.updated_at_ms);
}

static void put_answer(buf *b, const backend_record *r)
{
    put_text(b, r->owner);
    put_text(b, r->key);
    put_int(b, r->hash);
    put_int(b, r->revision);
    put_int(b, r->created_at_ms);
    put_text(b, r->answer);
}

static void put_token(buf *b, const backend_record *r)
{
    const backend_token *token = r->token;
    put_int(b, token->id);
    put_bytes(b, token->digest, BACKEND_DIGEST);
    put_text(b, token->owner);
    put_small(b, token->read_only);
    put_int(b, token->created_at_ms);
    put_time(b, token->expires_at_ms);
}

static void (*const puts_of[BACKEND_KINDS])(buf *,
                                            const backend_record *) = {[BACKEND_OWNER] = put_owner,
                                                                       [BACKEND_TASK] = put_task,
                                                                       [BACKEND_TOMBSTONE] = put_tombstone,
                                                                       [BACKEND_ANSWER] = put_answer,
                                                                       [BACKEND_TOKEN] = put_token};

static void put_tags(buf *b, const backend_record *r)
{
    for (const char *tags = r->row.tags; *tags;) {
        size_t length = strcspn(tags, " ");
        start_row(b, 3);
        put_text(b, r->owner);
        put_bytes(b, tags, length);
        put_int(b, r->row.task.id);
        tags += length + (tags[length] == ' ');
    }
}

/* ---- The import ---- */

void postgres_import_free(struct postgres_import *import)
{
    if (!import)
        return;
    buf_done(&import->rows);
    buf_done(&import->tags);
    free(import);
}

static tasks_status import_of(postgres_connection *c, struct postgres_import **out, tasks_error *error)
{
    if (!c->import && (c->import = calloc(1, sizeof *c->import))) {
        buf_init(&c->import->rows, COPY_CAP);
        buf_init(&c->import->tags, COPY_CAP);
    }
    *out = c->import;
    return c->import ? TASKS_OK : fail_memory(error);
}

static tasks_status read_mark(postgres_connection *c, backend_import *out, tasks_error *error)
{
    PGresult *r = postgres_ask(c, "SELECT fingerprint, done FROM copying", NULL, error);
    if (!r)
        return error->status;
    out->fingerprint = postgres_column_int(r, 0, 0);
    out->done = c->import->copied = postgres_column_int(r, 0, 1);
    postgres_libpq.PQclear(r);
    return TASKS_OK;
}

tasks_status postgres_import_look(void *connection, backend_import *out, tasks_error *error)
{
    postgres_connection *c = connection;
    struct postgres_import *import;
    *out = (backend_import){0};
    postgres_deadline(c, POSTGRES_WHOLE_MS);
    tasks_status status = import_of(c, &import, error);
    PGresult *r = status ? NULL : postgres_ask(c, look_sql, NULL, error);
    if (!r)
        return error->status;
    out->unfinished = *postgres_libpq.PQgetvalue(r, 0, 0);
    out->empty = !out->unfinished && !*postgres_libpq.PQgetvalue(r, 0, 1);
    postgres_libpq.PQclear(r);
    return out->unfinished ? read_mark(c, out, error) : TASKS_OK;
}

/* In the order in which those who write take them: else each may wait for the other. */
#define LOCK_SQL                                                                                             \
    "BEGIN; SET LOCAL statement_timeout = 0; "                                                               \
    "LOCK TABLE owners, tasks, task_tags, tombstones, answers, tokens; "

/* Sessions that were there before go on, so from now on the store itself refuses who has not opened it in the
 * same transaction. */
static const char restart_sql[] =
    "TRUNCATE owners, tasks, task_tags, tombstones, answers, tokens RESTART IDENTITY; " END_SQL
    "CREATE TABLE copying (fingerprint bigint NOT NULL, done bigint NOT NULL, open boolean NOT NULL); "
    "CREATE FUNCTION refuse_while_copying() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN IF NOT (SELECT open FROM copying) THEN RAISE SQLSTATE ''TKC01''; END IF; RETURN NULL; END'; "
    "CREATE TRIGGER copying BEFORE INSERT OR UPDATE OR DELETE ON owners " GUARD_SQL
    "CREATE TRIGGER copying BEFORE INSERT OR UPDATE OR DELETE ON tokens " GUARD_SQL
    "CREATE TRIGGER copying BEFORE UPDATE OR DELETE ON tasks " GUARD_SQL;

/* Whoever wrote after the look is noticed here, behind the lock. */
static tasks_status lock_unused(postgres_connection *c, tasks_error *error)
{
    backend_import found;
    tasks_status status = postgres_script(c, LOCK_SQL, error);
    if (!status)
        status = postgres_import_look(c, &found, error);
    if (!status && !found.empty && !found.unfinished)
        status = fail(error, TASKS_CONFLICT, "store_not_empty",
                      "somebody has just written to it: copy into an empty store that nobody uses");
    return status;
}

static tasks_status restart(postgres_connection *c, int64_t fingerprint, tasks_error *error)
{
    buf text;
    buf_init(&text, SQL_CAP);
    buf_text(&text, restart_sql);
    buf_print(&text, "INSERT INTO copying VALUES (%lld, 0, false); COMMIT", (long long)fingerprint);
    tasks_status status = text.status ? fail_memory(error) : postgres_script(c, text.bytes, error);
    buf_done(&text);
    return status;
}

tasks_status postgres_import_start(void *connection, int64_t fingerprint, tasks_error *error)
{
    postgres_connection *c = connection;
    postgres_deadline(c, POSTGRES_WHOLE_MS);
    tasks_status status = lock_unused(c, error);
    if (!status)
        status = restart(c, fingerprint, error);
    if (status)
        postgres_whole_end(c);
    else
        c->import->copied = 0;
    return status;
}

tasks_status postgres_import_add(void *connection, const backend_record *r, tasks_error *error)
{
    struct postgres_import *import = ((postgres_connection *)connection)->import;
    import->kind = r->kind;
    if (r->kind == BACKEND_COUNTER) {
        buf_int(&import->rows, r->last_id);
    } else {
        start_row(&import->rows, tables[r->kind].columns);
        puts_of[r->kind](&import->rows, r);
    }
    if (r->kind == BACKEND_TASK)
        put_tags(&import->tags, r);
    return import->rows.status || import->tags.status ? fail_memory(error) : TASKS_OK;
}

/* The whole transaction as one text; where it says FROM STDIN the rows are sent. Somebody else who copies
 * into the store has moved the mark: then it becomes NULL, which it must not be, and nothing is committed. */
static void write_commit(buf *text, const struct postgres_import *import, int64_t done)
{
    static const char form[] = "FROM STDIN (FORMAT binary)";
    buf_text(text, "BEGIN; SET LOCAL statement_timeout = 0; UPDATE copying SET open = true; ");
    if (import->kind == BACKEND_COUNTER)
        buf_print(text, "SELECT setval(pg_get_serial_sequence('tokens', 'id'), greatest(%s, 1), %s > 0); ",
                  import->rows.bytes, import->rows.bytes);
    else
        buf_print(text, "COPY %s %s; ", tables[import->kind].into, form);
    if (import->tags.length)
        buf_print(text, "COPY task_tags (owner, tag, id) %s; ", form);
    buf_print(text, "UPDATE copying SET open = false, done = CASE WHEN done = %lld THEN %lld END; COMMIT",
              (long long)import->copied, (long long)done);
}

static bool send_rows(postgres_connection *c, const buf *rows)
{
    static const char trailer[2] = {'\377', '\377'};
    return postgres_libpq.PQputCopyData(c->pg, rows->bytes, (int)rows->length) > 0 &&
           postgres_libpq.PQputCopyData(c->pg, trailer, sizeof trailer) > 0 &&
           postgres_libpq.PQputCopyEnd(c->pg, NULL) > 0;
}

static tasks_status failed(postgres_connection *c, const PGresult *r, tasks_error *error)
{
    tasks_status status = postgres_failed(c, r, error);
    if (strcmp(c->sqlstate, MARK_MOVED) != 0)
        return status;
    return fail(error, TASKS_UNAVAILABLE, "store_busy", "another copy into this store is under way");
}

/* The server asks for the rows of one table after the other. */
static tasks_status run_commit(postgres_connection *c, const char *text, tasks_error *error)
{
    const buf *rows = &c->import->rows;
    tasks_status status = TASKS_OK;
    PGresult *r;
    if (!postgres_libpq.PQexitPipelineMode(c->pg) || !postgres_libpq.PQsendQuery(c->pg, text))
        return postgres_failed(c, NULL, error);
    while ((r = postgres_wait(c) ? postgres_libpq.PQgetResult(c->pg) : NULL)) {
        if (postgres_libpq.PQresultStatus(r) == PGRES_COPY_IN) {
            c->broken |= !send_rows(c, rows);
            rows = &c->import->tags;
        } else if (postgres_libpq.PQresultStatus(r) == PGRES_FATAL_ERROR && !status) {
            status = failed(c, r, error);
        }
        postgres_libpq.PQclear(r);
    }
    c->broken |= !postgres_libpq.PQenterPipelineMode(c->pg);
    return !status && c->broken ? postgres_failed(c, NULL, error) : status;
}

tasks_status postgres_import_commit(void *connection, int64_t done, tasks_error *error)
{
    postgres_connection *c = connection;
    struct postgres_import *import = c->import;
    buf text;
    if (!import->rows.length)
        return TASKS_OK;
    buf_init(&text, SQL_CAP);
    write_commit(&text, import, done);
    postgres_deadline(c, POSTGRES_WHOLE_MS);
    tasks_status status = text.status ? fail_memory(error) : run_commit(c, text.bytes, error);
    buf_done(&text);
    buf_reset(&import->rows);
    buf_reset(&import->tags);
    if (status)
        postgres_whole_end(c);
    else
        import->copied = done;
    return status;
}

/* What was filled from nothing has no statistics yet, which other programs' plans may rest on. */
tasks_status postgres_import_finish(void *connection, tasks_error *error)
{
    postgres_connection *c = connection;
    postgres_deadline(c, POSTGRES_WHOLE_MS);
    return postgres_script(c, LOCK_SQL END_SQL "ANALYZE owners, tasks, task_tags, tombstones; COMMIT", error);
}
