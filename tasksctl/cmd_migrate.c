#include <stdio.h>

#include "cmd.h"
#include "fail.h"
#include "samples.h"
#include "store.h"

typedef struct migrate_arguments {
    bool dry_run, seed;
} migrate_arguments;

static const option options[] = {
    OPTION_FLAG("dry-run", "say what would be done, touch nothing", offsetof(migrate_arguments, dry_run)),
    OPTION_FLAG("seed", "then add some tasks to try things out, if there are none",
                offsetof(migrate_arguments, seed)),
    {0},
};

static const char *const examples[] = {
    "tasksctl migrate --dry-run",
    "tasksctl migrate --db sqlite:/var/lib/tasks/tasks.db",
    "tasksctl migrate --seed",
    NULL,
};

static const char *const notes[] = {
    "A SQLite store migrates by itself when it is opened; this does it ahead of time.",
    NULL,
};

const cli_form cmd_migrate_form = {.options = options,
                                   .size = sizeof(migrate_arguments),
                                   .defaults = &(const migrate_arguments){0},
                                   .examples = examples,
                                   .notes = notes};

static void print(cli *c, const tasks_migration *m, bool dry_run, bool seeded)
{
    char sentence[96];
    const output_fact facts[] = {
        {.key = "from", .number = m->from},
        {.key = "to", .number = m->to},
        {.key = "seeded", .number = seeded},
    };
    if (m->from == m->to)
        snprintf(sentence, sizeof sentence, "The schema is up to date: version %d", m->to);
    else
        snprintf(sentence, sizeof sentence, "The schema %s from version %d to %d",
                 dry_run ? "would go" : "went", m->from, m->to);
    output_facts(&c->out, sentence, facts, sizeof facts / sizeof *facts);
}

static int seed(cli *c, bool *seeded)
{
    tasks_error error;
    int code = store_open(c);
    if (!code && samples_add(c->store, seeded, &error))
        code = cli_failed(c, NULL, &error);
    return code;
}

int cmd_migrate(cli *c)
{
    const migrate_arguments *arguments = c->arguments;
    tasks_migration migration;
    tasks_error error;
    if (c->owner) {
        fail(&error, TASKS_DENIED, "owner_bound", "a migration is for the whole store: leave --owner out");
        return cli_failed(c, NULL, &error);
    }
    int code = store_locate(c, !arguments->dry_run);
    if (code)
        return code;
    tasks_options store = store_options(c);
    if (tasks_migrate(&store, arguments->dry_run, &migration, &error))
        return store_refused(c, &error);
    bool seeded = false;
    if (arguments->seed && !arguments->dry_run)
        code = seed(c, &seeded);
    if (code)
        return code;
    print(c, &migration, arguments->dry_run, seeded);
    return EXITS_DONE;
}
