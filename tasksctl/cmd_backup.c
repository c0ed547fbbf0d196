#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd.h"
#include "fail.h"
#include "interrupt.h"
#include "store.h"

static const char *const examples[] = {
    "tasksctl backup tasks-2026-01-31.db",
    "tasksctl list --db sqlite:tasks-2026-01-31.db",
    NULL,
};

static const char *const notes[] = {
    "Others may go on working meanwhile. The file appears whole, or not at all; one that is there already\n"
    "is never overwritten.",
    NULL,
};

const cli_form cmd_backup_form = {.examples = examples, .notes = notes};

typedef struct meter {
    bool shown;
    int percent; /* on the screen; -1: nothing is */
} meter;

/* Also where Ctrl-C ends a backup: so that it takes its temporary file along. */
static int32_t progress(void *context, int64_t done, int64_t total)
{
    meter *m = context;
    int percent = total > 0 ? (int)(100.0 * (double)done / (double)total) : 0;
    if (m->shown && percent != m->percent)
        fprintf(stderr, "\rBacking up: %3d %%", percent);
    m->percent = percent;
    return interrupt_exit_code() != 0;
}

static tasks_status backup(cli *c, const char *path, tasks_error *error)
{
    meter m = {.shown = c->format == OUTPUT_HUMAN && isatty(STDERR_FILENO), .percent = -1};
    interrupt_defer();
    tasks_status status = tasks_backup(c->store, path, progress, &m, error);
    if (m.shown && m.percent >= 0)
        fputs("\r                  \r", stderr);
    return status;
}

static void print(cli *c, const char *path)
{
    char sentence[PATH_MAX + 32];
    snprintf(sentence, sizeof sentence, "Backed up to %s", path);
    output_facts(&c->out, sentence, &(output_fact){.key = "backup", .text = path}, 1);
}

static int failed(const cli *c, tasks_error *error)
{
    int interrupted = interrupt_exit_code();
    if (!interrupted)
        return cli_failed(c, NULL, error);
    fail(error, TASKS_TIMEOUT, "interrupted", "interrupted; no backup was written");
    cli_failed(c, NULL, error);
    return interrupted;
}

int cmd_backup(cli *c)
{
    const char *path = c->words[0];
    tasks_error error;
    int code = store_open(c);
    if (code)
        return code;
    if (backup(c, path, &error))
        return failed(c, &error);
    print(c, path);
    return EXITS_DONE;
}
