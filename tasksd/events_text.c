#include "events_text.h"

#include "fail.h"
#include "json_out.h"

enum { COME_BACK_MS = 1000 };

static const char *kind_of(const tasks_task *task)
{
    if (task->deleted)
        return "deleted";
    return task->created_at_ms == task->updated_at_ms ? "created" : "updated";
}

static bool ends_revision(const tasks_page *page, uint32_t index)
{
    const tasks_task *next = tasks_page_at(page, index + 1);
    return !next || next->revision != tasks_page_at(page, index)->revision;
}

static void write_tombstone(const tasks_task *task, buf *to)
{
    json_out json;
    json_out_init(&json, to);
    json_out_object(&json, NULL);
    json_out_int(&json, "id", task->id);
    json_out_text(&json, "uid", task->uid);
    json_out_bool(&json, "deleted", true);
    json_out_time(&json, "deleted_at", task->updated_at_ms);
    json_out_int(&json, "revision", task->revision);
    json_out_object_end(&json);
}

static tasks_status write_data(const tasks_task *task, const char *url_base, buf *to, tasks_error *error)
{
    tasks_text *json;
    if (task->deleted) {
        write_tombstone(task, to);
        return TASKS_OK;
    }
    tasks_status status = tasks_task_json(task, url_base, &json, error);
    if (status)
        return status;
    buf_bytes(to, json->bytes, json->length);
    tasks_text_free(json);
    return TASKS_OK;
}

tasks_status events_text_page(const tasks_page *page, const char *url_base, buf *to, tasks_error *error)
{
    uint32_t count = tasks_page_count(page);
    for (uint32_t i = 0; i < count; i++) {
        const tasks_task *task = tasks_page_at(page, i);
        if (ends_revision(page, i))
            buf_print(to, "id: %lld\n", (long long)task->revision);
        buf_print(to, "event: %s\ndata: ", kind_of(task));
        tasks_status status = write_data(task, url_base, to, error);
        if (status)
            return status;
        buf_text(to, "\n\n");
    }
    return to->status ? fail(error, to->status, "no_memory", "the events of a page take too much memory")
                      : TASKS_OK;
}

void events_text_reset(int64_t revision, buf *to)
{
    buf_print(to, "id: %lld\nevent: reset\ndata: {\"revision\":%lld}\n\n", (long long)revision,
              (long long)revision);
}

void events_text_start(int64_t revision, buf *to)
{
    buf_print(to, "retry: %d\n", COME_BACK_MS);
    if (revision >= 0)
        buf_print(to, "id: %lld\n", (long long)revision);
    buf_char(to, '\n');
}

void events_text_alive(buf *to)
{
    buf_text(to, ":\n\n");
}
