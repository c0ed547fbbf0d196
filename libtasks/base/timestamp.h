/* Times: milliseconds since 1970 in C, RFC 3339 in text. */
#ifndef TIMESTAMP_H
#define TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Years 0000 to 9999. */
#define TIMESTAMP_MIN INT64_C(-62167219200000)
#define TIMESTAMP_MAX INT64_C(253402300799999)
enum { TIMESTAMP_SIZE = 25 }; /* "2026-01-31T09:30:00.000Z" and NUL */

int64_t timestamp_now(void);       /* wall clock */
int64_t timestamp_monotonic(void); /* milliseconds that never go back */
bool timestamp_valid(int64_t time_ms);
/* RFC 3339, any offset, any number of fraction digits (cut to milliseconds), leap second 60 read as the
 * next minute's 00. Returns false on anything else, also when the result is out of range. */
bool timestamp_read(const char *text, size_t length, int64_t *time_ms);
/* `time_ms` must be valid. Writes 24 characters and NUL. */
void timestamp_write(int64_t time_ms, char text[TIMESTAMP_SIZE]);

#endif
