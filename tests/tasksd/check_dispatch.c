#include "dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "run.h"

#define JSON "Content-Type: application/json\r\n"

START_TEST(knows_paths_and_methods)
{
    ask_open();
    ask_expect("GET", "/nothing", "", NULL, 404, "path_unknown");
    ask_expect("POST", "/livez", "", NULL, 405, "method_not_allowed");
    ck_assert_str_eq(ask_header("Allow"), "GET, HEAD, OPTIONS");
    ask_expect("PUT", "/tasks/1", "", NULL, 405, "method_not_allowed");
    ck_assert_str_eq(ask_header("Allow"), "GET, HEAD, PATCH, DELETE, OPTIONS");
    ask_expect("PROPFIND", "/tasks", "", NULL, 405, "method_not_allowed");
    ask_expect("GET", "/t%61sks/", "", NULL, 200, "");
    ask_expect("GET", "/tasks%00", "", NULL, 400, "path_malformed");
    ask_expect("GET", "/tasks%2f1", "", NULL, 400, "path_malformed");
    ask_expect("GET", "/tasks/%ff", "", NULL, 400, "path_malformed");
    ask_expect("GET", "/tasks/99999999999999999999", "", NULL, 404, "path_unknown");
    ask_close();
}
END_TEST

START_TEST(head_is_get_without_a_body)
{
    ask_open();
    ask_create("x");
    ask_expect("GET", "/tasks", "", NULL, 200, "");
    char length[32];
    snprintf(length, sizeof length, "%s", ask_header("Content-Length"));
    ask_expect("HEAD", "/tasks", "", NULL, 200, "");
    ck_assert_str_eq(ask_header("Content-Length"), length);
    ck_assert_str_eq(ask("HEAD", "/tasks", "", NULL)->body, "");
    ask_expect("HEAD", "/tasks/2", "", NULL, 404, "");
    ck_assert_str_eq(ask("HEAD", "/livez", "", NULL)->body, "");
    ask_close();
}
END_TEST

START_TEST(options_names_the_methods)
{
    ask_open();
    ck_assert_str_eq(ask_expect("OPTIONS", "/tasks/1", "", NULL, 204, "")->body, "");
    ck_assert_str_eq(ask_header("Allow"), "GET, HEAD, PATCH, DELETE, OPTIONS");
    ask_expect("OPTIONS", "/nothing", "", NULL, 404, "path_unknown");
    ask_close();
}
END_TEST

#define PREFLIGHT "Access-Control-Request-Method: PATCH\r\nAccess-Control-Request-Headers: content-type\r\n"

START_TEST(a_preflight_needs_an_allowed_origin)
{
    ask_open();
    ask_expect("OPTIONS", "/tasks/1", "Origin: https://a\r\n" PREFLIGHT, NULL, 204, "");
    ck_assert_ptr_null(ask_header("Access-Control-Allow-Origin"));
    ck_assert_ptr_null(ask_header("Access-Control-Allow-Methods"));
    char list[] = "https://a";
    access_origins(&ask_config.access, list);
    ask_expect("OPTIONS", "/tasks/1", "Origin: https://a\r\n" PREFLIGHT, NULL, 204, "");
    ck_assert_str_eq(ask_header("Access-Control-Allow-Origin"), "https://a");
    ck_assert_str_eq(ask_header("Vary"), "Origin");
    ck_assert_ptr_nonnull(strstr(ask_header("Access-Control-Allow-Methods"), "PATCH"));
    ck_assert_ptr_nonnull(strstr(ask_header("Access-Control-Allow-Methods"), "DELETE"));
    ck_assert_ptr_nonnull(strcasestr(ask_header("Access-Control-Allow-Headers"), "content-type"));
    ask_expect("OPTIONS", "/tasks/1", "Origin: https://b\r\n" PREFLIGHT, NULL, 204, "");
    ck_assert_ptr_null(ask_header("Access-Control-Allow-Origin"));
    ck_assert_ptr_null(ask_header("Access-Control-Allow-Methods"));
    ask_expect("GET", "/tasks", "Origin: https://a\r\n", NULL, 200, "");
    ck_assert_str_eq(ask_header("Access-Control-Allow-Origin"), "https://a");
    ck_assert_ptr_nonnull(strstr(ask_header("Access-Control-Expose-Headers"), "ETag"));
    ask_expect("GET", "/nothing", "Origin: https://a\r\n", NULL, 404, "path_unknown");
    ck_assert_str_eq(ask_header("Access-Control-Allow-Origin"), "https://a");
    ask_close();
}
END_TEST

START_TEST(strangers_pages_may_not_write)
{
    ask_open();
    ask_expect("POST", "/tasks", JSON "Origin: https://evil\r\n", "{\"title\":\"x\"}", 403, "origin_denied");
    ask_expect("DELETE", "/tasks/1", "Origin: null\r\n", NULL, 403, "origin_denied");
    ask_expect("GET", "/tasks", "Origin: https://evil\r\n", NULL, 200, "");
    ask_expect("POST", "/tasks", JSON "Origin: http://localhost:5000\r\n", "{\"title\":\"x\"}", 201, "");
    char list[] = "*";
    access_origins(&ask_config.access, list);
    ask_expect("POST", "/tasks", JSON "Origin: https://evil\r\n", "{\"title\":\"x\"}", 201, "");
    ck_assert_str_eq(ask_header("Access-Control-Allow-Origin"), "*");
    ask_close();
}
END_TEST

START_TEST(goes_by_its_own_names_only)
{
    ask_open();
    ask_expect("GET", "/tasks", "Host: evil.example\r\n", NULL, 403, "host_denied");
    ask_expect("GET", "/nothing", "Host: evil.example\r\n", NULL, 403, "host_denied");
    ask_expect("GET", "/", "Host: evil.example\r\n", NULL, 403, "host_denied");
    ask_expect("GET", "/livez", "Host: 10.0.0.7:5000\r\n", NULL, 200, "");
    ask_expect("GET", "/readyz", "Host: 10.0.0.7:5000\r\n", NULL, 200, "");
    ask_config.access.any_host = true;
    ask_expect("GET", "/tasks", "Host: evil.example\r\n", NULL, 200, "");
    ask_close();
}
END_TEST

START_TEST(queries_are_known_or_refused)
{
    ask_open();
    ask_expect("GET", "/tasks?limit=1&tag=a", "", NULL, 200, "");
    ask_expect("GET", "/tasks?offset=1", "", NULL, 400, "parameter_unknown");
    /* Its name is cut where the error has no more room for it, not where the JSON would break. */
    ask_expect("GET", "/tasks?parameter_of_thirty_characters%C3%A9", "", NULL, 400, "parameter_unknown");
    ck_assert_str_eq(
        json_string_value(json_object_get(
            json_array_get(json_object_get(ask("GET", "/tasks?offset=1", "", NULL)->json, "errors"), 0),
            "parameter")),
        "offset");
    ask_expect("GET", "/tasks?limit=1&limit=1", "", NULL, 400, "parameter_repeated");
    const json_t *error = json_array_get(json_object_get(ask_answer()->json, "errors"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(error, "parameter")), "limit");
    ask_expect("GET", "/tasks?limit=%zz", "", NULL, 400, "query_malformed");
    ask_expect("GET", "/livez?x", "", NULL, 400, "parameter_unknown");
    ask_expect("GET", "/?utm_source=letter&utm_source=%ff", "", NULL, 200, "");
    ask_expect("GET", "/nothing?x", "", NULL, 404, "path_unknown");
    ask_expect("DELETE", "/tasks/1?force", "", NULL, 400, "parameter_unknown");
    ask_close();
}
END_TEST

START_TEST(bodies_are_json_of_bounded_size)
{
    ask_open();
    ask_create("x");
    char *large = calloc(1, (1 << 20) + 2);
    memset(large, ' ', (1 << 20) + 1);
    ask_expect("POST", "/tasks", "", "{\"title\":\"x\"}", 415, "type_unsupported");
    ck_assert_str_eq(ask_header("Accept-Post"), "application/json");
    ask_expect("POST", "/tasks", "Content-Type: text/plain\r\n", "{\"title\":\"x\"}", 415,
               "type_unsupported");
    ask_expect("PATCH", "/tasks/1", "Content-Type: text/plain\r\n", "{}", 415, "type_unsupported");
    ck_assert_str_eq(ask_header("Accept-Patch"), "application/merge-patch+json, application/json");
    ask_expect("PATCH", "/tasks/1", "Content-Type: application/merge-patch+json\r\n", "{}", 200, "");
    ask_expect("POST", "/tasks", "Content-Type: application/json; charset=utf-8\r\n", "{\"title\":\"x\"}",
               201, "");
    ask_expect("POST", "/tasks", JSON, NULL, 400, "body_missing");
    ask_expect("POST", "/tasks", "", NULL, 400, "body_missing");
    ask_expect("POST", "/tasks", JSON, "", 400, "body_missing");
    ask_expect("GET", "/tasks", JSON, "{}", 400, "body_unexpected");
    ask_expect("DELETE", "/tasks/1", "", "{}", 400, "body_unexpected");
    ask_expect("GET", "/tasks", JSON, NULL, 200, "");
    ask_expect("DELETE", "/tasks/1", JSON, NULL, 200, "");
    ask_expect("POST", "/tasks", JSON, large, 413, "body_too_large");
    large[64 << 10] = '\0';
    ask_expect("POST", "/tasks", JSON, large, 400, "json_malformed");
    large[64 << 10] = ' ';
    large[(64 << 10) + 1] = '\0';
    ask_expect("POST", "/tasks", JSON, large, 413, "body_too_large");
    ask_expect("PATCH", "/tasks/2", JSON, large, 413, "body_too_large");
    large[5] = '[';
    ask_expect("POST", "/tasks", JSON, large, 400, "json_malformed");
    free(large);
    ask_close();
}
END_TEST

START_TEST(only_one_thing_can_be_expected)
{
    ask_open();
    ask_expect("POST", "/tasks", JSON "Expect: 100-continue\r\n", "{\"title\":\"x\"}", 201, "");
    ask_expect("POST", "/tasks", JSON "Expect: coffee\r\n", "{\"title\":\"x\"}", 417, "expectation_unknown");
    ask_close();
}
END_TEST

int main(void)
{
    return run_suite("dispatch",
                     (const TTest *[]){knows_paths_and_methods, head_is_get_without_a_body,
                                       options_names_the_methods, a_preflight_needs_an_allowed_origin,
                                       strangers_pages_may_not_write, goes_by_its_own_names_only,
                                       queries_are_known_or_refused, bodies_are_json_of_bounded_size,
                                       only_one_thing_can_be_expected, NULL});
}
