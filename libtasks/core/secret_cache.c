#include "secret_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "timestamp.h"

struct secret_cache {
    secret_cache *next;
    uint32_t holders; /* guarded by the lock of the table, as is the place in it */
    secret_vault vault;
    secret_cache_limits limits;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t done;  /* a reading has ended */
    bool reading, has_current, has_previous;
    uint64_t serial;
    int64_t asked_ms, asked_previous_ms; /* when a reading began; 0 for never */
    int64_t current_ms, previous_ms;     /* when one gave what is there */
    secret_login current, previous;
    char reference[];
};

/* ---- The table ---- */

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static secret_cache *table;

static secret_cache *find(const char *reference, const secret_vault *vault)
{
    for (secret_cache *e = table; e; e = e->next)
        if (strcmp(e->reference, reference) == 0 && e->vault.read == vault->read &&
            e->vault.context == vault->context)
            return e;
    return NULL;
}

static secret_cache *add(const char *reference, const secret_vault *vault, const secret_cache_limits *limits)
{
    size_t size = strlen(reference) + 1;
    secret_cache *e = calloc(1, sizeof *e + size);
    if (!e)
        return NULL;
    memcpy(e->reference, reference, size);
    e->vault = *vault;
    e->limits = *limits;
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->done, NULL);
    e->next = table;
    table = e;
    return e;
}

tasks_status secret_cache_open(const char *reference, const secret_vault *vault,
                               const secret_cache_limits *limits, secret_cache **out, tasks_error *error)
{
    pthread_mutex_lock(&table_lock);
    secret_cache *e = find(reference, vault);
    if (!e)
        e = add(reference, vault, limits);
    if (e)
        e->holders++;
    pthread_mutex_unlock(&table_lock);
    *out = e;
    return e ? TASKS_OK : fail_memory(error);
}

static void destroy(secret_cache *e)
{
    secret_login_done(&e->current);
    secret_login_done(&e->previous);
    pthread_cond_destroy(&e->done);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

void secret_cache_close(secret_cache *entry)
{
    if (!entry)
        return;
    pthread_mutex_lock(&table_lock);
    bool last = --entry->holders == 0;
    if (last) {
        secret_cache **place = &table;
        while (*place != entry)
            place = &(*place)->next;
        *place = entry->next;
    }
    pthread_mutex_unlock(&table_lock);
    if (last)
        destroy(entry);
}

const char *secret_cache_reference(const secret_cache *entry)
{
    return entry->reference;
}

/* ---- Reading; the lock is held, but not while a vault is asked ---- */

static tasks_status read_login(const secret_cache *e, secret_version version, secret_login *out,
                               tasks_error *error)
{
    secret found;
    *out = (secret_login){0};
    tasks_status status = secret_read(e->reference, &e->vault, version, &found, error);
    if (!status)
        status = secret_login_read(&found, out, error);
    secret_done(&found);
    return status;
}

static tasks_status read_unlocked(secret_cache *e, secret_version version, secret_login *out,
                                  tasks_error *error)
{
    e->reading = true;
    pthread_mutex_unlock(&e->lock);
    tasks_status status = read_login(e, version, out, error);
    pthread_mutex_lock(&e->lock);
    e->reading = false;
    pthread_cond_broadcast(&e->done);
    if (status)
        secret_login_done(out);
    return status;
}

/* What was current is what the secret was before: no need to ask for that. */
static void replace(secret_cache *e, secret_login *fresh)
{
    secret_login_done(&e->previous);
    e->previous = e->current;
    e->has_previous = e->has_current;
    e->previous_ms = timestamp_monotonic();
    e->current = *fresh;
    e->has_current = true;
    e->serial++;
}

static tasks_status read_current(secret_cache *e, tasks_error *error)
{
    secret_login fresh;
    e->asked_ms = timestamp_monotonic();
    tasks_status status = read_unlocked(e, SECRET_CURRENT, &fresh, error);
    if (status)
        return status;
    e->current_ms = timestamp_monotonic();
    if (e->has_current && secret_login_same(&fresh, &e->current))
        secret_login_done(&fresh);
    else
        replace(e, &fresh);
    return TASKS_OK;
}

static tasks_status read_previous(secret_cache *e, tasks_error *error)
{
    secret_login found;
    e->asked_previous_ms = timestamp_monotonic();
    tasks_status status = read_unlocked(e, SECRET_PREVIOUS, &found, error);
    if (status)
        return status;
    secret_login_done(&e->previous);
    e->previous = found;
    e->has_previous = true;
    e->previous_ms = timestamp_monotonic();
    return TASKS_OK;
}

/* ---- Handing out ---- */

static bool is_recent(int64_t then_ms, int64_t span_ms)
{
    return then_ms && timestamp_monotonic() - then_ms < span_ms;
}

static void wait_for_reading(secret_cache *e)
{
    while (e->reading)
        pthread_cond_wait(&e->done, &e->lock);
}

static tasks_status nothing_new(tasks_error *error)
{
    return fail(error, TASKS_NOT_FOUND, "secret_missing", "the vault has no other login");
}

/* An old login is better than none, and better than a long wait for a new one. */
static tasks_status want_current(secret_cache *e, tasks_error *error)
{
    if (!e->has_current)
        wait_for_reading(e);
    if (e->has_current && (e->reading || is_recent(e->current_ms, e->limits.keep_ms) ||
                           is_recent(e->asked_ms, e->limits.space_ms)))
        return TASKS_OK;
    tasks_status status = read_current(e, error);
    return e->has_current ? TASKS_OK : status;
}

static tasks_status want_fresh(secret_cache *e, uint64_t serial, tasks_error *error)
{
    wait_for_reading(e);
    if (e->serial == serial && !is_recent(e->asked_ms, e->limits.space_ms)) {
        tasks_status status = read_current(e, error);
        if (status)
            return status;
    }
    return e->serial == serial ? nothing_new(error) : TASKS_OK;
}

static tasks_status want_previous(secret_cache *e, tasks_error *error)
{
    wait_for_reading(e);
    if (!e->has_previous || !is_recent(e->previous_ms, e->limits.keep_ms)) {
        tasks_status status = is_recent(e->asked_previous_ms, e->limits.space_ms) ? nothing_new(error)
                                                                                  : read_previous(e, error);
        if (status)
            return status;
    }
    return secret_login_same(&e->previous, &e->current) ? nothing_new(error) : TASKS_OK;
}

tasks_status secret_cache_get(secret_cache *entry, secret_cache_which which, uint64_t *serial,
                              secret_login *out, tasks_error *error)
{
    *out = (secret_login){0};
    pthread_mutex_lock(&entry->lock);
    tasks_status status = which == SECRET_CACHE_CURRENT ? want_current(entry, error)
                          : which == SECRET_CACHE_FRESH ? want_fresh(entry, *serial, error)
                                                        : want_previous(entry, error);
    const secret_login *login = which == SECRET_CACHE_PREVIOUS ? &entry->previous : &entry->current;
    if (!status && !secret_login_copy(out, login))
        status = fail_memory(error);
    *serial = which == SECRET_CACHE_PREVIOUS ? *serial : entry->serial;
    pthread_mutex_unlock(&entry->lock);
    return status;
}
