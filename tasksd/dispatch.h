/* From a request to its answer: who may ask, which route, what query and body, then the handler. */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "app.h"
#include "route.h"

/* A request on its way. */
struct dispatch {
    struct app *app;
    const struct route *routes;
    struct http_request *rq;
    struct http_response *rs;
    struct route_match match;
    const char *host;
    struct auth_who who;
    tasks_db *view;                 /* of the store, bound to its owner */
    struct idempotency_entry entry; /* has a key when it is on the list */
    struct call call;
};

/* As dispatch_run() for a route in halves, but its call is left to the caller, with those of others, if it
 * comes so far: false, and `d->call` has to be made before dispatch_end(). What `d` is given is borrowed
 * until it is answered. */
bool dispatch_begin(struct dispatch *d, struct app *app, const struct route *routes, struct http_request *rq,
                    struct http_response *rs);
void dispatch_end(struct dispatch *d);

/* The head of `rq` has passed the guard. Fills `rs` in any case. */
void dispatch_run(struct app *app, const struct route *routes, struct http_request *rq,
                  struct http_response *rs);

#endif
