#include <string.h>

#include "cells.h"
#include "cmd.h"
#include "json_out.h"
#include "store.h"

static const char *const examples[] = {
    "tasksctl secret check aws:prod/tasks-db",
    "tasksctl secret check file:/run/credentials/tasksd.service/db",
    "tasksctl secret check 'aws:prod/tasks-db#password' --quiet && echo readable",
    NULL,
};

static const char *const notes[] = {
    "A reference is env:NAME, file:PATH or aws:NAME-OR-ARN, with #KEY for a member of a JSON object.\n"
    "Said are where it was found, who was allowed to read it, and the names of what is in it; never a value.",
    "AWS is asked with the credentials of the environment, the container, a web identity or the instance,\n"
    "in this order. Those of a profile of the AWS command line are put into the environment by\n"
    "eval \"$(aws configure export-credentials --format env)\"",
    NULL,
};

const cli_form cmd_secret_form = {.examples = examples, .notes = notes};

static const char *holds(const tasks_secret *found)
{
    static const char *const words[] = {[TASKS_SECRET_TEXT] = "text",
                                        [TASKS_SECRET_LOGIN] = "login",
                                        [TASKS_SECRET_CONNECTION] = "connection",
                                        [TASKS_SECRET_OTHER] = "other"};
    bool known = found->holds >= 0 && (size_t)found->holds < sizeof words / sizeof *words;
    return known ? words[found->holds] : "other";
}

static void put_json(cli *c, const char *reference, const tasks_secret *found)
{
    json_out json;
    json_out_init(&json, &c->out.sink.text);
    json_out_object(&json, NULL);
    json_out_text(&json, "secret", reference);
    json_out_text(&json, "provider", found->provider);
    json_out_text(&json, "origin", found->origin);
    json_out_text(&json, "holds", holds(found));
    json_out_array(&json, "keys");
    for (uint32_t i = 0; i < found->key_count; i++)
        json_out_text(&json, NULL, found->keys[i]);
    json_out_array_end(&json);
    json_out_object_end(&json);
    buf_char(&c->out.sink.text, '\n');
}

static void put_lines(cli *c, const tasks_secret *found)
{
    buf *to = &c->out.sink.text;
    buf_text(to, "Readable from ");
    cells_put(to, found->origin, CELLS_ALL);
    buf_print(to, "\nIt holds: %s", holds(found));
    for (uint32_t i = 0; i < found->key_count; i++) {
        buf_text(to, i ? ", " : " (");
        cells_put(to, found->keys[i], CELLS_ALL);
    }
    buf_text(to, found->key_count ? ")\n" : "\n");
}

int cmd_secret(cli *c)
{
    tasks_error error;
    tasks_secret *found;
    tasks_options options = TASKS_OPTIONS_INIT;
    if (strcmp(c->words[0], "check") != 0)
        return cli_misused(c, "action_unknown", "'%.60s' is not check", c->words[0]);
    options.password_ref = c->words[1];
    if (tasks_secret_check(&options, &found, &error))
        return store_refused(c, &error);
    if (c->format == OUTPUT_JSON)
        put_json(c, c->words[1], found);
    else if (c->format == OUTPUT_HUMAN)
        put_lines(c, found);
    tasks_secret_free(found);
    return EXITS_DONE;
}
