/* Migrations on a real server: many at once, one that cannot get its lock, and a program that is one version
 * behind. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster.h"
#include "tasks.h"

enum { STARTS = 6, TIMEOUT_MS = 3000 };

static char uri[CLUSTER_URI_SIZE];
static tasks_error error;

#define OK(call) ck_assert_msg(!(call), "%s: %s", #call, error.message)

static tasks_status open_store(int32_t migrate, tasks_db **db)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = uri;
    options.migrate = migrate;
    options.timeout_ms = TIMEOUT_MS;
    *db = NULL;
    return tasks_open(&options, db, &error);
}

/* ---- SQL in the schema of the store ---- */

static void set_path(PGconn *c)
{
    char sql[128];
    const char *name = strstr(uri, "search_path%3D") + sizeof "search_path%3D" - 1;
    snprintf(sql, sizeof sql, "SET search_path = %s", name);
    PQclear(PQexec(c, sql));
}

static PGconn *run_in_schema(const char *sql)
{
    PGconn *c = cluster_connect();
    set_path(c);
    PGresult *r = PQexec(c, sql);
    ExecStatusType status = PQresultStatus(r);
    ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s", PQresultErrorMessage(r));
    PQclear(r);
    return c;
}

static void change(const char *sql)
{
    PQfinish(run_in_schema(sql));
}

static tasks_status add(tasks_db *db, const char *title)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE;
    patch.title = title;
    return tasks_create(db, &patch, NULL, &error);
}

/* ---- Many at once ---- */

static pid_t start(void)
{
    tasks_db *db;
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid)
        return pid;
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    bool done = !tasks_open(&options, &db, &error) && !add(db, "from each of them");
    if (!done)
        fprintf(stderr, "%s\n", error.message);
    _exit(!done);
}

START_TEST(six_that_start_at_once_all_succeed)
{
    tasks_db *db;
    pid_t pids[STARTS];
    cluster_make_schema(uri);
    for (int i = 0; i < STARTS; i++)
        pids[i] = start();
    for (int i = 0; i < STARTS; i++) {
        int code;
        ck_assert_int_eq(waitpid(pids[i], &code, 0), pids[i]);
        ck_assert_int_eq(code, 0);
    }
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    OK(open_store(TASKS_MIGRATE_NO, &db));
    OK(tasks_stats(db, 1, &figures, &error));
    ck_assert_int_eq(figures.tasks, STARTS);
    PGconn *c = run_in_schema("SELECT");
    PGresult *r = PQexec(c, "SELECT count(*) - max(version), min(version) FROM migrations");
    ck_assert_str_eq(PQgetvalue(r, 0, 0), "0");
    ck_assert_str_eq(PQgetvalue(r, 0, 1), "1");
    PQclear(r);
    PQfinish(c);
    tasks_close(db);
    cluster_drop_schema(uri);
}
END_TEST

/* ---- What there is then ---- */

/* So that a store can be split by owner. A token is looked up before its owner is known. */
START_TEST(the_owner_leads_every_key)
{
    tasks_db *db;
    cluster_make_schema(uri);
    OK(open_store(TASKS_MIGRATE_YES, &db));
    tasks_close(db);
    PGconn *c = run_in_schema("SELECT");
    PGresult *r = PQexec(c, "SELECT count(*) > 10, string_agg(indexrelid::regclass::text, ' ') FILTER (WHERE "
                            "attname <> 'owner') FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND "
                            "attnum = indkey[0] JOIN pg_class t ON t.oid = indrelid WHERE relname NOT IN "
                            "('migrations', 'tokens') AND relnamespace = current_schema()::regnamespace");
    ck_assert_str_eq(PQgetvalue(r, 0, 0), "t");
    ck_assert_str_eq(PQgetvalue(r, 0, 1), "");
    PQclear(r);
    PQfinish(c);
    cluster_drop_schema(uri);
}
END_TEST

/* ---- A lock that somebody holds ---- */

/* The number of postgres_schema.c, which no program may ever change. */
START_TEST(who_does_not_get_the_lock_says_so_in_time)
{
    tasks_db *db;
    cluster_make_schema(uri);
    PGconn *c = run_in_schema("SELECT pg_advisory_lock(x'7461736b73'::bigint)");
    ck_assert_int_eq(open_store(TASKS_MIGRATE_YES, &db), TASKS_UNAVAILABLE);
    ck_assert_str_eq(error.code, "store_busy");
    PQfinish(c);
    OK(open_store(TASKS_MIGRATE_YES, &db));
    tasks_close(db);
    cluster_drop_schema(uri);
}
END_TEST

/* ---- Two versions side by side ---- */

/* What a later program would have left: one more version, from which on `oldest` and newer ones work. */
static void migrate_further(int oldest)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "ALTER TABLE tasks ADD COLUMN later text; CREATE TABLE later (id bigint); "
             "INSERT INTO migrations VALUES (1000, %d, 0)",
             oldest);
    change(sql);
}

START_TEST(the_version_before_goes_on_working)
{
    tasks_db *db, *again;
    tasks_task *task;
    cluster_make_schema(uri);
    OK(open_store(TASKS_MIGRATE_YES, &db));
    OK(add(db, "before"));
    OK(tasks_get(db, 1, &task, &error));
    tasks_task_free(task);
    migrate_further(1);
    OK(add(db, "with statements from before"));
    OK(tasks_get(db, 1, &task, &error));
    ck_assert_str_eq(task->title, "before");
    tasks_task_free(task);
    OK(open_store(TASKS_MIGRATE_NO, &again));
    OK(add(again, "opened after"));
    OK(tasks_get(again, 3, &task, &error));
    tasks_task_free(task);
    OK(tasks_check(again, &error));
    tasks_close(again);
    tasks_close(db);
    cluster_drop_schema(uri);
}
END_TEST

START_TEST(a_version_that_is_too_old_is_refused)
{
    tasks_db *db;
    cluster_make_schema(uri);
    OK(open_store(TASKS_MIGRATE_YES, &db));
    tasks_close(db);
    migrate_further(1000);
    for (int32_t migrate = TASKS_MIGRATE_DEFAULT; migrate <= TASKS_MIGRATE_NO; migrate++) {
        ck_assert_int_eq(open_store(migrate, &db), TASKS_UNSUPPORTED);
        ck_assert_str_eq(error.code, "store_newer");
    }
    cluster_drop_schema(uri);
}
END_TEST

/* A store of the version before, as its program left it, is raised and keeps what it holds. */
START_TEST(the_version_before_is_raised)
{
    tasks_db *db;
    tasks_task *task;
    cluster_make_schema(uri);
    OK(open_store(TASKS_MIGRATE_YES, &db));
    OK(add(db, "old"));
    tasks_close(db);
    change("DROP TABLE tokens, answers; DELETE FROM migrations WHERE version = 2");
    ck_assert_int_eq(open_store(TASKS_MIGRATE_NO, &db), TASKS_UNSUPPORTED);
    ck_assert_str_eq(error.code, "store_old");
    OK(open_store(TASKS_MIGRATE_YES, &db));
    OK(tasks_get(db, 1, &task, &error));
    ck_assert_str_eq(task->title, "old");
    tasks_task_free(task);
    OK(tasks_check(db, &error));
    tasks_close(db);
    cluster_drop_schema(uri);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("migrate");
    TCase *group = tcase_create("migrate");
    cluster_begin();
    tcase_set_timeout(group, 60);
    tcase_add_test(group, six_that_start_at_once_all_succeed);
    tcase_add_test(group, the_owner_leads_every_key);
    tcase_add_test(group, who_does_not_get_the_lock_says_so_in_time);
    tcase_add_test(group, the_version_before_goes_on_working);
    tcase_add_test(group, a_version_that_is_too_old_is_refused);
    tcase_add_test(group, the_version_before_is_raised);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
