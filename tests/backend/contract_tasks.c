/* One task: every member, and what create, get, update and delete do with it. */
#include <float.h>
#include <math.h>

#include "contract.h"

static const char *const tags[] = {"home", "garden", "später"};
static const char *const other_tags[] = {"garden", "office"};

enum {
    SET_ALL = TASKS_SET_TITLE | TASKS_SET_NOTES | TASKS_SET_COMPLETED | TASKS_SET_PRIORITY | TASKS_SET_ORDER |
              TASKS_SET_TAGS | TASKS_SET_DUE_AT | TASKS_SET_EXPIRES_AT | TASKS_SET_UID
};

/* Every member at a value that is not its empty one. */
static tasks_patch full_patch(void)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = SET_ALL;
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

/* Every member at another value. */
static tasks_patch other_patch(void)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = SET_ALL;
    patch.title = "Feed the cat";
    patch.notes = "half a tin";
    patch.uid = "c3d4@example.org";
    patch.tags = other_tags;
    patch.tag_count = KIT_COUNT(other_tags);
    patch.priority = 9;
    patch.completed = 0;
    patch.order = 1e10;
    patch.due_at_ms = KIT_START - 5;
    patch.expires_at_ms = KIT_START + 9999999;
    return patch;
}

/* Every member at its empty value; a title there must be. */
static tasks_patch empty_patch(void)
{
    tasks_patch patch = kit_titled("x");
    patch.set = SET_ALL;
    patch.order = NAN;
    patch.due_at_ms = patch.expires_at_ms = TASKS_NO_TIME;
    return patch;
}

static void same_text(const char *a, const char *b)
{
    ck_assert_msg(!a == !b && (!a || !strcmp(a, b)), "\"%s\" is not \"%s\"", a ? a : "NULL", b ? b : "NULL");
}

/* The members of `task` that are in `set` are those of the patch. */
static void has_values(const tasks_task *task, const tasks_patch *patch, uint32_t set)
{
    if (set & TASKS_SET_TITLE)
        same_text(task->title, patch->title);
    if (set & TASKS_SET_NOTES)
        same_text(task->notes, patch->notes ? patch->notes : "");
    if (set & TASKS_SET_UID)
        same_text(task->uid, patch->uid);
    if (set & TASKS_SET_PRIORITY)
        ck_assert_int_eq(task->priority, patch->priority);
    if (set & TASKS_SET_COMPLETED)
        ck_assert_int_eq(task->completed, patch->completed);
    if (set & TASKS_SET_ORDER)
        ck_assert(isnan(patch->order) ? isnan(task->order) : task->order == patch->order);
    if (set & TASKS_SET_DUE_AT)
        ck_assert_int_eq(task->due_at_ms, patch->due_at_ms);
    if (set & TASKS_SET_EXPIRES_AT)
        ck_assert_int_eq(task->expires_at_ms, patch->expires_at_ms);
    if (set & TASKS_SET_TAGS) {
        ck_assert_uint_eq(task->tag_count, patch->tag_count);
        for (uint32_t i = 0; i < task->tag_count; i++)
            same_text(task->tags[i], patch->tags[i]);
    }
}

/* What is in the store is what the call handed out. Frees it. */
static void stored(tasks_task *task)
{
    tasks_task *found = kit_get(kit_db(), task->id);
    kit_same(found, task);
    tasks_task_free(found);
    tasks_task_free(task);
}

/* ---- Create ---- */

START_TEST(a_title_alone_makes_a_task)
{
    tasks_patch patch = kit_titled("Buy milk");
    tasks_patch nothing_else = empty_patch();
    tasks_task *task = kit_create(kit_db(), &patch);
    ck_assert_int_eq(task->id, 1);
    ck_assert_int_eq(task->revision, 1);
    ck_assert_int_eq(task->deleted, 0);
    ck_assert_int_eq(task->completed_at_ms, TASKS_NO_TIME);
    ck_assert_int_eq(task->created_at_ms, KIT_START);
    ck_assert_int_eq(task->updated_at_ms, KIT_START);
    has_values(task, &patch, TASKS_SET_TITLE);
    has_values(task, &nothing_else, SET_ALL & ~TASKS_SET_TITLE);
    stored(task);
}
END_TEST

START_TEST(every_member_is_kept)
{
    tasks_patch patch = full_patch();
    tasks_task *task = kit_create(kit_db(), &patch);
    has_values(task, &patch, SET_ALL);
    ck_assert_int_eq(task->completed_at_ms, KIT_START);
    stored(task);
}
END_TEST

START_TEST(members_that_are_not_set_are_not_looked_at)
{
    tasks_patch patch = full_patch();
    tasks_patch nothing_else = empty_patch();
    patch.set = TASKS_SET_TITLE;
    patch.priority = 77;
    tasks_task *task = kit_create(kit_db(), &patch);
    has_values(task, &nothing_else, SET_ALL & ~TASKS_SET_TITLE);
    ck_assert_int_eq(task->completed_at_ms, TASKS_NO_TIME);
    stored(task);
}
END_TEST

START_TEST(blanks_around_a_title_are_trimmed)
{
    tasks_patch patch = kit_titled(" \t\n\xC2\xA0 Buy  milk \xE3\x80\x80\r\n");
    tasks_task *task = kit_create(kit_db(), &patch);
    ck_assert_str_eq(task->title, "Buy  milk");
    stored(task);
}
END_TEST

START_TEST(ids_count_up_and_are_never_given_twice)
{
    ck_assert_int_eq(kit_add(kit_db(), "one"), 1);
    ck_assert_int_eq(kit_add(kit_db(), "two"), 2);
    KIT_OK(tasks_delete(kit_db(), 2, 0, NULL, &kit_error));
    ck_assert_int_eq(kit_add(kit_db(), "three"), 3);
    for (int64_t id = 1; id <= 3; id += 2)
        KIT_OK(tasks_delete(kit_db(), id, 0, NULL, &kit_error));
    if (kit_can(CONFORMANCE_PERSISTS))
        kit_reopen();
    ck_assert_int_gt(kit_add(kit_db(), "four"), 3);
}
END_TEST

START_TEST(extremes_come_back_exactly)
{
    static const double orders[] = {DBL_MAX,
                                    -DBL_MAX,
                                    DBL_MIN,
                                    4.9406564584124654e-324,
                                    0.1,
                                    1.0 / 3,
                                    9007199254740993.0,
                                    -1e300,
                                    0.0,
                                    123456789012345678.0};
    static const int64_t times[] = {INT64_C(-62167219200000), -1, 0, 1, INT64_C(253402300799999)};
    for (int i = 0; i < KIT_COUNT(orders); i++) {
        tasks_patch patch = full_patch();
        patch.set &= ~(uint32_t)(TASKS_SET_UID | TASKS_SET_EXPIRES_AT);
        patch.order = orders[i];
        patch.due_at_ms = times[i % KIT_COUNT(times)];
        patch.priority = i;
        tasks_task *task = kit_create(kit_db(), &patch);
        has_values(task, &patch, patch.set);
        stored(task);
    }
}
END_TEST

START_TEST(minus_zero_is_zero)
{
    tasks_patch patch = full_patch();
    patch.order = -0.0;
    tasks_task *task = kit_create(kit_db(), &patch);
    ck_assert(task->order == 0 && !signbit(task->order));
    stored(task);
}
END_TEST

/* ---- Update ---- */

/* One member at a time, to another value and then to none: the rest stays. */
START_TEST(an_update_changes_what_it_sets_and_nothing_else)
{
    uint32_t bit = UINT32_C(1) << _i;
    tasks_patch before = full_patch(), steps[] = {other_patch(), empty_patch()};
    int64_t id, revision = 1;
    tasks_task *task = kit_create(kit_db(), &before);
    id = task->id;
    tasks_task_free(task);
    for (int i = 0; i < KIT_COUNT(steps); i++) {
        kit_clock(KIT_START + 1000 * (i + 1));
        steps[i].set = bit;
        task = kit_update(kit_db(), id, &steps[i]);
        has_values(task, &steps[i], bit);
        has_values(task, &before, SET_ALL & ~bit);
        ck_assert_int_eq(task->revision, ++revision);
        ck_assert_int_eq(task->created_at_ms, KIT_START);
        ck_assert_int_eq(task->updated_at_ms, kit_now());
        ck_assert_int_eq(task->completed_at_ms, task->completed ? KIT_START : TASKS_NO_TIME);
        stored(task);
    }
}
END_TEST

START_TEST(an_update_may_set_everything)
{
    tasks_patch before = full_patch(), after = other_patch();
    tasks_task_free(kit_create(kit_db(), &before));
    tasks_task *task = kit_update(kit_db(), 1, &after);
    has_values(task, &after, SET_ALL);
    stored(task);
}
END_TEST

START_TEST(an_update_that_sets_nothing_changes_nothing)
{
    tasks_patch before = full_patch(), nothing = TASKS_PATCH_INIT;
    tasks_task *made = kit_create(kit_db(), &before);
    kit_clock(KIT_START + 1000);
    tasks_task *task = kit_update(kit_db(), made->id, &nothing);
    kit_same(task, made);
    tasks_task_free(task);
    ck_assert_int_eq(kit_revision(kit_db()), 1);
    KIT_FAILS(TASKS_CONFLICT, "revision_mismatch",
              tasks_update(kit_db(), made->id, 7, &nothing, &task, &kit_error));
    tasks_task_free(made);
    stored(kit_update(kit_db(), 1, &nothing));
}
END_TEST

START_TEST(completed_at_is_when_it_was_first_completed)
{
    static const struct step {
        int32_t completed;
        int64_t completed_at_ms; /* when the clock shows KIT_START + the step's number */
    } steps[] = {{1, KIT_START + 1}, {1, KIT_START + 1}, {0, TASKS_NO_TIME},
                 {0, TASKS_NO_TIME}, {1, KIT_START + 5}, {1, KIT_START + 5}};
    int64_t id = kit_add(kit_db(), "x");
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_COMPLETED;
    for (int i = 0; i < KIT_COUNT(steps); i++) {
        kit_clock(KIT_START + i + 1);
        patch.completed = steps[i].completed;
        tasks_task *task = kit_update(kit_db(), id, &patch);
        ck_assert_int_eq(task->completed_at_ms, steps[i].completed_at_ms);
        stored(task);
    }
}
END_TEST

/* ---- Delete ---- */

START_TEST(a_delete_hands_out_the_task_as_it_was)
{
    tasks_patch patch = full_patch();
    tasks_task *made = kit_create(kit_db(), &patch), *gone, *none;
    kit_clock(KIT_START + 1);
    KIT_OK(tasks_delete(kit_db(), made->id, 0, &gone, &kit_error));
    kit_same(gone, made);
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_get(kit_db(), made->id, &none, &kit_error));
    ck_assert_ptr_null(none);
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(kit_db(), made->id, 0, &none, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing",
              tasks_update(kit_db(), made->id, 0, &patch, &none, &kit_error));
    ck_assert_int_eq(kit_revision(kit_db()), 2);
    tasks_task_free(made);
    tasks_task_free(gone);
}
END_TEST

/* ---- What is not there ---- */

START_TEST(an_id_that_was_never_given_is_not_found)
{
    static const int64_t ids[] = {2, 999, INT64_C(1) << 53, INT64_MAX};
    tasks_patch patch = kit_titled("y");
    tasks_task *none;
    kit_add(kit_db(), "x");
    for (int i = 0; i < KIT_COUNT(ids); i++) {
        KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_get(kit_db(), ids[i], &none, &kit_error));
        ck_assert_ptr_null(none);
        KIT_FAILS(TASKS_NOT_FOUND, "task_missing",
                  tasks_update(kit_db(), ids[i], 0, &patch, &none, &kit_error));
        ck_assert_ptr_null(none);
        KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(kit_db(), ids[i], 1, &none, &kit_error));
        ck_assert_ptr_null(none);
    }
    ck_assert_int_eq(kit_revision(kit_db()), 1);
}
END_TEST

START_TEST(an_id_below_one_is_refused)
{
    static const int64_t ids[] = {0, -1, INT64_MIN};
    tasks_patch patch = kit_titled("y");
    tasks_task *none;
    for (int i = 0; i < KIT_COUNT(ids); i++) {
        KIT_FAILS(TASKS_INVALID, "op_malformed", tasks_get(kit_db(), ids[i], &none, &kit_error));
        KIT_FAILS(TASKS_INVALID, "op_malformed",
                  tasks_update(kit_db(), ids[i], 0, &patch, &none, &kit_error));
        KIT_FAILS(TASKS_INVALID, "op_malformed", tasks_delete(kit_db(), ids[i], 0, &none, &kit_error));
    }
}
END_TEST

/* ---- Optimistic locking ---- */

START_TEST(a_write_may_name_the_revision_that_it_saw)
{
    int64_t id = kit_add(kit_db(), "one");
    kit_add(kit_db(), "another");
    tasks_patch patch = kit_titled("two");
    tasks_task *task, *none;
    KIT_OK(tasks_update(kit_db(), id, 1, &patch, &task, &kit_error));
    ck_assert_int_eq(task->revision, 3);
    stored(task);
    static const int64_t stale[] = {1, 2, 4, INT64_MAX};
    for (int i = 0; i < KIT_COUNT(stale); i++) {
        KIT_FAILS(TASKS_CONFLICT, "revision_mismatch",
                  tasks_update(kit_db(), id, stale[i], &patch, &none, &kit_error));
        ck_assert_ptr_null(none);
        KIT_FAILS(TASKS_CONFLICT, "revision_mismatch",
                  tasks_delete(kit_db(), id, stale[i], &none, &kit_error));
        ck_assert_ptr_null(none);
    }
    KIT_FAILS(TASKS_INVALID, "op_malformed", tasks_update(kit_db(), id, -1, &patch, &none, &kit_error));
    ck_assert_int_eq(kit_revision(kit_db()), 3);
    KIT_OK(tasks_delete(kit_db(), id, 3, NULL, &kit_error));
    ck_assert_int_eq(kit_revision(kit_db()), 4);
}
END_TEST

/* ---- Identity from elsewhere ---- */

static tasks_patch with_uid(const char *title, const char *uid)
{
    tasks_patch patch = kit_titled(title);
    patch.set |= TASKS_SET_UID;
    patch.uid = uid;
    return patch;
}

START_TEST(a_uid_is_one_tasks_only)
{
    tasks_patch first = with_uid("one", "u"), second = with_uid("two", "v"), taken = with_uid("three", "u");
    tasks_task *none;
    tasks_task_free(kit_create(kit_db(), &first));
    tasks_task_free(kit_create(kit_db(), &second));
    KIT_FAILS(TASKS_CONFLICT, "uid_taken", tasks_create(kit_db(), &taken, &none, &kit_error));
    ck_assert_ptr_null(none);
    KIT_FAILS(TASKS_CONFLICT, "uid_taken", tasks_update(kit_db(), 2, 0, &taken, &none, &kit_error));
    ck_assert_ptr_null(none);
    ck_assert_int_eq(kit_revision(kit_db()), 2);
    tasks_task_free(kit_update(kit_db(), 1, &taken)); /* its own */
    tasks_task *task = kit_get(kit_db(), 2);
    ck_assert_str_eq(task->title, "two");
    stored(task);
}
END_TEST

START_TEST(a_uid_is_free_again_when_its_task_gives_it_up)
{
    tasks_patch patch = with_uid("one", "u"), bare = with_uid("one", NULL);
    tasks_task_free(kit_create(kit_db(), &patch));
    tasks_task_free(kit_update(kit_db(), 1, &bare));
    tasks_task_free(kit_create(kit_db(), &patch));
    KIT_OK(tasks_delete(kit_db(), 2, 0, NULL, &kit_error));
    stored(kit_create(kit_db(), &patch));
    stored(kit_create(kit_db(), &bare)); /* any number may have none */
}
END_TEST

START_TEST(uids_differ_by_their_bytes)
{
    static const char *const uids[] = {"u", "U", " u", "u ", "ü", "u\xCC\x88", "1", "01", "1.0"};
    for (int i = 0; i < KIT_COUNT(uids); i++) {
        tasks_patch patch = with_uid("x", uids[i]);
        tasks_task *task = kit_create(kit_db(), &patch);
        ck_assert_str_eq(task->uid, uids[i]);
        stored(task);
    }
}
END_TEST

TCase *contract_tasks(void)
{
    TCase *group = tcase_create("tasks");
    tcase_add_test(group, a_title_alone_makes_a_task);
    tcase_add_test(group, every_member_is_kept);
    tcase_add_test(group, members_that_are_not_set_are_not_looked_at);
    tcase_add_test(group, blanks_around_a_title_are_trimmed);
    tcase_add_test(group, ids_count_up_and_are_never_given_twice);
    tcase_add_test(group, extremes_come_back_exactly);
    tcase_add_test(group, minus_zero_is_zero);
    tcase_add_loop_test(group, an_update_changes_what_it_sets_and_nothing_else, 0, 9);
    tcase_add_test(group, an_update_may_set_everything);
    tcase_add_test(group, an_update_that_sets_nothing_changes_nothing);
    tcase_add_test(group, completed_at_is_when_it_was_first_completed);
    tcase_add_test(group, a_delete_hands_out_the_task_as_it_was);
    tcase_add_test(group, an_id_that_was_never_given_is_not_found);
    tcase_add_test(group, an_id_below_one_is_refused);
    tcase_add_test(group, a_write_may_name_the_revision_that_it_saw);
    tcase_add_test(group, a_uid_is_one_tasks_only);
    tcase_add_test(group, a_uid_is_free_again_when_its_task_gives_it_up);
    tcase_add_test(group, uids_differ_by_their_bytes);
    return group;
}
