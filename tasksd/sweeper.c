#include "sweeper.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"

enum { EVERY_SECONDS = 60 };

struct sweeper {
    tasks_db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop_wanted;
    bool stop;
    int64_t waits; /* told so far */
};

static void sweep(tasks_db *db)
{
    tasks_error error;
    if (tasks_sweep(db, NULL, &error))
        log_fault(&error, NULL);
}

static void tell_pool(struct sweeper *s)
{
    tasks_error error;
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    if (tasks_stats(s->db, 0, &figures, &error)) {
        log_fault(&error, NULL);
        return;
    }
    log_pool(&figures, figures.waits - s->waits);
    s->waits = figures.waits;
}

/* Returns whether to stop. */
static bool wait_for_next(struct sweeper *s)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += EVERY_SECONDS;
    pthread_mutex_lock(&s->lock);
    while (!s->stop && pthread_cond_timedwait(&s->stop_wanted, &s->lock, &until) == 0)
        continue;
    bool stop = s->stop;
    pthread_mutex_unlock(&s->lock);
    return stop;
}

static void *run(void *context)
{
    struct sweeper *s = context;
    bool stop;
    do {
        sweep(s->db);
        stop = wait_for_next(s);
        tell_pool(s);
    } while (!stop);
    return NULL;
}

struct sweeper *sweeper_start(tasks_db *db)
{
    pthread_condattr_t attributes;
    struct sweeper *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->db = db;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&s->stop_wanted, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&s->thread, NULL, run, s) == 0)
        return s;
    pthread_cond_destroy(&s->stop_wanted);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return NULL;
}

void sweeper_stop(struct sweeper *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->stop_wanted);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->stop_wanted);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
