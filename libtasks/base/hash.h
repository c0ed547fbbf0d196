/* FNV-1a, 64 bits: to notice damage and mix-ups, not to resist an attacker. */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length);
uint64_t hash_text(uint64_t hash, const char *text); /* the NUL included; NULL differs from "" */

#endif
