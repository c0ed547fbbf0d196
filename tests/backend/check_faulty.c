/* The backend fails at its nth call, for every n: the statuses are right, nothing is half done, the handle
 * works on, and what may have happened is not done again. */
#include <stdio.h>

#include "faulty.h"
#include "fixture_sqlite.h"
#include "kit.h"

/* ---- What is done: each step on the faulty store and, if it was done, on a sound one beside it ---- */

static const char *const tags[] = {"red", "blue"};

static tasks_status create_task(tasks_db *db)
{
    tasks_patch patch = kit_titled("one");
    tasks_task *task;
    patch.set |= TASKS_SET_TAGS | TASKS_SET_UID;
    patch.tags = tags;
    patch.tag_count = KIT_COUNT(tags);
    patch.uid = "u";
    tasks_status status = tasks_create(db, &patch, &task, &kit_error);
    ck_assert(!status == !!task);
    tasks_task_free(task);
    return status;
}

static tasks_status create_expiring(tasks_db *db)
{
    tasks_patch patch = kit_titled("soon gone");
    tasks_task *task;
    patch.set |= TASKS_SET_EXPIRES_AT;
    patch.expires_at_ms = KIT_START - 1;
    tasks_status status = tasks_create(db, &patch, &task, &kit_error);
    tasks_task_free(task);
    return status;
}

static tasks_status update_task(tasks_db *db)
{
    tasks_patch patch = kit_titled("one again");
    tasks_task *task;
    tasks_status status = tasks_update(db, 1, 0, &patch, &task, &kit_error);
    ck_assert(!status == !!task);
    tasks_task_free(task);
    return status;
}

static tasks_status apply_batch(tasks_db *db)
{
    tasks_patch patch = kit_titled("batch");
    const tasks_op ops[] = {{.kind = TASKS_CREATE, .patch = &patch},
                            {.kind = TASKS_UPDATE, .id = 1, .patch = &patch},
                            {.kind = TASKS_CREATE, .patch = &patch}};
    tasks_page *page;
    tasks_status status = tasks_apply(db, ops, KIT_COUNT(ops), &page, &kit_error);
    ck_assert(!status == !!page);
    ck_assert(status || tasks_page_count(page) == KIT_COUNT(ops));
    tasks_page_free(page);
    return status;
}

static tasks_status apply_once(tasks_db *db)
{
    tasks_patch patch = kit_titled("once");
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_page *page;
    tasks_status status = tasks_apply_once(db, "key", &op, 1, &page, NULL, &kit_error);
    ck_assert(!status == !!page);
    tasks_page_free(page);
    return status;
}

static tasks_status get_task(tasks_db *db)
{
    tasks_task *task;
    tasks_status status = tasks_get(db, 1, &task, &kit_error);
    ck_assert(!status == !!task);
    tasks_task_free(task);
    return status;
}

static tasks_status list_tasks(tasks_db *db)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_page *page;
    query.sort = TASKS_SORT_UPDATED;
    query.limit = 2;
    tasks_status status = tasks_list(db, &query, &page, &kit_error);
    ck_assert(!status == !!page);
    tasks_page_free(page);
    return status;
}

static tasks_status list_changes(tasks_db *db)
{
    tasks_page *page;
    tasks_status status = tasks_changes(db, 0, 0, &page, &kit_error);
    ck_assert(!status == !!page);
    tasks_page_free(page);
    return status;
}

static tasks_status list_owners(tasks_db *db)
{
    tasks_owners *owners;
    tasks_status status = tasks_owners_list(db, NULL, 0, &owners, &kit_error);
    ck_assert(!status == !!owners);
    tasks_owners_free(owners);
    return status;
}

static tasks_status read_revision(tasks_db *db)
{
    int64_t revision, expired;
    return tasks_revision(db, &revision, &expired, &kit_error);
}

static tasks_status delete_task(tasks_db *db)
{
    tasks_task *task;
    tasks_status status = tasks_delete(db, 3, 0, &task, &kit_error);
    ck_assert(!status == !!task);
    tasks_task_free(task);
    return status;
}

static tasks_status sweep(tasks_db *db)
{
    return tasks_sweep(db, NULL, &kit_error);
}

static tasks_status clear(tasks_db *db)
{
    tasks_query query = TASKS_QUERY_INIT;
    query.text = "batch";
    return tasks_clear(db, &query, NULL, &kit_error);
}

static tasks_status ping(tasks_db *db)
{
    return tasks_ping(db, &kit_error);
}

static tasks_status check(tasks_db *db)
{
    return tasks_check(db, &kit_error);
}

static tasks_status count(tasks_db *db)
{
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    return tasks_stats(db, 1, &figures, &kit_error);
}

static tasks_status make_token(tasks_db *db)
{
    char text[TASKS_TOKEN_SIZE];
    int64_t id;
    tasks_status status = tasks_token_create(db, "ann", 0, TASKS_NO_TIME, text, &id, &kit_error);
    ck_assert(!status == (*text != 0) && !status == (id != 0));
    return status;
}

static tasks_status (*const steps[])(tasks_db *db) = {
    create_task,  create_expiring, update_task, apply_batch, apply_once,    get_task, list_tasks,
    list_changes, list_owners,     delete_task, sweep,       read_revision, clear,    ping,
    check,        count,           make_token,  create_task};

/* Those that make several calls may have done a part; called again, they do the rest. */
static bool in_parts(int step)
{
    return steps[step] == clear || steps[step] == sweep;
}

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
};

static void same_tasks(tasks_page *a, tasks_page *b)
{
    ck_assert_int_eq(tasks_page_revision(a), tasks_page_revision(b));
    ck_assert_int_eq(tasks_page_expired(a), tasks_page_expired(b));
    ck_assert_uint_eq(tasks_page_count(a), tasks_page_count(b));
    for (uint32_t i = 0; i < tasks_page_count(a); i++)
        kit_same(tasks_page_at(a, i), tasks_page_at(b, i));
    tasks_page_free(a);
    tasks_page_free(b);
}

static tasks_page *changes(tasks_db *db)
{
    tasks_page *page;
    KIT_OK(tasks_changes(db, 0, 0, &page, &kit_error));
    return page;
}

static void same_stores(tasks_db *db, tasks_db *sound)
{
    same_tasks(kit_list(db, NULL), kit_list(sound, NULL));
    same_tasks(changes(db), changes(sound));
    KIT_OK(tasks_check(db, &kit_error));
}

/* One step on both stores. Returns whether the fault hit it. */
static bool take(int step, const struct ending *ending, tasks_db *db, tasks_db *sound, bool *hit)
{
    int writes_before = faulty_writes();
    kit_soil();
    tasks_status status = steps[step](db);
    bool now = faulty_fired() && !*hit;
    *hit = faulty_fired();
    if (!now || !ending->code) {
        ck_assert_msg(steps[step](sound) == status, "%s: step %d: %s", ending->name, step,
                      tasks_status_name(status));
        return now;
    }
    ck_assert_msg(status == ending->status && !strcmp(kit_error.code, ending->code), "%s: step %d: %s %s",
                  ending->name, step, tasks_status_name(status), kit_error.code);
    if (!strcmp(ending->code, "outcome_unknown"))
        ck_assert_int_eq(faulty_writes() - writes_before, 1);
    if (in_parts(step))
        KIT_OK(steps[step](db));
    if (ending->done || in_parts(step))
        steps[step](sound);
    return true;
}

static tasks_db *sound_store(void)
{
    tasks_options options = kit_options();
    tasks_db *db;
    options.uri = "sqlite::memory:";
    KIT_OK(tasks_open(&options, &db, &kit_error));
    return db;
}

/* All steps with a fault at the nth call. Returns whether there was an nth call. */
static bool run(faulty_kind kind, int nth)
{
    char uri[CONFORMANCE_URI_SIZE];
    tasks_db *db, *sound = sound_store();
    tasks_options options = kit_options();
    bool hit = false;
    kit_place(uri);
    options.uri = uri;
    options.pool_size = 2;
    faulty_arm(FAULTY_NEVER, 0);
    KIT_OK(faulty_open(&options, &db, &kit_error));
    faulty_arm(kind, nth);
    for (int step = 0; step < KIT_COUNT(steps); step++)
        if (take(step, &endings[kind], db, sound, &hit))
            same_stores(db, sound);
    faulty_arm(FAULTY_NEVER, 0);
    same_stores(db, sound);
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

enum { WRITERS = 16, EACH = 10 };

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
    kit_threads(WRITERS, write_often, db);
    ck_assert(faulty_fired());
    faulty_arm(FAULTY_NEVER, 0);
    int64_t there = kit_revision(db);
    bool unknown = ending->code && !strcmp(ending->code, "outcome_unknown");
    ck_assert_int_eq(sum(tally.done) + sum(tally.unknown) + sum(tally.failed), WRITERS * EACH);
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
    for (int step = 0; step < KIT_COUNT(steps); step++) {
        kit_soil();
        ck_assert_int_eq(steps[step](db), TASKS_UNAVAILABLE);
        ck_assert_str_eq(kit_error.code, "store_away");
    }
    KIT_OK(tasks_stats(db, 0, &figures, &kit_error));
    ck_assert_int_ge(figures.errors, KIT_COUNT(steps));
    ck_assert_int_eq(figures.opened, 0);
    ck_assert_uint_eq(figures.in_use, 0);
    faulty_arm(FAULTY_NEVER, 0);
    for (int step = 0; step < KIT_COUNT(steps) - 1; step++)
        KIT_OK(steps[step](db));
    tasks_close(db);
}
END_TEST

static TCase *faults(void)
{
    TCase *group = tcase_create("faults");
    tcase_add_loop_test(group, each_call_may_fail, FAULTY_CONNECT, FAULTY_KINDS);
    tcase_add_loop_test(group, a_fault_in_a_group_is_told_to_all_whom_it_hit, FAULTY_BUSY, FAULTY_OTHER);
    tcase_add_test(group, a_store_that_comes_back_is_used_again);
    return group;
}

int main(void)
{
    static const kit_group groups[] = {faults, NULL};
    return kit_run("faulty backend", &fixture_sqlite, groups);
}
