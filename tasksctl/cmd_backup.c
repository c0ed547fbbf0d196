#include <limits.h>
#include <stdio.h>

#include "cmd.h"
#include "fail.h"
#include "interrupt.h"
#include "meter.h"
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

static tasks_status backup(cli *c, const char *path, tasks_error *error)
{
    meter m = meter_start(c, "Backing up", METER_AUTO);
    tasks_status status = tasks_backup(c->store, path, meter_show, &m, error);
    meter_end(&m);
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
