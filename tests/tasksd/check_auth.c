/* Who is let in, and to what: every route of the table, without a socket. */
#include "auth.h"

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "buckets.h"
#include "routes.h"
#include "run.h"

#define JSON "Content-Type: application/json\r\n"

static const char title[] = "a title of somebody else";

static void setup(void)
{
    ask_open();
    ask_app.auth = auth_new(&ask_config, ask_app.db, NULL);
    ck_assert_ptr_nonnull(ask_app.auth);
}

static void finish(void)
{
    auth_free(ask_app.auth);
    ask_close();
}

/* The header line of a new token. Good for the next three calls too. */
static const char *token_of(const char *owner, int32_t read_only)
{
    static char lines[4][128];
    static int next;
    char text[TASKS_TOKEN_SIZE], *line = lines[next++ % 4];
    int64_t id;
    ck_assert_int_eq(tasks_token_create(ask_app.db, owner, read_only, TASKS_NO_TIME, text, &id, NULL),
                     TASKS_OK);
    snprintf(line, sizeof *lines, "Authorization: Bearer %s\r\n", text);
    return line;
}

START_TEST(who_shows_nothing_or_nonsense_is_challenged)
{
    static const struct {
        const char *header, *code, *challenge;
    } rows[] = {
        {"", "token_required", "Bearer realm=\"tasks\""},
        {"Authorization: Basic YTpi\r\n", "token_required", "Bearer realm=\"tasks\""},
        {"Authorization: Bearer\r\n", "token_required", "Bearer realm=\"tasks\""},
        {"Authorization: Bearer tasks_x\r\n", "token_unknown",
         "Bearer realm=\"tasks\", error=\"invalid_token\""},
    };
    setup();
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        ask_expect("GET", "/tasks", rows[i].header, NULL, 401, rows[i].code);
        ck_assert_str_eq(ask_header("WWW-Authenticate"), rows[i].challenge);
        ck_assert_str_eq(ask_header("Content-Type"), "application/problem+json");
    }
    finish();
}
END_TEST

START_TEST(a_token_lets_its_holder_in)
{
    char lower[256];
    setup();
    const char *token = token_of("alice", 0);
    ask_expect("GET", "/tasks", token, NULL, 200, "");
    snprintf(lower, sizeof lower, "authorization: bearer  %s", strstr(token, "tasks_"));
    ask_expect("GET", "/tasks", lower, NULL, 200, "");
    finish();
}
END_TEST

/* The path of a route, with the id of a task that is there for other owners. */
static const char *path_of(const struct route *route)
{
    static char path[256];
    const char *parameter = strchr(route->path, '{');
    int plain = parameter ? (int)(parameter - route->path) : (int)strlen(route->path);
    const char *value = !parameter ? "" : strcmp(parameter, "{id}") == 0 ? "1" : "";
    snprintf(path, sizeof path, "%.*s%s", plain, route->path, value);
    return path;
}

static const struct answer *ask_route(const struct route *route, const char *token)
{
    char headers[512];
    snprintf(headers, sizeof headers, "%s%s", token, route->types ? JSON : "");
    return ask(http_method_name(route->method), path_of(route), headers,
               route->types ? "{\"title\":\"mine\",\"priority\":1}" : NULL);
}

static tasks_db *store_of(const char *owner)
{
    tasks_db *db;
    ck_assert_int_eq(tasks_as(ask_app.db, owner, &db, NULL), TASKS_OK);
    return db;
}

static void add_task(const char *owner)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    tasks_task *task;
    tasks_db *db = store_of(owner);
    patch.set = TASKS_SET_TITLE | TASKS_SET_COMPLETED;
    patch.completed = 1;
    patch.title = title;
    ck_assert_int_eq(tasks_create(db, &patch, &task, NULL), TASKS_OK);
    ck_assert_int_eq(task->id, 1);
    tasks_task_free(task);
    tasks_close(db);
}

static void check_untouched(const char *owner, const struct route *route)
{
    tasks_db *db = store_of(owner);
    int64_t revision, expired;
    ck_assert_int_eq(tasks_revision(db, &revision, &expired, NULL), TASKS_OK);
    ck_assert_msg(revision == 1, "%s %s changed the tasks of '%s'", http_method_name(route->method),
                  route->path, owner);
    tasks_close(db);
}

START_TEST(only_health_the_page_and_signing_in_are_open)
{
    static const char *const open[] = {"/livez",   "/health",       "/healthz", "/readyz",
                                       "/version", "/openapi.json", "/sign-in", "/{rest}"};
    setup();
    for (const struct route *route = routes_public; route->path; route++) {
        bool is_open = false;
        for (int i = 0; i < RUN_COUNT(open); i++)
            is_open |= strcmp(route->path, open[i]) == 0;
        int status = ask_route(route, "")->status;
        int wanted = is_open ? 200 : 401;
        if (is_open && route->method == HTTP_POST)
            wanted = 404; /* here nobody signs in with a code */
        ck_assert_msg(status == wanted, "%s %s: %d", http_method_name(route->method), route->path, status);
    }
    finish();
}
END_TEST

/* The default owner is one of the others: that is whom a handler with the whole store would reach. */
START_TEST(no_route_reaches_the_tasks_of_another_owner)
{
    setup();
    ask_config.allow_delete_all = true;
    add_task("");
    add_task("alice");
    const char *bob = token_of("bob", 0);
    for (const struct route *route = routes_public; route->path; route++) {
        const struct answer *answer = ask_route(route, bob);
        ck_assert_msg(!strstr(answer->body, title), "%s %s: %s", http_method_name(route->method), route->path,
                      answer->body);
        check_untouched("", route);
        check_untouched("alice", route);
        tasks_db *db = store_of("bob");
        ck_assert_int_eq(tasks_clear(db, NULL, NULL, NULL), TASKS_OK);
        tasks_close(db);
    }
    finish();
}
END_TEST

START_TEST(who_may_only_read_changes_nothing)
{
    setup();
    ask_config.allow_delete_all = true;
    add_task("alice");
    const char *reader = token_of("alice", 1);
    for (const struct route *route = routes_public; route->path; route++) {
        int status = ask_route(route, reader)->status;
        if (route->method == HTTP_GET)
            ck_assert_msg(status == 200, "%s: %d", route->path, status);
        else
            ck_assert_str_eq(ask_text("code"), route->open ? "sign_in_unknown" : "token_read_only");
        check_untouched("alice", route);
    }
    ask_expect("HEAD", "/tasks/1", reader, NULL, 200, "");
    finish();
}
END_TEST

START_TEST(wrong_tokens_are_slowed_down)
{
    setup();
    const char *alice = token_of("alice", 0);
    ask_expect("GET", "/tasks", alice, NULL, 200, "");
    int tries = 0;
    while (ask("GET", "/tasks", "Authorization: Bearer tasks_x\r\n", NULL)->status == 401)
        ck_assert_int_lt(++tries, 1000);
    ck_assert_int_ge(tries, 20);
    ck_assert_int_eq(ask_answer()->status, 429);
    ck_assert_str_eq(ask_text("code"), "too_many_failures");
    ck_assert_str_eq(ask_header("Retry-After"), "1");
    ask_expect("GET", "/tasks", alice, NULL, 200, "");
    ask_expect("GET", "/tasks", "", NULL, 401, "token_required");
    finish();
}
END_TEST

START_TEST(a_preflight_needs_no_token)
{
    setup();
    ask_expect("OPTIONS", "/tasks", "", NULL, 204, "");
    ask_expect("GET", "/nothing", "", NULL, 404, "path_unknown");
    finish();
}
END_TEST

static void limit(int64_t burst)
{
    ask_app.rate = buckets_new(&(struct buckets_rate){1, 3600, burst}, 64);
}

/* What RateLimit says: what is left, and that it takes about so many seconds until all of it is back. */
static void check_left(int left, int full_s)
{
    static const char start[] = "\"default\";r=", middle[] = ";t=";
    char *rest;
    const char *said = ask_header("RateLimit");
    ck_assert_int_eq(strncmp(said, start, sizeof start - 1), 0);
    long r = strtol(said + sizeof start - 1, &rest, 10);
    ck_assert_int_eq(strncmp(rest, middle, sizeof middle - 1), 0);
    long t = strtol(rest + sizeof middle - 1, &rest, 10);
    ck_assert_int_eq(r, left);
    ck_assert_int_le(t, full_s);
    ck_assert_int_gt(t, full_s - 600);
}

START_TEST(each_token_has_a_rate_of_its_own)
{
    setup();
    limit(2);
    const char *alice = token_of("alice", 0), *phone = token_of("alice", 0);
    ask_expect("GET", "/tasks", alice, NULL, 200, "");
    ck_assert_str_eq(ask_header("RateLimit-Policy"), "\"default\";q=2;w=7200");
    check_left(1, 3600);
    ask_expect("GET", "/tasks/7", alice, NULL, 404, "task_missing");
    ask_expect("GET", "/tasks", alice, NULL, 429, "rate_limited");
    check_left(0, 7200);
    ck_assert_ptr_nonnull(ask_header("Retry-After"));
    ask_expect("GET", "/tasks", phone, NULL, 200, "");
    ask_expect("GET", "/livez", "", NULL, 200, "");
    ck_assert_ptr_null(ask_header("RateLimit"));
    buckets_free(ask_app.rate);
    finish();
}
END_TEST

START_TEST(without_a_token_each_address_has_a_rate)
{
    static char proxies[] = "10.0.0.0/8";
    ask_open();
    limit(1);
    ask_peer = 0xc0000201;
    ask_expect("GET", "/tasks", "", NULL, 200, "");
    ask_expect("GET", "/tasks", "X-Forwarded-For: 198.51.100.1\r\n", NULL, 429, "rate_limited");
    access_proxies(&ask_config.access, proxies);
    ask_peer = 0x0a000001;
    ask_expect("GET", "/tasks", "X-Forwarded-For: 198.51.100.1\r\n", NULL, 200, "");
    ask_expect("GET", "/tasks", "X-Forwarded-For: 198.51.100.2\r\n", NULL, 200, "");
    ask_expect("GET", "/tasks", "X-Forwarded-For: 198.51.100.2\r\n", NULL, 429, "rate_limited");
    buckets_free(ask_app.rate);
    ask_close();
}
END_TEST

int main(void)
{
    return run_suite(
        "auth",
        (const TTest *[]){who_shows_nothing_or_nonsense_is_challenged, a_token_lets_its_holder_in,
                          only_health_the_page_and_signing_in_are_open,
                          no_route_reaches_the_tasks_of_another_owner, who_may_only_read_changes_nothing,
                          wrong_tokens_are_slowed_down, a_preflight_needs_no_token,
                          each_token_has_a_rate_of_its_own, without_a_token_each_address_has_a_rate, NULL});
}
