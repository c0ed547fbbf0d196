#include "cells.h"

#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "text.h"

#define REPLACEMENT "\xEF\xBF\xBD"
#define ELLIPSIS    "\xE2\x80\xA6"

/* One character: where it stands, and what it takes to show it. */
typedef struct cell {
    const char *bytes;
    size_t length; /* in the text */
    int width;
    bool shown; /* false: shown as U+FFFD */
} cell;

static size_t sequence_length(unsigned char lead)
{
    return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static wchar_t code_point(const char *bytes, size_t length)
{
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    wchar_t c = (unsigned char)bytes[0] & lead_bits[length];
    for (size_t i = 1; i < length; i++)
        c = (wchar_t)(c << 6 | ((unsigned char)bytes[i] & 0x3F));
    return c;
}

/* Embeddings, overrides and isolates reorder what follows them, up to the rest of the row. */
static bool reorders(wchar_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Widths come with a UTF-8 locale. Only LC_CTYPE is set: numbers stay as they are. */
static int width_of(wchar_t c)
{
    static bool ready;
    if (!ready) {
        ready = true;
        setlocale(LC_CTYPE, "");
        if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
            setlocale(LC_CTYPE, "C.UTF-8");
    }
    int width = wcwidth(c);
    return width < 0 ? 1 : width;
}

static cell next(const char *text)
{
    cell c = {.bytes = text, .length = sequence_length((unsigned char)*text), .width = 1};
    if (strnlen(text, c.length) < c.length || text_count(text, c.length) != 1) {
        c.length = 1;
        return c;
    }
    wchar_t point = code_point(text, c.length);
    c.shown = !text_has_control(text, c.length, "") && !reorders(point);
    if (c.shown && point > 0x7F)
        c.width = width_of(point);
    return c;
}

/* How many bytes at the start are ASCII that is shown as it is: most text is nothing else. */
static size_t plain_length(const char *text)
{
    size_t length = 0;
    while (text[length] >= ' ' && text[length] <= '~')
        length++;
    return length;
}

static void put(buf *to, const cell *c)
{
    if (c->shown)
        buf_bytes(to, c->bytes, c->length);
    else
        buf_text(to, REPLACEMENT);
}

size_t cells_width(const char *text)
{
    size_t width = 0;
    for (;;) {
        size_t plain = plain_length(text);
        width += plain;
        text += plain;
        if (!*text)
            return width;
        cell c = next(text);
        width += (size_t)c.width;
        text += c.length;
    }
}

/* Appends what fits into `room` cells; returns the cells used. */
static size_t put_fitting(buf *to, const char *text, size_t room)
{
    size_t left = room;
    for (;;) {
        size_t plain = plain_length(text);
        if (plain > left)
            plain = left;
        buf_bytes(to, text, plain);
        left -= plain;
        text += plain;
        if (!*text)
            return room - left;
        cell c = next(text);
        if ((size_t)c.width > left)
            return room - left;
        put(to, &c);
        left -= (size_t)c.width;
        text += c.length;
    }
}

size_t cells_put(buf *to, const char *text, int max)
{
    if (max < 0)
        return put_fitting(to, text, SIZE_MAX);
    size_t room = (size_t)max;
    if (!room || cells_width(text) <= room)
        return put_fitting(to, text, room);
    size_t used = put_fitting(to, text, room - 1);
    buf_text(to, ELLIPSIS);
    return used + 1;
}

void cells_put_lines(buf *to, const char *text, const char *indent)
{
    for (cell c; *text; text += c.length) {
        c = next(text);
        if (*text == '\n' || *text == '\t')
            buf_char(to, *text);
        else
            put(to, &c);
        if (*text == '\n')
            buf_text(to, indent);
    }
}
