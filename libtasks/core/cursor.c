/* Layout: version 1, sort and direction 1, key 8, id 8, query 4, check 4; numbers in big-endian order.
 * Whoever forges one only names another place in tasks that the owner may read anyhow; the check is there
 * to tell a damaged cursor from the end of a list. */
#include "cursor.h"

#include <math.h>
#include <string.h>

#include "fail.h"
#include "hash.h"

enum { VERSION = 1, KEY = 2, ID = 10, QUERY = 18, CHECK = 22, DESCENDING = 0x80 };

static void put(uint8_t *at, uint64_t number, int size)
{
    for (int i = size; i-- > 0; number >>= 8)
        at[i] = (uint8_t)number;
}

static uint64_t get(const uint8_t *at, int size)
{
    uint64_t number = 0;
    for (int i = 0; i < size; i++)
        number = number << 8 | at[i];
    return number;
}

static uint64_t query_hash(const backend_list *list)
{
    uint64_t hash = hash_bytes(HASH_START, &list->completed, sizeof list->completed);
    hash = hash_bytes(hash, &list->due_before_ms, sizeof list->due_before_ms);
    return hash_text(hash_text(hash, list->tag), list->text);
}

static uint64_t check_hash(const uint8_t *bytes)
{
    return hash_bytes(HASH_START, bytes, CHECK);
}

static backend_place place_of(const tasks_task *task, int32_t sort)
{
    backend_place place = {.id = task->id};
    switch (sort) {
    case TASKS_SORT_ORDER:
        place.order = isnan(task->order) ? INFINITY : task->order;
        break;
    case TASKS_SORT_PRIORITY:
        place.number = (task->priority + 9) % 10;
        break;
    case TASKS_SORT_DUE_AT:
        place.number = task->due_at_ms == TASKS_NO_TIME ? INT64_MAX : task->due_at_ms;
        break;
    case TASKS_SORT_UPDATED:
        place.number = task->revision;
        break;
    }
    return place;
}

void cursor_write(const backend_list *list, const tasks_task *last, char text[CURSOR_SIZE])
{
    uint8_t bytes[CURSOR_BYTES] = {VERSION};
    backend_place place = place_of(last, list->sort);
    uint64_t key = (uint64_t)place.number;
    if (list->sort == TASKS_SORT_ORDER)
        memcpy(&key, &place.order, sizeof key);
    bytes[1] = (uint8_t)(list->sort | (list->descending ? DESCENDING : 0));
    put(bytes + KEY, key, 8);
    put(bytes + ID, (uint64_t)place.id, 8);
    put(bytes + QUERY, query_hash(list), 4);
    put(bytes + CHECK, check_hash(bytes), 4);
    base64url_write(bytes, sizeof bytes, text);
}

static bool intact(const uint8_t *bytes)
{
    return bytes[0] == VERSION && get(bytes + CHECK, 4) == (uint32_t)check_hash(bytes);
}

tasks_status cursor_read(const char *text, backend_list *list, tasks_error *error)
{
    uint8_t bytes[CURSOR_BYTES];
    if (!base64url_read(text, strlen(text), bytes, sizeof bytes) || !intact(bytes))
        return fail_field(error, "cursor", "cursor_malformed",
                          "the cursor is damaged: start again without one");
    if (bytes[1] != (list->sort | (list->descending ? DESCENDING : 0)) ||
        get(bytes + QUERY, 4) != (uint32_t)query_hash(list))
        return fail_field(
            error, "cursor", "cursor_foreign",
            "the cursor belongs to another query: keep filters and order, or start without one");
    uint64_t key = get(bytes + KEY, 8);
    list->after = (backend_place){.number = (int64_t)key, .id = (int64_t)get(bytes + ID, 8)};
    memcpy(&list->after.order, &key, sizeof key);
    if (list->sort == TASKS_SORT_ORDER && isnan(list->after.order))
        return fail_field(error, "cursor", "cursor_malformed",
                          "the cursor is damaged: start again without one");
    list->continued = true;
    return TASKS_OK;
}
