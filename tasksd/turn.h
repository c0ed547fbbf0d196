/* What a loop (quick.h) does at a connection that has something to say: what is quick it takes and answers,
 * all else it leaves in the socket. What needs a call that can be made with those of others (call.h) waits
 * for the end of the turn, or for share.h, and is answered then. */
#ifndef TURN_H
#define TURN_H

#include "exchange.h"
#include "share.h"

struct quick_place;

/* What a loop works with. */
struct turn {
    const struct exchange_listener *listener;
    struct share *const *shares;          /* where calls of each kind go; NULL, for one kind: made at once */
    struct share_item *calls[CALL_KINDS]; /* that came since turn_hand_over() */
    char *block;                          /* what has come; NULL: out of memory, and all is left */
    char *dropped;                        /* as much room, which stays untouched */
    buf out;
};

enum turn_verdict {
    TURN_STAYS,  /* what had come is answered */
    TURN_LEAVES, /* the rest is for the worker */
    TURN_CLOSES, /* and so is the end of the connection */
    TURN_WAITS   /* until its call is made: then turn_conclude() */
};

/* Is it one of those requests? The head of `rq` is there, with its route and its framing. */
bool turn_is_quick(const struct exchange_listener *listener, const struct http_request *rq);

void turn_init(struct turn *turn, const struct exchange_listener *listener, struct share *const *shares);
void turn_done(struct turn *turn);

enum turn_verdict turn_take(struct turn *turn, struct quick_place *place);

/* Lets what was taken go on, after some turns. Returns those whose calls are made by then; NULL: none. */
struct share_item *turn_hand_over(struct turn *turn);

/* `item` came from turn_hand_over() or share_take(); *place is where it came from. */
enum turn_verdict turn_conclude(struct turn *turn, struct share_item *item, struct quick_place **place);

#endif
