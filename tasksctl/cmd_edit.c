#include <string.h>

#include "cmd.h"
#include "fields.h"
#include "ids.h"
#include "store.h"

/* How often a change of tags starts again because somebody else changed the task meanwhile. */
enum { ATTEMPTS = 10 };

typedef struct edit_arguments {
    fields fields; /* first, as FIELDS_OPTIONS wants it */
    int64_t if_revision;
} edit_arguments;

static const option options[] = {
    OPTION("title", "TEXT", "another title", fields_title, 0),
    FIELDS_OPTIONS,
    OPTION("tag", "TAG", "set tags; +TAG adds one, -TAG removes one", fields_tag, 0),
    OPTION("clear", "FIELD", "due order expires notes tags priority uid", fields_clear, 0),
    OPTION("if-revision", "N", "only if the task is still at this revision", option_count,
           offsetof(edit_arguments, if_revision)),
    {0},
};

static const char *const examples[] = {
    "tasksctl edit 7 --title \"Buy oat milk\" --due +2d",
    "tasksctl edit 7 --tag +urgent --tag -shop",
    "tasksctl edit 7 --clear due --if-revision 41",
    NULL,
};

static const char *const notes[] = {
    "--tag may be given again. Tags without a sign replace those that the task has; +TAG and -TAG change\n"
    "what is there, and it is no failure when they change nothing. '++x' adds the tag '+x'.",
    NULL,
};

const cli_form cmd_edit_form = {.options = options,
                                .size = sizeof(edit_arguments),
                                .defaults = &(const edit_arguments){.fields = FIELDS_INIT},
                                .examples = examples,
                                .notes = notes};

static int check(const cli *c, const fields *f)
{
    uint32_t both = f->patch.set & f->cleared & ~(uint32_t)TASKS_SET_TAGS;
    if (both) {
        const char *name = fields_name(both & -both);
        return cli_misused(c, "option_value", "--%s and --clear %s exclude each other", name, name);
    }
    if (!(f->patch.set | f->cleared))
        return cli_misused(c, "argument_missing", "nothing to change: say what, e.g. --title TEXT");
    return EXITS_DONE;
}

static bool is_signed(const char *tag)
{
    return *tag == '+' || *tag == '-';
}

/* Do the tags change those that the task has, instead of replacing them? */
static bool is_relative(const fields *f)
{
    if (!f->tag_count || f->cleared & TASKS_SET_TAGS)
        return false;
    for (uint32_t i = 0; i < f->tag_count; i++)
        if (!is_signed(f->tags[i]))
            return false;
    return true;
}

typedef struct tag_list {
    const char *tags[TASKS_TAGS_MAX + FIELDS_TAGS_MAX];
    uint32_t count;
} tag_list;

static void tag_remove(tag_list *list, const char *tag)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->tags[i], tag) != 0)
            list->tags[kept++] = list->tags[i];
    list->count = kept;
}

/* `task` has the tags to start from; NULL: start from none. */
static void tags_change(tag_list *list, const tasks_task *task, const fields *f)
{
    list->count = 0;
    for (uint32_t i = 0; task && i < task->tag_count && i < TASKS_TAGS_MAX; i++)
        list->tags[list->count++] = task->tags[i];
    for (uint32_t i = 0; i < f->tag_count; i++) {
        const char *tag = f->tags[i];
        if (is_signed(tag))
            tag_remove(list, tag + 1);
        if (*tag != '-')
            list->tags[list->count++] = tag + (*tag == '+');
    }
}

static tasks_status update(cli *c, int64_t id, int64_t revision, const tasks_task *old, tasks_task **task,
                           tasks_error *error)
{
    edit_arguments *arguments = c->arguments;
    tag_list list;
    tasks_patch patch = arguments->fields.patch;
    patch.set |= arguments->fields.cleared;
    tags_change(&list, old, &arguments->fields);
    patch.tags = list.tags;
    patch.tag_count = list.count;
    return tasks_update(c->store, id, revision, &patch, task, error);
}

/* Changes the task that was read, or nothing if it has changed since. */
static tasks_status update_relative(cli *c, int64_t id, int64_t if_revision, tasks_task **task,
                                    tasks_error *error)
{
    tasks_task *old;
    tasks_status status = tasks_get(c->store, id, &old, error);
    if (!status)
        status = update(c, id, if_revision ? if_revision : old->revision, old, task, error);
    tasks_task_free(old);
    return status;
}

static tasks_status edit(cli *c, int64_t id, tasks_task **task, tasks_error *error)
{
    const edit_arguments *arguments = c->arguments;
    if (!is_relative(&arguments->fields))
        return update(c, id, arguments->if_revision, NULL, task, error);
    tasks_status status = TASKS_CONFLICT;
    for (int i = 0; i < ATTEMPTS && status == TASKS_CONFLICT; i++) {
        status = update_relative(c, id, arguments->if_revision, task, error);
        if (arguments->if_revision || strcmp(error->code, "revision_mismatch") != 0)
            break;
    }
    return status;
}

static int run(cli *c, int64_t id)
{
    tasks_error error = {0};
    tasks_task *task;
    int code = store_open(c);
    if (code)
        return code;
    if (edit(c, id, &task, &error))
        return cli_failed(c, NULL, &error);
    output_start(&c->out, OUTPUT_LINES, false, "Changed");
    output_task(&c->out, task);
    output_end(&c->out);
    tasks_task_free(task);
    return EXITS_DONE;
}

int cmd_edit(cli *c)
{
    const edit_arguments *arguments = c->arguments;
    ids i;
    int code = check(c, &arguments->fields);
    if (!code)
        code = ids_read(c, &i);
    if (code)
        return code;
    int64_t id = i.list[0];
    ids_done(&i);
    return run(c, id);
}
