/* Several tasks read in one call: each as if it were read by itself. */
#include <stdlib.h>

#include "contract.h"

static tasks_lookup lookup_of(tasks_db *db, int64_t id)
{
    tasks_lookup lookup = TASKS_LOOKUP_INIT;
    lookup.db = db;
    lookup.id = id;
    lookup.status = -1;
    return lookup;
}

/* Reads what `count` lookups that lie side by side ask for. */
static void get_each(tasks_lookup *lookups, uint32_t count)
{
    tasks_lookup **list = calloc(count + 1, sizeof *list);
    ck_assert_ptr_nonnull(list);
    for (uint32_t i = 0; i < count; i++)
        list[i] = &lookups[i];
    tasks_get_each(list, count);
    free(list);
}

static void free_tasks(tasks_lookup *lookups, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        tasks_task_free(lookups[i].task);
}

struct wish {
    tasks_db *db;
    int64_t id;
};

/* What becomes of them; freed with free_all(). */
static tasks_lookup *get_all(const struct wish *wishes, uint32_t count)
{
    tasks_lookup *lookups = calloc(count, sizeof *lookups);
    ck_assert_ptr_nonnull(lookups);
    for (uint32_t i = 0; i < count; i++)
        lookups[i] = lookup_of(wishes[i].db, wishes[i].id);
    get_each(lookups, count);
    return lookups;
}

static void free_all(tasks_lookup *lookups, uint32_t count)
{
    free_tasks(lookups, count);
    free(lookups);
}

static void failed(const tasks_lookup *lookup, tasks_status status, const char *code)
{
    ck_assert_int_eq(lookup->status, status);
    ck_assert_int_eq(lookup->error.status, status);
    ck_assert_str_eq(lookup->error.code, code);
    ck_assert_ptr_null(lookup->task);
}

static void found(const tasks_lookup *lookup, const char *title)
{
    ck_assert_int_eq(lookup->status, TASKS_OK);
    ck_assert_ptr_nonnull(lookup->task);
    ck_assert_int_eq(lookup->task->id, lookup->id);
    ck_assert_str_eq(lookup->task->title, title);
}

START_TEST(each_is_found_or_fails_by_itself)
{
    tasks_db *db = kit_db();
    const struct wish wishes[] = {{db, 3}, {db, 0}, {db, 1}, {db, 999}, {db, 3}, {db, 2}, {db, 4}, {db, -1}};
    tasks_patch brief = kit_titled("brief");
    brief.set |= TASKS_SET_EXPIRES_AT;
    brief.expires_at_ms = KIT_START + 1000;
    kit_add(db, "one");
    tasks_task_free(kit_create(db, &brief));
    kit_add(db, "three");
    kit_add(db, "deleted");
    KIT_OK(tasks_delete(db, 4, 0, NULL, &kit_error));
    for (int time = 1; time <= 3; time++) { /* what was read before may be known */
        tasks_lookup *lookups = get_all(wishes, KIT_COUNT(wishes));
        found(&lookups[0], "three");
        failed(&lookups[1], TASKS_INVALID, "op_malformed");
        found(&lookups[2], "one");
        failed(&lookups[3], TASKS_NOT_FOUND, "task_missing");
        found(&lookups[4], "three");
        if (time < 3)
            found(&lookups[5], "brief");
        else
            failed(&lookups[5], TASKS_NOT_FOUND, "task_missing");
        failed(&lookups[6], TASKS_NOT_FOUND, "task_missing");
        failed(&lookups[7], TASKS_INVALID, "op_malformed");
        free_all(lookups, KIT_COUNT(wishes));
        if (time == 2)
            kit_clock(KIT_START + 1000);
    }
}
END_TEST

START_TEST(all_of_it_comes_back)
{
    tasks_db *db = kit_db();
    const struct wish wishes[] = {{db, 2}, {db, 1}};
    const char *tags[] = {"home", "money"};
    tasks_patch full = kit_titled("full");
    full.set |= TASKS_SET_NOTES | TASKS_SET_TAGS | TASKS_SET_PRIORITY | TASKS_SET_DUE_AT | TASKS_SET_UID;
    full.notes = "all of it";
    full.tags = tags;
    full.tag_count = 2;
    full.priority = 3;
    full.due_at_ms = KIT_START;
    full.uid = "u-1";
    kit_add(db, "plain");
    tasks_task_free(kit_create(db, &full));
    for (int time = 1; time <= 3; time++) {
        tasks_lookup *lookups = get_all(wishes, KIT_COUNT(wishes));
        for (int i = 0; i < KIT_COUNT(wishes); i++) {
            tasks_task *alone = kit_get(db, lookups[i].id);
            kit_same(lookups[i].task, alone);
            tasks_task_free(alone);
        }
        free_all(lookups, KIT_COUNT(wishes));
    }
}
END_TEST

START_TEST(each_is_of_its_own_owner)
{
    tasks_db *ann = kit_view("ann"), *bob = kit_view("bob");
    const struct wish wishes[] = {{ann, 1}, {bob, 1}, {ann, 2}, {bob, 2}, {kit_db(), 1}};
    kit_add(ann, "Ann's");
    kit_add(bob, "Bob's");
    kit_add(bob, "Bob's second");
    for (int time = 1; time <= 3; time++) {
        tasks_lookup *lookups = get_all(wishes, KIT_COUNT(wishes));
        found(&lookups[0], "Ann's");
        found(&lookups[1], "Bob's");
        failed(&lookups[2], TASKS_NOT_FOUND, "task_missing");
        found(&lookups[3], "Bob's second");
        failed(&lookups[4], TASKS_NOT_FOUND, "task_missing");
        free_all(lookups, KIT_COUNT(wishes));
    }
    tasks_close(ann);
    tasks_close(bob);
}
END_TEST

/* More than a store takes at a time. */
START_TEST(they_may_be_many)
{
    enum { LOOKUPS = 600, TASKS = 7 };
    static struct wish wishes[LOOKUPS];
    for (int i = 0; i < TASKS; i++)
        kit_add(kit_db(), "x");
    for (int i = 0; i < LOOKUPS; i++)
        wishes[i] = (struct wish){kit_db(), i % (TASKS + 1) + 1};
    tasks_lookup *lookups = get_all(wishes, LOOKUPS);
    for (int i = 0; i < LOOKUPS; i++) {
        if (lookups[i].id <= TASKS)
            found(&lookups[i], "x");
        else
            failed(&lookups[i], TASKS_NOT_FOUND, "task_missing");
    }
    free_all(lookups, LOOKUPS);
}
END_TEST

START_TEST(what_cannot_go_together_is_told)
{
    tasks_options options = kit_options();
    tasks_db *other;
    options.uri = "sqlite::memory:";
    KIT_OK(tasks_open(&options, &other, &kit_error));
    kit_add(kit_db(), "x");
    kit_add(other, "y");
    tasks_lookup lookups[] = {lookup_of(kit_db(), 1), lookup_of(other, 1), lookup_of(kit_db(), 1)};
    lookups[2].struct_size = 8;
    get_each(lookups, KIT_COUNT(lookups));
    found(&lookups[0], "x");
    failed(&lookups[1], TASKS_INVALID, "lookup_foreign");
    failed(&lookups[2], TASKS_INVALID, "option_malformed");
    free_tasks(lookups, KIT_COUNT(lookups));
    get_each(lookups, 0);
    tasks_close(other);
}
END_TEST

/* ---- Nothing old ---- */

static void read_at(tasks_db *db, int64_t revision)
{
    const struct wish wishes[] = {{db, 1}, {db, 2}};
    tasks_lookup *lookups = get_all(wishes, KIT_COUNT(wishes));
    found(&lookups[0], "x");
    found(&lookups[1], "x");
    ck_assert_int_eq(lookups[0].task->revision, revision);
    free_all(lookups, KIT_COUNT(wishes));
}

START_TEST(what_was_written_is_read)
{
    tasks_patch patch = kit_titled("x");
    tasks_db *other = kit_can(CONFORMANCE_PERSISTS) ? kit_open() : kit_view("");
    kit_add(other, "x");
    kit_add(other, "x");
    for (int64_t revision = 3; revision < 8; revision++) {
        tasks_task_free(kit_update(other, 1, &patch));
        for (int time = 1; time <= 3; time++)
            read_at(kit_db(), revision);
    }
    tasks_close(other);
}
END_TEST

enum { WRITERS = 2, READERS = 4, EACH = 60 };

static void read_and_write(int number, void *context)
{
    int64_t last = 0;
    tasks_patch patch = kit_titled("x");
    const struct wish wishes[] = {{kit_db(), 1}, {kit_db(), 2}, {kit_db(), 1}};
    (void)context;
    for (int i = 0; i < EACH; i++) {
        if (number < WRITERS) {
            tasks_task_free(kit_update(kit_db(), 1, &patch));
            continue;
        }
        tasks_lookup *lookups = get_all(wishes, KIT_COUNT(wishes));
        for (int l = 0; l < KIT_COUNT(wishes); l++)
            found(&lookups[l], "x");
        ck_assert_int_ge(lookups[0].task->revision, last);
        last = lookups[0].task->revision;
        free_all(lookups, KIT_COUNT(wishes));
    }
}

START_TEST(many_threads_may_call)
{
    kit_add(kit_db(), "x");
    kit_add(kit_db(), "x");
    kit_threads(WRITERS + READERS, read_and_write, NULL);
    read_at(kit_db(), 2 + WRITERS * EACH);
}
END_TEST

/* ---- Who is told ---- */

struct told {
    const tasks_lookup *lookup;
    int count;
    bool asked;
};

static void note_done(void *context, const tasks_timing *timing)
{
    struct told *told = context;
    told->count++;
    told->asked = timing != NULL;
    ck_assert_int_ge(told->lookup->status, TASKS_OK);
    ck_assert_int_eq(!told->lookup->status, told->lookup->task != NULL);
    if (!timing)
        return;
    ck_assert_int_eq(timing->operation, TASKS_OPERATION_GET);
    ck_assert_int_eq(timing->status, told->lookup->status);
    ck_assert_int_ge(timing->wait_ns, 0);
}

START_TEST(each_is_told_of_once)
{
    static const int64_t ids[] = {1, 0, 999};
    struct told told[3] = {{0}};
    tasks_lookup lookups[3];
    kit_add(kit_db(), "x");
    for (int i = 0; i < KIT_COUNT(lookups); i++) {
        lookups[i] = lookup_of(kit_db(), ids[i]);
        told[i].lookup = &lookups[i];
        lookups[i].done = note_done;
        lookups[i].context = &told[i];
    }
    get_each(lookups, KIT_COUNT(lookups));
    free_tasks(lookups, KIT_COUNT(lookups));
    for (int i = 0; i < KIT_COUNT(lookups); i++) {
        ck_assert_int_eq(told[i].count, 1);
        ck_assert(told[i].asked == (ids[i] != 0));
    }
}
END_TEST

TCase *contract_lookups(void)
{
    TCase *group = tcase_create("lookups");
    tcase_add_test(group, each_is_found_or_fails_by_itself);
    tcase_add_test(group, all_of_it_comes_back);
    tcase_add_test(group, each_is_of_its_own_owner);
    tcase_add_test(group, they_may_be_many);
    tcase_add_test(group, what_cannot_go_together_is_told);
    tcase_add_test(group, what_was_written_is_read);
    tcase_add_test(group, many_threads_may_call);
    tcase_add_test(group, each_is_told_of_once);
    return group;
}
