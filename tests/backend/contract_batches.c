/* A batch: in order, all or nothing, one revision. */
#include "contract.h"

enum { SET_TAGGED = TASKS_SET_TITLE | TASKS_SET_TAGS | TASKS_SET_UID };

static const char *const tags[] = {"red", "blue"};

static tasks_patch tagged(const char *title, const char *uid)
{
    tasks_patch patch = kit_titled(title);
    patch.set = SET_TAGGED;
    patch.uid = uid;
    patch.tags = tags;
    patch.tag_count = KIT_COUNT(tags);
    return patch;
}

static tasks_page *applied(const tasks_op *ops, uint32_t count)
{
    tasks_page *page;
    KIT_OK(tasks_apply(kit_db(), ops, count, &page, &kit_error));
    ck_assert_uint_eq(tasks_page_count(page), count);
    ck_assert_ptr_null(tasks_page_cursor(page));
    return page;
}

/* Three tasks: 1 with tags and uid "u", 2 with uid "v", 3 bare; revision 3. */
static void fill(void)
{
    tasks_patch one = tagged("one", "u"), two = tagged("two", "v");
    tasks_task_free(kit_create(kit_db(), &one));
    tasks_task_free(kit_create(kit_db(), &two));
    kit_add(kit_db(), "three");
}

START_TEST(operations_are_done_in_order_and_answered_in_order)
{
    fill();
    kit_clock(KIT_START + 7);
    tasks_patch four = tagged("four", "w"), again = kit_titled("two again"), twice = kit_titled("two twice");
    const tasks_op ops[] = {{.kind = TASKS_CREATE, .patch = &four},
                            {.kind = TASKS_UPDATE, .id = 2, .if_revision = 2, .patch = &again},
                            {.kind = TASKS_DELETE, .id = 1, .if_revision = 1},
                            {.kind = TASKS_UPDATE, .id = 2, .patch = &twice}};
    static const char *const titles[] = {"four", "two again", "one", "two twice"};
    static const int64_t ids[] = {4, 2, 1, 2}, revisions[] = {4, 4, 1, 4};
    tasks_page *page = applied(ops, KIT_COUNT(ops));
    ck_assert_int_eq(tasks_page_revision(page), 4);
    for (uint32_t i = 0; i < KIT_COUNT(ops); i++) {
        const tasks_task *task = tasks_page_at(page, i);
        ck_assert_str_eq(task->title, titles[i]);
        ck_assert_int_eq(task->id, ids[i]);
        ck_assert_int_eq(task->revision, revisions[i]);
        ck_assert_int_eq(task->updated_at_ms, i == 2 ? KIT_START : KIT_START + 7);
    }
    tasks_page_free(page);
    ck_assert_int_eq(kit_revision(kit_db()), 4);
    page = kit_list(kit_db(), NULL);
    ck_assert_uint_eq(tasks_page_count(page), 3);
    ck_assert_str_eq(tasks_page_at(page, 0)->title, "two twice");
    tasks_page_free(page);
}
END_TEST

START_TEST(a_batch_may_have_1000_operations_and_no_more)
{
    static tasks_op ops[TASKS_LIMIT_MAX + 1];
    tasks_patch patch = kit_titled("x");
    tasks_page *page;
    for (int i = 0; i < KIT_COUNT(ops); i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    KIT_FAILS(TASKS_INVALID, "batch_too_large",
              tasks_apply(kit_db(), ops, TASKS_LIMIT_MAX + 1, &page, &kit_error));
    KIT_FAILS(TASKS_INVALID, "batch_empty", tasks_apply(kit_db(), ops, 0, &page, &kit_error));
    KIT_FAILS(TASKS_INVALID, "batch_empty", tasks_apply(kit_db(), NULL, 3, &page, &kit_error));
    ck_assert_int_eq(kit_revision(kit_db()), 0);
    page = applied(ops, TASKS_LIMIT_MAX);
    for (uint32_t i = 0; i < TASKS_LIMIT_MAX; i++)
        ck_assert_int_eq(tasks_page_at(page, i)->id, i + 1);
    tasks_page_free(page);
    KIT_OK(tasks_apply(kit_db(), ops, 3, NULL, &kit_error));
    ck_assert_int_eq(kit_revision(kit_db()), 2);
}
END_TEST

START_TEST(a_batch_of_updates_that_set_nothing_takes_no_revision)
{
    fill();
    tasks_patch nothing = TASKS_PATCH_INIT;
    const tasks_op ops[] = {{.kind = TASKS_UPDATE, .id = 1, .patch = &nothing},
                            {.kind = TASKS_UPDATE, .id = 3, .if_revision = 3, .patch = &nothing}};
    tasks_page *page = applied(ops, KIT_COUNT(ops));
    ck_assert_int_eq(tasks_page_revision(page), 3);
    ck_assert_int_eq(tasks_page_at(page, 0)->revision, 1);
    ck_assert_int_eq(tasks_page_at(page, 1)->revision, 3);
    tasks_page_free(page);
    ck_assert_int_eq(kit_revision(kit_db()), 3);
}
END_TEST

/* ---- All or nothing ---- */

/* Everything that a reader can see of the owner is as fill() left it. */
static void untouched(void)
{
    static const char *const titles[] = {"one", "two", "three"};
    tasks_query query = TASKS_QUERY_INIT;
    tasks_page *page = kit_list(kit_db(), NULL);
    ck_assert_uint_eq(tasks_page_count(page), 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_str_eq(tasks_page_at(page, i)->title, titles[i]);
        ck_assert_int_eq(tasks_page_at(page, i)->revision, i + 1);
    }
    tasks_page_free(page);
    query.tag = "red";
    page = kit_list(kit_db(), &query);
    ck_assert_uint_eq(tasks_page_count(page), 2);
    tasks_page_free(page);
    query.tag = "green";
    page = kit_list(kit_db(), &query);
    ck_assert_uint_eq(tasks_page_count(page), 0);
    tasks_page_free(page);
    KIT_OK(tasks_changes(kit_db(), 0, 0, &page, &kit_error));
    ck_assert_uint_eq(tasks_page_count(page), 3);
    ck_assert_int_eq(tasks_page_revision(page), 3);
    tasks_page_free(page);
}

/* Two operations that work stand on each side of one that fails, at each place of the batch. */
START_TEST(one_failing_operation_undoes_the_whole_batch)
{
    static const char *const green[] = {"green"};
    tasks_patch made = tagged("made", "w"), changed = tagged("changed", "x"), taken = tagged("taken", "u");
    changed.tags = green;
    changed.tag_count = 1;
    const struct failing {
        tasks_op op;
        tasks_status status;
        const char *code;
    } failing[] = {
        {{.kind = TASKS_UPDATE, .id = 99, .patch = &made}, TASKS_NOT_FOUND, "task_missing"},
        {{.kind = TASKS_DELETE, .id = 99}, TASKS_NOT_FOUND, "task_missing"},
        {{.kind = TASKS_UPDATE, .id = 3, .if_revision = 2, .patch = &made},
         TASKS_CONFLICT,
         "revision_mismatch"},
        {{.kind = TASKS_DELETE, .id = 3, .if_revision = 2}, TASKS_CONFLICT, "revision_mismatch"},
        {{.kind = TASKS_CREATE, .patch = &taken}, TASKS_CONFLICT, "uid_taken"},
        {{.kind = TASKS_UPDATE, .id = 3, .patch = &taken}, TASKS_CONFLICT, "uid_taken"},
        {{.kind = TASKS_UPDATE, .id = 0, .patch = &made}, TASKS_INVALID, "op_malformed"},
        {{.kind = 4, .id = 1, .patch = &made}, TASKS_INVALID, "op_malformed"},
    };
    fill();
    for (int i = 0; i < KIT_COUNT(failing); i++)
        for (int place = 0; place < 3; place++) {
            tasks_op ops[3] = {{.kind = TASKS_UPDATE, .id = 2, .patch = &changed},
                               {.kind = TASKS_UPDATE, .id = 2, .patch = &changed},
                               {.kind = TASKS_CREATE, .patch = &made}};
            tasks_page *page;
            ops[place] = failing[i].op;
            KIT_FAILS(failing[i].status, failing[i].code, tasks_apply(kit_db(), ops, 3, &page, &kit_error));
            ck_assert_ptr_null(page);
            ck_assert_int_eq(kit_error.op_index, place);
            untouched();
        }
}
END_TEST

START_TEST(a_deleted_task_is_missing_for_the_rest_of_its_batch)
{
    fill();
    tasks_patch patch = kit_titled("x");
    const tasks_op ops[] = {{.kind = TASKS_DELETE, .id = 3},
                            {.kind = TASKS_UPDATE, .id = 3, .patch = &patch}};
    tasks_page *page;
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_apply(kit_db(), ops, 2, &page, &kit_error));
    ck_assert_int_eq(kit_error.op_index, 1);
    untouched();
}
END_TEST

/* What an operation changed is at the batch's revision: who names the one before it is too late. */
START_TEST(if_revision_counts_what_the_batch_did_before)
{
    fill();
    tasks_patch patch = kit_titled("x");
    const tasks_op ops[] = {{.kind = TASKS_UPDATE, .id = 3, .if_revision = 3, .patch = &patch},
                            {.kind = TASKS_DELETE, .id = 3, .if_revision = 3}};
    tasks_page *page;
    KIT_FAILS(TASKS_CONFLICT, "revision_mismatch", tasks_apply(kit_db(), ops, 2, &page, &kit_error));
    ck_assert_int_eq(kit_error.op_index, 1);
    untouched();
}
END_TEST

/* ---- uids ---- */

/* A uid is taken until the operation that gives it up, so two tasks swap theirs by way of none. */
START_TEST(two_uids_swap_by_way_of_none)
{
    fill();
    tasks_patch to_u = TASKS_PATCH_INIT, to_v = TASKS_PATCH_INIT, to_none = TASKS_PATCH_INIT;
    to_u.set = to_v.set = to_none.set = TASKS_SET_UID;
    to_u.uid = "u";
    to_v.uid = "v";
    const tasks_op direct[] = {{.kind = TASKS_UPDATE, .id = 1, .patch = &to_v},
                               {.kind = TASKS_UPDATE, .id = 2, .patch = &to_u}};
    const tasks_op by_none[] = {{.kind = TASKS_UPDATE, .id = 1, .patch = &to_none},
                                {.kind = TASKS_UPDATE, .id = 2, .patch = &to_u},
                                {.kind = TASKS_UPDATE, .id = 1, .patch = &to_v}};
    tasks_page *page;
    KIT_FAILS(TASKS_CONFLICT, "uid_taken", tasks_apply(kit_db(), direct, 2, &page, &kit_error));
    ck_assert_int_eq(kit_error.op_index, 0);
    untouched();
    page = applied(by_none, KIT_COUNT(by_none));
    ck_assert_str_eq(tasks_page_at(page, 1)->uid, "u");
    ck_assert_str_eq(tasks_page_at(page, 2)->uid, "v");
    tasks_page_free(page);
}
END_TEST

START_TEST(a_uid_may_pass_to_a_new_task_in_one_batch)
{
    fill();
    tasks_patch heir = tagged("heir", "u");
    const tasks_op ops[] = {{.kind = TASKS_DELETE, .id = 1}, {.kind = TASKS_CREATE, .patch = &heir}};
    const tasks_op twice[] = {{.kind = TASKS_CREATE, .patch = &heir}, {.kind = TASKS_CREATE, .patch = &heir}};
    tasks_page *page = applied(ops, KIT_COUNT(ops));
    ck_assert_int_eq(tasks_page_at(page, 1)->id, 4);
    tasks_page_free(page);
    heir.uid = "new";
    KIT_FAILS(TASKS_CONFLICT, "uid_taken", tasks_apply(kit_db(), twice, 2, &page, &kit_error));
    ck_assert_int_eq(kit_error.op_index, 1);
}
END_TEST

/* ---- Clearing ---- */

START_TEST(clear_deletes_what_the_query_selects_whatever_its_page)
{
    enum { COUNT = 25 };
    tasks_query query = TASKS_QUERY_INIT;
    int64_t deleted;
    for (int i = 0; i < COUNT; i++) {
        tasks_patch patch = tagged(i % 5 ? "keep" : "go", NULL);
        patch.set |= TASKS_SET_COMPLETED;
        patch.completed = i % 2;
        tasks_task_free(kit_create(kit_db(), &patch));
    }
    query.limit = 1;
    query.text = "go";
    query.sort = TASKS_SORT_PRIORITY;
    query.descending = 1;
    query.completed = TASKS_COMPLETED;
    KIT_OK(tasks_clear(kit_db(), &query, &deleted, &kit_error));
    ck_assert_int_eq(deleted, 2);
    KIT_OK(tasks_clear(kit_db(), &query, &deleted, &kit_error));
    ck_assert_int_eq(deleted, 0);
    ck_assert_int_eq(kit_revision(kit_db()), COUNT + 1);
    KIT_OK(tasks_clear(kit_db(), NULL, &deleted, &kit_error));
    ck_assert_int_eq(deleted, COUNT - 2);
    KIT_OK(tasks_clear(kit_db(), NULL, NULL, &kit_error));
    tasks_page *page = kit_list(kit_db(), NULL);
    ck_assert_uint_eq(tasks_page_count(page), 0);
    tasks_page_free(page);
}
END_TEST

START_TEST(clear_takes_as_many_batches_as_it_needs)
{
    static tasks_op ops[TASKS_LIMIT_MAX];
    tasks_patch patch = kit_titled("x");
    int64_t deleted;
    for (int i = 0; i < KIT_COUNT(ops); i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    KIT_OK(tasks_apply(kit_db(), ops, TASKS_LIMIT_MAX, NULL, &kit_error));
    KIT_OK(tasks_apply(kit_db(), ops, 1, NULL, &kit_error));
    KIT_OK(tasks_clear(kit_db(), NULL, &deleted, &kit_error));
    ck_assert_int_eq(deleted, TASKS_LIMIT_MAX + 1);
    ck_assert_int_eq(kit_revision(kit_db()), 4);
}
END_TEST

TCase *contract_batches(void)
{
    TCase *group = tcase_create("batches");
    tcase_add_test(group, operations_are_done_in_order_and_answered_in_order);
    tcase_add_test(group, a_batch_may_have_1000_operations_and_no_more);
    tcase_add_test(group, a_batch_of_updates_that_set_nothing_takes_no_revision);
    tcase_add_test(group, one_failing_operation_undoes_the_whole_batch);
    tcase_add_test(group, a_deleted_task_is_missing_for_the_rest_of_its_batch);
    tcase_add_test(group, if_revision_counts_what_the_batch_did_before);
    tcase_add_test(group, two_uids_swap_by_way_of_none);
    tcase_add_test(group, a_uid_may_pass_to_a_new_task_in_one_batch);
    tcase_add_test(group, clear_deletes_what_the_query_selects_whatever_its_page);
    tcase_add_test(group, clear_takes_as_many_batches_as_it_needs);
    return group;
}
