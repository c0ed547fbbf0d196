#include "batch.h"
#include "cmd.h"

static const char *const done_examples[] = {"tasksctl done 7", "tasksctl done 7 8 9", NULL};
static const char *const undone_examples[] = {"tasksctl undone 7", NULL};

static const char *const notes[] = {
    "Several IDs are one batch: when one of them is missing, nothing changes. With --json, one ID gives an\n"
    "object, several give an array.",
    NULL,
};

const cli_form cmd_done_form = {.examples = done_examples, .notes = notes};
const cli_form cmd_undone_form = {.examples = undone_examples, .notes = notes};

static int set_completed(cli *c, int32_t completed, const char *verb)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_COMPLETED;
    patch.completed = completed;
    return batch_run(c, &(tasks_op){.kind = TASKS_UPDATE, .patch = &patch}, verb);
}

int cmd_done(cli *c)
{
    return set_completed(c, 1, "Done");
}

int cmd_undone(cli *c)
{
    return set_completed(c, 0, "Reopened");
}
