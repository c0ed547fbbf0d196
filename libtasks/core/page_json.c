/* Tasks as JSON. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fail.h"
#include "json_out.h"
#include "page.h"
#include "text.h"

enum { JSON_MAX = 1 << 28 };

static void write_url(json_out *j, const char *url_base, int64_t id)
{
    json_out_raw(j, "url", "", 0);
    buf_char(j->to, '"');
    buf_text(j->to, url_base); /* checked: nothing to escape */
    buf_int(j->to, id);
    buf_char(j->to, '"');
}

static void write_tags(json_out *j, const tasks_task *task)
{
    json_out_array(j, "tags");
    for (uint32_t i = 0; i < task->tag_count; i++)
        json_out_text(j, NULL, task->tags[i]);
    json_out_array_end(j);
}

static void write_tombstone(json_out *j, const tasks_task *task)
{
    json_out_object(j, NULL);
    json_out_int(j, "id", task->id);
    json_out_text(j, "uid", task->uid);
    json_out_bool(j, "deleted", true);
    json_out_time(j, "deleted_at", task->updated_at_ms);
    json_out_int(j, "revision", task->revision);
    json_out_object_end(j);
}

static void write_task(json_out *j, const tasks_task *task, const char *url_base)
{
    json_out_object(j, NULL);
    json_out_int(j, "id", task->id);
    json_out_text(j, "uid", task->uid);
    if (url_base)
        write_url(j, url_base, task->id);
    json_out_text(j, "title", task->title);
    json_out_text(j, "notes", task->notes);
    json_out_bool(j, "completed", task->completed);
    json_out_time(j, "completed_at", task->completed_at_ms);
    json_out_int(j, "priority", task->priority);
    json_out_double(j, "order", task->order);
    write_tags(j, task);
    json_out_time(j, "due_at", task->due_at_ms);
    json_out_time(j, "expires_at", task->expires_at_ms);
    json_out_time(j, "created_at", task->created_at_ms);
    json_out_time(j, "updated_at", task->updated_at_ms);
    json_out_int(j, "revision", task->revision);
    json_out_object_end(j);
}

static tasks_status take_text(buf *b, tasks_text **out, tasks_error *error)
{
    size_t length;
    tasks_text *text = malloc(sizeof *text);
    char *bytes = buf_take(b, &length);
    if (!text || !bytes) {
        free(text);
        free(bytes);
        return fail_memory(error);
    }
    *text = (tasks_text){length, bytes};
    *out = text;
    return TASKS_OK;
}

/* Once for all tasks of a page, so that the URL of each is copied as it is. */
static tasks_status check_url_base(const char *url_base, tasks_error *error)
{
    size_t length = url_base ? strlen(url_base) : 0;
    if (!length || (text_count(url_base, length) >= 0 && !text_has_control(url_base, length, "") &&
                    !strpbrk(url_base, "\"\\")))
        return TASKS_OK;
    return fail_field(error, "url_base", "option_malformed", "url_base holds what cannot be in a URL");
}

tasks_status tasks_task_json(const tasks_task *task, const char *url_base, tasks_text **out,
                             tasks_error *error)
{
    buf b;
    json_out j;
    *out = NULL;
    tasks_status status = check_url_base(url_base, error);
    if (status)
        return status;
    buf_init(&b, JSON_MAX);
    json_out_init(&j, &b);
    write_task(&j, task, url_base);
    return take_text(&b, out, error);
}

tasks_status tasks_page_json(const tasks_page *page, const char *url_base, tasks_text **out,
                             tasks_error *error)
{
    buf b;
    json_out j;
    *out = NULL;
    tasks_status status = check_url_base(url_base, error);
    if (status)
        return status;
    buf_init(&b, JSON_MAX);
    json_out_init(&j, &b);
    json_out_array(&j, NULL);
    for (uint32_t i = 0; i < page->count; i++) {
        if (page->tasks[i]->deleted)
            write_tombstone(&j, page->tasks[i]);
        else
            write_task(&j, page->tasks[i], url_base);
    }
    json_out_array_end(&j);
    return take_text(&b, out, error);
}

void tasks_text_free(tasks_text *text)
{
    if (!text)
        return;
    free((char *)(uintptr_t)text->bytes);
    free(text);
}
