/* The key of a task in a file holds the number of its owner and its id: how older stores come to that, and
 * that nobody gets beyond his own numbers. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "files.h"
#include "fixture_sqlite.h"
#include "folder.h"
#include "kit.h"

#define ID_MAX INT64_C(1099511627775)

static char path[512], uri[600];

static void run_sql(const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int64_t number_of(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return number;
}

static tasks_db *open_store(void)
{
    tasks_db *db;
    tasks_options options = kit_options();
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_YES;
    KIT_OK(tasks_open(&options, &db, &kit_error));
    return db;
}

/* ---- From schema 2 ---- */

static void run_file(const char *name)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", SCHEMAS, name);
    files_bytes schema = files_read(whole);
    schema.bytes[schema.length] = 0;
    run_sql((const char *)schema.bytes);
    free(schema.bytes);
}

/* A store of schema 2 with what `more` puts in, under a name of its own. */
static void make_second(const char *name, const char *more)
{
    char own[128];
    snprintf(own, sizeof own, "%d-%s", getpid(), name);
    folder_file(path, sizeof path, own);
    snprintf(uri, sizeof uri, "sqlite:%s", path);
    run_file("0001_tasks.sql");
    run_file("0002_tokens.sql");
    run_sql("INSERT INTO migrations VALUES (1, 1, 0), (2, 1, 0); PRAGMA application_id = 0x7461736b;"
            "PRAGMA user_version = 2; PRAGMA journal_mode = WAL;"
            "INSERT INTO owners VALUES ('', 1, 1, 0), ('bob', 9, 7, 2), ('Ann', 4, 3, 0);"
            "INSERT INTO tasks VALUES ('', 1, 1, 0, 0, NULL, NULL, NULL, NULL, 5, 5, NULL, 'mine', '', ''),"
            "('Ann', 1, 2, 1, 3, 2.5, 100, 4000000000000, 6, 5, 6, 'u', 'Ann''s', 'home red', 'notes'),"
            "('Ann', 3, 4, 0, 0, NULL, NULL, NULL, NULL, 5, 5, NULL, 'Ann''s third', 'red', ''),"
            "('bob', 7, 9, 0, 0, NULL, NULL, NULL, NULL, 5, 5, 'u', 'Bob''s', '', '');"
            "INSERT INTO task_tags VALUES ('Ann', 'home', 1), ('Ann', 'red', 1), ('Ann', 'red', 3);"
            "INSERT INTO tombstones VALUES ('Ann', 3, 2, 'gone', 1799999999999), "
            "('bob', 8, 6, NULL, 1799999999999);"
            "INSERT INTO answers VALUES ('Ann', 'key', 1, 2, 3, '[]');");
    run_sql(more);
}

static void check_titles(tasks_db *db, const tasks_query *query, const char *wanted)
{
    buf found;
    buf_init(&found, 4096);
    tasks_page *page = kit_list(db, query);
    for (uint32_t i = 0; i < tasks_page_count(page); i++)
        buf_print(&found, "%s;", tasks_page_at(page, i)->title);
    tasks_page_free(page);
    ck_assert_str_eq(found.length ? found.bytes : "", wanted);
    buf_done(&found);
}

static void check_changes(tasks_db *db, const char *wanted)
{
    buf found;
    tasks_page *page;
    buf_init(&found, 4096);
    KIT_OK(tasks_changes(db, 0, 100, &page, &kit_error));
    for (uint32_t i = 0; i < tasks_page_count(page); i++) {
        const tasks_task *task = tasks_page_at(page, i);
        buf_print(&found, "%lld:%lld%s ", (long long)task->revision, (long long)task->id,
                  task->deleted ? "-" : "");
    }
    tasks_page_free(page);
    ck_assert_str_eq(found.length ? found.bytes : "", wanted);
    buf_done(&found);
}

static void check_ann(tasks_db *ann)
{
    tasks_query by_tag = TASKS_QUERY_INIT, by_due = TASKS_QUERY_INIT;
    by_tag.tag = "red";
    by_due.sort = TASKS_SORT_DUE_AT;
    by_due.completed = TASKS_ANY;
    by_tag.completed = TASKS_ANY;
    check_titles(ann, &by_tag, "Ann's;Ann's third;");
    check_titles(ann, &by_due, "Ann's;Ann's third;");
    check_changes(ann, "2:1 3:2- 4:3 ");
    tasks_task *task = kit_get(ann, 1);
    ck_assert_str_eq(task->uid, "u");
    ck_assert_str_eq(task->notes, "notes");
    ck_assert_int_eq(task->priority, 3);
    ck_assert_int_eq(task->completed_at_ms, 6);
    ck_assert_uint_eq(task->tag_count, 2);
    tasks_task_free(task);
    ck_assert_int_eq(kit_add(ann, "Ann's fourth"), 4);
}

START_TEST(a_store_of_schema_2_is_brought_up_whole)
{
    make_second("second.db", "");
    tasks_db *db = open_store(), *ann, *bob;
    KIT_OK(tasks_check(db, &kit_error));
    KIT_OK(tasks_as(db, "Ann", &ann, &kit_error));
    KIT_OK(tasks_as(db, "bob", &bob, &kit_error));
    check_titles(db, NULL, "mine;");
    check_titles(bob, NULL, "Bob's;");
    check_changes(bob, "8:6- 9:7 ");
    check_ann(ann);
    KIT_OK(tasks_check(db, &kit_error));
    tasks_close(ann);
    tasks_close(bob);
    tasks_close(db);
}
END_TEST

START_TEST(what_has_no_key_is_not_migrated_and_not_lost)
{
    static const char *const damages[] = {
        "UPDATE tasks SET id = 1099511627776 WHERE owner = 'bob'",
        "UPDATE tasks SET id = 0 WHERE owner = 'bob'",
        "UPDATE tasks SET owner = 'nobody' WHERE owner = 'bob'",
        "UPDATE tombstones SET id = 1099511627776 WHERE owner = 'bob'",
        "UPDATE tombstones SET owner = 'nobody' WHERE owner = 'bob'",
        "UPDATE task_tags SET owner = 'nobody' WHERE tag = 'home'",
        "UPDATE owners SET last_id = 1099511627776 WHERE owner = 'bob'",
    };
    tasks_migration migration;
    tasks_options options = kit_options();
    for (int i = 0; i < KIT_COUNT(damages); i++) {
        char name[32];
        snprintf(name, sizeof name, "damaged-%d.db", i);
        make_second(name, damages[i]);
        options.uri = uri;
        KIT_FAILS(TASKS_CORRUPT, "store_damaged", tasks_migrate(&options, 0, &migration, &kit_error));
        KIT_OK(tasks_migrate(&options, 1, &migration, &kit_error));
        ck_assert_int_eq(migration.from, 2);
        ck_assert_int_eq(number_of("SELECT count(id) FROM tasks"), 4);
        ck_assert_int_eq(number_of("SELECT count(id) FROM task_tags"), 3);
        ck_assert_int_eq(number_of("SELECT count(id) FROM tombstones"), 2);
        ck_assert_int_eq(number_of("SELECT count(*) FROM owners"), 3);
    }
}
END_TEST

/* ---- Limits ---- */

/* Of the first owner such an id would lie with the third one, if it were taken for a part of a key. */
START_TEST(no_id_reaches_another_owner)
{
    const int64_t theirs = INT64_C(2) << 40 | 1;
    tasks_db *ann = kit_view("ann"), *bob = kit_view("bob"), *eve = kit_view("eve");
    tasks_patch patch = kit_titled("changed");
    tasks_task *task;
    kit_add(ann, "Ann's");
    kit_add(bob, "Bob's");
    kit_add(eve, "Eve's");
    tasks_lookup lookups[2] = {TASKS_LOOKUP_INIT, TASKS_LOOKUP_INIT};
    for (int i = 0; i < 2; i++) {
        lookups[i].db = ann;
        lookups[i].id = theirs;
    }
    tasks_get_each((tasks_lookup *[]){&lookups[0], &lookups[1]}, 2);
    ck_assert_int_eq(lookups[0].status, TASKS_NOT_FOUND);
    ck_assert_int_eq(lookups[1].status, TASKS_NOT_FOUND);
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_get(ann, theirs, &task, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_update(ann, theirs, 0, &patch, NULL, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(ann, theirs, 0, NULL, &kit_error));
    check_titles(eve, NULL, "Eve's;");
    tasks_close(ann);
    tasks_close(bob);
    tasks_close(eve);
}
END_TEST

static void use_store_of_test(void)
{
    snprintf(uri, sizeof uri, "%s", kit_uri());
    snprintf(path, sizeof path, "%s", kit_uri() + sizeof "sqlite:" - 1);
}

START_TEST(the_last_id_is_the_last)
{
    tasks_db *bob = kit_view("bob");
    tasks_patch patch = kit_titled("one too many");
    use_store_of_test();
    kit_add(kit_db(), "first");
    kit_add(bob, "Bob's");
    run_sql("UPDATE owners SET last_id = 1099511627774 WHERE owner = ''");
    ck_assert_int_eq(kit_add(kit_db(), "last"), ID_MAX);
    KIT_FAILS(TASKS_FULL, "store_full", tasks_create(kit_db(), &patch, NULL, &kit_error));
    check_titles(kit_db(), NULL, "first;last;");
    ck_assert_int_eq(kit_add(bob, "Bob's second"), 2);
    KIT_OK(tasks_delete(kit_db(), ID_MAX, 0, NULL, &kit_error));
    check_titles(kit_db(), NULL, "first;");
    check_titles(bob, NULL, "Bob's;Bob's second;");
    tasks_close(bob);
}
END_TEST

START_TEST(the_last_owner_is_the_last)
{
    tasks_db *bob = kit_view("bob"), *eve = kit_view("eve"), *ann = kit_view("ann");
    tasks_patch patch = kit_titled("one too many");
    use_store_of_test();
    kit_add(kit_db(), "first");
    run_sql("INSERT INTO owners (owner, number) VALUES ('zoe', 8388606)");
    kit_add(bob, "Bob's");
    KIT_FAILS(TASKS_FULL, "store_full", tasks_create(eve, &patch, NULL, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(ann, 1, 0, NULL, &kit_error));
    ck_assert_int_eq(kit_add(kit_db(), "second"), 2);
    ck_assert_int_eq(kit_add(bob, "Bob's second"), 2);
    check_titles(bob, NULL, "Bob's;Bob's second;");
    check_titles(eve, NULL, "");
    KIT_OK(tasks_check(kit_db(), &kit_error));
    tasks_close(ann);
    tasks_close(bob);
    tasks_close(eve);
}
END_TEST

enum { OWNERS = 8, EACH = 5 };

static void be_new(int number, void *context)
{
    char name[16], title[32];
    (void)context;
    snprintf(name, sizeof name, "owner-%d", number);
    tasks_db *own = kit_view(name);
    for (int i = 0; i < EACH; i++) {
        snprintf(title, sizeof title, "%d", number);
        ck_assert_int_eq(kit_add(own, title), i + 1);
    }
    tasks_close(own);
}

/* New owners of one group are not in the store yet when they get their numbers. */
START_TEST(owners_who_are_new_at_once_have_numbers_of_their_own)
{
    kit_threads(OWNERS, be_new, NULL);
    for (int number = 0; number < OWNERS; number++) {
        char name[16], wanted[32];
        snprintf(name, sizeof name, "owner-%d", number);
        snprintf(wanted, sizeof wanted, "%d;%d;%d;%d;%d;", number, number, number, number, number);
        tasks_db *own = kit_view(name);
        check_titles(own, NULL, wanted);
        tasks_close(own);
    }
    KIT_OK(tasks_check(kit_db(), &kit_error));
}
END_TEST

static TCase *keys(void)
{
    TCase *group = tcase_create("keys");
    tcase_add_test(group, a_store_of_schema_2_is_brought_up_whole);
    tcase_add_test(group, what_has_no_key_is_not_migrated_and_not_lost);
    tcase_add_test(group, no_id_reaches_another_owner);
    tcase_add_test(group, the_last_id_is_the_last);
    tcase_add_test(group, the_last_owner_is_the_last);
    tcase_add_test(group, owners_who_are_new_at_once_have_numbers_of_their_own);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {keys, NULL};
    return kit_run("keys of SQLite", &fixture_sqlite, groups);
}
