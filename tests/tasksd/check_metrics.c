#include "metrics.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "run.h"

static const struct route routes[] = {
    {.method = HTTP_GET, .path = "/a"}, {.method = HTTP_POST, .path = "/a"}, {.path = NULL}};

static buf text;

static const char *written(struct metrics *first, struct metrics *second)
{
    buf_done(&text);
    buf_init(&text, 1 << 20);
    metrics_write((struct metrics *const[]){first, second}, 2, &text);
    ck_assert_int_eq(text.status, TASKS_OK);
    return text.bytes;
}

static void expect(const char *line)
{
    ck_assert_msg(strstr(text.bytes, line) != NULL, "no %s in %s", line, text.bytes);
}

START_TEST(counts_by_route_method_and_code)
{
    struct metrics *public = metrics_new(routes, "public"), *admin = metrics_new(routes, "admin");
    metrics_count(public, &routes[0], HTTP_GET, 200, 10);
    metrics_count(public, &routes[0], HTTP_GET, 200, 10);
    metrics_count(public, &routes[0], HTTP_HEAD, 200, 10);
    metrics_count(public, &routes[1], HTTP_POST, 422, 10);
    metrics_count(public, NULL, HTTP_OTHER, 405, 10);
    metrics_count(admin, &routes[0], HTTP_GET, 503, 10);
    metrics_count(admin, &routes[0], HTTP_GET, 0, 10);
    written(public, admin);
    expect("tasksd_http_requests_total{listener=\"public\",method=\"GET\",route=\"/a\",code=\"200\"} 2\n");
    expect("tasksd_http_requests_total{listener=\"public\",method=\"HEAD\",route=\"/a\",code=\"200\"} 1\n");
    expect("tasksd_http_requests_total{listener=\"public\",method=\"POST\",route=\"/a\",code=\"422\"} 1\n");
    expect(
        "tasksd_http_requests_total{listener=\"public\",method=\"OTHER\",route=\"none\",code=\"405\"} 1\n");
    expect("tasksd_http_requests_total{listener=\"admin\",method=\"GET\",route=\"/a\",code=\"503\"} 1\n");
    ck_assert_ptr_null(strstr(text.bytes, "code=\"0\""));
    metrics_free(public);
    metrics_free(admin);
}
END_TEST

START_TEST(buckets_hold_all_up_to_their_bound)
{
    static const struct {
        int64_t us;
        const char *in, *not_in;
    } rows[] = {{0, "0.0005", NULL},
                {500, "0.0005", NULL},
                {501, "0.001", "0.0005"},
                {10000000, "10", "5"},
                {10000001, "+Inf", "10"}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        char line[128];
        struct metrics *m = metrics_new(routes, "l");
        metrics_count(m, &routes[0], HTTP_GET, 200, rows[i].us);
        written(m, NULL);
        snprintf(line, sizeof line, "le=\"%s\"} 1\n", rows[i].in);
        expect(line);
        snprintf(line, sizeof line, "le=\"%s\"} 0\n", rows[i].not_in);
        if (rows[i].not_in)
            expect(line);
        expect("le=\"+Inf\"} 1\n");
        expect("_count{listener=\"l\",method=\"GET\",route=\"/a\"} 1\n");
        metrics_free(m);
    }
}
END_TEST

static void *count_many(void *context)
{
    for (int i = 0; i < 10000; i++)
        metrics_count(context, &routes[0], HTTP_GET, 200, 1000000);
    return NULL;
}

START_TEST(loses_none_among_threads)
{
    pthread_t threads[4];
    struct metrics *m = metrics_new(routes, "l");
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_many, m), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    written(m, NULL);
    expect("code=\"200\"} 40000\n");
    expect("_sum{listener=\"l\",method=\"GET\",route=\"/a\"} 40000\n");
    expect("_count{listener=\"l\",method=\"GET\",route=\"/a\"} 40000\n");
    metrics_free(m);
    buf_done(&text);
}
END_TEST

int main(void)
{
    return run_suite("metrics",
                     (const TTest *[]){counts_by_route_method_and_code, buckets_hold_all_up_to_their_bound,
                                       loses_none_among_threads, NULL});
}
