/* Files that are no store of ours, or not any more: refused by name and reason, and left as they are. */
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "files.h"
#include "fixture_sqlite.h"
#include "folder.h"
#include "kit.h"

static char path[512], uri[600];

/* The path of a file that each test has for itself. */
static void name_file(const char *name)
{
    char own[128];
    snprintf(own, sizeof own, "%d-%s", getpid(), name);
    folder_file(path, sizeof path, own);
    snprintf(uri, sizeof uri, "sqlite:%s", path);
}

static tasks_status try_open(int32_t migrate, tasks_db **db)
{
    tasks_options options = kit_options();
    options.uri = uri;
    options.migrate = migrate;
    options.timeout_ms = 500;
    *db = (tasks_db *)&options; /* must be set */
    return tasks_open(&options, db, &kit_error);
}

static void fill(tasks_db *db)
{
    static const char *const tags[] = {"red", "blue"};
    for (int i = 0; i < 40; i++) {
        tasks_patch patch = kit_titled("a task like many others");
        patch.set |= TASKS_SET_TAGS | TASKS_SET_NOTES;
        patch.notes = "with some notes, so that it takes a bit of room in the file";
        patch.tags = tags;
        patch.tag_count = 1 + i % 2;
        tasks_task_free(kit_create(db, &patch));
    }
    KIT_OK(tasks_delete(db, 7, 0, NULL, &kit_error));
}

/* A sound store in one file at `path`, as bytes. */
static files_bytes sound_store(void)
{
    tasks_db *db;
    KIT_OK(try_open(TASKS_MIGRATE_YES, &db));
    fill(db);
    tasks_close(db);
    return files_read(path);
}

static void names_the_file(void)
{
    ck_assert_msg(strstr(kit_error.message, strrchr(path, '/') + 1) != NULL, "no name in: %s",
                  kit_error.message);
}

/* Neither an open nor a migration takes the file, and both leave it and its folder alone. */
static void refused(tasks_status status, const char *code)
{
    files_bytes before = files_read(path);
    int entries = folder_count();
    tasks_options options = kit_options();
    tasks_migration migration;
    tasks_db *db;
    options.uri = uri;
    for (int32_t migrate = TASKS_MIGRATE_DEFAULT; migrate <= TASKS_MIGRATE_NO; migrate++) {
        KIT_FAILS(status, code, try_open(migrate, &db));
        ck_assert_ptr_null(db);
        names_the_file();
    }
    for (int32_t dry_run = 0; dry_run <= 1; dry_run++) {
        KIT_FAILS(status, code, tasks_migrate(&options, dry_run, &migration, &kit_error));
        names_the_file();
    }
    ck_assert_msg(files_unchanged(path, &before), "the file was changed");
    ck_assert_int_eq(folder_count(), entries);
    free(before.bytes);
}

static void run_sql(const char *sql)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* ---- Foreign ---- */

START_TEST(a_file_that_is_no_database_is_refused)
{
    static const char page[5000] = "SQLite format 2";
    static const struct foreign {
        const void *bytes;
        size_t length;
    } foreign[] = {
        {"x", 1},   {"SQLite format 3", 16}, {"- [ ] buy milk\n", 15}, {page, sizeof page}, {page, 99},
        {page, 100}};
    name_file("foreign");
    for (int i = 0; i < KIT_COUNT(foreign); i++) {
        files_write(path, foreign[i].bytes, foreign[i].length);
        refused(TASKS_UNSUPPORTED, "store_foreign");
    }
}
END_TEST

START_TEST(another_programs_database_is_refused)
{
    static const char *const databases[] = {
        "CREATE TABLE tasks (id); PRAGMA application_id = 0",
        "CREATE TABLE migrations (version, oldest_program); PRAGMA application_id = 1",
        "CREATE TABLE owners (owner); PRAGMA application_id = -1; PRAGMA user_version = 1",
        "PRAGMA journal_mode = WAL; CREATE TABLE x (y)",
    };
    for (int i = 0; i < KIT_COUNT(databases); i++) {
        char name[32];
        snprintf(name, sizeof name, "other-%d.db", i);
        name_file(name);
        run_sql(databases[i]);
        refused(TASKS_UNSUPPORTED, "store_foreign");
    }
}
END_TEST

static void refused_without_reading(void)
{
    tasks_db *db;
    int entries = folder_count();
    KIT_FAILS(TASKS_UNSUPPORTED, "store_foreign", try_open(TASKS_MIGRATE_YES, &db));
    ck_assert_ptr_null(db);
    names_the_file();
    ck_assert_int_eq(folder_count(), entries);
}

START_TEST(what_is_no_file_is_refused_without_waiting_for_it)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    name_file("folder");
    ck_assert_int_eq(mkdir(path, 0700), 0);
    refused_without_reading();
    name_file("fifo");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    refused_without_reading();
    name_file("s");
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_uint_lt(strlen(path), sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    refused_without_reading();
    close(listener);
    snprintf(path, sizeof path, "/dev/null");
    snprintf(uri, sizeof uri, "sqlite:/dev/null");
    refused_without_reading();
}
END_TEST

START_TEST(a_newer_store_is_refused_unless_it_says_that_we_can_work_with_it)
{
    name_file("newer.db");
    free(sound_store().bytes);
    run_sql("INSERT INTO migrations VALUES (1000, 1, 0); PRAGMA user_version = 1000");
    tasks_db *db;
    KIT_OK(try_open(TASKS_MIGRATE_NO, &db));
    kit_add(db, "side by side");
    tasks_close(db);
    run_sql("UPDATE migrations SET oldest_program = 1000 WHERE version = 1000");
    refused(TASKS_UNSUPPORTED, "store_newer");
}
END_TEST

START_TEST(a_store_of_a_version_that_its_migrations_do_not_tell_of_is_refused)
{
    name_file("marked.db");
    free(sound_store().bytes);
    run_sql("PRAGMA user_version = 1000");
    refused(TASKS_UNSUPPORTED, "store_newer");
}
END_TEST

/* The last program that had it open was killed: part of the store is in its log. */
START_TEST(a_store_that_is_refused_keeps_its_log)
{
    char log[600];
    tasks_db *db;
    name_file("alive.db");
    KIT_OK(try_open(TASKS_MIGRATE_YES, &db));
    fill(db);
    run_sql("INSERT INTO migrations VALUES (1000, 1000, 0)");
    files_bytes file = files_read(path);
    snprintf(log, sizeof log, "%s-wal", path);
    files_bytes log_bytes = files_read(log);
    ck_assert_uint_gt(log_bytes.length, 0);
    tasks_close(db);

    name_file("killed.db");
    files_write(path, file.bytes, file.length);
    snprintf(log, sizeof log, "%s-wal", path);
    files_write(log, log_bytes.bytes, log_bytes.length);
    KIT_FAILS(TASKS_UNSUPPORTED, "store_newer", try_open(TASKS_MIGRATE_YES, &db));
    ck_assert(files_unchanged(path, &file));
    ck_assert(files_unchanged(log, &log_bytes));
    free(file.bytes);
    free(log_bytes.bytes);
}
END_TEST

/* ---- Damaged ---- */

static bool known_refusal(tasks_status status)
{
    return (status == TASKS_CORRUPT && !strcmp(kit_error.code, "store_damaged")) ||
           (status == TASKS_UNSUPPORTED && !strncmp(kit_error.code, "store_", 6));
}

START_TEST(a_file_that_has_lost_its_end_is_refused)
{
    name_file("cut.db");
    files_bytes whole = sound_store();
    const size_t lengths[] = {100,
                              101,
                              511,
                              512,
                              4095,
                              4096,
                              4097,
                              8192,
                              8193,
                              whole.length / 2,
                              whole.length - 4096,
                              whole.length - 1};
    for (int i = 0; i < KIT_COUNT(lengths); i++) {
        files_write(path, whole.bytes, lengths[i]);
        refused(TASKS_CORRUPT, "store_damaged");
    }
    for (size_t length = 1; length < 100; length += 14) {
        files_write(path, whole.bytes, length);
        refused(TASKS_UNSUPPORTED, "store_foreign");
    }
    free(whole.bytes);
}
END_TEST

/* Works as long as it can; whatever fails says that the store is damaged. (A file of a write version that
 * SQLite does not know is read-only to it; a changed last_id gives ids that are taken.) */
static void use_damaged(tasks_db *db)
{
    for (int32_t sort = 0; sort < 5; sort++) {
        tasks_query query = TASKS_QUERY_INIT;
        tasks_page *page = NULL;
        query.sort = sort;
        query.tag = sort == 1 ? "red" : NULL;
        if (tasks_list(db, &query, &page, &kit_error))
            ck_assert_str_eq(kit_error.code, "store_damaged");
        tasks_page_free(page);
    }
    tasks_patch patch = kit_titled("one more");
    tasks_task *task = NULL;
    if (tasks_create(db, &patch, &task, &kit_error))
        ck_assert_msg(kit_error.status == TASKS_CORRUPT || kit_error.status == TASKS_CONFLICT ||
                          kit_error.status == TASKS_READ_ONLY,
                      "%s", kit_error.message);
    tasks_task_free(task);
    if (tasks_check(db, &kit_error))
        ck_assert_str_eq(kit_error.code, "store_damaged");
}

static void flip(const files_bytes *whole, size_t place, int bit)
{
    tasks_db *db;
    whole->bytes[place] ^= (unsigned char)(1 << bit);
    files_write(path, whole->bytes, whole->length);
    tasks_status status = try_open(TASKS_MIGRATE_DEFAULT, &db);
    if (!status) {
        use_damaged(db);
        tasks_close(db);
    } else {
        ck_assert_msg(known_refusal(status), "byte %zu, bit %d: %s %s", place, bit, tasks_status_name(status),
                      kit_error.message);
        files_bytes flipped = {whole->bytes, whole->length};
        ck_assert_msg(files_unchanged(path, &flipped), "byte %zu, bit %d: the file was changed", place, bit);
    }
    whole->bytes[place] ^= (unsigned char)(1 << bit);
}

START_TEST(a_flipped_bit_is_survived_or_called_damage)
{
    name_file("flipped.db");
    files_bytes whole = sound_store();
    for (size_t place = 16; place < 100; place++)
        flip(&whole, place, (int)(place % 8));
    for (size_t place = 100; place < whole.length; place += 509)
        flip(&whole, place, (int)(place % 8));
    free(whole.bytes);
}
END_TEST

/* Damage that SQLite itself takes for sound: rows that break our rules. */
START_TEST(a_check_finds_what_breaks_our_rules)
{
    static const char *const damages[] = {
        "UPDATE owners SET last_id = 3",
        "UPDATE owners SET revision = 3",
        "DELETE FROM owners",
        "DELETE FROM task_tags WHERE key = 1 << 40 | 2 AND tag = 'red'",
        "INSERT INTO task_tags VALUES (1, 'green', 1 << 40 | 2)",
        "INSERT INTO task_tags VALUES (1, 'red', 1 << 40 | 1000)",
        "INSERT INTO tombstones VALUES (1, 5, 1 << 40 | 2, NULL, 0)",
        "INSERT INTO tombstones VALUES (2, 5, 2 << 40 | 1, NULL, 0)",
        "INSERT INTO tombstones VALUES (1, 5, 2 << 40 | 1, NULL, 0)",
        "UPDATE tasks SET key = 2 << 40 | 2 WHERE key = 1 << 40 | 2",
        "UPDATE tasks SET key = 1 << 40 WHERE key = 1 << 40 | 2",
        "UPDATE tasks SET completed = 1 WHERE key = 1 << 40 | 2",
        "UPDATE tasks SET completed = 2, completed_at = 1 WHERE key = 1 << 40 | 2",
        "UPDATE tasks SET priority = 10 WHERE key = 1 << 40 | 2",
        "UPDATE tasks SET title = '' WHERE key = 1 << 40 | 2",
    };
    name_file("broken.db");
    files_bytes whole = sound_store();
    for (int i = 0; i < KIT_COUNT(damages); i++) {
        tasks_db *db;
        files_write(path, whole.bytes, whole.length);
        run_sql(damages[i]);
        KIT_OK(try_open(TASKS_MIGRATE_DEFAULT, &db));
        kit_soil();
        ck_assert_msg(tasks_check(db, &kit_error) == TASKS_CORRUPT, "not found: %s", damages[i]);
        ck_assert_str_eq(kit_error.code, "store_damaged");
        tasks_close(db);
    }
    free(whole.bytes);
}
END_TEST

/* ---- Older ---- */

/* A store as the first program made them, with a task in it. */
static void make_oldest(void)
{
    files_bytes schema = files_read(SCHEMAS "/0001_tasks.sql");
    schema.bytes[schema.length] = 0;
    run_sql((const char *)schema.bytes);
    free(schema.bytes);
    run_sql("INSERT INTO migrations VALUES (1, 1, 0); PRAGMA application_id = 0x7461736b;"
            "PRAGMA user_version = 1; PRAGMA journal_mode = WAL;"
            "INSERT INTO owners VALUES ('', 1, 1, 0);"
            "INSERT INTO tasks VALUES ('', 1, 1, 0, 0, NULL, NULL, NULL, NULL, 5, 5, NULL, 'old', '', '')");
}

START_TEST(an_older_store_is_brought_up_to_date_when_told)
{
    tasks_options options = kit_options();
    tasks_migration migration;
    tasks_db *db;
    name_file("older.db");
    make_oldest();
    files_bytes before = files_read(path);
    int entries = folder_count();
    KIT_FAILS(TASKS_UNSUPPORTED, "store_old", try_open(TASKS_MIGRATE_NO, &db));
    options.uri = uri;
    KIT_OK(tasks_migrate(&options, 1, &migration, &kit_error));
    ck_assert_int_eq(migration.from, 1);
    ck_assert_int_gt(migration.to, 1);
    ck_assert(files_unchanged(path, &before));
    ck_assert_int_eq(folder_count(), entries);
    free(before.bytes);
    KIT_OK(tasks_migrate(&options, 0, &migration, &kit_error));
    ck_assert_int_eq(migration.from, 1);
    KIT_OK(try_open(TASKS_MIGRATE_NO, &db));
    tasks_task *task = kit_get(db, 1);
    ck_assert_str_eq(task->title, "old");
    tasks_task_free(task);
    KIT_OK(tasks_check(db, &kit_error));
    tasks_close(db);
}
END_TEST

/* ---- Permissions ---- */

/* What somebody who is not root meets; each returns 0 when it was what he should meet. */
static int told(tasks_status status, tasks_status wanted, const char *code)
{
    if (status == wanted && (!status || !strcmp(kit_error.code, code)))
        return 0;
    printf("wanted %s %s, got %s %s: %s\n", tasks_status_name(wanted), code, tasks_status_name(status),
           status ? kit_error.code : "", status ? kit_error.message : "");
    fflush(stdout);
    return 1;
}

static int is_denied(void *unused)
{
    tasks_db *db;
    (void)unused;
    return told(try_open(TASKS_MIGRATE_YES, &db), TASKS_DENIED, "file_denied");
}

static int is_missing(void *unused)
{
    tasks_db *db;
    (void)unused;
    return told(try_open(TASKS_MIGRATE_YES, &db), TASKS_NOT_FOUND, "file_missing");
}

/* Whoever may only read can read, and is told why he cannot write. */
static int is_read_only(void *unused)
{
    tasks_db *db;
    tasks_task *task = NULL;
    tasks_patch patch = kit_titled("x");
    (void)unused;
    if (told(try_open(TASKS_MIGRATE_DEFAULT, &db), TASKS_OK, ""))
        return 1;
    int bad = told(tasks_get(db, 1, &task, &kit_error), TASKS_OK, "");
    tasks_task_free(task);
    bad |= told(tasks_create(db, &patch, &task, &kit_error), TASKS_READ_ONLY, "store_read_only");
    bad |= told(tasks_delete(db, 1, 0, NULL, &kit_error), TASKS_READ_ONLY, "store_read_only");
    tasks_close(db);
    return bad;
}

static int is_refused_as_read_only(void *unused)
{
    tasks_db *db;
    (void)unused;
    return told(try_open(TASKS_MIGRATE_DEFAULT, &db), TASKS_READ_ONLY, "store_read_only");
}

static void for_everybody(mode_t folder_mode, mode_t file_mode, const char *file)
{
    char folder[600];
    ck_assert_int_eq(chmod(folder_path(), 0755), 0);
    snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = 0;
    if (file)
        ck_assert_int_eq(chmod(path, file_mode), 0);
    ck_assert_int_eq(chmod(folder, folder_mode), 0);
}

/* A folder of its own with a store in it. */
static void store_in_folder(const char *name)
{
    name_file(name);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    size_t length = strlen(path);
    snprintf(path + length, sizeof path - length, "/store.db");
    snprintf(uri, sizeof uri, "sqlite:%s", path);
    free(sound_store().bytes);
}

START_TEST(a_folder_that_is_not_there_is_named)
{
    name_file("no such folder/store.db");
    ck_assert_int_eq(is_missing(NULL), 0);
    names_the_file();
}
END_TEST

START_TEST(a_folder_that_is_closed_is_denied)
{
    store_in_folder("closed");
    for_everybody(0, 0600, path);
    ck_assert_int_eq(files_as_nobody(is_denied, NULL), 0);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_denied)
{
    store_in_folder("unreadable");
    for_everybody(0777, 0200, path);
    ck_assert_int_eq(files_as_nobody(is_denied, NULL), 0);
}
END_TEST

START_TEST(a_new_store_in_a_read_only_folder_is_denied)
{
    store_in_folder("new");
    unlink(path);
    for_everybody(0555, 0, NULL);
    ck_assert_int_eq(files_as_nobody(is_denied, NULL), 0);
}
END_TEST

START_TEST(a_read_only_file_can_be_read)
{
    store_in_folder("file");
    for_everybody(0777, 0444, path);
    ck_assert_int_eq(files_as_nobody(is_read_only, NULL), 0);
}
END_TEST

/* SQLite needs two files beside the store to read it. */
START_TEST(a_file_in_a_read_only_folder_is_refused_as_read_only)
{
    store_in_folder("both");
    for_everybody(0555, 0444, path);
    ck_assert_int_eq(files_as_nobody(is_refused_as_read_only, NULL), 0);
}
END_TEST

START_TEST(new_files_are_for_their_owner_alone)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    name_file("mode.db");
    mode_t before = umask(0);
    tasks_db *db;
    KIT_OK(try_open(TASKS_MIGRATE_YES, &db));
    kit_add(db, "x");
    for (int i = 0; i < KIT_COUNT(suffixes); i++) {
        char file[600];
        struct stat about;
        snprintf(file, sizeof file, "%s%s", path, suffixes[i]);
        ck_assert_msg(!stat(file, &about), "%s is not there", file);
        ck_assert_int_eq(about.st_mode & 07777, 0600);
    }
    tasks_close(db);
    umask(before);
}
END_TEST

/* ---- Names ---- */

START_TEST(a_path_is_a_path_whatever_is_in_it)
{
    static const char *const names[] = {"a b",    "per%20cent",     "q?mode=memory", "h#ash",
                                        "file:x", "file:y?mode=ro", "ünï",           "quo'te\"s",
                                        "-dash",  "semi;colon"};
    char here[600], copy[600];
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_int_eq(chdir(folder_path()), 0);
    for (int i = 0; i < KIT_COUNT(names); i++) {
        tasks_options options = kit_options();
        tasks_migration migration;
        tasks_db *db;
        snprintf(uri, sizeof uri, "sqlite:%s", names[i]);
        snprintf(copy, sizeof copy, "%s.copy", names[i]);
        options.uri = uri;
        KIT_OK(tasks_migrate(&options, 1, &migration, &kit_error));
        ck_assert_int_ne(access(names[i], F_OK), 0);
        KIT_OK(tasks_migrate(&options, 0, &migration, &kit_error));
        ck_assert_msg(!access(names[i], F_OK), "no file %s", names[i]);
        KIT_OK(tasks_open(&options, &db, &kit_error));
        kit_add(db, "x");
        KIT_OK(tasks_backup(db, copy, NULL, NULL, &kit_error));
        ck_assert_msg(!access(copy, F_OK), "no file %s", copy);
        tasks_close(db);
        KIT_OK(tasks_migrate(&options, 1, &migration, &kit_error));
        ck_assert_int_eq(migration.from, migration.to);
    }
    ck_assert_int_eq(chdir(here), 0);
}
END_TEST

START_TEST(a_relative_path_outlives_its_folder_being_left)
{
    char here[600];
    tasks_options options = kit_options();
    tasks_db *db;
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_int_eq(chdir(folder_path()), 0);
    options.uri = "sqlite:relative.db";
    KIT_OK(tasks_open(&options, &db, &kit_error));
    ck_assert_int_eq(chdir(here), 0);
    kit_add(db, "x");
    tasks_page_free(kit_list(db, NULL));
    tasks_close(db);
}
END_TEST

START_TEST(a_path_that_is_too_long_is_refused)
{
    static char longest[9000];
    tasks_options options = kit_options();
    tasks_db *db;
    memset(longest, 'x', sizeof longest - 1);
    memcpy(longest, "sqlite:/", 8);
    options.uri = longest;
    kit_soil();
    ck_assert_int_ne(tasks_open(&options, &db, &kit_error), TASKS_OK);
    ck_assert_int_ne(kit_error.status, TASKS_INTERNAL);
    ck_assert_ptr_null(db);
}
END_TEST

static TCase *refusals(void)
{
    TCase *group = tcase_create("refusals");
    tcase_add_test(group, a_file_that_is_no_database_is_refused);
    tcase_add_test(group, another_programs_database_is_refused);
    tcase_add_test(group, what_is_no_file_is_refused_without_waiting_for_it);
    tcase_add_test(group, a_newer_store_is_refused_unless_it_says_that_we_can_work_with_it);
    tcase_add_test(group, a_store_of_a_version_that_its_migrations_do_not_tell_of_is_refused);
    tcase_add_test(group, a_store_that_is_refused_keeps_its_log);
    tcase_add_test(group, a_file_that_has_lost_its_end_is_refused);
    tcase_add_test(group, a_flipped_bit_is_survived_or_called_damage);
    tcase_add_test(group, a_check_finds_what_breaks_our_rules);
    tcase_add_test(group, an_older_store_is_brought_up_to_date_when_told);
    return group;
}

static TCase *permissions(void)
{
    TCase *group = tcase_create("permissions");
    tcase_add_test(group, a_folder_that_is_not_there_is_named);
    tcase_add_test(group, a_folder_that_is_closed_is_denied);
    tcase_add_test(group, a_file_that_cannot_be_read_is_denied);
    tcase_add_test(group, a_new_store_in_a_read_only_folder_is_denied);
    tcase_add_test(group, a_read_only_file_can_be_read);
    tcase_add_test(group, a_file_in_a_read_only_folder_is_refused_as_read_only);
    tcase_add_test(group, new_files_are_for_their_owner_alone);
    tcase_add_test(group, a_path_is_a_path_whatever_is_in_it);
    tcase_add_test(group, a_relative_path_outlives_its_folder_being_left);
    tcase_add_test(group, a_path_that_is_too_long_is_refused);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {refusals, permissions, NULL};
    return kit_run("files of SQLite", &fixture_sqlite, groups);
}
