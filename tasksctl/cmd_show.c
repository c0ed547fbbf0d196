#include <stdlib.h>

#include "cmd.h"
#include "fail.h"
#include "ids.h"
#include "store.h"

static const char *const examples[] = {
    "tasksctl show 7",
    "tasksctl show 7 8 --json",
    NULL,
};

static const char *const notes[] = {
    "With --json, one ID gives an object, several give an array. When one task is missing, none is shown.",
    NULL,
};

const cli_form cmd_show_form = {.examples = examples, .notes = notes};

static int read_tasks(cli *c, const ids *i, tasks_task **tasks)
{
    tasks_error error;
    for (uint32_t n = 0; n < i->count; n++)
        if (tasks_get(c->store, i->list[n], &tasks[n], &error))
            return cli_failed(c, NULL, &error);
    return EXITS_DONE;
}

static void print_tasks(cli *c, tasks_task **tasks, uint32_t count)
{
    output_start(&c->out, OUTPUT_SHEETS, c->word_count > 1, NULL);
    for (uint32_t n = 0; n < count; n++)
        output_task(&c->out, tasks[n]);
    output_end(&c->out);
}

static int show(cli *c, const ids *i)
{
    tasks_error error;
    int code = store_open(c);
    if (code)
        return code;
    tasks_task **tasks = calloc(i->count, sizeof *tasks);
    if (!tasks) {
        fail_memory(&error);
        return cli_failed(c, NULL, &error);
    }
    code = read_tasks(c, i, tasks);
    if (!code)
        print_tasks(c, tasks, i->count);
    for (uint32_t n = 0; n < i->count; n++)
        tasks_task_free(tasks[n]);
    free(tasks);
    return code;
}

int cmd_show(cli *c)
{
    ids i;
    int code = ids_read(c, &i);
    if (!code)
        code = show(c, &i);
    ids_done(&i);
    return code;
}
