/* Many callers at a time: no update is lost, no neighbour suffers, nothing is seen half done. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "contract.h"

/* ---- Optimistic locking ---- */

enum { COUNTERS = 8, INCREMENTS = 20 };

/* Reads the number in the notes and writes the next one, until nobody was faster. */
static void increment(tasks_db *db)
{
    tasks_status status;
    do {
        char number[24] = "";
        tasks_task *task = kit_get(db, 1), *after;
        tasks_patch patch = TASKS_PATCH_INIT;
        patch.set = TASKS_SET_NOTES;
        patch.notes = number;
        snprintf(number, sizeof number, "%ld", strtol(task->notes, NULL, 10) + 1);
        status = tasks_update(db, 1, task->revision, &patch, &after, &kit_error);
        ck_assert(!status || (status == TASKS_CONFLICT && !strcmp(kit_error.code, "revision_mismatch")));
        tasks_task_free(task);
        tasks_task_free(after);
    } while (status);
}

static void increment_often(int number, void *handles)
{
    tasks_db **dbs = handles;
    for (int i = 0; i < INCREMENTS; i++)
        increment(dbs[number % 2]);
}

static void counts_right(tasks_db *other)
{
    tasks_db *handles[2] = {kit_db(), other};
    kit_add(kit_db(), "counter");
    kit_threads(COUNTERS, increment_often, handles);
    tasks_task *task = kit_get(kit_db(), 1);
    ck_assert_int_eq(strtol(task->notes, NULL, 10), COUNTERS * INCREMENTS);
    ck_assert_int_eq(task->revision, COUNTERS * INCREMENTS + 1);
    tasks_task_free(task);
}

START_TEST(no_update_is_lost)
{
    counts_right(kit_db());
}
END_TEST

START_TEST(no_update_is_lost_between_two_handles)
{
    tasks_db *other = kit_open();
    counts_right(other);
    tasks_close(other);
}
END_TEST

/* ---- Groups ---- */

enum { WRITERS = 16, BATCHES = 12, CREATES = 3 };

typedef struct ledger {
    int64_t revisions[WRITERS * BATCHES]; /* of the batches that went well; 0 for the others */
} ledger;

/* Every third batch fails at its last operation, each in another way. */
static tasks_op last_operation(int number, int batch, const tasks_patch *create, const tasks_patch *taken)
{
    switch ((number + batch) % 6) {
    case 0:
        return (tasks_op){.kind = TASKS_DELETE, .id = 1000000};
    case 3:
        return (tasks_op){.kind = TASKS_CREATE, .patch = taken};
    default:
        return (tasks_op){.kind = TASKS_CREATE, .patch = create};
    }
}

static void write_batches(int number, void *opaque)
{
    ledger *l = opaque;
    for (int i = 0; i < BATCHES; i++) {
        char title[32] = "";
        tasks_patch patch = kit_titled(title), taken = patch;
        taken.set |= TASKS_SET_UID;
        taken.uid = "taken";
        snprintf(title, sizeof title, "%d of %d", i, number);
        tasks_op ops[CREATES] = {{.kind = TASKS_CREATE, .patch = &patch},
                                 {.kind = TASKS_CREATE, .patch = &patch},
                                 last_operation(number, i, &patch, &taken)};
        tasks_page *page;
        if ((number + i) % 3) {
            KIT_OK(tasks_apply(kit_db(), ops, CREATES, &page, &kit_error));
            l->revisions[number * BATCHES + i] = tasks_page_revision(page);
            for (uint32_t k = 0; k < CREATES; k++)
                ck_assert_int_eq(tasks_page_at(page, k)->revision, tasks_page_revision(page));
        } else {
            bool missing = (number + i) % 6 == 0;
            KIT_FAILS(missing ? TASKS_NOT_FOUND : TASKS_CONFLICT, missing ? "task_missing" : "uid_taken",
                      tasks_apply(kit_db(), ops, CREATES, &page, &kit_error));
            ck_assert_int_eq(kit_error.op_index, 2);
        }
        tasks_page_free(page);
    }
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* One number a batch, from `first` on, without a gap. Returns how many there are. */
static int64_t contiguous(int64_t *revisions, size_t count, int64_t first)
{
    qsort(revisions, count, sizeof *revisions, compare_numbers);
    int64_t next = first;
    for (size_t i = 0; i < count; i++)
        if (revisions[i])
            ck_assert_int_eq(revisions[i], next++);
    ck_assert_int_eq(kit_revision(kit_db()), next - 1);
    return next - first;
}

/* What is there is there as a whole: each revision after the first has its three tasks. */
static void whole_batches(int64_t count)
{
    int64_t since = 1;
    for (int64_t i = 0; i < count; i++) {
        tasks_page *page;
        KIT_OK(tasks_changes(kit_db(), since, 1, &page, &kit_error));
        ck_assert_uint_eq(tasks_page_count(page), CREATES);
        for (uint32_t k = 0; k < CREATES; k++) {
            ck_assert_int_eq(tasks_page_at(page, k)->revision, since + 1);
            ck_assert_str_eq(tasks_page_at(page, k)->title, tasks_page_at(page, 0)->title);
        }
        tasks_page_free(page);
        since++;
    }
}

START_TEST(a_failing_batch_fails_alone_among_its_neighbours)
{
    static ledger l;
    tasks_patch patch = kit_titled("holder");
    patch.set |= TASKS_SET_UID;
    patch.uid = "taken";
    tasks_task_free(kit_create(kit_db(), &patch));
    kit_threads(WRITERS, write_batches, &l);
    int64_t good = contiguous(l.revisions, KIT_COUNT(l.revisions), 2);
    ck_assert_int_eq(good, WRITERS * BATCHES * 2 / 3);
    whole_batches(good);
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    KIT_OK(tasks_stats(kit_db(), 0, &figures, &kit_error));
    ck_assert_int_eq(figures.batches, 1 + WRITERS * BATCHES);
    ck_assert_int_le(figures.groups, figures.batches);
    KIT_OK(tasks_check(kit_db(), &kit_error));
}
END_TEST

/* ---- One uid, many takers ---- */

enum { TAKERS = 8, ROUNDS = 10 };

static void take(int number, void *opaque)
{
    atomic_int *winners = opaque;
    (void)number;
    for (int i = 0; i < ROUNDS; i++) {
        char uid[16] = "";
        tasks_patch patch = kit_titled("x");
        tasks_task *task;
        patch.set |= TASKS_SET_UID;
        patch.uid = uid;
        snprintf(uid, sizeof uid, "round %d", i);
        if (!tasks_create(kit_db(), &patch, &task, &kit_error))
            atomic_fetch_add(&winners[i], 1);
        else
            ck_assert_str_eq(kit_error.code, "uid_taken");
        tasks_task_free(task);
    }
}

START_TEST(one_of_many_gets_the_uid)
{
    static atomic_int winners[ROUNDS];
    kit_threads(TAKERS, take, winners);
    for (int i = 0; i < ROUNDS; i++)
        ck_assert_int_eq(atomic_load(&winners[i]), 1);
    ck_assert_int_eq(kit_revision(kit_db()), ROUNDS);
}
END_TEST

/* ---- Readers beside writers ---- */

enum { GENERATIONS = 15, HERD = 150, READERS = 3 };

static atomic_bool written;

/* Thread 0 moves the whole herd to the next generation, batch by batch. */
static void move_herd(void)
{
    tasks_op ops[HERD];
    char title[32] = "";
    tasks_patch patch = kit_titled(title);
    for (int64_t i = 0; i < HERD; i++)
        ops[i] = (tasks_op){.kind = TASKS_UPDATE, .id = i + 1, .patch = &patch};
    for (int generation = 1; generation <= GENERATIONS; generation++) {
        snprintf(title, sizeof title, "generation %d", generation);
        KIT_OK(tasks_apply(kit_db(), ops, HERD, NULL, &kit_error));
    }
    atomic_store(&written, true);
}

/* All at one revision, which is the page's. */
static void of_one_moment(tasks_page *page)
{
    ck_assert_uint_eq(tasks_page_count(page), HERD);
    for (uint32_t i = 0; i < HERD; i++) {
        ck_assert_int_eq(tasks_page_at(page, i)->revision, tasks_page_revision(page));
        ck_assert_str_eq(tasks_page_at(page, i)->title, tasks_page_at(page, 0)->title);
    }
    tasks_page_free(page);
}

static void read_or_write(int number, void *context)
{
    tasks_query query = TASKS_QUERY_INIT;
    (void)context;
    if (number == 0) {
        move_herd();
        return;
    }
    query.limit = TASKS_LIMIT_MAX;
    query.sort = number == 1 ? TASKS_SORT_ID : TASKS_SORT_UPDATED;
    bool last;
    do {
        tasks_page *page;
        last = atomic_load(&written);
        of_one_moment(kit_list(kit_db(), &query));
        KIT_OK(tasks_changes(kit_db(), 0, TASKS_LIMIT_MAX, &page, &kit_error));
        of_one_moment(page);
    } while (!last);
}

START_TEST(a_reader_sees_all_of_a_batch_or_nothing)
{
    tasks_op ops[HERD];
    tasks_patch patch = kit_titled("generation 0");
    for (int i = 0; i < HERD; i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    KIT_OK(tasks_apply(kit_db(), ops, HERD, NULL, &kit_error));
    atomic_store(&written, false);
    kit_threads(1 + READERS, read_or_write, NULL);
}
END_TEST

/* ---- Following ---- */

enum { PRODUCERS = 6, PRODUCED = 25 };

static atomic_int producing;

/* Thread 0 follows; a revision that became visible after a later one would be missing from what it saw. */
static void follow(void)
{
    int64_t since = 0;
    bool last;
    do {
        tasks_page *page;
        last = !atomic_load(&producing);
        KIT_OK(tasks_changes(kit_db(), since, 7, &page, &kit_error));
        for (uint32_t i = 0; i < tasks_page_count(page); i++)
            ck_assert_int_eq(tasks_page_at(page, i)->revision, ++since);
        last = last && !tasks_page_count(page);
        tasks_page_free(page);
    } while (!last);
    ck_assert_int_eq(since, PRODUCERS * PRODUCED);
}

static void follow_or_produce(int number, void *context)
{
    (void)context;
    if (number == 0) {
        follow();
        return;
    }
    for (int i = 0; i < PRODUCED; i++)
        kit_add(kit_db(), "x");
    atomic_fetch_sub(&producing, 1);
}

START_TEST(revisions_become_visible_in_order_without_gaps)
{
    atomic_store(&producing, PRODUCERS);
    kit_threads(1 + PRODUCERS, follow_or_produce, NULL);
}
END_TEST

TCase *contract_threads(void)
{
    TCase *group = tcase_create("threads");
    tcase_add_test(group, no_update_is_lost);
    if (kit_can(CONFORMANCE_PERSISTS))
        tcase_add_test(group, no_update_is_lost_between_two_handles);
    tcase_add_test(group, a_failing_batch_fails_alone_among_its_neighbours);
    tcase_add_test(group, one_of_many_gets_the_uid);
    tcase_add_test(group, a_reader_sees_all_of_a_batch_or_nothing);
    tcase_add_test(group, revisions_become_visible_in_order_without_gaps);
    return group;
}
