/* Numbers and their text. What is read is the whole text, in range, or nothing. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBER_INT_SIZE = 21, NUMBER_SIZE = 32 }; /* room for any text that is written here, with NUL */

/* Decimal digits with an optional '-'; no blanks, no '+', no leading zeros, no "-0". */
bool number_read(const char *text, size_t length, int64_t min, int64_t max, int64_t *out);
/* Both return the length of what they wrote. */
size_t number_write_int(int64_t value, char text[NUMBER_INT_SIZE]);
/* The first of 15, 16 or 17 digits that reads back as the same finite double; a JSON number whatever
 * the locale. */
size_t number_write(double value, char text[NUMBER_SIZE]);

#endif
