/* The store as a whole: check, backup, count. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "sqlite.h"

/* ---- Check ---- */

/* What must never be found, and what to say if it is. */
static const struct {
    const char *query, *fault;
} rules[] = {
    {"SELECT 1 FROM tasks t LEFT JOIN owners o ON o.number = t.owner WHERE o.owner IS NULL "
     "OR t.revision > o.revision OR t.key & " SQLITE_ID_MAX_SQL " NOT BETWEEN 1 AND o.last_id LIMIT 1",
     "a task is ahead of its owner's counters"},
    {"SELECT 1 FROM tasks WHERE completed NOT IN (0, 1) OR (completed = 1) <> (completed_at IS NOT NULL) "
     "OR priority NOT BETWEEN 0 AND 9 OR title = '' LIMIT 1",
     "a task breaks a rule of its fields"},
    {"SELECT 1 FROM task_tags g LEFT JOIN tasks t ON t.key = g.key AND t.owner = g.owner "
     "WHERE t.key IS NULL OR instr(' ' || t.tags || ' ', ' ' || g.tag || ' ') = 0 LIMIT 1",
     "a tag stands at a task that does not have it"},
    {"SELECT 1 WHERE (SELECT count(*) FROM task_tags) <> (SELECT coalesce(sum(length(tags) - "
     "length(replace(tags, ' ', '')) + 1), 0) FROM tasks WHERE tags <> '')",
     "a task has a tag that no list finds"},
    {"SELECT 1 FROM tombstones d LEFT JOIN owners o ON o.number = d.owner LEFT JOIN tasks t "
     "ON t.key = d.key WHERE o.owner IS NULL OR d.revision > o.revision OR d.key >> 40 <> d.owner "
     "OR t.key IS NOT NULL LIMIT 1",
     "a tombstone contradicts the tasks"},
};

/* What one row of the check says. A page that could not be read is no damage: the disk or the memory is at
 * fault, and the row tells its code, unless it is a free page. */
static int judge(const char *text, char *fault, size_t size)
{
    static const char heading[] = "*** in database main ***\n", reason[] = "error code=";
    static const char unread[] = "failed to get page";
    if (!text)
        return SQLITE_NOMEM;
    if (!strcmp(text, "ok"))
        return SQLITE_OK;
    if (!strncmp(text, heading, sizeof heading - 1))
        text += sizeof heading - 1;
    snprintf(fault, size, "%s", text);
    fault[strcspn(fault, "\n")] = 0;
    const char *code = strstr(text, reason);
    int failed = code ? (int)strtol(code + sizeof reason - 1, NULL, 10) : 0;
    if (!code && strstr(text, unread))
        failed = SQLITE_IOERR;
    return (failed & 0xff) == SQLITE_IOERR || (failed & 0xff) == SQLITE_NOMEM ? failed : SQLITE_CORRUPT;
}

static int check_structure(sqlite3 *db, char *fault, size_t size)
{
    sqlite3_stmt *s;
    int code = sqlite_prepare(db, "PRAGMA integrity_check(1)", 0, &s);
    if (!code && (code = sqlite3_step(s)) == SQLITE_ROW)
        code = judge((const char *)sqlite3_column_text(s, 0), fault, size);
    sqlite3_finalize(s);
    return code;
}

static int check_rule(sqlite3 *db, const char *query)
{
    sqlite3_stmt *s;
    int code = sqlite_prepare(db, query, 0, &s);
    if (!code)
        code = sqlite3_step(s);
    sqlite3_finalize(s);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static tasks_status check(sqlite3 *db, tasks_error *error)
{
    char fault[160] = "";
    int code = check_structure(db, fault, sizeof fault);
    if (code == SQLITE_CORRUPT)
        return fail(error, TASKS_CORRUPT, "store_damaged", "the store is damaged: %s", fault);
    for (size_t i = 0; !code && i < sizeof rules / sizeof *rules; i++)
        if ((code = check_rule(db, rules[i].query)) == SQLITE_ROW)
            return fail(error, TASKS_CORRUPT, "store_damaged", "the store is damaged: %s", rules[i].fault);
    return code ? sqlite_error(code, error) : TASKS_OK;
}

tasks_status sqlite_check(void *connection, tasks_error *error)
{
    sqlite_connection *c = connection;
    tasks_status status = sqlite_named(c->store->path, check(c->db, error), error);
    c->broken = c->broken || status == TASKS_UNAVAILABLE;
    return status;
}

/* ---- Backup ---- */

enum { BACKUP_PAGES = 256 }; /* between two looks at the progress */

static tasks_status copy_pages(sqlite_connection *c, sqlite3 *to, tasks_progress progress, void *context,
                               tasks_error *error)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", c->db, "main");
    if (!backup)
        return sqlite_error(sqlite3_extended_errcode(to), error);
    int code;
    tasks_status status = TASKS_OK;
    while ((code = sqlite3_backup_step(backup, BACKUP_PAGES)) == SQLITE_OK) {
        int64_t total = sqlite3_backup_pagecount(backup);
        if (progress && progress(context, total - sqlite3_backup_remaining(backup), total)) {
            status = fail(error, TASKS_TIMEOUT, "wait_timeout", "the backup was stopped");
            break;
        }
    }
    sqlite3_backup_finish(backup);
    if (status || code == SQLITE_DONE)
        return status;
    return sqlite_error(code, error);
}

/* A single file, checked before it counts. */
static tasks_status finish_copy(sqlite3 *to, tasks_error *error)
{
    int code = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    return code ? sqlite_error(code, error) : check(to, error);
}

/* All pages come from one read transaction, so a writer never makes the copy start over. It has begun, and is
 * over at the end. */
static tasks_status write_copy(sqlite_connection *c, const char *path, tasks_progress progress, void *context,
                               tasks_error *error)
{
    sqlite3 *to;
    tasks_status status = sqlite_open_file(path, c->store->timeout_ms, false, &to, error);
    if (!status)
        status = copy_pages(c, to, progress, context, error);
    sqlite_end_read(c);
    if (!status)
        status = finish_copy(to, error);
    sqlite3_close(to);
    return status;
}

static tasks_status sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
    int failed = fd < 0 || fsync(fd);
    if (fd >= 0)
        close(fd);
    return failed ? TASKS_UNAVAILABLE : TASKS_OK;
}

static tasks_status sync_folder(const char *path, tasks_error *error)
{
    char *copy = strdup(path);
    if (!copy)
        return fail_memory(error);
    const char *folder = dirname(copy);
    tasks_status status =
        sync_path(folder, O_DIRECTORY) ? sqlite_file_failed(folder, "write", error) : TASKS_OK;
    free(copy);
    return status;
}

/* The finished copy gets its name: a link refuses to replace a file, which a rename would not. */
static tasks_status publish(const char *temporary, const char *path, tasks_error *error)
{
    if (sync_path(temporary, 0) || link(temporary, path))
        return sqlite_file_failed(path, "write", error);
    return sync_folder(path, error);
}

static tasks_status backup_by(sqlite_connection *c, char *temporary, const char *path,
                              tasks_progress progress, void *context, tasks_error *error)
{
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return sqlite_file_failed(path, "write", error);
    close(fd);
    tasks_status status = sqlite_do(c, SQL_BEGIN_READ, error);
    if (!status) {
        status = write_copy(c, temporary, progress, context, error);
        /* What is damaged is the store; all else is the copy's fault. */
        sqlite_named(status == TASKS_CORRUPT ? c->store->path : path, status, error);
    }
    if (!status)
        status = publish(temporary, path, error);
    unlink(temporary);
    return status;
}

tasks_status sqlite_backup(void *connection, const char *path, tasks_progress progress, void *context,
                           tasks_error *error)
{
    char *temporary = NULL, *whole;
    if (!access(path, F_OK)) {
        errno = EEXIST;
        return sqlite_file_failed(path, "write", error);
    }
    if (!(whole = sqlite_whole_path(path)) || asprintf(&temporary, "%s.XXXXXX", whole) < 0) {
        free(whole);
        return fail_memory(error);
    }
    tasks_status status = backup_by(connection, temporary, path, progress, context, error);
    free(temporary);
    free(whole);
    return status;
}

/* ---- Figures ---- */

static int number(sqlite3 *db, const char *query, int64_t *out)
{
    sqlite3_stmt *s;
    int code = sqlite_prepare(db, query, 0, &s);
    if (!code && (code = sqlite3_step(s)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(s, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(s);
    return code;
}

tasks_status sqlite_count(void *connection, bool rows, tasks_statistics *out, tasks_error *error)
{
    sqlite3 *db = ((sqlite_connection *)connection)->db;
    int64_t pages = 0, page_size = 0;
    int code = number(db, "PRAGMA page_count", &pages);
    if (!code)
        code = number(db, "PRAGMA page_size", &page_size);
    out->bytes = pages * page_size;
    if (!code && rows)
        code = number(db, "SELECT count(*) FROM owners", &out->owners);
    if (!code && rows)
        code = number(db, "SELECT count(*) FROM tasks", &out->tasks);
    if (!code && rows)
        code = number(db, "SELECT count(*) FROM tasks WHERE completed = 1", &out->completed);
    return code ? sqlite_error(code, error) : TASKS_OK;
}
