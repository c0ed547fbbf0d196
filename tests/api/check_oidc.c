/* A real tasksd and a real issuer: whose tasks a signed token reaches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "forgeries.h"
#include "raw.h"
#include "run.h"

enum { PATIENCE_MS = 30000 };

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

/* Each from an address of its own, for wrong tokens are slowed down by address. */
static int show(const char *header, const char *token, struct raw_reply *reply)
{
    static unsigned calls;
    char *request, address[32];
    calls++;
    snprintf(address, sizeof address, "127.3.%u.%u", calls / 200, 1 + calls % 200);
    ck_assert_int_gt(
        asprintf(&request, "GET /tasks HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n\r\n", header, token), 0);
    int fd = raw_connect_from(server.port, address);
    ck_assert_int_ge(fd, 0);
    raw_ask(fd, request, reply);
    close(fd);
    free(request);
    return reply->status;
}

static const char bearer[] = "Authorization: Bearer ", oidc_data[] = "X-Amzn-Oidc-Data: ";

/* Even a good one, once there is more of it than a head may have. */
static void try_huge(struct raw_reply *reply)
{
    static char filler[20000], claims[sizeof filler + 16];
    static const int sizes[] = {11000, 19000};
    for (int i = 0; i < RUN_COUNT(sizes); i++) {
        memset(filler, 'x', (size_t)sizes[i]);
        snprintf(claims, sizeof claims, "{'x':'%s'}", filler);
        int status = show(bearer, issuer_token(&issuer, ISSUER_RSA, "{}", claims), reply);
        ck_assert_msg(status == (i == 0 ? 401 : 400), "%d: %d", sizes[i], status);
    }
}

START_TEST(forged_tokens_are_refused)
{
    static struct raw_reply reply;
    char keys[128];
    issuer_start(&issuer);
    snprintf(keys, sizeof keys, "%s/pem", issuer.url);
    SERVER_START(&server, "--auth", "oidc", "--oidc-issuer", issuer.url, "--oidc-audience", "tasks",
                 "--oidc-balancer", ISSUER_ARN, "--oidc-balancer-keys", keys);
    for (const struct forgery *f = forgeries_of_tokens; f->header; f++) {
        int status = show(bearer, issuer_token(&issuer, f->signer, f->header, f->claims), &reply);
        ck_assert_msg(status == 401 && strstr(reply.text, f->code), "%s %s: %s", f->header, f->claims,
                      reply.text);
    }
    for (const struct forgery *f = forgeries_of_vouchers; f->header; f++) {
        int status = show(oidc_data, issuer_voucher(&issuer, f->signer, f->header, f->claims), &reply);
        ck_assert_msg(status == 401 && strstr(reply.text, f->code), "%s %s: %s", f->header, f->claims,
                      reply.text);
    }
    try_huge(&reply);
    ck_assert_int_eq(show(bearer, issuer_token(&issuer, ISSUER_RSA, "{}", "{}"), &reply), 200);
    ck_assert_int_eq(show(oidc_data, issuer_voucher(&issuer, ISSUER_EC, "{}", "{}"), &reply), 200);
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
    issuer.away = false; /* it is asked again after some seconds */
    for (int ms = 0; call("GET", "/tasks", "{}", NULL)->status != 200; ms += 100, usleep(100000))
        ck_assert_int_lt(ms, PATIENCE_MS);
    issuer.away = true; /* who is known to it stays */
    ck_assert_int_eq(call("GET", "/tasks", "{'sub':'bob'}", NULL)->status, 200);
    client_done();
    server_stop(&server);
    issuer_stop(&issuer);
}
END_TEST

int main(void)
{
    server_prepare();
    int result =
        run_suite("oidc", (const TTest *[]){each_subject_has_tasks_of_its_own, forged_tokens_are_refused,
                                            an_issuer_that_is_away_stops_no_server, NULL});
    server_clean_up();
    return result;
}
