#include "keyring.h"

#include <pthread.h>
#include <stdlib.h>

#include "fail.h"
#include "idp.h"
#include "openssl.h"
#include "timestamp.h"

enum {
    AGE_MAX_MS = 3600000, /* keys that were withdrawn are good for no longer, unless the issuer is away */
    RETRY_MS = 5000       /* after a failure */
};

struct keyring {
    struct keyring_options options;
    pthread_mutex_t lock;
    pthread_cond_t fetched;
    bool fetching;
    struct jwks *keys; /* NULL until there are any */
    int64_t tried_ms, got_ms;
    tasks_error error; /* of the last try */
};

struct keyring *keyring_new(const struct keyring_options *options)
{
    struct keyring *ring = calloc(1, sizeof *ring);
    if (!ring)
        return NULL;
    ring->options = *options;
    ring->tried_ms = ring->got_ms = INT64_MIN / 2;
    pthread_mutex_init(&ring->lock, NULL);
    pthread_cond_init(&ring->fetched, NULL);
    return ring;
}

void keyring_free(struct keyring *ring)
{
    if (!ring)
        return;
    jwks_free(ring->keys);
    pthread_cond_destroy(&ring->fetched);
    pthread_mutex_destroy(&ring->lock);
    free(ring);
}

/* ---- Fetching, without the lock ---- */

static struct jwks *fetch_keys(const struct keyring_options *options, const char *url, tasks_error *error)
{
    https_reply reply;
    struct jwks *keys = NULL;
    if (!idp_get(url, &reply, error)) {
        keys = jwks_read(reply.body, reply.length, options->algorithm);
        if (!keys)
            fail(error, TASKS_UNAVAILABLE, "issuer_away", "%.150s is no set of keys", url);
    }
    https_reply_done(&reply);
    return keys;
}

static struct jwks *fetch(const struct keyring_options *options, tasks_error *error)
{
    arena memory;
    struct discovery found;
    struct jwks *keys = NULL;
    arena_init(&memory);
    if (!idp_discover(options->issuer, &memory, &found, error))
        keys = fetch_keys(options, found.keys_url, error);
    arena_done(&memory);
    return keys;
}

/* ---- Finding, with the lock ---- */

static EVP_PKEY *known(const struct keyring *ring, const char *kid)
{
    return ring->keys ? jwks_key(ring->keys, kid) : NULL;
}

static bool is_due(const struct keyring *ring, const char *kid)
{
    int64_t now_ms = timestamp_monotonic();
    int64_t pause_ms = ring->error.status ? RETRY_MS : ring->options.refetch_ms;
    bool wanted = !known(ring, kid) || now_ms - ring->got_ms >= AGE_MAX_MS;
    return wanted && !ring->fetching && now_ms - ring->tried_ms >= pause_ms;
}

/* Keys that are there stay until there are others: an issuer that is away locks nobody out. */
static void refresh(struct keyring *ring)
{
    tasks_error error = {.status = TASKS_OK};
    ring->fetching = true;
    ring->tried_ms = timestamp_monotonic();
    pthread_mutex_unlock(&ring->lock);
    struct jwks *keys = fetch(&ring->options, &error);
    pthread_mutex_lock(&ring->lock);
    ring->fetching = false;
    ring->error = error;
    if (keys) {
        jwks_free(ring->keys);
        ring->keys = keys;
        ring->got_ms = ring->tried_ms;
    }
    pthread_cond_broadcast(&ring->fetched);
}

static tasks_status take(const struct keyring *ring, const char *kid, EVP_PKEY **out, tasks_error *error)
{
    *out = known(ring, kid);
    if (*out) {
        openssl.EVP_PKEY_up_ref(*out);
        return TASKS_OK;
    }
    if (!ring->keys) {
        *error = ring->error;
        return error->status;
    }
    return fail(error, TASKS_DENIED, "token_unknown", "the token is refused: its issuer has no such key");
}

tasks_status keyring_find(struct keyring *ring, const char *kid, EVP_PKEY **out, tasks_error *error)
{
    pthread_mutex_lock(&ring->lock);
    while (ring->fetching && !known(ring, kid))
        pthread_cond_wait(&ring->fetched, &ring->lock);
    if (is_due(ring, kid))
        refresh(ring);
    tasks_status status = take(ring, kid, out, error);
    pthread_mutex_unlock(&ring->lock);
    return status;
}
