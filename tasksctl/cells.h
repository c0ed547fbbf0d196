/* Text as a terminal shows it: in cells, of which a character takes none, one or two. Whatever could act
 * on the terminal instead of being shown is replaced by U+FFFD, wherever the text comes from. */
#ifndef CELLS_H
#define CELLS_H

#include <stddef.h>

#include "buf.h"

enum { CELLS_ALL = -1 };

/* How many cells `text` takes. */
size_t cells_width(const char *text);

/* Appends `text`; what takes more than `max` cells (CELLS_ALL: no limit) ends in "…". Returns the cells
 * used. */
size_t cells_put(buf *to, const char *text, int max);

/* The same for text of several lines: newline and tab are kept, and `indent` follows each newline. */
void cells_put_lines(buf *to, const char *text, const char *indent);

#endif
