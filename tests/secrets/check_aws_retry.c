/* Which failures of AWS are worth another try, and how long it waits before each. */
#include "aws_retry.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "fail.h"
#include "run.h"

/* ---- A clock and chances of our own; both stand before those of the C library ---- */

static uint32_t chance;
static bool no_chance;
static int64_t waited_ms;

ssize_t getrandom(void *out, size_t size, unsigned flags)
{
    (void)flags;
    if (no_chance || size != sizeof chance)
        return -1;
    memcpy(out, &chance, size);
    return (ssize_t)size;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    (void)left;
    waited_ms = (int64_t)wanted->tv_sec * 1000 + wanted->tv_nsec / 1000000;
    return 0;
}

/* ---- Tests ---- */

/* The wait before try number `tries`, -1 when there is none. */
static int64_t wait_before(int tries)
{
    aws_retry retry = {.tries = tries - 2, .tries_max = 8};
    waited_ms = -1;
    return aws_retry_wait(&retry) ? waited_ms : -1;
}

/* Full jitter: every time from none at all to the longest is as likely as any other. */
START_TEST(waits_are_spread_up_to_a_bound_that_doubles)
{
    static const int64_t longest_ms[] = {100, 200, 400, 800, 1600, 2000, 2000};
    for (int i = 0; i < RUN_COUNT(longest_ms); i++) {
        int64_t sum = 0, times = longest_ms[i] + 1;
        for (chance = 0; chance < times; chance++) {
            int64_t wait = wait_before(i + 2);
            ck_assert(wait >= 0 && wait <= longest_ms[i]);
            sum += wait;
        }
        ck_assert_int_eq(sum, longest_ms[i] * times / 2);
    }
    ck_assert_int_eq(wait_before(9), -1);
}
END_TEST

START_TEST(without_chances_it_waits_for_the_middle)
{
    no_chance = true;
    ck_assert_int_eq(wait_before(2), 50);
    no_chance = false;
}
END_TEST

START_TEST(only_what_may_pass_is_tried_again)
{
    static const struct {
        tasks_status status;
        const char *code;
        long reply;
        bool again;
    } cases[] = {
        {TASKS_OK, "", 200, false},
        {TASKS_OK, "", 400, false},
        {TASKS_OK, "", 403, false},
        {TASKS_OK, "", 404, false},
        {TASKS_OK, "", 429, true},
        {TASKS_OK, "", 500, true},
        {TASKS_OK, "", 503, true},
        {TASKS_TIMEOUT, "wait_timeout", 0, true},
        {TASKS_UNAVAILABLE, "call_failed", 0, true},
        {TASKS_DENIED, "secret_denied", 0, false},
        {TASKS_NO_MEMORY, "no_memory", 0, false},
    };
    for (int i = 0; i < RUN_COUNT(cases); i++) {
        tasks_error error;
        https_reply reply = {.status = cases[i].reply};
        fail(&error, cases[i].status, cases[i].code, "-");
        ck_assert_msg(aws_retry_helps(cases[i].status, &error, &reply) == cases[i].again, "case %d", i);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {waits_are_spread_up_to_a_bound_that_doubles,
                                  without_chances_it_waits_for_the_middle, only_what_may_pass_is_tried_again,
                                  NULL};
    return run_suite("aws_retry", tests);
}
