/* The mark of a file: the same as long as nobody writes, another one for each commit, and none at all once
 * the file is another one. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "fixture_sqlite.h"
#include "folder.h"
#include "kit.h"

static void *store, *connection;

static void open_store(const char *target)
{
    backend_shape shape;
    const backend_config config = {
        .target = target, .pool_size = 2, .timeout_ms = 5000, .tombstone_ms = 1, .migrate = true};
    KIT_OK(backend_sqlite.open(&config, &store, &shape, &kit_error));
    KIT_OK(backend_sqlite.connect(store, 0, &connection, &kit_error));
}

static void close_store(void)
{
    backend_sqlite.disconnect(connection);
    backend_sqlite.close(store);
}

/* The path of the store of the test. */
static const char *target(void)
{
    return strchr(kit_uri(), ':') + 1;
}

static backend_mark mark_now(void)
{
    backend_mark mark;
    ck_assert(backend_sqlite.mark(store, &mark));
    return mark;
}

static bool same(backend_mark a, backend_mark b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

START_TEST(each_commit_makes_another_mark)
{
    open_store(target());
    backend_mark before = mark_now();
    for (int i = 0; i < 20; i++) {
        ck_assert(same(before, mark_now()));
        kit_add(kit_db(), "x");
        backend_mark after = mark_now();
        ck_assert(!same(before, after));
        before = after;
    }
    close_store();
}
END_TEST

START_TEST(reading_and_failing_make_none)
{
    tasks_task *task;
    int64_t id = kit_add(kit_db(), "x");
    open_store(target());
    backend_mark before = mark_now();
    tasks_page_free(kit_list(kit_db(), NULL));
    tasks_task_free(kit_get(kit_db(), id));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(kit_db(), id + 1, 0, &task, &kit_error));
    KIT_FAILS(TASKS_CONFLICT, "revision_mismatch", tasks_delete(kit_db(), id, 7, &task, &kit_error));
    ck_assert(same(before, mark_now()));
    close_store();
}
END_TEST

/* Goes on in a new log, whose pages are counted from the start. */
START_TEST(a_log_that_starts_anew_makes_no_old_mark)
{
    enum { COMMITS = 30 };
    backend_mark seen[COMMITS];
    sqlite3 *db;
    open_store(target());
    ck_assert_int_eq(sqlite3_open(target(), &db), SQLITE_OK);
    for (int i = 0; i < COMMITS; i++) {
        kit_add(kit_db(), "x");
        seen[i] = mark_now();
        for (int before = 0; before < i; before++)
            ck_assert(!same(seen[before], seen[i]));
        ck_assert_int_eq(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
    }
    sqlite3_close(db);
    close_store();
}
END_TEST

/* What somebody does who restores a backup under a server that runs. */
static void replace_file(const char *name)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char from[512], to[512], file[64];
    for (int i = 0; i < KIT_COUNT(ends); i++) {
        snprintf(file, sizeof file, "%s%s", name, ends[i]);
        folder_file(from, sizeof from, file);
        snprintf(file, sizeof file, "away-%s%s", name, ends[i]);
        folder_file(to, sizeof to, file);
        ck_assert_int_eq(rename(from, to), 0);
    }
}

START_TEST(another_file_under_the_name_ends_the_marks)
{
    void *later;
    char path[512], uri[600];
    backend_mark mark;
    tasks_db *other;
    tasks_options options = TASKS_OPTIONS_INIT;
    folder_file(path, sizeof path, "replaced.db");
    snprintf(uri, sizeof uri, "sqlite:%s", path);
    options.uri = uri;
    open_store(path);
    replace_file("replaced.db");
    KIT_OK(tasks_open(&options, &other, &kit_error));
    mark_now(); /* all connections are to the file that it was */
    KIT_OK(backend_sqlite.connect(store, 1, &later, &kit_error));
    ck_assert(!backend_sqlite.mark(store, &mark));
    backend_sqlite.disconnect(later);
    tasks_close(other);
    close_store();
}
END_TEST

START_TEST(memory_has_none)
{
    backend_mark mark;
    open_store(":memory:");
    ck_assert(!backend_sqlite.mark(store, &mark));
    close_store();
}
END_TEST

static TCase *group_mark(void)
{
    TCase *group = tcase_create("mark");
    tcase_add_test(group, each_commit_makes_another_mark);
    tcase_add_test(group, reading_and_failing_make_none);
    tcase_add_test(group, a_log_that_starts_anew_makes_no_old_mark);
    tcase_add_test(group, another_file_under_the_name_ends_the_marks);
    tcase_add_test(group, memory_has_none);
    return group;
}

int main(void)
{
    return kit_run("mark of SQLite", &fixture_sqlite, (const kit_group[]){group_mark, NULL});
}
