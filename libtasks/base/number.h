/* Numbers from text: the whole text, in range, or nothing. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits with an optional '-'; no blanks, no '+', no leading zeros. */
bool number_read(const char *text, size_t length, int64_t min, int64_t max, int64_t *out);
/* Shortest decimal text that reads back as the same finite double; returns its length. */
size_t number_write(double value, char text[32]);

#endif
