#include "descriptors.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

enum { WORKERS_LEAST = 4 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What is left is shared evenly: requests and live updates are both what the page lives on. */
bool descriptors_fit(struct config *config, int64_t limit)
{
    int64_t room = limit - DESCRIPTORS_SPARE, workers = config->workers, streams = config->streams;
    if (workers + streams <= room)
        return true;
    if (!config->workers_said)
        workers = least(workers, config->streams_said ? room - streams : room - room / 2);
    if (!config->streams_said)
        streams = least(streams, room - workers);
    if (workers < WORKERS_LEAST || streams < 0 || workers + streams > room)
        return false;
    config->workers = workers;
    config->streams = streams;
    config->fitted_to = limit;
    return true;
}

/* The usual soft limit of 1024 is for programs that use select(). */
bool descriptors_allow(struct config *config)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return true;
    int64_t most = limit.rlim_max > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_max;
    if (!descriptors_fit(config, most)) {
        log_error("--workers %lld and --streams %lld need %lld open files, but the limit is %lld (ulimit -n)",
                  (long long)config->workers, (long long)config->streams,
                  (long long)config->workers + config->streams + DESCRIPTORS_SPARE, (long long)most);
        return false;
    }
    rlim_t wanted = (rlim_t)(config->workers + config->streams) + DESCRIPTORS_SPARE;
    if (limit.rlim_cur >= wanted)
        return true;
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return true;
    log_error("cannot raise the limit of open files to %lld: %s", (long long)wanted, strerror(errno));
    return false;
}
