#include "base64url.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_write(const uint8_t *bytes, size_t count, char *text)
{
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < count; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 6; held -= 6)
            *text++ = alphabet[bits >> (held - 6) & 63];
    }
    if (held)
        *text++ = alphabet[bits << (6 - held) & 63];
    *text = '\0';
}

bool base64url_read(const char *text, size_t length, uint8_t *bytes, size_t count)
{
    uint32_t bits = 0;
    unsigned held = 0;
    if (length != count / 3 * 4 + (count % 3 * 4 + 2) / 3)
        return false;
    for (size_t i = 0; i < length; i++) {
        const char *digit = memchr(alphabet, text[i], sizeof alphabet - 1);
        if (!digit)
            return false;
        bits = bits << 6 | (uint32_t)(digit - alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            *bytes++ = (uint8_t)(bits >> held);
        }
    }
    return (bits & ((1U << held) - 1)) == 0; /* else a second text would mean the same bytes */
}
