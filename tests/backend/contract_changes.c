/* What changed since a revision: enough to keep a copy of an owner's tasks up to date. */
#include "contract.h"

enum { DAY_MS = 24 * 3600 * 1000 }; /* deletions are kept for 30 of them */

static tasks_page *changes(int64_t since, uint32_t limit)
{
    tasks_page *page;
    KIT_OK(tasks_changes(kit_db(), since, limit, &page, &kit_error));
    ck_assert_ptr_null(tasks_page_cursor(page));
    return page;
}

static void remove_task(int64_t id)
{
    KIT_OK(tasks_delete(kit_db(), id, 0, NULL, &kit_error));
}

static int64_t swept(void)
{
    int64_t count;
    KIT_OK(tasks_sweep(kit_db(), &count, &kit_error));
    return count;
}

START_TEST(an_owner_without_tasks_has_no_changes)
{
    tasks_page *page = changes(0, 0);
    ck_assert_uint_eq(tasks_page_count(page), 0);
    ck_assert_int_eq(tasks_page_revision(page), 0);
    tasks_page_free(page);
}
END_TEST

START_TEST(each_task_is_there_once_in_its_last_state)
{
    tasks_patch patch = kit_titled("two again");
    kit_add(kit_db(), "one");
    kit_add(kit_db(), "two");
    kit_add(kit_db(), "three");
    tasks_task_free(kit_update(kit_db(), 1, &patch));
    tasks_task *two = kit_update(kit_db(), 2, &patch);
    tasks_page *page = changes(0, 0);
    ck_assert_uint_eq(tasks_page_count(page), 3);
    ck_assert_int_eq(tasks_page_at(page, 0)->id, 3);
    ck_assert_int_eq(tasks_page_at(page, 1)->id, 1);
    kit_same(tasks_page_at(page, 2), two);
    ck_assert_int_eq(tasks_page_revision(page), 5);
    tasks_page_free(page);
    tasks_task_free(two);
    page = changes(4, 0);
    ck_assert_uint_eq(tasks_page_count(page), 1);
    tasks_page_free(page);
}
END_TEST

START_TEST(a_deletion_leaves_a_tombstone)
{
    tasks_patch patch = kit_titled("x");
    patch.set |= TASKS_SET_UID;
    patch.uid = "u";
    tasks_task_free(kit_create(kit_db(), &patch));
    kit_add(kit_db(), "y");
    kit_clock(KIT_START + 5);
    remove_task(1);
    remove_task(2);
    tasks_page *page = changes(1, 0);
    ck_assert_uint_eq(tasks_page_count(page), 2);
    for (uint32_t i = 0; i < 2; i++) {
        const tasks_task *stone = tasks_page_at(page, i);
        ck_assert_int_eq(stone->deleted, 1);
        ck_assert_int_eq(stone->id, i + 1);
        ck_assert_int_eq(stone->revision, i + 3);
        ck_assert_int_eq(stone->updated_at_ms, KIT_START + 5);
    }
    ck_assert_str_eq(tasks_page_at(page, 0)->uid, "u");
    ck_assert_ptr_null(tasks_page_at(page, 1)->uid);
    tasks_page_free(page);
}
END_TEST

/* ---- Pages ---- */

/* Batches of 1, 2, ... 6 tasks: revision r has r tasks. */
static void add_stairs(void)
{
    tasks_patch patch = kit_titled("x");
    tasks_op ops[6];
    for (uint32_t size = 1; size <= 6; size++) {
        ops[size - 1] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
        KIT_OK(tasks_apply(kit_db(), ops, size, NULL, &kit_error));
    }
}

START_TEST(a_page_ends_at_the_end_of_a_revision)
{
    static const uint32_t ends[] = {1, 3, 3, 6, 6, 6, 10, 10, 10, 10, 15};
    add_stairs();
    for (uint32_t limit = 1; limit <= KIT_COUNT(ends); limit++) {
        tasks_page *page = changes(0, limit);
        ck_assert_uint_eq(tasks_page_count(page), ends[limit - 1]);
        tasks_page_free(page);
    }
    tasks_page *page = changes(5, 2);
    ck_assert_uint_eq(tasks_page_count(page), 6);
    tasks_page_free(page);
    page = changes(6, 2);
    ck_assert_uint_eq(tasks_page_count(page), 0);
    ck_assert_int_eq(tasks_page_revision(page), 6);
    tasks_page_free(page);
}
END_TEST

START_TEST(a_revision_that_is_not_there_is_refused)
{
    tasks_page *page;
    kit_add(kit_db(), "x");
    KIT_FAILS(TASKS_NOT_FOUND, "changes_purged", tasks_changes(kit_db(), 2, 0, &page, &kit_error));
    ck_assert_ptr_null(page);
    KIT_FAILS(TASKS_NOT_FOUND, "changes_purged", tasks_changes(kit_db(), INT64_MAX, 0, &page, &kit_error));
    KIT_FAILS(TASKS_INVALID, "query_malformed", tasks_changes(kit_db(), -1, 0, &page, &kit_error));
    KIT_FAILS(TASKS_INVALID, "limit_range", tasks_changes(kit_db(), 0, 1001, &page, &kit_error));
    ck_assert_ptr_null(page);
}
END_TEST

/* ---- Following ---- */

enum { TASKS_COUNT = 120, ROUNDS = 60 };

/* A client's copy: the revision of each task by its id, 0 when there is none. */
typedef struct copy {
    int64_t since, revisions[TASKS_COUNT + 1];
} copy;

static bool follow_page(copy *c, uint32_t limit)
{
    tasks_page *page = changes(c->since, limit);
    bool more = tasks_page_count(page) > 0 && c->since < tasks_page_revision(page);
    int64_t last = c->since;
    for (uint32_t i = 0; i < tasks_page_count(page); i++) {
        const tasks_task *task = tasks_page_at(page, i);
        ck_assert_int_gt(task->revision, c->since);
        ck_assert_int_ge(task->revision, last);
        ck_assert_int_le(task->id, TASKS_COUNT);
        last = task->revision;
        c->revisions[task->id] = task->deleted ? 0 : task->revision;
    }
    c->since = last;
    tasks_page_free(page);
    return more;
}

static void is_the_list(const copy *c)
{
    tasks_query query = TASKS_QUERY_INIT;
    query.limit = TASKS_LIMIT_MAX;
    tasks_page *page = kit_list(kit_db(), &query);
    uint32_t count = 0;
    for (int64_t id = 1; id <= TASKS_COUNT; id++)
        count += c->revisions[id] != 0;
    ck_assert_uint_eq(tasks_page_count(page), count);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_int_eq(c->revisions[tasks_page_at(page, i)->id], tasks_page_at(page, i)->revision);
    tasks_page_free(page);
}

/* One to four creates, updates and deletes of tasks that may not be there: half of the batches fail. */
static void write_at_random(uint64_t *seed, const tasks_patch *patch, int64_t *created)
{
    tasks_op ops[4];
    uint32_t count = 1 + kit_random(seed, KIT_COUNT(ops));
    int64_t creates = 0;
    for (uint32_t i = 0; i < count; i++) {
        ops[i] = (tasks_op){.kind = TASKS_CREATE + (int32_t)kit_random(seed, 3), .patch = patch};
        if (ops[i].kind != TASKS_CREATE)
            ops[i].id = 1 + kit_random(seed, (uint32_t)*created + 2);
        else
            creates++;
    }
    if (*created + creates <= TASKS_COUNT && !tasks_apply(kit_db(), ops, count, NULL, &kit_error))
        *created += creates;
}

START_TEST(a_copy_that_follows_is_the_list)
{
    copy slow = {0}, quick = {0};
    tasks_patch patch = kit_titled("x");
    uint64_t seed = 7;
    int64_t created = 0;
    for (int round = 0; round < ROUNDS; round++) {
        write_at_random(&seed, &patch, &created);
        while (follow_page(&quick, 1 + kit_random(&seed, 4)))
            ;
        is_the_list(&quick);
        if (round % 20 == 19) {
            while (follow_page(&slow, 3))
                ;
            is_the_list(&slow);
        }
    }
    ck_assert_int_gt(created, ROUNDS / 3);
}
END_TEST

/* ---- Purging ---- */

static void is_purged(int64_t since)
{
    tasks_page *page;
    KIT_FAILS(TASKS_NOT_FOUND, "changes_purged", tasks_changes(kit_db(), since, 0, &page, &kit_error));
    ck_assert_ptr_null(page);
}

static void has_changes(int64_t since, uint32_t count)
{
    tasks_page *page = changes(since, 0);
    ck_assert_uint_eq(tasks_page_count(page), count);
    tasks_page_free(page);
}

START_TEST(deletions_are_kept_for_their_time)
{
    for (int i = 0; i < 3; i++)
        kit_add(kit_db(), "x");
    remove_task(1); /* revision 4 */
    kit_clock(KIT_START + INT64_C(20) * DAY_MS);
    remove_task(2); /* revision 5 */
    kit_clock(KIT_START + INT64_C(30) * DAY_MS - 1);
    ck_assert_int_eq(swept(), 0);
    has_changes(0, 3);
    has_changes(3, 2);

    kit_clock(KIT_START + INT64_C(30) * DAY_MS + 1);
    ck_assert_int_eq(swept(), 0); /* no task went */
    is_purged(1);
    is_purged(3);
    has_changes(0, 2);
    has_changes(4, 1);
    has_changes(5, 0);

    kit_clock(KIT_START + INT64_C(60) * DAY_MS);
    swept();
    is_purged(4);
    has_changes(0, 1);
    has_changes(5, 0);
    ck_assert_int_eq(kit_revision(kit_db()), 5);
    KIT_OK(tasks_check(kit_db(), &kit_error));
}
END_TEST

/* A clock that went back puts a young deletion before an old one: nothing after the young one may go. */
START_TEST(deletions_are_purged_in_order_of_their_revision)
{
    for (int i = 0; i < 3; i++)
        kit_add(kit_db(), "x");
    remove_task(1);
    kit_clock(KIT_START + INT64_C(10) * DAY_MS);
    remove_task(2);
    kit_clock(KIT_START);
    remove_task(3);
    kit_clock(KIT_START + INT64_C(31) * DAY_MS);
    swept();
    is_purged(3);
    has_changes(4, 2);
    kit_clock(KIT_START + INT64_C(41) * DAY_MS);
    swept();
    is_purged(5);
    has_changes(6, 0);
}
END_TEST

START_TEST(one_sweep_purges_as_many_as_there_are)
{
    static tasks_op ops[TASKS_LIMIT_MAX];
    tasks_patch patch = kit_titled("x");
    for (int i = 0; i < KIT_COUNT(ops); i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    for (int i = 0; i < 2; i++)
        KIT_OK(tasks_apply(kit_db(), ops, 600, NULL, &kit_error));
    KIT_OK(tasks_clear(kit_db(), NULL, NULL, &kit_error));
    has_changes(2, 1000);
    kit_clock(KIT_START + INT64_C(31) * DAY_MS);
    swept();
    has_changes(0, 0);
    is_purged(3);
    has_changes(4, 0);
}
END_TEST

TCase *contract_changes(void)
{
    TCase *group = tcase_create("changes");
    tcase_add_test(group, an_owner_without_tasks_has_no_changes);
    tcase_add_test(group, each_task_is_there_once_in_its_last_state);
    tcase_add_test(group, a_deletion_leaves_a_tombstone);
    tcase_add_test(group, a_page_ends_at_the_end_of_a_revision);
    tcase_add_test(group, a_revision_that_is_not_there_is_refused);
    tcase_add_test(group, a_copy_that_follows_is_the_list);
    tcase_add_test(group, deletions_are_kept_for_their_time);
    tcase_add_test(group, deletions_are_purged_in_order_of_their_revision);
    tcase_add_test(group, one_sweep_purges_as_many_as_there_are);
    return group;
}
