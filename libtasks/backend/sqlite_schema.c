/* What a file is, before anything is written to it; and how it comes to the schema of this program. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "sqlite.h"
#include "sqlite_schema_1.h"
#include "sqlite_schema_2.h"
#include "sqlite_schema_3.h"
#include "timestamp.h"

/* Migrations, by version: the statements, and the oldest program that still works afterwards. */
static const struct {
    const char *statements;
    int32_t oldest_program;
} migrations[SQLITE_SCHEMA_VERSION + 1] = {
    [1] = {sqlite_schema_1, 1},
    [2] = {sqlite_schema_2, 1},
    [3] = {sqlite_schema_3, 3},
};

typedef struct schema {
    int32_t version;        /* 0: empty */
    int32_t oldest_program; /* 0: empty */
} schema;

/* ---- The file ---- */

enum { HEADER_SIZE = 100 };

typedef struct file {
    bool there;  /* and not empty */
    bool logged; /* a part of it is in its log or its journal */
    int64_t size;
    uint8_t header[HEADER_SIZE];
} file;

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Whoever makes or migrates a store writes its file page by page, and locks it until it is whole. */
static int lock_shared(sqlite3_file *f, uint32_t timeout_ms)
{
    int64_t end = timestamp_monotonic() + timeout_ms;
    int code;
    while ((code = f->pMethods->xLock(f, SQLITE_LOCK_SHARED)) == SQLITE_BUSY && timestamp_monotonic() < end)
        sqlite3_sleep(5);
    return code;
}

static int header_read_locked(sqlite3_file *f, const char *path, file *out)
{
    struct stat about;
    int code = f->pMethods->xRead(f, out->header, HEADER_SIZE, 0);
    if (code && code != SQLITE_IOERR_SHORT_READ)
        return code;
    if (stat(path, &about)) /* xFileSize() says 0 for a file of one byte */
        return SQLITE_CANTOPEN;
    out->size = about.st_size;
    out->there = out->size > 0;
    return SQLITE_OK;
}

/* Reads through SQLite's own file layer: POSIX drops all of a process's locks on a file when any of its
 * descriptors is closed, and only that layer knows which must stay open. */
static int header_read(const char *path, uint32_t timeout_ms, file *out)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    sqlite3_file *f = sqlite3_malloc(vfs->szOsFile);
    if (!f)
        return SQLITE_NOMEM;
    int code = vfs->xOpen(vfs, path, f, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, NULL);
    if (!code && !(code = lock_shared(f, timeout_ms))) {
        code = header_read_locked(f, path, out);
        f->pMethods->xUnlock(f, SQLITE_LOCK_NONE);
    }
    if (f->pMethods)
        f->pMethods->xClose(f);
    sqlite3_free(f);
    return code;
}

/* Is there a file beside this one, with a part of the store in it? */
static bool companion(const char *path, const char *suffix)
{
    char name[4096];
    struct stat about;
    return snprintf(name, sizeof name, "%s%s", path, suffix) < (int)sizeof name && !stat(name, &about) &&
           about.st_size > 0;
}

static tasks_status file_read(const char *path, uint32_t timeout_ms, file *out, tasks_error *error)
{
    struct stat about;
    *out = (file){0};
    if (stat(path, &about))
        return errno == ENOENT ? TASKS_OK : sqlite_file_failed(path, "open", error);
    if (!S_ISREG(about.st_mode))
        return fail(error, TASKS_UNSUPPORTED, "store_foreign", "%s is not a task store (no regular file)",
                    path);
    if (access(path, R_OK))
        return sqlite_file_failed(path, "read", error);
    int code = header_read(path, timeout_ms, out);
    out->logged = companion(path, "-wal") || companion(path, "-journal");
    return code ? sqlite_named(path, sqlite_error(code, error), error) : TASKS_OK;
}

/* A file that is shorter than its header says has lost its end, unless a log still holds it. */
static bool file_cut(const file *f)
{
    uint32_t page_size = (uint32_t)f->header[16] << 8 | f->header[17];
    uint32_t pages = big_endian(f->header + 28);
    bool counted = big_endian(f->header + 24) == big_endian(f->header + 92);
    return counted && !f->logged &&
           (uint64_t)f->size < (uint64_t)pages * (page_size == 1 ? 65536 : page_size);
}

/* Refuses what is not a task store, from its first bytes alone. */
static tasks_status file_identify(const char *path, uint32_t timeout_ms, file *f, tasks_error *error)
{
    static const char magic[16] = "SQLite format 3";
    tasks_status status = file_read(path, timeout_ms, f, error);
    if (status || !f->there)
        return status;
    if (f->size < HEADER_SIZE || memcmp(f->header, magic, sizeof magic))
        return fail(error, TASKS_UNSUPPORTED, "store_foreign", "%s is not a task store (no SQLite database)",
                    path);
    if (big_endian(f->header + 68) != SQLITE_APPLICATION_ID)
        return fail(error, TASKS_UNSUPPORTED, "store_foreign",
                    "%s is not a task store (another program's database)", path);
    if (file_cut(f))
        return fail(error, TASKS_CORRUPT, "store_damaged",
                    "%s is damaged: its end is missing; restore a backup", path);
    return TASKS_OK;
}

/* An empty file of mode 0600 under this name. It is made under another one, so that no descriptor of it is
 * closed while a connection of this process may already hold locks on it. */
static tasks_status file_create(const char *path, tasks_error *error)
{
    char *temporary;
    if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
        return fail_memory(error);
    int fd = mkostemp(temporary, O_CLOEXEC);
    bool made = fd >= 0 && !close(fd) && (!link(temporary, path) || errno == EEXIST);
    tasks_status status = made ? TASKS_OK : sqlite_file_failed(path, "create", error);
    if (fd >= 0)
        unlink(temporary);
    free(temporary);
    return status;
}

/* ---- The schema ---- */

static int ask(sqlite3 *db, const char *sql, int64_t *first, int64_t *second)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    if (!code && (code = sqlite3_step(s)) == SQLITE_ROW) {
        *first = sqlite3_column_int64(s, 0);
        if (second)
            *second = sqlite3_column_int64(s, 1);
        code = SQLITE_OK;
    }
    sqlite3_finalize(s);
    return code;
}

typedef struct marks {
    int64_t version, oldest_program, user_version;
} marks;

static int marks_read(sqlite3 *db, marks *m)
{
    int64_t tables = 0, known = 0;
    int code =
        ask(db, "SELECT count(*), coalesce(sum(name = 'migrations'), 0) FROM sqlite_schema", &tables, &known);
    if (!code && tables && !known)
        code = SQLITE_CORRUPT;
    if (!code && known)
        code = ask(db, "SELECT max(version), max(oldest_program) FROM migrations", &m->version,
                   &m->oldest_program);
    return code ? code : ask(db, "PRAGMA user_version", &m->user_version, NULL);
}

/* All of one moment: another program may be migrating. */
static int marks_read_at_once(sqlite3 *db, marks *m)
{
    bool alone = sqlite3_get_autocommit(db);
    int code = alone ? sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) : SQLITE_OK;
    if (code)
        return code;
    code = marks_read(db, m);
    int ended = alone ? sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL) : SQLITE_OK;
    return code ? code : ended;
}

/* A newer program tells in `migrations` whether this one can still work with its schema. */
static tasks_status schema_read(sqlite3 *db, schema *out, tasks_error *error)
{
    marks m = {0};
    *out = (schema){0};
    int code = marks_read_at_once(db, &m);
    if (code)
        return sqlite_error(code, error);
    if (m.oldest_program > SQLITE_SCHEMA_VERSION || m.user_version > m.version)
        return fail(error, TASKS_UNSUPPORTED, "store_newer",
                    "the store has schema %lld, from a newer program; this one knows up to %d: update it",
                    (long long)(m.user_version > m.version ? m.user_version : m.version),
                    SQLITE_SCHEMA_VERSION);
    *out = (schema){(int32_t)m.version, (int32_t)m.oldest_program};
    return TASKS_OK;
}

static int schema_apply(sqlite3 *db, int32_t version)
{
    int code = sqlite3_exec(db, migrations[version].statements, NULL, NULL, NULL);
    if (code)
        return code;
    char *text = sqlite3_mprintf("INSERT INTO migrations VALUES (%d, %d, %lld); "
                                 "PRAGMA application_id = %d; PRAGMA user_version = %d",
                                 version, migrations[version].oldest_program, (long long)timestamp_now(),
                                 SQLITE_APPLICATION_ID, version);
    code = text ? sqlite3_exec(db, text, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    return code;
}

/* One version up, in one transaction. The version is read again under the lock: others may be at it. */
static tasks_status schema_step(sqlite3 *db, schema *now, tasks_error *error)
{
    int code = sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
    if (code)
        return sqlite_error(code, error);
    tasks_status status = schema_read(db, now, error);
    if (!status && now->version < SQLITE_SCHEMA_VERSION) {
        code = schema_apply(db, ++now->version);
        status = code ? sqlite_error(code, error) : TASKS_OK;
    }
    if (!status && (code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL)))
        status = sqlite_error(code, error);
    if (status)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* Readers and a writer at the same time. Changing to it needs the file alone, and does not wait by itself. */
static tasks_status use_log(sqlite3 *db, uint32_t timeout_ms, tasks_error *error)
{
    int64_t end = timestamp_monotonic() + timeout_ms;
    int code;
    while ((code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)) != SQLITE_OK) {
        if ((code & 0xff) != SQLITE_BUSY || timestamp_monotonic() > end)
            return sqlite_error(code, error);
        sqlite3_sleep(5);
    }
    return TASKS_OK;
}

/* What a migration sorts may be larger than the memory. */
static tasks_status schema_climb(sqlite3 *db, schema *now, tasks_error *error)
{
    int code = sqlite3_exec(db, "PRAGMA temp_store = FILE", NULL, NULL, NULL);
    tasks_status status = code ? sqlite_error(code, error) : schema_step(db, now, error);
    code = sqlite3_exec(db, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL);
    return status || !code ? status : sqlite_error(code, error);
}

static tasks_status schema_raise(sqlite3 *db, const backend_config *config, schema *now, tasks_error *error)
{
    while (now->version < SQLITE_SCHEMA_VERSION) {
        if (!config->migrate)
            return fail(error, TASKS_UNSUPPORTED, "store_old",
                        "the store has schema %d, this program needs %d: run tasksctl migrate", now->version,
                        SQLITE_SCHEMA_VERSION);
        tasks_status status = schema_climb(db, now, error);
        if (status)
            return status;
    }
    return TASKS_OK;
}

/* The last connection to a file puts its log into it and removes the log, unless it is to keep it. */
static void close_file(sqlite3 *db, bool keep_log)
{
    if (keep_log)
        sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
}

static tasks_status open_memory(sqlite_store *store, schema *now, tasks_error *error)
{
    const backend_config config = {.migrate = true};
    tasks_status status = sqlite_open_file(":memory:", store->timeout_ms, true, &store->memory, error);
    return status ? status : schema_raise(store->memory, &config, now, error);
}

static tasks_status raise_file(const sqlite_store *store, sqlite3 *db, const backend_config *config,
                               schema *now, tasks_error *error)
{
    tasks_status status = schema_read(db, now, error);
    if (!status && !config->importing)
        status = sqlite_copy_ended(db, error);
    if (!status)
        status = schema_raise(db, config, now, error);
    return status ? status : use_log(db, store->timeout_ms, error);
}

static tasks_status open_file(sqlite_store *store, const backend_config *config, schema *now,
                              tasks_error *error)
{
    file f;
    sqlite3 *db;
    tasks_status status = file_identify(store->path, store->timeout_ms, &f, error);
    if (!status && !f.there && !config->migrate)
        status = fail(error, TASKS_NOT_FOUND, "file_missing", "there is no store at %s: run tasksctl migrate",
                      store->path);
    if (!status && !f.there)
        status = file_create(store->path, error);
    if (status)
        return status;
    status = sqlite_open_file(store->path, store->timeout_ms, false, &db, error);
    if (status)
        return sqlite_named(store->path, status, error);
    status = raise_file(store, db, config, now, error);
    if (status)
        close_file(db, f.logged);
    else
        atomic_store(&store->spare, db);
    return sqlite_named(store->path, status, error);
}

tasks_status sqlite_schema_open(sqlite_store *store, const backend_config *config, int32_t *version,
                                tasks_error *error)
{
    schema now = {0};
    bool memory = !strcmp(store->path, ":memory:");
    tasks_status status = memory ? open_memory(store, &now, error) : open_file(store, config, &now, error);
    if (!status)
        *version = now.version;
    return status;
}

/* Reads the version of a file that is ours and writes nothing. A connection that could not write would leave
 * the two files behind that SQLite puts beside the store. */
static tasks_status schema_look(const char *path, uint32_t timeout_ms, const file *f, schema *out,
                                tasks_error *error)
{
    sqlite3 *db;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code) {
        sqlite3_close(db);
        return sqlite_named(path, sqlite_error(code, error), error);
    }
    sqlite3_busy_timeout(db, (int)timeout_ms);
    tasks_status status = schema_read(db, out, error);
    close_file(db, f->logged);
    return sqlite_named(path, status, error);
}

static tasks_status look(const char *path, uint32_t timeout_ms, tasks_migration *out, tasks_error *error)
{
    file f;
    schema now = {0};
    tasks_status status = file_identify(path, timeout_ms, &f, error);
    if (!status && f.there)
        status = schema_look(path, timeout_ms, &f, &now, error);
    if (status)
        return status;
    out->from = now.version;
    out->to = now.version < SQLITE_SCHEMA_VERSION ? SQLITE_SCHEMA_VERSION : now.version;
    return TASKS_OK;
}

tasks_status sqlite_schema_migrate(const backend_config *config, bool dry_run, tasks_migration *out,
                                   tasks_error *error)
{
    sqlite_store store = {.path = sqlite_whole_path(config->target), .timeout_ms = config->timeout_ms};
    if (!store.path)
        return fail_memory(error);
    tasks_status status = look(store.path, store.timeout_ms, out, error);
    backend_config writing = *config;
    writing.migrate = true;
    if (!status && !dry_run)
        status = sqlite_schema_open(&store, &writing, &out->to, error);
    sqlite3_close(store.memory);
    sqlite3_close(atomic_load(&store.spare));
    free(store.path);
    return status;
}
