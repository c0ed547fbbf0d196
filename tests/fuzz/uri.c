/* What the decoder lets through is clean text, and comes back when it is encoded and decoded again. */
#include "uri.h"

#include <string.h>

#include "fuzz.h"
#include "text.h"

static void check_clean(const char *text)
{
    FUZZ_CHECK(text_count(text, strlen(text)) >= 0);
    FUZZ_CHECK(!text_has_control(text, strlen(text), ""));
}

static size_t count_slashes(const char *text)
{
    size_t count = 0;
    while ((text = strchr(text, '/'))) {
        count++;
        text++;
    }
    return count;
}

static void check_query(const struct uri_query *query, arena *memory)
{
    buf text;
    struct uri_query again;
    buf_init(&text, 1 << 24);
    for (size_t i = 0; i < query->count; i++) {
        check_clean(query->items[i].name);
        check_clean(query->items[i].value);
        buf_text(&text, i ? "&" : "");
        uri_encode(&text, query->items[i].name);
        buf_char(&text, '=');
        uri_encode(&text, query->items[i].value);
    }
    FUZZ_CHECK(uri_query_read(text.bytes, memory, &again, NULL) == TASKS_OK);
    FUZZ_CHECK(again.count == query->count);
    for (size_t i = 0; i < query->count; i++)
        FUZZ_CHECK(strcmp(uri_query_get(&again, query->items[i].name), query->items[i].value) == 0);
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    arena memory;
    const char *path;
    struct uri_query query;
    arena_init(&memory);
    const char *raw = arena_copy(&memory, (const char *)bytes, length);
    if (uri_path_read(raw, &memory, &path, NULL) == TASKS_OK) {
        check_clean(path);
        FUZZ_CHECK(count_slashes(raw) == count_slashes(path));
    }
    if (uri_query_read(raw, &memory, &query, NULL) == TASKS_OK)
        check_query(&query, &memory);
    arena_done(&memory);
    return 0;
}
