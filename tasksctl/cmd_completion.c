#include <string.h>

#include "cmd.h"
#include "completion.h"

static const char *const examples[] = {
    "tasksctl completion bash > ~/.local/share/bash-completion/completions/tasksctl",
    "tasksctl completion zsh > \"${fpath[1]}/_tasksctl\"",
    "tasksctl completion fish > ~/.config/fish/completions/tasksctl.fish",
    NULL,
};

const cli_form cmd_completion_form = {.examples = examples};

int cmd_completion(cli *c)
{
    for (const completion_shell *s = completion_shells; s->name; s++)
        if (strcmp(s->name, c->words[0]) == 0) {
            s->put(&c->out.sink.text, c->commands);
            return EXITS_DONE;
        }
    return cli_misused(c, "shell_unknown", "'%.60s' is no shell that is known: bash, zsh or fish",
                       c->words[0]);
}
