#include "secret_json.h"

#include <string.h>

#include "fail.h"
#include "number.h"

tasks_status secret_json_read(const char *text, size_t length, json_t **out, tasks_error *error)
{
    tasks_error found;
    tasks_status status = json_in_read(text, length, out, &found);
    if (status == TASKS_INVALID)
        return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "%s", found.message);
    if (status)
        return fail_memory(error);
    if (json_is_object(*out))
        return TASKS_OK;
    secret_json_done(*out);
    *out = NULL;
    return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "it is not a JSON object");
}

static void wipe(json_t *value)
{
    const char *key;
    size_t index;
    json_t *child;
    if (json_is_string(value)) /* jansson hands out its own memory as const */
        explicit_bzero((void *)(uintptr_t)json_string_value(value), json_string_length(value));
    json_object_foreach (value, key, child) {
        wipe(child);
    }
    json_array_foreach (value, index, child) {
        wipe(child);
    }
}

void secret_json_done(json_t *value)
{
    if (value)
        wipe(value);
    json_decref(value);
}

static tasks_status keep(wiped *out, const char *text, size_t length, tasks_error *error)
{
    return wiped_set(out, text, length) ? TASKS_OK : fail_memory(error);
}

tasks_status secret_json_member(const json_t *object, const char *key, wiped *out, tasks_error *error)
{
    const json_t *member = json_object_get(object, key);
    char number[NUMBER_INT_SIZE];
    if (json_is_string(member))
        return keep(out, json_string_value(member), json_string_length(member), error);
    if (json_is_integer(member))
        return keep(out, number, number_write_int(json_integer_value(member), number), error);
    return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "its member \"%s\" is %s", key,
                member ? "neither text nor a whole number" : "missing");
}

tasks_status secret_json_optional(const json_t *object, const char *key, wiped *out, tasks_error *error)
{
    const json_t *member = json_object_get(object, key);
    bool empty = !member || json_is_null(member) || (json_is_string(member) && !json_string_length(member));
    return empty ? TASKS_OK : secret_json_member(object, key, out, error);
}
