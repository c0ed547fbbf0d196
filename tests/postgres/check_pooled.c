/* The connections of a store: how many, whether they are well, how old they become. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "cluster.h"
#include "db.h"
#include "postgres.h"

enum { POOL = 3, ROUNDS = 20 };

static char uri[CLUSTER_URI_SIZE];
static tasks_error error;
static tasks_db *db;

#define OK(call) ck_assert_msg(!(call), "%s: %s", #call, error.message)

static void begin(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    cluster_make_schema(uri);
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    options.pool_size = POOL;
    OK(tasks_open(&options, &db, &error));
}

static void end(void)
{
    tasks_close(db);
    cluster_drop_schema(uri);
}

static void use(void)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    tasks_page *page;
    patch.set = TASKS_SET_TITLE;
    patch.title = "x";
    OK(tasks_create(db, &patch, NULL, &error));
    OK(tasks_list(db, NULL, &page, &error));
    tasks_page_free(page);
}

static tasks_statistics figures(void)
{
    tasks_statistics now = TASKS_STATISTICS_INIT;
    OK(tasks_stats(db, 0, &now, &error));
    return now;
}

/* Makes the connections do something; returns how many there were. */
static int each(void (*change)(postgres_connection *))
{
    pool *p = &db->store->connections;
    int count = 0;
    for (uint32_t i = 0; i < p->slot_count; i++)
        if (p->slots[i].connection) {
            change(p->slots[i].connection);
            count++;
        }
    return count;
}

static void grow_old(postgres_connection *c)
{
    c->retire_ms = 0;
}

START_TEST(an_old_connection_is_replaced)
{
    begin();
    use();
    tasks_statistics before = figures();
    ck_assert_int_gt(each(grow_old), 0);
    use();
    tasks_statistics after = figures();
    ck_assert_int_gt(after.closed, before.closed);
    ck_assert_int_gt(after.opened, before.opened);
    ck_assert_int_eq(after.opened - after.closed, after.idle + after.in_use);
    ck_assert_int_eq(after.errors, 0);
    end();
}
END_TEST

static void be_ended(postgres_connection *c)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 10000)", PQbackendPID(c->pg));
    cluster_run(sql);
}

/* What the server ended meanwhile is found before it is used: the call does not notice. */
START_TEST(a_connection_that_died_idle_is_replaced)
{
    begin();
    use();
    ck_assert_int_gt(each(be_ended), 0);
    use();
    ck_assert_int_gt(figures().closed, 0);
    ck_assert_int_gt(figures().errors, 0);
    end();
}
END_TEST

START_TEST(there_are_never_more_than_were_asked_for)
{
    begin();
    for (int i = 0; i < ROUNDS; i++)
        use();
    tasks_statistics now = figures();
    ck_assert_uint_eq(now.pool_size, POOL);
    ck_assert_int_le(now.opened, POOL);
    ck_assert_int_eq(now.closed, 0);
    ck_assert_int_eq(now.errors, 0);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pooled connections");
    TCase *group = tcase_create("pooled connections");
    cluster_begin();
    tcase_set_timeout(group, 60);
    tcase_add_test(group, an_old_connection_is_replaced);
    tcase_add_test(group, a_connection_that_died_idle_is_replaced);
    tcase_add_test(group, there_are_never_more_than_were_asked_for);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
