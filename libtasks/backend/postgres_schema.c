/* What a database holds, before anything is written to it; and how it comes to the schema of this program. */
#include <string.h>

#include "fail.h"
#include "postgres.h"
#include "postgres_schema_1.h"
#include "postgres_schema_2.h"
#include "timestamp.h"

enum { SERVER_OLDEST = 150000, TEXT_CAP = 1 << 16 };
/* One lock for all who migrate a store in this database: "tasks" in ASCII. */
#define ADVISORY_LOCK INT64_C(0x7461736b73)
/* The tables may be long to change; that the lock is long in coming has its own limit. */
#define MIGRATION_MS (INT64_C(24) * 3600 * 1000)

/* Migrations, by version: the statements, and the oldest program that still works afterwards. */
static const struct {
    const char *statements;
    int32_t oldest_program;
} migrations[POSTGRES_SCHEMA_VERSION + 1] = {
    [1] = {postgres_schema_1, 1},
    [2] = {postgres_schema_2, 1},
};

/* A table of migrations is a common thing to have; ours tells the oldest program. */
static const char look_sql[] =
    "SELECT (SELECT count(*) FROM pg_class WHERE pg_table_is_visible(oid) AND relname IN "
    "('owners', 'tasks', 'task_tags', 'tombstones', 'migrations')), "
    "(SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE "
    "pg_table_is_visible(c.oid) AND c.relname = 'migrations' AND a.attname = 'oldest_program'), "
    "current_setting('server_encoding') = 'UTF8', current_schema() IS NOT NULL, "
    "to_regclass('copying') IS NOT NULL";

static const char version_sql[] = "SELECT max(version), max(oldest_program) FROM migrations";

/* ---- Looking ---- */

static tasks_status check_server(postgres_connection *c, const PGresult *r, tasks_error *error)
{
    if (postgres_libpq.PQserverVersion(c->pg) < SERVER_OLDEST)
        return fail(error, TASKS_UNSUPPORTED, "backend_limit",
                    "the server is PostgreSQL %d; version 15 or newer is needed",
                    postgres_libpq.PQserverVersion(c->pg) / 10000);
    if (!*postgres_libpq.PQgetvalue(r, 0, 2))
        return fail(error, TASKS_UNSUPPORTED, "backend_limit",
                    "the database is not encoded in UTF8: create one that is");
    if (!*postgres_libpq.PQgetvalue(r, 0, 3))
        return postgres_state_error("3F000", error);
    return TASKS_OK;
}

static tasks_status read_version(postgres_connection *c, int32_t *version, tasks_error *error)
{
    PGresult *r = postgres_ask(c, version_sql, NULL, error);
    if (!r)
        return error->status;
    *version = (int32_t)postgres_column_int(r, 0, 0);
    int64_t oldest = postgres_column_int(r, 0, 1);
    postgres_libpq.PQclear(r);
    if (oldest > POSTGRES_SCHEMA_VERSION)
        return fail(error, TASKS_UNSUPPORTED, "store_newer",
                    "the store has schema %d, from a newer program; this one knows up to %d: update it",
                    *version, POSTGRES_SCHEMA_VERSION);
    return TASKS_OK;
}

/* *version is 0 if there is no store yet. */
static tasks_status look(postgres_connection *c, int32_t *version, bool *unfinished, tasks_error *error)
{
    *version = 0;
    PGresult *r = postgres_ask(c, look_sql, NULL, error);
    if (!r)
        return error->status;
    int64_t tables = postgres_column_int(r, 0, 0), known = postgres_column_int(r, 0, 1);
    tasks_status status = check_server(c, r, error);
    *unfinished = known && *postgres_libpq.PQgetvalue(r, 0, 4);
    postgres_libpq.PQclear(r);
    if (status)
        return status;
    if (tables && !known)
        return fail(error, TASKS_UNSUPPORTED, "store_foreign",
                    "the schema holds tables of another program under our names: use another schema");
    return known ? read_version(c, version, error) : TASKS_OK;
}

/* ---- Migrating ---- */

static tasks_status apply(postgres_connection *c, int32_t version, tasks_error *error)
{
    buf text;
    buf_init(&text, TEXT_CAP);
    buf_text(&text, migrations[version].statements);
    buf_print(&text, "INSERT INTO migrations VALUES (%d, %d, %lld)", version,
              migrations[version].oldest_program, (long long)timestamp_now());
    tasks_status status = text.status ? fail_memory(error) : postgres_script(c, text.bytes, error);
    buf_done(&text);
    return status;
}

static tasks_status lock(postgres_connection *c, tasks_error *error)
{
    buf text;
    buf_init(&text, TEXT_CAP);
    buf_print(&text,
              "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = %u; "
              "SELECT pg_advisory_xact_lock(%lld)",
              c->store->timeout_ms, (long long)ADVISORY_LOCK);
    tasks_status status = text.status ? fail_memory(error) : postgres_script(c, text.bytes, error);
    buf_done(&text);
    return status;
}

/* One version up, in one transaction. The version is read again under the lock: others may be at it. */
static tasks_status step(postgres_connection *c, int32_t *version, tasks_error *error)
{
    bool unfinished;
    tasks_error ignored;
    tasks_status status = lock(c, error);
    if (!status)
        status = look(c, version, &unfinished, error);
    if (!status && *version < POSTGRES_SCHEMA_VERSION)
        status = apply(c, ++*version, error);
    if (!status)
        status = postgres_script(c, "COMMIT", error);
    if (status && !c->broken)
        postgres_script(c, "ROLLBACK", &ignored);
    return status;
}

tasks_status postgres_schema_open(postgres_connection *c, const backend_config *config, int32_t *version,
                                  tasks_error *error)
{
    bool unfinished = false;
    postgres_deadline(c, MIGRATION_MS);
    tasks_status status = look(c, version, &unfinished, error);
    if (!status && unfinished && !config->importing)
        status = fail(error, TASKS_UNSUPPORTED, "store_unfinished",
                      "a copy into this store has not ended: run it again");
    while (!status && *version < POSTGRES_SCHEMA_VERSION) {
        if (!config->migrate && !*version)
            return fail(error, TASKS_UNSUPPORTED, "store_old",
                        "the database holds no task store yet: run tasksctl migrate");
        if (!config->migrate)
            return fail(error, TASKS_UNSUPPORTED, "store_old",
                        "the store has schema %d, this program needs %d: run tasksctl migrate", *version,
                        POSTGRES_SCHEMA_VERSION);
        status = step(c, version, error);
    }
    return status;
}

static tasks_status migrate(postgres_connection *c, const backend_config *config, bool dry_run,
                            tasks_migration *out, tasks_error *error)
{
    bool unfinished;
    backend_config writing = *config;
    writing.migrate = true;
    postgres_deadline(c, c->store->timeout_ms + POSTGRES_GRACE_MS);
    tasks_status status = look(c, &out->from, &unfinished, error);
    out->to = out->from < POSTGRES_SCHEMA_VERSION ? POSTGRES_SCHEMA_VERSION : out->from;
    return status || dry_run ? status : postgres_schema_open(c, &writing, &out->to, error);
}

tasks_status postgres_schema_migrate(const backend_config *config, bool dry_run, tasks_migration *out,
                                     tasks_error *error)
{
    postgres_store *store;
    void *connection = NULL;
    tasks_status status = postgres_store_new(config, &store, error);
    if (status)
        return status;
    status = postgres_connect(store, 0, &connection, error);
    if (!status)
        status = migrate(connection, config, dry_run, out, error);
    postgres_disconnect(connection);
    postgres_store_free(store);
    return status;
}
