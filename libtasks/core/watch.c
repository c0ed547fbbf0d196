/* Waiting for changes. Commits of this process wake all who wait at once. Those of other processes only the
 * backend can see: one of the waiting callers asks it, for all of them, on a connection of its own. */
#include <errno.h>
#include <time.h>

#include "db.h"
#include "fail.h"
#include "timestamp.h"

enum { TURN_MS = 1000 }; /* how long one caller watches before it looks at its own time limit again */

tasks_status watch_init(db_watch *w, tasks_error *error)
{
    pthread_condattr_t attributes;
    *w = (db_watch){.changes = 1};
    if (pthread_mutex_init(&w->lock, NULL))
        return fail(error, TASKS_INTERNAL, "internal", "cannot set up a lock");
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int failed = pthread_cond_init(&w->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!failed)
        return TASKS_OK;
    pthread_mutex_destroy(&w->lock);
    return fail(error, TASKS_INTERNAL, "internal", "cannot set up a lock");
}

void watch_done(db_watch *w, const backend_ops *ops)
{
    if (w->connection)
        ops->disconnect(w->connection);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
}

void watch_wake(db_watch *w)
{
    pthread_mutex_lock(&w->lock);
    w->changes++;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

/* ---- The one who asks the backend ---- */

static tasks_status ask_backend(db_store *store, uint32_t timeout_ms, bool *changed, tasks_error *error)
{
    void **connection = &store->watch.connection;
    tasks_status status = TASKS_OK;
    if (!*connection)
        status = store->ops->connect(store->backend, UINT32_MAX, connection, error);
    if (!status)
        status = store->ops->watch(*connection, timeout_ms, changed, error);
    if (*connection && store->ops->health(*connection) != BACKEND_FIT) {
        store->ops->disconnect(*connection);
        *connection = NULL;
    }
    return status;
}

/* Called and returns with the lock held. */
static tasks_status take_turn(db_store *store, int64_t left_ms, tasks_error *error)
{
    db_watch *w = &store->watch;
    bool changed = false;
    w->watched = true;
    pthread_mutex_unlock(&w->lock);
    tasks_status status =
        ask_backend(store, (uint32_t)(left_ms < TURN_MS ? left_ms : TURN_MS), &changed, error);
    pthread_mutex_lock(&w->lock);
    w->watched = false;
    w->changes += changed;
    pthread_cond_broadcast(&w->changed); /* of a change, or that the turn is free */
    return status;
}

/* ---- Waiting ---- */

static void sleep_until(db_watch *w, int64_t end_ms)
{
    struct timespec end = {end_ms / 1000, end_ms % 1000 * 1000000};
    pthread_cond_timedwait(&w->changed, &w->lock, &end);
}

static tasks_status await_change(db_store *store, int64_t *seen, int64_t end_ms, tasks_error *error)
{
    db_watch *w = &store->watch;
    tasks_status status = TASKS_OK;
    int64_t left_ms;
    pthread_mutex_lock(&w->lock);
    while (!status && w->changes == *seen && (left_ms = end_ms - timestamp_monotonic()) > 0) {
        if (store->private || w->watched)
            sleep_until(w, end_ms);
        else
            status = take_turn(store, left_ms, error);
    }
    *seen = w->changes;
    pthread_mutex_unlock(&w->lock);
    return status;
}

tasks_status tasks_watch(tasks_db *db, int64_t *seen, uint32_t timeout_ms, tasks_error *error)
{
    tasks_error own;
    tasks_status status = db_whole(db, error);
    return status ? status
                  : await_change(db->store, seen, timestamp_monotonic() + timeout_ms, error ? error : &own);
}

tasks_status tasks_wait(tasks_db *db, int64_t since, uint32_t timeout_ms, int64_t *revision,
                        tasks_error *error)
{
    tasks_error own;
    int64_t end_ms = timestamp_monotonic() + timeout_ms, seen = 0, expired;
    tasks_status status;
    do {
        /* The count is taken first: a change between the two is seen by the next look. */
        status = await_change(db->store, &seen, end_ms, error ? error : &own);
        if (!status)
            status = tasks_revision(db, revision, &expired, error);
    } while (!status && *revision <= since && timestamp_monotonic() < end_ms);
    if (status)
        *revision = 0; /* of an earlier look */
    return status;
}
