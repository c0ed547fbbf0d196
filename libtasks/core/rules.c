#include "rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cursor.h"
#include "fail.h"
#include "sized.h"
#include "text.h"
#include "timestamp.h"

enum { LIMIT_DEFAULT = 100, TEXT_MAX = 200, KEY_MAX = 255 };

/* ---- Text ---- */

typedef struct text_rule {
    const char *field, *too_long;
    const char *allowed; /* control characters that may be in it */
    long max;            /* characters */
} text_rule;

static const text_rule title_rule = {"title", "title_too_long", "", TASKS_TITLE_MAX};
static const text_rule notes_rule = {"notes", "notes_too_long", "\n\t", TASKS_NOTES_MAX};
static const text_rule tag_rule = {"tags", "tag_too_long", "", TASKS_TAG_MAX};
static const text_rule query_rule = {"q", "query_malformed", "", TEXT_MAX};

static tasks_status check_text(const text_rule *rule, const char *text, size_t length, tasks_error *error)
{
    long count = text_count(text, length);
    if (count < 0)
        return fail_field(error, rule->field, "text_malformed", "%s is not valid UTF-8", rule->field);
    if (text_has_control(text, length, rule->allowed))
        return fail_field(error, rule->field, "text_control", "%s holds a control character", rule->field);
    if (count > rule->max)
        return fail_field(error, rule->field, rule->too_long, "%s has %ld characters, %ld are allowed",
                          rule->field, count, rule->max);
    return TASKS_OK;
}

static tasks_status copy(arena *memory, const char *text, size_t length, const char **out, tasks_error *error)
{
    *out = arena_copy(memory, text, length);
    return *out ? TASKS_OK : fail_memory(error);
}

static tasks_status check_title(arena *memory, const tasks_patch *patch, backend_fields *out,
                                tasks_error *error)
{
    const char *title = patch->title ? patch->title : "";
    size_t length = strlen(title);
    if (text_count(title, length) >= 0)
        text_trim(&title, &length);
    if (!length)
        return fail_field(error, "title", "title_required", "title is required: 1 to %d characters",
                          TASKS_TITLE_MAX);
    tasks_status status = check_text(&title_rule, title, length, error);
    return status ? status : copy(memory, title, length, &out->title, error);
}

static tasks_status check_notes(arena *memory, const tasks_patch *patch, backend_fields *out,
                                tasks_error *error)
{
    const char *notes = patch->notes ? patch->notes : "";
    tasks_status status = check_text(&notes_rule, notes, strlen(notes), error);
    return status ? status : copy(memory, notes, strlen(notes), &out->notes, error);
}

static tasks_status check_name(const char *field, const char *name, size_t max, const char *word,
                               const char *too_long, tasks_error *error)
{
    size_t length = strlen(name);
    if (length > max)
        return fail_field(error, field, too_long, "%s has %zu bytes, %zu are allowed", field, length, max);
    if (text_count(name, length) < 0)
        return fail_field(error, field, word ? word : "text_malformed", "%s is not valid UTF-8", field);
    if (text_has_control(name, length, ""))
        return fail_field(error, field, word ? word : "text_control", "%s holds a control character", field);
    return TASKS_OK;
}

static tasks_status check_uid(arena *memory, const tasks_patch *patch, backend_fields *out,
                              tasks_error *error)
{
    if (!patch->uid || !*patch->uid)
        return TASKS_OK;
    tasks_status status = check_name("uid", patch->uid, TASKS_UID_MAX, NULL, "uid_too_long", error);
    return status ? status : copy(memory, patch->uid, strlen(patch->uid), &out->uid, error);
}

tasks_status rules_owner(const char *owner, tasks_error *error)
{
    if (!owner)
        return fail_field(error, "owner", "owner_malformed", "the owner is missing");
    return check_name("owner", owner, TASKS_OWNER_MAX, "owner_malformed", "owner_malformed", error);
}

tasks_status rules_key(const char *key, tasks_error *error)
{
    if (!key || !*key)
        return fail_field(error, "key", "key_malformed", "the key is missing or empty");
    return check_name("key", key, KEY_MAX, "key_malformed", "key_malformed", error);
}

/* ---- Tags ---- */

static tasks_status check_tag(const char *tag, tasks_error *error)
{
    size_t length = tag ? strlen(tag) : 0;
    if (!length)
        return fail_field(error, "tags", "tag_malformed", "a tag is empty");
    tasks_status status = check_text(&tag_rule, tag, length, error);
    if (status)
        return status;
    if (text_has_blank(tag, length))
        return fail_field(error, "tags", "tag_malformed", "a tag holds a blank");
    return TASKS_OK;
}

static tasks_status check_each_tag(const tasks_patch *patch, size_t *size, tasks_error *error)
{
    if (patch->tag_count > TASKS_TAGS_MAX)
        return fail_field(error, "tags", "tags_too_many", "%u tags, %d are allowed", patch->tag_count,
                          TASKS_TAGS_MAX);
    if (patch->tag_count && !patch->tags)
        return fail_field(error, "tags", "tag_malformed", "the tags are missing");
    for (uint32_t i = 0; i < patch->tag_count; i++) {
        tasks_status status = check_tag(patch->tags[i], error);
        if (status)
            return status;
        for (uint32_t j = 0; j < i; j++)
            if (!strcmp(patch->tags[i], patch->tags[j]))
                return fail_field(error, "tags", "tag_repeated", "tag %u stands there twice", i + 1);
        *size += strlen(patch->tags[i]) + 1;
    }
    return TASKS_OK;
}

static tasks_status check_tags(arena *memory, const tasks_patch *patch, backend_fields *out,
                               tasks_error *error)
{
    size_t size = 1;
    tasks_status status = check_each_tag(patch, &size, error);
    if (status)
        return status;
    char *joined = arena_alloc(memory, size);
    if (!joined)
        return fail_memory(error);
    char *at = joined;
    for (uint32_t i = 0; i < patch->tag_count; i++) {
        if (i)
            *at++ = ' ';
        at = stpcpy(at, patch->tags[i]);
    }
    *at = 0;
    out->tags = joined;
    return TASKS_OK;
}

/* ---- Numbers and times ---- */

static tasks_status check_time(const char *field, int64_t time_ms, tasks_error *error)
{
    if (time_ms == TASKS_NO_TIME || timestamp_valid(time_ms))
        return TASKS_OK;
    return fail_field(error, field, "time_range", "%s is not between the years 0 and 9999", field);
}

static tasks_status check_priority(arena *memory, const tasks_patch *patch, backend_fields *out,
                                   tasks_error *error)
{
    (void)memory;
    if (patch->priority < 0 || patch->priority > 9)
        return fail_field(error, "priority", "priority_range", "priority is %d, 0 to 9 are allowed",
                          patch->priority);
    out->priority = patch->priority;
    return TASKS_OK;
}

static tasks_status check_completed(arena *memory, const tasks_patch *patch, backend_fields *out,
                                    tasks_error *error)
{
    (void)memory;
    if (patch->completed != 0 && patch->completed != 1)
        return fail_field(error, "completed", "field_type", "completed is %d, 0 or 1 is allowed",
                          patch->completed);
    out->completed = patch->completed;
    return TASKS_OK;
}

static tasks_status check_order(arena *memory, const tasks_patch *patch, backend_fields *out,
                                tasks_error *error)
{
    (void)memory;
    if (isinf(patch->order))
        return fail_field(error, "order", "order_range", "order must be a finite number");
    out->order = patch->order + 0.0; /* -0.0 becomes 0.0: not every store can tell them apart */
    return TASKS_OK;
}

static tasks_status check_due(arena *memory, const tasks_patch *patch, backend_fields *out,
                              tasks_error *error)
{
    (void)memory;
    out->due_at_ms = patch->due_at_ms;
    return check_time("due_at", patch->due_at_ms, error);
}

static tasks_status check_expires(arena *memory, const tasks_patch *patch, backend_fields *out,
                                  tasks_error *error)
{
    (void)memory;
    out->expires_at_ms = patch->expires_at_ms;
    return check_time("expires_at", patch->expires_at_ms, error);
}

/* ---- Patches and operations ---- */

static const struct {
    uint32_t bit;
    tasks_status (*check)(arena *, const tasks_patch *, backend_fields *, tasks_error *);
} members[] = {
    {TASKS_SET_TITLE, check_title},         {TASKS_SET_NOTES, check_notes},
    {TASKS_SET_TAGS, check_tags},           {TASKS_SET_UID, check_uid},
    {TASKS_SET_ORDER, check_order},         {TASKS_SET_PRIORITY, check_priority},
    {TASKS_SET_DUE_AT, check_due},          {TASKS_SET_EXPIRES_AT, check_expires},
    {TASKS_SET_COMPLETED, check_completed},
};

enum { SET_ALL = (TASKS_SET_UID << 1) - 1 };

tasks_status rules_patch(arena *memory, const tasks_patch *theirs, bool create, backend_fields *out,
                         tasks_error *error)
{
    tasks_patch patch;
    tasks_status status = sized_read(&patch, sizeof patch, theirs, "tasks_patch", error);
    if (status)
        return status;
    if (patch.set & ~(uint32_t)SET_ALL || patch.reserved)
        return fail_field(error, "set", "op_malformed",
                          "the patch sets a member that this library does not know");
    *out = (backend_fields){.set = patch.set,
                            .notes = "",
                            .tags = "",
                            .order = NAN,
                            .due_at_ms = TASKS_NO_TIME,
                            .expires_at_ms = TASKS_NO_TIME};
    uint32_t set = patch.set | (create ? TASKS_SET_TITLE : 0);
    if (create && !(patch.set & TASKS_SET_TITLE))
        patch.title = NULL;
    for (size_t i = 0; !status && i < sizeof members / sizeof *members; i++)
        if (set & members[i].bit)
            status = members[i].check(memory, &patch, out, error);
    return status;
}

tasks_status rules_id(int64_t id, tasks_error *error)
{
    if (id < 1)
        return fail_field(error, "id", "op_malformed", "an id is 1 or more");
    return TASKS_OK;
}

tasks_status rules_op(arena *memory, const tasks_op *op, backend_op *out, tasks_error *error)
{
    if (op->kind < TASKS_CREATE || op->kind > TASKS_DELETE || op->reserved || op->if_revision < 0)
        return fail(error, TASKS_INVALID, "op_malformed", "the operation is none that this library knows");
    *out = (backend_op){.kind = op->kind, .id = op->id, .if_revision = op->if_revision};
    if (op->kind == TASKS_CREATE && (op->id || op->if_revision))
        return fail_field(error, "id", "op_malformed", "a create has no id and no revision yet");
    tasks_status status = op->kind == TASKS_CREATE ? TASKS_OK : rules_id(op->id, error);
    if (status || op->kind == TASKS_DELETE)
        return status;
    return rules_patch(memory, op->patch, op->kind == TASKS_CREATE, &out->fields, error);
}

/* ---- Queries ---- */

tasks_status rules_limit(uint32_t limit, uint32_t *out, tasks_error *error)
{
    if (limit > TASKS_LIMIT_MAX)
        return fail_field(error, "limit", "limit_range", "limit is %u, 1 to %d are allowed", limit,
                          TASKS_LIMIT_MAX);
    *out = limit ? limit : LIMIT_DEFAULT;
    return TASKS_OK;
}

static bool in_range(int32_t value, int32_t max)
{
    return value >= 0 && value <= max;
}

static tasks_status query_text(arena *memory, const char *text, const char **out, tasks_error *error)
{
    size_t length = strlen(text);
    tasks_status status = check_text(&query_rule, text, length, error);
    if (status)
        return status;
    if (!length)
        return fail_field(error, "q", "query_malformed", "the text to look for is empty");
    char *lower = arena_copy(memory, text, length);
    if (!lower)
        return fail_memory(error);
    for (char *c = lower; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + ('a' - 'A'));
    *out = lower;
    return TASKS_OK;
}

static tasks_status query_shape(const tasks_query *q, backend_list *out, tasks_error *error)
{
    if (!in_range(q->sort, TASKS_SORT_UPDATED) || !in_range(q->descending, 1))
        return fail_field(error, "sort", "sort_unknown", "the order is none that this library knows");
    if (!in_range(q->completed, TASKS_COMPLETED) || q->reserved)
        return fail_field(error, "completed", "query_malformed",
                          "the filter is none that this library knows");
    *out = (backend_list){.sort = q->sort,
                          .descending = q->descending,
                          .completed = q->completed,
                          .due_before_ms = q->due_before_ms};
    tasks_status status = rules_limit(q->limit, &out->limit, error);
    if (!status && q->due_before_ms == TASKS_NO_TIME)
        status = fail_field(error, "due_before", "time_range", "due_before is 0 for all tasks");
    return status || !q->due_before_ms ? status : check_time("due_before", q->due_before_ms, error);
}

static tasks_status query_tag(arena *memory, const char *tag, const char **out, tasks_error *error)
{
    tasks_status status = check_tag(tag, error);
    if (status && error)
        snprintf(error->field, sizeof error->field, "tag"); /* a task has several, a query one */
    return status ? status : copy(memory, tag, strlen(tag), out, error);
}

tasks_status rules_query(arena *memory, const tasks_query *theirs, backend_list *out, tasks_error *error)
{
    static const tasks_query all = TASKS_QUERY_INIT;
    tasks_query query;
    tasks_status status = sized_read(&query, sizeof query, theirs ? theirs : &all, "tasks_query", error);
    if (!status)
        status = query_shape(&query, out, error);
    if (!status && query.tag)
        status = query_tag(memory, query.tag, &out->tag, error);
    if (!status && query.text)
        status = query_text(memory, query.text, &out->text, error);
    if (!status && query.cursor)
        status = cursor_read(query.cursor, out, error);
    return status;
}
