/* What applications do, over a real socket. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "client.h"
#include "run.h"

static struct server server;

static void finish(void)
{
    client_done();
    server_stop(&server);
}

static const json_t *member(const char *name)
{
    return json_object_get(client_get(&server, "/tasks/1")->json, name);
}

START_TEST(test_get_tasks_empty)
{
    SERVER_START(&server);
    const struct client_reply *reply = client_get(&server, "/tasks");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply->body, "[]");
    finish();
}
END_TEST

START_TEST(test_create_task)
{
    SERVER_START(&server);
    const struct client_reply *reply = client_json(&server, "POST", "/tasks", "{\"title\":\"Buy milk\"}");
    ck_assert_int_eq(reply->status, 201);
    ck_assert_str_eq(json_string_value(json_object_get(reply->json, "title")), "Buy milk");
    ck_assert_int_gt(json_integer_value(json_object_get(reply->json, "id")), 0);
    ck_assert(json_is_false(json_object_get(reply->json, "completed")));
    ck_assert_ptr_nonnull(client_header("Location"));
    ck_assert_ptr_nonnull(client_header("ETag"));
    ck_assert_str_eq(json_string_value(member("title")), "Buy milk");
    finish();
}
END_TEST

START_TEST(test_create_task_missing_title)
{
    static const char *const bodies[] = {"{}", "{\"title\":\"\"}", "{\"notes\":\"x\"}", "", NULL};
    SERVER_START(&server);
    for (int i = 0; i < RUN_COUNT(bodies); i++) {
        const struct client_reply *reply = client_json(&server, "POST", "/tasks", bodies[i]);
        ck_assert_int_eq(reply->status, 400);
        ck_assert_str_eq(client_header("Content-Type"), "application/problem+json");
    }
    ck_assert_int_eq(client_call(&server, "POST", "/tasks", NULL, NULL)->status, 400);
    ck_assert_str_eq(client_get(&server, "/tasks")->body, "[]");
    finish();
}
END_TEST

START_TEST(test_delete_task)
{
    SERVER_START(&server);
    client_json(&server, "POST", "/tasks", "{\"title\":\"x\"}");
    ck_assert_int_eq(client_call(&server, "DELETE", "/tasks/1", NULL, NULL)->status, 200);
    ck_assert_int_eq(client_get(&server, "/tasks/1")->status, 404);
    ck_assert_str_eq(client_get(&server, "/tasks")->body, "[]");
    finish();
}
END_TEST

START_TEST(test_delete_task_not_found)
{
    SERVER_START(&server);
    const struct client_reply *reply = client_call(&server, "DELETE", "/tasks/999", NULL, NULL);
    ck_assert_int_eq(reply->status, 404);
    ck_assert_str_eq(json_string_value(json_object_get(reply->json, "code")), "task_missing");
    finish();
}
END_TEST

/* ---- Todo-Backend (todobackend.com) ------------------------------------------------------------- */

START_TEST(a_posted_task_answers_at_its_url)
{
    char url[256];
    SERVER_START(&server);
    const struct client_reply *reply =
        client_json(&server, "POST", "/tasks", "{\"title\":\"blah\",\"order\":523}");
    ck_assert(json_is_false(json_object_get(reply->json, "completed")));
    ck_assert(json_number_value(json_object_get(reply->json, "order")) == 523);
    snprintf(url, sizeof url, "%s", json_string_value(json_object_get(reply->json, "url")));
    ck_assert_int_eq(strncmp(url, "http://127.0.0.1:", 17), 0);
    reply = client_get(&server, url);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(json_string_value(json_object_get(reply->json, "title")), "blah");
    ck_assert_str_eq(json_string_value(json_object_get(reply->json, "url")), url);
    finish();
}
END_TEST

START_TEST(a_patch_is_returned_and_remembered)
{
    SERVER_START(&server);
    client_json(&server, "POST", "/tasks", "{\"title\":\"a\",\"order\":10}");
    const struct client_reply *reply =
        client_json(&server, "PATCH", "/tasks/1", "{\"title\":\"b\",\"completed\":true,\"order\":95}");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(json_string_value(json_object_get(reply->json, "title")), "b");
    ck_assert(json_is_true(json_object_get(reply->json, "completed")));
    ck_assert(json_is_true(member("completed")));
    ck_assert_str_eq(json_string_value(member("title")), "b");
    ck_assert(json_number_value(member("order")) == 95);
    finish();
}
END_TEST

START_TEST(delete_empties_the_list_when_allowed)
{
    SERVER_START(&server);
    client_json(&server, "POST", "/tasks", "[{\"title\":\"a\"},{\"title\":\"b\"}]");
    ck_assert_int_eq(client_call(&server, "DELETE", "/tasks", NULL, NULL)->status, 403);
    ck_assert_uint_eq(json_array_size(client_get(&server, "/tasks")->json), 2);
    finish();
    SERVER_START(&server, "--allow-delete-all");
    ck_assert_int_eq(client_json(&server, "DELETE", "/tasks", NULL)->status, 200);
    ck_assert_str_eq(client_get(&server, "/tasks")->body, "[]");
    finish();
}
END_TEST

START_TEST(a_json_type_without_a_body_is_harmless)
{
    SERVER_START(&server);
    client_json(&server, "POST", "/tasks", "{\"title\":\"a\"}");
    ck_assert_int_eq(client_json(&server, "GET", "/tasks", NULL)->status, 200);
    ck_assert_int_eq(client_json(&server, "GET", "/tasks/1", NULL)->status, 200);
    ck_assert_int_eq(client_json(&server, "DELETE", "/tasks/1", NULL)->status, 200);
    finish();
}
END_TEST

static const char *const preflight[] = {"Origin: https://www.todobackend.com",
                                        "Access-Control-Request-Method: PATCH",
                                        "Access-Control-Request-Headers: content-type", NULL};

START_TEST(a_preflight_is_answered_when_an_origin_is_allowed)
{
    SERVER_START(&server, "--cors-origin", "https://www.todobackend.com");
    const struct client_reply *reply = client_call(&server, "OPTIONS", "/tasks/1", preflight, NULL);
    ck_assert_int_eq(reply->status, 204);
    ck_assert_str_eq(client_header("Access-Control-Allow-Origin"), "https://www.todobackend.com");
    ck_assert_ptr_nonnull(strstr(client_header("Access-Control-Allow-Methods"), "PATCH"));
    ck_assert_ptr_nonnull(strstr(client_header("Access-Control-Allow-Methods"), "DELETE"));
    ck_assert_ptr_nonnull(strcasestr(client_header("Access-Control-Allow-Headers"), "content-type"));
    finish();
}
END_TEST

/* The library would allow every site by itself. */
START_TEST(a_preflight_is_refused_otherwise)
{
    SERVER_START(&server);
    const struct client_reply *reply = client_call(&server, "OPTIONS", "/tasks/1", preflight, NULL);
    ck_assert_int_eq(reply->status, 204);
    ck_assert_ptr_nonnull(client_header("Allow"));
    ck_assert_ptr_null(strcasestr(reply->head, "Access-Control-"));
    finish();
}
END_TEST

/* ---- The rest ----------------------------------------------------------------------------------- */

START_TEST(what_was_stored_is_there_after_a_restart)
{
    SERVER_START(&server);
    client_json(&server, "POST", "/tasks", "{\"title\":\"d\xc3\xa9j\xc3\xa0 vu\",\"tags\":[\"x\"]}");
    finish();
    SERVER_START(&server);
    ck_assert_str_eq(json_string_value(member("title")), "d\xc3\xa9j\xc3\xa0 vu");
    finish();
}
END_TEST

START_TEST(conditions_hold_over_the_wire)
{
    static const char *const seen[] = {"If-None-Match: \"r1\"", NULL};
    static const char *const stale[] = {"If-Match: \"r9\"", "Content-Type: application/merge-patch+json",
                                        NULL};
    SERVER_START(&server);
    client_json(&server, "POST", "/tasks", "{\"title\":\"a\"}");
    ck_assert_int_eq(client_call(&server, "GET", "/tasks/1", seen, NULL)->status, 304);
    ck_assert_int_eq(client_call(&server, "PATCH", "/tasks/1", stale, "{}")->status, 412);
    finish();
}
END_TEST

START_TEST(a_large_page_arrives_whole)
{
    buf body;
    SERVER_START(&server);
    buf_init(&body, 1 << 20);
    for (int i = 0; i < 1000; i++)
        buf_print(&body, "%s{\"title\":\"%0400d\"}", i ? "," : "[", i);
    buf_text(&body, "]");
    ck_assert_int_eq(client_json(&server, "POST", "/tasks", body.bytes)->status, 201);
    const struct client_reply *reply = client_get(&server, "/tasks?limit=1000");
    ck_assert_uint_eq(json_array_size(reply->json), 1000);
    ck_assert_int_eq((long)strlen(reply->body), strtol(client_header("Content-Length"), NULL, 10));
    buf_done(&body);
    finish();
}
END_TEST

static const char *titles(const struct server *s, const char *path)
{
    static char text[256];
    size_t at, length = 0;
    const json_t *task;
    text[0] = '\0';
    json_array_foreach (client_get(s, path)->json, at, task)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s ",
                                   json_string_value(json_object_get(task, "title")));
    return text;
}

/* A list that one process has kept, while another one writes and is killed. */
START_TEST(what_others_write_is_seen_at_once)
{
    static struct server other;
    SERVER_START(&server);
    memcpy(other.store, server.store, sizeof other.store);
    SERVER_START(&other);
    client_json(&other, "POST", "/tasks", "{\"title\":\"a\"}");
    for (int i = 0; i < 2; i++)
        ck_assert_str_eq(titles(&server, "/tasks"), "a ");
    client_json(&other, "POST", "/tasks", "{\"title\":\"b\"}");
    server_signal(&other, SIGKILL);
    for (int i = 0; i < 2; i++)
        ck_assert_str_eq(titles(&server, "/tasks"), "a b ");
    ck_assert_int_eq(server_wait(&other), -1);
    finish();
}
END_TEST

START_TEST(the_page_comes_with_its_policy)
{
    SERVER_START(&server);
    ck_assert_int_eq(client_get(&server, "/")->status, 200);
    ck_assert_str_eq(client_header("Content-Type"), "text/html; charset=utf-8");
    ck_assert_ptr_nonnull(strstr(client_header("Content-Security-Policy"), "default-src 'none'"));
    ck_assert_ptr_null(strstr(client_header("Content-Security-Policy"), "unsafe"));
    ck_assert_str_eq(client_header("X-Content-Type-Options"), "nosniff");
    finish();
}
END_TEST

/* civetweb would list folders and run programs if it were asked to serve files. */
START_TEST(no_file_is_served)
{
    static const char *const paths[] = {
        "/..",         "/../",     "/../../etc/passwd", "/etc/passwd", "/index.cgi",
        "/x.php",      "/x.pl",    "/x.shtml",          "/js/",        "/js",
        "/index.html", "/.",       "/./tasks",          "/tasks.db",   "/js/../page.css",
        "//tasks",     "/tasks/.", "/proc/self/environ"};
    SERVER_START(&server);
    for (int i = 0; i < RUN_COUNT(paths); i++)
        ck_assert_msg(client_get(&server, paths[i])->status == 404, "%s", paths[i]);
    finish();
}
END_TEST

START_TEST(paths_are_decoded_once_and_strictly)
{
    static const struct {
        const char *path;
        int status;
    } rows[] = {
        {"/tasks/1", 200},       {"/task%73/1", 200},   {"/tasks/%31", 200},   {"/tasks/1%00x", 400},
        {"/tasks%2f1", 400},     {"/tasks/%zz", 400},   {"/tasks/1%", 400},    {"/tasks/%ff", 400},
        {"/tasks/1%0d%0a", 400}, {"/tasks/%2531", 404}, {"/tasks?q=%00", 400}, {"/tasks?q=%2541", 200},
    };
    SERVER_START(&server);
    client_json(&server, "POST", "/tasks", "{\"title\":\"a\"}");
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(client_get(&server, rows[i].path)->status == rows[i].status, "%s", rows[i].path);
    finish();
}
END_TEST

/* A worker has a stack of 100 KiB, which a recursive parser would leave. */
START_TEST(deep_json_is_refused)
{
    static char deep[60001];
    SERVER_START(&server);
    for (int depth = 33; depth <= 30000; depth *= 3) {
        memset(deep, '[', (size_t)depth);
        memset(deep + depth, ']', (size_t)depth);
        deep[2 * depth] = '\0';
        ck_assert_int_eq(client_json(&server, "POST", "/tasks", deep)->status, 400);
    }
    ck_assert_int_eq(client_get(&server, "/livez")->status, 200);
    finish();
}
END_TEST

START_TEST(strangers_are_kept_out)
{
    static const char *const rebound[] = {"Host: evil.example", NULL};
    static const char *const foreign[] = {"Origin: https://evil.example", "Content-Type: application/json",
                                          NULL};
    SERVER_START(&server);
    ck_assert_int_eq(client_call(&server, "GET", "/tasks", rebound, NULL)->status, 403);
    ck_assert_int_eq(client_call(&server, "POST", "/tasks", foreign, "{\"title\":\"x\"}")->status, 403);
    ck_assert_str_eq(client_get(&server, "/tasks")->body, "[]");
    finish();
    SERVER_START(&server, "--allow-host", "evil.example");
    ck_assert_int_eq(client_call(&server, "GET", "/tasks", rebound, NULL)->status, 200);
    finish();
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite("api", (const TTest *[]){test_get_tasks_empty,
                                                    test_create_task,
                                                    test_create_task_missing_title,
                                                    test_delete_task,
                                                    test_delete_task_not_found,
                                                    a_posted_task_answers_at_its_url,
                                                    a_patch_is_returned_and_remembered,
                                                    delete_empties_the_list_when_allowed,
                                                    a_json_type_without_a_body_is_harmless,
                                                    a_preflight_is_answered_when_an_origin_is_allowed,
                                                    a_preflight_is_refused_otherwise,
                                                    what_was_stored_is_there_after_a_restart,
                                                    conditions_hold_over_the_wire,
                                                    a_large_page_arrives_whole,
                                                    what_others_write_is_seen_at_once,
                                                    the_page_comes_with_its_policy,
                                                    no_file_is_served,
                                                    paths_are_decoded_once_and_strictly,
                                                    deep_json_is_refused,
                                                    strangers_are_kept_out,
                                                    NULL});
    server_clean_up();
    return result;
}
