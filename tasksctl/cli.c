#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "help.h"
#include "report.h"
#include "suggest.h"
#include "terminal.h"

static const char *read_color(const option *o, const char *text, void *arguments)
{
    static const char *const modes[] = {
        [TERMINAL_COLOR_AUTO] = "auto", [TERMINAL_COLOR_ALWAYS] = "always", [TERMINAL_COLOR_NEVER] = "never"};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(text, modes[i]) == 0) {
            *(int *)((char *)arguments + o->at) = (int)i;
            return NULL;
        }
    return "auto, always or never";
}

const option cli_options[] = {
    OPTION("db", "URI", "the store, e.g. sqlite:tasks.db", option_text, offsetof(cli, db)),
    OPTION("db-secret", "REF", "where its password is, e.g. aws:prod/tasks-db", option_text,
           offsetof(cli, secret)),
    OPTION("owner", "NAME", "act on the tasks of this owner", option_text, offsetof(cli, owner)),
    OPTION_CONSTANT("json", "print one JSON document", offsetof(cli, format), OUTPUT_JSON),
    OPTION_CONSTANT("quiet", "print bare IDs, or nothing", offsetof(cli, format), OUTPUT_QUIET),
    OPTION("color", "WHEN", "auto, always or never", read_color, offsetof(cli, color)),
    OPTION_CONSTANT("no-color", "the same as --color=never", offsetof(cli, color), TERMINAL_COLOR_NEVER),
    {"help", NULL, "explain the command", option_flag, offsetof(cli, help), 0, 'h'},
    OPTION_FLAG("version", "print the version", offsetof(cli, version)),
    {0},
};

int cli_failed(const cli *c, const char *where, const tasks_error *error)
{
    report(c->format, where, error);
    return exits_of(error->status);
}

int cli_misused(const cli *c, const char *code, const char *format, ...)
{
    char message[256];
    tasks_error error;
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    fail(&error, TASKS_INVALID, code, "%s", message);
    report(c->format, NULL, &error);
    return EXITS_USAGE;
}

const cli_command *cli_find(const cli *c, const char *name)
{
    for (const cli_command *command = c->commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

int cli_unknown_command(const cli *c, const char *name)
{
    suggest s;
    suggest_init(&s, name);
    for (const cli_command *command = c->commands; command->name; command++)
        suggest_offer(&s, command->name);
    if (s.best)
        return cli_misused(c, "command_unknown", "unknown command '%.60s'; did you mean %s?", name, s.best);
    return cli_misused(c, "command_unknown", "unknown command '%.60s'; 'tasksctl help' lists them", name);
}

static int check_words(const cli *c)
{
    const cli_command *command = c->command;
    if (c->word_count < command->min)
        return cli_misused(c, "argument_missing", "something is missing; it goes: tasksctl %s %s",
                           command->name, command->words);
    if (c->word_count > command->max)
        return cli_misused(c, "argument_extra", "'%.60s' is too much; it goes: tasksctl %s%s%s",
                           c->words[command->max], command->name, *command->words ? " " : "", command->words);
    return EXITS_DONE;
}

static int take_arguments(cli *c)
{
    const cli_form *form = c->command->form;
    tasks_error error;
    c->arguments = malloc(form->size + 1);
    if (!c->arguments) {
        fail_memory(&error);
        return cli_failed(c, NULL, &error);
    }
    if (form->size)
        memcpy(c->arguments, form->defaults, form->size);
    return EXITS_DONE;
}

static int run_command(cli *c, option_parser *p, bool named)
{
    int code = take_arguments(c);
    if (code)
        return code;
    p->sets[0] = (option_set){c->command->form->options, c->arguments};
    option_parse_rest(p);
    c->words = p->words + named;
    c->word_count = p->word_count - named;
    if (p->error->status)
        return cli_misused(c, p->error->code, "%s", p->error->message);
    output_init(&c->out, STDOUT_FILENO, c->format, c->color);
    if (c->help && named) {
        help_command(&c->out.sink.text, c->command);
        return EXITS_DONE;
    }
    if (c->version)
        return cli_find(c, "version")->run(c);
    code = check_words(c);
    return code ? code : c->command->run(c);
}

static int no_command(const cli *c)
{
    if (c->format != OUTPUT_HUMAN)
        return cli_misused(c, "command_missing", "no command; 'tasksctl help' lists them");
    sink s;
    sink_init(&s, STDERR_FILENO);
    help_overview(&s.text, c->commands);
    sink_flush(&s);
    sink_done(&s);
    return EXITS_USAGE;
}

static int run(cli *c, char **argv)
{
    tasks_error error = {.status = TASKS_OK};
    option_parser p = {
        .next = argv + 1, .words = argv, .sets = {{NULL, NULL}, {cli_options, c}}, .error = &error};
    bool named = option_parse_word(&p);
    if (!named && error.status)
        return cli_misused(c, error.code, "%s", error.message);
    const char *name = named ? p.words[0] : c->version ? "version" : c->help ? "help" : NULL;
    if (!name)
        return no_command(c);
    c->command = cli_find(c, name);
    if (c->command)
        return run_command(c, &p, named);
    option_parse_rest(&p);
    return cli_unknown_command(c, name);
}

/* What was printed may be all that tells what was done: a result that cannot be written is a failure. */
static int finish_output(cli *c, int code)
{
    sink_flush(&c->out.sink);
    int number = c->out.sink.error;
    if (!number || code)
        return code;
    if (number == EPIPE)
        return EXITS_PIPE_CLOSED;
    tasks_error error;
    fail(&error, TASKS_INTERNAL, "output_failed",
         "cannot write the result: %s; what the command changed stays changed", strerror(number));
    return cli_failed(c, NULL, &error);
}

int cli_run(const cli_command *commands, char **argv)
{
    cli c = {.commands = commands};
    int code = finish_output(&c, run(&c, argv));
    tasks_close(c.store);
    output_done(&c.out);
    free(c.arguments);
    buf_done(&c.uri);
    return code;
}
