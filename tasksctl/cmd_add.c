#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "cmd.h"
#include "fail.h"
#include "fields.h"
#include "lines.h"
#include "store.h"

enum { KEY_SIZE = 512 }; /* too long for the library, which is to say so */

typedef struct add_arguments {
    fields fields; /* first, as FIELDS_OPTIONS wants it */
    const char *key;
} add_arguments;

static const option options[] = {
    FIELDS_OPTIONS,
    OPTION("tag", "TAG", "a tag; may be given again", fields_tag, 0),
    OPTION("key", "KEY", "add it once, however often this is run within a day", option_text,
           offsetof(add_arguments, key)),
    {0},
};

static const char *const examples[] = {
    "tasksctl add \"Buy milk\"",
    "tasksctl add \"File taxes\" --due 2026-05-31 --priority 1 --tag home --tag money",
    "tasksctl add - --tag imported --key monday < titles.txt",
    NULL,
};

static const char *const notes[] = {
    "With '-' each line of standard input is a title, and the options go for all of them. Every 1000 lines\n"
    "are one batch: when a line is wrong, nothing of its batch is added and the line is named.",
    "With --key a command whose outcome is not known can be run again: what was added with the same key in\n"
    "the last 24 hours is shown and not added again. Then it has to be the same task, or the same lines.",
    "A title that starts with a dash goes behind '--'.",
    NULL,
};

const cli_form cmd_add_form = {.options = options,
                               .size = sizeof(add_arguments),
                               .defaults = &(const add_arguments){.fields = FIELDS_INIT},
                               .examples = examples,
                               .notes = notes};

/* `key` may be NULL. */
static tasks_status apply(const cli *c, const char *key, const tasks_op *ops, uint32_t count,
                          tasks_page **page, tasks_error *error)
{
    return key ? tasks_apply_once(c->store, key, ops, count, page, NULL, error)
               : tasks_apply(c->store, ops, count, page, error);
}

static int add_one(cli *c, tasks_patch *patch)
{
    const add_arguments *arguments = c->arguments;
    const tasks_op op = {.kind = TASKS_CREATE, .patch = patch};
    tasks_error error;
    tasks_page *page;
    patch->title = c->words[0];
    patch->set |= TASKS_SET_TITLE;
    if (apply(c, arguments->key, &op, 1, &page, &error))
        return cli_failed(c, NULL, &error);
    output_start(&c->out, OUTPUT_LINES, false, "Added");
    output_page(&c->out, page);
    output_end(&c->out);
    tasks_page_free(page);
    return EXITS_DONE;
}

/* What one batch adds: the titles of some lines, and what they share. */
typedef struct titles {
    const tasks_patch *shared;
    arena texts;
    tasks_patch *patches;
    tasks_op *ops;
    uint32_t count;
    int64_t first; /* number of the first line */
} titles;

static tasks_status titles_init(titles *t, const tasks_patch *shared, tasks_error *error)
{
    *t = (titles){.shared = shared, .first = 1};
    arena_init(&t->texts);
    t->patches = calloc(TASKS_LIMIT_MAX, sizeof *t->patches);
    t->ops = calloc(TASKS_LIMIT_MAX, sizeof *t->ops);
    return t->patches && t->ops ? TASKS_OK : fail_memory(error);
}

static void titles_done(titles *t)
{
    arena_done(&t->texts);
    free(t->patches);
    free(t->ops);
}

static tasks_status titles_add(titles *t, const buf *line, tasks_error *error)
{
    tasks_patch *patch = &t->patches[t->count];
    *patch = *t->shared;
    patch->set |= TASKS_SET_TITLE;
    patch->title = arena_copy(&t->texts, line->length ? line->bytes : "", line->length);
    if (!patch->title)
        return fail_memory(error);
    t->ops[t->count++] = (tasks_op){.kind = TASKS_CREATE, .patch = patch};
    return TASKS_OK;
}

/* Reads up to 1000 lines; *more is false when that was all. */
static tasks_status titles_read(titles *t, lines *l, bool *more, tasks_error *error)
{
    tasks_status status = TASKS_OK;
    arena_done(&t->texts);
    t->count = 0;
    t->first = l->number + 1;
    *more = true;
    while (!status && *more && t->count < TASKS_LIMIT_MAX) {
        status = lines_next(l, more, error);
        if (!status && *more)
            status = titles_add(t, &l->text, error);
    }
    return status;
}

/* Each batch has a key of its own: that of the command, and the number of its first line. */
static tasks_status titles_apply(const titles *t, cli *c, tasks_error *error)
{
    const add_arguments *arguments = c->arguments;
    char key[KEY_SIZE];
    tasks_page *page;
    if (!t->count)
        return TASKS_OK;
    snprintf(key, sizeof key, "%s:%lld", arguments->key ? arguments->key : "", (long long)t->first);
    tasks_status status = apply(c, arguments->key ? key : NULL, t->ops, t->count, &page, error);
    if (status)
        return status;
    output_page(&c->out, page);
    sink_flush(&c->out.sink); /* whoever reads along must not miss what is already kept */
    tasks_page_free(page);
    return TASKS_OK;
}

/* Names the line that is wrong, and what was kept before it. */
static int lines_failed(const cli *c, const titles *t, int64_t line, const tasks_error *error)
{
    char where[96];
    int length = snprintf(where, sizeof where, "line %lld", (long long)line);
    if (t->first > 1)
        snprintf(where + length, sizeof where - (size_t)length, " (lines 1 to %lld were added)",
                 (long long)t->first - 1);
    return cli_failed(c, where, error);
}

static int add_batches(cli *c, titles *t, lines *l)
{
    tasks_error error;
    bool more = true;
    while (more && !c->out.sink.error) {
        if (titles_read(t, l, &more, &error))
            return lines_failed(c, t, l->number, &error);
        if (titles_apply(t, c, &error))
            return lines_failed(c, t, t->first + (error.op_index < 0 ? 0 : error.op_index), &error);
    }
    return EXITS_DONE;
}

static int add_lines(cli *c, const tasks_patch *shared)
{
    titles t;
    lines l;
    tasks_error error;
    lines_init(&l, stdin);
    output_start(&c->out, OUTPUT_LINES, true, "Added");
    int code = titles_init(&t, shared, &error) ? cli_failed(c, NULL, &error) : add_batches(c, &t, &l);
    if (!code || c->out.count)
        output_end(&c->out);
    titles_done(&t);
    lines_done(&l);
    return code;
}

int cmd_add(cli *c)
{
    fields *f = &((add_arguments *)c->arguments)->fields;
    bool from_input = strcmp(c->words[0], "-") == 0;
    if (from_input && f->patch.uid)
        return cli_misused(c, "option_value", "--uid is for one task, not for all lines");
    f->patch.tags = f->tags;
    f->patch.tag_count = f->tag_count;
    int code = store_open(c);
    if (code)
        return code;
    return from_input ? add_lines(c, &f->patch) : add_one(c, &f->patch);
}
