/* Answers for many connections in a few threads what no thread has to wait for.
 *
 * civetweb gives each connection a thread, and each request then costs two changes of threads, which is more
 * than a read takes. So the worker of a connection that is mostly asked for quick reads and for what can
 * share a call of the library (route.h) leaves it, between two requests, to a few loops and sleeps. A loop
 * looks at what has come without taking it. A plain and complete request of these kinds it takes (turn.h);
 * all else, doubtful framing too, it leaves for the worker, which finds it as if it had just come. */
#ifndef QUICK_H
#define QUICK_H

#include <semaphore.h>
#include <stdatomic.h>

#include "exchange.h"

struct quick;

/* What a worker knows of its connection, and leaves to the loops while it sleeps. */
struct quick_place {
    uint64_t taken; /* bytes of the requests so far */
    bool uncounted; /* it is not known how many */
    int credit;     /* grows with quick requests, shrinks with others */
    int fd;         /* -1: not known yet */
    struct conns_slot *slot;
    sockets_key key;
    atomic_int state;
    struct quick_place *next, **link; /* in the list of those who stay */
    sem_t done;
    bool close; /* the connection has to end */
    buf rest;   /* of the last answer, which the client did not take at once; freed by the worker */
};

void quick_place_init(struct quick_place *place);

/* A connection has been opened. */
void quick_opened(struct quick_place *place);

/* The worker has answered a request. A `head_size` of 0: its framing could not be relied on. `quick` may be
 * NULL. */
void quick_saw(const struct quick *quick, struct quick_place *place, const struct http_request *rq,
               size_t head_size);

/* A loop has taken a request of `size` bytes. */
void quick_took(struct quick_place *place, size_t size);

/* A loop, or a worker, has met a request that was none for a loop. */
void quick_missed(struct quick_place *place);

/* NULL on failure. `listener` is borrowed. */
struct quick *quick_new(const struct exchange_listener *listener);

/* Leaves the connection to a loop if that promises to pay, and returns when it is the worker's again. False:
 * it is to be closed. If there is a rest, that has to be written first, and the slot has begun (conns.h).
 * `quick` may be NULL. */
bool quick_stay(struct quick *quick, struct quick_place *place, struct conns_slot *slot, sockets_key key);

/* Gives all connections back, to be closed, and takes no more. May be called again. */
void quick_end(struct quick *quick);
void quick_free(struct quick *quick); /* when no worker is left */

#endif
