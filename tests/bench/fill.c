/* fill URI COUNT: adds tasks to a store, in batches of 1000, and says how many a second. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tasks.h"

enum { BATCH = TASKS_LIMIT_MAX, TITLE = 40 };

static char titles[BATCH][TITLE];
static tasks_patch patches[BATCH];
static tasks_op ops[BATCH];

static int quit(const char *what, const tasks_error *error)
{
    fprintf(stderr, "fill: %s: %s\n", what, error->message);
    return EXIT_FAILURE;
}

/* Every third task has a place, every fourth is due, every second is completed. */
static void make(int64_t first)
{
    for (int i = 0; i < BATCH; i++) {
        int64_t n = first + i;
        snprintf(titles[i], TITLE, "Task number %" PRId64 " of many", n);
        patches[i] = (tasks_patch)TASKS_PATCH_INIT;
        patches[i].set = TASKS_SET_TITLE | TASKS_SET_COMPLETED | TASKS_SET_PRIORITY;
        patches[i].title = titles[i];
        patches[i].completed = (int32_t)(n % 2);
        patches[i].priority = (int32_t)(n % 10);
        if (n % 3 == 0)
            patches[i].set |= TASKS_SET_ORDER;
        patches[i].order = (double)((n * 7919) % 1000003);
        if (n % 4 == 0)
            patches[i].set |= TASKS_SET_DUE_AT;
        patches[i].due_at_ms = INT64_C(1800000000000) + (n * 104729) % 1000003 * 1000;
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patches[i]};
    }
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_error error;
    tasks_db *db;
    int64_t count = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
    if (count < 1) {
        fputs("usage: fill URI COUNT\n", stderr);
        return EXIT_FAILURE;
    }
    options.uri = argv[1];
    if (tasks_open(&options, &db, &error))
        return quit("open", &error);
    double start = seconds();
    for (int64_t done = 0; done < count; done += BATCH) {
        uint32_t size = (uint32_t)(count - done < BATCH ? count - done : BATCH);
        make(done);
        if (tasks_apply(db, ops, size, NULL, &error))
            return quit("apply", &error);
    }
    printf("%.0f\n", (double)count / (seconds() - start));
    tasks_close(db);
    return EXIT_SUCCESS;
}
