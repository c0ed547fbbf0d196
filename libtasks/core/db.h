/* The handle: a store that is shared, and the owner that this handle is bound to. */
#ifndef DB_H
#define DB_H

#include <stdatomic.h>

#include "backend.h"
#include "known.h"
#include "login.h"
#include "observe.h"
#include "pool.h"

/* Who waits for changes; see watch.c. */
typedef struct db_watch {
    pthread_mutex_t lock; /* guards all below but the connection of the one who watches */
    pthread_cond_t changed;
    int64_t changes;  /* counts them, from 1 */
    bool watched;     /* one of the waiting callers asks the backend for all of them */
    void *connection; /* NULL until first used */
} db_watch;

typedef struct db_store {
    atomic_int handles;
    const backend_ops *ops;
    void *backend;
    pool connections;
    bool private;       /* no other process can write to it */
    uint32_t reads_max; /* in one request */
    db_watch watch;
    known known;
    int32_t schema_version;
    int64_t (*now_ms)(void *context);
    void *now_context;
    observe observer;
    login log_in;
} db_store;

struct tasks_db {
    db_store *store;
    bool bound; /* a view of tasks_as() */
    char owner[TASKS_OWNER_MAX + 1];
};

int64_t db_now(const tasks_db *db);

/* DENIED owner_bound unless this is the handle of tasks_open(). */
tasks_status db_whole(const tasks_db *db, tasks_error *error);

/* What a caller's options ask for. */
typedef struct db_target {
    tasks_options options;  /* checked */
    const backend_ops *ops; /* NULL: to be found by the URI */
    const char *target;
    bool importing; /* a copy goes into the store */
} db_target;

tasks_status db_find(const tasks_options *theirs, db_target *out, tasks_error *error);

/* Opens with a backend that is named instead of found by its scheme. */
tasks_status db_open(const tasks_options *options, const backend_ops *ops, const char *target, tasks_db **out,
                     tasks_error *error);

tasks_status db_open_target(const db_target *target, tasks_db **out, tasks_error *error);

/* Carries one read, or one batch, through the pool. The answer is in the request and is returned. */
tasks_status db_read(tasks_db *db, backend_read *read, tasks_error *error);
tasks_status db_write(tasks_db *db, backend_batch *batch, tasks_error *error);

/* One of several batches. */
typedef struct db_batch {
    backend_batch batch;
    tasks_batch *theirs;
} db_batch;

/* Carries them in their order, as many at a time as the store takes, none for the other's sake. Calls `end`
 * for each that is through. */
typedef void db_batch_end(const db_batch *batch, const tasks_timing *timing);
void db_write_each(db_store *store, db_batch *batches, uint32_t count, db_batch_end *end);

/* One of several lookups. */
typedef struct db_lookup {
    backend_read read;
    tasks_task *task; /* what the read came to */
    tasks_lookup *theirs;
    const backend_mark *mark; /* the store's before it was read; NULL: it has none */
} db_lookup;

/* The same for reads. */
typedef void db_lookup_end(const db_lookup *lookup, const tasks_timing *timing);
void db_read_each(db_store *store, db_lookup *lookups, uint32_t count, db_lookup_end *end);

/* Sets up, tells of a commit, and ends what tasks_wait() and tasks_watch() wait on. */
tasks_status watch_init(db_watch *w, tasks_error *error);
void watch_wake(db_watch *w);
void watch_done(db_watch *w, const backend_ops *ops);

/* Runs `work` on a connection of a lane, alone. */
typedef tasks_status (*db_work)(void *connection, void *context, tasks_error *error);
typedef struct db_alone {
    pool_lane_name lane;
    int32_t operation; /* TASKS_OPERATION_... */
    db_work work;
    void *context;
} db_alone;
tasks_status db_with_connection(tasks_db *db, const db_alone *alone, tasks_error *error);

#endif
