/* JSON from outside becomes patches that the rules can judge, or is refused with one of the words for it; a
 * patch that the rules accept keeps every rule of a task. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "rules.h"
#include "text.h"
#include "timestamp.h"

static const char *const words[] = {"json_malformed",  "json_too_deep",   "json_not_object", "field_repeated",
                                    "field_unknown",   "field_read_only", "field_type",      "time_malformed",
                                    "batch_too_large", "tags_too_many"};

static void check_refusal(tasks_status status, const tasks_error *error)
{
    FUZZ_CHECK(status == TASKS_INVALID && error->status == status && *error->message);
    bool listed = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        listed |= strcmp(error->code, words[i]) == 0;
    FUZZ_CHECK(listed);
}

static void check_text(const char *text, long least, long most, const char *allowed)
{
    long count = text_count(text, strlen(text));
    FUZZ_CHECK(count >= least && count <= most);
    FUZZ_CHECK(!text_has_control(text, strlen(text), allowed));
}

/* What goes to the backends is what DESIGN calls a task. */
static void check_fields(const backend_fields *f, bool create)
{
    if (create || f->set & TASKS_SET_TITLE)
        check_text(f->title, 1, TASKS_TITLE_MAX, "");
    check_text(f->notes, 0, TASKS_NOTES_MAX, "\n\t");
    if (f->uid)
        FUZZ_CHECK(*f->uid && strlen(f->uid) <= TASKS_UID_MAX);
    check_text(f->tags, 0, TASKS_TAGS_MAX * (TASKS_TAG_MAX + 1), "");
    FUZZ_CHECK(f->priority >= 0 && f->priority <= 9);
    FUZZ_CHECK(f->completed == 0 || f->completed == 1);
    FUZZ_CHECK(!isinf(f->order));
    FUZZ_CHECK(f->due_at_ms == TASKS_NO_TIME || timestamp_valid(f->due_at_ms));
    FUZZ_CHECK(f->expires_at_ms == TASKS_NO_TIME || timestamp_valid(f->expires_at_ms));
}

static void check_patch(const tasks_patch *patch, bool create)
{
    arena memory;
    backend_fields fields;
    tasks_error error = {0};
    arena_init(&memory);
    tasks_status status = rules_patch(&memory, patch, create, &fields, &error);
    if (!status)
        check_fields(&fields, create);
    else
        FUZZ_CHECK(status == TASKS_INVALID && *error.code && *error.field);
    arena_done(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    tasks_patches *patches;
    tasks_error error = {0};
    tasks_status status = tasks_patches_read((const char *)bytes, length, &patches, &error);
    FUZZ_CHECK((status == TASKS_OK) == (patches != NULL));
    if (status)
        check_refusal(status, &error);
    for (uint32_t i = 0; patches && i < tasks_patches_count(patches); i++) {
        check_patch(tasks_patches_at(patches, i), true);
        check_patch(tasks_patches_at(patches, i), false);
    }
    tasks_patches_free(patches);
    return 0;
}
