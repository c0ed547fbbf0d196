/* UTF-8 text: what is valid, how long it is, what may be in it. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Length in bytes of the character at `text`, of which `left` bytes are there; 0 if it is not valid UTF-8. */
size_t text_step(const char *text, size_t left);

/* Number of code points in `length` bytes; -1 if they are not valid UTF-8 (overlong forms, surrogates
 * and values above U+10FFFF are not). */
long text_count(const char *bytes, size_t length);

/* Does valid UTF-8 hold a control character (C0, DEL, C1, U+2028, U+2029)? `allowed` lists ASCII
 * exceptions, e.g. "\n\t". */
bool text_has_control(const char *text, size_t length, const char *allowed);

/* Does valid UTF-8 hold white space (ASCII or Unicode White_Space)? */
bool text_has_blank(const char *text, size_t length);

/* Narrows [*text, *text + *length) to leave out white space (ASCII or Unicode) at both ends. */
void text_trim(const char **text, size_t *length);

#endif
