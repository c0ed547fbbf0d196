/* What a loop (quick.h) does at the connections that have something to say: what is quick it takes, all else
 * it leaves in the socket. What needs a call that can be made with those of others (call.h) waits for the end
 * of the turn, or for share.h. The answers leave together (burst.h). */
#ifndef TURN_H
#define TURN_H

#include "burst.h"
#include "exchange.h"
#include "share.h"

struct quick_place;
struct waiting;

/* What a loop works with. */
struct turn {
    const struct exchange_listener *listener;
    struct share *const *shares;          /* where calls of each kind go; NULL, for one kind: made at once */
    struct share_item *calls[CALL_KINDS]; /* that have come in this turn */
    char *block;                          /* what has come; NULL: out of memory, and all is left */
    struct burst burst;
    struct waiting *answered[BURST_MAX]; /* whose answers are not sent yet */
    size_t answered_count, answered_size;
    struct share_item *sent, *spares; /* for turn_next(); to be used again */
    size_t spare_count;
};

enum turn_verdict {
    TURN_STAYS,  /* nothing is left to do */
    TURN_LEAVES, /* the rest is for the worker */
    TURN_CLOSES, /* and so is the end of the connection */
    TURN_WAITS   /* until turn_next() comes to it */
};

/* Is it one of those requests? The head of `rq` is there, with its route and its framing. */
bool turn_is_quick(const struct exchange_listener *listener, const struct http_request *rq);

void turn_init(struct turn *turn, const struct exchange_listener *listener, struct share *const *shares);
void turn_done(struct turn *turn);

enum turn_verdict turn_take(struct turn *turn, struct quick_place *place);

/* Answers those whose calls came back by share_take(). */
void turn_conclude(struct turn *turn, struct share_item *made);

/* Ends a turn: a place whose answer is sent by now, and what is to be done with it. NULL: no other; what
 * still waits is with the shares. */
struct quick_place *turn_next(struct turn *turn, enum turn_verdict *verdict);

#endif
