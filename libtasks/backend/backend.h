/* The contract between core and what stores. One const table per backend; core validates every input
 * once, chooses the connection and writes no SQL; a backend does SQL and maps its errors to statuses. */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "tasks.h"

/* ---- Logging in ---- */

/* Where a connection goes and who it is. NULL is what the URI leaves open. Before the secret is looked at
 * this is what the URI says; afterwards what to connect with. */
typedef struct backend_login {
    const char *host, *port, *database, *user, *password;
    bool rds_iam; /* the URI says tasks_auth=rds-iam: the password is to be a token for this host and user */
} backend_login;

/* One try to connect. The login is wiped when it returns: keep nothing of it, put nothing of it in a
 * message. DENIED login_refused means that the store refused this login (SQLSTATE 28P01, 28000) and leads to
 * the next one; anything else ends the tries. */
typedef tasks_status (*backend_attempt)(void *context, const backend_login *login, tasks_error *error);

/* Secrets are core's. A backend that logs in copies this out of its configuration and runs each of its
 * connects through `each`, those of open() and migrate() included.
 *
 * It calls `attempt` with one login after the other, until one is not refused: the secret that is in use,
 * then what the vault answers when it is asked anew, then what it held before (a rotation may be half way).
 * Where no secret is configured the URI's own login is the only one. When all are refused it returns
 * UNAVAILABLE login_refused, and for the next second does so without an attempt, so that a wrong password
 * does not storm the store. UNAVAILABLE also when the secret cannot be had. Thread-safe; takes seconds when
 * a vault is slow. */
typedef struct backend_logins {
    tasks_status (*each)(void *context, const backend_login *uri, backend_attempt attempt,
                         void *attempt_context, tasks_error *error);
    void *context; /* valid until the store is closed; during the call for migrate() */
} backend_logins;

/* ---- Opening ---- */

typedef struct backend_config {
    const char *target;    /* the URI after its scheme and colon; borrowed during open */
    uint32_t pool_size;    /* 1..64 */
    uint32_t timeout_ms;   /* the longest wait for a lock or an answer */
    int64_t tombstone_ms;  /* deletions younger than this are kept */
    bool migrate;          /* create the store or bring it up to date; else refuse with store_old */
    bool importing;        /* a store that a copy has not filled yet may be opened; else it is refused */
    backend_logins logins; /* always there */
} backend_config;

/* Which connections a store wants. Each lane of core's pool uses the slots [first, first + count), at most
 * `most` of them at a time; lanes may overlap. A group is how many requests of one lane a connection takes
 * at once, at most. */
typedef struct backend_lane {
    uint32_t first, count, most, group;
} backend_lane;

typedef struct backend_shape {
    backend_lane read, write;
    uint32_t reads_max; /* that may be asked for in one request, from 1 on */
    bool private;       /* no other process can write to it */
    /* Of the store. It remembers, with each version, the oldest one whose programs can still work with it,
     * and is refused where that is above the version that the backend writes. */
    int32_t schema_version;
} backend_shape;

/* A task on its way out. `task.tags` and `task.tag_count` are not set; `tags` holds the tags with one
 * blank between them. All text is borrowed until the call returns. */
typedef struct backend_row {
    tasks_task task;
    const char *tags;
} backend_row;

/* Where rows go. */
typedef struct backend_sink {
    void *context;
    void (*restart)(void *context); /* forget the rows so far: the request is run again from its start */
    tasks_status (*row)(void *context, const backend_row *row); /* a status other than OK ends the request */
    /* For a batch with a key: its answer as text, borrowed until the next call, and the way back to rows. */
    tasks_status (*answer)(void *context, const char **text);
    tasks_status (*replay)(void *context, const char *text);
} backend_sink;

/* ---- Reading ---- */

typedef enum backend_read_kind {
    BACKEND_GET,      /* the task `id`, or NOT_FOUND */
    BACKEND_LIST,     /* `list`, and the state */
    BACKEND_CHANGES,  /* tasks and tombstones with since < revision, whole revisions, and the state */
    BACKEND_REVISION, /* the state alone */
    BACKEND_OWNERS,   /* rows whose title is the name of an owner after `owner` (NULL: from the start) */
    BACKEND_PING      /* nothing, from the store itself */
} backend_read_kind;

/* Where a list goes on: behind the task with this key and id. Keys as in TASKS_SORT_: none is INFINITY
 * for the order, 9 for the priority (1..9 become 0..8), INT64_MAX for the due time. */
typedef struct backend_place {
    int64_t number; /* priority, due time, revision */
    double order;
    int64_t id;
} backend_place;

typedef struct backend_list {
    int32_t sort, completed;    /* as in tasks_query */
    bool descending, continued; /* continued: `after` counts */
    backend_place after;
    int64_t due_before_ms;  /* 0: any */
    const char *tag, *text; /* NULL: any; text has its ASCII letters in lower case */
    uint32_t limit;
} backend_list;

typedef struct backend_read {
    backend_read_kind kind;
    const char *owner;
    int64_t now_ms; /* tasks that expire at or before this are not there */
    int64_t id, since;
    uint32_t limit;           /* changes: where the last revision may begin; owners */
    const backend_list *list; /* its own limit is one more than the page, to see whether more follows */
    backend_sink sink;
    /* The answer. */
    int64_t revision, expired, purged; /* the state; purged: the newest revision with purged tombstones */
    int64_t from_ms, until_ms; /* BACKEND_REVISION with a mark: of all clocks with from <= now < until */
    tasks_status status;
    tasks_error error;
} backend_read;

/* Names what is committed: as long as the mark is the same, nobody has written to the store. */
typedef struct backend_mark {
    uint32_t words[12];
} backend_mark;

/* ---- Writing ---- */

/* The values of a checked patch; members whose bit is not in `set` are at their empty value. */
typedef struct backend_fields {
    uint32_t set;                    /* TASKS_SET_... */
    const char *title, *notes, *uid; /* notes "" and uid NULL for none */
    const char *tags;                /* one blank between them; "" for none */
    int32_t completed, priority;
    double order; /* NaN for none */
    int64_t due_at_ms, expires_at_ms;
} backend_fields;

/* Besides TASKS_CREATE, TASKS_UPDATE and TASKS_DELETE: remove up to `id` expired tasks, leaving tombstones,
 * tombstones past their time and answers older than BACKEND_REPLY_MS. Emits a row per removed task. */
enum { BACKEND_SWEEP = 100 };

typedef struct backend_op {
    int32_t kind;
    int64_t id, if_revision;
    backend_fields fields;
} backend_op;

#define BACKEND_REPLY_MS (INT64_C(24) * 3600 * 1000)

/* One batch of one owner: all or nothing. It takes the owner's next revision when an operation changes
 * something; an update whose `set` is 0 changes nothing. */
typedef struct backend_batch {
    const char *owner;
    int64_t now_ms;
    const backend_op *ops;
    uint32_t count;
    /* NULL, or: if a batch with this key was committed for this owner less than BACKEND_REPLY_MS ago, only
     * replay its answer; INVALID key_reused if its hash is another one. */
    const char *key;
    uint64_t key_hash;
    backend_sink sink; /* one row an operation: as it is after it, or was before a delete */
    /* The answer. */
    int64_t revision; /* the owner's revision after the batch */
    int64_t removed;  /* tasks, tombstones and old answers that a sweep removed */
    bool replayed;
    tasks_status status;
    tasks_error error; /* op_index set */
} backend_batch;

/* What became of a group. */
typedef enum backend_outcome {
    BACKEND_COMMITTED, /* durable; each batch has its own status */
    BACKEND_UNDONE,    /* nothing was written; the group's error says why */
    BACKEND_UNKNOWN    /* the connection broke at the commit: it may have happened */
} backend_outcome;

/* ---- Tokens ---- */

enum { BACKEND_DIGEST = 32 };

typedef struct backend_token {
    int64_t id, created_at_ms, expires_at_ms; /* TASKS_NO_TIME: never */
    int32_t read_only;
    uint8_t digest[BACKEND_DIGEST];
    char owner[TASKS_OWNER_MAX + 1];
} backend_token;

/* ---- Copying a store into another one ---- */

typedef enum backend_kind {
    BACKEND_OWNER,
    BACKEND_TASK,
    BACKEND_TOMBSTONE,
    BACKEND_ANSWER,
    BACKEND_TOKEN,
    BACKEND_COUNTER, /* one: the last id that a token was given */
    BACKEND_KINDS
} backend_kind;

/* A row of a store. Text is borrowed; numbers that its kind has not are 0. */
typedef struct backend_record {
    backend_kind kind;
    const char *owner;
    backend_row row;                   /* a task; of a tombstone id, uid, revision, updated_at_ms */
    int64_t revision, last_id, purged; /* an owner; the first also an answer, the second the counter */
    int64_t hash, created_at_ms;       /* an answer */
    const char *key, *answer;
    const backend_token *token;
} backend_record;

typedef struct backend_taker {
    void *context;
    tasks_status (*take)(void *context, const backend_record *record, tasks_error *error);
} backend_taker;

/* How far a target has come. */
typedef struct backend_import {
    bool empty, unfinished; /* neither: a store in use */
    int64_t fingerprint;    /* of the source of the copy that did not end, */
    int64_t done;           /* and how many of its records are there */
} backend_import;

/* All on one connection, which is used for nothing else meanwhile. */
typedef struct backend_copy_ops {
    /* The source. What is exported until `end` is of one moment; each kind comes in the order of its key:
     * owner, owner and id, owner and revision and id, owner and key, id. */
    tasks_status (*begin)(void *connection, int64_t counts[BACKEND_KINDS], tasks_error *error);
    tasks_status (*export)(void *connection, backend_kind kind, const backend_taker *taker,
                           tasks_error *error);
    void (*end)(void *connection);

    /* The target. */
    tasks_status (*look)(void *connection, backend_import *out, tasks_error *error);
    /* Empties it and marks it as unfinished, with nothing done. */
    tasks_status (*start)(void *connection, int64_t fingerprint, tasks_error *error);
    /* Until `commit` it may be kept in memory. All records between two commits are of one kind. */
    tasks_status (*add)(void *connection, const backend_record *record, tasks_error *error);
    /* Makes what was added durable, and `done` with it. CONFLICT when somebody else is copying, too. */
    tasks_status (*commit)(void *connection, int64_t done, tasks_error *error);
    /* Takes the mark away: from now on it is a store. */
    tasks_status (*finish)(void *connection, tasks_error *error);
} backend_copy_ops;

/* ---- The table ---- */

/* Of a connection. One that is not fit is ended, and core makes a new one. */
typedef enum {
    BACKEND_FIT,
    BACKEND_WORN, /* has served its time: nothing is wrong with it */
    BACKEND_BROKEN
} backend_health;

typedef struct backend_ops {
    const char *scheme; /* "sqlite": the part of the URI before the first colon */
    const char *alias;  /* another name for it; NULL: none */
    uint32_t pool_size; /* connections, when the caller names no number */
    bool embedded;      /* the program's own store: TASKS_MIGRATE_DEFAULT migrates it */
    bool logs_in; /* its connects go through backend_logins; for one that does not a secret is refused */

    /* Finds out what the target is before anything is written, refuses what is not ours, migrates if
     * asked, and fills `shape`. A failed open holds nothing. Called once per store. */
    tasks_status (*open)(const backend_config *config, void **store, backend_shape *shape,
                         tasks_error *error);
    void (*close)(void *store); /* after the last connection is gone */

    /* A connection is used by one thread at a time; different connections at the same time. */
    tasks_status (*connect)(void *store, uint32_t slot, void **connection, tasks_error *error);
    void (*disconnect)(void *connection);
    backend_health (*health)(void *connection);

    /* Carries 1..group reads, each seeing one snapshot, and sets the status and error of each. */
    void (*read)(void *connection, backend_read *const *reads, uint32_t count);

    /* Carries 1..group batches in one transaction. A batch that fails by itself (NOT_FOUND, CONFLICT,
     * a rule of the store) leaves no trace and has its status set, its neighbours are committed. When the
     * transaction as a whole fails the answer is UNDONE or UNKNOWN with `error` filled. Owners' revisions
     * become visible in order, without gaps. */
    backend_outcome (*write)(void *connection, backend_batch *const *batches, uint32_t count,
                             tasks_error *error);
    /* Sends what it can of the group that the next write() on this connection brings, and waits for nothing.
     * What goes wrong is told by that write(). NULL: nothing is gained by it. */
    void (*write_ahead)(void *connection, backend_batch *const *batches, uint32_t count);
    /* What can wait until a group of writes has been answered and the next one is under way: called by the
     * leader after its turn, by several at once. NULL: nothing. */
    void (*tidy)(void *store);

    /* `from` and `to` as in tasks_migration; a dry run touches nothing. */
    tasks_status (*migrate)(const backend_config *config, bool dry_run, tasks_migration *out,
                            tasks_error *error);
    /* Structure and rules of the whole store; CORRUPT with the first fault. */
    tasks_status (*check)(void *connection, tasks_error *error);
    /* As tasks_backup(); NULL: the backend has its own tools for this. */
    tasks_status (*backup)(void *connection, const char *path, tasks_progress progress, void *context,
                           tasks_error *error);
    /* Durable when it returns; sets token->id. */
    tasks_status (*token_add)(void *connection, backend_token *token, tasks_error *error);
    /* The one with this digest; without one, the first above token->id. NOT_FOUND token_missing. */
    tasks_status (*token_get)(void *connection, const uint8_t *digest, backend_token *token,
                              tasks_error *error);
    /* NOT_FOUND token_missing. */
    tasks_status (*token_remove)(void *connection, int64_t id, tasks_error *error);
    /* The mark, without a connection, a lock or a system call; false: it cannot be had now. NULL: never. */
    bool (*mark)(void *store, backend_mark *mark);
    /* Returns when another process may have written since the last call on this connection, which is used for
     * nothing else, or after timeout_ms; *changed says which. Not called for a private store. */
    tasks_status (*watch)(void *connection, uint32_t timeout_ms, bool *changed, tasks_error *error);
    const backend_copy_ops *copy;
    /* owners, tasks, completed, bytes. */
    tasks_status (*count)(void *connection, bool rows, tasks_statistics *out, tasks_error *error);
} backend_ops;

/* Finds the backend of a URI; *target is what follows its colon. UNSUPPORTED backend_unknown. */
tasks_status backend_find(const char *uri, const backend_ops **ops, const char **target, tasks_error *error);

extern const backend_ops backend_sqlite;
extern const backend_ops backend_postgres; /* unless built with TASKS_POSTGRES=OFF */

#endif
