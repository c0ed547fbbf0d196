/* What is kept of the calls to the store: for whom, how many, and what the page says. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "timing.h"

static struct timing *timing;

static void observe(int32_t operation, int64_t wait_ns, int64_t work_ns)
{
    const tasks_timing call = {
        .backend = "sqlite", .word = "get", .operation = operation, .wait_ns = wait_ns, .work_ns = work_ns};
    timing_observe(timing, &call);
}

static char *page(void)
{
    buf text;
    buf_init(&text, 64 << 10);
    timing_write(timing, &text);
    return buf_take(&text, NULL);
}

START_TEST(a_request_has_its_own_calls)
{
    struct timing_request request = {0};
    timing = timing_new();
    observe(TASKS_OPERATION_GET, 1, 1); /* of nobody */
    timing_follow(&request);
    for (int i = 0; i < TIMING_CALLS_MAX + 3; i++)
        observe(TASKS_OPERATION_GET, 10, 5);
    timing_follow(NULL);
    observe(TASKS_OPERATION_GET, 1, 1);
    ck_assert_uint_eq(request.count, TIMING_CALLS_MAX + 3);
    ck_assert_int_eq(request.total_ns, (TIMING_CALLS_MAX + 3) * 15);
    ck_assert_int_eq(request.calls[TIMING_CALLS_MAX - 1].wait_ns, 10);
    timing_free(timing);
}
END_TEST

static void *observe_elsewhere(void *context)
{
    (void)context;
    observe(TASKS_OPERATION_GET, 1, 1);
    return NULL;
}

START_TEST(other_threads_are_not_followed)
{
    pthread_t thread;
    struct timing_request request = {0};
    timing = timing_new();
    timing_follow(&request);
    ck_assert_int_eq(pthread_create(&thread, NULL, observe_elsewhere, NULL), 0);
    pthread_join(thread, NULL);
    timing_follow(NULL);
    ck_assert_uint_eq(request.count, 0);
    timing_free(timing);
}
END_TEST

START_TEST(the_page_has_what_was_used)
{
    timing = timing_new();
    char *text = page();
    ck_assert_ptr_null(strstr(text, "{"));
    free(text);
    observe(TASKS_OPERATION_LIST, 5, 2000000);
    observe(TASKS_OPERATION_LIST, 5, 0); /* its turn never came */
    observe(1000, 5, 5);                 /* of a newer library */
    observe(-1, 5, 5);
    text = page();
    ck_assert_ptr_nonnull(strstr(text, "_bucket{operation=\"list\",backend=\"sqlite\",le=\"0.001\"} 0\n"));
    ck_assert_ptr_nonnull(strstr(text, "_bucket{operation=\"list\",backend=\"sqlite\",le=\"0.0025\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(text, "_sum{operation=\"list\",backend=\"sqlite\"} 0.002\n"));
    ck_assert_ptr_nonnull(strstr(text, "_count{operation=\"list\",backend=\"sqlite\"} 1\n"));
    ck_assert_ptr_null(strstr(text, "\"get\""));
    free(text);
    timing_free(timing);
}
END_TEST

int main(void)
{
    return run_suite("timing", (const TTest *[]){a_request_has_its_own_calls, other_threads_are_not_followed,
                                                 the_page_has_what_was_used, NULL});
}
