#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"

/* ---- A task in one block: the struct, the pointers to its tags, its text ---- */

typedef struct layout {
    uint32_t tag_count;
    size_t title, notes, uid, tags; /* sizes with NUL; 0 for no uid */
} layout;

static layout measure(const backend_row *row)
{
    layout l = {.title = strlen(row->task.title) + 1,
                .notes = row->task.notes ? strlen(row->task.notes) + 1 : 1,
                .uid = row->task.uid ? strlen(row->task.uid) + 1 : 0,
                .tags = row->tags ? strlen(row->tags) + 1 : 1};
    if (l.tags > 1)
        l.tag_count = 1;
    for (const char *c = row->tags; c && (c = strchr(c, ' ')); c++)
        l.tag_count++;
    return l;
}

static size_t block_size(const layout *l)
{
    return sizeof(tasks_task) + l->tag_count * sizeof(char *) + l->title + l->notes + l->uid + l->tags;
}

static char *put(char **at, const char *text, size_t size)
{
    char *start = *at;
    memcpy(start, text ? text : "", size);
    *at += size;
    return start;
}

static tasks_task *pack(void *block, const backend_row *row, const layout *l)
{
    tasks_task *task = block;
    char **tags = (char **)(task + 1);
    char *text = (char *)(tags + l->tag_count);
    *task = row->task;
    task->title = put(&text, row->task.title, l->title);
    task->notes = put(&text, row->task.notes, l->notes);
    if (l->uid)
        task->uid = put(&text, row->task.uid, l->uid);
    char *tag = put(&text, row->tags, l->tags);
    for (uint32_t i = 0; i < l->tag_count; i++) {
        tags[i] = tag;
        tag += strcspn(tag, " ");
        *tag++ = 0;
    }
    task->tags = (const char *const *)tags;
    task->tag_count = l->tag_count;
    return task;
}

/* ---- One task ---- */

static void task_restart(void *context)
{
    tasks_task **task = context;
    tasks_task_free(*task);
    *task = NULL;
}

static tasks_status task_row(void *context, const backend_row *row)
{
    layout l = measure(row);
    void *block = malloc(block_size(&l));
    if (!block)
        return TASKS_NO_MEMORY;
    task_restart(context);
    *(tasks_task **)context = pack(block, row, &l);
    return TASKS_OK;
}

backend_sink page_task_sink(tasks_task **task)
{
    *task = NULL;
    return (backend_sink){.context = task, .restart = task_restart, .row = task_row};
}

/* The tags are the last text of a block. */
size_t page_task_size(const tasks_task *task)
{
    const char *last = task->tag_count ? task->tags[task->tag_count - 1] : NULL;
    const char *before = task->uid ? task->uid : task->notes;
    const char *end = last ? last + strlen(last) + 1 : before + strlen(before) + 2;
    return (size_t)(end - (const char *)task);
}

/* What pointed into the block that was copied points to the same place of the copy. */
static void *moved(tasks_task *copy, const tasks_task *task, const void *at)
{
    return (char *)copy + ((const char *)at - (const char *)task);
}

tasks_task *page_task_copy(const tasks_task *task)
{
    size_t size = page_task_size(task);
    tasks_task *copy = malloc(size);
    if (!copy)
        return NULL;
    memcpy(copy, task, size);
    char **tags = moved(copy, task, task->tags);
    copy->title = moved(copy, task, task->title);
    copy->notes = moved(copy, task, task->notes);
    copy->uid = task->uid ? moved(copy, task, task->uid) : NULL;
    copy->tags = (const char *const *)tags;
    for (uint32_t i = 0; i < task->tag_count; i++)
        tags[i] = moved(copy, task, task->tags[i]);
    return copy;
}

void tasks_task_free(tasks_task *task)
{
    free(task);
}

/* ---- No task ---- */

static void no_restart(void *context)
{
    (void)context;
}

static tasks_status no_row(void *context, const backend_row *row)
{
    (void)context;
    (void)row;
    return TASKS_OK;
}

backend_sink page_no_sink(void)
{
    return (backend_sink){.restart = no_restart, .row = no_row};
}

/* ---- A page ---- */

tasks_page *page_new(uint32_t limit)
{
    tasks_page *page = calloc(1, sizeof *page);
    if (!page)
        return NULL;
    arena_init(&page->memory);
    page->limit = limit;
    return page;
}

static void page_restart(void *context)
{
    tasks_page *page = context;
    arena_done(&page->memory);
    page->count = 0;
    page->more = false;
}

static bool page_grow(tasks_page *page)
{
    if (page->count < page->room)
        return true;
    uint32_t room = page->room ? page->room * 2 : 16;
    tasks_task **tasks = realloc(page->tasks, room * sizeof *tasks);
    if (!tasks)
        return false;
    page->tasks = tasks;
    page->room = room;
    return true;
}

static tasks_status page_row(void *context, const backend_row *row)
{
    tasks_page *page = context;
    if (page->count == page->limit) {
        page->more = true;
        return TASKS_OK;
    }
    layout l = measure(row);
    void *block = page_grow(page) ? arena_alloc(&page->memory, block_size(&l)) : NULL;
    if (!block)
        return TASKS_NO_MEMORY;
    page->tasks[page->count++] = pack(block, row, &l);
    return TASKS_OK;
}

static tasks_status page_answer(void *context, const char **text)
{
    tasks_page *page = context;
    tasks_text_free(page->answer);
    tasks_status status = tasks_page_json(page, NULL, &page->answer, NULL);
    *text = status ? NULL : page->answer->bytes;
    return status;
}

static tasks_status page_replay(void *context, const char *text)
{
    backend_sink sink = page_sink(context);
    return answer_read(text, &sink);
}

backend_sink page_sink(tasks_page *page)
{
    return (backend_sink){.context = page,
                          .restart = page_restart,
                          .row = page_row,
                          .answer = page_answer,
                          .replay = page_replay};
}

uint32_t tasks_page_count(const tasks_page *page)
{
    return page->count;
}

const tasks_task *tasks_page_at(const tasks_page *page, uint32_t index)
{
    return index < page->count ? page->tasks[index] : NULL;
}

const char *tasks_page_cursor(const tasks_page *page)
{
    return page->cursor;
}

int64_t tasks_page_revision(const tasks_page *page)
{
    return page->revision;
}

int64_t tasks_page_expired(const tasks_page *page)
{
    return page->expired;
}

void tasks_page_free(tasks_page *page)
{
    if (!page)
        return;
    arena_done(&page->memory);
    free(page->tasks);
    free(page->cursor);
    tasks_text_free(page->answer);
    free(page);
}
