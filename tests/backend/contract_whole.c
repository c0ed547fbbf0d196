/* The store as a whole: what outlives a handle, figures, check, migration, backup. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract.h"
#include "folder.h"

/* ---- Reopening ---- */

START_TEST(a_store_is_the_same_after_a_close)
{
    tasks_db *ann = kit_view("ann");
    for (int i = 0; i < 3; i++)
        kit_add(kit_db(), "x");
    kit_add(ann, "ann's");
    KIT_OK(tasks_delete(kit_db(), 3, 0, NULL, &kit_error));
    tasks_close(ann);
    tasks_task *before = kit_get(kit_db(), 2);
    kit_reopen();
    tasks_task *after = kit_get(kit_db(), 2);
    kit_same(after, before);
    tasks_task_free(before);
    tasks_task_free(after);
    ck_assert_int_eq(kit_revision(kit_db()), 4);
    tasks_page *page;
    KIT_OK(tasks_changes(kit_db(), 2, 0, &page, &kit_error));
    ck_assert_uint_eq(tasks_page_count(page), 1);
    ck_assert_int_eq(tasks_page_at(page, 0)->deleted, 1);
    tasks_page_free(page);
    ann = kit_view("ann");
    ck_assert_int_eq(kit_revision(ann), 1);
    tasks_close(ann);
}
END_TEST

START_TEST(what_one_handle_wrote_another_reads_at_once)
{
    tasks_db *other = kit_open();
    tasks_patch patch = kit_titled("theirs");
    tasks_task *none;
    for (int64_t i = 1; i <= 10; i++) {
        ck_assert_int_eq(kit_add(i % 2 ? kit_db() : other, "x"), i);
        tasks_task_free(kit_get(i % 2 ? other : kit_db(), i));
        tasks_task_free(kit_update(i % 2 ? other : kit_db(), i, &patch));
        ck_assert_int_eq(kit_revision(kit_db()), 2 * i);
    }
    KIT_FAILS(TASKS_CONFLICT, "revision_mismatch", tasks_update(other, 1, 1, &patch, &none, &kit_error));
    tasks_close(other);
}
END_TEST

/* ---- Figures, ping, check ---- */

START_TEST(figures_count_owners_tasks_and_connections)
{
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    tasks_patch done = kit_titled("done");
    done.set |= TASKS_SET_COMPLETED;
    done.completed = 1;
    tasks_db *ann = kit_view("ann");
    kit_add(kit_db(), "x");
    kit_add(ann, "x");
    tasks_task_free(kit_create(ann, &done));
    KIT_OK(tasks_stats(kit_db(), 1, &figures, &kit_error));
    ck_assert_int_eq(figures.owners, 2);
    ck_assert_int_eq(figures.tasks, 3);
    ck_assert_int_eq(figures.completed, 1);
    ck_assert(figures.bytes == -1 || figures.bytes > 0);
    ck_assert_int_ge(figures.schema_version, 1);
    ck_assert_str_ne(figures.backend, "");
    ck_assert_uint_ge(figures.pool_size, 1);
    ck_assert_uint_eq(figures.in_use, 0);
    ck_assert_uint_eq(figures.waiting, 0);
    ck_assert_uint_ge(figures.idle, 1);
    ck_assert_int_ge(figures.opened, figures.idle);
    ck_assert_int_eq(figures.batches, 3);
    ck_assert_int_eq(figures.groups, 3);
    KIT_OK(tasks_stats(kit_db(), 0, &figures, &kit_error));
    ck_assert_int_eq(figures.owners, -1);
    ck_assert_int_eq(figures.tasks, -1);
    ck_assert_int_eq(figures.completed, -1);
    tasks_close(ann);
}
END_TEST

START_TEST(a_sound_store_answers_and_passes_its_check)
{
    static const char *const tags[] = {"a", "b"};
    KIT_OK(tasks_ping(kit_db(), &kit_error));
    KIT_OK(tasks_check(kit_db(), &kit_error));
    for (int i = 0; i < 5; i++) {
        tasks_patch patch = kit_titled("x");
        patch.set |= TASKS_SET_TAGS | TASKS_SET_COMPLETED;
        patch.tags = tags;
        patch.tag_count = 2;
        patch.completed = i % 2;
        tasks_task_free(kit_create(kit_db(), &patch));
    }
    KIT_OK(tasks_delete(kit_db(), 2, 0, NULL, &kit_error));
    KIT_OK(tasks_check(kit_db(), &kit_error));
    KIT_OK(tasks_check(kit_db(), NULL));
}
END_TEST

/* ---- Migration ---- */

static tasks_migration migrated(tasks_options *options, int32_t dry_run)
{
    tasks_migration done;
    KIT_OK(tasks_migrate(options, dry_run, &done, &kit_error));
    return done;
}

START_TEST(a_new_store_is_migrated_when_told_and_only_then)
{
    char uri[CONFORMANCE_URI_SIZE];
    tasks_db *db;
    kit_place(uri);
    tasks_options options = kit_options();
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_NO;
    tasks_migration dry = migrated(&options, 1);
    ck_assert_int_eq(dry.from, 0);
    ck_assert_int_ge(dry.to, 1);
    ck_assert_int_ne(kit_try(&options, &db), TASKS_OK);
    ck_assert(kit_error.status == TASKS_UNSUPPORTED ? !strcmp(kit_error.code, "store_old")
                                                    : !strcmp(kit_error.code, "file_missing"));
    tasks_migration done = migrated(&options, 0);
    ck_assert_int_eq(done.from, 0);
    ck_assert_int_eq(done.to, dry.to);
    done = migrated(&options, 0);
    ck_assert_int_eq(done.from, dry.to);
    ck_assert_int_eq(done.to, dry.to);
    KIT_OK(kit_try(&options, &db));
    kit_add(db, "x");
    tasks_close(db);
    done = migrated(&options, 1);
    ck_assert_int_eq(done.from, dry.to);
    kit_drop(uri);
}
END_TEST

/* ---- Backup ---- */

static int32_t count_calls(void *context, int64_t done, int64_t total)
{
    ck_assert_int_ge(done, 0);
    ck_assert_int_le(done, total);
    ++*(int *)context;
    return 0;
}

static int32_t stop(void *context, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    ++*(int *)context;
    return 1;
}

static void fill_pages(void)
{
    static char notes[TASKS_NOTES_MAX + 1];
    static tasks_op ops[400];
    tasks_patch patch = kit_titled("x");
    memset(notes, 'n', TASKS_NOTES_MAX);
    patch.set |= TASKS_SET_NOTES;
    patch.notes = notes;
    for (int i = 0; i < KIT_COUNT(ops); i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    KIT_OK(tasks_apply(kit_db(), ops, KIT_COUNT(ops), NULL, &kit_error));
}

static void same_lists(tasks_db *a, tasks_db *b)
{
    tasks_query query = TASKS_QUERY_INIT;
    query.limit = TASKS_LIMIT_MAX;
    tasks_page *one = kit_list(a, &query), *two = kit_list(b, &query);
    ck_assert_uint_eq(tasks_page_count(one), tasks_page_count(two));
    ck_assert_int_eq(tasks_page_revision(one), tasks_page_revision(two));
    for (uint32_t i = 0; i < tasks_page_count(one); i++)
        kit_same(tasks_page_at(one, i), tasks_page_at(two, i));
    tasks_page_free(one);
    tasks_page_free(two);
}

static tasks_db *open_copy(const char *path)
{
    char uri[CONFORMANCE_URI_SIZE];
    tasks_db *copy;
    tasks_options options = TASKS_OPTIONS_INIT;
    snprintf(uri, sizeof uri, "sqlite:%s", path);
    options.uri = uri;
    options.migrate = TASKS_MIGRATE_NO;
    options.now_ms = kit_options().now_ms;
    KIT_OK(tasks_open(&options, &copy, &kit_error));
    return copy;
}

START_TEST(a_backup_is_a_store_of_its_own)
{
    char path[CONFORMANCE_URI_SIZE];
    int calls = 0;
    struct stat about;
    fill_pages();
    folder_file(path, sizeof path, "backup.db");
    KIT_OK(tasks_backup(kit_db(), path, count_calls, &calls, &kit_error));
    ck_assert_int_gt(calls, 1);
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_int_eq(about.st_mode & 07777, 0600);
    tasks_db *copy = open_copy(path);
    same_lists(kit_db(), copy);
    KIT_OK(tasks_check(copy, &kit_error));
    ck_assert_int_eq(kit_add(copy, "only in the copy"), kit_add(kit_db(), "only here"));
    tasks_close(copy);
    KIT_FAILS(TASKS_CONFLICT, "file_exists", tasks_backup(kit_db(), path, NULL, NULL, &kit_error));
    unlink(path);
}
END_TEST

START_TEST(a_backup_that_is_stopped_leaves_nothing)
{
    char path[CONFORMANCE_URI_SIZE];
    int calls = 0;
    fill_pages();
    int before = folder_count();
    folder_file(path, sizeof path, "stopped.db");
    KIT_FAILS(TASKS_TIMEOUT, "wait_timeout", tasks_backup(kit_db(), path, stop, &calls, &kit_error));
    ck_assert_int_eq(calls, 1);
    folder_file(path, sizeof path, "no such folder/copy.db");
    ck_assert_int_ne(tasks_backup(kit_db(), path, NULL, NULL, &kit_error), TASKS_OK);
    KIT_FAILS(TASKS_INVALID, "option_malformed", tasks_backup(kit_db(), "", NULL, NULL, &kit_error));
    KIT_FAILS(TASKS_INVALID, "option_malformed", tasks_backup(kit_db(), NULL, NULL, NULL, &kit_error));
    ck_assert_int_eq(folder_count(), before);
    kit_add(kit_db(), "still in use");
}
END_TEST

/* One thread writes while another copies: the copy is of one moment. */
static void copy_or_write(int number, void *path)
{
    if (number == 0) {
        KIT_OK(tasks_backup(kit_db(), path, NULL, NULL, &kit_error));
        return;
    }
    for (int i = 0; i < 30; i++)
        kit_add(kit_db(), "meanwhile");
}

START_TEST(a_backup_is_of_one_moment_while_others_write)
{
    char path[CONFORMANCE_URI_SIZE];
    tasks_query query = TASKS_QUERY_INIT;
    query.limit = TASKS_LIMIT_MAX;
    fill_pages();
    folder_file(path, sizeof path, "moment.db");
    kit_threads(2, copy_or_write, path);
    tasks_db *copy = open_copy(path);
    tasks_page *page = kit_list(copy, &query);
    ck_assert_int_eq(tasks_page_count(page), 400 + tasks_page_revision(page) - 1);
    tasks_page_free(page);
    tasks_close(copy);
    unlink(path);
}
END_TEST

TCase *contract_whole(void)
{
    TCase *group = tcase_create("whole");
    if (kit_can(CONFORMANCE_PERSISTS)) {
        tcase_add_test(group, a_store_is_the_same_after_a_close);
        tcase_add_test(group, what_one_handle_wrote_another_reads_at_once);
        tcase_add_test(group, a_new_store_is_migrated_when_told_and_only_then);
    }
    tcase_add_test(group, figures_count_owners_tasks_and_connections);
    tcase_add_test(group, a_sound_store_answers_and_passes_its_check);
    if (kit_can(CONFORMANCE_BACKUP)) {
        tcase_add_test(group, a_backup_is_a_store_of_its_own);
        tcase_add_test(group, a_backup_that_is_stopped_leaves_nothing);
        tcase_add_test(group, a_backup_is_of_one_moment_while_others_write);
    }
    return group;
}
