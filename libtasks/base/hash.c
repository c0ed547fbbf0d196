#include "hash.h"

#include <string.h>

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t hash_text(uint64_t hash, const char *text)
{
    /* 0xFF stands for NULL: no UTF-8 text holds it. */
    return text ? hash_bytes(hash, text, strlen(text) + 1) : hash_bytes(hash, "\xFF", 1);
}
