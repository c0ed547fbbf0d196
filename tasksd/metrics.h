/* Counts the answers of a listener by route, method and status, and how long they took. Counting is three
 * additions without a lock. */
#ifndef METRICS_H
#define METRICS_H

#include "route.h"

struct metrics;

/* `listener` is a label; both are borrowed. NULL when out of memory. */
struct metrics *metrics_new(const struct route *routes, const char *listener);
void metrics_free(struct metrics *m);

/* `route` is one of those above, or NULL if none matched. */
void metrics_count(struct metrics *m, const struct route *route, enum http_method method, int status,
                   int64_t duration_us);

/* Appends what `count` listeners have counted; those that are NULL are left out. */
void metrics_write(struct metrics *const *list, size_t count, buf *to);

#endif
