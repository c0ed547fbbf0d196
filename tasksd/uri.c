#include "uri.h"

#include <stdbool.h>
#include <string.h>

#include "fail.h"
#include "text.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place; the length afterwards, or -1. */
static long unescape(char *text, size_t length, bool in_path)
{
    size_t to = 0;
    for (size_t from = 0; from < length; from++, to++) {
        text[to] = text[from];
        if (text[from] == '+' && !in_path)
            text[to] = ' ';
        if (text[from] != '%')
            continue;
        int high = length - from > 2 ? hex_digit(text[from + 1]) : -1;
        int low = length - from > 2 ? hex_digit(text[from + 2]) : -1;
        if (high < 0 || low < 0)
            return -1;
        text[to] = (char)(high << 4 | low);
        if (in_path && text[to] == '/')
            return -1;
        from += 2;
    }
    text[to] = '\0';
    return (long)to;
}

/* NULL with `*malformed` set when it cannot be decoded, without when there is no memory. */
static const char *decode(const char *text, size_t length, bool in_path, arena *memory, bool *malformed)
{
    char *copy = arena_copy(memory, text, length);
    long count = copy ? unescape(copy, length, in_path) : 0;
    *malformed = count < 0 ||
                 (copy && (text_count(copy, (size_t)count) < 0 || text_has_control(copy, (size_t)count, "")));
    return *malformed ? NULL : copy;
}

tasks_status uri_path_read(const char *raw, arena *memory, const char **out, tasks_error *error)
{
    bool malformed;
    *out = decode(raw, strlen(raw), true, memory, &malformed);
    if (malformed)
        return fail(error, TASKS_INVALID, "path_malformed", "the path is not valid percent-encoded UTF-8");
    return *out ? TASKS_OK : fail_memory(error);
}

const char *uri_query_get(const struct uri_query *query, const char *name)
{
    for (size_t i = 0; i < query->count; i++)
        if (strcmp(query->items[i].name, name) == 0)
            return query->items[i].value;
    return NULL;
}

static tasks_status read_pair(const char *pair, size_t length, arena *memory, struct uri_query *out,
                              tasks_error *error)
{
    const char *equals = memchr(pair, '=', length);
    size_t name_length = equals ? (size_t)(equals - pair) : length;
    const char *value = equals ? equals + 1 : pair + length;
    bool bad_name, bad_value;
    const char *name = decode(pair, name_length, false, memory, &bad_name);
    value = decode(value, (size_t)(pair + length - value), false, memory, &bad_value);
    if (bad_name || bad_value || out->count == URI_PARAMETERS_MAX)
        return fail(error, TASKS_INVALID, "query_malformed",
                    "the query is not up to %d pairs of valid percent-encoded UTF-8", URI_PARAMETERS_MAX);
    if (!name || !value)
        return fail_memory(error);
    if (uri_query_get(out, name))
        return fail_field(error, name, "parameter_repeated", "the parameter '%.64s' comes twice", name);
    out->items[out->count++] = (struct uri_parameter){name, value};
    return TASKS_OK;
}

tasks_status uri_query_read(const char *raw, arena *memory, struct uri_query *out, tasks_error *error)
{
    tasks_status status = TASKS_OK;
    out->count = 0;
    while (raw && *raw && status == TASKS_OK) {
        size_t length = strcspn(raw, "&");
        if (length > 0)
            status = read_pair(raw, length, memory, out, error);
        raw += length + (raw[length] == '&');
    }
    return status;
}

void uri_encode(buf *to, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    while (*text) {
        size_t plain = strspn(text, unreserved);
        buf_bytes(to, text, plain);
        text += plain;
        if (*text) {
            unsigned char c = (unsigned char)*text++;
            char escaped[3] = {'%', hex[c >> 4], hex[c & 15]};
            buf_bytes(to, escaped, sizeof escaped);
        }
    }
}
