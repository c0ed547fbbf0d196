/* The observer of the options: what it is told of, by whom, and that times add up. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "run.h"
#include "tasks.h"

enum { SEEN_MAX = 64, WRITERS = 8, EACH = 20 };

static struct {
    tasks_timing timings[SEEN_MAX];
    pthread_t threads[SEEN_MAX];
    int count;
} seen;

static void note(void *context, const tasks_timing *timing)
{
    ck_assert_ptr_eq(context, &seen);
    ck_assert_int_lt(seen.count, SEEN_MAX);
    memcpy(&seen.timings[seen.count], timing, sizeof *timing);
    seen.threads[seen.count++] = pthread_self();
}

static tasks_db *open_with(tasks_observer observer, void *context)
{
    tasks_db *db;
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = "sqlite::memory:";
    options.observer = observer;
    options.observer_context = context;
    ck_assert_int_eq(tasks_open(&options, &db, NULL), TASKS_OK);
    return db;
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static tasks_patch titled(void)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE;
    patch.title = "x";
    return patch;
}

/* ---- One call of each kind ---- */

static void do_create(tasks_db *db)
{
    tasks_patch patch = titled();
    tasks_create(db, &patch, NULL, NULL);
}

static void do_update(tasks_db *db)
{
    tasks_patch patch = titled();
    tasks_update(db, 1, 0, &patch, NULL, NULL);
}

static void do_batch(tasks_db *db)
{
    tasks_patch patch = titled();
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch}, ops[] = {op, op};
    tasks_apply(db, ops, 2, NULL, NULL);
}

static void do_get(tasks_db *db)
{
    tasks_task *task;
    tasks_get(db, 1, &task, NULL);
    tasks_task_free(task);
}

static void do_miss(tasks_db *db)
{
    tasks_task *task;
    tasks_get(db, 99, &task, NULL);
}

static void do_list(tasks_db *db)
{
    tasks_page *page;
    tasks_list(db, NULL, &page, NULL);
    tasks_page_free(page);
}

static void do_changes(tasks_db *db)
{
    tasks_page *page;
    tasks_changes(db, 0, 0, &page, NULL);
    tasks_page_free(page);
}

static void do_revision(tasks_db *db)
{
    int64_t revision, expired;
    tasks_revision(db, &revision, &expired, NULL);
}

static void do_owners(tasks_db *db)
{
    tasks_owners *owners;
    tasks_owners_list(db, NULL, 0, &owners, NULL);
    tasks_owners_free(owners);
}

static void do_ping(tasks_db *db)
{
    tasks_ping(db, NULL);
}

static void do_delete(tasks_db *db)
{
    tasks_delete(db, 1, 0, NULL, NULL);
}

static void do_sweep(tasks_db *db)
{
    tasks_sweep(db, NULL, NULL);
}

static void do_token(tasks_db *db)
{
    tasks_token *token;
    tasks_token_next(db, 0, &token, NULL);
}

static void do_check(tasks_db *db)
{
    tasks_check(db, NULL);
}

START_TEST(each_call_is_told_of)
{
    static const struct {
        void (*call)(tasks_db *db);
        int32_t operation;
        const char *word;
        tasks_status status;
    } cases[] = {
        {do_create, TASKS_OPERATION_CREATE, "create", TASKS_OK},
        {do_update, TASKS_OPERATION_UPDATE, "update", TASKS_OK},
        {do_batch, TASKS_OPERATION_BATCH, "batch", TASKS_OK},
        {do_get, TASKS_OPERATION_GET, "get", TASKS_OK},
        {do_miss, TASKS_OPERATION_GET, "get", TASKS_NOT_FOUND},
        {do_list, TASKS_OPERATION_LIST, "list", TASKS_OK},
        {do_changes, TASKS_OPERATION_CHANGES, "changes", TASKS_OK},
        {do_revision, TASKS_OPERATION_REVISION, "revision", TASKS_OK},
        {do_owners, TASKS_OPERATION_OWNERS, "owners", TASKS_OK},
        {do_ping, TASKS_OPERATION_PING, "ping", TASKS_OK},
        {do_delete, TASKS_OPERATION_DELETE, "delete", TASKS_OK},
        {do_sweep, TASKS_OPERATION_SWEEP, "sweep", TASKS_OK},
        {do_token, TASKS_OPERATION_TOKEN, "token", TASKS_NOT_FOUND},
        {do_check, TASKS_OPERATION_WHOLE, "whole", TASKS_OK},
    };
    tasks_db *db = open_with(note, &seen);
    for (int i = 0; i < RUN_COUNT(cases); i++) {
        int64_t before = now_ns();
        seen.count = 0;
        cases[i].call(db);
        ck_assert_msg(seen.count > 0, "%s", cases[i].word);
        const tasks_timing *t = &seen.timings[seen.count - 1]; /* a sweep asks for owners first */
        ck_assert_int_eq(t->operation, cases[i].operation);
        ck_assert_str_eq(t->word, cases[i].word);
        ck_assert_str_eq(t->backend, "sqlite");
        ck_assert_int_eq(t->status, cases[i].status);
        ck_assert_int_ge(t->began_ns, before);
        ck_assert_int_ge(t->wait_ns, 0);
        ck_assert_int_gt(t->work_ns, 0);
        ck_assert_int_le(t->began_ns + t->wait_ns + t->work_ns, now_ns());
        ck_assert(pthread_equal(seen.threads[seen.count - 1], pthread_self()));
    }
    tasks_close(db);
}
END_TEST

START_TEST(what_asks_nothing_of_the_store_is_not_told_of)
{
    tasks_db *db = open_with(note, &seen);
    tasks_task *task;
    seen.count = 0;
    ck_assert_int_eq(tasks_get(db, 0, &task, NULL), TASKS_INVALID);
    ck_assert_int_eq(seen.count, 0);
    tasks_close(db);
}
END_TEST

/* ---- A group: each caller is told of its own call ---- */

struct writer {
    tasks_db *db;
    int told;
};

static _Thread_local int told;

static void count_own(void *context, const tasks_timing *timing)
{
    (void)context;
    ck_assert_int_ge(timing->wait_ns, 0);
    ck_assert_int_gt(timing->work_ns, 0);
    told++;
}

static void *write_some(void *context)
{
    struct writer *writer = context;
    for (int i = 0; i < EACH; i++)
        do_create(writer->db);
    writer->told = told;
    return NULL;
}

START_TEST(each_thread_is_told_of_its_own_calls)
{
    tasks_db *db = open_with(count_own, NULL);
    pthread_t threads[WRITERS];
    struct writer writers[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){db, 0};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_some, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(writers[i].told, EACH);
    }
    tasks_close(db);
}
END_TEST

int main(void)
{
    return run_suite("observe",
                     (const TTest *[]){each_call_is_told_of, what_asks_nothing_of_the_store_is_not_told_of,
                                       each_thread_is_told_of_its_own_calls, NULL});
}
