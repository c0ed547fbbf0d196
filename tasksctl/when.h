/* Times as people write and read them. */
#ifndef WHEN_H
#define WHEN_H

#include <stdbool.h>
#include <stdint.h>

#define WHEN_WANTED "a time: 2026-01-31T09:30:00Z, 2026-01-31, today, tomorrow, +3d or +2w"

enum { WHEN_SIZE = 24 };

/* RFC 3339; or YYYY-MM-DD, today, tomorrow, +Nd, +Nw, all of which mean the start of that day in local
 * time (TZ), counted from `now_ms`. False on anything else. */
bool when_read(const char *text, int64_t now_ms, int64_t *time_ms);

/* Local time: "2026-01-31 09:30", or "2026-01-31" at the start of a day; "" for TASKS_NO_TIME. */
void when_write(int64_t time_ms, char text[WHEN_SIZE]);

#endif
