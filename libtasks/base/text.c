#include "text.h"

#include <stdint.h>
#include <string.h>

/* Decodes the character at `bytes`: its length, or 0 if it is not valid UTF-8. */
static size_t decode(const unsigned char *bytes, size_t left, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = bytes[0];
    *code = first;
    if (first < 0x80)
        return 1;
    size_t length = first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF8 ? 4 : 0;
    if (length == 0 || length > left)
        return 0;
    uint32_t value = first & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3FU);
    }
    if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code = value;
    return length;
}

size_t text_step(const char *text, size_t left)
{
    uint32_t code;
    return left ? decode((const unsigned char *)text, left, &code) : 0;
}

/* How many of the next bytes are surely ASCII, eight at a time. */
static size_t ascii_run(const unsigned char *bytes, size_t left)
{
    size_t run = 0;
    for (uint64_t eight; left - run >= sizeof eight; run += sizeof eight) {
        memcpy(&eight, bytes + run, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    return run;
}

long text_count(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    long count = 0;
    while (length) {
        uint32_t code;
        size_t step = ascii_run(at, length);
        count += (long)step;
        if (step == 0) {
            step = decode(at, length, &code);
            count++;
        }
        if (step == 0)
            return -1;
        at += step;
        length -= step;
    }
    return count;
}

static bool is_control(uint32_t code, const char *allowed)
{
    if (code < 0x20 || code == 0x7F)
        return code == 0 || !strchr(allowed, (int)code);
    return (code >= 0x80 && code <= 0x9F) || code == 0x2028 || code == 0x2029;
}

/* White_Space of the Unicode character database. */
static bool is_blank(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } blanks[] = {{0x09, 0x0D},     {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
                  {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (code >= blanks[i].first && code <= blanks[i].last)
            return true;
    return false;
}

/* Steps over a character of text that is known to be valid, and over a byte of any other. */
static size_t step_over(const char *text, size_t left, uint32_t *code)
{
    size_t step = decode((const unsigned char *)text, left, code);
    if (step == 0)
        *code = 0xFFFD;
    return step ? step : 1;
}

bool text_has_control(const char *text, size_t length, const char *allowed)
{
    uint32_t code;
    for (size_t i = 0; i < length;) {
        i += step_over(text + i, length - i, &code);
        if (is_control(code, allowed))
            return true;
    }
    return false;
}

bool text_has_blank(const char *text, size_t length)
{
    uint32_t code;
    for (size_t i = 0; i < length;) {
        i += step_over(text + i, length - i, &code);
        if (is_blank(code))
            return true;
    }
    return false;
}

static size_t last_character(const char *text, size_t length)
{
    size_t start = length - 1;
    while (start > 0 && length - start < 4 && ((unsigned char)text[start] & 0xC0) == 0x80)
        start--;
    return start;
}

void text_trim(const char **text, size_t *length)
{
    uint32_t code;
    while (*length) {
        size_t step = step_over(*text, *length, &code);
        if (!is_blank(code))
            break;
        *text += step;
        *length -= step;
    }
    while (*length) {
        size_t start = last_character(*text, *length);
        if (start + step_over(*text + start, *length - start, &code) != *length || !is_blank(code))
            break;
        *length = start;
    }
}
