/* fill URI COUNT: adds tasks to a store, in batches of 1000, and says how many a second. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "row.h"
#include "tasks.h"

enum { BATCH = TASKS_LIMIT_MAX };

static struct row rows[BATCH];
static tasks_patch patches[BATCH];
static tasks_op ops[BATCH];

static int quit(const char *what, const tasks_error *error)
{
    fprintf(stderr, "fill: %s: %s\n", what, error->message);
    return EXIT_FAILURE;
}

static void make(int64_t first)
{
    for (int i = 0; i < BATCH; i++) {
        struct row *row = &rows[i];
        row_make(row, first + i);
        patches[i] = (tasks_patch)TASKS_PATCH_INIT;
        patches[i].set = TASKS_SET_TITLE | TASKS_SET_COMPLETED | TASKS_SET_PRIORITY;
        patches[i].set |= row->placed ? TASKS_SET_ORDER : 0;
        patches[i].set |= row->due ? TASKS_SET_DUE_AT : 0;
        patches[i].title = row->title;
        patches[i].completed = row->completed;
        patches[i].priority = row->priority;
        patches[i].order = row->order;
        patches[i].due_at_ms = row->due_ms;
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
