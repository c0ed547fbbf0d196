#include "cmd.h"
#include "store.h"

static const char *const examples[] = {
    "tasksctl stats",
    "tasksctl stats --json",
    NULL,
};

static const char *const notes[] = {
    "Tasks are counted over all owners, which reads the whole store.",
    NULL,
};

const cli_form cmd_stats_form = {.examples = examples, .notes = notes};

static void print(cli *c, const tasks_statistics *s)
{
    const output_fact facts[] = {
        {.key = "backend", .label = "Backend", .text = s->backend},
        {.key = "schema_version", .label = "Schema version", .number = s->schema_version},
        {.key = "owners", .label = "Owners", .number = s->owners},
        {.key = "tasks", .label = "Tasks", .number = s->tasks},
        {.key = "completed", .label = "Completed", .number = s->completed},
        {.key = "bytes", .label = "Bytes", .number = s->bytes},
    };
    output_facts(&c->out, NULL, facts, sizeof facts / sizeof *facts);
}

int cmd_stats(cli *c)
{
    tasks_statistics statistics = TASKS_STATISTICS_INIT;
    tasks_error error;
    int code = store_open(c);
    if (code)
        return code;
    if (tasks_stats(c->store, 1, &statistics, &error))
        return cli_failed(c, NULL, &error);
    print(c, &statistics);
    return EXITS_DONE;
}
