/* Changes as server-sent events. */
#ifndef EVENTS_TEXT_H
#define EVENTS_TEXT_H

#include "buf.h"
#include "tasks.h"

/* Appends an event for each task of a page of tasks_changes(): deleted, created (as it was made) or updated.
 * Several changes of a task that a client has not seen yet are one event, so to a client "created" and
 * "updated" are the same: this is the task now. The last event of a revision carries its number as id; a
 * client that was cut off within a revision so gets all of it again. */
tasks_status events_text_page(const tasks_page *page, const char *url_base, buf *to, tasks_error *error);

/* Appends what a client without the tombstones it would need is told: fetch everything, go on from here. */
void events_text_reset(int64_t revision, buf *to);

/* Appends what every stream starts with: how soon to come back, and, unless the client has said where it
 * is (-1), where this stream starts. */
void events_text_start(int64_t revision, buf *to);

/* What keeps proxies from taking a silent stream for a dead one. */
void events_text_alive(buf *to);

#endif
