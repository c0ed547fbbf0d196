/* Copies between backends, in each direction: whole, cut off at any moment, and refused. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cluster.h"
#include "folder.h"
#include "tasks.h"

enum { TASKS = 3000, BATCH = 500, KILLS = 12, MANY = 30000, NOTES = 2000, LIMIT_KB = 32 * 1024 };
enum { TASKS_MEETING = 100, MEETINGS = 20, MEETING_STEP_US = 2000 };

typedef enum { SQLITE, POSTGRES } backend;

static const struct {
    const char *name;
    backend from, to;
} ways[] = {
    {"SQLite to PostgreSQL", SQLITE, POSTGRES},
    {"PostgreSQL to SQLite", POSTGRES, SQLITE},
    {"SQLite to SQLite", SQLITE, SQLITE},
    {"PostgreSQL to PostgreSQL", POSTGRES, POSTGRES},
};

enum { WAYS = sizeof ways / sizeof *ways };

static char from[CLUSTER_URI_SIZE], to[CLUSTER_URI_SIZE];
static tasks_error error;

#define OK(call) ck_assert_msg(!(call), "%s: %s", #call, error.message)

/* ---- Stores ---- */

static void make_place(backend b, const char *name, char uri[CLUSTER_URI_SIZE])
{
    if (b == POSTGRES)
        cluster_make_schema(uri);
    else
        snprintf(uri, CLUSTER_URI_SIZE, "sqlite:%s/%s.db", folder_path(), name);
}

static void drop_place(const char *uri)
{
    if (strncmp(uri, "sqlite:", 7) != 0)
        cluster_drop_schema(uri);
}

static tasks_options options_of(const char *uri, int32_t migrate)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    options.uri = uri;
    options.migrate = migrate;
    return options;
}

static tasks_db *open_store(const char *uri)
{
    tasks_db *db = NULL;
    tasks_options options = options_of(uri, TASKS_MIGRATE_YES);
    OK(tasks_open(&options, &db, &error));
    return db;
}

static tasks_status copy(tasks_progress progress, void *context, int32_t dry_run, tasks_copied *out)
{
    tasks_options source = options_of(from, TASKS_MIGRATE_DEFAULT),
                  target = options_of(to, TASKS_MIGRATE_DEFAULT);
    *out = (tasks_copied)TASKS_COPIED_INIT;
    return tasks_copy(&source, &target, dry_run, progress, context, out, &error);
}

static void begin(int way)
{
    folder_make();
    make_place(ways[way].from, "from", from);
    make_place(ways[way].to, "to", to);
}

static void end(void)
{
    drop_place(from);
    drop_place(to);
    folder_remove();
}

/* ---- A source with a bit of everything ---- */

static const char *const owners[] = {"", "ada", "\xC3\xA4"};

static void fill_tasks(tasks_db *db, int count, const char *notes)
{
    static const char *const tags[] = {"home", "garden"};
    static char titles[BATCH][32];
    static tasks_patch patches[BATCH];
    static tasks_op ops[BATCH];
    for (int i = 0; i < count; i++) {
        int place = i % BATCH;
        snprintf(titles[place], sizeof titles[place], "Task number %d", i);
        patches[place] = (tasks_patch)TASKS_PATCH_INIT;
        patches[place].set = TASKS_SET_TITLE | TASKS_SET_NOTES | (i % 3 ? 0 : TASKS_SET_TAGS) |
                             (i % 5 ? 0 : TASKS_SET_COMPLETED) | (i % 7 ? 0 : TASKS_SET_ORDER);
        patches[place].title = titles[place];
        patches[place].notes = notes;
        patches[place].tags = tags;
        patches[place].tag_count = 1 + i % 2;
        patches[place].completed = 1;
        patches[place].order = i * -0.1;
        ops[place] = (tasks_op){.kind = TASKS_CREATE, .patch = &patches[place]};
        if (place == BATCH - 1 || i == count - 1)
            OK(tasks_apply(db, ops, (uint32_t)place + 1, NULL, &error));
    }
}

/* Tombstones, a task that has expired, an answer to a key. */
static void change_some(tasks_db *db)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_EXPIRES_AT | TASKS_SET_UID | TASKS_SET_DUE_AT;
    patch.uid = "u\xC3\xA4";
    patch.due_at_ms = -1;
    patch.expires_at_ms = 5;
    for (int64_t id = 1; id < 20; id++)
        OK(tasks_delete(db, id, 0, NULL, &error));
    tasks_op op = {.kind = TASKS_UPDATE, .id = 25, .patch = &patch};
    OK(tasks_apply_once(db, "a key", &op, 1, NULL, NULL, &error));
}

static void fill(char token[TASKS_TOKEN_SIZE])
{
    tasks_db *db = open_store(from);
    int64_t id;
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
        tasks_db *view;
        OK(tasks_as(db, owners[i], &view, &error));
        fill_tasks(view, TASKS, "line\n\ttab");
        change_some(view);
        tasks_close(view);
    }
    OK(tasks_token_create(db, "ada", 1, TASKS_NO_TIME, token, &id, &error));
    OK(tasks_token_create(db, "ada", 0, TASKS_NO_TIME, token, &id, &error));
    OK(tasks_token_revoke(db, id, &error));
    OK(tasks_token_create(db, "", 0, 4102444800000, token, &id, &error));
    tasks_close(db);
}

/* ---- Comparing ---- */

static char *changes_of(const char *uri, const char *owner)
{
    tasks_db *db = open_store(uri), *view;
    int64_t since = 0;
    size_t length = 0;
    char *all = NULL;
    OK(tasks_as(db, owner, &view, &error));
    for (bool more = true; more;) {
        tasks_page *page;
        tasks_text *text;
        OK(tasks_changes(view, since, TASKS_LIMIT_MAX, &page, &error));
        OK(tasks_page_json(page, NULL, &text, &error));
        all = realloc(all, length + text->length + 1);
        ck_assert_ptr_nonnull(all);
        memcpy(all + length, text->bytes, text->length + 1);
        length += text->length;
        more = tasks_page_count(page) > 0;
        if (more)
            since = tasks_page_at(page, tasks_page_count(page) - 1)->revision;
        tasks_text_free(text);
        tasks_page_free(page);
    }
    tasks_close(view);
    tasks_close(db);
    return all;
}

static void same_changes(void)
{
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
        char *left = changes_of(from, owners[i]), *right = changes_of(to, owners[i]);
        ck_assert_msg(!strcmp(left, right), "the changes of owner %s differ", owners[i]);
        free(left);
        free(right);
    }
}

/* What comes after a copy goes on where the source was. */
static void goes_on(const char *token)
{
    tasks_db *db = open_store(to);
    tasks_patch patch = TASKS_PATCH_INIT;
    tasks_task *task;
    tasks_token *holder;
    char text[TASKS_TOKEN_SIZE];
    int64_t id;
    int32_t replayed;
    patch.set = TASKS_SET_TITLE;
    patch.title = "One more";
    OK(tasks_create(db, &patch, &task, &error));
    ck_assert_int_eq(task->id, TASKS + 1);
    tasks_task_free(task);
    OK(tasks_token_find(db, token, &holder, &error));
    ck_assert_int_eq(holder->id, 3);
    tasks_token_free(holder);
    OK(tasks_token_create(db, "", 0, TASKS_NO_TIME, text, &id, &error));
    ck_assert_int_eq(id, 4);
    tasks_op op = {.kind = TASKS_UPDATE, .id = 25, .patch = &patch};
    ck_assert_int_eq(tasks_apply_once(db, "a key", &op, 1, NULL, &replayed, &error), TASKS_INVALID);
    ck_assert_str_eq(error.code, "key_reused");
    OK(tasks_check(db, &error));
    tasks_close(db);
}

START_TEST(a_copy_has_all_of_it)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_copied copied;
    begin(_i);
    fill(token);
    OK(copy(NULL, NULL, 0, &copied));
    ck_assert_int_eq(copied.owners, 3);
    ck_assert_int_eq(copied.tasks, 3 * (TASKS - 19));
    ck_assert_int_eq(copied.tombstones, 3 * 19);
    ck_assert_int_eq(copied.tokens, 2);
    ck_assert_int_eq(copied.copied, copied.records);
    same_changes();
    OK(copy(NULL, NULL, 0, &copied));
    ck_assert_int_eq(copied.copied, 0);
    goes_on(token);
    end();
}
END_TEST

/* ---- Cut off ---- */

typedef struct fuse {
    int calls;
} fuse;

static int32_t burn(void *context, int64_t done, int64_t total)
{
    fuse *f = context;
    ck_assert_int_le(done, total);
    if (f->calls-- == 0)
        kill(getpid(), SIGKILL);
    return 0;
}

/* A process that copies until it is killed, from within or from without; true if it came to an end. */
static bool copy_in_child(int calls, int after_ms)
{
    fuse f = {calls};
    tasks_copied copied;
    int code;
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (!pid)
        _exit(copy(burn, &f, 0, &copied) ? 1 : 0);
    if (after_ms) {
        const struct timespec t = {0, after_ms * 1000000L};
        nanosleep(&t, NULL);
        kill(pid, SIGKILL);
    }
    ck_assert_int_eq(waitpid(pid, &code, 0), pid);
    ck_assert_msg(WIFSIGNALED(code) || !WEXITSTATUS(code), "the copy failed");
    return WIFEXITED(code);
}

static int64_t count_of(tasks_db *db)
{
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    OK(tasks_stats(db, 1, &figures, &error));
    return figures.tasks;
}

/* Nothing yet, or all of it, or refused. */
static void is_no_half_store(void)
{
    tasks_db *db = NULL;
    tasks_options options = options_of(to, TASKS_MIGRATE_NO);
    if (!tasks_open(&options, &db, &error)) {
        tasks_db *source = open_store(from);
        int64_t count = count_of(db);
        ck_assert_msg(!count || count == count_of(source), "half a store opened");
        tasks_close(source);
    } else if (error.status != TASKS_NOT_FOUND && strcmp(error.code, "store_old") != 0) {
        ck_assert_str_eq(error.code, "store_unfinished");
    }
    tasks_close(db);
}

static void refuses_to_open(void)
{
    tasks_db *db = NULL;
    tasks_options options = options_of(to, TASKS_MIGRATE_NO);
    ck_assert_int_eq(tasks_open(&options, &db, &error), TASKS_UNSUPPORTED);
    ck_assert_str_eq(error.code, "store_unfinished");
}

START_TEST(a_copy_goes_on_where_it_was_killed)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_copied copied;
    begin(_i);
    fill(token);
    for (int i = 0; i < KILLS; i++) {
        if (copy_in_child(i % 2 ? -1 : i, i % 2 ? 20 * i : 0))
            break;
        is_no_half_store();
    }
    OK(copy(NULL, NULL, 0, &copied));
    same_changes();
    goes_on(token);
    end();
}
END_TEST

static int32_t stop_late(void *context, int64_t done, int64_t total)
{
    (void)context;
    return done > total / 2 - TASKS; /* nearly all is copied, nothing compared */
}

START_TEST(only_what_is_missing_is_copied_again)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_copied copied;
    begin(_i);
    fill(token);
    ck_assert_int_eq(copy(stop_late, NULL, 0, &copied), TASKS_TIMEOUT);
    refuses_to_open();
    OK(copy(NULL, NULL, 1, &copied));
    int64_t missing = copied.copied;
    ck_assert_int_lt(missing, copied.records);
    ck_assert_int_gt(missing, 0);
    OK(copy(NULL, NULL, 0, &copied));
    ck_assert_int_eq(copied.copied, missing);
    same_changes();
    end();
}
END_TEST

START_TEST(a_source_that_has_changed_is_copied_anew)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_copied copied;
    begin(_i);
    fill(token);
    ck_assert_int_eq(copy(stop_late, NULL, 0, &copied), TASKS_TIMEOUT);
    tasks_db *db = open_store(from);
    OK(tasks_delete(db, 30, 0, NULL, &error));
    tasks_close(db);
    OK(copy(NULL, NULL, 0, &copied));
    ck_assert_int_eq(copied.copied, copied.records);
    same_changes();
    end();
}
END_TEST

/* ---- Refused, or nothing done ---- */

START_TEST(a_target_in_use_is_refused_and_left_alone)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_copied copied;
    begin(_i);
    fill(token);
    tasks_db *db = open_store(to);
    fill_tasks(db, 3, "mine");
    tasks_close(db);
    char *before = changes_of(to, "");
    for (int dry_run = 0; dry_run < 2; dry_run++) {
        ck_assert_int_eq(copy(NULL, NULL, dry_run, &copied), TASKS_CONFLICT);
        ck_assert_str_eq(error.code, "store_not_empty");
    }
    char *after = changes_of(to, "");
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    end();
}
END_TEST

static tasks_status write_one(tasks_db *db, int64_t *id)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    tasks_task *task = NULL;
    tasks_error why;
    patch.set = TASKS_SET_TITLE;
    patch.title = "From elsewhere";
    tasks_status status = tasks_create(db, &patch, &task, &why);
    ck_assert_msg(!status || !strcmp(why.code, "store_busy"), "%s", why.message);
    *id = task ? task->id : 0;
    tasks_task_free(task);
    return status;
}

/* While the copy is compared nothing is locked. */
static int32_t try_to_write(void *context, int64_t done, int64_t total)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_error why;
    int64_t id;
    if (done <= total / 2)
        return 0;
    ck_assert_int_eq(write_one(context, &id), TASKS_UNAVAILABLE);
    ck_assert_int_eq(tasks_token_create(context, "", 0, TASKS_NO_TIME, token, &id, &why), TASKS_UNAVAILABLE);
    return 0;
}

START_TEST(who_was_there_before_waits_for_its_end)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_copied copied;
    int64_t id;
    begin(_i);
    fill(token);
    tasks_db *early = open_store(to);
    OK(copy(try_to_write, early, 0, &copied));
    same_changes();
    OK(write_one(early, &id));
    ck_assert_int_eq(id, TASKS + 1);
    OK(tasks_token_create(early, "", 0, TASKS_NO_TIME, token, &id, &error));
    OK(tasks_check(early, &error));
    tasks_close(early);
    end();
}
END_TEST

typedef struct latecomer {
    tasks_db *db;
    int64_t id;
    tasks_status status;
    int after_us;
} latecomer;

static void *come_late(void *context)
{
    latecomer *l = context;
    const struct timespec t = {0, l->after_us * 1000L};
    nanosleep(&t, NULL);
    l->status = write_one(l->db, &l->id);
    return NULL;
}

/* The write comes before the copy takes the store, or is refused, or comes after it: never between. */
static void meet(int after_us)
{
    tasks_copied copied;
    pthread_t thread;
    tasks_task *task;
    latecomer l = {.db = open_store(to), .after_us = after_us};
    ck_assert(!pthread_create(&thread, NULL, come_late, &l));
    tasks_status status = copy(NULL, NULL, 0, &copied);
    ck_assert_msg(!status || (status == TASKS_CONFLICT && !l.status), "%s", error.message);
    ck_assert(!pthread_join(thread, NULL));
    ck_assert_int_eq(status ? 1 : TASKS_MEETING + 1, l.status ? TASKS_MEETING + 1 : l.id);
    if (!l.status) {
        OK(tasks_get(l.db, l.id, &task, &error));
        ck_assert_str_eq(task->title, "From elsewhere");
        tasks_task_free(task);
    }
    tasks_close(l.db);
}

START_TEST(no_write_gets_lost_where_a_copy_begins)
{
    for (int i = 0; i < MEETINGS; i++) {
        begin(_i);
        tasks_db *db = open_store(from);
        fill_tasks(db, TASKS_MEETING, "");
        tasks_close(db);
        meet(i * MEETING_STEP_US);
        end();
    }
}
END_TEST

static int32_t end_sessions(void *context, int64_t done, int64_t total)
{
    (void)context;
    if (done > total / 3)
        cluster_run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                    "AND backend_type = 'client backend'");
    return 0;
}

START_TEST(an_error_names_its_end)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_copied copied;
    begin(_i);
    fill(token);
    const char *end_of = ways[_i].to == POSTGRES ? "target: " : "source: ";
    ck_assert_int_eq(copy(end_sessions, NULL, 0, &copied), TASKS_UNAVAILABLE);
    ck_assert_msg(!strncmp(error.message, end_of, strlen(end_of)), "%s", error.message);
    end();
}
END_TEST

/* PostgreSQL has room for more ids than a file. */
START_TEST(an_id_beyond_those_of_a_file_is_refused)
{
    char token[TASKS_TOKEN_SIZE], sql[160];
    tasks_copied copied;
    begin(1);
    fill(token);
    snprintf(sql, sizeof sql, "SET search_path = %s; UPDATE tasks SET id = 1099511627776 WHERE id = 3000",
             strstr(from, "search_path%3D") + sizeof "search_path%3D" - 1);
    cluster_run(sql);
    ck_assert_int_eq(copy(NULL, NULL, 0, &copied), TASKS_FULL);
    ck_assert_str_eq(error.code, "store_full");
    refuses_to_open();
    end();
}
END_TEST

START_TEST(a_dry_run_makes_nothing)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_copied copied;
    begin(_i);
    fill(token);
    OK(copy(NULL, NULL, 1, &copied));
    ck_assert_int_eq(copied.copied, copied.records);
    tasks_options options = options_of(to, TASKS_MIGRATE_NO);
    tasks_migration now;
    OK(tasks_migrate(&options, 1, &now, &error));
    ck_assert_int_eq(now.from, 0);
    end();
}
END_TEST

static char *bytes_of(const char *uri, size_t *size)
{
    struct stat about;
    int fd = open(uri + sizeof "sqlite:" - 1, O_RDONLY | O_CLOEXEC);
    ck_assert(fd >= 0 && !fstat(fd, &about));
    char *bytes = malloc((size_t)about.st_size);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(read(fd, bytes, (size_t)about.st_size), about.st_size);
    close(fd);
    *size = (size_t)about.st_size;
    return bytes;
}

START_TEST(the_source_stays_as_it_is)
{
    char token[TASKS_TOKEN_SIZE];
    tasks_copied copied;
    size_t before_size, after_size;
    begin(0);
    fill(token);
    char *before = bytes_of(from, &before_size);
    OK(copy(NULL, NULL, 0, &copied));
    char *after = bytes_of(from, &after_size);
    ck_assert(before_size == after_size && !memcmp(before, after, after_size));
    free(before);
    free(after);
    end();
}
END_TEST

START_TEST(memory_does_not_grow_with_the_store)
{
    static char notes[NOTES + 1];
    tasks_copied copied;
    struct rusage used;
    begin(_i);
    memset(notes, 'n', NOTES);
    tasks_db *db = open_store(from);
    fill_tasks(db, MANY, notes);
    tasks_close(db);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (!pid) {
        bool done = !copy(NULL, NULL, 0, &copied) && copied.tasks == MANY;
        _exit(done && !getrusage(RUSAGE_SELF, &used) && used.ru_maxrss < LIMIT_KB ? 0 : 1);
    }
    int code;
    ck_assert_int_eq(waitpid(pid, &code, 0), pid);
    ck_assert_msg(!code, "the copy failed, or took more than %d KB", LIMIT_KB);
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("copy");
    TCase *group = tcase_create("copy");
    cluster_begin();
    tcase_set_timeout(group, 240); /* it fills and copies stores of 60 MB */
    tcase_add_loop_test(group, a_copy_has_all_of_it, 0, WAYS);
    tcase_add_loop_test(group, a_copy_goes_on_where_it_was_killed, 0, WAYS);
    tcase_add_loop_test(group, only_what_is_missing_is_copied_again, 0, WAYS);
    tcase_add_loop_test(group, a_source_that_has_changed_is_copied_anew, 0, WAYS);
    tcase_add_loop_test(group, a_target_in_use_is_refused_and_left_alone, 0, WAYS);
    tcase_add_loop_test(group, who_was_there_before_waits_for_its_end, 0, WAYS);
    tcase_add_loop_test(group, no_write_gets_lost_where_a_copy_begins, 0, WAYS);
    tcase_add_loop_test(group, an_error_names_its_end, 0, 2);
    tcase_add_test(group, an_id_beyond_those_of_a_file_is_refused);
    tcase_add_loop_test(group, a_dry_run_makes_nothing, 0, WAYS);
    tcase_add_test(group, the_source_stays_as_it_is);
    tcase_add_loop_test(group, memory_does_not_grow_with_the_store, 0, 2);
    suite_add_tcase(suite, group);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
