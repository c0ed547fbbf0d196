#include "answer.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "hash.h"
#include "json_in.h"
#include "timestamp.h"

/* ---- Back from JSON ---- */

static int64_t time_of(const json_t *task, const char *name)
{
    int64_t time_ms = TASKS_NO_TIME;
    const json_t *value = json_object_get(task, name);
    if (json_is_string(value))
        timestamp_read(json_string_value(value), json_string_length(value), &time_ms);
    return time_ms;
}

static const char *text_of(const json_t *task, const char *name)
{
    return json_string_value(json_object_get(task, name));
}

static int64_t number_of(const json_t *task, const char *name)
{
    return json_integer_value(json_object_get(task, name));
}

/* Tags with one blank between them, as a row has them. */
static char *joined_tags(const json_t *tags, arena *memory)
{
    size_t index, size = 1;
    json_t *tag;
    json_array_foreach (tags, index, tag) {
        size += json_string_length(tag) + 1;
    }
    char *joined = arena_alloc(memory, size), *at = joined;
    if (!joined)
        return NULL;
    json_array_foreach (tags, index, tag) {
        if (index)
            *at++ = ' ';
        at = mempcpy(at, json_string_value(tag), json_string_length(tag));
    }
    *at = 0;
    return joined;
}

static backend_row row_of(const json_t *task)
{
    const json_t *order = json_object_get(task, "order");
    return (backend_row){
        .task = {.id = number_of(task, "id"),
                 .revision = number_of(task, "revision"),
                 .uid = text_of(task, "uid"),
                 .title = text_of(task, "title"),
                 .notes = text_of(task, "notes"),
                 .completed = json_is_true(json_object_get(task, "completed")),
                 .priority = (int32_t)number_of(task, "priority"),
                 .order = json_is_number(order) ? json_number_value(order) : NAN,
                 .due_at_ms = time_of(task, "due_at"),
                 .expires_at_ms = time_of(task, "expires_at"),
                 .completed_at_ms = time_of(task, "completed_at"),
                 .created_at_ms = time_of(task, "created_at"),
                 .updated_at_ms = time_of(task, "updated_at")},
    };
}

static tasks_status feed(const json_t *task, const backend_sink *sink)
{
    arena memory;
    backend_row row = row_of(task);
    if (!row.task.title)
        return TASKS_CORRUPT;
    arena_init(&memory);
    row.tags = joined_tags(json_object_get(task, "tags"), &memory);
    tasks_status status = row.tags ? sink->row(sink->context, &row) : TASKS_NO_MEMORY;
    arena_done(&memory);
    return status;
}

tasks_status answer_read(const char *text, const backend_sink *sink)
{
    json_t *root;
    tasks_status status = json_in_read(text, strlen(text), &root, NULL);
    if (status)
        return status == TASKS_NO_MEMORY ? status : TASKS_CORRUPT;
    for (size_t i = 0; !status && i < json_array_size(root); i++)
        status = feed(json_array_get(root, i), sink);
    json_decref(root);
    return status;
}

/* ---- The hash of a batch ---- */

static uint64_t hash_fields(uint64_t hash, const backend_fields *f)
{
    const int64_t numbers[] = {f->set, f->completed, f->priority, f->due_at_ms, f->expires_at_ms};
    double order = isnan(f->order) ? INFINITY : f->order;
    hash = hash_bytes(hash, numbers, sizeof numbers);
    hash = hash_bytes(hash, &order, sizeof order);
    hash = hash_text(hash_text(hash, f->title), f->notes);
    return hash_text(hash_text(hash, f->uid), f->tags);
}

uint64_t answer_hash(const backend_op *ops, uint32_t count)
{
    uint64_t hash = hash_bytes(HASH_START, &count, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        const int64_t numbers[] = {ops[i].kind, ops[i].id, ops[i].if_revision};
        hash = hash_bytes(hash, numbers, sizeof numbers);
        if (ops[i].kind != TASKS_DELETE)
            hash = hash_fields(hash, &ops[i].fields);
    }
    return hash;
}
