/* A request as spans: one trace, whose parts lie within it. */
#include "spans.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run.h"

static json_t *spans;

static const char *text(size_t i, const char *key)
{
    const char *value = json_string_value(json_object_get(json_array_get(spans, i), key));
    return value ? value : "";
}

static int64_t number(size_t i, const char *key)
{
    return strtoll(text(i, key), NULL, 10);
}

static const char *attribute(size_t i, const char *key)
{
    size_t at;
    const json_t *one;
    json_array_foreach (json_object_get(json_array_get(spans, i), "attributes"), at, one) {
        const json_t *value = json_object_get(one, "value");
        const char *found = json_string_value(json_object_get(value, "stringValue"));
        if (strcmp(json_string_value(json_object_get(one, "key")), key) == 0)
            return found ? found : json_string_value(json_object_get(value, "intValue"));
    }
    return "";
}

static int status_code(size_t i)
{
    const json_t *status = json_object_get(json_array_get(spans, i), "status");
    ck_assert(json_is_object(status));
    return (int)json_integer_value(json_object_get(status, "code"));
}

static struct trace trace = {
    .request = "r\"1", .id = "4bf92f3577b34da6a3ce929d0e0e4736", .parent = "00f067aa0ba902b7"};

static void make(const struct log_request *request, int64_t began_ns, const struct timing_request *timing)
{
    buf to;
    buf_init(&to, 64 << 10);
    spans_begin("staging", &to);
    spans_write(request, began_ns, timing, &to);
    buf_text(&to, SPANS_AFTER);
    json_t *all = json_loads(to.bytes, 0, NULL);
    ck_assert_msg(all != NULL, "%s", to.bytes);
    json_decref(spans);
    ck_assert_int_eq(json_unpack(all, "{s:[{s:[{s:O}]}]}", "resourceSpans", "scopeSpans", "spans", &spans),
                     0);
    json_decref(all);
    buf_done(&to);
}

START_TEST(a_request_and_its_calls)
{
    const struct log_request request = {.method = "GET",
                                        .route = "/tasks/{id}",
                                        .status = 200,
                                        .duration_us = 900,
                                        .bytes = 17,
                                        .trace = &trace};
    const struct timing_request timing = {
        .count = 2,
        .calls = {{"get", "sqlite", TASKS_OK, 1000100000, 200000, 300000},
                  {"list", "sqlite", TASKS_TIMEOUT, 1000700000, 100000, 0}},
    };
    make(&request, 1000000000, &timing);
    ck_assert_uint_eq(json_array_size(spans), 4); /* what never had its turn has no SQL */
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(text(i, "traceId"), trace.id);
        ck_assert_str_eq(text(i, "parentSpanId"), i ? text(0, "spanId") : trace.parent);
        ck_assert_uint_eq(strlen(text(i, "spanId")), 16);
        ck_assert_int_ge(number(i, "startTimeUnixNano"), number(0, "startTimeUnixNano"));
        ck_assert_int_le(number(i, "endTimeUnixNano"), number(0, "endTimeUnixNano"));
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(text(i, "spanId"), text(k, "spanId"));
    }
    ck_assert_str_eq(text(0, "name"), "GET /tasks/{id}");
    ck_assert_str_eq(attribute(0, "http.response.status_code"), "200");
    ck_assert_str_eq(attribute(0, "tasks.request_id"), "r\"1");
    ck_assert_str_eq(text(1, "name"), "wait for the store");
    ck_assert_int_eq(number(1, "endTimeUnixNano") - number(1, "startTimeUnixNano"), 200000);
    ck_assert_str_eq(text(2, "name"), "sqlite get");
    ck_assert_int_eq(number(2, "startTimeUnixNano"), number(1, "endTimeUnixNano"));
    ck_assert_int_eq(number(2, "endTimeUnixNano") - number(2, "startTimeUnixNano"), 300000);
    ck_assert_str_eq(attribute(2, "db.system.name"), "sqlite");
    ck_assert_str_eq(attribute(2, "db.operation.name"), "get");
    ck_assert_int_eq(status_code(0), 0);
    ck_assert_int_eq(status_code(2), 0);
    ck_assert_int_eq(status_code(3), 2);
    json_decref(spans);
    spans = NULL;
}
END_TEST

START_TEST(times_are_of_the_calendar)
{
    struct timespec now, real;
    struct trace own = trace;
    own.parent[0] = '\0';
    const struct log_request request = {.method = "BREW", .status = 503, .trace = &own};
    clock_gettime(CLOCK_MONOTONIC, &now);
    clock_gettime(CLOCK_REALTIME, &real);
    make(&request, now.tv_sec * INT64_C(1000000000) + now.tv_nsec, &(struct timing_request){.count = 0});
    ck_assert_int_le(llabs(number(0, "startTimeUnixNano") / 1000000000 - real.tv_sec), 60);
    ck_assert_uint_eq(json_array_size(spans), 1);
    ck_assert_str_eq(text(0, "name"), "BREW");
    ck_assert_ptr_null(json_object_get(json_array_get(spans, 0), "parentSpanId"));
    ck_assert_int_eq(status_code(0), 2);
    json_decref(spans);
    spans = NULL;
}
END_TEST

START_TEST(more_calls_than_are_kept)
{
    static struct timing_request timing = {.count = 1000};
    const struct log_request request = {.method = "GET", .status = 200, .trace = &trace};
    for (int i = 0; i < TIMING_CALLS_MAX; i++)
        timing.calls[i] = (struct timing_call){"get", "sqlite", TASKS_OK, 1, 1, 1};
    make(&request, 1, &timing);
    ck_assert_uint_eq(json_array_size(spans), 1 + 2 * TIMING_CALLS_MAX);
    json_decref(spans);
    spans = NULL;
}
END_TEST

START_TEST(a_post_says_which_server_sends_it)
{
    buf to;
    size_t i;
    json_t *one, *attributes;
    const char *wanted[] = {"service.name", "service.version", "host.name", "deployment.environment.name"};
    buf_init(&to, 4096);
    spans_begin("staging", &to);
    buf_text(&to, SPANS_AFTER);
    json_t *all = json_loads(to.bytes, 0, NULL);
    ck_assert_int_eq(
        json_unpack(all, "{s:[{s:{s:o}}]}", "resourceSpans", "resource", "attributes", &attributes), 0);
    ck_assert_uint_eq(json_array_size(attributes), RUN_COUNT(wanted));
    json_array_foreach (attributes, i, one)
        ck_assert_str_eq(json_string_value(json_object_get(one, "key")), wanted[i]);
    ck_assert_ptr_nonnull(strstr(to.bytes, "{\"stringValue\":\"staging\"}"));
    json_decref(all);
    buf_done(&to);
}
END_TEST

int main(void)
{
    trace_start();
    return run_suite("spans",
                     (const TTest *[]){a_request_and_its_calls, times_are_of_the_calendar,
                                       more_calls_than_are_kept, a_post_says_which_server_sends_it, NULL});
}
