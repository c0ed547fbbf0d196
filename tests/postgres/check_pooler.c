/* What a pooler in transaction mode needs of us, and what we say when we were not told of it. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
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

/* ---- A server that ends while it commits ---- */

static int64_t acknowledged;
static tasks_error write_error;

static void *write_on(void *db)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE;
    patch.title = "once";
    while (!tasks_create(db, &patch, NULL, &write_error))
        acknowledged++;
    return NULL;
}

static void set_standbys(const char *setting)
{
    char sql[128];
    snprintf(sql, sizeof sql, "ALTER SYSTEM %s", setting);
    cluster_run(sql);
    cluster_run("SELECT pg_reload_conf()");
}

static void end_the_commit(void)
{
    char ended[2] = "";
    for (int tries = 0; strcmp(ended, "t") != 0; tries++) {
        ck_assert_msg(tries < 1000, "nobody waits for a standby: %s", write_error.message);
        cluster_ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
                    ended, sizeof ended);
    }
}

/* The pooler reports an error of its own then, not knowing more than we do. */
START_TEST(a_commit_whose_server_ended_is_not_done_again)
{
    pthread_t thread;
    tasks_db *db;
    tasks_error error;
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    pooler_make(uri);
    ck_assert_int_eq(open_store(&db, &error), TASKS_OK);
    ck_assert_int_eq(pthread_create(&thread, NULL, write_on, db), 0);
    set_standbys("SET synchronous_standby_names = 'nobody'");
    end_the_commit();
    set_standbys("RESET synchronous_standby_names");
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_str_eq(write_error.code, "outcome_unknown");
    ck_assert_int_eq(tasks_stats(db, 1, &figures, &error), TASKS_OK);
    ck_assert_int_eq(figures.tasks, acknowledged + 1);
    tasks_close(db);
    pooler_drop(uri);
}
END_TEST

/* ---- Migrations ---- */

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
    tcase_add_test(group, a_commit_whose_server_ended_is_not_done_again);
    tcase_add_test(group, six_migrate_at_once);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
