#include <stdio.h>

#include "cmd.h"

#define TEXT(number)   #number
#define EXPAND(number) TEXT(number)
#define VERSION        EXPAND(TASKS_VERSION_MAJOR) "." EXPAND(TASKS_VERSION_MINOR) "." EXPAND(TASKS_VERSION_PATCH)

static const char *const examples[] = {"tasksctl version", "tasksctl version --json", NULL};

const cli_form cmd_version_form = {.examples = examples};

int cmd_version(cli *c)
{
    char sentence[64];
    const output_fact facts[] = {
        {.key = "tasksctl", .text = VERSION},
        {.key = "libtasks", .text = tasks_version()},
    };
    snprintf(sentence, sizeof sentence, "tasksctl " VERSION " (libtasks %s)", tasks_version());
    output_facts(&c->out, sentence, facts, sizeof facts / sizeof *facts);
    return EXITS_DONE;
}
