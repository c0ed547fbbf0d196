#include "lru.h"

#include "run.h"

static struct lru_key key_of(int number)
{
    return lru_key(&number, sizeof number);
}

START_TEST(finds_what_was_put)
{
    struct lru *lru = lru_new(8, sizeof(int));
    struct lru_key one = key_of(1), two = key_of(2);
    ck_assert_ptr_null(lru_find(lru, &one));
    int *record = lru_put(lru, &one);
    ck_assert_int_eq(*record, 0);
    *record = 7;
    ck_assert_ptr_eq(lru_find(lru, &one), record);
    ck_assert_ptr_eq(lru_put(lru, &one), record);
    ck_assert_int_eq(*record, 7);
    ck_assert_ptr_null(lru_find(lru, &two));
    lru_drop(lru, &two);
    lru_drop(lru, &one);
    ck_assert_ptr_null(lru_find(lru, &one));
    lru_put(lru, &two);
    lru_clear(lru);
    ck_assert_ptr_null(lru_find(lru, &two));
    ck_assert_int_eq(*(int *)lru_put(lru, &one), 0);
    lru_free(lru);
}
END_TEST

START_TEST(who_was_not_used_for_long_goes)
{
    enum { PLACES = 8 };
    struct lru *lru = lru_new(PLACES, sizeof(int));
    for (int i = 0; i < PLACES; i++) {
        struct lru_key key = key_of(i);
        *(int *)lru_put(lru, &key) = i;
    }
    struct lru_key first = key_of(0), second = key_of(1), more = key_of(PLACES);
    ck_assert_ptr_nonnull(lru_find(lru, &first));
    ck_assert_int_eq(*(int *)lru_put(lru, &more), 0);
    ck_assert_ptr_null(lru_find(lru, &second));
    for (int i = 0; i <= PLACES; i++) {
        struct lru_key key = key_of(i);
        int *record = lru_find(lru, &key);
        ck_assert_msg((record == NULL) == (i == 1), "%d", i);
        ck_assert(!record || i == PLACES || *record == i);
    }
    lru_free(lru);
}
END_TEST

START_TEST(it_holds_no_more_than_it_was_made_for)
{
    enum { PLACES = 64, KEYS = 1000 };
    struct lru *lru = lru_new(PLACES, sizeof(int));
    int held = 0;
    for (int i = 0; i < KEYS; i++) {
        struct lru_key key = key_of(i);
        *(int *)lru_put(lru, &key) = i;
        ck_assert_ptr_nonnull(lru_find(lru, &key));
    }
    for (int i = 0; i < KEYS; i++) {
        struct lru_key key = key_of(i);
        const int *record = lru_find(lru, &key);
        ck_assert(!record || *record == i);
        held += record != NULL;
    }
    ck_assert_int_gt(held, PLACES / 2);
    ck_assert_int_le(held, PLACES);
    lru_free(lru);
}
END_TEST

int main(void)
{
    return run_suite("lru", (const TTest *[]){finds_what_was_put, who_was_not_used_for_long_goes,
                                              it_holds_no_more_than_it_was_made_for, NULL});
}
