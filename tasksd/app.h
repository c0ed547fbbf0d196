/* What all handlers share. */
#ifndef APP_H
#define APP_H

#include <stdatomic.h>

#include "auth.h"
#include "config.h"
#include "conns.h"
#include "events.h"
#include "idempotency.h"
#include "metrics.h"
#include "pages.h"
#include "tasks.h"
#include "telemetry.h"
#include "timing.h"

/* How far stopping has come. */
enum app_phase {
    APP_SERVING,
    APP_DRAINING, /* not ready, but everything is answered as before */
    APP_CLOSING   /* every answer ends its connection */
};

enum { APP_PUBLIC, APP_ADMIN, APP_LISTENERS };

struct app {
    const struct config *config;
    tasks_db *db;         /* the whole store: handlers of tasks use that of their request */
    struct auth *auth;    /* NULL: everybody is let in */
    struct conns *conns;  /* of the public listener */
    struct buckets *rate; /* NULL: no limit */
    struct idempotency idempotency;
    struct events *events;
    struct pages *pages;
    struct metrics *metrics[APP_LISTENERS];
    struct timing *timing;
    struct telemetry *telemetry; /* NULL: nobody wants any */
    atomic_uint_fast64_t quick;  /* requests that woke no worker */
    int64_t started_ms;
    atomic_int phase;
};

#endif
