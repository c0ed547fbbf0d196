/* A task past its expires_at is gone from every read at that very millisecond, and swept later. */
#include "contract.h"

static const char *const tags[] = {"soon"};

static int64_t add_expiring(tasks_db *db, int64_t expires_at_ms, int32_t completed)
{
    tasks_patch patch = kit_titled("milk");
    patch.set |= TASKS_SET_EXPIRES_AT | TASKS_SET_TAGS | TASKS_SET_DUE_AT | TASKS_SET_COMPLETED;
    patch.expires_at_ms = expires_at_ms;
    patch.tags = tags;
    patch.tag_count = KIT_COUNT(tags);
    patch.due_at_ms = KIT_START - 1;
    patch.completed = completed;
    tasks_task *task = kit_create(db, &patch);
    int64_t id = task->id;
    tasks_task_free(task);
    return id;
}

static uint32_t count_of(const tasks_query *query)
{
    tasks_page *page = kit_list(kit_db(), query);
    uint32_t count = tasks_page_count(page);
    tasks_page_free(page);
    return count;
}

/* Every list there is, with every filter, has `count` tasks. */
static void lists_have(uint32_t count)
{
    for (int32_t i = 0; i < 5 * 2 * 8; i++) {
        tasks_query query = TASKS_QUERY_INIT;
        query.sort = i % 5;
        query.descending = i / 5 % 2;
        query.tag = i / 10 & 1 ? "soon" : NULL;
        query.text = i / 10 & 2 ? "MILK" : NULL;
        query.due_before_ms = i / 10 & 4 ? KIT_START : 0;
        ck_assert_uint_eq(count_of(&query), count);
    }
    for (int32_t completed = TASKS_OPEN; completed <= TASKS_COMPLETED; completed++) {
        tasks_query query = TASKS_QUERY_INIT;
        query.completed = completed;
        ck_assert_uint_eq(count_of(&query), completed == TASKS_OPEN ? count - count / 2 : count / 2);
    }
}

static void changes_have(int64_t since, uint32_t count)
{
    tasks_page *page;
    KIT_OK(tasks_changes(kit_db(), since, 0, &page, &kit_error));
    ck_assert_uint_eq(tasks_page_count(page), count);
    tasks_page_free(page);
}

static int64_t expired(void)
{
    int64_t revision, count;
    KIT_OK(tasks_revision(kit_db(), &revision, &count, &kit_error));
    tasks_page *page = kit_list(kit_db(), NULL);
    ck_assert_int_eq(tasks_page_expired(page), count);
    tasks_page_free(page);
    return count;
}

static int64_t swept(tasks_db *db)
{
    int64_t count;
    KIT_OK(tasks_sweep(db, &count, &kit_error));
    return count;
}

START_TEST(a_task_goes_at_the_very_millisecond)
{
    int64_t end = KIT_START + 1000;
    add_expiring(kit_db(), end, 0);
    add_expiring(kit_db(), end, 1);
    kit_clock(end - 1);
    lists_have(2);
    changes_have(0, 2);
    tasks_task_free(kit_get(kit_db(), 1));
    ck_assert_int_eq(expired(), 0);

    kit_clock(end);
    tasks_task *none;
    tasks_patch patch = kit_titled("later");
    lists_have(0);
    changes_have(0, 0);
    ck_assert_int_eq(expired(), 2);
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_get(kit_db(), 1, &none, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_update(kit_db(), 1, 0, &patch, &none, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_update(kit_db(), 1, 1, &patch, &none, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(kit_db(), 1, 0, &none, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(kit_db(), 1, 1, &none, &kit_error));
    ck_assert_int_eq(kit_revision(kit_db()), 2);
}
END_TEST

START_TEST(an_expiry_may_be_put_off_or_taken_away_in_time)
{
    tasks_patch later = TASKS_PATCH_INIT, never = TASKS_PATCH_INIT;
    later.set = never.set = TASKS_SET_EXPIRES_AT;
    later.expires_at_ms = KIT_START + 20;
    never.expires_at_ms = TASKS_NO_TIME;
    for (int i = 0; i < 3; i++)
        add_expiring(kit_db(), KIT_START + 10, 0);
    tasks_task_free(kit_update(kit_db(), 2, &later));
    tasks_task_free(kit_update(kit_db(), 3, &never));
    kit_clock(KIT_START + 10);
    ck_assert_uint_eq(count_of(NULL), 2);
    kit_clock(KIT_START + 20);
    ck_assert_uint_eq(count_of(NULL), 1);
    ck_assert_int_eq(expired(), 2);
}
END_TEST

START_TEST(a_past_time_lets_a_task_go_at_once)
{
    tasks_patch patch = kit_titled("x");
    tasks_task *none;
    patch.set |= TASKS_SET_EXPIRES_AT;
    patch.expires_at_ms = KIT_START - 1;
    kit_add(kit_db(), "y");
    tasks_task *task = kit_create(kit_db(), &patch);
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_get(kit_db(), task->id, &none, &kit_error));
    tasks_task_free(task);
    task = kit_update(kit_db(), 1, &patch);
    ck_assert_int_eq(task->expires_at_ms, KIT_START - 1);
    tasks_task_free(task);
    ck_assert_uint_eq(count_of(NULL), 0);
    ck_assert_int_eq(expired(), 2);
}
END_TEST

START_TEST(a_sweep_turns_what_expired_into_tombstones)
{
    for (int i = 0; i < 4; i++)
        add_expiring(kit_db(), KIT_START + (i < 3 ? 10 : 100), 0);
    ck_assert_int_eq(swept(kit_db()), 0);
    ck_assert_int_eq(kit_revision(kit_db()), 4);
    kit_clock(KIT_START + 50);
    ck_assert_int_eq(swept(kit_db()), 3);
    ck_assert_int_eq(kit_revision(kit_db()), 5); /* one batch, one revision */
    ck_assert_int_eq(expired(), 0);
    ck_assert_uint_eq(count_of(NULL), 1);
    tasks_page *page;
    KIT_OK(tasks_changes(kit_db(), 4, 0, &page, &kit_error));
    ck_assert_uint_eq(tasks_page_count(page), 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(tasks_page_at(page, i)->deleted, 1);
        ck_assert_int_eq(tasks_page_at(page, i)->updated_at_ms, KIT_START + 50);
    }
    tasks_page_free(page);
    ck_assert_int_eq(swept(kit_db()), 0);
    ck_assert_int_eq(kit_revision(kit_db()), 5);
    ck_assert_int_eq(add_expiring(kit_db(), KIT_START + 100, 0), 5);
    KIT_OK(tasks_check(kit_db(), &kit_error));
}
END_TEST

START_TEST(a_sweep_of_a_view_is_for_its_owner_alone)
{
    static const char *const owners[] = {"", "ann", "bob"};
    tasks_db *views[KIT_COUNT(owners)];
    for (int i = 0; i < KIT_COUNT(owners); i++) {
        views[i] = kit_view(owners[i]);
        add_expiring(views[i], KIT_START + 10, 0);
    }
    kit_clock(KIT_START + 10);
    ck_assert_int_eq(swept(views[1]), 1);
    ck_assert_int_eq(swept(views[1]), 0);
    ck_assert_int_eq(kit_revision(views[2]), 1);
    ck_assert_int_eq(swept(kit_db()), 2);
    ck_assert_int_eq(kit_revision(views[2]), 2);
    for (int i = 0; i < KIT_COUNT(owners); i++)
        tasks_close(views[i]);
}
END_TEST

START_TEST(one_sweep_takes_as_many_as_there_are)
{
    static tasks_op ops[TASKS_LIMIT_MAX];
    tasks_patch patch = kit_titled("x");
    patch.set |= TASKS_SET_EXPIRES_AT;
    patch.expires_at_ms = KIT_START + 10;
    for (int i = 0; i < KIT_COUNT(ops); i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    for (int i = 0; i < 2; i++)
        KIT_OK(tasks_apply(kit_db(), ops, 600, NULL, &kit_error));
    kit_clock(KIT_START + 10);
    ck_assert_int_eq(swept(kit_db()), 1200);
    ck_assert_int_eq(expired(), 0);
    KIT_OK(tasks_sweep(kit_db(), NULL, &kit_error));
}
END_TEST

TCase *contract_expiry(void)
{
    TCase *group = tcase_create("expiry");
    tcase_add_test(group, a_task_goes_at_the_very_millisecond);
    tcase_add_test(group, an_expiry_may_be_put_off_or_taken_away_in_time);
    tcase_add_test(group, a_past_time_lets_a_task_go_at_once);
    tcase_add_test(group, a_sweep_turns_what_expired_into_tombstones);
    tcase_add_test(group, a_sweep_of_a_view_is_for_its_owner_alone);
    tcase_add_test(group, one_sweep_takes_as_many_as_there_are);
    return group;
}
