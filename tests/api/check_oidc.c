/* A real tasksd and a real issuer: whose tasks a signed token reaches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "issuer.h"
#include "run.h"

static struct server server;
static struct issuer issuer;

static const struct client_reply *call(const char *method, const char *path, const char *claims,
                                       const char *body)
{
    char *line;
    ck_assert_int_gt(
        asprintf(&line, "Authorization: Bearer %s", issuer_token(&issuer, ISSUER_RSA, "{}", claims)), 0);
    const char *const headers[] = {line, body ? "Content-Type: application/json" : NULL, NULL};
    const struct client_reply *reply = client_call(&server, method, path, headers, body);
    free(line);
    return reply;
}

START_TEST(each_subject_has_tasks_of_its_own)
{
    static const char alice[] = "{'sub':'alice'}", bob[] = "{'sub':'bob'}";
    issuer_start(&issuer);
    SERVER_START(&server, "--auth", "oidc", "--oidc-issuer", issuer.url, "--oidc-audience", "tasks");
    ck_assert_int_eq(client_get(&server, "/tasks")->status, 401);
    ck_assert_int_eq(call("POST", "/tasks", alice, "{\"title\":\"hers\"}")->status, 201);
    ck_assert_int_eq(call("GET", "/tasks/1", alice, NULL)->status, 200);
    ck_assert_int_eq(call("GET", "/tasks/1", bob, NULL)->status, 404);
    ck_assert_str_eq(call("GET", "/tasks", bob, NULL)->body, "[]");
    ck_assert_int_eq(call("DELETE", "/tasks/1", bob, NULL)->status, 404);
    ck_assert_int_eq(call("GET", "/tasks", "{'exp':-3600}", NULL)->status, 401);
    ck_assert_int_eq(client_get(&server, "/livez")->status, 200);
    ck_assert_int_eq(issuer.asked, 1);
    client_done();
    server_stop(&server);
    issuer_stop(&issuer);
}
END_TEST

START_TEST(an_issuer_that_is_away_stops_no_server)
{
    issuer_start(&issuer);
    issuer.away = true;
    SERVER_START(&server, "--auth", "oidc", "--oidc-issuer", issuer.url, "--oidc-audience", "tasks");
    ck_assert_int_eq(call("GET", "/tasks", "{}", NULL)->status, 503);
    ck_assert_ptr_nonnull(client_header("Retry-After"));
    ck_assert_int_eq(client_get(&server, "/readyz")->status, 200);
    client_done();
    server_stop(&server);
    issuer_stop(&issuer);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite("oidc", (const TTest *[]){each_subject_has_tasks_of_its_own,
                                                     an_issuer_that_is_away_stops_no_server, NULL});
    server_clean_up();
    return result;
}
