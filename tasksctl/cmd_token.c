#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "cmd.h"
#include "ids.h"
#include "json_out.h"
#include "store.h"
#include "timestamp.h"
#include "when.h"

typedef struct token_arguments {
    bool read_only;
    int64_t expires_at_ms; /* or TASKS_NO_TIME */
} token_arguments;

static const char *read_expires(const option *o, const char *text, void *arguments)
{
    (void)o;
    int64_t *expires_at_ms = &((token_arguments *)arguments)->expires_at_ms;
    return when_read(text, timestamp_now(), expires_at_ms) ? NULL : WHEN_WANTED;
}

static const option options[] = {
    OPTION_FLAG("read-only", "create: its holder may change nothing", offsetof(token_arguments, read_only)),
    OPTION("expires", "WHEN", "create: when it stops to work", read_expires, 0),
    {0},
};

static const char *const examples[] = {
    "tasksctl token create --owner alice",
    "tasksctl token create --owner alice --read-only --expires +4w --quiet > token",
    "tasksctl token list",
    "tasksctl token revoke 3",
    NULL,
};

static const char *const notes[] = {
    "A token lets who holds it in to a server that runs with --auth token, as its owner (the default one\n"
    "without --owner). It is shown when it is made and never again: the store keeps only a hash of it. With\n"
    "--quiet nothing but the token is printed.",
    "A running server may go on to take a revoked token for five seconds.",
    NULL,
};

const cli_form cmd_token_form = {.options = options,
                                 .size = sizeof(token_arguments),
                                 .defaults = &(const token_arguments){.expires_at_ms = TASKS_NO_TIME},
                                 .examples = examples,
                                 .notes = notes};

/* ---- Showing ---- */

/* `text` is NULL for a token that is not new; when a new one was made is the store's to know. */
static void put_json(cli *c, const tasks_token *token, const char *text)
{
    json_out json;
    json_out_init(&json, &c->out.sink.text);
    json_out_object(&json, NULL);
    json_out_int(&json, "id", token->id);
    json_out_text(&json, "owner", token->owner);
    json_out_bool(&json, "read_only", token->read_only);
    json_out_time(&json, "expires_at", token->expires_at_ms);
    if (text)
        json_out_text(&json, "token", text);
    else
        json_out_time(&json, "created_at", token->created_at_ms);
    json_out_object_end(&json);
}

static void put_row(cli *c, const tasks_token *token)
{
    char created[WHEN_SIZE], expires[WHEN_SIZE];
    buf *to = &c->out.sink.text;
    when_write(token->created_at_ms, created);
    when_write(token->expires_at_ms, expires);
    buf_print(to, "%-6lld  %-6s  %-16s  %-16s  ", (long long)token->id, token->read_only ? "read" : "write",
              created, expires);
    cells_put(to, *token->owner ? token->owner : "(default)", CELLS_ALL);
    buf_char(to, '\n');
}

static void put_new(cli *c, const tasks_token *token, const char *text)
{
    buf *to = &c->out.sink.text;
    if (c->format == OUTPUT_JSON)
        put_json(c, token, text);
    else if (c->format == OUTPUT_HUMAN)
        buf_print(to, "Token %lld, which is not shown again:\n%s", (long long)token->id, text);
    else
        buf_text(to, text);
    buf_char(to, '\n');
}

static void put_listed(cli *c, const tasks_token *token)
{
    buf *to = &c->out.sink.text;
    bool first = c->out.count++ == 0;
    if (c->format == OUTPUT_QUIET)
        buf_print(to, "%lld\n", (long long)token->id);
    if (c->format == OUTPUT_JSON) {
        buf_char(to, first ? '[' : ',');
        put_json(c, token, NULL);
    }
    if (c->format != OUTPUT_HUMAN)
        return;
    if (first)
        buf_text(to, "ID      ACCESS  CREATED           EXPIRES           OWNER\n");
    put_row(c, token);
}

/* ---- Doing ---- */

static int create(cli *c)
{
    const token_arguments *arguments = c->arguments;
    char text[TASKS_TOKEN_SIZE];
    tasks_error error;
    tasks_token token = {.owner = c->owner ? c->owner : "",
                         .read_only = arguments->read_only,
                         .expires_at_ms = arguments->expires_at_ms};
    if (tasks_token_create(c->store, token.owner, token.read_only, token.expires_at_ms, text, &token.id,
                           &error))
        return cli_failed(c, NULL, &error);
    put_new(c, &token, text);
    explicit_bzero(text, sizeof text);
    return EXITS_DONE;
}

static int list(cli *c)
{
    tasks_error error;
    tasks_token *token;
    tasks_status status;
    int64_t last = 0;
    while (!(status = tasks_token_next(c->store, last, &token, &error))) {
        last = token->id;
        if (!c->owner || strcmp(c->owner, token->owner) == 0)
            put_listed(c, token);
        tasks_token_free(token);
        sink_flow(&c->out.sink);
    }
    if (status != TASKS_NOT_FOUND)
        return cli_failed(c, NULL, &error);
    if (c->format == OUTPUT_JSON)
        buf_text(&c->out.sink.text, c->out.count ? "]\n" : "[]\n");
    return EXITS_DONE;
}

static int revoke(cli *c)
{
    tasks_error error;
    int64_t id;
    int code = ids_read_one(c, c->words[1], &id);
    if (code)
        return code;
    if (tasks_token_revoke(c->store, id, &error))
        return cli_failed(c, NULL, &error);
    const output_fact fact = {.key = "id", .label = "ID", .number = id};
    char sentence[64];
    snprintf(sentence, sizeof sentence, "Revoked token %lld", (long long)id);
    output_facts(&c->out, sentence, &fact, 1);
    return EXITS_DONE;
}

static const struct action {
    const char *name;
    int (*run)(cli *c);
    size_t words;
    bool takes_options, takes_owner;
} actions[] = {
    {"create", create, 1, true, true},
    {"list", list, 1, false, true},
    {"revoke", revoke, 2, false, false},
};

static const struct action *find(const char *name)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].name, name) == 0)
            return &actions[i];
    return NULL;
}

static int check(const cli *c, const struct action *action)
{
    const token_arguments *arguments = c->arguments;
    if (!action)
        return cli_misused(c, "action_unknown", "'%.60s' is neither create nor list nor revoke", c->words[0]);
    if (c->word_count < action->words)
        return cli_misused(c, "argument_missing", "which token? 'tasksctl token list' shows their IDs");
    if (c->word_count > action->words)
        return cli_misused(c, "argument_extra", "'%.60s' is too much; see tasksctl help token",
                           c->words[action->words]);
    if (!action->takes_options && (arguments->read_only || arguments->expires_at_ms != TASKS_NO_TIME))
        return cli_misused(c, "option_unused", "--read-only and --expires are for create");
    if (!action->takes_owner && c->owner)
        return cli_misused(c, "option_unused",
                           "--owner is for create and list: an ID says whose token it is");
    return EXITS_DONE;
}

int cmd_token(cli *c)
{
    const struct action *action = find(c->words[0]);
    int code = check(c, action);
    if (!code)
        code = store_open_whole(c);
    return code ? code : action->run(c);
}
