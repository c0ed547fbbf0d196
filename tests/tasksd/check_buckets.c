#include "buckets.h"

#include <limits.h>

#include "run.h"

#define SECOND INT64_C(1000000) /* in microseconds */

static struct buckets *buckets;
static struct lru_key client, other;

static void setup(int64_t count, int64_t period_s, int64_t burst)
{
    const struct buckets_rate rate = {count, period_s, burst};
    buckets = buckets_new(&rate, 64);
    ck_assert_ptr_nonnull(buckets);
    client = lru_key("a", 1);
    other = lru_key("b", 1);
}

static struct buckets_state take(int64_t now_us)
{
    return buckets_take(buckets, &client, 1, now_us);
}

START_TEST(a_burst_passes_and_then_the_rate)
{
    setup(2, 1, 3);
    for (int left = 2; left >= 0; left--) {
        struct buckets_state state = take(5 * SECOND);
        ck_assert(state.enough);
        ck_assert_int_eq(state.left, left);
    }
    struct buckets_state state = take(5 * SECOND);
    ck_assert(!state.enough);
    ck_assert_int_eq(state.left, 0);
    ck_assert_int_eq(state.retry_s, 1);
    ck_assert_int_eq(state.full_s, 2);
    ck_assert(!take(5 * SECOND + SECOND / 2 - 1).enough);
    ck_assert(take(5 * SECOND + SECOND / 2).enough);
    ck_assert(!take(5 * SECOND + SECOND / 2).enough);
    ck_assert_int_eq(buckets_take(buckets, &other, 1, 5 * SECOND).left, 2);
    ck_assert_int_eq(take(60 * SECOND).left, 2);
    buckets_free(buckets);
}
END_TEST

START_TEST(looking_takes_nothing)
{
    setup(1, 60, 2);
    for (int i = 0; i < 9; i++)
        ck_assert_int_eq(buckets_take(buckets, &client, 0, SECOND).left, 2);
    take(SECOND);
    take(SECOND);
    struct buckets_state state = buckets_take(buckets, &client, 0, SECOND);
    ck_assert(!state.enough);
    ck_assert_int_eq(state.retry_s, 60);
    ck_assert_int_eq(state.full_s, 120);
    buckets_free(buckets);
}
END_TEST

/* Whatever is refused costs nothing: who asks on and on is not locked out for good. */
START_TEST(a_refusal_costs_nothing)
{
    setup(1, 1, 1);
    ck_assert(take(SECOND).enough);
    for (int i = 0; i < 1000; i++)
        ck_assert(!take(SECOND + i).enough);
    ck_assert(take(2 * SECOND).enough);
    buckets_free(buckets);
}
END_TEST

START_TEST(extremes_do_not_overflow)
{
    setup(1, 3600, 1000000);
    for (int i = 0; i < 1000; i++)
        ck_assert(take(INT64_MAX / 4000).enough);
    ck_assert_int_eq(take(INT64_MAX / 4000).left, 1000000 - 1001);
    buckets_free(buckets);
    setup(1000000, 1, 1);
    ck_assert(take(1).enough);
    ck_assert(!take(1).enough);
    ck_assert(take(2).enough);
    buckets_free(buckets);
}
END_TEST

int main(void)
{
    return run_suite("buckets", (const TTest *[]){a_burst_passes_and_then_the_rate, looking_takes_nothing,
                                                  a_refusal_costs_nothing, extremes_do_not_overflow, NULL});
}
