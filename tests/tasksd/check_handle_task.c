#include "handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "run.h"

#define JSON "Content-Type: application/json\r\n"

START_TEST(a_created_task_is_all_there)
{
    ask_open();
    ask_json("POST", "/tasks",
             "{'title':'  Buy milk ','notes':'two\\nlitres','priority':1,'order':2.5,'tags':['home'],"
             "'due_at':'2026-01-31T10:30:00+01:00','uid':'u1'}");
    ck_assert_int_eq(ask_int("id"), 1);
    ck_assert_str_eq(ask_header("Location"), "http://localhost:5000/tasks/1");
    ck_assert_str_eq(ask_text("url"), "http://localhost:5000/tasks/1");
    ck_assert_str_eq(ask_header("ETag"), "\"r1\"");
    ck_assert_str_eq(ask_header("Content-Type"), "application/json");
    ck_assert_str_eq(ask_text("title"), "Buy milk");
    ck_assert_str_eq(ask_text("notes"), "two\nlitres");
    ck_assert_str_eq(ask_text("due_at"), "2026-01-31T09:30:00.000Z");
    ck_assert_str_eq(ask_text("uid"), "u1");
    const struct answer *seen = ask("GET", "/tasks/1", "", NULL);
    ck_assert_int_eq(seen->status, 200);
    ck_assert(json_is_false(json_object_get(seen->json, "completed")));
    ck_assert(json_real_value(json_object_get(seen->json, "order")) == 2.5);
    ck_assert_str_eq(ask_header("Cache-Control"), "private, no-cache");
    ask_close();
}
END_TEST

START_TEST(the_url_follows_the_request)
{
    static char proxies[] = "10.0.0.0/8";
    ask_open();
    ask_create("x");
    ask_config.access.any_host = true;
    ask("GET", "/tasks/1", "Host: tasks.example:81\r\n", NULL);
    ck_assert_str_eq(ask_text("url"), "http://tasks.example:81/tasks/1");
    access_proxies(&ask_config.access, proxies);
    ask("GET", "/tasks/1", "X-Forwarded-Proto: https\r\n", NULL);
    ck_assert_str_eq(ask_text("url"), "http://localhost:5000/tasks/1");
    ask_close();
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
    static const struct {
        const char *body, *code, *pointer;
        int status;
    } rows[] = {
        {"{}", "title_required", "/title", 400},
        {"{\"title\":\"\"}", "title_required", "/title", 400},
        {"{\"title\":\" \\t\"}", "title_required", "/title", 400},
        {"{\"title\":null}", "title_required", "/title", 400},
        {"{\"title\":5}", "field_type", "/title", 422},
        {"{\"title\":\"a\\u0007\"}", "text_control", "/title", 422},
        {"{\"title\":\"a\",\"priority\":10}", "priority_range", "/priority", 422},
        {"{\"title\":\"a\",\"colour\":1}", "field_unknown", NULL, 422},
        {"{\"title\":\"a\",\"member of over forty characters \u20ac\u20ac\u20ac\":1}", "field_unknown", NULL,
         422},
        {"{\"title\":\"a\",\"id\":1}", "field_read_only", "/id", 422},
        {"{\"title\":\"a\",\"due_at\":\"soon\"}", "time_malformed", "/due_at", 422},
        {"{\"title\":\"a\",\"title\":\"b\"}", "field_repeated", NULL, 422},
        {"{\"title\":\"a\"", "json_malformed", NULL, 400},
        {"{\"title\":\"a\"} x", "json_malformed", NULL, 400},
        {"{\"title\":\"\xff\"}", "json_malformed", NULL, 400},
        {"{\"title\":\"a\\u0000\"}", "json_malformed", NULL, 400},
        {"\"title\"", "json_not_object", NULL, 400},
        {"5", "json_not_object", NULL, 400},
        {"[]", "batch_empty", NULL, 422},
        {"[{\"title\":\"a\"},{\"title\":\"\"}]", "title_required", "/1/title", 400},
        {"[{\"title\":\"a\"},{\"title\":\"b\",\"tags\":[\"a b\"]}]", "tag_malformed", "/1/tags", 422},
        {"[{\"title\":\"a\"},5]", "json_not_object", "/1", 400},
    };
    ask_open();
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        const struct answer *got =
            ask_expect("POST", "/tasks", JSON, rows[i].body, rows[i].status, rows[i].code);
        ck_assert_str_eq(ask_header("Content-Type"), "application/problem+json");
        ck_assert_str_eq(ask_header("Cache-Control"), "no-store");
        ck_assert_int_eq(ask_int("status"), rows[i].status);
        ck_assert_str_ne(ask_text("title"), "(none)");
        ck_assert_str_ne(ask_text("detail"), "(none)");
        ck_assert_str_eq(ask_text("type"), "about:blank");
        const json_t *error = json_array_get(json_object_get(got->json, "errors"), 0);
        const char *pointer = json_string_value(json_object_get(error, "pointer"));
        if (rows[i].pointer)
            ck_assert_msg(pointer && strcmp(pointer, rows[i].pointer) == 0, "%s: %s", rows[i].body, pointer);
    }
    ck_assert_str_eq(ask("GET", "/tasks", "", NULL)->body, "[]");
    ask_close();
}
END_TEST

START_TEST(deep_json_is_refused)
{
    char deep[6001];
    memset(deep, '[', 3000);
    memset(deep + 3000, ']', 3000);
    deep[6000] = '\0';
    ask_open();
    ask_expect("POST", "/tasks", JSON, deep, 400, "json_too_deep");
    ask_close();
}
END_TEST

START_TEST(an_array_is_one_batch)
{
    ask_open();
    const struct answer *got = ask_json("POST", "/tasks", "[{'title':'a'},{'title':'b','completed':true}]");
    ck_assert_int_eq(got->status, 201);
    ck_assert_ptr_null(ask_header("Location"));
    ck_assert_uint_eq(json_array_size(got->json), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(got->json, 1), "id")), 2);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(got->json, 1), "url")),
                     "http://localhost:5000/tasks/2");
    ask_close();
}
END_TEST

START_TEST(a_batch_has_a_limit)
{
    static char body[16 * 1001 + 3];
    buf text;
    ask_open();
    buf_init(&text, sizeof body);
    for (int i = 0; i < 1001; i++)
        buf_text(&text, i ? ",{\"title\":\"a\"}" : "[{\"title\":\"a\"}");
    buf_text(&text, "]");
    ask_expect("POST", "/tasks", JSON, text.bytes, 413, "batch_too_large");
    buf_done(&text);
    ask_close();
}
END_TEST

START_TEST(a_patch_changes_what_it_names)
{
    ask_open();
    ask_json("POST", "/tasks", "{'title':'a','priority':3,'tags':['x']}");
    ask_json("PATCH", "/tasks/1", "{'completed':true,'order':7,'priority':null}");
    ck_assert_int_eq(ask_int("revision"), 2);
    ck_assert_str_eq(ask_header("ETag"), "\"r2\"");
    const struct answer *seen = ask("GET", "/tasks/1", "", NULL);
    ck_assert(json_is_true(json_object_get(seen->json, "completed")));
    ck_assert(json_number_value(json_object_get(seen->json, "order")) == 7);
    ck_assert_int_eq(ask_int("priority"), 0);
    ck_assert_str_eq(ask_text("title"), "a");
    ck_assert_uint_eq(json_array_size(json_object_get(seen->json, "tags")), 1);
    ask_json("PATCH", "/tasks/1", "{}");
    ck_assert_int_eq(ask_int("revision"), 2);
    ask_expect("PATCH", "/tasks/2", JSON, "{}", 404, "task_missing");
    ask_expect("PATCH", "/tasks/1", JSON, "[]", 400, "json_not_object");
    ask_expect("PATCH", "/tasks/1", JSON, "[{\"title\":\"b\"}]", 400, "json_not_object");
    ask_expect("PATCH", "/tasks/1", JSON, "{\"title\":\"\"}", 400, "title_required");
    ask_close();
}
END_TEST

START_TEST(a_deleted_task_is_shown_once_more)
{
    ask_open();
    ask_create("x");
    ck_assert_int_eq(ask("DELETE", "/tasks/1", "", NULL)->status, 200);
    ck_assert_str_eq(ask_text("title"), "x");
    ask_expect("DELETE", "/tasks/1", "", NULL, 404, "task_missing");
    ask_expect("GET", "/tasks/1", "", NULL, 404, "task_missing");
    ask_expect("DELETE", "/tasks/999", "", NULL, 404, "task_missing");
    ask_close();
}
END_TEST

START_TEST(a_task_that_was_seen_is_not_sent_again)
{
    ask_open();
    ask_create("x");
    ck_assert_str_eq(ask_expect("GET", "/tasks/1", "If-None-Match: \"r1\"\r\n", NULL, 304, "")->body, "");
    ck_assert_str_eq(ask_header("ETag"), "\"r1\"");
    ask_expect("GET", "/tasks/1", "If-None-Match: W/\"r1\"\r\n", NULL, 304, "");
    ask_expect("HEAD", "/tasks/1", "If-None-Match: *\r\n", NULL, 304, "");
    ask_expect("GET", "/tasks/1", "If-None-Match: \"r2\"\r\n", NULL, 200, "");
    ask_expect("GET", "/tasks/2", "If-None-Match: *\r\n", NULL, 404, "task_missing");
    ask_close();
}
END_TEST

START_TEST(a_lost_update_is_refused)
{
    ask_open();
    ask_create("x");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: \"r1\"\r\n", "{\"priority\":1}", 200, "");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: \"r1\"\r\n", "{\"priority\":2}", 412,
               "revision_mismatch");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: \"r9\", \"r2\"\r\n", "{\"priority\":3}", 200, "");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: \"r9\", \"r2\"\r\n", "{\"priority\":4}", 412,
               "revision_mismatch");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: W/\"r3\"\r\n", "{\"priority\":5}", 412,
               "revision_mismatch");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: nonsense\r\n", "{\"priority\":6}", 412,
               "revision_mismatch");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: *\r\n", "{\"priority\":7}", 200, "");
    ask_expect("DELETE", "/tasks/1", "If-Match: \"r1\"\r\n", NULL, 412, "revision_mismatch");
    ask_expect("DELETE", "/tasks/1", "If-Match: \"r4\"\r\n", NULL, 200, "");
    ask_expect("DELETE", "/tasks/1", "If-Match: nonsense\r\n", NULL, 404, "task_missing");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: \"r4\"\r\n", "{}", 404, "task_missing");
    ask_close();
}
END_TEST

START_TEST(a_uid_is_taken_once)
{
    ask_open();
    ask_json("POST", "/tasks", "{'title':'a','uid':'u'}");
    ask_expect("POST", "/tasks", JSON, "{\"title\":\"b\",\"uid\":\"u\"}", 409, "uid_taken");
    ask_close();
}
END_TEST

#define KEY "Idempotency-Key: \"k\"\r\n"

/* The last answer without what differs from one to the next. */
static char *remembered(void)
{
    char *text = NULL;
    const char *location = ask_header("Location");
    char place[256];
    snprintf(place, sizeof place, "%s", location ? location : "");
    ck_assert_int_gt(
        asprintf(&text, "%d %s %s %s", ask_answer()->status, place, ask_header("ETag"), ask_answer()->body),
        0);
    return text;
}

START_TEST(a_request_with_a_key_is_done_once)
{
    static const struct {
        const char *method, *path, *body;
    } rows[] = {
        {"POST", "/tasks", "{\"title\":\"one\",\"tags\":[\"a\"],\"order\":0.1}"},
        {"POST", "/tasks", "[{\"title\":\"one\"},{\"title\":\"two\"}]"},
        {"PATCH", "/tasks/1", "{\"title\":\"changed\"}"},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ask_open();
        ask_create("first");
        ask(rows[i].method, rows[i].path, JSON KEY, rows[i].body);
        ck_assert_int_lt(ask_answer()->status, 300);
        ck_assert_ptr_null(ask_header("Idempotency-Replayed"));
        char *first = remembered();
        ask_json("PATCH", "/tasks/1", "{'notes':'meanwhile'}");
        ask(rows[i].method, rows[i].path, JSON "Idempotency-Key: k\r\n", rows[i].body);
        ck_assert_str_eq(ask_header("Idempotency-Replayed"), "true");
        char *second = remembered();
        ck_assert_str_eq(first, second);
        ask_expect("POST", "/tasks", JSON KEY, "{\"title\":\"another\"}", 422, "key_reused");
        ck_assert_ptr_nonnull(strstr(ask_answer()->body, "\"errors\":[{\"header\":\"Idempotency-Key\","));
        ask_expect("PATCH", "/tasks/1", JSON KEY, "{\"title\":\"another\"}", 422, "key_reused");
        free(first);
        free(second);
        ask_close();
    }
}
END_TEST

START_TEST(a_key_goes_with_the_tag_that_matched)
{
    static const char headers[] = JSON KEY "If-Match: \"r9\", \"r1\"\r\n";
    ask_open();
    ask_create("x");
    ask_expect("PATCH", "/tasks/1", headers, "{\"priority\":1}", 200, "");
    ask_expect("PATCH", "/tasks/1", headers, "{\"priority\":1}", 200, "");
    ck_assert_str_eq(ask_header("Idempotency-Replayed"), "true");
    ck_assert_int_eq(ask_int("revision"), 2);
    ask_expect("PATCH", "/tasks/1", headers, "{\"priority\":2}", 422, "key_reused");
    ask_close();
}
END_TEST

START_TEST(what_failed_may_be_tried_again_with_its_key)
{
    ask_open();
    ask_expect("PATCH", "/tasks/1", JSON KEY, "{\"title\":\"x\"}", 404, "task_missing");
    ask_create("x");
    ask_expect("PATCH", "/tasks/1", JSON KEY, "{\"title\":\"y\"}", 200, "");
    ck_assert_ptr_null(ask_header("Idempotency-Replayed"));
    ask_close();
}
END_TEST

START_TEST(a_bad_key_is_refused_where_it_counts)
{
    ask_open();
    ask_expect("POST", "/tasks", JSON "Idempotency-Key: \"\"\r\n", "{\"title\":\"x\"}", 400, "key_malformed");
    ck_assert_ptr_nonnull(strstr(ask_answer()->body, "\"errors\":[{\"header\":\"Idempotency-Key\","));
    ask_expect("GET", "/tasks", "Idempotency-Key: \"\"\r\n", NULL, 200, "");
    ck_assert_str_eq(ask_answer()->body, "[]");
    ask_close();
}
END_TEST

START_TEST(a_key_under_way_has_to_be_waited_for)
{
    struct idempotency_entry entry = {.owner = "", .key = "k"};
    ask_open();
    ck_assert(idempotency_begin(&ask_app.idempotency, &entry));
    ask_expect("POST", "/tasks", JSON KEY, "{\"title\":\"x\"}", 409, "key_in_flight");
    ck_assert_str_eq(ask_header("Retry-After"), "1");
    ask_expect("POST", "/tasks", JSON "Idempotency-Key: l\r\n", "{\"title\":\"x\"}", 201, "");
    idempotency_end(&ask_app.idempotency, &entry);
    ask_expect("POST", "/tasks", JSON KEY, "{\"title\":\"x\"}", 201, "");
    ck_assert_ptr_null(ask_app.idempotency.first);
    ask_close();
}
END_TEST

START_TEST(a_condition_can_be_required)
{
    ask_open();
    ask_config.require_if_match = true;
    ask_create("x");
    ask_expect("PATCH", "/tasks/1", JSON, "{\"priority\":1}", 428, "if_match_required");
    ask_expect("DELETE", "/tasks/1", "", NULL, 428, "if_match_required");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: \"r1\"\r\n", "{\"priority\":1}", 200, "");
    ask_expect("PATCH", "/tasks/1", JSON "If-Match: \"r1\"\r\n", "{\"priority\":1}", 412,
               "revision_mismatch");
    ask_expect("DELETE", "/tasks/1", "If-Match: *\r\n", NULL, 200, "");
    ask_close();
}
END_TEST

int main(void)
{
    return run_suite(
        "handle_task",
        (const TTest *[]){a_created_task_is_all_there, the_url_follows_the_request, what_is_wrong_is_named,
                          deep_json_is_refused, an_array_is_one_batch, a_batch_has_a_limit,
                          a_patch_changes_what_it_names, a_deleted_task_is_shown_once_more,
                          a_task_that_was_seen_is_not_sent_again, a_lost_update_is_refused,
                          a_uid_is_taken_once, a_request_with_a_key_is_done_once,
                          a_key_goes_with_the_tag_that_matched, what_failed_may_be_tried_again_with_its_key,
                          a_bad_key_is_refused_where_it_counts, a_key_under_way_has_to_be_waited_for,
                          a_condition_can_be_required, NULL});
}
