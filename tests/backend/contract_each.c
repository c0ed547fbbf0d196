/* Several batches in one call: none has anything to do with the others. */
#include <stdio.h>
#include <stdlib.h>

#include "contract.h"

static tasks_batch batch_of(tasks_db *db, const tasks_op *ops, uint32_t count)
{
    tasks_batch batch = TASKS_BATCH_INIT;
    batch.db = db;
    batch.ops = ops;
    batch.count = count;
    batch.status = -1;
    return batch;
}

/* Applies `count` batches that lie side by side. */
static void apply_each(tasks_batch *batches, uint32_t count)
{
    tasks_batch **list = calloc(count + 1, sizeof *list);
    ck_assert_ptr_nonnull(list);
    for (uint32_t i = 0; i < count; i++)
        list[i] = &batches[i];
    tasks_apply_each(list, count);
    free(list);
}

static void free_pages(tasks_batch *batches, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        tasks_page_free(batches[i].page);
}

static void failed(const tasks_batch *batch, tasks_status status, const char *code, int32_t op_index)
{
    ck_assert_int_eq(batch->status, status);
    ck_assert_int_eq(batch->error.status, status);
    ck_assert_str_eq(batch->error.code, code);
    ck_assert_int_eq(batch->error.op_index, op_index);
    ck_assert_ptr_null(batch->page);
}

static void done(const tasks_batch *batch, uint32_t count, int64_t revision)
{
    ck_assert_int_eq(batch->status, TASKS_OK);
    ck_assert_uint_eq(tasks_page_count(batch->page), count);
    ck_assert_int_eq(tasks_page_revision(batch->page), revision);
}

START_TEST(each_succeeds_or_fails_by_itself)
{
    tasks_patch one = kit_titled("one"), two = kit_titled("two"), none = kit_titled("");
    const tasks_op create = {.kind = TASKS_CREATE, .patch = &one},
                   bad = {.kind = TASKS_CREATE, .patch = &none},
                   change = {.kind = TASKS_UPDATE, .id = 1, .patch = &two},
                   missing = {.kind = TASKS_DELETE, .id = 999};
    const tasks_op half_bad[] = {create, missing}, both[] = {create, change}, untitled[] = {create, bad};
    tasks_db *db = kit_db();
    tasks_batch batches[] = {batch_of(db, &create, 1), batch_of(db, half_bad, 2), batch_of(db, untitled, 2),
                             batch_of(db, both, 2),    batch_of(db, NULL, 1),     batch_of(db, &change, 1)};
    apply_each(batches, KIT_COUNT(batches));
    done(&batches[0], 1, 1);
    failed(&batches[1], TASKS_NOT_FOUND, "task_missing", 1);
    failed(&batches[2], TASKS_INVALID, "title_required", 1);
    done(&batches[3], 2, 2);
    failed(&batches[4], TASKS_INVALID, "batch_empty", -1);
    done(&batches[5], 1, 3);
    ck_assert_int_eq(tasks_page_at(batches[3].page, 0)->id, 2);
    ck_assert_str_eq(tasks_page_at(batches[3].page, 1)->title, "two");
    free_pages(batches, KIT_COUNT(batches));
    ck_assert_int_eq(kit_revision(db), 3);
    tasks_page *page = kit_list(db, NULL);
    ck_assert_uint_eq(tasks_page_count(page), 2);
    tasks_page_free(page);
}
END_TEST

START_TEST(each_is_for_its_own_owner)
{
    tasks_patch patch = kit_titled("x");
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_db *ann = kit_view("ann"), *bob = kit_view("bob");
    tasks_batch batches[] = {batch_of(ann, &op, 1), batch_of(bob, &op, 1), batch_of(ann, &op, 1)};
    apply_each(batches, KIT_COUNT(batches));
    done(&batches[0], 1, 1);
    done(&batches[1], 1, 1);
    done(&batches[2], 1, 2);
    ck_assert_int_eq(kit_revision(ann), 2);
    ck_assert_int_eq(kit_revision(bob), 1);
    ck_assert_int_eq(kit_revision(kit_db()), 0);
    free_pages(batches, KIT_COUNT(batches));
    tasks_close(ann);
    tasks_close(bob);
}
END_TEST

/* More batches than a store takes at a time, and more operations. */
START_TEST(they_may_be_many_and_large)
{
    enum { BATCHES = 600, LARGE = 900, SOME = 7 };
    static tasks_op ops[LARGE];
    tasks_patch patch = kit_titled("x");
    tasks_batch *batches = calloc(BATCHES, sizeof *batches);
    int64_t id = 1;
    ck_assert_ptr_nonnull(batches);
    for (int i = 0; i < LARGE; i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    for (uint32_t i = 0; i < BATCHES; i++)
        batches[i] = batch_of(kit_db(), ops, i < SOME ? LARGE : 1);
    apply_each(batches, BATCHES);
    for (uint32_t i = 0; i < BATCHES; i++) {
        done(&batches[i], batches[i].count, i + 1);
        for (uint32_t n = 0; n < batches[i].count; n++)
            ck_assert_int_eq(tasks_page_at(batches[i].page, n)->id, id++);
    }
    free_pages(batches, BATCHES);
    free(batches);
    ck_assert_int_eq(kit_revision(kit_db()), BATCHES);
}
END_TEST

START_TEST(what_cannot_go_together_is_told)
{
    tasks_patch patch = kit_titled("x");
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_options options = kit_options();
    tasks_db *other;
    options.uri = "sqlite::memory:";
    KIT_OK(tasks_open(&options, &other, &kit_error));
    tasks_batch batches[] = {batch_of(kit_db(), &op, 1), batch_of(other, &op, 1), batch_of(kit_db(), &op, 1)};
    batches[2].struct_size = 8;
    apply_each(batches, KIT_COUNT(batches));
    done(&batches[0], 1, 1);
    failed(&batches[1], TASKS_INVALID, "batch_foreign", -1);
    failed(&batches[2], TASKS_INVALID, "option_malformed", -1);
    free_pages(batches, KIT_COUNT(batches));
    ck_assert_int_eq(kit_revision(other), 0);
    apply_each(batches, 0);
    ck_assert_int_eq(kit_revision(kit_db()), 1);
    tasks_close(other);
}
END_TEST

/* Calls of many threads at the same time share groups, and none gets the answer of another. */
static void create_some(int number, void *context)
{
    enum { CALLS = 20, EACH = 5 };
    char title[16];
    (void)context;
    snprintf(title, sizeof title, "of %d", number);
    tasks_patch patch = kit_titled(title);
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch}, bad = {.kind = TASKS_DELETE, .id = 1 << 30};
    for (int call = 0; call < CALLS; call++) {
        tasks_batch batches[EACH];
        for (int i = 0; i < EACH; i++)
            batches[i] = batch_of(kit_db(), i == call % EACH ? &bad : &op, 1);
        apply_each(batches, EACH);
        for (int i = 0; i < EACH; i++) {
            if (i == call % EACH)
                failed(&batches[i], TASKS_NOT_FOUND, "task_missing", 0);
            else
                ck_assert_str_eq(tasks_page_at(batches[i].page, 0)->title, title);
        }
        free_pages(batches, EACH);
    }
}

START_TEST(many_threads_may_call)
{
    enum { THREADS = 8, CREATED = THREADS * 20 * 4 };
    kit_threads(THREADS, create_some, NULL);
    ck_assert_int_eq(kit_revision(kit_db()), CREATED);
}
END_TEST

struct told {
    const tasks_batch *batch;
    int count;
    bool asked;
};

static void note_done(void *context, const tasks_timing *timing)
{
    struct told *told = context;
    told->count++;
    told->asked = timing != NULL;
    ck_assert_int_ge(told->batch->status, TASKS_OK);
    ck_assert_int_eq(!told->batch->status, told->batch->page != NULL);
    if (!timing)
        return;
    ck_assert_int_eq(timing->operation, TASKS_OPERATION_CREATE);
    ck_assert_int_eq(timing->status, told->batch->status);
    ck_assert_int_ge(timing->wait_ns, 0);
}

START_TEST(each_is_told_of_once)
{
    tasks_patch patch = kit_titled("x"), none = kit_titled("");
    const tasks_op op = {.kind = TASKS_CREATE, .patch = &patch}, bad = {.kind = TASKS_CREATE, .patch = &none};
    struct told told[3] = {{0}};
    tasks_batch batches[] = {batch_of(kit_db(), &op, 1), batch_of(kit_db(), &bad, 1),
                             batch_of(kit_db(), &op, 1)};
    for (int i = 0; i < KIT_COUNT(batches); i++) {
        told[i].batch = &batches[i];
        batches[i].done = note_done;
        batches[i].context = &told[i];
    }
    apply_each(batches, KIT_COUNT(batches));
    free_pages(batches, KIT_COUNT(batches));
    for (int i = 0; i < KIT_COUNT(batches); i++) {
        ck_assert_int_eq(told[i].count, 1);
        ck_assert(told[i].asked == (i != 1));
    }
}
END_TEST

TCase *contract_each(void)
{
    TCase *group = tcase_create("each");
    tcase_add_test(group, each_succeeds_or_fails_by_itself);
    tcase_add_test(group, each_is_for_its_own_owner);
    tcase_add_test(group, they_may_be_many_and_large);
    tcase_add_test(group, what_cannot_go_together_is_told);
    tcase_add_test(group, many_threads_may_call);
    tcase_add_test(group, each_is_told_of_once);
    return group;
}
