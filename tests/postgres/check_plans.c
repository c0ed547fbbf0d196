/* Statements are planned once, maybe for an empty table that holds many tasks a moment later. Whatever names
 * tasks must look them up by their keys from the beginning: what the indexes had to give tells whether it
 * did. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster.h"
#include "tasks.h"

/* A statement that reads all there is comes to twice as much in the rounds. */
enum { BATCHES = 5, BATCH = 1000, ROUNDS = 20, READ_MOST = BATCHES * BATCH * ROUNDS / 2 };

static char uri[CLUSTER_URI_SIZE];
static tasks_error error;
static tasks_db *db;

static void begin(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    cluster_make_schema(uri);
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    options.pool_size = 1;
    ck_assert_msg(!tasks_open(&options, &db, &error), "%s", error.message);
}

static tasks_patch patch_of(const char *uid, const char *title)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE | (uid ? TASKS_SET_UID : 0);
    patch.title = title;
    patch.uid = uid;
    return patch;
}

/* Returns the revision that it made. */
static int64_t create_with_key(const char *key, const char *uid)
{
    const tasks_patch patch = patch_of(uid, "one");
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_page *page;
    int32_t replayed;
    ck_assert_msg(!tasks_apply_once(db, key, &op, 1, &page, &replayed, &error), "%s", error.message);
    int64_t revision = tasks_page_revision(page);
    tasks_page_free(page);
    return revision;
}

static void list(int32_t sort, int32_t completed, const char *tag)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_page *page;
    query.limit = 2;
    query.sort = sort;
    query.completed = completed;
    query.tag = tag;
    ck_assert_msg(!tasks_list(db, &query, &page, &error), "%s", error.message);
    tasks_page_free(page);
}

/* Pages of every order, and the last change. */
static void look(int64_t since)
{
    tasks_page *page;
    for (int32_t sort = TASKS_SORT_ID; sort <= TASKS_SORT_UPDATED; sort++) {
        list(sort, TASKS_ANY, NULL);
        list(sort, TASKS_OPEN, NULL);
        list(sort, TASKS_ANY, "none");
    }
    ck_assert_msg(!tasks_changes(db, since, 2, &page, &error), "%s", error.message);
    tasks_page_free(page);
}

/* Every statement that names tasks or answers, then the lists. */
static void use(int64_t id, tasks_status expected)
{
    char text[32];
    tasks_task *task;
    const tasks_patch patch = patch_of(NULL, "other"),
                      no_uid = {.struct_size = sizeof no_uid, .set = TASKS_SET_UID};
    snprintf(text, sizeof text, "use-%lld", (long long)id);
    ck_assert_int_eq(tasks_get(db, id, &task, &error), expected);
    tasks_task_free(task);
    ck_assert_int_eq(tasks_update(db, id, 0, &patch, NULL, &error), expected);
    ck_assert_int_eq(tasks_update(db, id, 0, &no_uid, NULL, &error), expected);
    ck_assert_int_eq(tasks_delete(db, id, 0, NULL, &error), expected);
    look(create_with_key(text, text) - 1);
}

static void fill(void)
{
    static tasks_patch patches[BATCH];
    static tasks_op ops[BATCH];
    static char uids[BATCH][32];
    for (int i = 0; i < BATCHES; i++) {
        for (int j = 0; j < BATCH; j++) {
            snprintf(uids[j], sizeof uids[j], "fill-%d-%d", i, j);
            patches[j] = patch_of(uids[j], "one of many");
            ops[j] = (tasks_op){.kind = TASKS_CREATE, .patch = &patches[j]};
        }
        ck_assert_msg(!tasks_apply(db, ops, BATCH, NULL, &error), "%s", error.message);
    }
}

static int64_t ask(const char *sql)
{
    char value[32];
    cluster_ask(sql, value, sizeof value);
    return strtoll(value, NULL, 10);
}

/* A session tells what it has read before it is gone. */
static void close_and_wait(void)
{
    tasks_close(db);
    while (ask("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
               "AND pid <> pg_backend_pid()"))
        usleep(10000);
}

START_TEST(a_plan_for_an_empty_table_is_good_for_a_full_one)
{
    begin();
    use(1000000, TASKS_NOT_FOUND);
    fill();
    for (int64_t i = 1; i <= ROUNDS; i++)
        use(100 * i, TASKS_OK);
    close_and_wait();
    ck_assert_int_gt(ask("SELECT sum(idx_tup_read) FROM pg_stat_user_indexes"), 0);
    ck_assert_int_le(ask("SELECT sum(idx_tup_read) FROM pg_stat_user_indexes"), READ_MOST);
    cluster_drop_schema(uri);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plans");
    TCase *group = tcase_create("plans");
    cluster_begin();
    tcase_set_timeout(group, 60);
    tcase_add_test(group, a_plan_for_an_empty_table_is_good_for_a_full_one);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
