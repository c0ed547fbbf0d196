#include "observe.h"

#include <time.h>

int32_t observe_read(const backend_read *read)
{
    static const int32_t operations[] = {
        [BACKEND_GET] = TASKS_OPERATION_GET,         [BACKEND_LIST] = TASKS_OPERATION_LIST,
        [BACKEND_CHANGES] = TASKS_OPERATION_CHANGES, [BACKEND_REVISION] = TASKS_OPERATION_REVISION,
        [BACKEND_OWNERS] = TASKS_OPERATION_OWNERS,   [BACKEND_PING] = TASKS_OPERATION_PING,
    };
    return operations[read->kind];
}

int32_t observe_write(const backend_batch *batch)
{
    static const int32_t operations[] = {
        [TASKS_CREATE] = TASKS_OPERATION_CREATE,
        [TASKS_UPDATE] = TASKS_OPERATION_UPDATE,
        [TASKS_DELETE] = TASKS_OPERATION_DELETE,
        [BACKEND_SWEEP] = TASKS_OPERATION_SWEEP,
    };
    return batch->count == 1 ? operations[batch->ops[0].kind] : TASKS_OPERATION_BATCH;
}

static const char *word(int32_t operation)
{
#define WORD(name, number, text) [number] = text,
    static const char *const words[] = {TASKS_OPERATION_MAP(WORD)};
#undef WORD
    return words[operation];
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

tasks_timing observe_timing(const observe *o, int32_t operation, const pool_request *request,
                            tasks_status status)
{
    int64_t turn_ns = request->began_ns ? request->began_ns : now_ns();
    return (tasks_timing){
        .backend = o->backend,
        .word = word(operation),
        .operation = operation,
        .status = status,
        .began_ns = request->entered_ns,
        .wait_ns = turn_ns - request->entered_ns,
        .work_ns = request->began_ns ? request->ended_ns - request->began_ns : 0,
    };
}

void observe_tell(const observe *o, const tasks_timing *timing)
{
    if (o->tell)
        o->tell(o->context, timing);
}

void observe_call(const observe *o, int32_t operation, const pool_request *request, tasks_status status)
{
    if (!o->tell)
        return;
    const tasks_timing timing = observe_timing(o, operation, request, status);
    o->tell(o->context, &timing);
}
