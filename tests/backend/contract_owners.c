/* Owners share a store and nothing else: no call on a view shows or touches another's tasks. */
#include <stdlib.h>

#include "contract.h"

/* Names that have hurt others; in the order of their bytes. */
static const char *const names[] = {"",
                                    " ",
                                    "%",
                                    "'; DROP TABLE owners; --",
                                    "A",
                                    "Ann",
                                    "a",
                                    "ann",
                                    "ann ",
                                    "annette",
                                    "b",
                                    "bob@example.org",
                                    "e\xCC\x81",
                                    "zz",
                                    "\xC3\xA9",
                                    "\xE6\xBC\xA2",
                                    "\xF0\x9F\x98\x80"};

enum { NAMES = KIT_COUNT(names) };

static void open_views(tasks_db *views[NAMES])
{
    for (int i = 0; i < NAMES; i++)
        views[i] = kit_view(names[i]);
}

static void close_views(tasks_db *views[NAMES])
{
    for (int i = 0; i < NAMES; i++)
        tasks_close(views[i]);
}

static uint32_t listed(tasks_db *db, const char *tag, const char *text)
{
    tasks_query query = TASKS_QUERY_INIT;
    query.tag = tag;
    query.text = text;
    tasks_page *page = kit_list(db, &query);
    uint32_t count = tasks_page_count(page);
    tasks_page_free(page);
    return count;
}

START_TEST(each_owner_has_ids_revisions_and_uids_of_its_own)
{
    static const char *const tags[] = {"t"};
    tasks_db *views[NAMES];
    open_views(views);
    for (int round = 1; round <= 2; round++)
        for (int i = 0; i < NAMES; i++) {
            tasks_patch patch = kit_titled(round == 1 ? names[i][0] > ' ' ? names[i] : "x" : "second");
            patch.set |= TASKS_SET_UID | TASKS_SET_TAGS;
            patch.uid = round == 1 ? "u" : "v";
            patch.tags = tags;
            patch.tag_count = 1;
            tasks_task *task = kit_create(views[i], &patch);
            ck_assert_int_eq(task->id, round);
            ck_assert_int_eq(task->revision, round);
            tasks_task_free(task);
        }
    for (int i = 0; i < NAMES; i++) {
        ck_assert_uint_eq(listed(views[i], NULL, NULL), 2);
        ck_assert_uint_eq(listed(views[i], "t", NULL), 2);
        ck_assert_uint_eq(listed(views[i], NULL, "second"), 1);
        ck_assert_int_eq(kit_revision(views[i]), 2);
    }
    close_views(views);
}
END_TEST

/* Ann has tasks 1 to 3; Bob has none, or one whose id is Ann's too. */
START_TEST(another_owners_task_is_not_there)
{
    tasks_db *ann = kit_view("ann"), *bob = kit_view("bob");
    tasks_patch patch = kit_titled("stolen");
    tasks_task *none;
    for (int i = 0; i < 3; i++)
        kit_add(ann, "ann's");
    kit_add(bob, "bob's");
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_get(bob, 2, &none, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_update(bob, 2, 0, &patch, &none, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(bob, 2, 0, &none, &kit_error));
    KIT_OK(tasks_clear(bob, NULL, NULL, &kit_error));
    KIT_OK(tasks_sweep(bob, NULL, &kit_error));
    ck_assert_uint_eq(listed(bob, NULL, NULL), 0);
    ck_assert_uint_eq(listed(ann, NULL, "ann's"), 3);
    ck_assert_uint_eq(listed(kit_db(), NULL, NULL), 0);
    ck_assert_int_eq(kit_revision(ann), 3);
    ck_assert_int_eq(kit_revision(bob), 2);
    ck_assert_int_eq(kit_revision(kit_db()), 0);
    tasks_page *page;
    KIT_OK(tasks_changes(bob, 0, 0, &page, &kit_error));
    ck_assert_uint_eq(tasks_page_count(page), 1); /* the tombstone */
    tasks_page_free(page);
    tasks_close(ann);
    tasks_close(bob);
}
END_TEST

START_TEST(a_view_of_the_default_owner_is_the_default_owner)
{
    tasks_db *view = kit_view("");
    kit_add(kit_db(), "x");
    ck_assert_uint_eq(listed(view, NULL, NULL), 1);
    kit_add(view, "y");
    ck_assert_uint_eq(listed(kit_db(), NULL, NULL), 2);
    tasks_close(view);
}
END_TEST

START_TEST(a_view_cannot_act_on_the_whole_store)
{
    tasks_db *view = kit_view(""), *none;
    tasks_owners *owners;
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    KIT_FAILS(TASKS_DENIED, "owner_bound", tasks_as(view, "ann", &none, &kit_error));
    ck_assert_ptr_null(none);
    KIT_FAILS(TASKS_DENIED, "owner_bound", tasks_check(view, &kit_error));
    KIT_FAILS(TASKS_DENIED, "owner_bound", tasks_stats(view, 1, &figures, &kit_error));
    KIT_FAILS(TASKS_DENIED, "owner_bound", tasks_backup(view, "x", NULL, NULL, &kit_error));
    KIT_FAILS(TASKS_DENIED, "owner_bound", tasks_owners_list(view, NULL, 0, &owners, &kit_error));
    ck_assert_ptr_null(owners);
    KIT_OK(tasks_ping(view, &kit_error));
    tasks_close(view);
}
END_TEST

START_TEST(an_owner_has_at_most_255_bytes_and_no_control_characters)
{
    char name[TASKS_OWNER_MAX + 2] = {0};
    tasks_db *none;
    memset(name, 'o', TASKS_OWNER_MAX);
    tasks_db *view = kit_view(name);
    kit_add(view, "x");
    tasks_close(view);
    static const char *const bad[] = {"a\nb", "\x7F", "\xC2\x85", "\xFF", "\xED\xA0\x80", "\xE2\x80\xA8"};
    for (int i = 0; i < KIT_COUNT(bad); i++)
        KIT_FAILS(TASKS_INVALID, "owner_malformed", tasks_as(kit_db(), bad[i], &none, &kit_error));
    name[TASKS_OWNER_MAX] = 'o';
    KIT_FAILS(TASKS_INVALID, "owner_malformed", tasks_as(kit_db(), name, &none, &kit_error));
    KIT_FAILS(TASKS_INVALID, "owner_malformed", tasks_as(kit_db(), NULL, &none, &kit_error));
    ck_assert_ptr_null(none);
}
END_TEST

/* ---- Listing owners ---- */

START_TEST(owners_are_listed_in_the_order_of_their_bytes)
{
    static const uint32_t limits[] = {1, 2, 5, NAMES, TASKS_LIMIT_MAX, 0};
    tasks_db *views[NAMES];
    open_views(views);
    for (int i = 0; i < NAMES; i++)
        kit_add(views[(i * 5 + 3) % NAMES], "x");
    for (int k = 0; k < KIT_COUNT(limits); k++) {
        tasks_owners *page = NULL, *next;
        uint32_t seen = 0, count;
        do {
            const char *after = page ? tasks_owners_at(page, tasks_owners_count(page) - 1) : NULL;
            KIT_OK(tasks_owners_list(kit_db(), after, limits[k], &next, &kit_error));
            tasks_owners_free(page);
            page = next;
            count = tasks_owners_count(page);
            for (uint32_t i = 0; i < count; i++)
                ck_assert_str_eq(tasks_owners_at(page, i), names[seen++]);
            ck_assert_ptr_null(tasks_owners_at(page, count));
        } while (count);
        tasks_owners_free(page);
        ck_assert_uint_eq(seen, NAMES);
    }
    close_views(views);
}
END_TEST

START_TEST(an_owner_that_never_wrote_is_not_listed)
{
    tasks_db *ann = kit_view("ann");
    tasks_owners *owners;
    tasks_task *none;
    tasks_page_free(kit_list(ann, NULL));
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing", tasks_delete(ann, 1, 0, &none, &kit_error));
    KIT_OK(tasks_sweep(ann, NULL, &kit_error));
    KIT_OK(tasks_owners_list(kit_db(), NULL, 0, &owners, &kit_error));
    ck_assert_uint_eq(tasks_owners_count(owners), 0);
    tasks_owners_free(owners);
    KIT_FAILS(TASKS_INVALID, "limit_range", tasks_owners_list(kit_db(), NULL, 1001, &owners, &kit_error));
    KIT_FAILS(TASKS_INVALID, "owner_malformed", tasks_owners_list(kit_db(), "\n", 1, &owners, &kit_error));
    ck_assert_ptr_null(owners);
    tasks_close(ann);
}
END_TEST

TCase *contract_owners(void)
{
    TCase *group = tcase_create("owners");
    tcase_add_test(group, each_owner_has_ids_revisions_and_uids_of_its_own);
    tcase_add_test(group, another_owners_task_is_not_there);
    tcase_add_test(group, a_view_of_the_default_owner_is_the_default_owner);
    tcase_add_test(group, a_view_cannot_act_on_the_whole_store);
    tcase_add_test(group, an_owner_has_at_most_255_bytes_and_no_control_characters);
    tcase_add_test(group, owners_are_listed_in_the_order_of_their_bytes);
    tcase_add_test(group, an_owner_that_never_wrote_is_not_listed);
    return group;
}
