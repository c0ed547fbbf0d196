/* The backend fails at its nth call, for every n: the statuses are right, nothing is half done, the handle
 * works on, and what may have happened is not done again. */
#include <stdio.h>

#include "faulty.h"
#include "fixture_sqlite.h"
#include "steps.h"

/* ---- What comes of it ---- */

/* How a call ends when the fault hits it; no code: nobody notices. */
static const struct ending {
    const char *name, *code;
    tasks_status status;
    bool done; /* it happened nevertheless */
} endings[FAULTY_KINDS] = {
    [FAULTY_CONNECT] = {"connect", "store_away", TASKS_UNAVAILABLE, false},
    [FAULTY_READ] = {"read", "store_away", TASKS_UNAVAILABLE, false},
    [FAULTY_READ_BROKEN] = {"read, broken", NULL, TASKS_OK, true},
    [FAULTY_BUSY] = {"busy", "store_away", TASKS_UNAVAILABLE, false},
    [FAULTY_MEMORY] = {"memory", "no_memory", TASKS_NO_MEMORY, false},
    [FAULTY_UNDONE_BROKEN] = {"undone, broken", NULL, TASKS_OK, true},
    [FAULTY_UNKNOWN_NOT] = {"unknown, not done", "outcome_unknown", TASKS_UNAVAILABLE, false},
    [FAULTY_UNKNOWN_DONE] = {"unknown, done", "outcome_unknown", TASKS_UNAVAILABLE, true},
    [FAULTY_OTHER] = {"other", "store_away", TASKS_UNAVAILABLE, false},
    [FAULTY_AHEAD] = {"announced, broken", NULL, TASKS_OK, true},
};

/* One step on both stores. Returns whether the fault hit it. */
static bool take(int step, const struct ending *ending, tasks_db *db, tasks_db *sound, bool *hit)
{
    int writes_before = faulty_writes();
    kit_soil();
    tasks_status status = steps_all[step].run(db);
    ck_assert_msg(!steps_broken, "%s: %s", ending->name, steps_broken);
    bool now = faulty_fired() && !*hit;
    *hit = faulty_fired();
    if (!now || !ending->code) {
        ck_assert_msg(steps_all[step].run(sound) == status, "%s: %s: %s", ending->name, steps_all[step].name,
                      tasks_status_name(status));
        return now;
    }
    ck_assert_msg(status == ending->status && !strcmp(kit_error.code, ending->code), "%s: %s: %s %s",
                  ending->name, steps_all[step].name, tasks_status_name(status), kit_error.code);
    if (!strcmp(ending->code, "outcome_unknown"))
        ck_assert_int_eq(faulty_writes() - writes_before, 1);
    if (steps_all[step].in_parts)
        KIT_OK(steps_all[step].run(db));
    if (ending->done || steps_all[step].in_parts)
        steps_all[step].run(sound);
    return true;
}

/* All steps with a fault at the nth call. Returns whether there was an nth call. */
static bool run(faulty_kind kind, int nth)
{
    char uri[CONFORMANCE_URI_SIZE];
    tasks_db *db, *sound = steps_sound_store();
    tasks_options options = kit_options();
    bool hit = false;
    kit_place(uri);
    options.uri = uri;
    options.pool_size = 2;
    faulty_arm(FAULTY_NEVER, 0);
    KIT_OK(faulty_open(&options, &db, &kit_error));
    faulty_arm(kind, nth);
    for (int step = 0; step < steps_count; step++)
        if (take(step, &endings[kind], db, sound, &hit))
            steps_same(db, sound);
    faulty_arm(FAULTY_NEVER, 0);
    steps_same(db, sound);
    tasks_close(db);
    tasks_close(sound);
    kit_drop(uri);
    return hit;
}

START_TEST(each_call_may_fail)
{
    int nth = 1;
    while (run((faulty_kind)_i, nth))
        nth++;
    ck_assert_int_gt(nth, 1);
}
END_TEST

/* ---- Groups ---- */

enum { WRITERS = 16, EACH = 10, ROUNDS_MAX = 100 };

/* What each call ended with: of all that failed, nothing may be there, unless nobody knows. */
static struct tally {
    int done[WRITERS], unknown[WRITERS], failed[WRITERS];
} tally;

static void write_often(int number, void *db)
{
    for (int i = 0; i < EACH; i++) {
        tasks_patch patch = kit_titled("x");
        tasks_task *task;
        tasks_status status = tasks_create(db, &patch, &task, &kit_error);
        tasks_task_free(task);
        if (!status)
            tally.done[number]++;
        else if (!strcmp(kit_error.code, "outcome_unknown"))
            tally.unknown[number]++;
        else
            tally.failed[number]++;
    }
}

static int sum(const int *numbers)
{
    int total = 0;
    for (int i = 0; i < WRITERS; i++)
        total += numbers[i];
    return total;
}

START_TEST(a_fault_in_a_group_is_told_to_all_whom_it_hit)
{
    const struct ending *ending = &endings[_i];
    tasks_options options = kit_options();
    tasks_db *db;
    faulty_arm(FAULTY_NEVER, 0);
    KIT_OK(faulty_open(&options, &db, &kit_error));
    memset(&tally, 0, sizeof tally);
    faulty_repeat((faulty_kind)_i, 4);
    int rounds = 0;
    do /* a busy machine may run the threads one after the other, and none is announced then */
        kit_threads(WRITERS, write_often, db);
    while (++rounds < ROUNDS_MAX && !faulty_fired());
    ck_assert(faulty_fired());
    faulty_arm(FAULTY_NEVER, 0);
    int64_t there = kit_revision(db);
    bool unknown = ending->code && !strcmp(ending->code, "outcome_unknown");
    ck_assert_int_eq(sum(tally.done) + sum(tally.unknown) + sum(tally.failed), rounds * WRITERS * EACH);
    ck_assert_int_eq(there, sum(tally.done) + (unknown && ending->done ? sum(tally.unknown) : 0));
    if (unknown)
        ck_assert_int_eq(sum(tally.failed), 0);
    else
        ck_assert_int_eq(sum(tally.unknown), 0);
    if (!ending->code)
        ck_assert_int_eq(sum(tally.failed), 0);
    KIT_OK(tasks_check(db, &kit_error));
    tasks_close(db);
}
END_TEST

/* ---- A store that is away for a while ---- */

START_TEST(a_store_that_comes_back_is_used_again)
{
    tasks_options options = kit_options();
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    tasks_db *db;
    faulty_arm(FAULTY_NEVER, 0);
    KIT_OK(faulty_open(&options, &db, &kit_error));
    faulty_repeat(FAULTY_CONNECT, 1);
    for (int step = 0; step < steps_count; step++) {
        kit_soil();
        ck_assert_int_eq(steps_all[step].run(db), TASKS_UNAVAILABLE);
        ck_assert_str_eq(kit_error.code, "store_away");
    }
    KIT_OK(tasks_stats(db, 0, &figures, &kit_error));
    ck_assert_int_ge(figures.errors, steps_count);
    ck_assert_int_eq(figures.opened, 0);
    ck_assert_uint_eq(figures.in_use, 0);
    faulty_arm(FAULTY_NEVER, 0);
    for (int step = 0; step < steps_count; step++)
        KIT_OK(steps_all[step].run(db));
    tasks_close(db);
}
END_TEST

static TCase *faults(void)
{
    TCase *group = tcase_create("faults");
    tcase_add_loop_test(group, each_call_may_fail, FAULTY_CONNECT, FAULTY_AHEAD);
    tcase_add_loop_test(group, a_fault_in_a_group_is_told_to_all_whom_it_hit, FAULTY_BUSY, FAULTY_OTHER);
    tcase_add_loop_test(group, a_fault_in_a_group_is_told_to_all_whom_it_hit, FAULTY_AHEAD, FAULTY_KINDS);
    tcase_add_test(group, a_store_that_comes_back_is_used_again);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {faults, NULL};
    return kit_run("faulty backend", &fixture_sqlite, groups);
}
