#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "program.h"
#include "run.h"

/* ---- where the store is ---- */

static const char *absolute(const char *name)
{
    static char path[PATH_MAX + 64], folder[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", name, getcwd(folder, sizeof folder));
    return path;
}

static int mode_of(const char *path)
{
    struct stat facts;
    ck_assert_msg(stat(path, &facts) == 0, "%s", path);
    return facts.st_mode & 07777;
}

START_TEST(the_default_is_under_xdg_data_home)
{
    program how = {.environment =
                       (const char *const[]){"TASKS_DB", absolute("XDG_DATA_HOME="), "HOME=/nowhere", NULL}};
    result r = RUN_WITH(how, "add", "x");
    program_expect(&r, 0, "Added 1  x\n", "");
    ck_assert_int_eq(mode_of("tasks"), 0700);
    ck_assert_int_eq(mode_of("tasks/tasks.db"), 0600);
}
END_TEST

START_TEST(the_default_is_under_home)
{
    const char *const variables[][4] = {
        {"TASKS_DB", absolute("HOME="), NULL},
        {"TASKS_DB=", absolute("HOME="), "XDG_DATA_HOME=", NULL},
        {"TASKS_DB=", absolute("HOME="), "XDG_DATA_HOME=relative", NULL},
    };
    umask(0);
    for (int i = 0; i < RUN_COUNT(variables); i++) {
        program how = {.environment = variables[i]};
        result r = RUN_WITH(how, "add", "x", "--quiet");
        ck_assert_int_eq(r.code, 0);
        ck_assert_int_eq(r.out[0], '1' + i);
    }
    ck_assert_int_eq(mode_of(".local"), 0700);
    ck_assert_int_eq(mode_of(".local/share"), 0700);
    ck_assert_int_eq(mode_of(".local/share/tasks"), 0700);
    ck_assert_int_eq(mode_of(".local/share/tasks/tasks.db"), 0600);
}
END_TEST

START_TEST(without_a_home_there_is_no_default)
{
    program how = {.environment = (const char *const[]){"TASKS_DB", NULL}};
    result r = RUN_WITH(how, "migrate");
    program_refuses(&r, 2, "set --db, TASKS_DB, XDG_DATA_HOME or HOME");
    r = RUN_WITH(how, "list");
    program_refuses(&r, 2, "set --db, TASKS_DB, XDG_DATA_HOME or HOME");
}
END_TEST

START_TEST(a_file_where_a_folder_should_be_is_named)
{
    program how = {.environment = (const char *const[]){"TASKS_DB", absolute("XDG_DATA_HOME="), NULL}};
    program_write_file("tasks", "x", 1);
    result r = RUN_WITH(how, "list");
    ck_assert_int_ne(r.code, 0);
    ck_assert_ptr_nonnull(strstr(r.err, "/tasks/tasks.db"));
}
END_TEST

START_TEST(a_folder_that_cannot_be_made_is_named)
{
    char variable[] = "XDG_DATA_HOME=/dev/null/data";
    program how = {.environment = (const char *const[]){"TASKS_DB", variable, NULL}};
    result r = RUN_WITH(how, "list");
    program_refuses(&r, 1, "cannot make the folder /dev/null/data: Not a directory");
}
END_TEST

START_TEST(an_option_beats_the_variable)
{
    EXPECT(0, "Added 1  x\n", "", "--db=sqlite:other.db", "add", "x");
    ck_assert_int_eq(access("other.db", F_OK), 0);
    ck_assert_int_ne(access("tasks.db", F_OK), 0);
    EXPECT(0, "1\n", "", "list", "--quiet", "--db", "sqlite:other.db");
    EXPECT(0, "", "", "list", "--quiet", "--db", "sqlite::memory:");
}
END_TEST

START_TEST(bad_uris_are_misuse)
{
    REFUSES(2, "sqlite:PATH", "list", "--db", "tasks.db");
    REFUSES(2, "sqlite:PATH", "list", "--db", "");
    REFUSES(2, "sqlite:PATH", "list", "--db", "mysql://host/db");
    REFUSES(2, "", "list", "--db", "sqlite:");
    REFUSES(3, "no such file or folder", "list", "--db", "sqlite:none/tasks.db");
    program_write_file("file", "x", 1);
    REFUSES(3, "folder", "list", "--db", "sqlite:file/tasks.db");
}
END_TEST

/* ---- stores that are refused ---- */

static void sql(const char *path, const char *text)
{
    sqlite3 *db;
    char *message = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, &message) == SQLITE_OK, "%s", message);
    sqlite3_close(db);
}

/* Every command refuses tasks.db with these words, and leaves every byte as it was. */
static void refused_by_all(int code, const char *words)
{
    static const char *const commands[][4] = {
        {"list"},           {"show", "1"},
        {"add", "x"},       {"edit", "1", "--title=x"},
        {"done", "1"},      {"undone", "1"},
        {"delete", "1"},    {"migrate"},
        {"check"},          {"delete", "--completed", "--yes"},
        {"backup", "b.db"}, {"stats"},
    };
    static const char *const not_made[] = {"b.db", "tasks.db-wal", "tasks.db-shm", "tasks.db-journal"};
    size_t before, after;
    const char *bytes = program_file("tasks.db", &before);
    for (int i = 0; i < RUN_COUNT(commands); i++) {
        result r = program_run(&(program){0}, commands[i]);
        program_refuses(&r, code, words);
        ck_assert_ptr_nonnull(strstr(r.err, "tasks.db"));
        const char *now = program_file("tasks.db", &after);
        ck_assert_uint_eq(before, after);
        ck_assert_mem_eq(bytes, now, before);
    }
    for (int i = 0; i < RUN_COUNT(not_made); i++)
        ck_assert_msg(access(not_made[i], F_OK) != 0, "%s", not_made[i]);
}

START_TEST(refuses_a_file_that_is_no_database)
{
    static const char text[] =
        "Dear diary, today I bought milk. There is more to say, but this is no database at "
        "all, and it should stay as it is for ever and ever.\n";
    program_write_file("tasks.db", text, sizeof text - 1);
    refused_by_all(7, "is not a task store");
}
END_TEST

START_TEST(refuses_the_database_of_another_program)
{
    sql("tasks.db", "CREATE TABLE cookies (id INTEGER); INSERT INTO cookies VALUES (1);");
    refused_by_all(7, "is not a task store");
}
END_TEST

START_TEST(refuses_a_newer_store)
{
    EXPECT(0, NULL, "", "add", "x");
    sql("tasks.db", "INSERT INTO migrations VALUES (4711, 4711, 0); PRAGMA user_version = 4711;");
    refused_by_all(7, "newer");
}
END_TEST

START_TEST(refuses_a_store_that_is_marked_as_newer)
{
    EXPECT(0, NULL, "", "add", "x");
    sql("tasks.db", "PRAGMA user_version = 4711;");
    refused_by_all(7, "newer");
}
END_TEST

START_TEST(refuses_a_store_that_was_cut_short)
{
    EXPECT(0, NULL, "", "add", "x");
    ck_assert_int_eq(truncate("tasks.db", 5000), 0);
    refused_by_all(7, "damaged");
}
END_TEST

START_TEST(refuses_what_is_no_file)
{
    ck_assert_int_eq(mkdir("folder", 0700), 0);
    REFUSES(7, "is not a task store", "list", "--db", "sqlite:folder");
    REFUSES(7, "is not a task store", "list", "--db", "sqlite:/dev/null");
}
END_TEST

/* Damage that opening does not meet. */
static void damage(void)
{
    static const char rubbish[2048] = {1};
    size_t length;
    program_file("tasks.db", &length);
    int fd = open("tasks.db", O_WRONLY | O_CLOEXEC);
    for (off_t at = 4096 * 3; at < (off_t)length; at += 4096)
        ck_assert_int_eq(pwrite(fd, rubbish, sizeof rubbish, at), sizeof rubbish);
    close(fd);
}

START_TEST(check_finds_damage)
{
    EXPECT(0, "The store is sound\n", "", "check");
    EXPECT(0, NULL, "", "add", "x");
    EXPECT(0, "{\"check\":\"ok\"}\n", "", "check", "--json");
    EXPECT(0, "", "", "check", "--quiet");
    damage();
    REFUSES(7, "tasks.db: SQLite: the file is damaged", "check");
    REFUSES(7, "tasks.db: SQLite: the file is damaged", "list");
    result r = RUN("check", "--json");
    program_expect_json_error(&r, 7, "store_damaged");
}
END_TEST

START_TEST(a_store_that_is_held_is_unavailable)
{
    sqlite3 *db;
    EXPECT(0, NULL, "", "add", "x");
    EXPECT(0, NULL, "", "done", "1");
    ck_assert_int_eq(sqlite3_open("tasks.db", &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    REFUSES(6, "", "delete", "--completed", "--yes");
    EXPECT(0, "1\n", "", "list", "--quiet");
    sqlite3_close(db);
    EXPECT(0, "Added 2  y\n", "", "add", "y");
}
END_TEST

/* No file may grow beyond this; as on a disk that fails. */
static void limit_files(rlim_t size)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(the_file_that_cannot_be_written_is_named)
{
    EXPECT(0, NULL, "", "add", "x");
    limit_files(8192);
    REFUSES(6, "tasks.db: SQLite: ", "add", "y");
    limit_files(64 << 10);
    REFUSES(6, "copy.db: SQLite: ", "backup", "copy.db");
    REFUSES(6, "other.db: SQLite: ", "list", "--db=sqlite:other.db");
    limit_files(RLIM_INFINITY);
    EXPECT(0, "1\n", "", "list", "--quiet");
    ck_assert_int_ne(access("copy.db", F_OK), 0);
    EXPECT(0, "The store is sound\n", "", "check");
}
END_TEST

/* ---- migrate, backup, stats, version ---- */

START_TEST(migrates)
{
    result r = RUN("migrate", "--dry-run", "--json");
    json_t *plan = program_json(&r);
    ck_assert_int_eq(json_integer_value(json_object_get(plan, "from")), 0);
    ck_assert_int_ge(json_integer_value(json_object_get(plan, "to")), 1);
    ck_assert_int_ne(access("tasks.db", F_OK), 0);
    r = RUN("migrate");
    program_expect(&r, 0, NULL, "");
    ck_assert_int_eq(strncmp(r.out, "The schema went from version 0 to ", 34), 0);
    r = RUN("migrate");
    ck_assert_int_eq(strncmp(r.out, "The schema is up to date: version ", 34), 0);
    EXPECT(0, "", "", "migrate", "--quiet");
    EXPECT(0, "", "", "list");
}
END_TEST

START_TEST(seeds_an_empty_store_once)
{
    result r = RUN("migrate", "--seed", "--json");
    json_t *said = program_json(&r);
    ck_assert_int_eq(json_integer_value(json_object_get(said, "seeded")), 1);
    EXPECT(0, "1\n5\n2\n", "", "list", "--quiet", "--limit=3", "--sort=due");
    r = RUN("migrate", "--seed");
    program_expect(&r, 0, NULL, "");
    EXPECT(0, "8\n", "", "list", "--quiet", "--sort=-id", "--limit=1");
}
END_TEST

START_TEST(a_dry_run_makes_no_folder)
{
    program how = {.environment = (const char *const[]){"TASKS_DB", absolute("XDG_DATA_HOME="), NULL}};
    result r = RUN_WITH(how, "migrate", "--dry-run");
    ck_assert_int_ne(access("tasks", F_OK), 0);
    program_expect(&r, 0, NULL, "");
}
END_TEST

START_TEST(backs_up)
{
    EXPECT(0, NULL, "", "add", "x");
    EXPECT(0, "Backed up to copy.db\n", "", "backup", "copy.db");
    ck_assert_int_eq(mode_of("copy.db"), 0600);
    EXPECT(0, "1\n", "", "list", "--quiet", "--db=sqlite:copy.db");
    REFUSES(4, "copy.db: it exists", "backup", "copy.db");
    REFUSES(4, "tasks.db: it exists", "backup", "tasks.db");
    EXPECT(0, "{\"backup\":\"a\\nb.db\"}\n", "", "backup", "a\nb.db", "--json");
    EXPECT(0,
           "Backed up to a\xEF\xBF\xBD"
           "c.db\n",
           "", "backup", "a\033c.db");
    EXPECT(0, "{\"backup\":\"a\xEF\xBF\xBD.db\"}\n", "", "backup", "a\xFF.db", "--json");
    EXPECT(0, "", "", "backup", "quiet.db", "--quiet");
    REFUSES(2, "tasksctl backup FILE", "backup");
    result r = RUN("backup", "none/copy.db");
    ck_assert_int_ne(r.code, 0);
    ck_assert_ptr_nonnull(strstr(r.err, "none/copy.db"));
}
END_TEST

START_TEST(copies)
{
    EXPECT(0, NULL, "", "add", "x", "--owner", "ann");
    EXPECT(0, "Would copy 3 of 3 records: tasks 1, owners 1\n", "", "copy", "sqlite:tasks.db", "sqlite:b.db",
           "--dry-run");
    ck_assert_int_ne(access("b.db", F_OK), 0);
    EXPECT(0, "Copied 3 of 3 records: tasks 1, owners 1\n", "", "copy", "sqlite:tasks.db", "sqlite:b.db");
    EXPECT(0, "1\n", "", "list", "--quiet", "--owner", "ann", "--db=sqlite:b.db");
    EXPECT(0, "{\"owners\":1,\"tasks\":1,\"tombstones\":0,\"tokens\":0,\"records\":3,\"copied\":0}\n",
           "{\"done\":6,\"total\":6}\n", "copy", "sqlite:tasks.db", "sqlite:b.db", "--json",
           "--progress=json");
    EXPECT(0, NULL, "", "add", "y", "--db=sqlite:b.db");
    REFUSES(4, "copy into an empty store", "copy", "sqlite:tasks.db", "sqlite:b.db");
    REFUSES(3, "source: there is no store at", "copy", "sqlite:none.db", "sqlite:c.db");
    REFUSES(2, "target: ", "copy", "sqlite:tasks.db", "c.db");
    REFUSES(2, "auto or json", "copy", "sqlite:tasks.db", "sqlite:c.db", "--progress=bar");
    REFUSES(2, "leave --db", "copy", "sqlite:tasks.db", "sqlite:c.db", "--db=sqlite:d.db");
    REFUSES(2, "tasksctl copy FROM TO", "copy", "sqlite:tasks.db");
}
END_TEST

START_TEST(prints_figures)
{
    EXPECT(0, NULL, "", "add", "x");
    EXPECT(0, NULL, "", "add", "y", "--owner", "ann");
    EXPECT(0, NULL, "", "done", "1");
    result r = RUN("stats", "--json");
    json_t *stats = program_json(&r);
    ck_assert_str_eq(json_string_value(json_object_get(stats, "backend")), "sqlite");
    ck_assert_int_eq(json_integer_value(json_object_get(stats, "owners")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(stats, "tasks")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(stats, "completed")), 1);
    ck_assert_int_ge(json_integer_value(json_object_get(stats, "bytes")), 4096);
    r = RUN("stats");
    program_expect(&r, 0, NULL, "");
    ck_assert_ptr_nonnull(strstr(r.out, "Backend                 sqlite\n"));
    ck_assert_ptr_nonnull(strstr(r.out, "Tasks                   2\n"));
}
END_TEST

START_TEST(whole_stores_belong_to_no_owner)
{
    REFUSES(5, "whole store", "stats", "--owner", "ann");
    REFUSES(5, "whole store", "check", "--owner", "ann");
    REFUSES(5, "whole store", "backup", "b.db", "--owner", "ann");
    REFUSES(5, "whole store", "migrate", "--owner", "ann");
    REFUSES(5, "whole store", "copy", "sqlite:tasks.db", "sqlite:b.db", "--owner", "ann");
}
END_TEST

START_TEST(a_store_that_may_not_be_read_is_denied)
{
    EXPECT(0, NULL, "", "add", "x");
    ck_assert_int_eq(chmod("tasks.db", 0), 0);
    if (access("tasks.db", R_OK) == 0)
        return; /* root may read everything */
    REFUSES(5, "tasks.db", "list");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_default_is_under_xdg_data_home,
                                  the_default_is_under_home,
                                  without_a_home_there_is_no_default,
                                  a_file_where_a_folder_should_be_is_named,
                                  a_folder_that_cannot_be_made_is_named,
                                  an_option_beats_the_variable,
                                  bad_uris_are_misuse,
                                  refuses_a_file_that_is_no_database,
                                  refuses_the_database_of_another_program,
                                  refuses_a_newer_store,
                                  refuses_a_store_that_is_marked_as_newer,
                                  refuses_a_store_that_was_cut_short,
                                  refuses_what_is_no_file,
                                  check_finds_damage,
                                  a_store_that_is_held_is_unavailable,
                                  the_file_that_cannot_be_written_is_named,
                                  migrates,
                                  seeds_an_empty_store_once,
                                  a_dry_run_makes_no_folder,
                                  backs_up,
                                  copies,
                                  prints_figures,
                                  whole_stores_belong_to_no_owner,
                                  a_store_that_may_not_be_read_is_denied,
                                  NULL};
    return program_tests("tasksctl and its store", tests);
}
