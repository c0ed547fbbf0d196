#include "json_in.h"

#include <string.h>

#include "fuzz.h"

static size_t depth_of(json_t *value)
{
    size_t deepest = 0, index;
    const char *key;
    json_t *child;
    json_array_foreach (value, index, child) {
        size_t depth = depth_of(child);
        deepest = depth > deepest ? depth : deepest;
    }
    json_object_foreach (value, key, child) {
        size_t depth = depth_of(child);
        deepest = depth > deepest ? depth : deepest;
    }
    return json_is_array(value) || json_is_object(value) ? deepest + 1 : 0;
}

static void check_refusal(tasks_status status, const tasks_error *error)
{
    FUZZ_CHECK(status == TASKS_INVALID && error->status == status);
    FUZZ_CHECK(strncmp(error->message, "JSON, line ", 11) == 0 && !strpbrk(error->message, "\r\n"));
    FUZZ_CHECK(!strcmp(error->code, "json_malformed") || !strcmp(error->code, "json_too_deep") ||
               !strcmp(error->code, "field_repeated"));
}

/* What was read is within the limits, and writing it and reading it again gives the same value. */
static void check_value(json_t *value)
{
    json_t *again;
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    FUZZ_CHECK(text && depth_of(value) <= JSON_IN_DEPTH_MAX);
    FUZZ_CHECK(json_in_read(text, strlen(text), &again, NULL) == TASKS_OK);
    FUZZ_CHECK(json_equal(value, again));
    json_decref(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    json_t *value;
    tasks_error error = {0};
    tasks_status status = json_in_read((const char *)bytes, length, &value, &error);
    FUZZ_CHECK((status == TASKS_OK) == (value != NULL));
    if (value)
        check_value(value);
    else
        check_refusal(status, &error);
    json_decref(value);
    return 0;
}
