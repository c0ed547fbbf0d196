/* A real tasksd and collectors of the test's own, over real sockets: what they are told. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "run.h"
#include "web.h"

enum { PATIENCE_MS = 30000, STEP_MS = 5, BODY_MAX = 128 << 10 };

#define TRACE    "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT   "00f067aa0ba902b7"
#define PASSWORD "s3cr3t-of-the-collector"

static struct server server;

/* All posts to it, each with its path and the header that the secret made. */
static struct {
    pthread_mutex_t lock;
    char text[BODY_MAX];
} collected = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void collect(void *context, const web_request *request, web_peer *peer)
{
    char secret[256] = "";
    (void)context;
    if (!web_header(request, "x-key", secret, sizeof secret))
        web_header(request, "X-Rollbar-Access-Token", secret, sizeof secret);
    pthread_mutex_lock(&collected.lock);
    size_t length = strlen(collected.text);
    snprintf(collected.text + length, sizeof collected.text - length, "%s %s [%s] %s\n", request->method,
             request->path, secret, request->body);
    pthread_mutex_unlock(&collected.lock);
    web_answer(peer, 200, "", "{}");
}

static web *start_collector(void)
{
    collected.text[0] = '\0';
    return web_start(collect, NULL, NULL, NULL);
}

static bool has(const char *text)
{
    pthread_mutex_lock(&collected.lock);
    bool there = strstr(collected.text, text) != NULL;
    pthread_mutex_unlock(&collected.lock);
    return there;
}

static void await(const char *text)
{
    for (int ms = 0; ms < PATIENCE_MS && !has(text); ms += STEP_MS)
        usleep(STEP_MS * 1000);
    ck_assert_msg(has(text), "no %s in %s", text, collected.text);
}

START_TEST(a_trace_arrives)
{
    static const char *const sampled[] = {"traceparent: 00-" TRACE "-" PARENT "-01",
                                          "Content-Type: application/json", NULL};
    static const char *const unsampled[] = {"traceparent: 00-00000000000000000000000000000001-" PARENT "-00",
                                            NULL};
    char span[64];
    web *collector = start_collector();
    setenv("TEST_PASSWORD", "x-key=" PASSWORD, 1);
    SERVER_START(&server, "--otlp-endpoint", web_url(collector, "127.0.0.1", ""), "--otlp-headers",
                 "env:TEST_PASSWORD");
    client_call(&server, "GET", "/tasks", unsampled, NULL);
    client_call(&server, "POST", "/tasks", sampled, "{\"title\":\"very private\"}");
    await("\"" TRACE "\"");
    await("POST /v1/traces [" PASSWORD "] {\"resourceSpans\":[");
    await("\"parentSpanId\":\"" PARENT "\"");
    await("\"name\":\"POST /tasks\"");
    await("\"name\":\"wait for the store\"");
    snprintf(span, sizeof span, "\"name\":\"%s create\"", store_backend);
    await(span);
    ck_assert(!has("private"));
    ck_assert(!has("00000000000000000000000000000001"));
    const struct client_reply *page = client_get(&server, "/metrics");
    ck_assert_ptr_nonnull(
        strstr(page->body, "tasksd_telemetry_items_total{kind=\"trace\",outcome=\"sent\"}"));
    ck_assert_ptr_null(strstr(page->body, PASSWORD));
    client_done();
    server_stop(&server);
    ck_assert(has("/metrics")); /* what was left is sent at the end */
    ck_assert_ptr_null(strstr(server.said, PASSWORD));
    web_stop(collector);
}
END_TEST

START_TEST(the_variable_of_others_is_understood)
{
    web *collector = start_collector();
    setenv("OTEL_EXPORTER_OTLP_ENDPOINT", web_url(collector, "127.0.0.1", "/base/"), 1);
    SERVER_START(&server);
    client_get(&server, "/tasks");
    await("POST /base/v1/traces []");
    client_done();
    server_stop(&server);
    unsetenv("OTEL_EXPORTER_OTLP_ENDPOINT");
    web_stop(collector);
}
END_TEST

/* Nobody listens there: everything is answered, and what is lost is counted. */
START_TEST(a_collector_that_is_away_stops_nothing)
{
    static const char dropped[] = "tasksd_telemetry_items_total{kind=\"trace\",outcome=\"dropped\"} ";
    double lost = 0;
    SERVER_START(&server, "--otlp-endpoint", "http://127.0.0.1:1");
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq((int)client_get(&server, "/tasks")->status, 200);
    ck_assert(server_says(&server, "--otlp-endpoint does not take what it is sent"));
    for (int ms = 0; ms < PATIENCE_MS && lost < 20; ms += 100, usleep(100000)) {
        const char *at = strstr(client_get(&server, "/metrics")->body, dropped);
        ck_assert_ptr_nonnull(at);
        lost = strtod(at + sizeof dropped - 1, NULL);
    }
    ck_assert(lost >= 20);
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(answers_5xx_are_told_of)
{
    web *collector = start_collector();
    setenv("TEST_PASSWORD", PASSWORD, 1);
    SERVER_START(&server, "--error-webhook", web_url(collector, "127.0.0.1", "/item/"),
                 "--error-webhook-token", "env:TEST_PASSWORD", "--env", "staging", "--auth", "oidc",
                 "--oidc-audience", "tasks", "--oidc-issuer", "http://127.0.0.1:1");
    static const char *const headers[] = {
        "Authorization: Bearer "
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ."
        "eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjEiLCJhdWQiOiJ0YXNrcyIsInN1YiI6ImEiLCJuYmYiOjEsImV4cCI6NDAwMDAwMDAw"
        "MH0.AAAA",
        NULL};
    ck_assert_int_eq((int)client_get(&server, "/tasks")->status, 401);
    ck_assert_int_eq((int)client_call(&server, "GET", "/tasks", headers, NULL)->status, 503);
    await("POST /item/ [" PASSWORD "] {\"data\":{\"environment\":\"staging\",\"level\":\"error\"");
    await("503 issuer_away: GET /tasks");
    ck_assert(!has("401 token"));
    client_done();
    server_stop(&server);
    web_stop(collector);
}
END_TEST

static void start_with_webhook(web *collector)
{
    setenv("TEST_PASSWORD", PASSWORD, 1);
    SERVER_START(&server, "--error-webhook", web_url(collector, "127.0.0.1", "/item/"),
                 "--error-webhook-token", "env:TEST_PASSWORD");
}

START_TEST(a_crash_is_told_of)
{
    static const struct {
        int number;
        const char *words;
    } rows[] = {{SIGSEGV, "signal 11"}, {SIGABRT, "signal 06"}, {SIGKILL, "killed, or out of its stack"}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        web *collector = start_collector();
        start_with_webhook(collector);
        ck_assert_int_eq((int)client_get(&server, "/tasks")->status, 200);
        server_signal(&server, rows[i].number);
        ck_assert_int_eq(server_wait(&server), -1); /* it ends by its signal all the same */
        await("POST /item/ [" PASSWORD "] ");
        await("\"level\":\"critical\"");
        await(rows[i].words);
        client_done();
        web_stop(collector);
    }
}
END_TEST

START_TEST(an_orderly_end_is_no_crash)
{
    web *collector = start_collector();
    start_with_webhook(collector);
    server_stop(&server);
    SERVER_SPAWN(&server, "--listen", "127.0.0.1:0", "--db", "sqlite:/nowhere/at/all", "--error-webhook",
                 web_url(collector, "127.0.0.1", "/item/"));
    ck_assert_int_gt(server_wait(&server), 0);
    ck_assert_str_eq(collected.text, "");
    web_stop(collector);
}
END_TEST

START_TEST(secrets_that_are_not_there_stop_the_start)
{
    static const struct {
        const char *option, *url, *reference_option;
    } rows[] = {{"--otlp-endpoint", "http://127.0.0.1:1", "--otlp-headers"},
                {"--error-webhook", "http://127.0.0.1:1/", "--error-webhook-token"}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        SERVER_SPAWN(&server, "--listen", "127.0.0.1:0", "--db", "sqlite::memory:", rows[i].option,
                     rows[i].url, rows[i].reference_option, "env:NOT_SET_AT_ALL");
        ck_assert_int_eq(server_wait(&server), 1);
        ck_assert_ptr_nonnull(strstr(server.said, "NOT_SET_AT_ALL"));
    }
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite("telemetry",
                           (const TTest *[]){a_trace_arrives, the_variable_of_others_is_understood,
                                             a_collector_that_is_away_stops_nothing, answers_5xx_are_told_of,
                                             a_crash_is_told_of, an_orderly_end_is_no_crash,
                                             secrets_that_are_not_there_stop_the_start, NULL});
    server_clean_up();
    return result;
}
