/* The connections of one listener. civetweb gives each a thread for as long as it lasts, bounds a request
 * only from byte to byte, and has no word for "this one has to go". So this keeps book of what each worker
 * holds, and a thread of its own ends connections (by shutting their sockets down) that
 *   - have taken too long to send a body or to take an answer,
 *   - are more than one address may have,
 *   - sit idle while the workers run out.
 * A connection that is handling a request is left alone otherwise. */
#ifndef CONNS_H
#define CONNS_H

#include "access.h"
#include "crowd.h"
#include "sockets.h"

struct conns;
struct conns_slot; /* what one worker holds */

struct conns_options {
    size_t workers;
    size_t per_address;
    size_t detached_max;         /* connections besides those of workers; see conns_detach() */
    const struct access *access; /* tells who is exempt from per_address; borrowed */
};

struct conns *conns_new(const struct conns_options *options);
void conns_free(struct conns *c); /* ends the thread */

/* Starts the thread; `ports` are those that are listened on. */
bool conns_watch(struct conns *c, const uint16_t *ports, size_t port_count);

/* For a worker thread, once. NULL when there are more than options.workers. */
struct conns_slot *conns_slot(struct conns *c);

/* The life of a connection: opened, [begin, end]..., closing, closed. Its socket may be closed only
 * between the last two: that is what makes it safe to shut down what was found by its key. */
void conns_opened(struct conns *c, struct conns_slot *slot);
void conns_closing(struct conns *c, struct conns_slot *slot);
void conns_closed(struct conns *c);

/* False: the connection has been ended, or the server has; the request must not be carried out. */
bool conns_begin(struct conns *c, struct conns_slot *slot, sockets_key key);
void conns_end(struct conns *c, struct conns_slot *slot);

/* When it was opened, or last answered: a time of timestamp_monotonic(). */
int64_t conns_since(const struct conns_slot *slot);

/* From now on the client has `limit_ms` to send its body. Then reading ends, so that it can still be told. */
void conns_limit(struct conns_slot *slot, int64_t limit_ms);
bool conns_late(const struct conns_slot *slot); /* is that time over? */

/* From now on the client has `limit_ms` to take its answer. Then the connection ends. */
void conns_limit_answer(struct conns_slot *slot, int64_t limit_ms);

/* Do so many workers hold a connection that none should be kept open between requests? */
bool conns_crowded(const struct conns *c);

size_t conns_held(const struct conns *c);
size_t conns_in_flight(const struct conns *c);
uint64_t conns_put_out(const struct conns *c, enum crowd_verdict why); /* ended as too many, so far */

/* The descriptor of the connection of `slot`, which stays its worker's; -1: not found. Takes its time. */
int conns_socket(struct conns *c, const struct conns_slot *slot);

/* Takes the connection of `slot` away from its worker, who may then close what it believes to hold. It no
 * longer counts here. Returns its descriptor, to be closed with conns_release(); -1 on failure. */
int conns_detach(struct conns *c, const struct conns_slot *slot);
void conns_release(struct conns *c, int fd);

/* Stopping, in this order. */
void conns_deafen(struct conns *c);  /* no new connections */
bool conns_quiet(struct conns *c);   /* nothing under way, nothing waiting to be read */
bool conns_finish(struct conns *c);  /* from now on conns_begin() refuses; true if nothing is under way */
void conns_end_all(struct conns *c); /* wakes every thread that waits for a client */

#endif
