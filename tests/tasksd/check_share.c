/* Calls that are made together: what is put comes back, whatever the store does. */
#include "share.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "run.h"

enum { ITEMS = 40, FOR_EVER_MS = 60000, SHORT_MS = 500 };

static struct share *share;
static tasks_db *db;
static tasks_patch patch;
static const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
static struct share_item items[ITEMS];
static struct timing_request timings[ITEMS];
static struct call calls[ITEMS];
static atomic_int readies, inside;

/* A store whose clock stands still holds whoever asks it. */
static pthread_mutex_t clock_lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t now(void *context)
{
    (void)context;
    atomic_fetch_add(&inside, 1);
    pthread_mutex_lock(&clock_lock);
    pthread_mutex_unlock(&clock_lock);
    return 1800000000000;
}

static void count_ready(void *context)
{
    ck_assert_ptr_eq(context, &readies);
    atomic_fetch_add(&readies, 1);
}

static void start(int64_t wait_ms, int64_t stuck_ms)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = "sqlite::memory:";
    options.now_ms = now;
    ck_assert_int_eq(tasks_open(&options, &db, NULL), TASKS_OK);
    patch = (tasks_patch)TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE;
    patch.title = "x";
    share = share_new(&(struct share_options){count_ready, &readies, wait_ms, stuck_ms});
    ck_assert_ptr_nonnull(share);
}

static void finish(void)
{
    share_free(share);
    for (int i = 0; i < ITEMS; i++)
        call_done(&calls[i]);
    tasks_close(db);
}

/* Puts those from `first` on as one list. */
static void put(int first, int count)
{
    for (int i = first; i < first + count; i++) {
        call_init(&calls[i], CALL_BATCH);
        calls[i].batch.db = db;
        calls[i].batch.ops = &op;
        calls[i].batch.count = 1;
        items[i].call = &calls[i];
        items[i].timing = &timings[i];
        items[i].next = i + 1 < first + count ? &items[i + 1] : NULL;
    }
    share_put(share, &items[first]);
}

static int length(const struct share_item *item)
{
    int count = 0;
    for (; item; item = item->next)
        count++;
    return count;
}

static void await_ready(int count)
{
    while (atomic_load(&readies) < count)
        usleep(200);
}

/* The clock stands still, and the thread has met it. */
static void hold(int first, int count)
{
    int before = atomic_load(&inside);
    pthread_mutex_lock(&clock_lock);
    put(first, count);
    while (atomic_load(&inside) == before)
        usleep(200);
}

static void let_go(void)
{
    pthread_mutex_unlock(&clock_lock);
}

static int64_t revision(void)
{
    int64_t revision, expired;
    ck_assert_int_eq(tasks_revision(db, &revision, &expired, NULL), TASKS_OK);
    return revision;
}

START_TEST(what_is_put_comes_back_in_its_order)
{
    start(FOR_EVER_MS, FOR_EVER_MS);
    ck_assert_ptr_null(share_take(share, ITEMS));
    put(0, 3);
    await_ready(1);
    struct share_item *taken = share_take(share, ITEMS);
    ck_assert_int_eq(length(taken), 3);
    for (int i = 0; i < 3; i++, taken = taken->next) {
        ck_assert_ptr_eq(taken, &items[i]);
        ck_assert_int_eq(calls[i].batch.status, TASKS_OK);
        ck_assert_int_eq(tasks_page_at(calls[i].batch.page, 0)->id, i + 1);
        ck_assert_uint_eq(timings[i].count, 1);
    }
    ck_assert_ptr_null(share_take(share, ITEMS));
    ck_assert_int_eq(atomic_load(&readies), 1);
    finish();
}
END_TEST

START_TEST(what_comes_meanwhile_goes_together)
{
    start(FOR_EVER_MS, FOR_EVER_MS);
    hold(0, 1);
    put(1, 1);
    put(2, 2);
    let_go();
    await_ready(2);
    ck_assert_int_eq(length(share_take(share, ITEMS)), 4);
    ck_assert_int_eq(atomic_load(&readies), 2);
    finish();
}
END_TEST

START_TEST(who_leaves_some_tells_of_them)
{
    start(FOR_EVER_MS, FOR_EVER_MS);
    put(0, 5);
    await_ready(1);
    ck_assert_int_eq(length(share_take(share, 2)), 2);
    ck_assert_int_eq(atomic_load(&readies), 2);
    ck_assert_int_eq(length(share_take(share, 2)), 2);
    ck_assert_int_eq(atomic_load(&readies), 3);
    ck_assert_int_eq(length(share_take(share, 2)), 1);
    ck_assert_int_eq(atomic_load(&readies), 3);
    finish();
}
END_TEST

START_TEST(a_store_that_takes_long_is_told)
{
    start(FOR_EVER_MS, SHORT_MS);
    ck_assert(!share_is_stuck(share));
    hold(0, 1);
    while (!share_is_stuck(share))
        usleep(1000);
    let_go();
    await_ready(1);
    ck_assert(!share_is_stuck(share));
    share_take(share, ITEMS);
    finish();
}
END_TEST

START_TEST(who_has_waited_too_long_is_not_carried)
{
    start(SHORT_MS, FOR_EVER_MS);
    hold(0, 1);
    put(1, 2);
    usleep(2 * SHORT_MS * 1000);
    let_go();
    await_ready(2);
    ck_assert_int_eq(length(share_take(share, ITEMS)), 3);
    ck_assert_int_eq(calls[0].batch.status, TASKS_OK);
    for (int i = 1; i < 3; i++) {
        ck_assert_int_eq(calls[i].batch.status, TASKS_TIMEOUT);
        ck_assert_str_eq(calls[i].batch.error.code, "wait_timeout");
        ck_assert_ptr_null(calls[i].batch.page);
    }
    ck_assert_int_eq(revision(), 1);
    finish();
}
END_TEST

/* As put(), but reads; the first of them is of a task that is there. */
static void put_lookups(int count)
{
    for (int i = 0; i < count; i++) {
        call_init(&calls[i], CALL_LOOKUP);
        calls[i].lookup.db = db;
        calls[i].lookup.id = i + 1;
        items[i].call = &calls[i];
        items[i].timing = &timings[i];
        items[i].next = i + 1 < count ? &items[i + 1] : NULL;
    }
    share_put(share, items);
}

START_TEST(reads_go_together_too)
{
    start(FOR_EVER_MS, FOR_EVER_MS);
    ck_assert_int_eq(tasks_create(db, &patch, NULL, NULL), TASKS_OK);
    put_lookups(3);
    await_ready(1);
    ck_assert_int_eq(length(share_take(share, ITEMS)), 3);
    ck_assert_int_eq(calls[0].lookup.task->id, 1);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(calls[i].lookup.status, i ? TASKS_NOT_FOUND : TASKS_OK);
        ck_assert_uint_eq(timings[i].count, 1);
    }
    finish();
}
END_TEST

START_TEST(a_read_may_have_waited_too_long)
{
    start(0, FOR_EVER_MS);
    put_lookups(2);
    await_ready(1);
    ck_assert_int_eq(length(share_take(share, ITEMS)), 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(calls[i].lookup.status, TASKS_TIMEOUT);
        ck_assert_str_eq(calls[i].lookup.error.code, "wait_timeout");
        ck_assert_ptr_null(calls[i].lookup.task);
    }
    finish();
}
END_TEST

START_TEST(the_end_waits_for_all)
{
    start(FOR_EVER_MS, FOR_EVER_MS);
    put(0, ITEMS / 2);
    put(ITEMS / 2, ITEMS / 2);
    share_end(share);
    share_end(share);
    ck_assert_int_eq(length(share_take(share, ITEMS)), ITEMS);
    ck_assert_int_eq(revision(), ITEMS);
    finish();
}
END_TEST

int main(void)
{
    return run_suite(
        "share", (const TTest *[]){what_is_put_comes_back_in_its_order, what_comes_meanwhile_goes_together,
                                   who_leaves_some_tells_of_them, a_store_that_takes_long_is_told,
                                   who_has_waited_too_long_is_not_carried, reads_go_together_too,
                                   a_read_may_have_waited_too_long, the_end_waits_for_all, NULL});
}
