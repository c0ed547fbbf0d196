#include "metrics.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "prom.h"

enum { STATUS_MIN = 100, STATUS_COUNT = 500, METHODS = HTTP_OTHER + 1, LABELS_MAX = 256 };

static const struct {
    int64_t us;
    const char *label; /* the same in seconds */
} bounds[] = {
    {500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"}, {INT64_MAX, "+Inf"},
};

enum { BOUNDS = sizeof bounds / sizeof *bounds };

typedef atomic_uint_fast64_t counter;

/* Of one route and method. */
struct series {
    counter answers[STATUS_COUNT];
    counter durations[BOUNDS]; /* each only those that are not in the one before */
    counter total_us;
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

static void add(counter *c, uint64_t amount)
{
    atomic_fetch_add_explicit(c, amount, memory_order_relaxed);
}

static uint64_t get(const counter *c)
{
    return atomic_load_explicit(c, memory_order_relaxed);
}

void metrics_count(struct metrics *m, const struct route *route, enum http_method method, int status,
                   int64_t duration_us)
{
    size_t bound = 0, index = route ? (size_t)(route - m->routes) : m->route_count;
    struct series *series = &m->series[index * METHODS + method];
    if (status < STATUS_MIN || status >= STATUS_MIN + STATUS_COUNT)
        return;
    while (duration_us > bounds[bound].us)
        bound++;
    add(&series->answers[status - STATUS_MIN], 1);
    add(&series->durations[bound], 1);
    add(&series->total_us, (uint64_t)duration_us);
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
    char all[LABELS_MAX];
    uint64_t count = 0;
    for (int i = 0; i < BOUNDS; i++) {
        count += get(&series->durations[i]);
        snprintf(all, sizeof all, "%s,le=\"%s\"", labels, bounds[i].label);
        prom_sample(to, "tasksd_http_request_duration_seconds_bucket", all, (double)count);
    }
    prom_sample(to, "tasksd_http_request_duration_seconds_sum", labels, (double)get(&series->total_us) / 1e6);
    prom_sample(to, "tasksd_http_request_duration_seconds_count", labels, (double)count);
}

static bool is_used(const struct series *series)
{
    for (int i = 0; i < BOUNDS; i++)
        if (get(&series->durations[i]))
            return true;
    return false;
}

static void write_listener(const struct metrics *m, write_series *write, buf *to)
{
    char labels[LABELS_MAX / 2];
    for (size_t i = 0; i < (m->route_count + 1) * METHODS; i++) {
        if (!is_used(&m->series[i]))
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
