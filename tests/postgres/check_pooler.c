/* What a pooler in transaction mode needs of us, and what we say when we were not told of it. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "pooler.h"
#include "tasks.h"

enum { STARTS = 6 };

static char uri[CLUSTER_URI_SIZE];

static tasks_status open_store(tasks_db **db, tasks_error *error)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    return tasks_open(&options, db, error);
}

START_TEST(without_the_switch_the_error_names_it)
{
    tasks_db *db = NULL;
    tasks_error error;
    pooler_make(uri);
    *strchr(uri, '?') = 0;
    ck_assert_int_eq(open_store(&db, &error), TASKS_UNAVAILABLE);
    ck_assert_str_eq(error.code, "store_away");
    ck_assert_ptr_nonnull(strstr(error.message, "tasks_prepare=off"));
    pooler_drop(uri);
}
END_TEST

static void *start(void *failed)
{
    tasks_db *db = NULL;
    tasks_error error;
    *(bool *)failed = open_store(&db, &error) != TASKS_OK;
    tasks_close(db);
    return NULL;
}

START_TEST(six_migrate_at_once)
{
    pthread_t threads[STARTS];
    bool failed[STARTS];
    pooler_make(uri);
    for (int i = 0; i < STARTS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, start, &failed[i]), 0);
    for (int i = 0; i < STARTS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < STARTS; i++)
        ck_assert(!failed[i]);
    pooler_drop(uri);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pooler");
    TCase *group = tcase_create("pooler");
    cluster_begin();
    tcase_set_timeout(group, 60);
    tcase_add_test(group, without_the_switch_the_error_names_it);
    tcase_add_test(group, six_migrate_at_once);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
