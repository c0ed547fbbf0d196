#include "cmd.h"
#include "help.h"

static const char *const examples[] = {"tasksctl help", "tasksctl help add", "tasksctl add --help", NULL};

const cli_form cmd_help_form = {.examples = examples};

int cmd_help(cli *c)
{
    if (!c->word_count) {
        help_overview(&c->out.sink.text, c->commands);
        return EXITS_DONE;
    }
    const cli_command *command = cli_find(c, c->words[0]);
    if (!command)
        return cli_unknown_command(c, c->words[0]);
    help_command(&c->out.sink.text, command);
    return EXITS_DONE;
}
