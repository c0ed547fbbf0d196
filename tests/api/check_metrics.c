/* What operators see: /metrics read as strictly as Prometheus would, ids of requests, log lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"

enum { FAMILIES_MAX = 64, SERIES_MAX = 1024, PATIENCE = 3000 };

static struct server server;

/* One read page. */
static struct {
    char families[FAMILIES_MAX][80], types[FAMILIES_MAX][16];
    char series[SERIES_MAX][256];
    double values[SERIES_MAX];
    int family_count, series_count;
} page;

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyz_";

/* The rest of the line after `start`, which it must begin with. */
static const char *after(const char *line, const char *start)
{
    ck_assert_msg(strncmp(line, start, strlen(start)) == 0, "not '%s': %s", start, line);
    return line + strlen(start);
}

static void read_family(const char *help, const char *type)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    char *name = page.families[page.family_count];
    const char *text = after(help, "# HELP ");
    size_t length = strspn(text, name_characters);
    ck_assert_uint_lt(length, sizeof *page.families);
    snprintf(name, sizeof *page.families, "%.*s", (int)length, text);
    ck_assert_msg(text[length] == ' ' && text[length + 1], "%s", help);
    const char *rest = after(after(type, "# TYPE "), name);
    snprintf(page.types[page.family_count], sizeof *page.types, "%s", after(rest, " "));
    for (int i = 0; i < page.family_count; i++)
        ck_assert_str_ne(page.families[i], name);
    int known = 0;
    for (int i = 0; i < RUN_COUNT(types); i++)
        known += strcmp(types[i], page.types[page.family_count]) == 0;
    ck_assert_msg(known == 1, "%s", type);
    ck_assert_int_lt(++page.family_count, FAMILIES_MAX);
}

/* {name="value",...}; returns what follows. */
static const char *read_labels(const char *at)
{
    if (*at != '{')
        return at;
    do {
        size_t name = strspn(++at, name_characters);
        ck_assert_msg(name > 0, "%s", at);
        at = after(at + name, "=\"");
        at = after(at + strcspn(at, "\"\\\n"), "\"");
    } while (*at == ',');
    return after(at, "}");
}

static void read_sample(const char *line)
{
    static const char *const endings[] = {"_bucket", "_sum", "_count"};
    int family = page.family_count - 1;
    size_t length = strspn(line, name_characters), own = strlen(page.families[family]);
    bool fits = length == own;
    for (int i = 0; i < RUN_COUNT(endings) && strcmp(page.types[family], "histogram") == 0; i++)
        fits |= length == own + strlen(endings[i]) && strncmp(line + own, endings[i], length - own) == 0;
    ck_assert_msg(fits && strncmp(line, page.families[family], own) == 0, "not of %s: %s",
                  page.families[family], line);
    const char *value = read_labels(line + length);
    char *end;
    snprintf(page.series[page.series_count], sizeof *page.series, "%.*s", (int)(value - line), line);
    page.values[page.series_count] = strtod(after(value, " "), &end);
    ck_assert_msg(*end == '\0' && end > value + 1, "%s", line);
    for (int i = 0; i < page.series_count; i++)
        ck_assert_str_ne(page.series[i], page.series[page.series_count]);
    ck_assert_int_lt(++page.series_count, SERIES_MAX);
}

static void read_page(const char *path)
{
    const struct client_reply *reply = client_get(&server, path);
    ck_assert_int_eq((int)reply->status, 200);
    ck_assert_str_eq(client_header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    char *text = strdup(reply->body), *rest = text;
    ck_assert_int_eq(text[strlen(text) - 1], '\n');
    text[strlen(text) - 1] = '\0';
    page.family_count = page.series_count = 0;
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (*line == '#')
            read_family(line, strsep(&rest, "\n"));
        else
            read_sample(line);
    }
    free(text);
}

static double value(const char *series)
{
    for (int i = 0; i < page.series_count; i++)
        if (strcmp(page.series[i], series) == 0)
            return page.values[i];
    return -1;
}

static void check_buckets(void)
{
    double before = 0;
    int ended = 0;
    for (int i = 0; i < page.series_count; i++) {
        if (!strstr(page.series[i], "_bucket{"))
            continue;
        ck_assert_msg(page.values[i] >= before, "%s", page.series[i]);
        before = page.values[i];
        if (!strstr(page.series[i], "le=\"+Inf\""))
            continue;
        ck_assert(page.values[i + 2] == before && strstr(page.series[i + 2], "_count{"));
        before = 0;
        ended++;
    }
    ck_assert_int_gt(ended, 0);
}

#define ANSWERS "tasksd_http_requests_total{listener=\"public\","

static double queries(const char *operation)
{
    char series[256];
    snprintf(series, sizeof series,
             "tasksd_store_query_duration_seconds_count{operation=\"%s\",backend=\"%s\"}", operation,
             store_backend);
    return value(series);
}

START_TEST(the_page_is_what_prometheus_reads)
{
    SERVER_START(&server);
    client_json(&server, "POST", "/tasks", "{\"title\":\"a\"}");
    for (int i = 0; i < 3; i++)
        client_get(&server, "/tasks/77");
    client_get(&server, "/nothing");
    read_page("/metrics");
    ck_assert(value(ANSWERS "method=\"POST\",route=\"/tasks\",code=\"201\"}") == 1);
    ck_assert(value(ANSWERS "method=\"GET\",route=\"/tasks/{id}\",code=\"404\"}") == 3);
    ck_assert(value(ANSWERS "method=\"GET\",route=\"none\",code=\"404\"}") == 1);
    ck_assert(value("tasksd_http_requests_in_flight") == 1);
    ck_assert(value("tasksd_http_workers") == 32);
    ck_assert(value("tasksd_store_batches_total") == 1);
    ck_assert(value("tasksd_store_commits_total") == 1);
    ck_assert(queries("create") == 1);
    ck_assert(queries("get") == 3);
    ck_assert(queries("list") == -1);
    ck_assert(value("process_resident_memory_bytes") > 1e6);
    ck_assert(value("process_open_fds") > 3);
    ck_assert(value("process_threads") > 32);
    ck_assert(value("process_start_time_seconds") > 1.7e9);
    check_buckets();
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(the_admin_address_has_it_too)
{
    char url[64];
    SERVER_START(&server, "--admin-listen", "127.0.0.1:0");
    snprintf(url, sizeof url, "http://127.0.0.1:%d/metrics", server.admin_port);
    double counted = 0;
    int asked = 0;
    /* An answer is counted once it is sent, and each of these has a connection and a thread of its own. */
    while (counted < 1) {
        ck_assert_int_lt(asked, PATIENCE);
        usleep(asked ? 10000 : 0);
        read_page(url);
        counted = value("tasksd_http_requests_total{listener=\"admin\",method=\"GET\",route=\"/metrics\","
                        "code=\"200\"}");
        ck_assert(counted <= asked++);
    }
    client_done();
    server_stop(&server);
}
END_TEST

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"

START_TEST(an_id_goes_through_answer_and_log)
{
    static const char *const headers[] = {"X-Request-Id: from-outside",
                                          "traceparent: 00-" TRACE "-00f067aa0ba902b7-01", NULL};
    SERVER_START(&server, "--log-format", "auto");
    client_call(&server, "GET", "/tasks", headers, NULL);
    ck_assert_str_eq(client_header("X-Request-Id"), "from-outside");
    ck_assert(server_says(&server, "\"request_id\":\"from-outside\",\"trace_id\":\"" TRACE "\""));
    client_get(&server, "/tasks");
    char made[64];
    snprintf(made, sizeof made, "%s", client_header("X-Request-Id"));
    ck_assert_uint_eq(strlen(made), 32);
    ck_assert(server_says(&server, made));
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(a_line_tells_how_long_the_store_took)
{
    static const char member[] = "\"db_ms\":";
    SERVER_START(&server, "--log-format", "json");
    client_json(&server, "POST", "/tasks", "{\"title\":\"a\"}");
    ck_assert(server_says(&server, member) && server_says(&server, "}\n"));
    ck_assert(strtod(strstr(server.said, member) + strlen(member), NULL) > 0);
    client_get(&server, "/livez");
    ck_assert(server_says(&server, "\"route\":\"/livez\""));
    ck_assert(server_says(&server, "\"db_ms\":0.000"));
    client_done();
    server_stop(&server);
}
END_TEST

/* The members of the line of the last request, which must be whole. */
static json_t *last_line(const char *marker)
{
    ck_assert_msg(server_says(&server, marker), "no %s in %s", marker, server.said);
    const char *start = strstr(server.said, marker);
    ck_assert(server_says(&server, "\n"));
    while (start > server.said && start[-1] != '\n')
        start--;
    json_t *line = json_loads(start, JSON_DISABLE_EOF_CHECK, NULL);
    ck_assert_msg(line != NULL, "%s", start);
    return line;
}

static const char *text_in(const json_t *line, const char *member)
{
    const char *text = json_string_value(json_object_get(line, member));
    ck_assert_msg(text != NULL, "%s", member);
    return text;
}

START_TEST(a_line_has_all_that_one_looks_for)
{
    static const char *const headers[] = {"X-Request-Id: r-1", "X-Forwarded-For: 203.0.113.9, 198.51.100.7",
                                          NULL};
    static const char *const texts[] = {"time",   "level", "request_id", "trace_id",
                                        "method", "route", "client"},
                             *const numbers[] = {"status", "ms", "bytes", "db_ms"};
    SERVER_START(&server, "--log-format", "json", "--trusted-proxy", "127.0.0.1");
    client_call(&server, "GET", "/tasks/7", headers, NULL);
    json_t *line = last_line("\"r-1\"");
    for (int i = 0; i < RUN_COUNT(texts); i++)
        ck_assert_str_ne(text_in(line, texts[i]), "");
    for (int i = 0; i < RUN_COUNT(numbers); i++)
        ck_assert_msg(json_is_number(json_object_get(line, numbers[i])), "%s", numbers[i]);
    ck_assert_uint_eq(json_object_size(line), RUN_COUNT(texts) + RUN_COUNT(numbers));
    ck_assert_str_eq(text_in(line, "client"),
                     "198.51.100.7"); /* whom the proxy has seen, not whom he names */
    ck_assert_str_eq(text_in(line, "level"), "info");
    ck_assert_str_eq(text_in(line, "route"), "/tasks/{id}");
    ck_assert_int_eq(json_integer_value(json_object_get(line, "status")), 404);
    ck_assert(json_integer_value(json_object_get(line, "bytes")) > 300);
    json_decref(line);
    client_done();
    server_stop(&server);
}
END_TEST

/* An issuer that is away is a warning, not an error: nothing is wrong with the server. */
START_TEST(a_line_says_how_grave_it_is)
{
    static const char *const headers[] = {
        "X-Request-Id: r-2",
        "Authorization: Bearer "
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ."
        "eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjEiLCJhdWQiOiJ0YXNrcyIsInN1YiI6ImEi"
        "LCJuYmYiOjEsImV4cCI6NDAwMDAwMDAwMH0.AAAA",
        NULL};
    SERVER_START(&server, "--log-format", "json", "--auth", "oidc", "--oidc-audience", "tasks",
                 "--oidc-issuer", "http://127.0.0.1:1");
    ck_assert_int_eq((int)client_call(&server, "GET", "/tasks", headers, NULL)->status, 503);
    json_t *line = last_line("\"status\":503");
    ck_assert_str_eq(text_in(line, "level"), "warn");
    ck_assert_str_eq(text_in(line, "request_id"), "r-2");
    ck_assert_ptr_nonnull(
        strstr(server.said, "\"level\":\"error\",\"request_id\":\"r-2\",\"code\":\"issuer_away\""));
    json_decref(line);
    client_done();
    server_stop(&server);
}
END_TEST

/* Also what civetweb refuses by itself. */
START_TEST(what_is_no_request_is_counted_and_logged)
{
    static struct raw_reply reply;
    SERVER_START(&server, "--log-format", "json");
    int fd = raw_connect(server.port);
    ck_assert_int_eq(raw_ask(fd, "no request\r\n\r\n", &reply), 400);
    close(fd);
    const char *id = strstr(reply.text, "X-Request-Id: ");
    ck_assert_ptr_nonnull(id);
    snprintf(reply.text, sizeof reply.text, "\"%.32s\"", id + strlen("X-Request-Id: "));
    json_t *line = last_line(reply.text);
    ck_assert_int_eq(json_integer_value(json_object_get(line, "status")), 400);
    ck_assert_str_eq(text_in(line, "client"), "127.0.0.1");
    json_decref(line);
    read_page("/metrics");
    ck_assert(value(ANSWERS "method=\"OTHER\",route=\"none\",code=\"400\"}") == 1);
    client_done();
    server_stop(&server);
}
END_TEST

START_TEST(the_log_tells_of_the_pool)
{
    static const char *const members[] = {"pool_size", "pool_in_use", "pool_waits"};
    SERVER_START(&server, "--log-format", "json");
    ck_assert_int_eq(server_wait((server_signal(&server, 15), &server)), 0);
    char *start = strstr(server.said, "\"message\":\"pool\"");
    ck_assert_msg(start != NULL, "%s", server.said);
    while (start > server.said && start[-1] != '\n')
        start--;
    json_t *line = json_loads(start, JSON_DISABLE_EOF_CHECK, NULL);
    ck_assert_msg(line != NULL, "%s", start);
    for (size_t i = 0; i < 3; i++)
        ck_assert_msg(json_is_integer(json_object_get(line, members[i])), "%s", members[i]);
    json_decref(line);
}
END_TEST

START_TEST(a_line_has_figures_for_cloudwatch)
{
    json_t *figure, *name;
    size_t i, k;
    SERVER_START(&server, "--log-format", "json", "--cloudwatch", "tasks/test");
    client_get(&server, "/nothing");
    json_t *line = last_line("\"_aws\":"), *aws = json_object_get(line, "_aws");
    ck_assert_int_gt(json_integer_value(json_object_get(aws, "Timestamp")), INT64_C(1700000000000));
    const json_t *directive = json_array_get(json_object_get(aws, "CloudWatchMetrics"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(directive, "Namespace")), "tasks/test");
    json_array_foreach (json_object_get(directive, "Metrics"), i, figure) {
        const char *member = json_string_value(json_object_get(figure, "Name"));
        ck_assert_msg(json_is_number(json_object_get(line, member)), "%s", member);
    }
    ck_assert_uint_ge(i, 4);
    json_array_foreach (json_array_get(json_object_get(directive, "Dimensions"), 0), k, name)
        ck_assert(json_is_string(json_object_get(line, json_string_value(name))));
    ck_assert_uint_eq(k, 2);
    json_decref(line);
    client_done();
    server_stop(&server);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite(
        "metrics", (const TTest *[]){the_page_is_what_prometheus_reads, the_admin_address_has_it_too,
                                     an_id_goes_through_answer_and_log, a_line_tells_how_long_the_store_took,
                                     a_line_has_all_that_one_looks_for, a_line_says_how_grave_it_is,
                                     what_is_no_request_is_counted_and_logged, the_log_tells_of_the_pool,
                                     a_line_has_figures_for_cloudwatch, NULL});
    server_clean_up();
    return result;
}
