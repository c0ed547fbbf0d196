#include "timing.h"

#include <stdio.h>
#include <stdlib.h>

#include "histogram.h"
#include "prom.h"

#define COUNT_ONE(name, number, word) +1
enum { OPERATIONS = TASKS_OPERATION_MAP(COUNT_ONE) };

#define WORD(name, number, word) [number] = word,
static const char *const words[OPERATIONS] = {TASKS_OPERATION_MAP(WORD)};

struct timing {
    _Atomic(const char *) backend; /* NULL before the first call */
    struct histogram work[OPERATIONS];
};

static _Thread_local struct timing_request *followed;

struct timing *timing_new(void)
{
    return calloc(1, sizeof(struct timing));
}

void timing_free(struct timing *t)
{
    free(t);
}

void timing_follow(struct timing_request *request)
{
    followed = request;
}

void timing_keep(struct timing_request *request, const tasks_timing *from)
{
    request->total_ns += from->wait_ns + from->work_ns;
    if (request->count < TIMING_CALLS_MAX)
        request->calls[request->count] = (struct timing_call){.word = from->word,
                                                              .backend = from->backend,
                                                              .status = from->status,
                                                              .began_ns = from->began_ns,
                                                              .wait_ns = from->wait_ns,
                                                              .work_ns = from->work_ns};
    request->count++;
}

void timing_observe(void *context, const tasks_timing *timing)
{
    struct timing *t = context;
    atomic_store_explicit(&t->backend, timing->backend, memory_order_relaxed);
    if (timing->operation >= 0 && timing->operation < OPERATIONS && timing->work_ns)
        histogram_add(&t->work[timing->operation], timing->work_ns / 1000);
    if (followed)
        timing_keep(followed, timing);
}

void timing_write(const struct timing *t, buf *to)
{
    static const char name[] = "tasksd_store_query_duration_seconds";
    const char *backend = atomic_load_explicit(&t->backend, memory_order_relaxed);
    char labels[96];
    prom_family(to, name, "histogram", "Time that the store worked for a call, the wait before it left out.");
    for (int i = 0; i < OPERATIONS; i++) {
        if (histogram_is_empty(&t->work[i]))
            continue;
        snprintf(labels, sizeof labels, "operation=\"%s\",backend=\"%s\"", words[i], backend);
        histogram_write(&t->work[i], name, labels, to);
    }
}
