#include "lines.h"

#include <errno.h>
#include <string.h>

#include "fail.h"

void lines_init(lines *l, FILE *from)
{
    l->from = from;
    l->number = 0;
    buf_init(&l->text, LINES_BYTES_MAX);
}

void lines_done(lines *l)
{
    buf_done(&l->text);
}

tasks_status lines_next(lines *l, bool *more, tasks_error *error)
{
    int c;
    *more = false;
    buf_reset(&l->text);
    l->number++;
    while ((c = getc_unlocked(l->from)) != EOF && c != '\n' && !l->text.status)
        buf_char(&l->text, (char)c);
    if (ferror(l->from))
        return fail(error, TASKS_INTERNAL, "input_failed", "cannot read: %s", strerror(errno));
    if (l->text.status == TASKS_NO_MEMORY)
        return fail_memory(error);
    if (l->text.status)
        return fail(error, TASKS_INVALID, "line_too_long", "longer than %d bytes", LINES_BYTES_MAX);
    if (l->text.length && memchr(l->text.bytes, '\0', l->text.length))
        return fail(error, TASKS_INVALID, "text_malformed", "holds a NUL byte");
    *more = c != EOF || l->text.length;
    return TASKS_OK;
}
