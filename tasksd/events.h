/* Live updates: one thread writes to all streams, another waits for the store to have something new. A stream
 * takes no worker. Each goes on from the revision it has got to, so one that is slow costs a buffer and no
 * more: what changes meanwhile it gets once, in its last state; one that takes nothing for long is ended. */
#ifndef EVENTS_H
#define EVENTS_H

#include "conns.h"
#include "tasks.h"

struct events;
struct events_stream;

struct events_options {
    tasks_db *db;
    struct conns *conns; /* whose connections become streams */
    size_t streams;      /* at most */
};

/* What the options point to is borrowed. NULL on failure. */
struct events *events_new(const struct events_options *options);

/* Ends all streams; there will be no other. */
void events_end(struct events *events);
void events_free(struct events *events);

size_t events_count(const struct events *events);

enum { EVENTS_FROM_NOW = -1 };

/* A place for a stream of what changed for `owner` after revision `since`. NULL if there is none. */
struct events_stream *events_open(struct events *events, const char *owner, const char *url_base,
                                  int64_t since);

/* For struct http_takeover: starts the stream (`context`) on the connection; -1: gives the place back. */
void events_give(void *context, int fd);

#endif
