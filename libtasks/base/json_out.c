#include "json_out.h"

#include <math.h>
#include <string.h>

#include "number.h"
#include "tasks.h"
#include "timestamp.h"

void json_out_init(json_out *j, buf *to)
{
    *j = (json_out){.to = to};
}

/* Comma and key of the next value, in one append: lists are the hot path. */
static void start(json_out *j, const char *key)
{
    size_t length = key ? strlen(key) : 0;
    char *place = buf_reserve(j->to, j->comma + (key ? length + 3 : 0)), *at = place;
    if (!place)
        return;
    if (j->comma)
        *at++ = ',';
    if (key) {
        *at++ = '"';
        memcpy(at, key, length);
        at += length;
        *at++ = '"';
        *at++ = ':';
    }
    buf_commit(j->to, (size_t)(at - place));
    j->comma = true;
}

static void open_level(json_out *j, const char *key, char bracket)
{
    start(j, key);
    buf_char(j->to, bracket);
    j->comma = false;
}

static void close_level(json_out *j, char bracket)
{
    buf_char(j->to, bracket);
    j->comma = true;
}

void json_out_object(json_out *j, const char *key)
{
    open_level(j, key, '{');
}

void json_out_object_end(json_out *j)
{
    close_level(j, '}');
}

void json_out_array(json_out *j, const char *key)
{
    open_level(j, key, '[');
}

void json_out_array_end(json_out *j)
{
    close_level(j, ']');
}

void json_out_raw(json_out *j, const char *key, const char *json, size_t length)
{
    start(j, key);
    buf_bytes(j->to, json, length);
}

/* Eight bytes hold a quote, a backslash or one below 0x20. False alarms are possible, misses are not. */
static bool needs_escape(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t quote = eight ^ ones * '"', backslash = eight ^ ones * '\\';
    return (((eight - ones * 0x20) & ~eight) | ((quote - ones) & ~quote) |
            ((backslash - ones) & ~backslash)) &
           highs;
}

static size_t safe_run(const char *text, size_t length)
{
    size_t run = 0;
    for (uint64_t eight; length - run >= sizeof eight; run += sizeof eight) {
        memcpy(&eight, text + run, sizeof eight);
        if (needs_escape(eight))
            break;
    }
    while (run < length && (unsigned char)text[run] >= 0x20 && text[run] != '"' && text[run] != '\\')
        run++;
    return run;
}

static void escape(buf *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char plain[] = "\"\\\b\f\n\r\t", shorthand[] = "\"\\bfnrt";
    const char *found = memchr(plain, c, sizeof plain - 1);
    char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    if (found)
        text[1] = shorthand[found - plain];
    buf_bytes(to, text, found ? 2 : 6);
}

void json_out_text_n(json_out *j, const char *key, const char *text, size_t length)
{
    start(j, key);
    buf_char(j->to, '"');
    for (size_t at = 0; at < length; at++) {
        size_t run = safe_run(text + at, length - at);
        buf_bytes(j->to, text + at, run);
        at += run;
        if (at < length)
            escape(j->to, (unsigned char)text[at]);
    }
    buf_char(j->to, '"');
}

void json_out_text(json_out *j, const char *key, const char *text)
{
    if (text)
        json_out_text_n(j, key, text, strlen(text));
    else
        json_out_null(j, key);
}

void json_out_int(json_out *j, const char *key, int64_t number)
{
    start(j, key);
    buf_int(j->to, number);
}

void json_out_double(json_out *j, const char *key, double number)
{
    char text[NUMBER_SIZE];
    if (isfinite(number))
        json_out_raw(j, key, text, number_write(number, text));
    else
        json_out_null(j, key);
}

void json_out_bool(json_out *j, const char *key, bool value)
{
    start(j, key);
    buf_text(j->to, value ? "true" : "false");
}

void json_out_null(json_out *j, const char *key)
{
    json_out_raw(j, key, "null", 4);
}

void json_out_time(json_out *j, const char *key, int64_t time_ms)
{
    char text[TIMESTAMP_SIZE + 2] = "\"";
    if (time_ms == TASKS_NO_TIME) {
        json_out_null(j, key);
        return;
    }
    timestamp_write(time_ms, text + 1);
    text[TIMESTAMP_SIZE] = '"';
    json_out_raw(j, key, text, TIMESTAMP_SIZE + 1);
}
