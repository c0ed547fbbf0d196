/* A cursor is refused, or it is the very text that cursor_write() makes for the place it names. */
#include "cursor.h"

#include <math.h>
#include <string.h>

#include "fuzz.h"

/* The task whose place this is. */
static tasks_task task_at(const backend_place *place, int32_t sort)
{
    tasks_task task = {.id = place->id, .order = NAN, .due_at_ms = TASKS_NO_TIME};
    if (sort == TASKS_SORT_ORDER)
        task.order = place->order;
    if (sort == TASKS_SORT_PRIORITY)
        task.priority = (int32_t)((place->number + 1) % 10);
    if (sort == TASKS_SORT_DUE_AT && place->number != INT64_MAX)
        task.due_at_ms = place->number;
    if (sort == TASKS_SORT_UPDATED)
        task.revision = place->number;
    return task;
}

/* A forger can name places where no task can be; those cannot be written again. */
static bool possible(const backend_place *place, int32_t sort)
{
    return sort != TASKS_SORT_ID &&
           (sort != TASKS_SORT_PRIORITY || (place->number >= 0 && place->number <= 9)) &&
           (sort != TASKS_SORT_ORDER || place->order != -(double)INFINITY) &&
           (sort != TASKS_SORT_DUE_AT || place->number != TASKS_NO_TIME);
}

static void check_taken(const backend_list *list, const char *text)
{
    char again[CURSOR_SIZE];
    FUZZ_CHECK(list->continued);
    FUZZ_CHECK(list->sort != TASKS_SORT_ORDER || !isnan(list->after.order));
    if (!possible(&list->after, list->sort))
        return;
    tasks_task task = task_at(&list->after, list->sort);
    cursor_write(list, &task, again);
    FUZZ_CHECK(!strcmp(text, again));
}

static void check_list(const char *text, int32_t sort, bool descending)
{
    tasks_error error = {0};
    backend_list list = {.sort = sort, .descending = descending, .limit = 10};
    tasks_status status = cursor_read(text, &list, &error);
    if (!status) {
        check_taken(&list, text);
        return;
    }
    FUZZ_CHECK(status == TASKS_INVALID && !list.continued);
    FUZZ_CHECK(!strcmp(error.code, "cursor_malformed") || !strcmp(error.code, "cursor_foreign"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);
    FUZZ_CHECK(text);
    memcpy(text, bytes, length);
    text[length] = 0;
    for (int32_t sort = 0; sort <= TASKS_SORT_UPDATED; sort++) {
        check_list(text, sort, false);
        check_list(text, sort, true);
    }
    free(text);
    return 0;
}
