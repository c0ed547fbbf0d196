/* Live updates: one thread writes to all streams, another waits for the store to have something new. A stream
 * takes no worker. Each goes on from the revision it has got to, so one that is slow costs a buffer and no
 * more: what changes meanwhile it gets once, in its last state; one that takes nothing for long is ended. */
#ifndef EVENTS_H
#define EVENTS_H

#include "auth.h"
#include "conns.h"
#include "tasks.h"

struct events;
struct events_stream;

struct events_options {
    tasks_db *db;
    struct auth *auth;           /* who is asked now and then whether a client may stay; NULL: all may */
    struct conns *conns;         /* whose connections become streams */
    size_t streams, per_address; /* at most: in all, of one address */
};

/* What the options point to is borrowed. NULL on failure. */
struct events *events_new(const struct events_options *options);

/* Ends all streams; there will be no other. */
void events_end(struct events *events);
void events_free(struct events *events);

/* From now on who has lost his right to a stream loses the stream. */
void events_recheck(struct events *events);

size_t events_count(const struct events *events);

struct events_wish {
    const struct auth_who *who;
    struct address address;
    const char *url_base;
    int64_t since; /* a revision */
    bool from_now; /* the client does not know it yet */
};

enum events_refusal { EVENTS_FULL, EVENTS_ENOUGH }; /* there is no place; the address has its share */

/* A place for a stream of what changed for its owner after a revision. NULL if there is none. */
struct events_stream *events_open(struct events *events, const struct events_wish *wish,
                                  enum events_refusal *why);

/* For struct http_takeover: starts the stream (`context`) on the connection; -1: gives the place back. */
void events_give(void *context, int fd);

#endif
