/* Several processes with one store; full disks; locks that must outlive other handles. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "fixture_sqlite.h"
#include "folder.h"
#include "kit.h"

enum { PROCESSES = 6 };

/* ---- Processes that start together ---- */

typedef struct race {
    int (*work)(int number);
    int gate[2]; /* nobody starts until it is closed */
} race;

static int run_racer(const race *r, int number)
{
    char nothing;
    close(r->gate[1]);
    if (read(r->gate[0], &nothing, 1))
        return 1;
    return r->work(number);
}

/* Runs `work` in so many processes at once; each must return 0. */
static void together(int count, int (*work)(int number))
{
    race r = {.work = work};
    pid_t children[PROCESSES];
    ck_assert_int_eq(pipe(r.gate), 0);
    for (int i = 0; i < count; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (!children[i])
            _exit(run_racer(&r, i));
    }
    close(r.gate[0]);
    close(r.gate[1]);
    for (int i = 0; i < count; i++) {
        int status;
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_int_eq(status, 0);
    }
}

static char place[CONFORMANCE_URI_SIZE];

/* Says what went wrong where the test's report shows it. */
static int told(tasks_status status)
{
    if (status)
        printf("%s %s: %s\n", tasks_status_name(status), kit_error.code, kit_error.message);
    fflush(stdout);
    return status != TASKS_OK;
}

static int open_and_add(int number)
{
    (void)number;
    tasks_options options = kit_options();
    tasks_patch patch = kit_titled("x");
    tasks_task *task = NULL;
    tasks_db *db;
    options.uri = place;
    if (told(tasks_open(&options, &db, &kit_error)))
        return 1;
    int bad = told(tasks_create(db, &patch, &task, &kit_error));
    tasks_task_free(task);
    tasks_close(db);
    return bad;
}

static int migrate(int number)
{
    (void)number;
    tasks_options options = kit_options();
    tasks_migration migration;
    options.uri = place;
    return told(tasks_migrate(&options, 0, &migration, &kit_error));
}

static void has_tasks(int64_t count)
{
    tasks_options options = kit_options();
    tasks_db *db;
    options.uri = place;
    KIT_OK(tasks_open(&options, &db, &kit_error));
    ck_assert_int_eq(kit_revision(db), count);
    KIT_OK(tasks_check(db, &kit_error));
    tasks_close(db);
}

START_TEST(six_processes_may_open_a_new_store_at_once)
{
    for (int round = 0; round < 12; round++) {
        kit_place(place);
        together(PROCESSES, open_and_add);
        has_tasks(PROCESSES);
        kit_drop(place);
    }
}
END_TEST

START_TEST(six_processes_may_migrate_at_once)
{
    for (int round = 0; round < 6; round++) {
        kit_place(place);
        together(PROCESSES, migrate);
        has_tasks(0);
        together(PROCESSES, migrate);
        kit_drop(place);
    }
}
END_TEST

static int add_many(int number)
{
    tasks_options options = kit_options();
    tasks_db *db;
    options.uri = place;
    if (told(tasks_open(&options, &db, &kit_error)))
        return 1;
    for (int i = 0; i < 60; i++)
        kit_add(db, number ? "mine" : "yours");
    tasks_close(db);
    return 0;
}

START_TEST(two_processes_may_write_at_once)
{
    kit_place(place);
    together(2, add_many);
    has_tasks(120);
    kit_drop(place);
}
END_TEST

/* Whoever makes a store is killed on the way, at another moment each time. */
START_TEST(a_creation_that_is_killed_is_taken_up)
{
    for (int round = 0; round < 40; round++) {
        kit_place(place);
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (!child)
            _exit(open_and_add(0));
        usleep((useconds_t)round * 100);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        ck_assert_int_eq(open_and_add(0), 0);
        kit_drop(place);
    }
}
END_TEST

/* ---- Locks ---- */

/* Does this process hold a lock on the file? Only another one can tell. */
static int ask_lock(void *path)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR);
    if (fd < 0 || fcntl(fd, F_GETLK, &lock))
        return 2;
    return lock.l_type != F_UNLCK;
}

static bool holds_lock(char *path)
{
    int answer = files_in_child(ask_lock, path);
    ck_assert_int_lt(answer, 2);
    return answer;
}

START_TEST(opening_a_store_twice_keeps_the_locks_of_the_first)
{
    char path[CONFORMANCE_URI_SIZE], copy[CONFORMANCE_URI_SIZE + 8];
    tasks_migration migration;
    tasks_options options = kit_options(), wrong = options;
    snprintf(path, sizeof path, "%s", kit_uri() + sizeof "sqlite:" - 1);
    snprintf(copy, sizeof copy, "%s.copy", path);
    kit_add(kit_db(), "x");
    tasks_page_free(kit_list(kit_db(), NULL));
    ck_assert(holds_lock(path));
    tasks_db *second = kit_open();
    ck_assert(holds_lock(path));
    tasks_page_free(kit_list(second, NULL));
    tasks_close(second);
    ck_assert(holds_lock(path));
    KIT_OK(tasks_migrate(&options, 1, &migration, &kit_error));
    KIT_OK(tasks_migrate(&options, 0, &migration, &kit_error));
    ck_assert(holds_lock(path));
    KIT_OK(tasks_backup(kit_db(), copy, NULL, NULL, &kit_error));
    KIT_OK(tasks_check(kit_db(), &kit_error));
    wrong.migrate = TASKS_MIGRATE_NO;
    KIT_OK(tasks_open(&wrong, &second, &kit_error));
    tasks_close(second);
    ck_assert(holds_lock(path));
    close(open(path, O_RDONLY)); /* what all of them must not do: this test can see it */
    ck_assert(!holds_lock(path));
}
END_TEST

START_TEST(a_store_that_another_program_holds_is_busy)
{
    tasks_options options = kit_options();
    tasks_patch patch = kit_titled("x");
    tasks_task *none;
    tasks_db *db;
    sqlite3 *holder;
    options.timeout_ms = 50;
    KIT_OK(tasks_open(&options, &db, &kit_error));
    ck_assert_int_eq(sqlite3_open(kit_uri() + sizeof "sqlite:" - 1, &holder), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    KIT_FAILS(TASKS_UNAVAILABLE, "store_busy", tasks_create(db, &patch, &none, &kit_error));
    ck_assert_ptr_null(none);
    tasks_page_free(kit_list(db, NULL)); /* readers go on */
    ck_assert_int_eq(sqlite3_exec(holder, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    kit_add(db, "x");
    sqlite3_close(holder);
    tasks_close(db);
}
END_TEST

/* The only connection is at a backup meanwhile. */
static int32_t ask_in_vain(void *context, int64_t done, int64_t total)
{
    tasks_db *db = context;
    tasks_patch patch = kit_titled("x");
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_task *none;
    tasks_lookup lookups[2] = {TASKS_LOOKUP_INIT, TASKS_LOOKUP_INIT};
    tasks_batch batches[2] = {TASKS_BATCH_INIT, TASKS_BATCH_INIT};
    (void)done;
    (void)total;
    KIT_FAILS(TASKS_TIMEOUT, "wait_timeout", tasks_get(db, 1, &none, &kit_error));
    for (int i = 0; i < 2; i++) {
        lookups[i].db = batches[i].db = db;
        lookups[i].id = 1;
        batches[i].ops = &op;
        batches[i].count = 1;
    }
    tasks_get_each((tasks_lookup *[]){&lookups[0], &lookups[1]}, 2);
    tasks_apply_each((tasks_batch *[]){&batches[0], &batches[1]}, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(lookups[i].status, TASKS_TIMEOUT);
        ck_assert_str_eq(lookups[i].error.code, "wait_timeout");
        ck_assert_ptr_null(lookups[i].task);
        ck_assert_int_eq(batches[i].status, TASKS_TIMEOUT);
        ck_assert_str_eq(batches[i].error.code, "wait_timeout");
        ck_assert_ptr_null(batches[i].page);
    }
    return 1;
}

START_TEST(who_waits_too_long_for_a_connection_is_told)
{
    enum { PAGES = 300 }; /* more than a backup takes before it tells */
    static char notes[5000];
    char path[CONFORMANCE_URI_SIZE];
    tasks_options options = kit_options();
    tasks_patch large = kit_titled("x");
    tasks_db *db;
    memset(notes, 'n', sizeof notes - 1);
    large.set |= TASKS_SET_NOTES;
    large.notes = notes;
    options.timeout_ms = 50;
    options.pool_size = 1;
    KIT_OK(tasks_open(&options, &db, &kit_error));
    for (int i = 0; i < PAGES; i++)
        tasks_task_free(kit_create(db, &large));
    folder_file(path, sizeof path, "backup.db");
    KIT_FAILS(TASKS_TIMEOUT, "wait_timeout", tasks_backup(db, path, ask_in_vain, db, &kit_error));
    tasks_task_free(kit_get(db, 1));
    ck_assert_int_eq(kit_revision(db), PAGES);
    tasks_close(db);
}
END_TEST

/* ---- Full disks ---- */

enum { NOTES = 8000 };

/* Adds tasks until the store refuses, and returns how many went in. */
static int64_t fill_up(tasks_db *db, tasks_status *refusal)
{
    static char notes[NOTES + 1];
    tasks_patch patch = kit_titled("x");
    tasks_task *task;
    int64_t count = 0;
    memset(notes, 'n', NOTES);
    patch.set |= TASKS_SET_NOTES;
    patch.notes = notes;
    while (count < 1000 && !(*refusal = tasks_create(db, &patch, &task, &kit_error))) {
        tasks_task_free(task);
        count++;
    }
    return count;
}

/* All that was acknowledged is there, what was refused is not, and the store works. */
static int sound_with(tasks_db *db, int64_t count)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_page *page;
    query.limit = TASKS_LIMIT_MAX;
    if (told(tasks_list(db, &query, &page, &kit_error)))
        return 1;
    int bad = tasks_page_count(page) != count || tasks_page_revision(page) != count;
    if (bad)
        printf("%u tasks, revision %lld, not %lld\n", tasks_page_count(page),
               (long long)tasks_page_revision(page), (long long)count);
    tasks_page_free(page);
    return bad | told(tasks_check(db, &kit_error));
}

/* In a process of its own: a file system of 1 MiB that nobody else sees. 77: not allowed to. */
static int on_small_disk(void *folder)
{
    char uri[600], ballast[600];
    tasks_options options = kit_options();
    tasks_db *db;
    tasks_status refusal;
    if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("small", folder, "tmpfs", 0, "size=1m"))
        return printf("a full disk is not tried: no mount allowed here\n"), CONFORMANCE_SKIPPED;
    snprintf(ballast, sizeof ballast, "%s/ballast", (char *)folder);
    snprintf(uri, sizeof uri, "sqlite:%s/store.db", (char *)folder);
    static const char half[1 << 19];
    files_write(ballast, half, sizeof half);
    options.uri = uri;
    if (told(tasks_open(&options, &db, &kit_error)))
        return 1;
    int64_t count = fill_up(db, &refusal);
    if (refusal != TASKS_FULL || strcmp(kit_error.code, "store_full"))
        return 2 + told(refusal);
    if (sound_with(db, count))
        return 4;
    unlink(ballast);
    tasks_task_free(kit_get(db, 1));
    kit_add(db, "room again");
    int bad = sound_with(db, count + 1);
    tasks_close(db);
    return bad;
}

START_TEST(a_full_disk_loses_nothing_and_ends_when_there_is_room)
{
    char folder[600];
    snprintf(folder, sizeof folder, "%s/small-%d", folder_path(), getpid());
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    int code = files_in_child(on_small_disk, folder);
    if (code != CONFORMANCE_SKIPPED)
        ck_assert_int_eq(code, 0);
}
END_TEST

/* A limit of the process is no full disk to SQLite, but as harmless. */
static int under_a_limit(void *unused)
{
    (void)unused;
    struct rlimit small = {200 * 1024, RLIM_INFINITY};
    tasks_status refusal;
    tasks_db *db = kit_open();
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &small))
        return 1;
    int64_t count = fill_up(db, &refusal);
    if (refusal != TASKS_FULL && refusal != TASKS_UNAVAILABLE)
        return 2 + told(refusal);
    if (sound_with(db, count))
        return 4;
    small.rlim_cur = RLIM_INFINITY;
    if (setrlimit(RLIMIT_FSIZE, &small))
        return 5;
    kit_add(db, "room again");
    int bad = sound_with(db, count + 1);
    tasks_close(db);
    return bad;
}

START_TEST(a_limit_on_file_sizes_loses_nothing)
{
    ck_assert_int_eq(files_in_child(under_a_limit, NULL), 0);
}
END_TEST

static TCase *sharing(void)
{
    TCase *group = tcase_create("sharing");
    tcase_add_test(group, six_processes_may_open_a_new_store_at_once);
    tcase_add_test(group, six_processes_may_migrate_at_once);
    tcase_add_test(group, two_processes_may_write_at_once);
    tcase_add_test(group, a_creation_that_is_killed_is_taken_up);
    tcase_add_test(group, opening_a_store_twice_keeps_the_locks_of_the_first);
    tcase_add_test(group, a_store_that_another_program_holds_is_busy);
    tcase_add_test(group, who_waits_too_long_for_a_connection_is_told);
    tcase_add_test(group, a_full_disk_loses_nothing_and_ends_when_there_is_room);
    tcase_add_test(group, a_limit_on_file_sizes_loses_nothing);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {sharing, NULL};
    return kit_run("sharing of SQLite", &fixture_sqlite, groups);
}
