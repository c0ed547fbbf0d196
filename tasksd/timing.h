/* What the store takes: by operation for /metrics, and for the request that a thread works on. */
#ifndef TIMING_H
#define TIMING_H

#include "buf.h"
#include "tasks.h"

enum { TIMING_CALLS_MAX = 8 };

/* One call to the store. */
struct timing_call {
    const char *word, *backend; /* static */
    tasks_status status;
    int64_t began_ns, wait_ns, work_ns; /* as in tasks_timing */
};

/* The calls of one request. */
struct timing_request {
    int64_t total_ns; /* waiting and work, of all of them */
    size_t count;     /* may be above TIMING_CALLS_MAX: only the first are kept */
    struct timing_call calls[TIMING_CALLS_MAX];
};

struct timing;

struct timing *timing_new(void); /* NULL when out of memory */
void timing_free(struct timing *t);

/* A tasks_observer; `context` is the struct timing. */
void timing_observe(void *context, const tasks_timing *timing);

/* What one call took belongs to `request`. */
void timing_keep(struct timing_request *request, const tasks_timing *timing);

/* From now on what this thread asks of the store belongs to `request` too; NULL: to nobody. */
void timing_follow(struct timing_request *request);

void timing_write(const struct timing *t, buf *to);

#endif
