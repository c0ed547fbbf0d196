#include "drain.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "crash.h"
#include "log.h"
#include "signals.h"
#include "timestamp.h"

enum {
    STEP_MS = 20,
    SETTLED_STEPS = 10, /* a client that was just answered may be about to ask again */
    LIBRARY_SECONDS = 5
};

/* Waits until nothing was under way for a moment. False if it was cut short. */
static bool wait_until_quiet(struct conns *conns, int64_t until)
{
    int quiet = 0;
    while (quiet < SETTLED_STEPS && timestamp_monotonic() < until) {
        quiet = conns_quiet(conns) ? quiet + 1 : 0;
        if (quiet > 0 && conns_held(conns) == 0)
            break;
        if (signals_wait(STEP_MS))
            return false;
    }
    return true;
}

/* From here on a request that still arrives is refused before it has done anything. */
static bool wait_until_done(struct conns *conns, int64_t until)
{
    while (!conns_finish(conns) && timestamp_monotonic() < until)
        if (signals_wait(STEP_MS))
            return false;
    return true;
}

static void wait_gently(struct app *app)
{
    const struct config *config = app->config;
    atomic_store(&app->phase, APP_DRAINING);
    log_line("stopping");
    if (config->drain_delay_ms > 0 && signals_wait(config->drain_delay_ms))
        return;
    int64_t until = timestamp_monotonic() + config->drain_timeout_ms;
    atomic_store(&app->phase, APP_CLOSING);
    events_end(app->events);
    conns_deafen(app->conns);
    if (wait_until_quiet(app->conns, until))
        wait_until_done(app->conns, until);
}

static void *stop_library(void *context)
{
    struct drain *drain = context;
    conns_end_all(drain->app->conns);
    civet_stop(drain->public);
    if (drain->admin_conns)
        conns_end_all(drain->admin_conns);
    civet_stop(drain->admin);
    return NULL;
}

/* mg_stop() waits for handlers without a limit. */
static void stop_within_limit(struct drain *drain)
{
    pthread_t thread;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LIBRARY_SECONDS;
    if (pthread_create(&thread, NULL, stop_library, drain) == 0 &&
        pthread_timedjoin_np(thread, NULL, &until) == 0)
        return;
    log_line("requests are still under way; leaving them");
    log_stop();
    crash_dismiss();
    _exit(0);
}

void drain_run(struct drain *drain)
{
    wait_gently(drain->app);
    conns_finish(drain->app->conns);
    size_t lost = conns_in_flight(drain->app->conns);
    if (lost > 0)
        log_line("%zu requests are not answered", lost);
    stop_within_limit(drain);
}
