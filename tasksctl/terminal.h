/* What is known about the terminal, and talking to who sits there. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

enum { TERMINAL_COLOR_AUTO, TERMINAL_COLOR_ALWAYS, TERMINAL_COLOR_NEVER };

/* Occupies standard descriptors that are closed, so that no file that is opened later (the store!) can be
 * taken for standard output. Reading or writing them still fails. */
void terminal_hold_streams(void);

/* Columns of the terminal that `fd` is; 0 when it is none or does not say. COLUMNS goes first. */
int terminal_width(int fd);

/* May what is written to `fd` be coloured? In auto: on a terminal that is not dumb, unless NO_COLOR is set.
 */
bool terminal_color(int fd, int mode);

/* Is there somebody to ask? */
bool terminal_can_ask(void);

/* Asks a yes-or-no question on standard error; anything but y or yes is no. */
bool terminal_ask(const char *question);

#endif
