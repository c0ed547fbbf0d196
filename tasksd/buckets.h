/* Token buckets, one for each client: so many requests at once, and a steady rate afterwards. */
#ifndef BUCKETS_H
#define BUCKETS_H

#include "lru.h"

struct buckets_rate {
    int64_t count, period_s; /* so many in so many seconds: how fast a bucket fills */
    int64_t burst;           /* what it holds */
};

/* How one client's bucket stands. */
struct buckets_state {
    bool enough;     /* it held what was asked for */
    int64_t left;    /* whole tokens */
    int64_t full_s;  /* seconds until it is full again, rounded up */
    int64_t retry_s; /* seconds until it holds a token, rounded up */
};

struct buckets;

/* For up to `clients`; when there are more, those that were not seen for long start anew. */
struct buckets *buckets_new(const struct buckets_rate *rate, size_t clients);
void buckets_free(struct buckets *b);
const struct buckets_rate *buckets_rate(const struct buckets *b);

/* Takes `count` tokens if the bucket holds at least one and as many; 0 only looks. */
struct buckets_state buckets_take(struct buckets *b, const struct lru_key *client, int64_t count,
                                  int64_t now_us);

#endif
