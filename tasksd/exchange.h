/* One request and its answer, whoever reads the one and writes the other: from a head that was received to
 * what log, metrics and traces are told. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "app.h"
#include "dispatch.h"
#include "guard.h"
#include "route.h"

/* Where requests come in. All is borrowed. */
struct exchange_listener {
    struct app *app;
    struct conns *conns;
    const struct route *routes;
    struct metrics *metrics; /* of these routes */
    int64_t keep_alive_ms;   /* 0: one request a connection */
    bool reads_at_once;      /* they wait for nothing but the processor */
};

struct exchange {
    const struct exchange_listener *listener;
    struct guard_head head; /* its method is NULL if there was none that could be read */
    struct http_header headers[HTTP_HEADERS_MAX];
    struct http_request rq;
    struct http_response rs;
    arena memory;
    int64_t began_us;
    size_t sent; /* bytes of the answer */
    struct timing_request timing;
};

/* Fills what the head says into x->rq. */
void exchange_read(struct exchange *x);

/* `listener`, `head` and `headers` are set; what they point to outlives the exchange. */
void exchange_begin(struct exchange *x, uint32_t peer);

/* Makes the answer. */
void exchange_answer(struct exchange *x);

/* As exchange_answer(), with dispatch_begin(): if false, `d->call` has to be made before the other. */
bool exchange_prepare(struct exchange *x, struct dispatch *d);
void exchange_conclude(struct exchange *x, struct dispatch *d);

/* Does the connection end after the answer, as far as client and server wish? */
bool exchange_closes(const struct exchange *x);

/* The head of the answer. It has its id from here. */
void exchange_head(struct exchange *x, buf *to);

/* Tells of it, and frees what it holds. */
void exchange_end(struct exchange *x);

#endif
