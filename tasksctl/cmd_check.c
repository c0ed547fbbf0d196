#include "cmd.h"
#include "store.h"

static const char *const examples[] = {
    "tasksctl check",
    "tasksctl check --db sqlite:backup.db --quiet && echo sound",
    NULL,
};

const cli_form cmd_check_form = {.examples = examples};

int cmd_check(cli *c)
{
    tasks_error error;
    int code = store_open(c);
    if (code)
        return code;
    if (tasks_check(c->store, &error))
        return cli_failed(c, NULL, &error);
    output_facts(&c->out, "The store is sound", &(output_fact){.key = "check", .text = "ok"}, 1);
    return EXITS_DONE;
}
