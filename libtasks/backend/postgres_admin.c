/* The store as a whole: check, count. */
#include "fail.h"
#include "postgres.h"

/* Reading all of a large store takes its time, and other plans than a request's. */
static const char begin_sql[] =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; "
    "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL enable_seqscan = on; "
    "SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on";

/* What must never be found, and what to say if it is. */
static const struct {
    const char *query, *fault;
} rules[] = {
    {"SELECT 1 FROM tasks t LEFT JOIN owners o ON o.owner = t.owner WHERE o.owner IS NULL "
     "OR t.revision > o.revision OR t.id > o.last_id OR t.id < 1 LIMIT 1",
     "a task is ahead of its owner's counters"},
    {"SELECT 1 FROM tasks WHERE completed NOT IN (0, 1) OR (completed = 1) <> (completed_at IS NOT NULL) "
     "OR priority NOT BETWEEN 0 AND 9 OR title = '' LIMIT 1",
     "a task breaks a rule of its fields"},
    {"SELECT 1 FROM task_tags g LEFT JOIN tasks t ON t.owner = g.owner AND t.id = g.id "
     "WHERE t.id IS NULL OR strpos(' ' || t.tags || ' ', ' ' || g.tag || ' ') = 0 LIMIT 1",
     "a tag stands at a task that does not have it"},
    {"SELECT 1 WHERE (SELECT count(*) FROM task_tags) <> (SELECT coalesce(sum(length(tags) - "
     "length(replace(tags, ' ', '')) + 1), 0) FROM tasks WHERE tags <> '')",
     "a task has a tag that no list finds"},
    {"SELECT 1 FROM tombstones d LEFT JOIN owners o ON o.owner = d.owner LEFT JOIN tasks t "
     "ON t.owner = d.owner AND t.id = d.id WHERE o.owner IS NULL OR d.revision > o.revision "
     "OR t.id IS NOT NULL LIMIT 1",
     "a tombstone contradicts the tasks"},
};

static tasks_status check_rule(postgres_connection *c, size_t i, tasks_error *error)
{
    PGresult *r = postgres_ask(c, rules[i].query, NULL, error);
    if (!r)
        return error->status;
    bool found = postgres_libpq.PQntuples(r) > 0;
    postgres_libpq.PQclear(r);
    if (found)
        return fail(error, TASKS_CORRUPT, "store_damaged", "the store is damaged: %s", rules[i].fault);
    return TASKS_OK;
}

tasks_status postgres_whole_begin(postgres_connection *c, tasks_error *error)
{
    postgres_deadline(c, POSTGRES_WHOLE_MS);
    if (postgres_stands(c))
        return postgres_script(c, begin_sql, error);
    return postgres_failed(c, NULL, error);
}

void postgres_whole_end(postgres_connection *c)
{
    tasks_error ignored;
    if (!c->broken && postgres_script(c, "ROLLBACK", &ignored))
        c->broken = true;
}

tasks_status postgres_check(void *connection, tasks_error *error)
{
    postgres_connection *c = connection;
    tasks_status status = postgres_whole_begin(c, error);
    for (size_t i = 0; !status && i < sizeof rules / sizeof *rules; i++)
        status = check_rule(c, i, error);
    postgres_whole_end(c);
    return status;
}

static const char bytes_sql[] = "SELECT sum(pg_total_relation_size(r))::bigint FROM unnest(ARRAY['owners', "
                                "'tasks', 'task_tags', 'tombstones', 'tokens', 'answers', "
                                "'migrations']::regclass[]) r";
static const char rows_sql[] =
    "SELECT (SELECT count(*) FROM owners), count(*), count(*) FILTER (WHERE completed = 1) FROM tasks";

static tasks_status count_rows(postgres_connection *c, tasks_statistics *out, tasks_error *error)
{
    PGresult *r = postgres_ask(c, rows_sql, NULL, error);
    if (!r)
        return error->status;
    out->owners = postgres_column_int(r, 0, 0);
    out->tasks = postgres_column_int(r, 0, 1);
    out->completed = postgres_column_int(r, 0, 2);
    postgres_libpq.PQclear(r);
    return TASKS_OK;
}

static tasks_status count_bytes(postgres_connection *c, tasks_statistics *out, tasks_error *error)
{
    PGresult *r = postgres_ask(c, bytes_sql, NULL, error);
    if (!r)
        return error->status;
    out->bytes = postgres_column_int(r, 0, 0);
    postgres_libpq.PQclear(r);
    return TASKS_OK;
}

tasks_status postgres_count(void *connection, bool rows, tasks_statistics *out, tasks_error *error)
{
    postgres_connection *c = connection;
    tasks_status status = postgres_whole_begin(c, error);
    if (!status)
        status = count_bytes(c, out, error);
    if (!status && rows)
        status = count_rows(c, out, error);
    postgres_whole_end(c);
    return status;
}
