/* base64url without padding (RFC 4648 section 5). */
#ifndef BASE64URL_H
#define BASE64URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BASE64URL_SIZE(bytes) (((bytes)*4 + 2) / 3 + 1) /* with NUL */

void base64url_write(const uint8_t *bytes, size_t count, char *text); /* NUL-terminated */
/* Exactly `count` bytes, from exactly the canonical text for them. */
bool base64url_read(const char *text, size_t length, uint8_t *bytes, size_t count);

#endif
