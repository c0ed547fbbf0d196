#include "fields.h"

#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "timestamp.h"
#include "when.h"

static fields *of(const option *o, void *arguments)
{
    return (fields *)(void *)((char *)arguments + o->at);
}

static const char *set(fields *f, uint32_t bit)
{
    f->patch.set |= bit;
    return NULL;
}

const char *fields_title(const option *o, const char *text, void *arguments)
{
    fields *f = of(o, arguments);
    f->patch.title = text;
    return set(f, TASKS_SET_TITLE);
}

const char *fields_notes(const option *o, const char *text, void *arguments)
{
    fields *f = of(o, arguments);
    f->patch.notes = text;
    return set(f, TASKS_SET_NOTES);
}

const char *fields_uid(const option *o, const char *text, void *arguments)
{
    fields *f = of(o, arguments);
    f->patch.uid = text;
    return set(f, TASKS_SET_UID);
}

static const char *set_time(fields *f, const char *text, int64_t *time_ms, uint32_t bit)
{
    return when_read(text, timestamp_now(), time_ms) ? set(f, bit) : WHEN_WANTED;
}

const char *fields_due(const option *o, const char *text, void *arguments)
{
    fields *f = of(o, arguments);
    return set_time(f, text, &f->patch.due_at_ms, TASKS_SET_DUE_AT);
}

const char *fields_expires(const option *o, const char *text, void *arguments)
{
    fields *f = of(o, arguments);
    return set_time(f, text, &f->patch.expires_at_ms, TASKS_SET_EXPIRES_AT);
}

/* Which numbers are allowed is for the library to say. */
const char *fields_priority(const option *o, const char *text, void *arguments)
{
    fields *f = of(o, arguments);
    int64_t number;
    if (!number_read(text, strlen(text), INT32_MIN, INT32_MAX, &number))
        return "a number from 0 to 9";
    f->patch.priority = (int32_t)number;
    return set(f, TASKS_SET_PRIORITY);
}

/* strtod() alone would also take blanks, hexadecimal, "inf" and "nan". */
const char *fields_order(const option *o, const char *text, void *arguments)
{
    fields *f = of(o, arguments);
    char *end;
    double number = strtod(text, &end);
    if (!*text || text[strspn(text, "0123456789+-.eE")] || *end || !isfinite(number))
        return "a decimal number";
    f->patch.order = number;
    return set(f, TASKS_SET_ORDER);
}

const char *fields_tag(const option *o, const char *text, void *arguments)
{
    fields *f = of(o, arguments);
    if (f->tag_count == FIELDS_TAGS_MAX)
        return "at most 64 tags";
    f->tags[f->tag_count++] = text;
    return set(f, TASKS_SET_TAGS);
}

static const struct {
    const char *name;
    uint32_t bit;
    bool clearable;
} names[] = {
    {"title", TASKS_SET_TITLE, false},       {"notes", TASKS_SET_NOTES, true},
    {"priority", TASKS_SET_PRIORITY, true},  {"order", TASKS_SET_ORDER, true},
    {"tags", TASKS_SET_TAGS, true},          {"due", TASKS_SET_DUE_AT, true},
    {"expires", TASKS_SET_EXPIRES_AT, true}, {"uid", TASKS_SET_UID, true},
};

const char *fields_clear(const option *o, const char *text, void *arguments)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].clearable && strcmp(names[i].name, text) == 0) {
            of(o, arguments)->cleared |= names[i].bit;
            return NULL;
        }
    return "due, order, expires, notes, tags, priority or uid";
}

const char *fields_name(uint32_t bit)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].bit == bit)
            return names[i].name;
    return "?";
}
