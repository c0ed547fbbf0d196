#include "crowd.h"

#include "run.h"

enum { A = 1, B = 2 };

static const struct crowd_limits roomy = {.per_address = 100, .total = 100, .grace_ms = 1000};

static bool is_out(const struct crowd_member *members, size_t count, int fd)
{
    for (size_t i = 0; i < count; i++)
        if (members[i].fd == fd)
            return members[i].out != CROWD_STAYS;
    ck_abort_msg("%d is gone", fd);
}

static size_t count_out(const struct crowd_member *members, size_t count)
{
    size_t out = 0;
    for (size_t i = 0; i < count; i++)
        out += members[i].out != CROWD_STAYS;
    return out;
}

START_TEST(room_for_all)
{
    struct crowd_member members[] = {{.address = A, .idle_ms = 99999, .fd = 1},
                                     {.address = A, .idle_ms = CROWD_AT_WORK, .fd = 2}};
    crowd_thin(members, 2, &roomy);
    ck_assert_uint_eq(count_out(members, 2), 0);
    crowd_thin(members, 0, &roomy);
}
END_TEST

START_TEST(an_address_has_its_share)
{
    struct crowd_limits limits = roomy;
    struct crowd_member members[] = {
        {.address = A, .idle_ms = 5, .fd = 1}, {.address = B, .idle_ms = 9000, .fd = 2},
        {.address = A, .idle_ms = 7, .fd = 3}, {.address = A, .idle_ms = CROWD_AT_WORK, .fd = 4},
        {.address = A, .idle_ms = 6, .fd = 5},
    };
    limits.per_address = 2;
    crowd_thin(members, 5, &limits);
    ck_assert(is_out(members, 5, 3));
    ck_assert(is_out(members, 5, 5));
    ck_assert_uint_eq(count_out(members, 5), 2);
}
END_TEST

START_TEST(nobody_goes_who_is_at_work)
{
    struct crowd_limits limits = {.per_address = 1, .total = 1, .grace_ms = 0};
    struct crowd_member members[] = {{.address = A, .idle_ms = CROWD_AT_WORK, .fd = 1},
                                     {.address = A, .idle_ms = CROWD_AT_WORK, .fd = 2},
                                     {.address = A, .idle_ms = 0, .fd = 3}};
    crowd_thin(members, 3, &limits);
    ck_assert_uint_eq(count_out(members, 3), 1);
    ck_assert(is_out(members, 3, 3));
}
END_TEST

START_TEST(the_exempt_have_no_share)
{
    struct crowd_limits limits = roomy;
    struct crowd_member members[] = {{.address = A, .exempt = true, .idle_ms = 5, .fd = 1},
                                     {.address = A, .exempt = true, .idle_ms = 6, .fd = 2}};
    limits.per_address = 1;
    crowd_thin(members, 2, &limits);
    ck_assert_uint_eq(count_out(members, 2), 0);
}
END_TEST

START_TEST(in_all_the_longest_idle_go)
{
    struct crowd_limits limits = roomy;
    struct crowd_member members[] = {
        {.address = A, .idle_ms = 2000, .fd = 1},
        {.address = B, .exempt = true, .idle_ms = 4000, .fd = 2},
        {.address = 3, .idle_ms = 3000, .fd = 3},
        {.address = 4, .idle_ms = 500, .fd = 4},
        {.address = 5, .idle_ms = CROWD_AT_WORK, .fd = 5},
    };
    limits.total = 3;
    crowd_thin(members, 5, &limits);
    ck_assert(is_out(members, 5, 2));
    ck_assert(is_out(members, 5, 3));
    ck_assert_uint_eq(count_out(members, 5), 2);
}
END_TEST

START_TEST(the_lately_busy_have_grace)
{
    struct crowd_limits limits = roomy;
    struct crowd_member members[] = {{.address = A, .idle_ms = 999, .fd = 1},
                                     {.address = A, .idle_ms = 1000, .fd = 2},
                                     {.address = A, .idle_ms = 10, .fd = 3}};
    limits.total = 1;
    crowd_thin(members, 3, &limits);
    ck_assert(is_out(members, 3, 2));
    ck_assert_uint_eq(count_out(members, 3), 1);
}
END_TEST

/* An honest client may have to wait for a worker as long as the silent ones who keep it from one. */
START_TEST(the_silent_go_before_those_who_wait)
{
    struct crowd_limits limits = {.per_address = 100, .total = 1, .grace_ms = 1000};
    struct crowd_member members[] = {{.address = A, .idle_ms = 1500, .waiting = true, .fd = 1},
                                     {.address = A, .idle_ms = 1500, .fd = 2},
                                     {.address = A, .idle_ms = 1000, .fd = 3}};
    crowd_thin(members, 3, &limits);
    ck_assert(!is_out(members, 3, 1));
    ck_assert_uint_eq(count_out(members, 3), 2);
    limits.total = 0;
    crowd_thin(members, 3, &limits);
    ck_assert(is_out(members, 3, 1));
}
END_TEST

START_TEST(both_limits_add_up)
{
    struct crowd_limits limits = {.per_address = 2, .total = 2, .grace_ms = 0};
    struct crowd_member members[] = {
        {.address = A, .idle_ms = 1, .fd = 1},
        {.address = A, .idle_ms = 2, .fd = 2},
        {.address = A, .idle_ms = 3, .fd = 3},
        {.address = B, .idle_ms = 9, .fd = 4},
    };
    crowd_thin(members, 4, &limits);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(members[i].out, members[i].fd == 3   ? CROWD_OF_ADDRESS
                                         : members[i].fd == 4 ? CROWD_OF_ALL
                                                              : CROWD_STAYS);
}
END_TEST

int main(void)
{
    return run_suite("crowd",
                     (const TTest *[]){room_for_all, an_address_has_its_share, nobody_goes_who_is_at_work,
                                       the_exempt_have_no_share, in_all_the_longest_idle_go,
                                       the_lately_busy_have_grace, the_silent_go_before_those_who_wait,
                                       both_limits_add_up, NULL});
}
