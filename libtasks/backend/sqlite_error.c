/* What goes wrong with a file: result codes of SQLite, and errno. */
#include <errno.h>
#include <string.h>

#include "fail.h"
#include "sqlite.h"

static const struct {
    int code;
    tasks_status status;
    const char *word, *advice;
} failures[] = {
    {SQLITE_BUSY, TASKS_UNAVAILABLE, "store_busy", "another program holds the store; try again"},
    {SQLITE_LOCKED, TASKS_UNAVAILABLE, "store_busy", "the store is locked; try again"},
    {SQLITE_FULL, TASKS_FULL, "store_full", "the disk or the quota is full; free some room"},
    {SQLITE_READONLY, TASKS_READ_ONLY, "store_read_only", "the file or its folder cannot be written"},
    {SQLITE_PERM, TASKS_DENIED, "file_denied", "access to the file is denied"},
    {SQLITE_CANTOPEN, TASKS_UNAVAILABLE, "store_away", "the file cannot be opened"},
    {SQLITE_IOERR, TASKS_UNAVAILABLE, "store_away", "reading or writing the file failed"},
    {SQLITE_CORRUPT, TASKS_CORRUPT, "store_damaged", "the file is damaged; restore a backup"},
    {SQLITE_MISMATCH, TASKS_CORRUPT, "store_damaged", "a row does not fit its table; restore a backup"},
    {SQLITE_CONSTRAINT, TASKS_CORRUPT, "store_damaged", "a row breaks a rule of its table; restore a backup"},
    {SQLITE_NOTADB, TASKS_CORRUPT, "store_damaged", "the file is not a database"},
    {SQLITE_NOMEM, TASKS_NO_MEMORY, "no_memory", "out of memory"},
    {SQLITE_INTERRUPT, TASKS_TIMEOUT, "wait_timeout", "interrupted"},
};

static const struct {
    int number;
    tasks_status status;
    const char *word, *advice; /* NULL: the system's */
} file_failures[] = {
    {EACCES, TASKS_DENIED, "file_denied", NULL},
    {EPERM, TASKS_DENIED, "file_denied", NULL},
    {EROFS, TASKS_READ_ONLY, "store_read_only", NULL},
    {ENOSPC, TASKS_FULL, "store_full", NULL},
    {EDQUOT, TASKS_FULL, "store_full", NULL},
    {ENOENT, TASKS_NOT_FOUND, "file_missing", "no such file or folder"},
    {ENOTDIR, TASKS_NOT_FOUND, "file_missing", "what should be a folder is none"},
    {EEXIST, TASKS_CONFLICT, "file_exists", "it exists; name a new file"},
    {ENAMETOOLONG, TASKS_INVALID, "option_malformed", NULL},
    {ELOOP, TASKS_INVALID, "option_malformed", NULL},
};

tasks_status sqlite_error(int code, tasks_error *error)
{
    tasks_status status = TASKS_INTERNAL;
    const char *word = "internal", *advice = sqlite3_errstr(code);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (failures[i].code == (code & 0xff)) {
            status = failures[i].status;
            word = failures[i].word;
            advice = failures[i].advice;
        }
    }
    fail(error, status, word, "SQLite: %s (code %d)", advice, code);
    if (error)
        error->backend_code = code;
    return status;
}

/* Of what the schema forbids, two things can be met: a uid that is taken, and the guards of a copy. */
static tasks_status forbidden(int code, tasks_error *error)
{
    tasks_status status =
        code == SQLITE_CONSTRAINT_TRIGGER
            ? fail(error, TASKS_UNAVAILABLE, "store_busy", "a copy into this store is under way")
            : fail(error, TASKS_CONFLICT, "uid_taken", "another task of this owner has this uid");
    if (error)
        error->backend_code = code;
    return status;
}

tasks_status sqlite_failed(sqlite_connection *c, int code, tasks_error *error)
{
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return forbidden(code, error);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        c->broken = true;
    }
    tasks_status status = sqlite_error(code, error);
    return c->store->memory ? status : sqlite_named(c->store->path, status, error);
}

tasks_status sqlite_named(const char *path, tasks_status status, tasks_error *error)
{
    if (!status || !error || strlen(path) + strlen(error->message) + sizeof ": " > sizeof error->message)
        return status;
    int32_t code = error->backend_code;
    fail(error, status, error->code, "%s: %s", path, error->message);
    error->backend_code = code;
    return status;
}

tasks_status sqlite_file_failed(const char *path, const char *what, tasks_error *error)
{
    const char *reason = strerrordesc_np(errno);
    for (size_t i = 0; i < sizeof file_failures / sizeof *file_failures; i++)
        if (file_failures[i].number == errno)
            return fail(error, file_failures[i].status, file_failures[i].word, "cannot %s %s: %s", what, path,
                        file_failures[i].advice ? file_failures[i].advice : reason);
    return fail(error, TASKS_UNAVAILABLE, "store_away", "cannot %s %s: %s", what, path, reason);
}
