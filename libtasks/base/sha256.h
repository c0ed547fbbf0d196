/* SHA-256 (FIPS 180-4), for tokens: the library must be able to do without OpenSSL. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32 };

void sha256(const void *bytes, size_t length, uint8_t digest[SHA256_SIZE]);

#endif
