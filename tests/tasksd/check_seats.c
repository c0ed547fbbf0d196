/* Places: how many there are, and how many of them for one address. */
#include "seats.h"

#include "run.h"

START_TEST(an_address_has_its_share)
{
    struct address one = address_of_ipv4(1), two = address_of_ipv4(2);
    struct seats *s = seats_new(3, 2);
    int first = seats_take(s, &one);
    ck_assert_int_ge(first, 0);
    ck_assert_int_ge(seats_take(s, &one), 0);
    ck_assert_int_eq(seats_take(s, &one), SEATS_ENOUGH);
    ck_assert_int_ge(seats_take(s, &two), 0);
    ck_assert_uint_eq(seats_held(s), 3);
    ck_assert_int_eq(seats_take(s, &two), SEATS_NONE);
    ck_assert_int_eq(seats_take(s, &one), SEATS_NONE);
    seats_leave(s, first);
    ck_assert_uint_eq(seats_held(s), 2);
    ck_assert_int_eq(seats_take(s, &one), first);
    seats_free(s);
    seats_free(NULL);
}
END_TEST

START_TEST(there_may_be_no_places)
{
    struct address one = address_of_ipv4(1);
    struct seats *s = seats_new(0, 0);
    ck_assert_int_eq(seats_take(s, &one), SEATS_NONE);
    ck_assert_uint_eq(seats_held(s), 0);
    seats_free(s);
}
END_TEST

int main(void)
{
    return run_suite("seats", (const TTest *[]){an_address_has_its_share, there_may_be_no_places, NULL});
}
