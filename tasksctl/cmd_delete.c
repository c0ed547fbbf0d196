#include <stdio.h>

#include "batch.h"
#include "cmd.h"
#include "fail.h"
#include "store.h"
#include "terminal.h"

typedef struct delete_arguments {
    bool completed, yes;
} delete_arguments;

static const option options[] = {
    OPTION_FLAG("completed", "delete all completed tasks", offsetof(delete_arguments, completed)),
    OPTION_FLAG("yes", "do not ask", offsetof(delete_arguments, yes)),
    {0},
};

static const char *const examples[] = {
    "tasksctl delete 7 8",
    "tasksctl delete --completed",
    "tasksctl delete --completed --yes",
    NULL,
};

static const char *const notes[] = {
    "Several IDs are one batch: when one of them is missing, nothing is deleted. With --json, one ID gives\n"
    "the task as it was, several give an array, and --completed gives how many went.",
    "--completed asks on a terminal; without one it needs --yes.",
    NULL,
};

const cli_form cmd_delete_form = {.options = options,
                                  .size = sizeof(delete_arguments),
                                  .defaults = &(const delete_arguments){0},
                                  .examples = examples,
                                  .notes = notes};

static int clear_completed(cli *c)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_error error;
    int64_t deleted;
    char sentence[64];
    query.completed = TASKS_COMPLETED;
    int code = store_open(c);
    if (code)
        return code;
    if (tasks_clear(c->store, &query, &deleted, &error)) {
        snprintf(sentence, sizeof sentence, "after %lld tasks", (long long)deleted);
        return cli_failed(c, deleted ? sentence : NULL, &error);
    }
    snprintf(sentence, sizeof sentence, "Deleted %lld task%s", (long long)deleted, deleted == 1 ? "" : "s");
    output_facts(&c->out, sentence, &(output_fact){.key = "deleted", .number = deleted}, 1);
    return EXITS_DONE;
}

static int delete_completed(cli *c)
{
    const delete_arguments *arguments = c->arguments;
    tasks_error error;
    if (!arguments->yes && !terminal_can_ask())
        return cli_misused(c, "confirmation_missing",
                           "to delete all completed tasks without being asked: --yes");
    if (!arguments->yes && !terminal_ask("Delete all completed tasks?")) {
        fail(&error, TASKS_DENIED, "declined", "nothing was deleted");
        return cli_failed(c, NULL, &error);
    }
    return clear_completed(c);
}

int cmd_delete(cli *c)
{
    const delete_arguments *arguments = c->arguments;
    if (arguments->completed == (c->word_count > 0))
        return cli_misused(c, "argument_missing", "delete takes either IDs or --completed");
    return arguments->completed ? delete_completed(c)
                                : batch_run(c, &(tasks_op){.kind = TASKS_DELETE}, "Deleted");
}
