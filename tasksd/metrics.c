#include "metrics.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "histogram.h"
#include "prom.h"

enum { STATUS_MIN = 100, STATUS_COUNT = 500, METHODS = HTTP_OTHER + 1, LABELS_MAX = 256 };

typedef atomic_uint_fast64_t counter;

/* Of one route and method. */
struct series {
    counter answers[STATUS_COUNT];
    struct histogram durations;
};

struct metrics {
    const struct route *routes;
    const char *listener;
    size_t route_count;
    struct series series[]; /* by route and method; at the end those without a route */
};

struct metrics *metrics_new(const struct route *routes, const char *listener)
{
    size_t count = 0;
    while (routes[count].path)
        count++;
    struct metrics *m = calloc(1, sizeof *m + (count + 1) * METHODS * sizeof *m->series);
    if (!m)
        return NULL;
    m->routes = routes;
    m->listener = listener;
    m->route_count = count;
    return m;
}

void metrics_free(struct metrics *m)
{
    free(m);
}

static uint64_t get(const counter *c)
{
    return atomic_load_explicit(c, memory_order_relaxed);
}

void metrics_count(struct metrics *m, const struct route *route, enum http_method method, int status,
                   int64_t duration_us)
{
    size_t index = route ? (size_t)(route - m->routes) : m->route_count;
    struct series *series = &m->series[index * METHODS + method];
    if (status < STATUS_MIN || status >= STATUS_MIN + STATUS_COUNT)
        return;
    atomic_fetch_add_explicit(&series->answers[status - STATUS_MIN], 1, memory_order_relaxed);
    histogram_add(&series->durations, duration_us);
}

/* ---- Writing ------------------------------------------------------------------------------------ */

typedef void write_series(const struct series *series, const char *labels, buf *to);

static void write_answers(const struct series *series, const char *labels, buf *to)
{
    char all[LABELS_MAX];
    for (int i = 0; i < STATUS_COUNT; i++) {
        uint64_t count = get(&series->answers[i]);
        if (count == 0)
            continue;
        snprintf(all, sizeof all, "%s,code=\"%d\"", labels, STATUS_MIN + i);
        prom_sample(to, "tasksd_http_requests_total", all, (double)count);
    }
}

static void write_durations(const struct series *series, const char *labels, buf *to)
{
    histogram_write(&series->durations, "tasksd_http_request_duration_seconds", labels, to);
}

static void write_listener(const struct metrics *m, write_series *write, buf *to)
{
    char labels[LABELS_MAX / 2];
    for (size_t i = 0; i < (m->route_count + 1) * METHODS; i++) {
        if (histogram_is_empty(&m->series[i].durations))
            continue;
        const char *path = m->routes[i / METHODS].path;
        snprintf(labels, sizeof labels, "listener=\"%s\",method=\"%s\",route=\"%s\"", m->listener,
                 http_method_name((enum http_method)(i % METHODS)), path ? path : "none");
        write(&m->series[i], labels, to);
    }
}

void metrics_write(struct metrics *const *list, size_t count, buf *to)
{
    prom_family(to, "tasksd_http_requests_total", "counter", "Requests answered.");
    for (size_t i = 0; i < count; i++)
        if (list[i])
            write_listener(list[i], write_answers, to);
    prom_family(to, "tasksd_http_request_duration_seconds", "histogram",
                "Time from the head of a request to the end of its answer.");
    for (size_t i = 0; i < count; i++)
        if (list[i])
            write_listener(list[i], write_durations, to);
}
