/* The disk fails at the nth call, for every n and every kind of call: the statuses are right, what was
 * acknowledged is there, what was refused is not, and the handle works on. */
#include <stdio.h>
#include <unistd.h>

#include "fixture_sqlite.h"
#include "folder.h"
#include "shaky.h"
#include "steps.h"

static const char *const kinds[SHAKY_KINDS] = {
    [SHAKY_OPEN] = "open",         [SHAKY_READ] = "read",    [SHAKY_WRITE] = "write",
    [SHAKY_TORN] = "torn write",   [SHAKY_FULL] = "no room", [SHAKY_SYNC] = "sync",
    [SHAKY_TRUNCATE] = "truncate",
};

/* What a call may say when the disk failed under it. */
static bool expected(tasks_status status, shaky_kind kind)
{
    if (status == TASKS_FULL)
        return kind == SHAKY_FULL && !strcmp(kit_error.code, "store_full");
    return status == TASKS_UNAVAILABLE &&
           (!strcmp(kit_error.code, "store_away") || !strcmp(kit_error.code, "outcome_unknown"));
}

static void check_ending(tasks_status status, shaky_kind kind, long nth, const char *what)
{
    ck_assert_msg(!steps_broken, "%s %ld: %s", kinds[kind], nth, steps_broken);
    ck_assert_msg(!status || expected(status, kind), "%s %ld: %s: %s %s: %s", kinds[kind], nth, what,
                  tasks_status_name(status), kit_error.code, kit_error.message);
}

/* After an unknown outcome: did it happen? The revision tells. */
static bool happened(tasks_db *db, tasks_db *sound)
{
    return kit_revision(db) != kit_revision(sound);
}

/* One step, and what must be true after it. */
static void take(const steps_step *step, shaky_kind kind, long nth, tasks_db *db, tasks_db *sound)
{
    kit_soil();
    tasks_status status = step->run(db);
    bool failed = status && expected(status, kind);
    bool unknown = failed && !strcmp(kit_error.code, "outcome_unknown");
    if (!failed) {
        ck_assert_msg(step->run(sound) == status, "%s %ld: %s: %s %s: %s", kinds[kind], nth, step->name,
                      tasks_status_name(status), kit_error.code, kit_error.message);
        return;
    }
    check_ending(status, kind, nth, step->name);
    if (step->in_parts)
        KIT_OK(step->run(db));
    if (step->in_parts || (unknown && happened(db, sound)))
        step->run(sound);
    if (step->writes)
        ck_assert_msg(!happened(db, sound), "%s %ld: %s: refused and done", kinds[kind], nth, step->name);
}

/* All steps on a store of its own, with a fault at the nth call. Returns whether there was an nth call. */
static bool run(shaky_kind kind, long nth)
{
    char uri[CONFORMANCE_URI_SIZE];
    tasks_options options = kit_options();
    tasks_db *db, *sound = steps_sound_store();
    kit_place(uri);
    options.uri = uri;
    options.pool_size = 2;
    shaky_at(kind, nth);
    tasks_status status = tasks_open(&options, &db, &kit_error);
    check_ending(status, kind, nth, "open");
    if (status)
        KIT_OK(tasks_open(&options, &db, &kit_error));
    for (int i = 0; i < steps_count; i++)
        take(&steps_all[i], kind, nth, db, sound);
    tasks_close(db);
    bool reached = shaky_end();
    KIT_OK(tasks_open(&options, &db, &kit_error));
    steps_same(db, sound);
    tasks_close(db);
    tasks_close(sound);
    kit_drop(uri);
    return reached;
}

START_TEST(the_disk_may_fail_at_each_call)
{
    long nth = 1;
    for (; run((shaky_kind)_i, nth); nth += 1 + nth / 50)
        ;
    ck_assert_int_gt(nth, _i == SHAKY_TRUNCATE ? 0 : 1);
}
END_TEST

START_TEST(a_backup_that_the_disk_fails_leaves_nothing)
{
    char path[600];
    folder_file(path, sizeof path, "shaky.db");
    for (int i = 0; i < 20; i++)
        kit_add(kit_db(), "x");
    int entries = folder_count();
    bool reached = true;
    for (long nth = 1; reached; nth += 1 + nth / 20) {
        shaky_at((shaky_kind)_i, nth);
        tasks_status status = tasks_backup(kit_db(), path, NULL, NULL, &kit_error);
        reached = shaky_end();
        check_ending(status, (shaky_kind)_i, nth, "backup");
        if (!status)
            ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(folder_count(), entries);
    }
    kit_add(kit_db(), "y");
    KIT_OK(tasks_check(kit_db(), &kit_error));
}
END_TEST

static TCase *io(void)
{
    TCase *group = tcase_create("io");
    tcase_add_loop_test(group, the_disk_may_fail_at_each_call, 0, SHAKY_KINDS);
    tcase_add_loop_test(group, a_backup_that_the_disk_fails_leaves_nothing, 0, SHAKY_KINDS);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {io, NULL};
    shaky_begin();
    return kit_run("input and output", &fixture_sqlite, groups);
}
