/* Memory runs out at the nth allocation, for every n: the call says so and has changed nothing, nothing
 * leaks, and the handle works on. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture_sqlite.h"
#include "folder.h"
#include "scarce.h"
#include "steps.h"

/* SQLite copes with some failures: then the call is as good as any. */
static bool ends_well(tasks_status status, const char *what, long nth)
{
    ck_assert_msg(!steps_broken, "%s, allocation %ld: %s", what, nth, steps_broken);
    ck_assert_msg(!status || (status == TASKS_NO_MEMORY && !strcmp(kit_error.code, "no_memory")),
                  "%s, allocation %ld: %s %s %s", what, nth, tasks_status_name(status), kit_error.code,
                  kit_error.message);
    return !status;
}

/* ---- Each call on an open store ---- */

/* A step that fails until it has all the memory it wants. What was refused has changed nothing. */
static void starve_step(const steps_step *step, scarce_mode mode, tasks_db *db, tasks_db *sound)
{
    bool starved = true;
    for (long nth = 1; starved; nth++) {
        kit_soil();
        scarce_at(nth, mode);
        tasks_status status = step->run(db);
        starved = scarce_end();
        bool refused = status == TASKS_NO_MEMORY;
        if (refused)
            ends_well(status, step->name, nth);
        ck_assert_msg(starved || !refused, "%s: out of memory without reason", step->name);
        if (refused && step->in_parts)
            status = step->run(db);
        if (!refused || step->in_parts)
            ck_assert_msg(step->run(sound) == status, "%s, allocation %ld: %s", step->name, nth,
                          tasks_status_name(status));
        if (starved && step->writes)
            ck_assert_int_eq(kit_revision(db), kit_revision(sound));
    }
    steps_same(db, sound);
}

/* Each step begins with a handle that has no connection and no statement yet. */
START_TEST(each_call_may_run_out_of_memory)
{
    tasks_db *sound = steps_sound_store();
    for (int i = 0; i < steps_count; i++) {
        kit_reopen();
        starve_step(&steps_all[i], (scarce_mode)_i, kit_db(), sound);
    }
    KIT_OK(tasks_check(kit_db(), &kit_error));
    tasks_close(sound);
}
END_TEST

START_TEST(each_call_on_a_store_in_memory_may_run_out_of_memory)
{
    tasks_db *db = steps_sound_store(), *sound = steps_sound_store();
    for (int i = 0; i < steps_count; i++)
        starve_step(&steps_all[i], (scarce_mode)_i, db, sound);
    KIT_OK(tasks_check(db, &kit_error));
    tasks_close(sound);
    tasks_close(db);
}
END_TEST

/* ---- Opening ---- */

/* Opens a store, new or old, and makes its first calls: connections, statements and pages are all new. */
static tasks_status open_and_use(const char *uri, int64_t *id)
{
    tasks_options options = kit_options();
    tasks_patch patch = kit_titled("x");
    tasks_task *task = NULL;
    tasks_page *page = NULL;
    tasks_db *db, *view = NULL;
    options.uri = uri;
    options.pool_size = 2;
    tasks_status status = tasks_open(&options, &db, &kit_error);
    if (!status != !!db)
        steps_broken = "a handle exactly if the open went well";
    if (!status)
        status = tasks_as(db, "ann", &view, &kit_error);
    if (!status)
        status = tasks_list(view, NULL, &page, &kit_error);
    if (!status)
        status = tasks_create(view, &patch, &task, &kit_error);
    *id = task ? task->id : 0;
    tasks_task_free(task);
    tasks_page_free(page);
    tasks_close(view);
    tasks_close(db);
    return status;
}

START_TEST(opening_may_run_out_of_memory)
{
    char uri[CONFORMANCE_URI_SIZE];
    int64_t id, last = 0;
    bool starved = true;
    kit_place(uri);
    for (long nth = 1; starved; nth += 1 + nth / 40) {
        scarce_at(nth, (scarce_mode)_i);
        tasks_status status = open_and_use(uri, &id);
        starved = scarce_end();
        if (starved && !ends_well(status, "open", nth))
            continue;
        ck_assert_int_eq(status, TASKS_OK);
        ck_assert_int_eq(id, ++last);
    }
    ck_assert_int_eq(open_and_use(uri, &id), TASKS_OK);
    ck_assert_int_eq(id, last + 1);
    kit_drop(uri);
}
END_TEST

START_TEST(making_a_store_may_run_out_of_memory)
{
    bool starved = true;
    for (long nth = 1; starved; nth += 1 + nth / 20) {
        char uri[CONFORMANCE_URI_SIZE];
        int64_t id;
        kit_place(uri);
        scarce_at(nth, (scarce_mode)_i);
        tasks_status status = open_and_use(uri, &id);
        starved = scarce_end();
        ends_well(status, "make", nth);
        if (status)
            ck_assert_int_eq(open_and_use(uri, &id), TASKS_OK); /* what is left behind does no harm */
        ck_assert_int_eq(id, 1);
        kit_drop(uri);
    }
}
END_TEST

START_TEST(migrating_may_run_out_of_memory)
{
    for (int32_t dry_run = 0; dry_run <= 1; dry_run++) {
        bool starved = true;
        for (long nth = 1; starved; nth += 1 + nth / 20) {
            char uri[CONFORMANCE_URI_SIZE];
            tasks_options options = kit_options();
            tasks_migration migration;
            kit_place(uri);
            options.uri = uri;
            scarce_at(nth, (scarce_mode)_i);
            tasks_status status = tasks_migrate(&options, dry_run, &migration, &kit_error);
            starved = scarce_end();
            ends_well(status, "migrate", nth);
            kit_drop(uri);
        }
    }
}
END_TEST

/* ---- Backup ---- */

START_TEST(a_backup_may_run_out_of_memory)
{
    char path[600];
    bool starved = true;
    folder_file(path, sizeof path, "scarce.db");
    kit_add(kit_db(), "x");
    int entries = folder_count();
    for (long nth = 1; starved; nth += 1 + nth / 40) {
        scarce_at(nth, (scarce_mode)_i);
        tasks_status status = tasks_backup(kit_db(), path, NULL, NULL, &kit_error);
        starved = scarce_end();
        if (ends_well(status, "backup", nth))
            ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(folder_count(), entries);
    }
    kit_add(kit_db(), "y");
    KIT_OK(tasks_check(kit_db(), &kit_error));
}
END_TEST

/* ---- JSON ---- */

static const char json[] =
    "[{\"title\":\"one\",\"notes\":\"a longer text, so that it does not fit into any small buffer at once\","
    "\"tags\":[\"a\",\"b\"],\"order\":0.25,\"due_at\":\"2026-01-31T09:30:00Z\"},{\"title\":\"two\"}]";

static tasks_status read_json(void)
{
    tasks_patches *patches;
    tasks_status status = tasks_patches_read(json, sizeof json - 1, &patches, &kit_error);
    if (!status != (patches && tasks_patches_count(patches) == 2))
        steps_broken = "two patches exactly if the text was read";
    tasks_patches_free(patches);
    return status;
}

static tasks_status write_json(const tasks_page *page)
{
    tasks_text *all, *one = NULL;
    tasks_status status = tasks_page_json(page, "http://host/tasks/", &all, &kit_error);
    if (!status)
        status = tasks_task_json(tasks_page_at(page, 0), NULL, &one, &kit_error);
    if (!status != (all && one))
        steps_broken = "two texts exactly if both were written";
    tasks_text_free(all);
    tasks_text_free(one);
    return status;
}

static tasks_page *page_with_tasks(void)
{
    tasks_patches *patches;
    tasks_page *page;
    tasks_op ops[2] = {{.kind = TASKS_CREATE}, {.kind = TASKS_CREATE}};
    KIT_OK(tasks_patches_read(json, sizeof json - 1, &patches, &kit_error));
    for (uint32_t i = 0; i < 2; i++)
        ops[i].patch = tasks_patches_at(patches, i);
    KIT_OK(tasks_apply(kit_db(), ops, 2, &page, &kit_error));
    tasks_patches_free(patches);
    return page;
}

START_TEST(json_may_run_out_of_memory)
{
    tasks_page *page = page_with_tasks();
    bool starved = true;
    for (long nth = 1; starved; nth++) {
        scarce_at(nth, (scarce_mode)_i);
        tasks_status status = read_json();
        starved = scarce_end();
        if (status != TASKS_INVALID || !starved) /* jansson takes a text it has no memory for as malformed */
            ends_well(status, "JSON in", nth);
    }
    for (long nth = starved = 1; starved; nth++) {
        scarce_at(nth, (scarce_mode)_i);
        tasks_status status = write_json(page);
        starved = scarce_end();
        ends_well(status, "JSON out", nth);
    }
    tasks_page_free(page);
}
END_TEST

/* ---- Secrets ---- */

#define LOGIN "{\"username\":\"u\",\"password\":\"canary\",\"port\":5432}"

static tasks_status hand_out(void *context, const char *reference, int32_t version, char *value,
                             uint64_t size, tasks_error *error)
{
    (void)reference;
    (void)version;
    (void)error;
    snprintf(value, size, "%s", (const char *)context);
    return TASKS_OK;
}

static tasks_status check_secret(const char *reference)
{
    char login[] = LOGIN, value[sizeof LOGIN];
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_secret *found;
    options.password_ref = reference;
    options.vault = hand_out;
    options.vault_context = login;
    tasks_status status = tasks_secret_check(&options, &found, &kit_error);
    if (!status != !!found)
        steps_broken = "facts exactly if the secret was read";
    tasks_secret_free(found);
    return status ? status : tasks_secret_read(&options, value, sizeof value, &kit_error);
}

static void starve_secret(const char *reference, scarce_mode mode)
{
    bool starved = true;
    for (long nth = 1; starved; nth++) {
        scarce_at(nth, mode);
        tasks_status status = check_secret(reference);
        starved = scarce_end();
        if (!starved || strcmp(kit_error.code, "secret_unusable") != 0) /* jansson, as above */
            ends_well(status, reference, nth);
        ck_assert_ptr_null(strstr(kit_error.message, "canary"));
    }
}

START_TEST(secrets_may_run_out_of_memory)
{
    char reference[600] = "file:";
    folder_file(reference + 5, sizeof reference - 5, "secret");
    FILE *file = fopen(reference + 5, "w");
    ck_assert(file && fputs(LOGIN, file) >= 0 && fclose(file) == 0 && chmod(reference + 5, 0600) == 0);
    setenv("SECRET", LOGIN, 1);
    starve_secret(reference, (scarce_mode)_i);
    starve_secret("env:SECRET", (scarce_mode)_i);
    starve_secret("env:SECRET#port", (scarce_mode)_i);
    starve_secret("my:login", (scarce_mode)_i);
    starve_secret("my:login#password", (scarce_mode)_i);
    unlink(reference + 5);
}
END_TEST

static TCase *memory(void)
{
    TCase *group = tcase_create("memory");
    tcase_add_loop_test(group, each_call_may_run_out_of_memory, 0, SCARCE_MODES);
    tcase_add_loop_test(group, each_call_on_a_store_in_memory_may_run_out_of_memory, 0, SCARCE_MODES);
    tcase_add_loop_test(group, opening_may_run_out_of_memory, 0, SCARCE_MODES);
    tcase_add_loop_test(group, making_a_store_may_run_out_of_memory, 0, SCARCE_MODES);
    tcase_add_loop_test(group, migrating_may_run_out_of_memory, 0, SCARCE_MODES);
    tcase_add_loop_test(group, a_backup_may_run_out_of_memory, 0, SCARCE_MODES);
    tcase_add_loop_test(group, json_may_run_out_of_memory, 0, SCARCE_MODES);
    tcase_add_loop_test(group, secrets_may_run_out_of_memory, 0, SCARCE_MODES);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {memory, NULL};
    scarce_begin();
    return kit_run("memory", &fixture_sqlite, groups);
}
