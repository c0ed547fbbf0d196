/* Lets calls of many requests share a commit, or a question to a database, without a thread for each: they
 * queue up here, and a thread hands over to the library (call.h) all that have come while the last ones were
 * made. There are two, so that one may clear up meanwhile. */
#ifndef SHARE_H
#define SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "timing.h"

struct share;

/* Lives inside its caller's own structure until it is taken out again. */
struct share_item {
    struct call *call;
    struct timing_request *timing; /* of its request */
    struct share_item *next;
    struct share *share;
    int64_t put_ms;
};

struct share_options {
    void (*ready)(void *context); /* there is something to take; called by whichever thread */
    void *context;
    int64_t wait_ms;  /* who has waited so long for others is given up, with wait_timeout */
    int64_t stuck_ms; /* see share_is_stuck() */
};

/* For calls of one kind. */
struct share *share_new(const struct share_options *options); /* NULL on failure */

/* Takes over a list. */
void share_put(struct share *share, struct share_item *list);

/* Up to `most` of those that are through; NULL: none. Who takes some and leaves others has `ready` called. */
struct share_item *share_take(struct share *share, int most);

/* Is there something to take? Costs nothing. */
bool share_has_some(const struct share *share);

/* Has the store been at it for so long that further calls are better left to threads that wait? */
bool share_is_stuck(const struct share *share);

/* Returns when all that was put is through. Nothing may be put any more. May be called again. */
void share_end(struct share *share);
void share_free(struct share *share); /* when all is taken */

#endif
