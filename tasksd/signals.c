#include "signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

static sigset_t stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

static sigset_t all_signals(void)
{
    sigset_t set = stop_signals();
    sigaddset(&set, SIGHUP);
    return set;
}

void signals_block(void)
{
    sigset_t set = all_signals();
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static int wait_for(const sigset_t *set, int64_t limit_ms)
{
    struct timespec limit = {.tv_sec = limit_ms / 1000, .tv_nsec = limit_ms % 1000 * 1000000};
    int got;
    do
        got = sigtimedwait(set, NULL, limit_ms == SIGNALS_FOR_EVER ? NULL : &limit);
    while (got < 0 && errno == EINTR);
    return got > 0 ? got : 0;
}

bool signals_wait(int64_t limit_ms)
{
    sigset_t set = stop_signals();
    return wait_for(&set, limit_ms) != 0;
}

int signals_next(int64_t limit_ms)
{
    sigset_t set = all_signals();
    return wait_for(&set, limit_ms);
}
