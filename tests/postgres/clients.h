/* Clients of a service over HTTP: each creates tasks one after the other, with a key, and sends each again
 * until it is acknowledged; between them it reads. In the end every task must be there, and once. */
#ifndef CLIENTS_H
#define CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "server.h"

typedef struct clients clients;

/* What came of a run so far, in requests. */
typedef struct clients_report {
    int64_t done;        /* 2xx */
    int64_t put_off;     /* 503, or 409 to a key whose first request is under way */
    int64_t unanswered;  /* the connection ended, or there was none */
    int64_t wrong;       /* any other status, or a 503 without Retry-After */
    int64_t longest_ms;  /* the longest request */
    int64_t last_bad_ms; /* when the last one that was not done ended, of the monotonic clock; 0: none was */
} clients_report;

/* Client i asks at ports[i % port_count]. */
clients *clients_start(const int *ports, int port_count, int count);
clients_report clients_look(const clients *all);
/* Waits until so many more requests are done; the test fails when that takes too long. */
void clients_await(const clients *all, int64_t more);
clients_report clients_stop(clients *all);
/* Compares with what the server holds. Frees them. */
void clients_verify(clients *all, const struct server *server);

#endif
