/* What each SQLSTATE comes to: a trigger makes a real server say it, once or for ever, while a task is
 * written. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "tasks.h"

enum { FOR_EVER = 1000000 };

static const struct {
    const char *state;
    int times;
    tasks_status status;
    const char *code;
} rows[] = {
    /* What may succeed when it is tried again is, here or on another connection, and the caller sees nothing.
     */
    {"40001", 1, TASKS_OK, ""},
    {"40P01", 1, TASKS_OK, ""},
    {"0A000", 1, TASKS_OK, ""},
    {"26000", 1, TASKS_OK, ""},
    {"25P03", 1, TASKS_OK, ""},
    {"42P05", 1, TASKS_OK, ""},
    {"57P01", 1, TASKS_OK, ""},
    {"57P02", 1, TASKS_OK, ""},
    {"25006", 1, TASKS_OK, ""},
    {"58030", 1, TASKS_OK, ""},
    /* But not for ever. */
    {"40001", FOR_EVER, TASKS_UNAVAILABLE, "store_busy"},
    {"40P01", FOR_EVER, TASKS_UNAVAILABLE, "store_busy"},
    {"0A000", FOR_EVER, TASKS_UNAVAILABLE, "store_busy"},
    {"42P05", FOR_EVER, TASKS_UNAVAILABLE, "store_busy"},
    {"25P03", FOR_EVER, TASKS_UNAVAILABLE, "store_busy"},
    {"57P01", FOR_EVER, TASKS_UNAVAILABLE, "store_away"},
    {"57P03", FOR_EVER, TASKS_UNAVAILABLE, "store_away"},
    {"25006", FOR_EVER, TASKS_READ_ONLY, "store_read_only"},
    {"58030", FOR_EVER, TASKS_UNAVAILABLE, "store_away"},
    /* A pooler says these when its server is gone, perhaps while it committed: it is not done again. */
    {"08P01", 1, TASKS_UNAVAILABLE, "outcome_unknown"},
    {"08006", 1, TASKS_UNAVAILABLE, "outcome_unknown"},
    {"08007", 1, TASKS_UNAVAILABLE, "outcome_unknown"},
    {"40003", 1, TASKS_UNAVAILABLE, "outcome_unknown"},
    /* What would be the same again is told at once. */
    {"57014", FOR_EVER, TASKS_TIMEOUT, "wait_timeout"},
    {"55P03", FOR_EVER, TASKS_UNAVAILABLE, "store_busy"},
    {"53300", FOR_EVER, TASKS_UNAVAILABLE, "store_busy"},
    {"53200", FOR_EVER, TASKS_UNAVAILABLE, "store_busy"},
    {"53100", FOR_EVER, TASKS_FULL, "store_full"},
    {"42501", FOR_EVER, TASKS_DENIED, "store_denied"},
    {"42703", FOR_EVER, TASKS_UNSUPPORTED, "store_foreign"},
    {"23505", FOR_EVER, TASKS_CONFLICT, "uid_taken"},
    {"3F000", FOR_EVER, TASKS_NOT_FOUND, "store_missing"},
    {"28000", FOR_EVER, TASKS_DENIED, "login_refused"},
    {"22021", FOR_EVER, TASKS_INVALID, "text_malformed"},
    {"XX001", FOR_EVER, TASKS_CORRUPT, "store_damaged"},
    {"XX002", FOR_EVER, TASKS_CORRUPT, "store_damaged"},
    {"99999", FOR_EVER, TASKS_INTERNAL, "internal"},
};

enum { ROWS = sizeof rows / sizeof *rows };

static char uri[CLUSTER_URI_SIZE];
static tasks_error error;

static tasks_status open_store(tasks_db **db)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    return tasks_open(&options, db, &error);
}

/* Runs SQL in the schema of the store. */
static void run_there(const char *sql)
{
    char all[1024];
    const char *schema = strstr(uri, "search_path%3D") + sizeof "search_path%3D" - 1;
    snprintf(all, sizeof all, "SET search_path = %s; %s", schema, sql);
    cluster_run(all);
}

static void set_trap(const char *state, int times)
{
    char sql[512];
    snprintf(
        sql, sizeof sql,
        "CREATE SEQUENCE tries; CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF nextval('tries') <= %d THEN RAISE EXCEPTION USING ERRCODE = '%s'; END IF; RETURN NEW; END $$; "
        "CREATE TRIGGER trap BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION trap()",
        times, state);
    run_there(sql);
}

static tasks_status create(tasks_db *db)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE;
    patch.title = "x";
    return tasks_create(db, &patch, NULL, &error);
}

static int64_t count(tasks_db *db)
{
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    ck_assert_int_eq(tasks_stats(db, 1, &figures, &error), TASKS_OK);
    return figures.tasks;
}

START_TEST(a_state_comes_to_what_it_means)
{
    tasks_db *db = NULL;
    cluster_make_schema(uri);
    ck_assert_int_eq(open_store(&db), TASKS_OK);
    set_trap(rows[_i].state, rows[_i].times);
    tasks_status status = create(db);
    ck_assert_msg(status == rows[_i].status, "%s: %s %s", rows[_i].state, tasks_status_name(status),
                  status ? error.message : "");
    if (status) {
        bool known = strcmp(rows[_i].code, "outcome_unknown") != 0;
        ck_assert_str_eq(error.code, rows[_i].code);
        ck_assert_str_eq(error.sqlstate, known ? rows[_i].state : "");
    }
    ck_assert_int_eq(count(db), status == TASKS_OK);
    run_there("DROP TRIGGER trap ON tasks");
    ck_assert_int_eq(create(db), TASKS_OK);
    tasks_close(db);
    cluster_drop_schema(uri);
}
END_TEST

static const struct {
    const char *place, *state;
    tasks_status status;
    const char *code;
} refused[] = {
    {"postgresql://tasks@/none?", "3D000", TASKS_NOT_FOUND, "store_missing"},
    {"postgresql://nobody@/postgres?", "28000", TASKS_UNAVAILABLE, "login_refused"},
};

START_TEST(a_refused_login_comes_to_what_it_means)
{
    tasks_db *db = NULL;
    snprintf(uri, sizeof uri, "%shost=%s&port=%d", refused[_i].place, cluster_socket(), cluster_port());
    ck_assert_int_eq(open_store(&db), refused[_i].status);
    ck_assert_str_eq(error.code, refused[_i].code);
    ck_assert_str_eq(error.sqlstate, refused[_i].state);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("states");
    TCase *group = tcase_create("states");
    cluster_begin();
    tcase_set_timeout(group, 60);
    tcase_add_loop_test(group, a_state_comes_to_what_it_means, 0, ROWS);
    tcase_add_loop_test(group, a_refused_login_comes_to_what_it_means, 0, sizeof refused / sizeof *refused);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
