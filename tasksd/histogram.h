/* Durations counted by how long they were: additions without a lock. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

enum { HISTOGRAM_BOUNDS = 15 };

struct histogram {
    atomic_uint_fast64_t counts[HISTOGRAM_BOUNDS]; /* each only those that are not in the one before */
    atomic_uint_fast64_t total_us;
};

void histogram_add(struct histogram *h, int64_t us);
bool histogram_is_empty(const struct histogram *h);

/* Appends the samples of the family `name`; `labels` as in prom_sample(). */
void histogram_write(const struct histogram *h, const char *name, const char *labels, buf *to);

#endif
