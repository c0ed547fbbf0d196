#include "buckets.h"

#include <pthread.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000000)

struct buckets {
    struct buckets_rate rate;
    int64_t step_ns; /* in which a bucket gains a token */
    pthread_mutex_t lock;
    struct lru *clients;
};

/* All that must be known of a bucket is when it will be full: never earlier than now. */
struct bucket {
    int64_t full_ns;
};

struct buckets *buckets_new(const struct buckets_rate *rate, size_t clients)
{
    struct buckets *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->rate = *rate;
    b->step_ns = rate->period_s * SECOND / rate->count;
    b->clients = lru_new(clients, sizeof(struct bucket));
    pthread_mutex_init(&b->lock, NULL);
    if (b->clients)
        return b;
    buckets_free(b);
    return NULL;
}

void buckets_free(struct buckets *b)
{
    if (!b)
        return;
    pthread_mutex_destroy(&b->lock);
    lru_free(b->clients);
    free(b);
}

const struct buckets_rate *buckets_rate(const struct buckets *b)
{
    return &b->rate;
}

static int64_t seconds(int64_t ns)
{
    return ns > 0 ? (ns + SECOND - 1) / SECOND : 0;
}

static struct buckets_state take(const struct buckets *b, struct bucket *bucket, int64_t count,
                                 int64_t now_ns)
{
    int64_t missing_ns = bucket->full_ns > now_ns ? bucket->full_ns - now_ns : 0;
    int64_t most_ns = b->rate.burst * b->step_ns;
    int64_t wanted_ns = (count ? count : 1) * b->step_ns;
    bool enough = missing_ns + wanted_ns <= most_ns;
    if (enough)
        missing_ns += count * b->step_ns;
    bucket->full_ns = now_ns + missing_ns;
    return (struct buckets_state){.enough = enough,
                                  .left = (most_ns - missing_ns) / b->step_ns,
                                  .full_s = seconds(missing_ns),
                                  .retry_s = seconds(missing_ns + b->step_ns - most_ns)};
}

struct buckets_state buckets_take(struct buckets *b, const struct lru_key *client, int64_t count,
                                  int64_t now_us)
{
    pthread_mutex_lock(&b->lock);
    struct buckets_state state = take(b, lru_put(b->clients, client), count, now_us * 1000);
    pthread_mutex_unlock(&b->lock);
    return state;
}
