#include "histogram.h"

#include <stdio.h>

#include "prom.h"

enum { NAME_MAX_BYTES = 128, LABELS_MAX = 256 };

static const struct {
    int64_t us;
    const char *label; /* the same in seconds */
} bounds[HISTOGRAM_BOUNDS] = {
    {500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"}, {INT64_MAX, "+Inf"},
};

static uint64_t get(const atomic_uint_fast64_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

void histogram_add(struct histogram *h, int64_t us)
{
    size_t bound = 0;
    while (us > bounds[bound].us)
        bound++;
    atomic_fetch_add_explicit(&h->counts[bound], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->total_us, (uint64_t)us, memory_order_relaxed);
}

bool histogram_is_empty(const struct histogram *h)
{
    for (int i = 0; i < HISTOGRAM_BOUNDS; i++)
        if (get(&h->counts[i]))
            return false;
    return true;
}

void histogram_write(const struct histogram *h, const char *name, const char *labels, buf *to)
{
    char all[LABELS_MAX], part[NAME_MAX_BYTES];
    uint64_t count = 0;
    snprintf(part, sizeof part, "%s_bucket", name);
    for (int i = 0; i < HISTOGRAM_BOUNDS; i++) {
        count += get(&h->counts[i]);
        snprintf(all, sizeof all, "%s,le=\"%s\"", labels, bounds[i].label);
        prom_sample(to, part, all, (double)count);
    }
    snprintf(part, sizeof part, "%s_sum", name);
    prom_sample(to, part, labels, (double)get(&h->total_us) / 1e6);
    snprintf(part, sizeof part, "%s_count", name);
    prom_sample(to, part, labels, (double)count);
}
