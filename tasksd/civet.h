/* The HTTP library: the one place that knows civetweb. */
#ifndef CIVET_H
#define CIVET_H

#include "exchange.h"
#include "listen.h"
#include "quick.h"

struct civet_options {
    const struct listen_address *listen;
    size_t listen_count;
    int64_t workers;    /* its conns has room for as many */
    int64_t request_ms; /* for a head and for a body, each in total; for taking a part of an answer */
    struct exchange_listener listener;
    bool quick; /* not every request needs a worker: see quick.h. An issuer of tokens may let one wait */
};

struct civet;

/* Serves until civet_stop(). `options` is copied, what it points to is borrowed.
 * NULL on failure, with one line in `fault`. */
struct civet *civet_start(const struct civet_options *options, char *fault, size_t fault_size);

/* The ports that are listened on, in the order of options.listen. */
size_t civet_ports(const struct civet *civet, uint16_t ports[LISTEN_MAX]);

/* Answers of requests that are still under way are lost: see conns.h for how to stop before. */
void civet_stop(struct civet *civet);

#endif
