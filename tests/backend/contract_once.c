/* Batches with a key are applied once; tokens let their holders in. */
#include <pthread.h>
#include <stdlib.h>

#include "contract.h"

static const int64_t day = INT64_C(24) * 3600 * 1000;

static tasks_page *once(tasks_db *db, const char *key, const char *title, int32_t *replayed)
{
    tasks_patch patch = kit_titled(title);
    tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_page *page;
    KIT_OK(tasks_apply_once(db, key, &op, 1, &page, replayed, &kit_error));
    return page;
}

static uint32_t count_tasks(tasks_db *db)
{
    tasks_page *page = kit_list(db, NULL);
    uint32_t count = tasks_page_count(page);
    tasks_page_free(page);
    return count;
}

START_TEST(a_second_call_gets_the_first_answer)
{
    int32_t replayed;
    const char *const tags[] = {"a", "b"};
    tasks_patch patch = kit_titled("Ein \"Käse\"");
    patch.set |= TASKS_SET_TAGS | TASKS_SET_ORDER | TASKS_SET_DUE_AT | TASKS_SET_NOTES | TASKS_SET_UID;
    patch.tags = tags;
    patch.tag_count = 2;
    patch.order = 0.1;
    patch.due_at_ms = KIT_START + 1;
    patch.notes = "one\n\ttwo";
    patch.uid = "u";
    tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_page *first, *second;
    KIT_OK(tasks_apply_once(kit_db(), "k", &op, 1, &first, &replayed, &kit_error));
    ck_assert_int_eq(replayed, 0);
    tasks_patch change = kit_titled("changed meanwhile");
    tasks_task_free(kit_update(kit_db(), tasks_page_at(first, 0)->id, &change));
    KIT_OK(tasks_apply_once(kit_db(), "k", &op, 1, &second, &replayed, &kit_error));
    ck_assert_int_eq(replayed, 1);
    kit_same(tasks_page_at(first, 0), tasks_page_at(second, 0));
    ck_assert_int_eq(tasks_page_revision(first), tasks_page_revision(second));
    ck_assert_int_eq(kit_revision(kit_db()), 2);
    tasks_page_free(first);
    tasks_page_free(second);
}
END_TEST

START_TEST(a_key_is_good_for_one_batch)
{
    tasks_patch patch = kit_titled("another");
    tasks_op op = {.kind = TASKS_CREATE, .patch = &patch};
    tasks_page_free(once(kit_db(), "k", "one", NULL));
    KIT_FAILS(TASKS_INVALID, "key_reused", tasks_apply_once(kit_db(), "k", &op, 1, NULL, NULL, &kit_error));
    KIT_FAILS(TASKS_INVALID, "key_malformed", tasks_apply_once(kit_db(), "", &op, 1, NULL, NULL, &kit_error));
    KIT_FAILS(TASKS_INVALID, "key_malformed",
              tasks_apply_once(kit_db(), "\n", &op, 1, NULL, NULL, &kit_error));
    ck_assert_uint_eq(count_tasks(kit_db()), 1);
}
END_TEST

START_TEST(a_failed_batch_leaves_its_key_free)
{
    tasks_op op = {.kind = TASKS_DELETE, .id = 1};
    KIT_FAILS(TASKS_NOT_FOUND, "task_missing",
              tasks_apply_once(kit_db(), "k", &op, 1, NULL, NULL, &kit_error));
    kit_add(kit_db(), "there now");
    KIT_OK(tasks_apply_once(kit_db(), "k", &op, 1, NULL, NULL, &kit_error));
    KIT_OK(tasks_apply_once(kit_db(), "k", &op, 1, NULL, NULL, &kit_error));
    ck_assert_int_eq(kit_revision(kit_db()), 2);
}
END_TEST

START_TEST(keys_belong_to_their_owner_and_to_a_day)
{
    int32_t replayed;
    tasks_db *other = kit_view("other");
    tasks_page_free(once(kit_db(), "k", "one", NULL));
    tasks_page_free(once(other, "k", "another", &replayed));
    ck_assert_int_eq(replayed, 0);
    kit_clock(KIT_START + day - 1);
    tasks_page_free(once(kit_db(), "k", "one", &replayed));
    ck_assert_int_eq(replayed, 1);
    kit_clock(KIT_START + day);
    tasks_page_free(once(kit_db(), "k", "a new batch", &replayed));
    ck_assert_int_eq(replayed, 0);
    KIT_OK(tasks_sweep(kit_db(), NULL, &kit_error));
    tasks_page_free(once(kit_db(), "k", "a new batch", &replayed));
    ck_assert_int_eq(replayed, 1);
    tasks_close(other);
}
END_TEST

enum { CALLERS = 12 };

static void *call(void *db)
{
    int32_t replayed;
    tasks_page_free(once(db, "same", "of all", &replayed));
    return replayed ? NULL : db;
}

START_TEST(of_many_callers_one_is_the_first)
{
    pthread_t threads[CALLERS];
    int first = 0;
    for (int i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, call, kit_db()), 0);
    for (int i = 0; i < CALLERS; i++) {
        void *won;
        pthread_join(threads[i], &won);
        first += won != NULL;
    }
    ck_assert_int_eq(first, 1);
    ck_assert_uint_eq(count_tasks(kit_db()), 1);
}
END_TEST

/* ---- Tokens ---- */

START_TEST(a_token_names_its_owner)
{
    char text[TASKS_TOKEN_SIZE];
    int64_t id;
    tasks_token *token;
    KIT_OK(tasks_token_create(kit_db(), "ada", 1, KIT_START + day, text, &id, &kit_error));
    ck_assert_uint_eq(strlen(text), TASKS_TOKEN_SIZE - 1);
    KIT_OK(tasks_token_find(kit_db(), text, &token, &kit_error));
    ck_assert_int_eq(token->id, id);
    ck_assert_str_eq(token->owner, "ada");
    ck_assert_int_eq(token->read_only, 1);
    ck_assert_int_eq(token->created_at_ms, KIT_START);
    ck_assert_int_eq(token->expires_at_ms, KIT_START + day);
    tasks_token_free(token);
    kit_clock(KIT_START + day);
    KIT_FAILS(TASKS_DENIED, "token_expired", tasks_token_find(kit_db(), text, &token, &kit_error));
    ck_assert_ptr_null(token);
}
END_TEST

START_TEST(what_is_no_token_lets_nobody_in)
{
    char text[TASKS_TOKEN_SIZE];
    int64_t id;
    tasks_token *token;
    KIT_OK(tasks_token_create(kit_db(), "", 0, TASKS_NO_TIME, text, &id, &kit_error));
    KIT_FAILS(TASKS_DENIED, "token_unknown", tasks_token_find(kit_db(), NULL, &token, &kit_error));
    KIT_FAILS(TASKS_DENIED, "token_unknown", tasks_token_find(kit_db(), "", &token, &kit_error));
    text[TASKS_TOKEN_SIZE - 2] ^= 1;
    KIT_FAILS(TASKS_DENIED, "token_unknown", tasks_token_find(kit_db(), text, &token, &kit_error));
    text[TASKS_TOKEN_SIZE - 2] ^= 1;
    KIT_OK(tasks_token_revoke(kit_db(), id, &kit_error));
    KIT_FAILS(TASKS_DENIED, "token_unknown", tasks_token_find(kit_db(), text, &token, &kit_error));
    KIT_FAILS(TASKS_NOT_FOUND, "token_missing", tasks_token_revoke(kit_db(), id, &kit_error));
}
END_TEST

START_TEST(tokens_are_listed_by_id)
{
    char text[TASKS_TOKEN_SIZE];
    int64_t ids[3], after = 0;
    tasks_token *token;
    for (int i = 0; i < 3; i++)
        KIT_OK(tasks_token_create(kit_db(), i ? "b" : "a", 0, TASKS_NO_TIME, text, &ids[i], &kit_error));
    for (int i = 0; i < 3; i++) {
        KIT_OK(tasks_token_next(kit_db(), after, &token, &kit_error));
        ck_assert_int_eq(token->id, ids[i]);
        after = token->id;
        tasks_token_free(token);
    }
    KIT_FAILS(TASKS_NOT_FOUND, "token_missing", tasks_token_next(kit_db(), after, &token, &kit_error));
}
END_TEST

START_TEST(a_view_makes_no_tokens)
{
    char text[TASKS_TOKEN_SIZE];
    int64_t id;
    tasks_token *token;
    tasks_db *view = kit_view("ada");
    KIT_FAILS(TASKS_DENIED, "owner_bound",
              tasks_token_create(view, "ada", 0, TASKS_NO_TIME, text, &id, &kit_error));
    ck_assert_str_eq(text, "");
    KIT_FAILS(TASKS_DENIED, "owner_bound", tasks_token_next(view, 0, &token, &kit_error));
    KIT_FAILS(TASKS_DENIED, "owner_bound", tasks_token_revoke(view, 1, &kit_error));
    tasks_close(view);
}
END_TEST

TCase *contract_once(void)
{
    TCase *group = tcase_create("once");
    tcase_add_test(group, a_second_call_gets_the_first_answer);
    tcase_add_test(group, a_key_is_good_for_one_batch);
    tcase_add_test(group, a_failed_batch_leaves_its_key_free);
    tcase_add_test(group, keys_belong_to_their_owner_and_to_a_day);
    tcase_add_test(group, of_many_callers_one_is_the_first);
    tcase_add_test(group, a_token_names_its_owner);
    tcase_add_test(group, what_is_no_token_lets_nobody_in);
    tcase_add_test(group, tokens_are_listed_by_id);
    tcase_add_test(group, a_view_makes_no_tokens);
    return group;
}
