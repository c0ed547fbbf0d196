#include "load.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TITLES_MAX = 200000, WRITER_PAUSE_MS = 1, READER_PAUSE_MS = 1, LOOK_MS = 20 };
enum { NEVER, DONE, FAILED, UNKNOWN };

typedef struct worker {
    load *load;
    tasks_db *db;
    pthread_t thread;
    int number;
    bool writes;
    atomic_int count; /* titles tried */
    unsigned char outcome[TITLES_MAX];
    unsigned char found[TITLES_MAX];
} worker;

struct load {
    atomic_bool stop;
    atomic_llong calls[4]; /* by outcome */
    atomic_llong last_failure_ms, longest_ms;
    int worker_count;
    worker **workers;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void pause_ms(int ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

static void raise_to(atomic_llong *value, long long to)
{
    long long now = atomic_load(value);
    while (now < to && !atomic_compare_exchange_weak(value, &now, to))
        ;
}

/* ---- Workers ---- */

static tasks_status create_one(worker *w, int title_number, tasks_error *error)
{
    char title[32];
    tasks_patch patch = TASKS_PATCH_INIT;
    tasks_task *task = NULL;
    snprintf(title, sizeof title, "%d-%d", w->number, title_number);
    patch.set = TASKS_SET_TITLE;
    patch.title = title;
    tasks_status status = tasks_create(w->db, &patch, &task, error);
    tasks_task_free(task);
    return status;
}

static tasks_status read_one(worker *w, tasks_error *error)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_page *page = NULL;
    query.limit = 10;
    query.descending = 1;
    tasks_status status = tasks_list(w->db, &query, &page, error);
    tasks_page_free(page);
    return status;
}

static int outcome_of(tasks_status status, const tasks_error *error)
{
    if (!status)
        return DONE;
    return strcmp(error->code, "outcome_unknown") ? FAILED : UNKNOWN;
}

static int call(worker *w, int title_number)
{
    tasks_error error;
    int64_t start = now_ms();
    tasks_status status = w->writes ? create_one(w, title_number, &error) : read_one(w, &error);
    int64_t end = now_ms();
    int outcome = outcome_of(status, &error);
    atomic_fetch_add(&w->load->calls[outcome], 1);
    raise_to(&w->load->longest_ms, end - start);
    if (status)
        raise_to(&w->load->last_failure_ms, end);
    return outcome;
}

static void *work(void *opaque)
{
    worker *w = opaque;
    for (int i = 0; i < TITLES_MAX && !atomic_load(&w->load->stop); i++) {
        w->outcome[i] = (unsigned char)call(w, i);
        atomic_store(&w->count, i + 1);
        pause_ms(w->writes ? WRITER_PAUSE_MS : READER_PAUSE_MS);
    }
    return NULL;
}

load *load_start(tasks_db *const *handles, int handle_count, int writers, int readers)
{
    load *l = calloc(1, sizeof *l);
    ck_assert_ptr_nonnull(l);
    l->worker_count = writers + readers;
    l->workers = calloc((size_t)l->worker_count, sizeof(worker *));
    ck_assert_ptr_nonnull(l->workers);
    for (int i = 0; i < l->worker_count; i++) {
        worker *w = l->workers[i] = calloc(1, sizeof *w);
        ck_assert_ptr_nonnull(w);
        w->load = l;
        w->number = i;
        w->writes = i < writers;
        w->db = handles[i % handle_count];
        ck_assert_int_eq(pthread_create(&w->thread, NULL, work, w), 0);
    }
    return l;
}

/* ---- Looking ---- */

load_report load_look(load *l)
{
    return (load_report){.done = atomic_load(&l->calls[DONE]),
                         .failed = atomic_load(&l->calls[FAILED]),
                         .unknown = atomic_load(&l->calls[UNKNOWN]),
                         .last_failure_ms = atomic_load(&l->last_failure_ms),
                         .longest_ms = atomic_load(&l->longest_ms)};
}

bool load_calm(load *l, int64_t calm_ms, int64_t at_most_ms)
{
    int64_t start = now_ms(), last;
    long long done = atomic_load(&l->calls[DONE]);
    do {
        pause_ms(LOOK_MS);
        last = atomic_load(&l->last_failure_ms);
        last = last > start ? last : start;
    } while (now_ms() - last < calm_ms && now_ms() - start < at_most_ms);
    return now_ms() - last >= calm_ms && atomic_load(&l->calls[DONE]) > done;
}

load_report load_stop(load *l)
{
    atomic_store(&l->stop, true);
    for (int i = 0; i < l->worker_count; i++)
        pthread_join(l->workers[i]->thread, NULL);
    return load_look(l);
}

/* ---- Comparing ---- */

static void find(load *l, const char *title)
{
    char *rest;
    long number = strtol(title, &rest, 10);
    ck_assert_msg(*rest == '-' && number < l->worker_count, "a task that nobody made: %s", title);
    long count = strtol(rest + 1, NULL, 10);
    ck_assert_int_lt(count, TITLES_MAX);
    l->workers[number]->found[count]++;
}

static void find_all(load *l, tasks_db *db)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_error error;
    tasks_page *page = NULL;
    query.limit = TASKS_LIMIT_MAX;
    do {
        tasks_page *next;
        tasks_status status = tasks_list(db, &query, &next, &error);
        ck_assert_msg(!status, "%s", error.message);
        tasks_page_free(page);
        page = next;
        for (uint32_t i = 0; i < tasks_page_count(page); i++)
            find(l, tasks_page_at(page, i)->title);
        query.cursor = tasks_page_cursor(page);
    } while (query.cursor);
    tasks_page_free(page);
}

static void verify_worker(const worker *w)
{
    static const struct {
        const char *name;
        int least, most;
    } wanted[] = {
        [DONE] = {"acknowledged", 1, 1}, [FAILED] = {"refused", 0, 0}, [UNKNOWN] = {"unknown", 0, 1}};
    for (int i = 0; w->writes && i < atomic_load(&w->count); i++)
        ck_assert_msg(w->found[i] >= wanted[w->outcome[i]].least && w->found[i] <= wanted[w->outcome[i]].most,
                      "task %d-%d, %s, is there %d times", w->number, i, wanted[w->outcome[i]].name,
                      w->found[i]);
}

void load_verify(load *l, tasks_db *db)
{
    find_all(l, db);
    for (int i = 0; i < l->worker_count; i++) {
        verify_worker(l->workers[i]);
        free(l->workers[i]);
    }
    free(l->workers);
    free(l);
}
