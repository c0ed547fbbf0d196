/* operation URI NAME COUNT: adds 1000 tasks to a store and then does one thing COUNT times;
 * tests/bench/budget and tests/bench/flat count the instructions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tasks.h"

enum { BATCH = 1000, STRIDE = 7919 /* all over the store, and each task once before one comes again */ };

static tasks_error error;
static int64_t tasks_there; /* before COUNT is counted */
static int64_t clock_ms = INT64_C(1800000000000);

static tasks_patch titled(void)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE;
    patch.title = "A task from the benchmark";
    return patch;
}

static tasks_status create(tasks_db *db, long turn)
{
    const tasks_patch patch = titled();
    (void)turn;
    return tasks_create(db, &patch, NULL, &error);
}

static tasks_status get(tasks_db *db, long turn)
{
    tasks_task *task = NULL;
    tasks_status status = tasks_get(db, turn * STRIDE % tasks_there + 1, &task, &error);
    tasks_task_free(task);
    return status;
}

/* The same one, which nobody changes. */
static tasks_status again(tasks_db *db, long turn)
{
    (void)turn;
    return get(db, 0);
}

static tasks_status list(tasks_db *db, long turn)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_page *page = NULL;
    tasks_text *text = NULL;
    (void)turn;
    query.limit = 50;
    tasks_status status = tasks_list(db, &query, &page, &error);
    if (!status)
        status = tasks_page_json(page, "http://127.0.0.1:5000/tasks/", &text, &error);
    tasks_text_free(text);
    tasks_page_free(page);
    return status;
}

static tasks_status apply(tasks_db *db, long turn)
{
    static tasks_op ops[BATCH];
    const tasks_patch patch = titled();
    (void)turn;
    for (int i = 0; i < BATCH; i++)
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patch};
    return tasks_apply(db, ops, BATCH, NULL, &error);
}

/* Each time another one, so many that all are there. */
static tasks_status delete (tasks_db *db, long turn)
{
    return tasks_delete(db, turn * STRIDE % tasks_there + 1, 0, NULL, &error);
}

/* One task that is made, expires and is swept. */
static tasks_status expire(tasks_db *db, long turn)
{
    tasks_patch patch = titled();
    int64_t swept;
    (void)turn;
    patch.set |= TASKS_SET_EXPIRES_AT;
    patch.expires_at_ms = clock_ms + 1;
    tasks_status status = tasks_create(db, &patch, NULL, &error);
    clock_ms += 2;
    return status ? status : tasks_sweep(db, &swept, &error);
}

static int64_t now_ms(void *context)
{
    (void)context;
    return clock_ms;
}

/* Opens the store and adds the tasks. */
static tasks_status begin(const char *uri, tasks_db **db)
{
    tasks_options options = TASKS_OPTIONS_INIT;
    tasks_statistics figures = TASKS_STATISTICS_INIT;
    options.uri = uri;
    options.now_ms = now_ms;
    tasks_status status = tasks_open(&options, db, &error);
    if (!status)
        status = apply(*db, 0);
    if (!status)
        status = tasks_stats(*db, 1, &figures, &error);
    tasks_there = figures.tasks;
    return status;
}

static const struct {
    const char *name;
    tasks_status (*run)(tasks_db *db, long turn);
} operations[] = {{"create", create}, {"get", get},       {"again", again},  {"list", list},
                  {"apply", apply},   {"delete", delete}, {"expire", expire}};

int main(int argc, char **argv)
{
    enum { COUNT = sizeof operations / sizeof *operations };
    tasks_db *db = NULL;
    int which = 0;
    while (argc == 4 && which < COUNT && strcmp(argv[2], operations[which].name) != 0)
        which++;
    if (argc != 4 || which == COUNT) {
        fputs("usage: operation URI create|get|again|list|apply|delete|expire COUNT\n", stderr);
        return EXIT_FAILURE;
    }
    tasks_status status = begin(argv[1], &db);
    for (long turn = 0, count = strtol(argv[3], NULL, 10); !status && turn < count; turn++)
        status = operations[which].run(db, turn);
    if (status)
        fprintf(stderr, "operation: %s\n", error.message);
    tasks_close(db);
    return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
