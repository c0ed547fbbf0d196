/* The handle: what it is opened with, how it is closed, and that nobody has to ask for errors. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture_sqlite.h"
#include "folder.h"
#include "kit.h"

/* ---- Options ---- */

static tasks_options memory_options(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = "sqlite::memory:";
    return options;
}

typedef struct options_case {
    const char *name, *code, *field;
    tasks_status status;
    tasks_options options;
} options_case;

#define OPTIONS(...)                                                                                         \
    {                                                                                                        \
        .struct_size = sizeof(tasks_options), __VA_ARGS__                                                    \
    }
#define MEMORY .uri = "sqlite::memory:"

static const options_case options_cases[] = {
    {"the default", "", "", TASKS_OK, OPTIONS(MEMORY)},
    {"no size", "option_malformed", "", TASKS_INVALID, {MEMORY}},
    {"no URI", "uri_malformed", "uri", TASKS_INVALID, OPTIONS(.uri = NULL)},
    {"an empty URI", "uri_malformed", "uri", TASKS_INVALID, OPTIONS(.uri = "")},
    {"a URI without a scheme", "uri_malformed", "uri", TASKS_INVALID, OPTIONS(.uri = "tasks.db")},
    {"a scheme alone", "uri_malformed", "uri", TASKS_INVALID, OPTIONS(.uri = "sqlite:")},
    {"no scheme", "backend_unknown", "", TASKS_UNSUPPORTED, OPTIONS(.uri = ":x")},
    {"another scheme", "backend_unknown", "", TASKS_UNSUPPORTED, OPTIONS(.uri = "mysql://host/db")},
    {"part of a scheme", "backend_unknown", "", TASKS_UNSUPPORTED, OPTIONS(.uri = "sql:x")},
    {"more than a scheme", "backend_unknown", "", TASKS_UNSUPPORTED, OPTIONS(.uri = "sqlite3:x")},
    {"a scheme in capitals", "backend_unknown", "", TASKS_UNSUPPORTED, OPTIONS(.uri = "SQLITE:x")},
    {"one connection", "", "", TASKS_OK, OPTIONS(MEMORY, .pool_size = 1)},
    {"the most connections", "", "", TASKS_OK, OPTIONS(MEMORY, .pool_size = 64)},
    {"too many connections", "option_malformed", "", TASKS_INVALID, OPTIONS(MEMORY, .pool_size = 65)},
    {"the longest wait", "", "", TASKS_OK, OPTIONS(MEMORY, .timeout_ms = INT32_MAX)},
    {"too long a wait", "option_malformed", "", TASKS_INVALID,
     OPTIONS(MEMORY, .timeout_ms = UINT32_C(1) << 31)},
    {"a migration that is not known", "option_malformed", "", TASKS_INVALID, OPTIONS(MEMORY, .migrate = 3)},
    {"a negative migration", "option_malformed", "", TASKS_INVALID, OPTIONS(MEMORY, .migrate = -1)},
    {"tombstones for ever", "", "", TASKS_OK, OPTIONS(MEMORY, .tombstone_ms = INT64_MAX)},
    {"tombstones for less than no time", "option_malformed", "", TASKS_INVALID,
     OPTIONS(MEMORY, .tombstone_ms = -1)},
    {"a secret that nobody asks for", "option_malformed", "password_ref", TASKS_INVALID,
     OPTIONS(MEMORY, .password_ref = "env:X")},
};

START_TEST(options_keep_every_rule)
{
    for (int i = 0; i < KIT_COUNT(options_cases); i++) {
        const options_case *c = &options_cases[i];
        tasks_db *db = (tasks_db *)&kit_error; /* must be set */
        memset(&kit_error, 0, sizeof kit_error);
        tasks_status status = tasks_open(&c->options, &db, &kit_error);
        ck_assert_msg(status == c->status, "%s: %s", c->name, tasks_status_name(status));
        ck_assert_msg(!strcmp(kit_error.code, c->code), "%s: %s", c->name, kit_error.code);
        ck_assert_msg(!strcmp(kit_error.field, c->field), "%s: %s", c->name, kit_error.field);
        ck_assert_msg(!status == !!db, "%s", c->name);
        tasks_close(db);
        ck_assert_int_eq(tasks_open(&c->options, &db, NULL), c->status);
        tasks_close(db);
    }
}
END_TEST

/* A migration has no pool, but is told what it is given all the same. */
START_TEST(migrations_keep_the_rules_of_options)
{
    for (int i = 0; i < KIT_COUNT(options_cases); i++) {
        const options_case *c = &options_cases[i];
        tasks_migration migration = {7, 7};
        tasks_status status = tasks_migrate(&c->options, 1, &migration, &kit_error);
        ck_assert_msg(status == c->status, "%s: %s", c->name, tasks_status_name(status));
        if (status)
            ck_assert(migration.from == 0 && migration.to == 0);
    }
}
END_TEST

START_TEST(options_tell_their_size)
{
    struct {
        tasks_options known;
        void *new_member;
    } newer = {.known = memory_options()};
    tasks_db *db;
    newer.known.struct_size = sizeof newer;
    KIT_OK(tasks_open(&newer.known, &db, &kit_error));
    tasks_close(db);
    newer.new_member = &newer;
    KIT_FAILS(TASKS_INVALID, "option_malformed", tasks_open(&newer.known, &db, &kit_error));
    newer.known.struct_size = offsetof(tasks_options, now_ms); /* from before there was a clock */
    newer.known.now_ms = (int64_t(*)(void *))(uintptr_t)1;
    KIT_OK(tasks_open(&newer.known, &db, &kit_error));
    kit_add(db, "x");
    tasks_close(db);
    KIT_FAILS(TASKS_INVALID, "option_malformed", tasks_open(NULL, &db, &kit_error));
    ck_assert_ptr_null(db);
}
END_TEST

START_TEST(figures_tell_their_size)
{
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    figures.struct_size = offsetof(tasks_statistics, batches);
    figures.batches = figures.bytes = 12345;
    KIT_OK(tasks_stats(kit_db(), 1, &figures, &kit_error));
    ck_assert_uint_eq(figures.struct_size, offsetof(tasks_statistics, batches));
    ck_assert_str_eq(figures.backend, "sqlite");
    ck_assert_int_eq(figures.batches, 12345); /* beyond what the caller has */
    ck_assert_int_eq(figures.bytes, 12345);
    figures.struct_size = 0;
    KIT_FAILS(TASKS_INVALID, "option_malformed", tasks_stats(kit_db(), 0, &figures, &kit_error));
    KIT_FAILS(TASKS_INVALID, "option_malformed", tasks_stats(kit_db(), 0, NULL, &kit_error));
}
END_TEST

START_TEST(queries_tell_their_size)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_page *page;
    int64_t deleted = 5;
    query.struct_size = offsetof(tasks_query, tag); /* an older program: no filters */
    query.tag = query.text = (const char *)1;
    kit_add(kit_db(), "x");
    page = kit_list(kit_db(), &query);
    ck_assert_uint_eq(tasks_page_count(page), 1);
    tasks_page_free(page);
    query.struct_size = 0;
    KIT_FAILS(TASKS_INVALID, "option_malformed", tasks_list(kit_db(), &query, &page, &kit_error));
    ck_assert_ptr_null(page);
    KIT_FAILS(TASKS_INVALID, "option_malformed", tasks_clear(kit_db(), &query, &deleted, &kit_error));
    ck_assert_int_eq(deleted, 0);
}
END_TEST

/* ---- The clock ---- */

static int64_t given_time(void *context)
{
    return *(int64_t *)context;
}

START_TEST(the_clock_is_the_callers)
{
    tasks_options options = memory_options();
    int64_t now = -5;
    tasks_db *db;
    options.now_ms = given_time;
    options.now_context = &now;
    KIT_OK(tasks_open(&options, &db, &kit_error));
    int64_t id = kit_add(db, "x");
    now = 77;
    tasks_patch patch = kit_titled("y");
    tasks_task *task = kit_update(db, id, &patch);
    ck_assert_int_eq(task->created_at_ms, -5);
    ck_assert_int_eq(task->updated_at_ms, 77);
    tasks_task_free(task);
    tasks_close(db);
}
END_TEST

START_TEST(without_a_clock_it_is_the_systems)
{
    tasks_options options = memory_options();
    tasks_db *db;
    struct timespec before, after;
    clock_gettime(CLOCK_REALTIME, &before);
    KIT_OK(tasks_open(&options, &db, &kit_error));
    tasks_patch patch = kit_titled("x");
    tasks_task *task = kit_create(db, &patch);
    clock_gettime(CLOCK_REALTIME, &after);
    ck_assert_int_ge(task->created_at_ms / 1000, before.tv_sec);
    ck_assert_int_le(task->created_at_ms / 1000, after.tv_sec);
    tasks_task_free(task);
    tasks_close(db);
}
END_TEST

START_TEST(tombstones_are_kept_as_long_as_told)
{
    tasks_options options = memory_options();
    int64_t now = 1000;
    tasks_db *db;
    tasks_page *page;
    options.now_ms = given_time;
    options.now_context = &now;
    options.tombstone_ms = 100;
    KIT_OK(tasks_open(&options, &db, &kit_error));
    KIT_OK(tasks_delete(db, kit_add(db, "x"), 0, NULL, &kit_error));
    now += 99;
    KIT_OK(tasks_sweep(db, NULL, &kit_error));
    KIT_OK(tasks_changes(db, 1, 0, &page, &kit_error));
    tasks_page_free(page);
    now += 2;
    KIT_OK(tasks_sweep(db, NULL, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "changes_purged", tasks_changes(db, 1, 0, &page, &kit_error));
    tasks_close(db);
}
END_TEST

/* ---- Closing ---- */

enum { HANDLES = 4 };

/* The handle of tasks_open() and three views are closed in every order; the last one still works. */
static void close_in_order(const int order[HANDLES])
{
    tasks_options options = memory_options();
    tasks_db *handles[HANDLES];
    KIT_OK(tasks_open(&options, &handles[0], &kit_error));
    for (int i = 1; i < HANDLES; i++)
        KIT_OK(tasks_as(handles[0], i == 1 ? "" : "ann", &handles[i], &kit_error));
    for (int i = 0; i < HANDLES; i++) {
        for (int k = i; k < HANDLES; k++)
            kit_add(handles[order[k]], "x");
        tasks_close(handles[order[i]]);
    }
}

START_TEST(handles_close_in_any_order)
{
    for (int n = 0; n < 256; n++) {
        const int order[HANDLES] = {n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6};
        int seen = 0;
        for (int i = 0; i < HANDLES; i++)
            seen |= 1 << order[i];
        if (seen == (1 << HANDLES) - 1)
            close_in_order(order);
    }
    tasks_close(NULL);
}
END_TEST

static void *use_and_close(void *view)
{
    kit_add(view, "x");
    tasks_close(view);
    return NULL;
}

START_TEST(views_close_in_threads_of_their_own)
{
    tasks_options options = memory_options();
    tasks_db *db;
    pthread_t threads[8];
    KIT_OK(tasks_open(&options, &db, &kit_error));
    for (int i = 0; i < KIT_COUNT(threads); i++) {
        tasks_db *view;
        KIT_OK(tasks_as(db, "ann", &view, &kit_error));
        ck_assert_int_eq(pthread_create(&threads[i], NULL, use_and_close, view), 0);
    }
    tasks_close(db);
    for (int i = 0; i < KIT_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
}
END_TEST

/* ---- Without an error to fill, and with nothing to free ---- */

/* Every call that can fail, where it works and where it does not. */
START_TEST(nobody_has_to_ask_for_errors)
{
    char path[600];
    tasks_db *db = kit_db(), *view;
    tasks_options options = kit_options(), wrong = TASKS_OPTIONS_INIT;
    tasks_patch patch = kit_titled("x"), bad = TASKS_PATCH_INIT;
    tasks_op op = {.kind = TASKS_CREATE, .patch = &patch}, bad_op = {.kind = 9};
    tasks_query bad_query = TASKS_QUERY_INIT;
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    tasks_migration migration;
    tasks_task *task;
    tasks_page *page;
    tasks_owners *owners;
    tasks_token *token;
    int64_t number, other;
    char text[TASKS_TOKEN_SIZE];
    bad_query.completed = 9;
    folder_file(path, sizeof path, "quiet.db");

    ck_assert_int_eq(tasks_create(db, &patch, &task, NULL), TASKS_OK);
    tasks_task_free(task);
    ck_assert_int_eq(tasks_create(db, &bad, &task, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_get(db, 1, &task, NULL), TASKS_OK);
    tasks_task_free(task);
    ck_assert_int_eq(tasks_get(db, 9, &task, NULL), TASKS_NOT_FOUND);
    ck_assert_int_eq(tasks_get(db, 0, &task, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_update(db, 1, 0, &patch, &task, NULL), TASKS_OK);
    tasks_task_free(task);
    ck_assert_int_eq(tasks_update(db, 1, 9, &patch, &task, NULL), TASKS_CONFLICT);
    ck_assert_int_eq(tasks_delete(db, 9, 0, &task, NULL), TASKS_NOT_FOUND);
    ck_assert_int_eq(tasks_delete(db, 1, 0, NULL, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_list(db, NULL, &page, NULL), TASKS_OK);
    tasks_page_free(page);
    ck_assert_int_eq(tasks_list(db, &bad_query, &page, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_changes(db, 0, 0, &page, NULL), TASKS_OK);
    tasks_page_free(page);
    ck_assert_int_eq(tasks_changes(db, -1, 0, &page, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_changes(db, 999, 0, &page, NULL), TASKS_NOT_FOUND);
    ck_assert_int_eq(tasks_revision(db, &number, &other, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_wait(db, 0, 10, &number, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_watch(db, &number, 10, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_apply(db, &op, 1, NULL, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_apply(db, &bad_op, 1, NULL, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_apply(db, NULL, 0, NULL, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_apply_once(db, "key", &op, 1, NULL, NULL, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_apply_once(db, "", &op, 1, NULL, NULL, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_clear(db, NULL, NULL, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_clear(db, &bad_query, NULL, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_sweep(db, NULL, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_owners_list(db, NULL, 0, &owners, NULL), TASKS_OK);
    tasks_owners_free(owners);
    ck_assert_int_eq(tasks_owners_list(db, NULL, 1001, &owners, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_token_create(db, "ann", 0, TASKS_NO_TIME, text, &number, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_token_create(db, "\n", 0, TASKS_NO_TIME, text, &number, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_token_find(db, "x", &token, NULL), TASKS_DENIED);
    ck_assert_int_eq(tasks_token_next(db, 99, &token, NULL), TASKS_NOT_FOUND);
    ck_assert_int_eq(tasks_token_revoke(db, 99, NULL), TASKS_NOT_FOUND);
    ck_assert_int_eq(tasks_ping(db, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_check(db, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_stats(db, 1, &figures, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_stats(db, 1, NULL, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_backup(db, path, NULL, NULL, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_backup(db, path, NULL, NULL, NULL), TASKS_CONFLICT);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(tasks_backup(db, NULL, NULL, NULL, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_migrate(&options, 0, &migration, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_migrate(&wrong, 0, &migration, NULL), TASKS_INVALID);
    ck_assert_int_eq(tasks_as(db, "ann", &view, NULL), TASKS_OK);
    ck_assert_int_eq(tasks_check(view, NULL), TASKS_DENIED);
    ck_assert_int_eq(tasks_as(view, "bob", &db, NULL), TASKS_DENIED);
    tasks_close(view);
}
END_TEST

START_TEST(freeing_nothing_does_nothing)
{
    tasks_task_free(NULL);
    tasks_page_free(NULL);
    tasks_text_free(NULL);
    tasks_patches_free(NULL);
    tasks_owners_free(NULL);
    tasks_token_free(NULL);
    tasks_close(NULL);
}
END_TEST

/* A failure fills all of the error, a success leaves it alone. */
START_TEST(an_error_is_filled_whole_or_left_alone)
{
    static const unsigned char none[sizeof kit_error.reserved];
    tasks_error before, after;
    tasks_task *task;
    tasks_op ops[2] = {{.kind = TASKS_DELETE, .id = 5}, {.kind = TASKS_DELETE, .id = 6}};
    memset(&before, 0xA5, sizeof before);
    after = before;
    ck_assert_int_eq(tasks_ping(kit_db(), &after), TASKS_OK);
    ck_assert_mem_eq(&before, &after, sizeof before);
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(kit_db(), 5, 0, &task, &kit_error));
    ck_assert_int_eq(kit_error.op_index, -1);
    ck_assert_int_eq(kit_error.backend_code, 0);
    ck_assert_str_eq(kit_error.sqlstate, "");
    ck_assert_str_eq(kit_error.field, "");
    ck_assert_mem_eq(kit_error.reserved, none, sizeof none);
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_apply(kit_db(), ops, 2, NULL, &kit_error));
    ck_assert_int_eq(kit_error.op_index, 0);
    ck_assert_mem_eq(kit_error.reserved, none, sizeof none);
}
END_TEST

static TCase *handles(void)
{
    TCase *group = tcase_create("handles");
    tcase_add_test(group, options_keep_every_rule);
    tcase_add_test(group, migrations_keep_the_rules_of_options);
    tcase_add_test(group, options_tell_their_size);
    tcase_add_test(group, figures_tell_their_size);
    tcase_add_test(group, queries_tell_their_size);
    tcase_add_test(group, the_clock_is_the_callers);
    tcase_add_test(group, without_a_clock_it_is_the_systems);
    tcase_add_test(group, tombstones_are_kept_as_long_as_told);
    tcase_add_test(group, handles_close_in_any_order);
    tcase_add_test(group, views_close_in_threads_of_their_own);
    tcase_add_test(group, nobody_has_to_ask_for_errors);
    tcase_add_test(group, freeing_nothing_does_nothing);
    tcase_add_test(group, an_error_is_filled_whole_or_left_alone);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {handles, NULL};
    return kit_run("handles", &fixture_sqlite, groups);
}
