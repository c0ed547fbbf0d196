/* SPDX-License-Identifier: Apache-2.0
 *
 * libtasks: a task store for C programs. This header is the whole public interface and its manual.
 *
 *      tasks_options options = TASKS_OPTIONS_INIT;
 *      options.uri = "sqlite:tasks.db";
 *      tasks_error error;
 *      tasks_db *db;
 *      if (tasks_open(&options, &db, &error))
 *          errx(1, "%s", error.message);
 *
 *      tasks_patch patch = TASKS_PATCH_INIT;
 *      patch.set = TASKS_SET_TITLE;
 *      patch.title = "Buy milk";
 *      tasks_task *task;
 *      if (tasks_create(db, &patch, &task, &error) == TASKS_OK)
 *          printf("task %" PRId64 "\n", task->id);
 *      tasks_task_free(task);
 *      tasks_close(db);
 *
 * The examples below are compiled and run by the tests. `db` and `error` in them are those of above.
 *
 * Rules that hold everywhere:
 *
 *  - Every call that can fail returns a tasks_status. Outputs come after inputs, the error last; an
 *    output is set to NULL or zero when the call fails. `error` may always be NULL.
 *  - Strings are UTF-8 and end with NUL. Inputs are copied before the call returns. Text that is not
 *    valid UTF-8, or that holds U+0000, is refused; nothing is ever cut short.
 *  - What a call hands out belongs to the caller and is released by the function of the same name
 *    that ends in _free or _close; releasing NULL does nothing. What a page, a task or a list points
 *    to dies with it.
 *  - Times are milliseconds since 1970-01-01T00:00:00Z, from year 0 to year 9999; TASKS_NO_TIME
 *    stands for none.
 *  - Any number of threads may use one tasks_db and its views at the same time. Pages, tasks and
 *    lists are immutable; use and free each from one thread at a time. tasks_close() is the last use
 *    of its handle. There is no global state; the library does not print, does not exit, installs no
 *    signal handler and starts no thread. Do not carry a handle across fork().
 *  - A structure with a struct_size member is started from its _INIT value. The library reads no more
 *    of it than the caller has; members that it does not know must be zero.
 */
#ifndef TASKS_H
#define TASKS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TASKS_API __attribute__((visibility("default")))
#else
#define TASKS_API
#endif

#ifdef __cplusplus
extern "C++" {
template <typename T> inline T tasks_sized()
{
    T value = T();
    value.struct_size = static_cast<uint32_t>(sizeof(T));
    return value;
}
}
#define TASKS_SIZED(type) tasks_sized<type>()
#else
#define TASKS_SIZED(type)                                                                                    \
    {                                                                                                        \
        .struct_size = sizeof(type)                                                                          \
    }
#endif

#define TASKS_VERSION_MAJOR 0
#define TASKS_VERSION_MINOR 1
#define TASKS_VERSION_PATCH 0

/** The version of the library that is running, e.g. "0.1.0". Static. */
TASKS_API const char *tasks_version(void);

/* ---- Status and error ------------------------------------------------------------------------ */

/** What code branches on. X(NAME, number, text). Numbers never change. */
#define TASKS_STATUS_MAP(X)                                                                                  \
    X(OK, 0, "done")                                                                                         \
    X(INVALID, 1, "invalid input")                                                                           \
    X(NOT_FOUND, 2, "not found")                                                                             \
    X(CONFLICT, 3, "changed meanwhile")                                                                      \
    X(DENIED, 4, "not allowed")                                                                              \
    X(UNAVAILABLE, 5, "storage is unavailable")                                                              \
    X(TIMEOUT, 6, "time limit reached")                                                                      \
    X(FULL, 7, "storage is full")                                                                            \
    X(READ_ONLY, 8, "storage is read-only")                                                                  \
    X(CORRUPT, 9, "storage is damaged")                                                                      \
    X(UNSUPPORTED, 10, "not supported")                                                                      \
    X(NO_MEMORY, 11, "out of memory")                                                                        \
    X(INTERNAL, 12, "internal error")

#define TASKS_STATUS_ENUM(name, number, text) TASKS_##name = number,
enum { TASKS_STATUS_MAP(TASKS_STATUS_ENUM) };
typedef int32_t tasks_status;

/** "OK", "INVALID", ...; "?" for a number that is no status. Static. */
TASKS_API const char *tasks_status_name(tasks_status status);

/** The text of a status as in the table above; "?" for a number that is no status. Static. */
TASKS_API const char *tasks_status_text(tasks_status status);

/** Details of a failure, for people and for logs. A call that fails fills all of it, one that
 *  succeeds leaves it alone. No secret and no text of a task is ever in it.
 *
 *  `code` is a stable word for the cause. INVALID comes with:
 *      json_malformed json_too_deep json_not_object   the text is not the JSON that is wanted
 *      title_required                                 no title, an empty or a blank one
 *      title_too_long notes_too_long uid_too_long tag_too_long tags_too_many
 *      text_malformed text_control                    not UTF-8; a control character
 *      tag_malformed tag_repeated priority_range order_range time_range
 *      field_unknown field_read_only field_type field_repeated time_malformed
 *      limit_range cursor_malformed cursor_foreign sort_unknown query_malformed
 *      batch_empty batch_too_large batch_foreign lookup_foreign op_malformed owner_malformed uri_malformed
 *      option_malformed key_malformed key_reused
 *      secret_malformed                               the reference to a secret
 *  and the others with:
 *      NOT_FOUND    task_missing token_missing file_missing store_missing changes_purged (see
 *                   tasks_changes)
 *      CONFLICT     revision_mismatch uid_taken file_exists store_not_empty
 *      DENIED       owner_bound file_denied store_denied token_unknown token_expired secret_denied
 *                   keys_refused
 *      UNAVAILABLE  store_away store_busy outcome_unknown login_refused secret_missing secret_away
 *                   secret_unusable
 *      TIMEOUT      wait_timeout secret_away
 *      FULL         store_full
 *      READ_ONLY    store_read_only
 *      CORRUPT      store_damaged copy_differs
 *      UNSUPPORTED  store_foreign store_newer store_old store_unfinished backend_unknown backend_missing
 *                   backend_limit secret_unknown library_missing
 *      NO_MEMORY    no_memory
 *      INTERNAL     internal */
typedef struct tasks_error {
    tasks_status status;
    int32_t backend_code; /**< SQLite's extended result code, else 0 */
    int32_t op_index;     /**< the operation of a batch that failed, from 0; else -1 */
    char sqlstate[8];     /**< PostgreSQL's five characters, else "" */
    char code[32];        /**< see above */
    char field[32];       /**< the member that is wrong ("title"), else "" */
    char message[256];    /**< one line: what, where, what to do */
    unsigned char reserved[64];
} tasks_error;

/* ---- Tasks ------------------------------------------------------------------------------------ */

#define TASKS_NO_TIME INT64_MIN

#define TASKS_TITLE_MAX 500  /**< characters (code points), after trimming */
#define TASKS_NOTES_MAX 8192 /**< characters */
#define TASKS_UID_MAX   255  /**< bytes */
#define TASKS_OWNER_MAX 255  /**< bytes */
#define TASKS_TAG_MAX   50   /**< characters */
#define TASKS_TAGS_MAX  20
#define TASKS_LIMIT_MAX 1000 /**< tasks on a page, operations in a batch */

/** One task, as it was when it was read. Grows at its end only; never copy it by value. */
typedef struct tasks_task {
    int64_t id;              /**< > 0, unique for its owner, never given twice */
    int64_t revision;        /**< the owner's revision at the last change of this task */
    const char *uid;         /**< identity brought from elsewhere, unique for its owner; or NULL */
    const char *title;       /**< 1..500 characters, no control characters, no blanks around */
    const char *notes;       /**< up to 8192 characters; newline and tab allowed; "" for none */
    const char *const *tags; /**< tag_count strings of 1..50 characters without blanks, all different */
    uint32_t tag_count;      /**< 0..20 */
    int32_t priority;        /**< 1 highest .. 9 lowest, 0 none (the scale of iCalendar) */
    int32_t completed;       /**< 0 or 1 */
    int32_t deleted;         /**< 1 only in tasks_changes(): a tombstone; then only id, uid, revision
                                  and updated_at_ms (when it was deleted) mean something */
    int64_t completed_at_ms; /**< TASKS_NO_TIME unless completed */
    int64_t due_at_ms;       /**< or TASKS_NO_TIME */
    int64_t expires_at_ms;   /**< or TASKS_NO_TIME; from this moment on no read returns the task */
    int64_t created_at_ms;
    int64_t updated_at_ms;
    double order; /**< manual position, finite; NaN for none */
} tasks_task;

TASKS_API void tasks_task_free(tasks_task *task);

/** Which members of a patch count. */
enum {
    TASKS_SET_TITLE = 1 << 0,
    TASKS_SET_NOTES = 1 << 1,
    TASKS_SET_COMPLETED = 1 << 2,
    TASKS_SET_PRIORITY = 1 << 3,
    TASKS_SET_ORDER = 1 << 4,
    TASKS_SET_TAGS = 1 << 5,
    TASKS_SET_DUE_AT = 1 << 6,
    TASKS_SET_EXPIRES_AT = 1 << 7,
    TASKS_SET_UID = 1 << 8
};

/** A partial change, or the start of a new task. Members whose bit is not in `set` are not looked at:
 *  an update leaves them as they are, a create gives them their empty value. */
typedef struct tasks_patch {
    uint32_t struct_size;
    uint32_t set;      /**< TASKS_SET_... */
    const char *title; /**< blanks around it are trimmed */
    const char *notes; /**< NULL and "" mean none */
    const char *uid;   /**< 1..255 bytes without control characters; NULL for none */
    const char *const *tags;
    uint32_t tag_count;
    int32_t priority;  /**< 0..9 */
    int32_t completed; /**< 0 or 1 */
    int32_t reserved;
    double order;          /**< finite; NaN for none */
    int64_t due_at_ms;     /**< or TASKS_NO_TIME */
    int64_t expires_at_ms; /**< or TASKS_NO_TIME; a past time lets the task go at once */
} tasks_patch;

#define TASKS_PATCH_INIT TASKS_SIZED(tasks_patch)

/* ---- Secrets ---------------------------------------------------------------------------------- */

/* A secret is a value that must not be seen; a reference is its name and may be. What a reference stands for:
 *
 *  - env:NAME: the environment variable. Once read its value is overwritten, so that neither children
 *    nor /proc can have it; the process keeps it and may refer to it again.
 *  - file:PATH: the file, less the line break at its end. Nobody but its owner may reach it; if root owns
 *    it a group may read, which is what systemd's LoadCredential gives.
 *  - aws:NAME-OR-ARN: the secret of AWS Secrets Manager. The credentials are those of the environment, of
 *    the container, of a web identity or of the instance, in this order; the region is that of the ARN, of
 *    AWS_REGION or of the instance; AWS_ENDPOINT_URL and AWS_CA_BUNDLE are honoured.
 *  - ANYTHING:ELSE: what options.vault makes of it.
 *
 * With "#KEY" at the end it is that member of a JSON object. Secrets are UTF-8 of 1..65536 bytes.
 *
 * So "postgresql://db.example/tasks?sslmode=verify-full" as options.uri and "aws:prod/tasks-db" as
 * options.password_ref open a store, and no configuration knows a password.
 *
 * The secret of a database is its password, or a JSON object with the members username and password, or one
 * with the whole connection: engine, host, port, username, password, dbname. A user and a password of the
 * secret go before those of the URI, for the rest the URI goes before the secret.
 *
 * It is read when the store is opened and again after five minutes, by the call that happens to connect. When
 * the database refuses it it is read at once, at most every five seconds in a process however many stores
 * refer to it; if that does not help, its previous version is tried. So a password may be rotated while the
 * store is open. A vault that is away does not matter as long as the database takes what was read before. */

enum { TASKS_SECRET_MAX = 65536 }; /**< bytes */

enum { TASKS_SECRET_CURRENT = 0, TASKS_SECRET_PREVIOUS = 1 };

/** Hands out secrets of a vault that the library does not know. It may block, and may be called by any thread
 *  that opens a store or uses one, though never twice at a time for one reference.
 *
 *      static tasks_status ask_keyring(void *context, const char *reference, int32_t version, char *value,
 *                                      uint64_t size, tasks_error *error)
 *      {
 *          if (version != TASKS_SECRET_CURRENT || strcmp(reference, "keyring:tasks") != 0) {
 *              snprintf(error->message, sizeof error->message, "the keyring has no such secret");
 *              return TASKS_NOT_FOUND;
 *          }
 *          snprintf(value, size, "%s", (const char *)context);
 *          return TASKS_OK;
 *      }
 *
 *  @param reference  as in the options, without "#KEY"
 *  @param version    TASKS_SECRET_...
 *  @param value      where to write the secret and its NUL; the library wipes and frees it
 *  @param size       how many bytes there is room for: TASKS_SECRET_MAX + 1
 *  @param error      its `message` may be set when the call fails, to one line without the secret
 *  @return OK; NOT_FOUND (there is no such secret, or no such version of it), DENIED, UNAVAILABLE, TIMEOUT */
typedef tasks_status (*tasks_vault)(void *context, const char *reference, int32_t version, char *value,
                                    uint64_t size, tasks_error *error);

/* ---- Opening ---------------------------------------------------------------------------------- */

/** An open store, bound to one owner: "" after tasks_open(), another one in a view of tasks_as(). */
typedef struct tasks_db tasks_db;

/** What to do when the store is empty or its schema is older than this library. */
enum {
    TASKS_MIGRATE_DEFAULT = 0, /**< SQLite: yes; PostgreSQL: no */
    TASKS_MIGRATE_YES = 1,
    TASKS_MIGRATE_NO = 2 /**< refuse with UNSUPPORTED store_old; see tasks_migrate() */
};

/** What calls ask of a store. X(NAME, number, word). Numbers never change. A batch of one operation goes by
 *  that operation's name; `token` is any call on tokens, `whole` any on the store as a whole. */
#define TASKS_OPERATION_MAP(X)                                                                               \
    X(GET, 0, "get")                                                                                         \
    X(LIST, 1, "list")                                                                                       \
    X(CHANGES, 2, "changes")                                                                                 \
    X(REVISION, 3, "revision")                                                                               \
    X(OWNERS, 4, "owners")                                                                                   \
    X(PING, 5, "ping")                                                                                       \
    X(CREATE, 6, "create")                                                                                   \
    X(UPDATE, 7, "update")                                                                                   \
    X(DELETE, 8, "delete")                                                                                   \
    X(BATCH, 9, "batch")                                                                                     \
    X(SWEEP, 10, "sweep")                                                                                    \
    X(TOKEN, 11, "token")                                                                                    \
    X(WHOLE, 12, "whole")

#define TASKS_OPERATION_ENUM(name, number, word) TASKS_OPERATION_##name = number,
enum { TASKS_OPERATION_MAP(TASKS_OPERATION_ENUM) };

/** How long one call took. Grows at its end only; never copy it by value. */
typedef struct tasks_timing {
    const char *backend; /**< "sqlite", "postgresql"; static */
    const char *word;    /**< of the operation; static */
    int32_t operation;   /**< TASKS_OPERATION_...; a newer library may know more of them */
    tasks_status status; /**< how it ended */
    int64_t began_ns;    /**< when it began to wait, by CLOCK_MONOTONIC */
    int64_t wait_ns;     /**< how long it waited for its turn on a connection */
    int64_t work_ns;     /**< how long the store worked, for this call and those that shared its turn */
} tasks_timing;

/** Is told of each call that asked something of the store, at its end, by the thread that made the call.
 *
 *      static void tell_slow(void *context, const tasks_timing *timing)
 *      {
 *          if (timing->wait_ns + timing->work_ns > *(int64_t *)context)
 *              fprintf(stderr, "%s took %" PRId64 " ns\n", timing->word, timing->work_ns);
 *      }
 *
 *  One call may ask several things. It must not use the store, and whoever made the call waits for it.
 *  tasks_wait() and tasks_watch() are not told of while they wait. */
typedef void (*tasks_observer)(void *context, const tasks_timing *timing);

typedef struct tasks_options {
    uint32_t struct_size;
    uint32_t pool_size;               /**< connections, 1..64; 0 = 12 to SQLite, 5 to PostgreSQL */
    const char *uri;                  /**< "sqlite:PATH", "sqlite::memory:", "postgresql://..."; required,
                                           unless the secret of password_ref is a whole connection */
    uint32_t timeout_ms;              /**< how long a call waits for a connection or a lock; 0 = 5000 */
    int32_t migrate;                  /**< TASKS_MIGRATE_... */
    int64_t tombstone_ms;             /**< how long a deletion stays in tasks_changes(); 0 = 30 days */
    int64_t (*now_ms)(void *context); /**< the clock; NULL = the system's */
    void *now_context;
    const char *password_ref; /**< the secret to log in with: see Secrets; NULL for none */
    tasks_vault vault;        /**< for references that are neither env, file nor aws; NULL for none */
    void *vault_context;
    tasks_observer observer; /**< is told how long calls take; NULL: nobody measures */
    void *observer_context;
} tasks_options;

#define TASKS_OPTIONS_INIT TASKS_SIZED(tasks_options)

/** Opens a store. `sqlite:PATH` makes the file (mode 0600) when there is none and migrate allows it;
 *  its folder must exist. `sqlite::memory:` is a new empty store that ends with its last handle.
 *
 *      int64_t slow_ns = INT64_C(50000000);
 *      tasks_options options = TASKS_OPTIONS_INIT;
 *      options.uri = "sqlite::memory:";
 *      options.timeout_ms = 2000;
 *      options.observer = tell_slow;
 *      options.observer_context = &slow_ns;
 *      tasks_db *scratch;
 *      if (tasks_open(&options, &scratch, &error))
 *          errx(1, "%s: %s", error.code, error.message);
 *      tasks_close(scratch);
 *
 *  @param out  released with tasks_close()
 *  @return OK; INVALID (options, URI); UNSUPPORTED (store_foreign: not a task store, store_newer,
 *  store_old, backend_unknown), CORRUPT, DENIED, READ_ONLY, UNAVAILABLE, TIMEOUT, FULL, NO_MEMORY; with a
 *  secret also what tasks_secret_check() returns. A store that is refused is left untouched.
 *
 *  `postgresql://...` is any connection URI of libpq, several hosts too, for PostgreSQL 15 or newer; the
 *  tables lie in the first schema of its search path. `tasks_prepare=off` in it is for a pooler that hands
 *  out another session for each transaction (PgBouncer's `pool_mode = transaction`): nothing is prepared,
 *  and settings go with each transaction. No LISTEN is needed, tasks_wait() asks, and the lock of a migration
 *  is its transaction's. `tasks_auth=rds-iam` logs in to RDS without a password, by a token of IAM that is
 *  made for each connection, with the credentials that aws: has. It goes over TLS only: sslmode is require
 *  unless the URI says verify-ca or verify-full, or verify-full if it names an sslrootcert. */
TASKS_API tasks_status tasks_open(const tasks_options *options, tasks_db **out, tasks_error *error);

/** What a secret holds. */
enum {
    TASKS_SECRET_TEXT = 0,       /**< text: a password */
    TASKS_SECRET_LOGIN = 1,      /**< a JSON object with a user and a password */
    TASKS_SECRET_CONNECTION = 2, /**< one with a whole connection */
    TASKS_SECRET_OTHER = 3       /**< a JSON object that nobody can log in with */
};

/** What tasks_secret_check() found. Grows at its end only; never copy it by value. */
typedef struct tasks_secret {
    const char *provider;    /**< "env", "file", "aws", "vault" */
    const char *origin;      /**< where it was found and who was allowed to read it, for people */
    const char *const *keys; /**< key_count names of the members of a JSON object, in byte order */
    uint32_t key_count;
    int32_t holds; /**< TASKS_SECRET_TEXT, ... */
} tasks_secret;

/** Reads the secret of options.password_ref, and no store. No value of it comes out.
 *
 *      char password[] = "correct horse";
 *      tasks_options options = TASKS_OPTIONS_INIT;
 *      options.password_ref = "keyring:tasks";
 *      options.vault = ask_keyring;
 *      options.vault_context = password;
 *      tasks_secret *facts;
 *      if (tasks_secret_check(&options, &facts, &error) == TASKS_OK)
 *          printf("a %s from the %s\n", facts->holds == TASKS_SECRET_TEXT ? "password" : "login",
 *                 facts->provider);
 *      tasks_secret_free(facts);
 *
 *  @param out  released with tasks_secret_free()
 *  @return OK; INVALID secret_malformed (the reference); UNSUPPORTED secret_unknown; DENIED (secret_denied,
 *  keys_refused); UNAVAILABLE (secret_missing, secret_away, secret_unusable); TIMEOUT; NO_MEMORY */
TASKS_API tasks_status tasks_secret_check(const tasks_options *options, tasks_secret **out,
                                          tasks_error *error);
TASKS_API void tasks_secret_free(tasks_secret *facts);

/** Reads the secret of options.password_ref, and no store, for the program itself: the key of a service that
 *  it calls.
 *  @param value  room for `size` bytes, up to TASKS_SECRET_MAX + 1, the NUL included; wipe it after its use
 *  @return as tasks_secret_check(), and INVALID option_malformed (it is longer than there is room for) */
TASKS_API tasks_status tasks_secret_read(const tasks_options *options, char *value, uint64_t size,
                                         tasks_error *error);

/** Ends a handle. The store itself closes with the last of its handles, views included, in any order. */
TASKS_API void tasks_close(tasks_db *db);

/** A light handle on the same store, bound to `owner`: whoever holds it reaches no other owner's tasks.
 *
 *      tasks_db *ann;
 *      if (tasks_as(db, "ann", &ann, &error) == TASKS_OK) {
 *          tasks_patch patch = TASKS_PATCH_INIT;
 *          patch.set = TASKS_SET_TITLE;
 *          patch.title = "Only for Ann";
 *          tasks_create(ann, &patch, NULL, &error);
 *      }
 *      tasks_close(ann);
 *
 *  @param owner  0..255 bytes without control characters
 *  @param out    released with tasks_close(), before or after `db`
 *  @return OK, INVALID owner_malformed, DENIED owner_bound (db is a view itself), NO_MEMORY. */
TASKS_API tasks_status tasks_as(tasks_db *db, const char *owner, tasks_db **out, tasks_error *error);

/* ---- One task --------------------------------------------------------------------------------- */
/* All of these act on the owner of the handle. Besides what is listed they, and all calls below that use a
 * store, may return UNAVAILABLE, TIMEOUT, FULL, READ_ONLY, CORRUPT, NO_MEMORY and INTERNAL. What changed is
 * on disk when they return. UNAVAILABLE outcome_unknown means that the connection broke at the commit: it may
 * have happened. `out` is released with tasks_task_free(); where something is written it may be NULL. */

/** Adds a task. TASKS_SET_TITLE is required.
 *
 *      const char *tags[] = {"home", "money"};
 *      tasks_patch patch = TASKS_PATCH_INIT;
 *      patch.set = TASKS_SET_TITLE | TASKS_SET_TAGS | TASKS_SET_DUE_AT;
 *      patch.title = "File taxes";
 *      patch.tags = tags;
 *      patch.tag_count = 2;
 *      tasks_time_read("2026-05-31T12:00:00Z", &patch.due_at_ms, &error);
 *      tasks_task *task;
 *      if (tasks_create(db, &patch, &task, &error))
 *          errx(1, "%s: %s", error.field, error.message);
 *      printf("task %" PRId64 " in revision %" PRId64 "\n", task->id, task->revision);
 *      tasks_task_free(task);
 *
 *  @return OK, INVALID, CONFLICT uid_taken. */
TASKS_API tasks_status tasks_create(tasks_db *db, const tasks_patch *patch, tasks_task **out,
                                    tasks_error *error);

/** Reads a task.
 *
 *      tasks_task *task;
 *      if (tasks_get(db, 999, &task, &error) == TASKS_NOT_FOUND)
 *          puts("there is no task 999");
 *      tasks_task_free(task);
 *
 *  @return OK, INVALID (id < 1), NOT_FOUND (expired ones too). */
TASKS_API tasks_status tasks_get(tasks_db *db, int64_t id, tasks_task **out, tasks_error *error);

/** One of the lookups of tasks_get_each(). Start from TASKS_LOOKUP_INIT. */
typedef struct tasks_lookup {
    uint32_t struct_size;
    tasks_status status; /**< what became of it: as tasks_get() returns it */
    tasks_db *db;        /**< whose task; all lookups of a call go to the same store */
    int64_t id;
    void (*done)(void *context, const tasks_timing *timing); /**< see tasks_apply_each(); may be NULL */
    void *context;
    tasks_task *task;  /**< to be freed; NULL unless the status is OK */
    tasks_error error; /**< set unless the status is OK */
} tasks_lookup;

#define TASKS_LOOKUP_INIT TASKS_SIZED(tasks_lookup)

/** Reads several tasks, of one owner or of many, as tasks_get() reads each, but with one question to the
 *  store. So one thread of a program that serves many at a time reads for all of them. Of `done` is true
 *  what tasks_apply_each() says.
 *
 *      tasks_lookup here = TASKS_LOOKUP_INIT, gone = TASKS_LOOKUP_INIT;
 *      here.db = gone.db = db;
 *      here.id = 1;
 *      gone.id = 999;
 *      tasks_get_each((tasks_lookup *[]){&here, &gone}, 2);
 *      if (here.status == TASKS_OK)
 *          puts(here.task->title);
 *      if (gone.status)
 *          puts(gone.error.code);
 *      tasks_task_free(here.task);
 */
TASKS_API void tasks_get_each(tasks_lookup *const *lookups, uint32_t count);

/** Changes what the patch sets. A patch that sets nothing changes nothing. Here it is made anew as long as
 *  somebody else was quicker, so that nobody's change is lost:
 *
 *      tasks_status status;
 *      do {
 *          tasks_task *seen = NULL;
 *          tasks_patch patch = TASKS_PATCH_INIT;
 *          status = tasks_get(db, 1, &seen, &error);
 *          if (status == TASKS_OK) {
 *              patch.set = TASKS_SET_PRIORITY;
 *              patch.priority = seen->priority > 1 ? seen->priority - 1 : 1;
 *              status = tasks_update(db, seen->id, seen->revision, &patch, NULL, &error);
 *          }
 *          tasks_task_free(seen);
 *      } while (status == TASKS_CONFLICT);
 *      puts(status == TASKS_OK ? "more urgent" : error.message);
 *
 *  @param if_revision  the revision that the caller has seen, or 0 for any
 *  @param out          the task after the change
 *  @return OK, INVALID, NOT_FOUND, CONFLICT (revision_mismatch, uid_taken). */
TASKS_API tasks_status tasks_update(tasks_db *db, int64_t id, int64_t if_revision, const tasks_patch *patch,
                                    tasks_task **out, tasks_error *error);

/** Removes a task.
 *
 *      tasks_task *was;
 *      if (tasks_delete(db, 2, 0, &was, &error) == TASKS_OK)
 *          printf("no more: %s\n", was->title);
 *      tasks_task_free(was);
 *
 *  @param if_revision  as in tasks_update()
 *  @param out          the task as it was
 *  @return OK, INVALID, NOT_FOUND, CONFLICT revision_mismatch. */
TASKS_API tasks_status tasks_delete(tasks_db *db, int64_t id, int64_t if_revision, tasks_task **out,
                                    tasks_error *error);

/* ---- Pages ------------------------------------------------------------------------------------ */

/** A result: tasks in order, and the state of the owner's tasks that they were read from. */
typedef struct tasks_page tasks_page;

TASKS_API uint32_t tasks_page_count(const tasks_page *page);
/** The task at `index`, borrowed from the page; NULL past the end. */
TASKS_API const tasks_task *tasks_page_at(const tasks_page *page, uint32_t index);
/** Where the next page starts, borrowed from the page; NULL after the last page. */
TASKS_API const char *tasks_page_cursor(const tasks_page *page);
/** The owner's revision: every committed batch that changes the owner's tasks raises it by one. */
TASKS_API int64_t tasks_page_revision(const tasks_page *page);
/** How many of the owner's tasks are expired but not swept. A list is the same list as long as both
 *  this and the revision are the same: see tasks_revision(). */
TASKS_API int64_t tasks_page_expired(const tasks_page *page);
TASKS_API void tasks_page_free(tasks_page *page);

/** The orders of a list. Equal values are ordered by id; none comes last. Descending is the reverse. */
enum {
    TASKS_SORT_ID = 0, /**< as created */
    TASKS_SORT_ORDER = 1,
    TASKS_SORT_PRIORITY = 2, /**< 1 first, 0 (none) last */
    TASKS_SORT_DUE_AT = 3,
    TASKS_SORT_UPDATED = 4 /**< by revision */
};

enum { TASKS_ANY = 0, TASKS_OPEN = 1, TASKS_COMPLETED = 2 };

/** What to list. All zero is the first 100 tasks as created. */
typedef struct tasks_query {
    uint32_t struct_size;
    uint32_t limit;     /**< 1..1000; 0 = 100 */
    const char *cursor; /**< from tasks_page_cursor() of the same query; NULL for the start */
    int32_t sort;       /**< TASKS_SORT_... */
    int32_t descending; /**< 0 or 1 */
    int32_t completed;  /**< TASKS_ANY, TASKS_OPEN, TASKS_COMPLETED */
    int32_t reserved;
    const char *tag;       /**< only tasks with this tag; NULL for all */
    const char *text;      /**< only tasks with this text in title or notes, the case of ASCII letters
                                aside; 1..200 characters; NULL for all */
    int64_t due_before_ms; /**< only tasks due before; 0 for all */
} tasks_query;

#define TASKS_QUERY_INIT TASKS_SIZED(tasks_query)

/** Lists a page. Following the cursor from page to page returns each task that was there all the time
 *  exactly once, whatever is written meanwhile.
 *
 *      tasks_query query = TASKS_QUERY_INIT;
 *      tasks_page *page = NULL, *next;
 *      query.completed = TASKS_OPEN;
 *      query.limit = 2;
 *      do {
 *          if (tasks_list(db, &query, &next, &error))
 *              errx(1, "%s", error.message);
 *          for (uint32_t i = 0; i < tasks_page_count(next); i++)
 *              puts(tasks_page_at(next, i)->title);
 *          query.cursor = tasks_page_cursor(next);
 *          tasks_page_free(page);
 *          page = next;
 *      } while (query.cursor);
 *      tasks_page_free(page);
 *
 *  @param query  NULL for the default
 *  @param out    released with tasks_page_free(), and its cursor with it
 *  @return OK (an empty page too), INVALID. */
TASKS_API tasks_status tasks_list(tasks_db *db, const tasks_query *query, tasks_page **out,
                                  tasks_error *error);

/** The owner's revision and expired count alone: what tells whether a list is still the same. An owner
 * without tasks is at revision 0. On SQLite the store is not even asked, and an observer not told, as long as
 * no process has written since the last call; the same goes for tasks_get(). @return OK. */
TASKS_API tasks_status tasks_revision(tasks_db *db, int64_t *revision, int64_t *expired, tasks_error *error);

/** What changed after revision `since`, oldest first, each task once in its last state and each
 *  deletion as a tombstone. A page ends at the end of a revision, so it may be up to one batch longer
 *  than `limit`. Go on with since = the revision of the last task until the page is empty or that
 *  revision is tasks_page_revision(). Expired tasks are left out; their sweep deletes them.
 *
 *      int64_t since = 0;
 *      uint32_t count;
 *      do {
 *          tasks_page *page;
 *          if (tasks_changes(db, since, 100, &page, &error))
 *              errx(1, "%s: %s", error.code, error.message);
 *          count = tasks_page_count(page);
 *          for (uint32_t i = 0; i < count; i++) {
 *              const tasks_task *task = tasks_page_at(page, i);
 *              printf("%" PRId64 " %s\n", task->id, task->deleted ? "is deleted" : task->title);
 *              since = task->revision;
 *          }
 *          tasks_page_free(page);
 *      } while (count);
 *
 *  @param since  0 for everything
 *  @param limit  1..1000; 0 = 100
 *  @return OK, INVALID, NOT_FOUND changes_purged (since is older than the tombstones that are kept, or
 *  newer than the store: start again from 0). */
TASKS_API tasks_status tasks_changes(tasks_db *db, int64_t since, uint32_t limit, tasks_page **out,
                                     tasks_error *error);

/** Waits until the owner's revision is above `since`, or until the time is over, whoever changes the tasks:
 *  this process or another one.
 *
 *      int64_t now, expired;
 *      tasks_revision(db, &now, &expired, &error);
 *      if (tasks_wait(db, now - 1, 30000, &now, &error) == TASKS_OK)
 *          printf("at revision %" PRId64 "\n", now);
 *
 *  @param revision  the owner's revision now
 *  @return OK in both cases. */
TASKS_API tasks_status tasks_wait(tasks_db *db, int64_t since, uint32_t timeout_ms, int64_t *revision,
                                  tasks_error *error);

/** Waits until something in the store may have changed, for whichever owner: one thread can so serve many
 *  who wait. A wake-up without a change is possible, a change without a wake-up is not.
 *  @param seen  0 at first (returns at once), then what the call before left here; when it is still the same
 *               after the call, the time was over
 *  @return OK in both cases, DENIED owner_bound (a view of one owner). */
TASKS_API tasks_status tasks_watch(tasks_db *db, int64_t *seen, uint32_t timeout_ms, tasks_error *error);

/* ---- Batches ---------------------------------------------------------------------------------- */

enum { TASKS_CREATE = 1, TASKS_UPDATE = 2, TASKS_DELETE = 3 };

typedef struct tasks_op {
    int32_t kind;             /**< TASKS_CREATE, TASKS_UPDATE, TASKS_DELETE */
    int32_t reserved;         /**< 0 */
    int64_t id;               /**< update, delete */
    int64_t if_revision;      /**< update, delete: the revision seen, or 0 for any */
    const tasks_patch *patch; /**< create, update */
} tasks_op;

/** Applies 1..1000 operations in order: all of them or none, durable when it returns.
 *
 *      tasks_patch done = TASKS_PATCH_INIT, next = TASKS_PATCH_INIT;
 *      done.set = TASKS_SET_COMPLETED;
 *      done.completed = 1;
 *      next.set = TASKS_SET_TITLE;
 *      next.title = "Drink milk";
 *      const tasks_op ops[] = {{.kind = TASKS_UPDATE, .id = 1, .patch = &done},
 *                              {.kind = TASKS_CREATE, .patch = &next},
 *                              {.kind = TASKS_DELETE, .id = 999}};
 *      if (tasks_apply(db, ops, 3, NULL, &error))
 *          printf("nothing is done, because of operation %d: %s\n", (int)error.op_index, error.code);
 *
 *  @param out  the task of each operation, in their order: after it, or before a delete; may be NULL
 *  @return OK or what the first failing operation returns; error.op_index names it. */
TASKS_API tasks_status tasks_apply(tasks_db *db, const tasks_op *ops, uint32_t count, tasks_page **out,
                                   tasks_error *error);

/** As tasks_apply(), but at most once: when a batch with this key has been applied for this owner within
 *  the last 24 hours, nothing is changed and its answer is given again. So a client that does not know
 *  whether its request arrived sends it once more with the same key. Concurrent calls wait for each other.
 *
 *      tasks_patch patch = TASKS_PATCH_INIT;
 *      patch.set = TASKS_SET_TITLE;
 *      patch.title = "Order tea";
 *      const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
 *      for (int time = 1; time <= 2; time++) {
 *          tasks_page *page;
 *          int32_t replayed;
 *          if (tasks_apply_once(db, "order-17", &op, 1, &page, &replayed, &error) == TASKS_OK)
 *              printf("task %" PRId64 ", %s\n", tasks_page_at(page, 0)->id, replayed ? "again" : "new");
 *          tasks_page_free(page);
 *      }
 *
 *  @param key       1..255 bytes without control characters, chosen by the client
 *  @param replayed  1 when the answer is an earlier one; may be NULL
 *  @return as tasks_apply(), and INVALID (key_malformed; key_reused: the earlier batch was another one). A
 *  batch that failed has left nothing behind and may be tried again with the same key. */
TASKS_API tasks_status tasks_apply_once(tasks_db *db, const char *key, const tasks_op *ops, uint32_t count,
                                        tasks_page **out, int32_t *replayed, tasks_error *error);

/** One of the batches of tasks_apply_each(). Start from TASKS_BATCH_INIT. */
typedef struct tasks_batch {
    uint32_t struct_size;
    uint32_t count;      /**< operations, as in tasks_apply() */
    tasks_db *db;        /**< whose tasks; all batches of a call go to the same store */
    const tasks_op *ops; /**< read until it is done */
    void (*done)(void *context, const tasks_timing *timing); /**< see below; may be NULL */
    void *context;
    /* What became of it. */
    tasks_page *page;    /**< as `out` of tasks_apply(), to be freed; NULL unless the status is OK */
    tasks_error error;   /**< set unless the status is OK */
    tasks_status status; /**< as tasks_apply() returns it */
} tasks_batch;

#define TASKS_BATCH_INIT TASKS_SIZED(tasks_batch)

/** Applies several batches that have nothing to do with each other, of one owner or of many, in their order
 *  and durable when it returns: each is done as a whole or not at all, and none fails for its neighbours. So
 *  one thread of a program that serves many at a time lets them share what a commit costs.
 *
 *  Each batch is `done` once, in the thread that made the call: from then on it is the caller's again. The
 *  call itself may go on, with other batches, or to clear up for some milliseconds, so the store must stay
 *  open until it returns. `timing` is NULL when the store was not asked. As an observer `done` must not use
 *  the store.
 *
 *      tasks_patch tea = TASKS_PATCH_INIT;
 *      tea.set = TASKS_SET_TITLE;
 *      tea.title = "Drink tea";
 *      const tasks_op create = {.kind = TASKS_CREATE, .patch = &tea};
 *      const tasks_op missing = {.kind = TASKS_DELETE, .id = 999};
 *      tasks_batch first = TASKS_BATCH_INIT, second = TASKS_BATCH_INIT;
 *      first.db = second.db = db;
 *      first.count = second.count = 1;
 *      first.ops = &create;
 *      second.ops = &missing;
 *      tasks_apply_each((tasks_batch *[]){&first, &second}, 2);
 *      if (first.status == TASKS_OK)
 *          printf("task %" PRId64 "\n", tasks_page_at(first.page, 0)->id);
 *      if (second.status)
 *          printf("not deleted: %s\n", second.error.code);
 *      tasks_page_free(first.page);
 */
TASKS_API void tasks_apply_each(tasks_batch *const *batches, uint32_t count);

/** Deletes whatever the query selects (its limit, cursor and order aside), in batches of up to 1000.
 *
 *      tasks_query query = TASKS_QUERY_INIT;
 *      query.completed = TASKS_COMPLETED;
 *      int64_t deleted;
 *      tasks_clear(db, &query, &deleted, &error);
 *
 *  @param query    NULL for everything
 *  @param deleted  how many went; also right when the call fails half way; may be NULL
 *  @return OK (also when there was none), INVALID. */
TASKS_API tasks_status tasks_clear(tasks_db *db, const tasks_query *query, int64_t *deleted,
                                   tasks_error *error);

/** Removes for good what has expired, and tombstones older than options.tombstone_ms. On the handle of
 *  tasks_open() for all owners, on a view for its owner. Call it every minute or so.
 *  @param swept  how many tasks went; also right when the call fails half way; may be NULL
 *  @return OK. */
TASKS_API tasks_status tasks_sweep(tasks_db *db, int64_t *swept, tasks_error *error);

/* ---- JSON -------------------------------------------------------------------------------------- */

/** Text that the library made. Release with tasks_text_free(). */
typedef struct tasks_text {
    uint64_t length;   /**< bytes, without the NUL that follows */
    const char *bytes; /**< UTF-8 */
} tasks_text;

TASKS_API void tasks_text_free(tasks_text *text);

/** A task as a JSON object: id uid url title notes completed completed_at priority order tags due_at
 *  expires_at created_at updated_at revision. Times are RFC 3339 in UTC with milliseconds; what is
 *  absent is null (notes: "").
 *
 *      tasks_task *task;
 *      tasks_text *json = NULL;
 *      if (tasks_get(db, 1, &task, &error) == TASKS_OK)
 *          tasks_task_json(task, "https://example.org/tasks/", &json, &error);
 *      if (json)
 *          printf("%" PRIu64 " bytes: %s\n", json->length, json->bytes);
 *      tasks_text_free(json);
 *      tasks_task_free(task);
 *
 *  @param url_base  put before the id to make `url` ("http://host/tasks/"); NULL leaves `url` out
 *  @return OK, INVALID option_malformed (no URL begins with this), NO_MEMORY. */
TASKS_API tasks_status tasks_task_json(const tasks_task *task, const char *url_base, tasks_text **out,
                                       tasks_error *error);

/** The tasks of a page as a JSON array. Tombstones are {"id","uid","deleted":true,"deleted_at","revision"}.
 *  @return as tasks_task_json(). */
TASKS_API tasks_status tasks_page_json(const tasks_page *page, const char *url_base, tasks_text **out,
                                       tasks_error *error);

/** Patches that were read from JSON. */
typedef struct tasks_patches tasks_patches;

TASKS_API uint32_t tasks_patches_count(const tasks_patches *patches);
/** 1 when the text was an array, 0 when it was one object. */
TASKS_API int32_t tasks_patches_is_array(const tasks_patches *patches);
/** Borrowed; NULL past the end. */
TASKS_API const tasks_patch *tasks_patches_at(const tasks_patches *patches, uint32_t index);
TASKS_API void tasks_patches_free(tasks_patches *patches);

/** Reads one task object, or an array of up to 1000, as patches: a member that is there is set, null
 *  clears it. The members are title notes completed priority order tags due_at expires_at uid. Values
 *  are checked when the patch is applied; here only their types are.
 *
 *      const char json[] = "{\"title\":\"Walk the dog\",\"tags\":[\"outside\"]}";
 *      tasks_patches *patches;
 *      if (tasks_patches_read(json, strlen(json), &patches, &error))
 *          errx(1, "%s", error.message);
 *      tasks_create(db, tasks_patches_at(patches, 0), NULL, &error);
 *      tasks_patches_free(patches);
 *
 *  @param length  bytes of `json`, which needs no NUL
 *  @param out     released with tasks_patches_free()
 *  @return OK, INVALID (json_..., field_..., time_malformed, batch_too_large; error.op_index is the
 *  place in the array), NO_MEMORY. */
TASKS_API tasks_status tasks_patches_read(const char *json, uint64_t length, tasks_patches **out,
                                          tasks_error *error);

/** Reads an RFC 3339 time ("2026-01-31T09:30:00Z", offsets allowed). @return OK, INVALID time_malformed. */
TASKS_API tasks_status tasks_time_read(const char *text, int64_t *time_ms, tasks_error *error);

/** Writes a time as "2026-01-31T09:30:00.000Z". @param text room for 25 bytes, "" for TASKS_NO_TIME. */
TASKS_API void tasks_time_write(int64_t time_ms, char text[25]);

/* ---- Tokens ------------------------------------------------------------------------------------ */
/* What a client shows to be let in as an owner: 256 random bits. The store keeps only a SHA-256 of them.
 * All but tasks_token_find() want the handle of tasks_open(). */

enum { TASKS_TOKEN_SIZE = 50 }; /**< "tasks_", 43 characters of base64url, NUL */

typedef struct tasks_token {
    int64_t id;        /**< what names it in lists and logs; says nothing about its text */
    const char *owner; /**< who its holder is */
    int32_t read_only; /**< 1: may not change anything */
    int32_t reserved;
    int64_t created_at_ms;
    int64_t expires_at_ms; /**< or TASKS_NO_TIME */
} tasks_token;

/** Makes a token for an owner.
 *
 *      char text[TASKS_TOKEN_SIZE];
 *      int64_t id;
 *      tasks_token *token = NULL;
 *      if (tasks_token_create(db, "ann", 1, TASKS_NO_TIME, text, &id, &error) == TASKS_OK &&
 *          tasks_token_find(db, text, &token, &error) == TASKS_OK)
 *          printf("%s may %s\n", token->owner, token->read_only ? "look" : "write");
 *      tasks_token_free(token);
 *      if (tasks_token_revoke(db, id, &error) == TASKS_OK &&
 *          tasks_token_find(db, text, &token, &error) == TASKS_DENIED)
 *          puts(error.code);
 *
 *  @param read_only      1: who holds it may not change anything
 *  @param expires_at_ms  or TASKS_NO_TIME
 *  @param text           the only time that it is seen; show it and forget it
 *  @return OK, INVALID (owner_malformed, time_range), DENIED owner_bound. */
TASKS_API tasks_status tasks_token_create(tasks_db *db, const char *owner, int32_t read_only,
                                          int64_t expires_at_ms, char text[TASKS_TOKEN_SIZE], int64_t *id,
                                          tasks_error *error);

/** Who holds this token? @param out released with tasks_token_free()
 *  @return OK, DENIED (token_unknown: also for what cannot be a token; token_expired). */
TASKS_API tasks_status tasks_token_find(tasks_db *db, const char *text, tasks_token **out,
                                        tasks_error *error);
TASKS_API void tasks_token_free(tasks_token *token);

/** The next token after `after` (0 for the first) in order of id. @return OK, NOT_FOUND token_missing at the
 * end. */
TASKS_API tasks_status tasks_token_next(tasks_db *db, int64_t after, tasks_token **out, tasks_error *error);

/** Ends a token at once. @return OK, NOT_FOUND token_missing. */
TASKS_API tasks_status tasks_token_revoke(tasks_db *db, int64_t id, tasks_error *error);

/* ---- The store as a whole ---------------------------------------------------------------------- */
/* These want the handle of tasks_open(); a view gets DENIED owner_bound. */

typedef struct tasks_migration {
    int32_t from; /**< schema version found; 0 for an empty store */
    int32_t to;   /**< schema version afterwards */
} tasks_migration;

/** Brings the schema up to date, one transaction a version; safe when several programs start it at once.
 *
 *      tasks_options options = TASKS_OPTIONS_INIT;
 *      options.uri = "sqlite:tasks.db";
 *      tasks_migration migration;
 *      if (tasks_migrate(&options, 0, &migration, &error) == TASKS_OK && migration.from == migration.to)
 *          puts("up to date");
 *
 *  @param dry_run  1: says what would be done, touches nothing
 *  @return OK (also when there was nothing to do), and as tasks_open(). */
TASKS_API tasks_status tasks_migrate(const tasks_options *options, int32_t dry_run, tasks_migration *out,
                                     tasks_error *error);

/** Asks whether the store can serve a request right now. @return OK if so, else why not. */
TASKS_API tasks_status tasks_ping(tasks_db *db, tasks_error *error);

/** Reads the whole store and checks its structure and its rules. @return OK, CORRUPT with the first fault. */
TASKS_API tasks_status tasks_check(tasks_db *db, tasks_error *error);

/** Called now and then with how much is done; return 0 to go on, anything else to stop with TIMEOUT. */
typedef int32_t (*tasks_progress)(void *context, int64_t done, int64_t total);

/** Writes a verified copy of the store into a new file while others go on working. The file appears
 *  whole, synced and with mode 0600, or not at all.
 *
 *      if (tasks_check(db, &error) || tasks_backup(db, "backup.db", NULL, NULL, &error))
 *          errx(1, "%s", error.message);
 *
 *  @param progress  counts pages of the file; may be NULL
 *  @return OK, CONFLICT file_exists, DENIED, FULL, TIMEOUT (stopped by `progress`), UNSUPPORTED
 *  backend_limit. */
TASKS_API tasks_status tasks_backup(tasks_db *db, const char *path, tasks_progress progress, void *context,
                                    tasks_error *error);

/** What a copy came to. */
typedef struct tasks_copied {
    uint32_t struct_size;
    int32_t reserved;
    int64_t owners, tasks, tombstones, tokens; /**< in the source, and now in the target */
    int64_t records;                           /**< these and what else belongs to a store */
    int64_t copied;                            /**< records that this call wrote, or with dry_run would */
} tasks_copied;

#define TASKS_COPIED_INIT TASKS_SIZED(tasks_copied)

/** Copies a store, as it is at one moment, into an empty one of any backend: tasks, tombstones and tokens
 * with their ids and revisions. The source is only read, and others may go on working with it. Until the copy
 * has ended well, compared to the last byte, the target does not open, and who has it open already cannot
 * write (UNAVAILABLE store_busy); when it is cut off, the same call goes on where it was, or starts again if
 * the source has changed. Nothing is done if the target is already the same.
 *
 *      tasks_options from = TASKS_OPTIONS_INIT, to = TASKS_OPTIONS_INIT;
 *      from.uri = "sqlite:backup.db";
 *      to.uri = "sqlite:copy.db"; // or "postgresql://db.example/tasks"
 *      tasks_copied copied = TASKS_COPIED_INIT;
 *      if (tasks_copy(&from, &to, 0, NULL, NULL, &copied, &error) == TASKS_OK)
 *          printf("copied %" PRId64 " tasks of %" PRId64 " owners\n", copied.tasks, copied.owners);
 *
 *  @param dry_run   1: says what would be done, writes nothing
 *  @param progress  counts records copied and then records compared; may be NULL
 *  @param out       may be NULL
 *  @return OK; CONFLICT store_not_empty (the target holds something else); CORRUPT copy_differs; TIMEOUT
 *  (stopped by `progress`); and as tasks_open() for both. */
TASKS_API tasks_status tasks_copy(const tasks_options *from, const tasks_options *to, int32_t dry_run,
                                  tasks_progress progress, void *context, tasks_copied *out,
                                  tasks_error *error);

/** Figures of this handle's pool since it was opened, and of the store now. */
typedef struct tasks_statistics {
    uint32_t struct_size;
    int32_t schema_version;
    char backend[16];                          /**< "sqlite" */
    uint32_t pool_size, in_use, idle, waiting; /**< connections; callers that wait for one */
    int64_t waits, wait_ns;                    /**< calls that had to wait, and for how long in all */
    int64_t opened, closed, errors;            /**< connections; connections closed after an error */
    int64_t batches, groups;                   /**< batches written, and transactions that carried them */
    int64_t owners, tasks, completed;          /**< in the store; -1 unless counted */
    int64_t bytes;                             /**< size of the store; -1 if unknown */
} tasks_statistics;

#define TASKS_STATISTICS_INIT TASKS_SIZED(tasks_statistics)

/** Figures of the pool and of the store.
 *
 *      tasks_statistics figures = TASKS_STATISTICS_INIT;
 *      if (tasks_stats(db, 1, &figures, &error) == TASKS_OK)
 *          printf("%" PRId64 " tasks in %s\n", figures.tasks, figures.backend);
 *
 *  @param count  1: also count owners and tasks, which reads the whole store
 *  @return OK, INVALID option_malformed (`out` was not started from its _INIT value). */
TASKS_API tasks_status tasks_stats(tasks_db *db, int32_t count, tasks_statistics *out, tasks_error *error);

/** Names of owners, in byte order. */
typedef struct tasks_owners tasks_owners;

/** Owners after the name `after` (NULL for the start), at most `limit` (1..1000; 0 = 100).
 *
 *      tasks_owners *owners;
 *      if (tasks_owners_list(db, NULL, 0, &owners, &error))
 *          errx(1, "%s", error.message);
 *      for (uint32_t i = 0; i < tasks_owners_count(owners); i++)
 *          printf("owner '%s'\n", tasks_owners_at(owners, i));
 *      tasks_owners_free(owners);
 *
 *  @param out  released with tasks_owners_free()
 *  @return OK (an empty list too), INVALID. */
TASKS_API tasks_status tasks_owners_list(tasks_db *db, const char *after, uint32_t limit, tasks_owners **out,
                                         tasks_error *error);
TASKS_API uint32_t tasks_owners_count(const tasks_owners *owners);
/** Borrowed; NULL past the end. */
TASKS_API const char *tasks_owners_at(const tasks_owners *owners, uint32_t index);
TASKS_API void tasks_owners_free(tasks_owners *owners);

#ifdef __cplusplus
}
#endif

#endif
