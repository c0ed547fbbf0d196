#include "exits.h"

#include "run.h"

START_TEST(every_status_has_its_code)
{
    static const struct {
        tasks_status status;
        int code;
    } rows[] = {{TASKS_OK, 0},        {TASKS_INVALID, 7},     {TASKS_NOT_FOUND, 3},   {TASKS_CONFLICT, 4},
                {TASKS_DENIED, 5},    {TASKS_UNAVAILABLE, 6}, {TASKS_TIMEOUT, 6},     {TASKS_FULL, 1},
                {TASKS_READ_ONLY, 5}, {TASKS_CORRUPT, 7},     {TASKS_UNSUPPORTED, 7}, {TASKS_NO_MEMORY, 1},
                {TASKS_INTERNAL, 1}};
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(exits_of(rows[i].status) == rows[i].code, "%s", tasks_status_name(rows[i].status));
}
END_TEST

START_TEST(a_status_that_is_none_is_a_failure)
{
    ck_assert_int_eq(exits_of(-1), EXITS_FAILED);
    ck_assert_int_eq(exits_of(TASKS_INTERNAL + 1), EXITS_FAILED);
}
END_TEST

/* One that were forgotten would exit with 0. */
START_TEST(no_failure_counts_as_done)
{
    for (tasks_status status = TASKS_OK + 1; tasks_status_name(status)[0] != '?'; status++)
        ck_assert_msg(exits_of(status) != EXITS_DONE, "%s", tasks_status_name(status));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {every_status_has_its_code, a_status_that_is_none_is_a_failure,
                                  no_failure_counts_as_done, NULL};
    return run_suite("tasksctl/exits", tests);
}
