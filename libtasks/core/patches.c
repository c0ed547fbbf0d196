/* Patches from JSON: which members there are, and of what type. Values are the business of rules.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "fail.h"
#include "json_in.h"
#include "timestamp.h"

struct tasks_patches {
    json_t *root; /* the strings of the patches are borrowed from it */
    arena memory;
    tasks_patch *patches;
    uint32_t count;
    int32_t is_array;
};

typedef struct reader {
    arena *memory;
    tasks_patch *patch;
    const char *name;
    tasks_error *error;
} reader;

static tasks_status wrong_type(reader *r, const char *wanted)
{
    return fail_field(r->error, r->name, "field_type", "%s must be %s", r->name, wanted);
}

static tasks_status read_string(reader *r, const json_t *value, const char **out)
{
    if (!json_is_string(value) && !json_is_null(value))
        return wrong_type(r, "a string or null");
    *out = json_string_value(value);
    return TASKS_OK;
}

static tasks_status read_title(reader *r, const json_t *value)
{
    return read_string(r, value, &r->patch->title);
}

static tasks_status read_notes(reader *r, const json_t *value)
{
    return read_string(r, value, &r->patch->notes);
}

static tasks_status read_uid(reader *r, const json_t *value)
{
    return read_string(r, value, &r->patch->uid);
}

static tasks_status read_completed(reader *r, const json_t *value)
{
    if (!json_is_boolean(value))
        return wrong_type(r, "true or false");
    r->patch->completed = json_is_true(value);
    return TASKS_OK;
}

static tasks_status read_priority(reader *r, const json_t *value)
{
    if (!json_is_integer(value) && !json_is_null(value))
        return wrong_type(r, "an integer or null");
    json_int_t number = json_integer_value(value); /* 0 for null */
    r->patch->priority = number < INT32_MIN || number > INT32_MAX ? -1 : (int32_t)number;
    return TASKS_OK;
}

static tasks_status read_order(reader *r, const json_t *value)
{
    if (!json_is_number(value) && !json_is_null(value))
        return wrong_type(r, "a number or null");
    r->patch->order = json_is_null(value) ? NAN : json_number_value(value);
    return TASKS_OK;
}

static tasks_status read_tags(reader *r, const json_t *value)
{
    size_t count = json_is_array(value) ? json_array_size(value) : 0;
    if (!json_is_array(value) && !json_is_null(value))
        return wrong_type(r, "an array of strings, or null");
    if (count > TASKS_TAGS_MAX)
        return fail_field(r->error, "tags", "tags_too_many", "%zu tags, %d are allowed", count,
                          TASKS_TAGS_MAX);
    const char **tags = arena_alloc(r->memory, (count + 1) * sizeof *tags);
    if (!tags)
        return fail_memory(r->error);
    for (size_t i = 0; i < count; i++)
        if (!(tags[i] = json_string_value(json_array_get(value, i))))
            return wrong_type(r, "an array of strings, or null");
    r->patch->tags = tags;
    r->patch->tag_count = (uint32_t)count;
    return TASKS_OK;
}

static tasks_status read_time(reader *r, const json_t *value, int64_t *out)
{
    *out = TASKS_NO_TIME;
    if (json_is_null(value))
        return TASKS_OK;
    if (!json_is_string(value))
        return wrong_type(r, "a time like 2026-01-31T09:30:00Z, or null");
    if (!timestamp_read(json_string_value(value), json_string_length(value), out))
        return fail_field(r->error, r->name, "time_malformed", "%s must be a time like 2026-01-31T09:30:00Z",
                          r->name);
    return TASKS_OK;
}

static tasks_status read_due_at(reader *r, const json_t *value)
{
    return read_time(r, value, &r->patch->due_at_ms);
}

static tasks_status read_expires_at(reader *r, const json_t *value)
{
    return read_time(r, value, &r->patch->expires_at_ms);
}

static const struct {
    const char *name;
    uint32_t bit; /* 0: clients cannot set it */
    tasks_status (*read)(reader *r, const json_t *value);
} members[] = {
    {"title", TASKS_SET_TITLE, read_title},
    {"notes", TASKS_SET_NOTES, read_notes},
    {"completed", TASKS_SET_COMPLETED, read_completed},
    {"priority", TASKS_SET_PRIORITY, read_priority},
    {"order", TASKS_SET_ORDER, read_order},
    {"tags", TASKS_SET_TAGS, read_tags},
    {"due_at", TASKS_SET_DUE_AT, read_due_at},
    {"expires_at", TASKS_SET_EXPIRES_AT, read_expires_at},
    {"uid", TASKS_SET_UID, read_uid},
    {"id", 0, NULL},
    {"url", 0, NULL},
    {"revision", 0, NULL},
    {"completed_at", 0, NULL},
    {"created_at", 0, NULL},
    {"updated_at", 0, NULL},
};

static tasks_status read_member(reader *r, const char *name, const json_t *value)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (strcmp(name, members[i].name))
            continue;
        r->name = members[i].name;
        if (!members[i].bit)
            return fail_field(r->error, r->name, "field_read_only", "%s is set by the store", r->name);
        r->patch->set |= members[i].bit;
        return members[i].read(r, value);
    }
    return fail(r->error, TASKS_INVALID, "field_unknown", "no task has a member '%.40s'", name);
}

static tasks_status read_patch(tasks_patches *p, uint32_t index, json_t *object, tasks_error *error)
{
    reader r = {.memory = &p->memory, .patch = &p->patches[index], .error = error};
    const char *name;
    json_t *value;
    *r.patch = (tasks_patch)TASKS_PATCH_INIT;
    if (!json_is_object(object))
        return fail(error, TASKS_INVALID, "json_not_object", "a task must be a JSON object");
    json_object_foreach (object, name, value) {
        tasks_status status = read_member(&r, name, value);
        if (status)
            return status;
    }
    return TASKS_OK;
}

static tasks_status read_all(tasks_patches *p, tasks_error *error)
{
    p->is_array = json_is_array(p->root);
    size_t count = p->is_array ? json_array_size(p->root) : 1;
    if (count > TASKS_LIMIT_MAX)
        return fail(error, TASKS_INVALID, "batch_too_large", "the batch has %zu tasks, %d are allowed", count,
                    TASKS_LIMIT_MAX);
    p->patches = arena_alloc(&p->memory, (count + 1) * sizeof *p->patches);
    if (!p->patches)
        return fail_memory(error);
    for (p->count = 0; p->count < count; p->count++) {
        json_t *object = p->is_array ? json_array_get(p->root, p->count) : p->root;
        tasks_status status = read_patch(p, p->count, object, error);
        if (status && error && p->is_array)
            error->op_index = (int32_t)p->count;
        if (status)
            return status;
    }
    return TASKS_OK;
}

tasks_status tasks_patches_read(const char *json, uint64_t length, tasks_patches **out, tasks_error *error)
{
    *out = NULL;
    tasks_patches *p = calloc(1, sizeof *p);
    if (!p)
        return fail_memory(error);
    arena_init(&p->memory);
    tasks_status status = json_in_read(json, length, &p->root, error);
    if (!status)
        status = read_all(p, error);
    if (status)
        tasks_patches_free(p);
    else
        *out = p;
    return status;
}

uint32_t tasks_patches_count(const tasks_patches *patches)
{
    return patches->count;
}

int32_t tasks_patches_is_array(const tasks_patches *patches)
{
    return patches->is_array;
}

const tasks_patch *tasks_patches_at(const tasks_patches *patches, uint32_t index)
{
    return index < patches->count ? &patches->patches[index] : NULL;
}

void tasks_patches_free(tasks_patches *patches)
{
    if (!patches)
        return;
    json_decref(patches->root);
    arena_done(&patches->memory);
    free(patches);
}

tasks_status tasks_time_read(const char *text, int64_t *time_ms, tasks_error *error)
{
    *time_ms = TASKS_NO_TIME;
    if (!text || !timestamp_read(text, strlen(text), time_ms))
        return fail(error, TASKS_INVALID, "time_malformed", "not a time like 2026-01-31T09:30:00Z");
    return TASKS_OK;
}

void tasks_time_write(int64_t time_ms, char text[25])
{
    *text = 0;
    if (timestamp_valid(time_ms))
        timestamp_write(time_ms, text);
}
