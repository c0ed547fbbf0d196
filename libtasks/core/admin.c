/* The public calls that act on the store as a whole. */
#include <stdio.h>

#include "db.h"
#include "fail.h"
#include "sized.h"

enum { MIGRATE_TIMEOUT_MS = 5000 };

tasks_status tasks_migrate(const tasks_options *options, int32_t dry_run, tasks_migration *out,
                           tasks_error *error)
{
    login log_in = {0};
    db_target target = {0};
    *out = (tasks_migration){0};
    tasks_status status = db_find(options, &target, error);
    if (!status)
        status = login_init(&log_in, &target.options, error);
    if (status)
        return status;
    backend_config config = {.target = target.target,
                             .pool_size = 1,
                             .timeout_ms =
                                 target.options.timeout_ms ? target.options.timeout_ms : MIGRATE_TIMEOUT_MS,
                             .logins = login_logins(&log_in)};
    status = target.ops->migrate(&config, dry_run, out, error);
    login_done(&log_in);
    return status;
}

static tasks_status run_check(void *connection, void *db, tasks_error *error)
{
    return ((tasks_db *)db)->store->ops->check(connection, error);
}

tasks_status tasks_check(tasks_db *db, tasks_error *error)
{
    tasks_status status = db_whole(db, error);
    return status
               ? status
               : db_with_connection(db, &(db_alone){POOL_READ, TASKS_OPERATION_WHOLE, run_check, db}, error);
}

typedef struct backup_work {
    const backend_ops *ops;
    const char *path;
    tasks_progress progress;
    void *context;
} backup_work;

static tasks_status run_backup(void *connection, void *context, tasks_error *error)
{
    backup_work *work = context;
    return work->ops->backup(connection, work->path, work->progress, work->context, error);
}

tasks_status tasks_backup(tasks_db *db, const char *path, tasks_progress progress, void *context,
                          tasks_error *error)
{
    backup_work work = {db->store->ops, path, progress, context};
    tasks_status status = db_whole(db, error);
    if (!status && (!path || !*path))
        status = fail(error, TASKS_INVALID, "option_malformed", "the path is missing");
    if (!status && !work.ops->backup)
        status =
            fail(error, TASKS_UNSUPPORTED, "backend_limit", "this backend has its own tools for backups");
    return status ? status
                  : db_with_connection(db, &(db_alone){POOL_READ, TASKS_OPERATION_WHOLE, run_backup, &work},
                                       error);
}

typedef struct count_work {
    const backend_ops *ops;
    bool rows;
    tasks_statistics *out;
} count_work;

static tasks_status run_count(void *connection, void *context, tasks_error *error)
{
    count_work *work = context;
    return work->ops->count(connection, work->rows, work->out, error);
}

tasks_status tasks_stats(tasks_db *db, int32_t count, tasks_statistics *out, tasks_error *error)
{
    tasks_statistics figures = {
        .schema_version = db->store->schema_version, .owners = -1, .tasks = -1, .completed = -1, .bytes = -1};
    count_work work = {db->store->ops, count, &figures};
    tasks_status status = db_whole(db, error);
    if (!status && count)
        status =
            db_with_connection(db, &(db_alone){POOL_READ, TASKS_OPERATION_WHOLE, run_count, &work}, error);
    if (status)
        return status;
    snprintf(figures.backend, sizeof figures.backend, "%s", work.ops->scheme);
    pool_figures(&db->store->connections, &figures);
    return sized_write(out, &figures, sizeof figures, "tasks_statistics", error);
}
