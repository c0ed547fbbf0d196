#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "run.h"

#define ID   "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"
#define ZERO "00000000000000000000000000000000"

static struct trace taken;

static void take(const char *name, const char *value)
{
    const struct http_header header = {name, value};
    const struct http_request rq = {.headers = &header, .header_count = 1};
    trace_take(&taken, &rq);
}

START_TEST(takes_a_trace_over)
{
    static const struct {
        const char *name, *value, *id, *parent;
    } rows[] = {
        {"traceparent", "00-" ID "-" SPAN "-01", ID, SPAN},
        {"traceparent", "01-" ID "-" SPAN "-01-more", ID, SPAN},
        {"X-Amzn-Trace-Id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=" SPAN ";Sampled=1", ID, SPAN},
        {"X-Amzn-Trace-Id", "Self=1-0-0;Root=1-4bf92f35-77b34da6a3ce929d0e0e4736", ID, ""},
    };
    trace_start();
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        take(rows[i].name, rows[i].value);
        ck_assert_msg(strcmp(taken.id, rows[i].id) == 0, "%s: %s", rows[i].value, taken.id);
        ck_assert_msg(strcmp(taken.parent, rows[i].parent) == 0, "%s: %s", rows[i].value, taken.parent);
    }
}
END_TEST

START_TEST(makes_a_trace_when_none_is_well_formed)
{
    static const char *const values[][2] = {
        {"traceparent", ""},
        {"traceparent", "00-" ID},
        {"traceparent", "00-" ID "-" SPAN},
        {"traceparent", "ff-" ID "-" SPAN "-01"},
        {"traceparent", "00-" ID "-" SPAN "-01-more"},
        {"traceparent", "00-" ID "-" SPAN "-0g"},
        {"traceparent", "00-" ID "_" SPAN "-01"},
        {"traceparent", "00-" ZERO "-" SPAN "-01"},
        {"traceparent", "00-" ID "-0000000000000000-01"},
        {"traceparent", "00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01"},
        {"X-Amzn-Trace-Id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e473"},
        {"X-Amzn-Trace-Id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e47361"},
        {"X-Amzn-Trace-Id", "Root=1-00000000-000000000000000000000000"},
        {"X-Amzn-Trace-Id", "Root=2-4bf92f35-77b34da6a3ce929d0e0e4736"},
    };
    trace_start();
    for (int i = 0; i < RUN_COUNT(values); i++) {
        take(values[i][0], values[i][1]);
        ck_assert_msg(strspn(taken.id, "0123456789abcdef") == 32 && strcmp(taken.id, ID) != 0, "%s gave %s",
                      values[i][1], taken.id);
        ck_assert_str_eq(taken.parent, "");
    }
}
END_TEST

START_TEST(takes_only_harmless_request_ids)
{
    static const struct {
        const char *value;
        bool kept;
    } rows[] = {{"abc-123", true},    {"Root=1-2/3+4@5:6._", true}, {"", false},
                {"two words", false}, {"quo\"te", false},           {"b\\s", false},
                {"{\"a\":1}", false}, {"\xc3\xa9", false},          {"<b>", false}};
    char longest[TRACE_REQUEST_SIZE + 1];
    trace_start();
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        take("X-Request-ID", rows[i].value);
        ck_assert_msg((strcmp(taken.request, rows[i].value) == 0) == rows[i].kept, "%s", rows[i].value);
        ck_assert_uint_ge(strlen(taken.request), 1);
    }
    memset(longest, 'a', sizeof longest);
    longest[TRACE_REQUEST_SIZE] = '\0';
    take("X-Request-Id", longest);
    ck_assert_uint_eq(strlen(taken.request), 32);
    longest[TRACE_REQUEST_SIZE - 1] = '\0';
    take("X-Request-Id", longest);
    ck_assert_str_eq(taken.request, longest);
}
END_TEST

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, TRACE_ID_SIZE);
}

START_TEST(never_makes_an_id_twice)
{
    enum { COUNT = 20000 };
    char(*ids)[TRACE_ID_SIZE] = malloc(sizeof *ids * COUNT);
    ck_assert_ptr_nonnull(ids);
    trace_start();
    for (int i = 0; i < COUNT; i++) {
        take("Other", "");
        memcpy(ids[i], taken.id, sizeof *ids);
    }
    qsort(ids, COUNT, sizeof *ids, compare);
    for (int i = 1; i < COUNT; i++)
        ck_assert_str_ne(ids[i - 1], ids[i]);
    free(ids);
}
END_TEST

START_TEST(who_wants_no_trace_gets_none)
{
    static const struct {
        const char *name, *value;
        bool sampled;
    } rows[] = {
        {"traceparent", "00-" ID "-" SPAN "-01", true},
        {"traceparent", "00-" ID "-" SPAN "-00", false},
        {"traceparent", "00-" ID "-" SPAN "-fe", false},
        {"traceparent", "nonsense", true},
        {"X-Amzn-Trace-Id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=0", false},
        {"X-Amzn-Trace-Id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736", true},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        take(rows[i].name, rows[i].value);
        ck_assert_msg(taken.sampled == rows[i].sampled, "%s", rows[i].value);
    }
}
END_TEST

int main(void)
{
    return run_suite("trace", (const TTest *[]){takes_a_trace_over, makes_a_trace_when_none_is_well_formed,
                                                takes_only_harmless_request_ids, never_makes_an_id_twice,
                                                who_wants_no_trace_gets_none, NULL});
}
