/* What the files of the SQLite backend share. */
#ifndef SQLITE_BACKEND_H
#define SQLITE_BACKEND_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "backend.h"
#include "buf.h"
#include "list_sql.h"

enum {
    SQLITE_SCHEMA_VERSION = 3,          /* the version that this program writes */
    SQLITE_APPLICATION_ID = 0x7461736b, /* "task" */
    SQLITE_STATEMENTS = 64              /* kept prepared by a connection */
};

/* ---- Keys: a task has the number of its owner << 40 | its id ---- */

#define SQLITE_ID_MAX     ((INT64_C(1) << 40) - 1)
#define SQLITE_ID_MAX_SQL "1099511627775"
#define SQLITE_OWNERS_MAX ((INT64_C(1) << 23) - 1)
#define SQLITE_COLUMNS    "key, " LIST_SQL_FIELDS

/* No task has the key 0. */
static inline int64_t sqlite_key(int64_t owner, int64_t id)
{
    return id > 0 && id <= SQLITE_ID_MAX ? owner << 40 | id : 0;
}

extern const list_sql_dialect sqlite_dialect;

typedef struct sqlite_store {
    char *path;               /* absolute or relative to the working directory at open; ":memory:" */
    sqlite3 *memory;          /* the one connection of a store in memory */
    _Atomic(sqlite3 *) spare; /* what open() looked at the file with; the first connection takes it over */
    sqlite3 *marker;          /* holds the index of the log in memory, and copies the log back */
    _Atomic(const volatile void *) index; /* what sqlite_mark() looks at; NULL: there are no marks */
    _Atomic int log_pages, log_copied;    /* in the log at the last commit, and how many of them are back */
    atomic_bool copying;                  /* somebody uses the marker */
    uint32_t timeout_ms;
    int64_t tombstone_ms;
} sqlite_store;

/* The fixed statements; lists and updates are made when first needed, keyed by their shape. */
typedef enum sqlite_sql {
    SQL_BEGIN_READ = 1,
    SQL_BEGIN_WRITE,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_SAVE,
    SQL_RELEASE,
    SQL_UNDO, /* the last of those that begin and end transactions: each connection has them ready */
    SQL_GET,
    SQL_STATE,
    SQL_SPAN,
    SQL_CHANGES_END,
    SQL_CHANGES_ROWS,
    SQL_OWNERS,
    SQL_COUNTER_READ,
    SQL_COUNTER_WRITE,
    SQL_OWNER_NEXT,
    SQL_DELETE,
    SQL_FIND,
    SQL_TAG_INSERT,
    SQL_TAG_DELETE,
    SQL_TOMBSTONE,
    SQL_EXPIRED_ANY,
    SQL_EXPIRED_DELETE,
    SQL_PURGE_END,
    SQL_PURGE,
    SQL_PURGED,
    SQL_ANSWER_FIND,
    SQL_ANSWER_KEEP,
    SQL_ANSWER_SWEEP,
    SQL_TOKEN_ADD,
    SQL_TOKEN_FIND,
    SQL_TOKEN_NEXT,
    SQL_TOKEN_REMOVE,
    SQL_DATA_VERSION,
    SQL_COUNT,
    SQL_LIST = 1 << 10,    /* | list_sql_shape() */
    SQL_UPDATE = 1 << 11,  /* | TASKS_SET_... */
    SQL_INSERT = 1 << 12,  /* | rows */
    SQL_COPY = 1 << 13,    /* | what sqlite_copy.c says */
    SQL_GET_EACH = 1 << 14 /* | tasks */
} sqlite_sql;

typedef struct sqlite_connection {
    sqlite_store *store;
    sqlite3 *db;
    bool broken;
    int64_t seen;   /* the data version at the last sqlite_watch() */
    int64_t copied; /* records, at the last commit of a copy into the store */
    uint32_t next_victim;
    sqlite3_stmt *transaction[SQL_UNDO + 1];
    struct {
        uint32_t key;
        sqlite3_stmt *statement;
    } statements[SQLITE_STATEMENTS];
} sqlite_connection;

/* From the root on, for two reasons: connections are made later, when the working directory may be another
 * one, and SQLite takes a name that begins with "file:" for a URI. ":memory:" stays. NULL: out of memory. */
char *sqlite_whole_path(const char *path);

/* ---- sqlite_conn.c ---- */

/* Opens the file with our settings; the file must be known to be ours. */
tasks_status sqlite_open_file(const char *path, uint32_t timeout_ms, bool create, sqlite3 **out,
                              tasks_error *error);
/* Prepares a statement of ours. One that does not fit the tables means that they are not as we made them:
 * SQLITE_CORRUPT. */
int sqlite_prepare(sqlite3 *db, const char *text, unsigned flags, sqlite3_stmt **out);
tasks_status sqlite_connect(void *store, uint32_t slot, void **connection, tasks_error *error);
void sqlite_disconnect(void *connection);
backend_health sqlite_health(void *connection);
/* A ready prepared statement, reset and without bindings; NULL: see `error`. */
sqlite3_stmt *sqlite_statement(sqlite_connection *c, sqlite_sql which, tasks_error *error);
/* The same for a statement whose text depends on `shape`: `make` writes it when it is not there yet. */
sqlite3_stmt *sqlite_shaped(sqlite_connection *c, uint32_t key, void (*make)(buf *sql, const void *from),
                            const void *from, tasks_error *error);
/* Steps to the end a statement that returns no row. */
tasks_status sqlite_run(sqlite_connection *c, sqlite3_stmt *statement, tasks_error *error);
/* Runs a fixed statement that has no parameter. */
tasks_status sqlite_do(sqlite_connection *c, sqlite_sql which, tasks_error *error);
/* Ends SQL_BEGIN_READ. */
void sqlite_end_read(sqlite_connection *c);
/* Steps once: SQLITE_ROW, SQLITE_DONE, or SQLITE_ERROR with `error` filled. */
int sqlite_step(sqlite_connection *c, sqlite3_stmt *statement, tasks_error *error);
/* Reads SQLITE_COLUMNS. */
tasks_status sqlite_row(sqlite3_stmt *statement, backend_row *row, tasks_error *error);
void sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text); /* NULL binds NULL */
void sqlite_bind_time(sqlite3_stmt *statement, int index, int64_t time_ms);  /* TASKS_NO_TIME binds NULL */

/* ---- sqlite_error.c ---- */

/* Fills `error` from a result code; marks the connection broken when it must not be used again. */
tasks_status sqlite_failed(sqlite_connection *c, int code, tasks_error *error);
/* The same without a connection, and so without the name of the file. */
tasks_status sqlite_error(int code, tasks_error *error);
/* Puts the name of the file before what is wrong with it, if there is room for both. Returns `status`. */
tasks_status sqlite_named(const char *path, tasks_status status, tasks_error *error);
/* Fills `error` from errno: "cannot WHAT PATH: ...". */
tasks_status sqlite_file_failed(const char *path, const char *what, tasks_error *error);

/* ---- sqlite_get.c ---- */

tasks_status sqlite_get(sqlite_connection *c, backend_read *read);
/* Reads several in one snapshot, and sets the status of each. */
void sqlite_get_each(sqlite_connection *c, backend_read *const *reads, uint32_t count);

/* ---- sqlite_insert.c ---- */

enum { SQLITE_INSERTS_MAX = 16 }; /* a power of two */

/* A task that is to be inserted. All text is borrowed until it is. */
typedef struct sqlite_new {
    int64_t key;
    backend_row row;
} sqlite_new;

/* Binds LIST_SQL_FIELDS to the parameters behind the first `p`. */
void sqlite_bind_fields(sqlite3_stmt *statement, int p, const backend_row *row);

/* Those that wait. Nothing else may read or write tasks meanwhile. */
typedef struct sqlite_inserts {
    sqlite_new news[SQLITE_INSERTS_MAX];
    uint32_t count;
} sqlite_inserts;

/* Inserts those that wait first when there is no room. One with a uid, which may be taken, does not wait. */
tasks_status sqlite_insert_later(sqlite_connection *c, sqlite_inserts *inserts, const sqlite_new *new,
                                 tasks_error *error);
/* Inserts those that wait. */
tasks_status sqlite_insert_all(sqlite_connection *c, sqlite_inserts *inserts, tasks_error *error);

/* ---- sqlite_op.c ---- */

/* A batch on its way. */
typedef struct sqlite_writer {
    sqlite_connection *c;
    backend_batch *batch;
    sqlite_inserts *inserts;
    int64_t owner;             /* its number */
    int64_t revision, next_id; /* for what it changes and creates */
    bool changed;              /* the revision was needed */
} sqlite_writer;

tasks_status sqlite_op_run(sqlite_writer *w, const backend_op *op);

/* ---- sqlite_log.c ---- */

/* Minds the log that this connection writes. */
void sqlite_log_follow(sqlite_store *store, sqlite3 *db);
void sqlite_tidy(void *store);

/* ---- sqlite_mark.c ---- */

/* A store without marks works as well, so none of this fails. */
void sqlite_mark_open(sqlite_store *store);
/* Ends the marks unless the connection is to the file that they are of. */
void sqlite_mark_join(sqlite_store *store, sqlite3 *db);
bool sqlite_mark(void *store, backend_mark *mark);

/* ---- the others, a file each ---- */

tasks_status sqlite_schema_open(sqlite_store *store, const backend_config *config, int32_t *version,
                                tasks_error *error);
tasks_status sqlite_schema_migrate(const backend_config *config, bool dry_run, tasks_migration *out,
                                   tasks_error *error);
void sqlite_read(void *connection, backend_read *const *reads, uint32_t count);
backend_outcome sqlite_write(void *connection, backend_batch *const *batches, uint32_t count,
                             tasks_error *error);
tasks_status sqlite_check(void *connection, tasks_error *error);
tasks_status sqlite_backup(void *connection, const char *path, tasks_progress progress, void *context,
                           tasks_error *error);
tasks_status sqlite_watch(void *connection, uint32_t timeout_ms, bool *changed, tasks_error *error);
extern const backend_copy_ops sqlite_copy;
/* UNSUPPORTED store_unfinished if a copy into the store has not ended. */
tasks_status sqlite_copy_ended(sqlite3 *db, tasks_error *error);
tasks_status sqlite_count(void *connection, bool rows, tasks_statistics *out, tasks_error *error);

/* Replays the answer kept for batch->key, if there is one. */
tasks_status sqlite_answer_find(sqlite_connection *c, backend_batch *batch);
tasks_status sqlite_answer_keep(sqlite_connection *c, backend_batch *batch);
tasks_status sqlite_answer_sweep(sqlite_connection *c, backend_batch *batch, int64_t limit);
tasks_status sqlite_token_add(void *connection, backend_token *token, tasks_error *error);
tasks_status sqlite_token_get(void *connection, const uint8_t *digest, backend_token *token,
                              tasks_error *error);
/* Reads id, digest, owner, read_only, created_at, expires_at. */
tasks_status sqlite_token_read(sqlite3_stmt *statement, backend_token *token, tasks_error *error);
tasks_status sqlite_token_remove(void *connection, int64_t id, tasks_error *error);

#endif
