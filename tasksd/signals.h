/* SIGTERM and SIGINT, and SIGHUP while the server serves, taken by waiting for them: no handler interrupts
 * anything. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

enum { SIGNALS_FOR_EVER = -1 };

/* Before there are threads, which inherit it. */
void signals_block(void);

/* True when SIGTERM or SIGINT came within `limit_ms`. */
bool signals_wait(int64_t limit_ms);

/* The same for SIGHUP too: its number, or 0. */
int signals_next(int64_t limit_ms);

#endif
