/* The log of a file: it goes back into the file while others write, and does not grow for ever. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture_sqlite.h"
#include "kit.h"

enum {
    PAGE = 4096,
    BATCH = 50,      /* tasks, of a page each */
    LOG_MAX = 10000, /* pages: what the library calls too many, and the transactions on top of it */
};

static const char *target(void)
{
    return strchr(kit_uri(), ':') + 1;
}

static long pages_of_log(void)
{
    char path[512];
    struct stat found;
    snprintf(path, sizeof path, "%s-wal", target());
    ck_assert_int_eq(stat(path, &found), 0);
    return found.st_size / PAGE;
}

static int count_of(sqlite3 *db)
{
    sqlite3_stmt *s;
    ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT count(*) FROM tasks", -1, &s, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
    int count = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return count;
}

/* As if there were no log. */
static int count_in_file(void)
{
    char uri[600];
    sqlite3 *db;
    snprintf(uri, sizeof uri, "file:%s?immutable=1", target());
    ck_assert_int_eq(sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL), SQLITE_OK);
    int count = count_of(db);
    sqlite3_close(db);
    return count;
}

static void add_batch(tasks_db *db)
{
    static char notes[PAGE];
    tasks_error error;
    tasks_op ops[BATCH];
    tasks_patch patch = kit_titled("x");
    memset(notes, 'n', PAGE - 600);
    patch.set |= TASKS_SET_NOTES;
    patch.notes = notes;
    for (int i = 0; i < BATCH; i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    ck_assert_int_eq(tasks_apply(db, ops, BATCH, NULL, &error), TASKS_OK);
}

START_TEST(what_is_committed_gets_into_the_file)
{
    enum { BATCHES = 40 };
    for (int i = 0; i < BATCHES; i++)
        add_batch(kit_db());
    ck_assert_int_gt(count_in_file(), BATCHES * BATCH / 2);
    ck_assert_int_lt(pages_of_log(), BATCHES * BATCH);
}
END_TEST

static void write_much(int number, void *longest)
{
    long pages = 0, most = 0;
    for (int i = 0; i < 80; i++) {
        add_batch(kit_db());
        most = (pages = pages_of_log()) > most ? pages : most;
    }
    ((long *)longest)[number] = most;
}

START_TEST(many_writers_do_not_let_it_grow)
{
    enum { WRITERS = 4 };
    long longest[WRITERS];
    kit_threads(WRITERS, write_much, longest);
    for (int i = 0; i < WRITERS; i++)
        ck_assert_int_lt(longest[i], LOG_MAX);
}
END_TEST

static void get_several(tasks_db *db)
{
    tasks_lookup first = TASKS_LOOKUP_INIT, second = TASKS_LOOKUP_INIT;
    first.db = second.db = db;
    first.id = 1;
    second.id = 999999;
    tasks_get_each((tasks_lookup *[]){&first, &second}, 2);
    ck_assert_int_eq(first.status, TASKS_OK);
    ck_assert_int_eq(second.status, TASKS_NOT_FOUND);
    tasks_task_free(first.task);
}

START_TEST(who_has_read_several_holds_nothing)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(target(), &db), SQLITE_OK);
    for (int i = 0; i < 20; i++) {
        add_batch(kit_db());
        get_several(kit_db());
        ck_assert_int_eq(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
        ck_assert_int_eq(count_in_file(), (i + 1) * BATCH);
        ck_assert_int_eq(pages_of_log(), 0);
    }
    sqlite3_close(db);
}
END_TEST

static void write_or_read_much(int number, void *longest)
{
    if (number % 2 == 0)
        write_much(number, longest);
    else
        for (int i = 0; i < 20000; i++)
            get_several(kit_db());
}

START_TEST(many_readers_of_several_do_not_let_it_grow)
{
    enum { THREADS = 4 };
    long longest[THREADS] = {0};
    add_batch(kit_db());
    kit_threads(THREADS, write_or_read_much, longest);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_lt(longest[i], LOG_MAX);
}
END_TEST

/* Its log may not begin anew while somebody reads what it was. */
START_TEST(a_reader_that_stays_sees_the_same_and_stops_nobody)
{
    sqlite3 *db;
    add_batch(kit_db());
    ck_assert_int_eq(sqlite3_open(target(), &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(count_of(db), BATCH);
    for (int i = 0; i < 200; i++)
        add_batch(kit_db());
    ck_assert_int_eq(count_of(db), BATCH);
    ck_assert_int_gt(pages_of_log(), LOG_MAX);
    ck_assert_int_le(count_in_file(), 2 * BATCH);
    ck_assert_int_eq(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    for (int i = 0; i < 10; i++)
        add_batch(kit_db());
    ck_assert_int_ge(count_in_file(), 201 * BATCH);
}
END_TEST

/* One that cannot be had for a copy is tried again by the next commit. */
START_TEST(somebody_else_who_copies_stops_nobody)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(target(), &db), SQLITE_OK);
    for (int i = 0; i < 20; i++) {
        add_batch(kit_db());
        ck_assert_int_eq(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
        ck_assert_int_eq(count_in_file(), (i + 1) * BATCH);
    }
    sqlite3_close(db);
}
END_TEST

static TCase *group_log(void)
{
    TCase *group = tcase_create("log");
    tcase_set_timeout(group, 60);
    tcase_add_test(group, what_is_committed_gets_into_the_file);
    tcase_add_test(group, many_writers_do_not_let_it_grow);
    tcase_add_test(group, who_has_read_several_holds_nothing);
    tcase_add_test(group, many_readers_of_several_do_not_let_it_grow);
    tcase_add_test(group, a_reader_that_stays_sees_the_same_and_stops_nobody);
    tcase_add_test(group, somebody_else_who_copies_stops_nobody);
    return group;
}

int main(void)
{
    return kit_run("log of SQLite", &fixture_sqlite, (const kit_group[]){group_log, NULL});
}
