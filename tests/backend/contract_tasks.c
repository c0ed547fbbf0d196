/* One task: every member, and what create, get, update and delete do with it. */
#include <math.h>

#include "contract.h"

static const char *const tags[] = {"home", "garden", "später"};

/* Every member at a value that is not its empty one. */
static tasks_patch full_patch(void)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE | TASKS_SET_NOTES | TASKS_SET_COMPLETED | TASKS_SET_PRIORITY |
                TASKS_SET_ORDER | TASKS_SET_TAGS | TASKS_SET_DUE_AT | TASKS_SET_EXPIRES_AT | TASKS_SET_UID;
    patch.title = "Water the plants";
    patch.notes = "the big one twice\n\tnot the cactus";
    patch.uid = "a1b2@example.org";
    patch.tags = tags;
    patch.tag_count = KIT_COUNT(tags);
    patch.priority = 3;
    patch.completed = 1;
    patch.order = -2.5;
    patch.due_at_ms = KIT_START + 3600000;
    patch.expires_at_ms = KIT_START + 7200001;
    return patch;
}

START_TEST(a_title_alone_makes_a_task)
{
    tasks_patch patch = kit_titled("Buy milk");
    tasks_task *made = kit_create(kit_db(), &patch);
    ck_assert_int_eq(made->id, 1);
    ck_assert_int_eq(made->revision, 1);
    ck_assert_str_eq(made->title, "Buy milk");
    ck_assert_str_eq(made->notes, "");
    ck_assert_ptr_null(made->uid);
    ck_assert_uint_eq(made->tag_count, 0);
    ck_assert_int_eq(made->priority, 0);
    ck_assert_int_eq(made->completed, 0);
    ck_assert_int_eq(made->deleted, 0);
    ck_assert_int_eq(made->completed_at_ms, TASKS_NO_TIME);
    ck_assert_int_eq(made->due_at_ms, TASKS_NO_TIME);
    ck_assert_int_eq(made->expires_at_ms, TASKS_NO_TIME);
    ck_assert_int_eq(made->created_at_ms, KIT_START);
    ck_assert_int_eq(made->updated_at_ms, KIT_START);
    ck_assert(isnan(made->order));
    tasks_task *found = kit_get(kit_db(), made->id);
    kit_same(found, made);
    tasks_task_free(found);
    tasks_task_free(made);
}
END_TEST

START_TEST(every_member_is_kept)
{
    tasks_patch patch = full_patch();
    tasks_task *made = kit_create(kit_db(), &patch);
    ck_assert_str_eq(made->title, patch.title);
    ck_assert_str_eq(made->notes, patch.notes);
    ck_assert_str_eq(made->uid, patch.uid);
    ck_assert_uint_eq(made->tag_count, patch.tag_count);
    for (uint32_t i = 0; i < made->tag_count; i++)
        ck_assert_str_eq(made->tags[i], tags[i]);
    ck_assert_int_eq(made->priority, 3);
    ck_assert_int_eq(made->completed, 1);
    ck_assert_int_eq(made->completed_at_ms, KIT_START);
    ck_assert_int_eq(made->due_at_ms, patch.due_at_ms);
    ck_assert_int_eq(made->expires_at_ms, patch.expires_at_ms);
    ck_assert_double_eq(made->order, -2.5);
    tasks_task *found = kit_get(kit_db(), made->id);
    kit_same(found, made);
    tasks_task_free(found);
    tasks_task_free(made);
}
END_TEST

TCase *contract_tasks(void)
{
    TCase *group = tcase_create("tasks");
    tcase_add_test(group, a_title_alone_makes_a_task);
    tcase_add_test(group, every_member_is_kept);
    return group;
}
