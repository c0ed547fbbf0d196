/* Whoever waits for a change hears of it, from wherever it comes. */
#include <pthread.h>
#include <unistd.h>

#include "contract.h"

enum { LONG_MS = 20000, PAUSE_US = 30000 };

static void *add_later(void *db)
{
    usleep(PAUSE_US);
    kit_add(db, "news");
    return NULL;
}

static int64_t wait_while(tasks_db *db, int64_t since, tasks_db *writer)
{
    pthread_t thread;
    int64_t revision;
    ck_assert_int_eq(pthread_create(&thread, NULL, add_later, writer), 0);
    KIT_OK(tasks_wait(db, since, LONG_MS, &revision, &kit_error));
    pthread_join(thread, NULL);
    return revision;
}

START_TEST(a_change_that_was_there_needs_no_wait)
{
    int64_t revision;
    kit_add(kit_db(), "old news");
    KIT_OK(tasks_wait(kit_db(), 0, LONG_MS, &revision, &kit_error));
    ck_assert_int_eq(revision, 1);
}
END_TEST

START_TEST(no_change_ends_with_the_time)
{
    int64_t revision;
    KIT_OK(tasks_wait(kit_db(), 0, 20, &revision, &kit_error));
    ck_assert_int_eq(revision, 0);
}
END_TEST

START_TEST(a_change_of_this_handle_ends_the_wait)
{
    ck_assert_int_eq(wait_while(kit_db(), 0, kit_db()), 1);
}
END_TEST

START_TEST(a_change_of_another_handle_ends_the_wait)
{
    if (!kit_can(CONFORMANCE_PERSISTS))
        return;
    tasks_db *other = kit_open();
    ck_assert_int_eq(wait_while(kit_db(), 0, other), 1);
    tasks_close(other);
}
END_TEST

START_TEST(another_owners_change_does_not)
{
    int64_t revision;
    tasks_db *other = kit_view("other");
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, add_later, other), 0);
    KIT_OK(tasks_wait(kit_db(), 0, 100, &revision, &kit_error));
    ck_assert_int_eq(revision, 0);
    pthread_join(thread, NULL);
    tasks_close(other);
}
END_TEST

START_TEST(a_watch_sees_every_owner)
{
    int64_t seen = 0, before;
    tasks_db *other = kit_view("other");
    do { /* until all is quiet */
        before = seen;
        KIT_OK(tasks_watch(kit_db(), &seen, 100, &kit_error));
    } while (seen != before);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, add_later, other), 0);
    KIT_OK(tasks_watch(kit_db(), &seen, LONG_MS, &kit_error));
    ck_assert_int_ne(seen, before);
    pthread_join(thread, NULL);
    KIT_FAILS(TASKS_DENIED, "owner_bound", tasks_watch(other, &seen, 0, &kit_error));
    tasks_close(other);
}
END_TEST

enum { WAITERS = 6 };

static void *wait_long(void *db)
{
    int64_t revision;
    KIT_OK(tasks_wait(db, 0, LONG_MS, &revision, &kit_error));
    return revision == 1 ? db : NULL;
}

START_TEST(all_who_wait_are_woken)
{
    pthread_t threads[WAITERS];
    for (int i = 0; i < WAITERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_long, kit_db()), 0);
    usleep(PAUSE_US);
    kit_add(kit_db(), "news");
    for (int i = 0; i < WAITERS; i++) {
        void *woken;
        pthread_join(threads[i], &woken);
        ck_assert_ptr_nonnull(woken);
    }
}
END_TEST

TCase *contract_watch(void)
{
    TCase *group = tcase_create("watch");
    tcase_add_test(group, a_change_that_was_there_needs_no_wait);
    tcase_add_test(group, no_change_ends_with_the_time);
    tcase_add_test(group, a_change_of_this_handle_ends_the_wait);
    tcase_add_test(group, a_change_of_another_handle_ends_the_wait);
    tcase_add_test(group, another_owners_change_does_not);
    tcase_add_test(group, a_watch_sees_every_owner);
    tcase_add_test(group, all_who_wait_are_woken);
    return group;
}
