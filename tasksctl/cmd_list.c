#include <string.h>

#include "cmd.h"
#include "store.h"
#include "timestamp.h"
#include "when.h"

typedef struct list_arguments {
    tasks_query query;
    int64_t limit; /* 0: all */
} list_arguments;

/* A key, with a dash before it for the reverse order. */
static const char *read_sort(const option *o, const char *text, void *arguments)
{
    static const char *const keys[] = {[TASKS_SORT_ID] = "id",
                                       [TASKS_SORT_ORDER] = "order",
                                       [TASKS_SORT_PRIORITY] = "priority",
                                       [TASKS_SORT_DUE_AT] = "due",
                                       [TASKS_SORT_UPDATED] = "updated"};
    tasks_query *query = &((list_arguments *)arguments)->query;
    (void)o;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(text + (*text == '-'), keys[i]) == 0) {
            query->sort = (int32_t)i;
            query->descending = *text == '-';
            return NULL;
        }
    return "id, order, priority, due or updated, or one of them after a dash";
}

/* The library takes 0 for all tasks, so the millisecond at 1970 is asked for as the next one. */
static const char *read_due_before(const option *o, const char *text, void *arguments)
{
    tasks_query *query = &((list_arguments *)arguments)->query;
    (void)o;
    if (!when_read(text, timestamp_now(), &query->due_before_ms))
        return WHEN_WANTED;
    if (!query->due_before_ms)
        query->due_before_ms = 1;
    return NULL;
}

#define COMPLETED offsetof(list_arguments, query.completed)

static const option options[] = {
    OPTION_CONSTANT("all", "open and completed tasks (the default)", COMPLETED, TASKS_ANY),
    OPTION_CONSTANT("open", "only open tasks", COMPLETED, TASKS_OPEN),
    OPTION_CONSTANT("completed", "only completed tasks", COMPLETED, TASKS_COMPLETED),
    OPTION("tag", "TAG", "only tasks with this tag", option_text, offsetof(list_arguments, query.tag)),
    OPTION("text", "TEXT", "only tasks with this in title or notes", option_text,
           offsetof(list_arguments, query.text)),
    OPTION("due-before", "WHEN", "only tasks due before", read_due_before, 0),
    OPTION("sort", "KEY", "id, order, priority, due, updated; -KEY reverses", read_sort, 0),
    OPTION("limit", "N", "at most so many (default: all)", option_count, offsetof(list_arguments, limit)),
    {0},
};

static const char *const examples[] = {
    "tasksctl list --open --sort due",
    "tasksctl list --tag shop --due-before tomorrow",
    "tasksctl list --completed --sort -updated --limit 10",
    "tasksctl list --open --quiet | xargs tasksctl done",
    NULL,
};

static const char *const notes[] = {
    "On a terminal, what does not fit is cut in view; 'tasksctl show' shows all of it. Without a terminal\n"
    "nothing is cut. A list that matches nothing is empty, which is no failure.",
    NULL,
};

const cli_form cmd_list_form = {.options = options,
                                .size = sizeof(list_arguments),
                                .defaults = &(const list_arguments){.query = TASKS_QUERY_INIT},
                                .examples = examples,
                                .notes = notes};

static uint32_t page_size(int64_t left)
{
    return left < TASKS_LIMIT_MAX ? (uint32_t)left : TASKS_LIMIT_MAX;
}

/* Page by page, so that a list of any length needs the memory of one page. */
static tasks_status print_pages(cli *c, tasks_query *query, int64_t left, tasks_error *error)
{
    tasks_page *page = NULL, *next;
    tasks_status status;
    do {
        query->limit = page_size(left);
        status = tasks_list(c->store, query, &next, error);
        tasks_page_free(page); /* only now: it held the cursor */
        page = next;
        if (status)
            break;
        output_page(&c->out, page);
        left -= tasks_page_count(page);
        query->cursor = tasks_page_cursor(page);
    } while (query->cursor && left > 0 && !c->out.sink.error);
    tasks_page_free(page);
    return status;
}

int cmd_list(cli *c)
{
    list_arguments *arguments = c->arguments;
    tasks_error error;
    int code = store_open(c);
    if (code)
        return code;
    output_start(&c->out, OUTPUT_TABLE, true, NULL);
    /* JSON that breaks off stays without its end, so that nobody takes it for the whole list. */
    if (print_pages(c, &arguments->query, arguments->limit ? arguments->limit : INT64_MAX, &error))
        return cli_failed(c, NULL, &error);
    output_end(&c->out);
    return EXITS_DONE;
}
