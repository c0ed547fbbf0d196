/* From a request to its answer: who may ask, which route, what query and body, then the handler. */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "app.h"
#include "route.h"

/* The head of `rq` has passed the guard. Fills `rs` in any case. */
void dispatch_run(struct app *app, const struct route *routes, struct http_request *rq,
                  struct http_response *rs);

#endif
