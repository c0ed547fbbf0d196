#include "fail.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void copy_word(char *to, size_t size, const char *word)
{
    size_t length = strnlen(word, size - 1);
    memcpy(to, word, length);
    to[length] = '\0';
}

/* Messages end in logs and on terminals: one line, and whole UTF-8 characters when it had to be cut. */
static void make_one_line(char *message, size_t size, bool cut)
{
    size_t end = size - sizeof "...";
    while (cut && end && ((unsigned char)message[end] & 0xC0) == 0x80)
        end--;
    if (cut)
        memcpy(message + end, "...", sizeof "...");
    for (char *c = message; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = ' ';
}

/* The arguments may point into *error (a message that wraps another), so it is filled at the very end. */
__attribute__((format(printf, 5, 0))) static tasks_status fill(tasks_error *error, tasks_status status,
                                                               const char *code, const char *field,
                                                               const char *format, va_list arguments)
{
    tasks_error filled = {.status = status, .op_index = -1};
    if (!error)
        return status;
    int length = vsnprintf(filled.message, sizeof filled.message, format, arguments);
    make_one_line(filled.message, sizeof filled.message, length >= (int)sizeof filled.message);
    copy_word(filled.code, sizeof filled.code, code);
    copy_word(filled.field, sizeof filled.field, field);
    *error = filled;
    return status;
}

tasks_status fail(tasks_error *error, tasks_status status, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, status, code, "", format, arguments);
    va_end(arguments);
    return status;
}

tasks_status fail_field(tasks_error *error, const char *field, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, TASKS_INVALID, code, field, format, arguments);
    va_end(arguments);
    return TASKS_INVALID;
}
