/* one_by_one URI SECONDS: one task after the other, each with a commit of its own; prints how many a second.
 * This is what a server that commits once for each request could reach at the most: it has no HTTP to do. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tasks.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_patch patch = TASKS_PATCH_INIT;
    tasks_error error;
    tasks_db *db = NULL;
    double limit = argc == 3 ? strtod(argv[2], NULL) : 0, start, spent;
    long count = 0;
    if (limit <= 0) {
        fputs("usage: one_by_one URI SECONDS\n", stderr);
        return EXIT_FAILURE;
    }
    options.uri = argv[1];
    patch.set = TASKS_SET_TITLE;
    patch.title = "A task from the benchmark";
    tasks_status status = tasks_open(&options, &db, &error);
    for (start = seconds(); !status && (spent = seconds() - start) < limit; count++)
        status = tasks_create(db, &patch, NULL, &error);
    if (status) {
        fprintf(stderr, "one_by_one: %s\n", error.message);
        return EXIT_FAILURE;
    }
    printf("%.0f\n", (double)count / spent);
    tasks_close(db);
    return EXIT_SUCCESS;
}
