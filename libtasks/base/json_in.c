#include "json_in.h"

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

/* Our words for a failure of jansson: its own texts quote the input, and a task may be secret. `starts`
 * tells apart what has the same code. The first row that fits counts. */
static const struct cause {
    enum json_error_code jansson;
    const char *starts, *code, *text;
} causes[] = {
    {json_error_duplicate_key, "", "field_repeated", "the same member twice"},
    {json_error_invalid_utf8, "", "json_malformed", "not valid UTF-8"},
    {json_error_premature_end_of_input, "", "json_malformed", "the text ends too early"},
    {json_error_end_of_input_expected, "", "json_malformed", "more text after the end of the value"},
    {json_error_null_character, "", "json_malformed", "the character U+0000 is not allowed"},
    {json_error_null_byte_in_key, "", "json_malformed", "the character U+0000 is not allowed"},
    {json_error_numeric_overflow, "", "json_malformed", "number out of range"},
    {json_error_invalid_syntax, "control character", "json_malformed", "control character in a string"},
    {json_error_invalid_syntax, "unexpected newline", "json_malformed", "line break in a string"},
    {json_error_invalid_syntax, "invalid escape", "json_malformed", "unknown escape in a string"},
    {json_error_invalid_syntax, "invalid Unicode", "json_malformed", "bad \\u escape or lone surrogate"},
    {json_error_invalid_syntax, "string or '}'", "json_malformed", "member name in quotes or '}' expected"},
    {json_error_invalid_syntax, "':'", "json_malformed", "':' expected"},
    {json_error_invalid_syntax, "'}'", "json_malformed", "',' or '}' expected"},
    {json_error_invalid_syntax, "']'", "json_malformed", "',' or ']' expected"},
};

/* jansson (2.14) drops bytes of a token, or takes the text for malformed, when memory runs out while it
 * reads (its issue 362). So we see to it that the longest possible token has room, before and after. */
static bool has_memory(size_t length)
{
    void *volatile room = length < SIZE_MAX / 8 ? malloc(4 * length + 1024) : NULL; /* not optimised away */
    free(room);
    return room != NULL;
}

static tasks_status refuse(const json_error_t *found, tasks_error *error)
{
    enum json_error_code code = json_error_code(found);
    for (const struct cause *c = causes; c < causes + sizeof causes / sizeof *causes; c++)
        if (c->jansson == code && strncmp(found->text, c->starts, strlen(c->starts)) == 0)
            return fail(error, TASKS_INVALID, c->code, "JSON, line %d, column %d: %s", found->line,
                        found->column, c->text);
    return fail(error, TASKS_INVALID, "json_malformed", "JSON, line %d, column %d: unexpected text",
                found->line, found->column);
}

/* jansson says nothing at all about many a failed allocation. */
static bool ran_out_of_memory(const json_error_t *found, size_t length)
{
    return found->text[0] == '\0' || json_error_code(found) == json_error_out_of_memory ||
           !has_memory(length);
}

static tasks_status refuse_at(const char *text, size_t place, const char *code, const char *cause,
                              tasks_error *error)
{
    int line = 1, column = 1;
    for (size_t i = 0; i < place; i++) {
        column = text[i] == '\n' ? 1 : column + (((unsigned char)text[i] & 0xC0) != 0x80);
        line += text[i] == '\n';
    }
    return fail(error, TASKS_INVALID, code, "JSON, line %d, column %d: %s", line, column, cause);
}

/* Runs over the raw text, since jansson's parser recurses on small stacks. Up to the first thing that
 * jansson refuses both agree on what is in a string, so nothing deeper can reach it. */
static tasks_status guard(const char *text, size_t length, tasks_error *error)
{
    bool in_string = false;
    int depth = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '\0')
            return refuse_at(text, i, "json_malformed", "the character U+0000 is not allowed", error);
        if (c == '"')
            in_string = !in_string;
        else if (in_string)
            i += c == '\\';
        else if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && depth > 0)
            depth--;
        if (depth > JSON_IN_DEPTH_MAX)
            return refuse_at(text, i, "json_too_deep", "nested deeper than 32 levels", error);
    }
    return TASKS_OK;
}

/* In a locale whose decimal point has two bytes (Persian) jansson ends the process at the first real. */
static json_t *load(const char *text, size_t length, json_error_t *found)
{
    found->text[0] = '\0';
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain)
        return NULL;
    locale_t before = uselocale(plain);
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, found);
    uselocale(before);
    freelocale(plain);
    return value;
}

tasks_status json_in_read(const char *text, size_t length, json_t **out, tasks_error *error)
{
    json_error_t found;
    *out = NULL;
    tasks_status status = guard(text, length, error);
    if (status)
        return status;
    if (!has_memory(length))
        return fail_memory(error);
    *out = load(text, length, &found);
    if (*out)
        return TASKS_OK;
    return ran_out_of_memory(&found, length) ? fail_memory(error) : refuse(&found, error);
}
