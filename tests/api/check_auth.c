/* Tokens over a real socket: who has one, who had one, and whose tasks are whose. */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "run.h"
#include "sse.h"
#include "tasks.h"

enum { PATIENCE_MS = 60000 };

static struct server server;
static tasks_db *store; /* the one that the server has open */

static void setup(void)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    SERVER_START(&server, "--auth", "token", "--admin-listen", "127.0.0.1:0", "--allow-delete-all");
    options.uri = server.store;
    ck_assert_int_eq(tasks_open(&options, &store, NULL), TASKS_OK);
}

static void finish(void)
{
    tasks_close(store);
    client_done();
    server_stop(&server);
}

struct holder {
    int64_t id;
    char line[128];
};

static struct holder holder_of(const char *owner, int32_t read_only)
{
    struct holder holder;
    char text[TASKS_TOKEN_SIZE];
    ck_assert_int_eq(tasks_token_create(store, owner, read_only, TASKS_NO_TIME, text, &holder.id, NULL),
                     TASKS_OK);
    snprintf(holder.line, sizeof holder.line, "Authorization: Bearer %s", text);
    return holder;
}

static const struct client_reply *call(const struct holder *holder, const char *method, const char *path,
                                       const char *body)
{
    const char *const headers[] = {holder->line, body ? "Content-Type: application/json" : NULL, NULL};
    return client_call(&server, method, path, headers, body);
}

START_TEST(without_a_token_nobody_gets_in)
{
    static const char *const open[] = {"/livez", "/health", "/healthz", "/readyz", "/", "/version"};
    setup();
    for (int i = 0; i < RUN_COUNT(open); i++)
        ck_assert_int_eq(client_get(&server, open[i])->status, 200);
    ck_assert_int_eq(client_get(&server, "/tasks")->status, 401);
    ck_assert_str_eq(client_header("WWW-Authenticate"), "Bearer realm=\"tasks\"");
    ck_assert_str_eq(client_header("Content-Type"), "application/problem+json");
    ck_assert_int_eq(client_json(&server, "POST", "/tasks", "{\"title\":\"x\"}")->status, 401);
    ck_assert_int_eq(client_get(&server, "/pool-stats")->status, 401);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/pool-stats", server.admin_port);
    ck_assert_int_eq(client_get(&server, url)->status, 200);
    finish();
}
END_TEST

static int open_stream(struct sse *s, const struct holder *holder)
{
    char headers[160];
    snprintf(headers, sizeof headers, "%s\r\n", holder->line);
    return sse_open(s, server.port, "/tasks/events?since=0", headers);
}

START_TEST(everybody_has_events_of_his_own)
{
    struct sse hers, his;
    setup();
    struct holder alice = holder_of("alice", 0), bob = holder_of("bob", 1);
    ck_assert_int_eq(sse_open(&hers, server.port, "/tasks/events?since=0", ""), 401);
    sse_close(&hers);
    ck_assert_int_eq(open_stream(&hers, &alice), 200);
    ck_assert_int_eq(open_stream(&his, &bob), 200);
    call(&alice, "POST", "/tasks", "{\"title\":\"hers\"}");
    sse_expect(&hers, "created");
    ck_assert(!sse_next(&his, 300));
    ck_assert(!his.ended);
    sse_close(&hers);
    sse_close(&his);
    finish();
}
END_TEST

/* Sooner or later by itself, and with SIGHUP at once; the other stream goes on. */
START_TEST(a_revoked_token_loses_its_stream)
{
    struct sse hers, his;
    setup();
    struct holder alice = holder_of("alice", 0), bob = holder_of("bob", 0);
    ck_assert_int_eq(open_stream(&hers, &alice), 200);
    ck_assert_int_eq(open_stream(&his, &bob), 200);
    ck_assert_int_eq(tasks_token_revoke(store, alice.id, NULL), TASKS_OK);
    ck_assert(!sse_next(&hers, PATIENCE_MS));
    ck_assert(hers.ended);
    sse_close(&hers);
    ck_assert(!sse_next(&his, 100));
    ck_assert(!his.ended);
    ck_assert_int_eq(tasks_token_revoke(store, bob.id, NULL), TASKS_OK);
    server_signal(&server, SIGHUP);
    ck_assert(!sse_next(&his, PATIENCE_MS));
    ck_assert(his.ended);
    sse_close(&his);
    finish();
}
END_TEST

START_TEST(everybody_has_tasks_of_his_own)
{
    setup();
    struct holder alice = holder_of("alice", 0), bob = holder_of("bob", 0);
    ck_assert_int_eq(call(&alice, "POST", "/tasks", "{\"title\":\"hers\"}")->status, 201);
    ck_assert_str_eq(call(&bob, "GET", "/tasks", NULL)->body, "[]");
    ck_assert_int_eq(call(&bob, "GET", "/tasks/1", NULL)->status, 404);
    ck_assert_int_eq(call(&bob, "PATCH", "/tasks/1", "{\"title\":\"his\"}")->status, 404);
    ck_assert_int_eq(call(&bob, "DELETE", "/tasks/1", NULL)->status, 404);
    ck_assert_str_eq(call(&bob, "GET", "/tasks/changes", NULL)->body, "[]");
    ck_assert_int_eq(call(&alice, "GET", "/tasks/1", NULL)->status, 200);
    finish();
}
END_TEST

/* ---- Every route ---- */

static const char hers[] = "a title that only she knows";

/* Asks one operation of the document as somebody else; the task is the first of each owner. */
static void intrude(const struct holder *bob, const char *path, const char *method)
{
    char target[256], upper[16] = "";
    const char *id = strstr(path, "{id}");
    snprintf(target, sizeof target, "%.*s%s", (int)(id ? id - path : (long)strlen(path)), path,
             id ? "1" : "");
    for (int i = 0; method[i] && i < (int)sizeof upper - 1; i++)
        upper[i] = (char)toupper((unsigned char)method[i]);
    bool writes = strcmp(method, "post") == 0 || strcmp(method, "patch") == 0;
    const struct client_reply *reply = call(bob, upper, target, writes ? "{\"title\":\"his\"}" : NULL);
    ck_assert_msg(!strstr(reply->body, hers), "%s %s: %s", method, path, reply->body);
    call(bob, "DELETE", "/tasks", NULL);
}

static void check_untouched(const struct holder *owner, const char *before, const char *path,
                            const char *method)
{
    const struct client_reply *reply = call(owner, "GET", "/tasks/changes?since=0", NULL);
    ck_assert_msg(strcmp(reply->body, before) == 0, "%s %s: %s", method, path, reply->body);
}

/* The document is made from the table that dispatches, so this is every route. The stream is asked elsewhere.
 */
START_TEST(no_route_reaches_the_tasks_of_another_owner)
{
    const char *path, *method, *owners[] = {"", "alice"};
    char *before[2], body[128];
    json_t *item, *operation;
    struct holder holders[2];
    int asked = 0;
    setup();
    struct holder bob = holder_of("bob", 0);
    snprintf(body, sizeof body, "{\"title\":\"%s\",\"completed\":true}", hers);
    for (int i = 0; i < 2; i++) {
        holders[i] = holder_of(owners[i], 0);
        ck_assert_int_eq(call(&holders[i], "POST", "/tasks", body)->status, 201);
        before[i] = strdup(call(&holders[i], "GET", "/tasks/changes?since=0", NULL)->body);
        ck_assert_ptr_nonnull(strstr(before[i], hers));
    }
    json_t *document = json_incref(client_get(&server, "/openapi.json")->json);
    json_object_foreach (json_object_get(document, "paths"), path, item) {
        json_object_foreach (item, method, operation) {
            if (strcmp(path, "/tasks/events") == 0)
                continue;
            intrude(&bob, path, method);
            for (int i = 0; i < 2; i++)
                check_untouched(&holders[i], before[i], path, method);
            asked++;
        }
    }
    ck_assert_int_ge(asked, 14);
    json_decref(document);
    for (int i = 0; i < 2; i++)
        free(before[i]);
    finish();
}
END_TEST

START_TEST(who_may_only_read_cannot_write)
{
    setup();
    struct holder reader = holder_of("alice", 1);
    ck_assert_int_eq(call(&reader, "GET", "/tasks", NULL)->status, 200);
    ck_assert_int_eq(call(&reader, "POST", "/tasks", "{\"title\":\"x\"}")->status, 403);
    ck_assert_str_eq(call(&reader, "GET", "/tasks", NULL)->body, "[]");
    finish();
}
END_TEST

START_TEST(a_revoked_token_soon_opens_nothing)
{
    setup();
    struct holder alice = holder_of("alice", 0);
    ck_assert_int_eq(call(&alice, "GET", "/tasks", NULL)->status, 200);
    ck_assert_int_eq(tasks_token_revoke(store, alice.id, NULL), TASKS_OK);
    int waits = 0;
    while (call(&alice, "GET", "/tasks", NULL)->status == 200) {
        ck_assert_int_lt(++waits, 300);
        usleep(100000);
    }
    ck_assert_int_eq(call(&alice, "GET", "/tasks", NULL)->status, 401);
    finish();
}
END_TEST

START_TEST(a_signal_forgets_tokens_at_once)
{
    setup();
    struct holder alice = holder_of("alice", 0);
    ck_assert_int_eq(call(&alice, "GET", "/tasks", NULL)->status, 200);
    ck_assert_int_eq(tasks_token_revoke(store, alice.id, NULL), TASKS_OK);
    server_signal(&server, SIGHUP);
    int waits = 0;
    while (call(&alice, "GET", "/tasks", NULL)->status == 200) {
        ck_assert_int_lt(++waits, 1000);
        usleep(1000);
    }
    finish();
}
END_TEST

static double quick(void)
{
    static const char name[] = "\ntasksd_http_quick_requests_total ";
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/metrics", server.admin_port);
    const char *at = strstr(client_get(&server, url)->body, name);
    ck_assert_ptr_nonnull(at);
    return strtod(at + strlen(name), NULL);
}

/* The store, which may let one wait, is asked by a worker: see quick.h. */
START_TEST(no_loop_asks_whose_a_token_is)
{
    static const char body[] = "{\"title\":\"x\"}";
    setup();
    struct holder alice = holder_of("alice", 0);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(call(&alice, "POST", "/tasks", body)->status, 201);
    double before = quick();
    ck_assert_double_gt(before, 0);
    ck_assert_int_eq(tasks_token_revoke(store, alice.id, NULL), TASKS_OK);
    server_signal(&server, SIGHUP);
    while (call(&alice, "POST", "/tasks", body)->status == 201)
        ;
    before = quick();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(call(&alice, "POST", "/tasks", body)->status, 401);
    ck_assert_double_eq(quick(), before);
    finish();
}
END_TEST

START_TEST(who_asks_too_often_has_to_wait)
{
    int counts[2] = {0, 0};
    SERVER_START(&server, "--rate-limit", "10/h:5", "--require-if-match");
    for (int i = 0; i < 8; i++)
        counts[client_get(&server, "/tasks")->status == 429]++;
    ck_assert_int_eq(counts[0], 5);
    ck_assert_int_eq(counts[1], 3);
    ck_assert_str_eq(client_header("RateLimit-Policy"), "\"default\";q=5;w=1800");
    long wait_s = strtol(client_header("Retry-After"), NULL, 10);
    ck_assert(wait_s > 60 && wait_s <= 360);
    ck_assert_int_eq(client_get(&server, "/livez")->status, 200);
    client_done();
    server_stop(&server);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite(
        "auth", (const TTest *[]){without_a_token_nobody_gets_in, everybody_has_events_of_his_own,
                                  a_revoked_token_loses_its_stream, everybody_has_tasks_of_his_own,
                                  no_route_reaches_the_tasks_of_another_owner, who_may_only_read_cannot_write,
                                  a_revoked_token_soon_opens_nothing, a_signal_forgets_tokens_at_once,
                                  no_loop_asks_whose_a_token_is, who_asks_too_often_has_to_wait, NULL});
    server_clean_up();
    return result;
}
