#include "fail.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/* The place of the character that the byte at `place` belongs to. */
static size_t character_start(const char *text, size_t place)
{
    while (place && ((unsigned char)text[place] & 0xC0) == 0x80)
        place--;
    return place;
}

static void copy_word(char *to, size_t size, const char *word)
{
    size_t length = strnlen(word, size);
    memcpy(to, word, length);
    to[length < size ? length : character_start(to, size - 1)] = '\0';
}

/* Messages end in logs, on terminals and in JSON, and may quote anything: they become one line of UTF-8. */
static void make_one_line(char *message)
{
    size_t length = strlen(message), step;
    for (size_t i = 0; i < length; i += step) {
        step = text_step(message + i, length - i);
        if (!step)
            message[i] = '?';
        else if ((unsigned char)message[i] < ' ' || message[i] == 0x7F)
            message[i] = ' ';
        step += !step;
    }
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
    if (length >= (int)sizeof filled.message)
        memcpy(filled.message + character_start(filled.message, sizeof filled.message - sizeof "..."), "...",
               sizeof "...");
    make_one_line(filled.message);
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
