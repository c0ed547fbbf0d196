#include "samples.h"

#include "timestamp.h"

#define DAY_MS INT64_C(86400000)

typedef struct sample {
    const char *title, *notes, *tag;
    int priority;
    int due_days; /* from today; 0: none */
    bool completed;
} sample;

static const sample samples[] = {
    {"Buy milk", "", "home", 0, 1, false},
    {"Call the dentist", "Ask for a morning", "home", 2, 3, false},
    {"Water the plants", "", "home", 0, 0, true},
    {"Write the report of the quarter", "Figures are in the shared folder", "work", 3, 5, false},
    {"Review the design", "", "work", 2, 2, false},
    {"Book the train to Łódź", "Window seat", "travel", 1, 14, false},
    {"Read a good book", "", "", 0, 0, false},
    {"Learn a tune on the piano", "", "", 0, 30, false},
};

enum { COUNT = sizeof samples / sizeof *samples };

static tasks_patch patch_of(const sample *s, int64_t now_ms)
{
    tasks_patch patch = TASKS_PATCH_INIT;
    patch.set = TASKS_SET_TITLE | TASKS_SET_NOTES | TASKS_SET_COMPLETED | TASKS_SET_PRIORITY;
    patch.title = s->title;
    patch.notes = s->notes;
    patch.completed = s->completed;
    patch.priority = s->priority;
    if (*s->tag) {
        patch.set |= TASKS_SET_TAGS;
        patch.tags = &s->tag;
        patch.tag_count = 1;
    }
    if (s->due_days) {
        patch.set |= TASKS_SET_DUE_AT;
        patch.due_at_ms = now_ms + s->due_days * DAY_MS;
    }
    return patch;
}

static tasks_status is_empty(tasks_db *db, bool *empty, tasks_error *error)
{
    tasks_query query = TASKS_QUERY_INIT;
    tasks_page *page = NULL;
    query.limit = 1;
    tasks_status status = tasks_list(db, &query, &page, error);
    *empty = page && tasks_page_count(page) == 0;
    tasks_page_free(page);
    return status;
}

tasks_status samples_add(tasks_db *db, bool *added, tasks_error *error)
{
    tasks_patch patches[COUNT];
    tasks_op ops[COUNT] = {0};
    tasks_status status = is_empty(db, added, error);
    if (status || !*added)
        return status;
    for (int i = 0; i < COUNT; i++) {
        patches[i] = patch_of(&samples[i], timestamp_now());
        ops[i] = (tasks_op){.kind = TASKS_CREATE, .patch = &patches[i]};
    }
    return tasks_apply(db, ops, COUNT, NULL, error);
}
