/* Options that set the fields of a task, for add and edit. */
#ifndef FIELDS_H
#define FIELDS_H

#include <math.h>

#include "option.h"
#include "tasks.h"

enum { FIELDS_TAGS_MAX = 64 }; /* more than a task can have: the library says what is too many */

typedef struct fields {
    tasks_patch patch;
    const char *tags[FIELDS_TAGS_MAX]; /* as they were given */
    uint32_t tag_count;
    uint32_t cleared; /* TASKS_SET_... of --clear */
} fields;

/* No field is set, and each holds what clearing it means. */
#define FIELDS_INIT                                                                                          \
    {                                                                                                        \
        .patch = {.struct_size = sizeof(tasks_patch),                                                        \
                  .order = NAN,                                                                              \
                  .due_at_ms = TASKS_NO_TIME,                                                                \
                  .expires_at_ms = TASKS_NO_TIME},                                                           \
    }

option_reader fields_title, fields_notes, fields_due, fields_priority, fields_order, fields_tag,
    fields_expires, fields_uid, fields_clear;

/* Rows of an option table; the structure that they fill starts with a `fields`. */
#define FIELDS_OPTIONS                                                                                       \
    OPTION("notes", "TEXT", "more about it, up to 8192 characters", fields_notes, 0),                        \
        OPTION("due", "WHEN", "when it is due", fields_due, 0),                                              \
        OPTION("priority", "N", "1 (highest) to 9 (lowest), 0 for none", fields_priority, 0),                \
        OPTION("order", "NUMBER", "its place in a list sorted by hand", fields_order, 0),                    \
        OPTION("expires", "WHEN", "when it goes away by itself", fields_expires, 0),                         \
        OPTION("uid", "TEXT", "its identity elsewhere, unique", fields_uid, 0)

/* The option that sets a field (one TASKS_SET_... bit). */
const char *fields_name(uint32_t bit);

#endif
