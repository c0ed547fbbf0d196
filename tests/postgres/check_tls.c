/* sslmode=verify-full: nobody but the server that is meant, as an authority of our own vouches for it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "tasks.h"

static const struct {
    const char *name, *mode, *authority;
    tasks_status status;
    const char *code, *says;
} rows[] = {
    {"db.test", "verify-full", "authority", TASKS_OK, "", ""},
    {"other.test", "verify-full", "authority", TASKS_UNAVAILABLE, "store_away", "does not match host name"},
    {"127.0.0.1", "verify-full", "authority", TASKS_UNAVAILABLE, "store_away", "does not match host name"},
    {"db.test", "verify-full", "foreign", TASKS_UNAVAILABLE, "store_away", "certificate verify failed"},
    {"db.test", "verify-full", "none", TASKS_UNAVAILABLE, "store_away", "none.pem"},
    {"db.test", "disable", "authority", TASKS_UNAVAILABLE, "login_refused", "28000"},
};

START_TEST(only_the_server_that_is_meant_is_talked_to)
{
    char schema[CLUSTER_URI_SIZE], uri[2 * CLUSTER_URI_SIZE];
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_error error;
    tasks_db *db = NULL;
    cluster_make_schema(schema);
    snprintf(uri, sizeof uri,
             "postgresql://tasks@%s:%d/postgres?hostaddr=127.0.0.1&sslmode=%s&sslrootcert=%s/%s.pem&%s",
             rows[_i].name, cluster_port(), rows[_i].mode, cluster_folder(), rows[_i].authority,
             strstr(schema, "options="));
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    tasks_status status = tasks_open(&options, &db, &error);
    ck_assert_msg(status == rows[_i].status, "%s", status ? error.message : "it opened");
    if (status) {
        ck_assert_str_eq(error.code, rows[_i].code);
        ck_assert_msg(strstr(error.message, rows[_i].says) != NULL, "%s", error.message);
    } else {
        ck_assert_int_eq(tasks_ping(db, &error), TASKS_OK);
    }
    tasks_close(db);
    cluster_drop_schema(schema);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tls");
    TCase *group = tcase_create("tls");
    cluster_begin();
    tcase_set_timeout(group, 60);
    tcase_add_loop_test(group, only_the_server_that_is_meant_is_talked_to, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
