#include "route.h"

#include <stdio.h>
#include <string.h>

#include "routes.h"
#include "run.h"

static const char *allowed_at(const char *path)
{
    static char text[128];
    struct route_match match;
    buf allow;
    route_find(routes_public, HTTP_OTHER, path, &match);
    ck_assert_ptr_null(match.route);
    buf_init(&allow, sizeof text - 1);
    route_allow(match.allowed, &allow);
    snprintf(text, sizeof text, "%s", allow.bytes ? allow.bytes : "");
    buf_done(&allow);
    return text;
}

START_TEST(finds_routes)
{
    static const struct {
        enum http_method method;
        const char *path, *route;
        int64_t id;
    } rows[] = {
        {HTTP_GET, "/tasks", "/tasks", 0},
        {HTTP_GET, "/tasks/", "/tasks", 0},
        {HTTP_HEAD, "/tasks", "/tasks", 0},
        {HTTP_POST, "/tasks", "/tasks", 0},
        {HTTP_DELETE, "/tasks", "/tasks", 0},
        {HTTP_GET, "/tasks/changes", "/tasks/changes", 0},
        {HTTP_GET, "/tasks/1", "/tasks/{id}", 1},
        {HTTP_PATCH, "/tasks/9223372036854775807", "/tasks/{id}", INT64_MAX},
        {HTTP_DELETE, "/tasks/12/", "/tasks/{id}", 12},
        {HTTP_GET, "/livez", "/livez", 0},
        {HTTP_GET, "/health", "/health", 0},
        {HTTP_GET, "/healthz", "/healthz", 0},
        {HTTP_GET, "/", "/{rest}", 0},
        {HTTP_HEAD, "/js/main.js", "/{rest}", 0},
    };
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        struct route_match match;
        route_find(routes_public, rows[i].method, rows[i].path, &match);
        ck_assert_msg(match.route, "%s", rows[i].path);
        ck_assert_str_eq(match.route->path, rows[i].route);
        ck_assert_int_eq(match.route->method, rows[i].method == HTTP_HEAD ? HTTP_GET : rows[i].method);
        if (rows[i].id)
            ck_assert_int_eq(match.id, rows[i].id);
    }
}
END_TEST

static void stand_together(const struct route *routes)
{
    for (const struct route *route = routes; route->path; route++)
        for (const struct route *later = route + 1; later->path; later++)
            if (strcmp(route->path, later->path) == 0)
                ck_assert_str_eq(later[-1].path, later->path);
}

START_TEST(routes_of_a_path_stand_together)
{
    stand_together(routes_public);
    stand_together(routes_admin);
}
END_TEST

START_TEST(finds_nothing_else)
{
    static const char *const rows[] = {"",
                                       "tasks",
                                       "/task",
                                       "/tasks//",
                                       "//tasks",
                                       "/tasks/0",
                                       "/tasks/-1",
                                       "/tasks/+1",
                                       "/tasks/01",
                                       "/tasks/1a",
                                       "/tasks/1.0",
                                       "/tasks/abc",
                                       "/tasks/9223372036854775808",
                                       "/tasks/1/x",
                                       "/tasks/1//",
                                       "/tasks/changes/1",
                                       "/Tasks",
                                       "/livez/x",
                                       "/index.php",
                                       "/index.cgi",
                                       "/js",
                                       "/js/",
                                       "/js/../js/main.js",
                                       "/etc/passwd"};
    for (int i = 0; i < RUN_COUNT(rows); i++)
        ck_assert_msg(allowed_at(rows[i])[0] == '\0', "%s: %s", rows[i], allowed_at(rows[i]));
}
END_TEST

START_TEST(allow_comes_from_the_table)
{
    ck_assert_str_eq(allowed_at("/tasks"), "GET, HEAD, POST, DELETE, OPTIONS");
    ck_assert_str_eq(allowed_at("/tasks/7"), "GET, HEAD, PATCH, DELETE, OPTIONS");
    ck_assert_str_eq(allowed_at("/tasks/changes"), "GET, HEAD, OPTIONS");
    ck_assert_str_eq(allowed_at("/livez"), "GET, HEAD, OPTIONS");
    ck_assert_str_eq(allowed_at("/"), "GET, HEAD, OPTIONS");
}
END_TEST

START_TEST(the_admin_table_has_no_tasks)
{
    static const char *const there[] = {"/livez", "/readyz", "/version", "/pool-stats"};
    static const char *const not_there[] = {"/tasks", "/tasks/1", "/"};
    struct route_match match;
    for (int i = 0; i < RUN_COUNT(there); i++) {
        route_find(routes_admin, HTTP_GET, there[i], &match);
        ck_assert_msg(match.route, "%s", there[i]);
    }
    for (int i = 0; i < RUN_COUNT(not_there); i++) {
        route_find(routes_admin, HTTP_GET, not_there[i], &match);
        ck_assert_msg(!match.route && !match.allowed, "%s", not_there[i]);
    }
}
END_TEST

START_TEST(every_route_says_what_it_takes)
{
    for (const struct route *route = routes_public; route->path; route++) {
        ck_assert_msg(!route->handle == (route->halves != NULL), "%s", route->path);
        ck_assert_msg(!route->types == !route->body_max, "%s", route->path);
        ck_assert_msg(!route->types || route->method == HTTP_POST || route->method == HTTP_PATCH, "%s",
                      route->path);
    }
}
END_TEST

int main(void)
{
    return run_suite("route",
                     (const TTest *[]){finds_routes, routes_of_a_path_stand_together, finds_nothing_else,
                                       allow_comes_from_the_table, the_admin_table_has_no_tasks,
                                       every_route_says_what_it_takes, NULL});
}
