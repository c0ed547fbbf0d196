#include "help.h"

#include <stdio.h>

enum { COMMAND_WIDTH = 33, OPTION_WIDTH = 24 };

static const char *const examples[] = {
    "tasksctl add \"Buy milk\" --due tomorrow --tag shop",
    "tasksctl list --open --sort due",
    "tasksctl done 3 4",
    "tasksctl list --json | jq -r '.[].title'",
    NULL,
};

static const char *const notes[] = {
    "The store is what --db says, else the variable TASKS_DB, else the file tasks/tasks.db in\n"
    "$XDG_DATA_HOME (~/.local/share), which is made when it is missing. --db-secret, or the variable\n"
    "TASKS_DB_SECRET, is for a database: where its password is or, without --db, the whole connection.",
    "A time is RFC 3339 (2026-01-31T09:30:00Z), or a day: 2026-01-31, today, tomorrow, +3d, +2w. A day\n"
    "means its start in local time. People see local time, JSON holds UTC.",
    "Options may stand anywhere and are not abbreviated; '--' ends them. Several IDs are one batch: all of\n"
    "it is done or nothing. Results go to standard output, everything else to standard error; with --json\n"
    "errors are JSON as well. Colour needs a terminal and no NO_COLOR.",
    NULL,
};

static const struct {
    int code;
    const char *text;
} codes[] = {
#define CODE(name, number, text) {number, text},
    EXITS_MAP(CODE)
#undef CODE
};

static void put_examples(buf *to, const char *const *lines)
{
    buf_text(to, "\nExamples\n");
    for (; *lines; lines++)
        buf_print(to, "  %s\n", *lines);
}

static void put_notes(buf *to, const char *const *paragraphs)
{
    for (; paragraphs && *paragraphs; paragraphs++)
        buf_print(to, "\n%s\n", *paragraphs);
}

static void put_row(buf *to, int width, const char *name, const char *words, const char *text)
{
    size_t start = to->length;
    buf_print(to, "  %s%s%s", name, *words ? " " : "", words);
    int used = (int)(to->length - start);
    buf_print(to, "%*s%s\n", used < width ? width - used : 2, "", text);
}

static void put_options(buf *to, const char *title, const option *o)
{
    if (!o || !o->name)
        return;
    buf_print(to, "\n%s\n", title);
    for (; o->name; o++) {
        char name[64];
        snprintf(name, sizeof name, o->letter ? "--%s, -%c" : "--%s", o->name, o->letter);
        put_row(to, OPTION_WIDTH, name, o->value ? o->value : "", o->help);
    }
}

void help_overview(buf *to, const cli_command *commands)
{
    buf_text(to, "tasksctl keeps tasks, in a file of yours or in the store that --db names.\n");
    put_examples(to, examples);
    buf_text(to, "\nUsage\n  tasksctl COMMAND [options]\n\nCommands\n");
    for (const cli_command *c = commands; c->name; c++)
        put_row(to, COMMAND_WIDTH, c->name, c->words, c->help);
    put_options(to, "Options of every command", cli_options);
    put_notes(to, notes);
    buf_text(to, "\nExit codes\n");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        buf_print(to, "  %3d  %s\n", codes[i].code, codes[i].text);
}

void help_command(buf *to, const cli_command *command)
{
    buf_print(to, "%s\n", command->help);
    put_examples(to, command->form->examples);
    buf_print(to, "\nUsage\n  tasksctl %s%s%s [options]\n", command->name, *command->words ? " " : "",
              command->words);
    put_options(to, "Options", command->form->options);
    put_options(to, "Options of every command", cli_options);
    put_notes(to, command->form->notes);
}
