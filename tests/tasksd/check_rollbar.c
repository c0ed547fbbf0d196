/* Items have what Rollbar asks for, and nothing that is private. */
#include "rollbar.h"

#include <jansson.h>
#include <string.h>

#include "run.h"

static json_t *item;

static const char *text(const char *first, const char *second, const char *third)
{
    const json_t *at = json_object_get(json_object_get(item, "data"), first);
    at = second ? json_object_get(at, second) : at;
    at = third ? json_object_get(at, third) : at;
    const char *value = json_string_value(at);
    return value ? value : "";
}

static void take(buf *from)
{
    json_decref(item);
    item = json_loads(from->bytes, 0, NULL);
    ck_assert_msg(item != NULL, "%s", from->bytes);
    buf_done(from);
}

START_TEST(an_answer)
{
    struct trace trace = {.request = "r1", .id = "4bf92f3577b34da6a3ce929d0e0e4736"};
    const struct log_request request = {
        .method = "GET", .route = "/tasks/{id}", .status = 503, .code = "store_away", .trace = &trace};
    buf to;
    buf_init(&to, 16 << 10);
    rollbar_answer(&request, "production", &to);
    take(&to);
    ck_assert_str_eq(text("body", "message", "body"), "503 store_away: GET /tasks/{id}");
    ck_assert_str_eq(text("environment", NULL, NULL), "production");
    ck_assert_str_eq(text("level", NULL, NULL), "error");
    ck_assert_str_eq(text("context", NULL, NULL), "/tasks/{id}");
    ck_assert_str_eq(text("custom", "request_id", NULL), "r1");
    ck_assert_str_eq(text("custom", "code", NULL), "store_away");
    ck_assert_str_eq(text("notifier", "name", NULL), "tasksd");
    ck_assert(json_is_integer(json_object_get(json_object_get(item, "data"), "timestamp")));
    json_decref(item);
    item = NULL;
}
END_TEST

START_TEST(a_crash)
{
    buf to;
    buf_init(&to, 16 << 10);
    rollbar_crash("signal 11", NULL, &to);
    take(&to);
    ck_assert_str_eq(text("body", "crash_report", "raw"), "tasksd ended by itself: signal 11");
    ck_assert_str_eq(text("environment", NULL, NULL), "unspecified");
    ck_assert_str_eq(text("level", NULL, NULL), "critical");
    json_decref(item);
    item = NULL;
}
END_TEST

int main(void)
{
    return run_suite("rollbar", (const TTest *[]){an_answer, a_crash, NULL});
}
