#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "fail.h"
#include "interrupt.h"
#include "meter.h"
#include "store.h"

typedef struct copy_arguments {
    const char *from_secret, *to_secret;
    bool dry_run;
    int progress;
} copy_arguments;

static const char *read_progress(const option *o, const char *text, void *arguments)
{
    (void)o;
    copy_arguments *a = arguments;
    if (strcmp(text, "auto") != 0 && strcmp(text, "json") != 0)
        return "auto or json";
    a->progress = *text == 'j' ? METER_JSON : METER_AUTO;
    return NULL;
}

static const option options[] = {
    OPTION_FLAG("dry-run", "say what would be done, touch nothing", offsetof(copy_arguments, dry_run)),
    OPTION("progress", "FORM", "auto (a bar on a terminal) or json (lines on standard error)", read_progress,
           0),
    OPTION("from-secret", "REF", "where the password for FROM is", option_text,
           offsetof(copy_arguments, from_secret)),
    OPTION("to-secret", "REF", "where the password for TO is", option_text,
           offsetof(copy_arguments, to_secret)),
    {0},
};

static const char *const examples[] = {
    "tasksctl copy sqlite:tasks.db postgresql://db.example/tasks --dry-run",
    "tasksctl copy sqlite:tasks.db postgresql://tasks@db.example/tasks --to-secret file:password",
    NULL,
};

static const char *const notes[] = {
    "Ids, revisions, deletions, tokens and idempotency keys are kept. FROM is only read, and others may go\n"
    "on working with it; what they change after the start is not copied.",
    "TO must be empty. It does not open until all of it has been compared with FROM. When a copy was cut\n"
    "off, run the same command again: it goes on where it was.",
    NULL,
};

const cli_form cmd_copy_form = {.options = options,
                                .size = sizeof(copy_arguments),
                                .defaults = &(const copy_arguments){.progress = METER_AUTO},
                                .examples = examples,
                                .notes = notes};

static tasks_options end_of(const char *uri, const char *secret)
{
    tasks_options end = TASKS_OPTIONS_INIT;
    end.uri = uri;
    end.password_ref = secret;
    return end;
}

static tasks_status copy(const cli *c, tasks_copied *out, tasks_error *error)
{
    const copy_arguments *a = c->arguments;
    tasks_options from = end_of(c->words[0], a->from_secret), to = end_of(c->words[1], a->to_secret);
    meter m = meter_start(c, "Copying", a->progress);
    tasks_status status = tasks_copy(&from, &to, a->dry_run, meter_show, &m, out, error);
    meter_end(&m);
    return status;
}

static void print(cli *c, const tasks_copied *copied, bool dry_run)
{
    char sentence[160];
    const output_fact facts[] = {
        {.key = "owners", .number = copied->owners},         {.key = "tasks", .number = copied->tasks},
        {.key = "tombstones", .number = copied->tombstones}, {.key = "tokens", .number = copied->tokens},
        {.key = "records", .number = copied->records},       {.key = "copied", .number = copied->copied},
    };
    snprintf(sentence, sizeof sentence,
             "%s %" PRId64 " of %" PRId64 " records: tasks %" PRId64 ", owners %" PRId64,
             dry_run ? "Would copy" : "Copied", copied->copied, copied->records, copied->tasks,
             copied->owners);
    output_facts(&c->out, sentence, facts, sizeof facts / sizeof *facts);
}

static int failed(const cli *c, tasks_error *error)
{
    int interrupted = interrupt_exit_code();
    bool misused = error->status == TASKS_INVALID || strcmp(error->code, "backend_unknown") == 0;
    if (interrupted)
        fail(error, TASKS_TIMEOUT, "interrupted", "interrupted; run the same command again to go on");
    int code = cli_failed(c, NULL, error);
    return interrupted ? interrupted : misused ? EXITS_USAGE : code;
}

int cmd_copy(cli *c)
{
    const copy_arguments *a = c->arguments;
    tasks_copied copied = TASKS_COPIED_INIT;
    tasks_error error;
    if (c->db || c->secret)
        return cli_misused(c, "store_named_twice",
                           "FROM and TO name the stores: leave --db and --db-secret out");
    if (c->owner) {
        fail(&error, TASKS_DENIED, "owner_bound", "a copy is of the whole store: leave --owner out");
        return cli_failed(c, NULL, &error);
    }
    if (copy(c, &copied, &error))
        return failed(c, &error);
    print(c, &copied, a->dry_run);
    return EXITS_DONE;
}
