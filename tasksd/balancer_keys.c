#include "balancer_keys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "buckets.h"
#include "buf.h"
#include "discovery.h"
#include "fail.h"
#include "https.h"
#include "log.h"
#include "openssl.h"

enum {
    KEYS_MAX = 8,
    KID_LENGTH = 36, /* of a UUID */
    URL_MAX = 2048,
    CONNECT_MS = 3000,
    TOTAL_MS = 5000,
    REPLY_MAX = 8 << 10
};

/* Names can be made up without end: so often a key is asked for, whatever its name. */
static const struct buckets_rate fetch_rate = {.count = 1, .period_s = 60, .burst = 4};

struct kept {
    char kid[KID_LENGTH + 1];
    EVP_PKEY *key;
    uint64_t used;
};

struct balancer_keys {
    char *url;
    struct buckets *rate;
    pthread_mutex_t fetching; /* held during a fetch, so that one is enough; taken before `lock` */
    pthread_mutex_t lock;     /* guards all below */
    struct kept kept[KEYS_MAX];
    uint64_t uses;
};

struct balancer_keys *balancer_keys_new(const char *url)
{
    struct balancer_keys *keys = calloc(1, sizeof *keys);
    if (!keys)
        return NULL;
    pthread_mutex_init(&keys->fetching, NULL);
    pthread_mutex_init(&keys->lock, NULL);
    keys->url = strdup(url);
    keys->rate = buckets_new(&fetch_rate, 1);
    if (keys->url && keys->rate)
        return keys;
    balancer_keys_free(keys);
    return NULL;
}

void balancer_keys_free(struct balancer_keys *keys)
{
    if (!keys)
        return;
    for (size_t i = 0; i < KEYS_MAX; i++)
        if (keys->kept[i].key)
            openssl.EVP_PKEY_free(keys->kept[i].key);
    buckets_free(keys->rate);
    free(keys->url);
    pthread_mutex_destroy(&keys->lock);
    pthread_mutex_destroy(&keys->fetching);
    free(keys);
}

/* ---- The kept ones ---- */

static EVP_PKEY *known(struct balancer_keys *keys, const char *kid)
{
    EVP_PKEY *key = NULL;
    pthread_mutex_lock(&keys->lock);
    for (size_t i = 0; i < KEYS_MAX && !key; i++) {
        struct kept *kept = &keys->kept[i];
        if (!kept->key || strcmp(kept->kid, kid) != 0)
            continue;
        key = kept->key;
        kept->used = ++keys->uses;
        openssl.EVP_PKEY_up_ref(key);
    }
    pthread_mutex_unlock(&keys->lock);
    return key;
}

/* In place of the one that was not used for longest. */
static void keep(struct balancer_keys *keys, const char *kid, EVP_PKEY *key)
{
    struct kept *place = keys->kept;
    pthread_mutex_lock(&keys->lock);
    for (size_t i = 1; i < KEYS_MAX; i++)
        if (keys->kept[i].used < place->used)
            place = &keys->kept[i];
    if (place->key)
        openssl.EVP_PKEY_free(place->key);
    *place = (struct kept){.key = key, .used = ++keys->uses};
    memcpy(place->kid, kid, sizeof place->kid);
    openssl.EVP_PKEY_up_ref(key);
    pthread_mutex_unlock(&keys->lock);
}

/* ---- Fetching ---- */

static tasks_status away(tasks_error *error, const char *why)
{
    return fail(error, TASKS_UNAVAILABLE, "issuer_away", "the keys of the load balancer: %s", why);
}

static tasks_status no_such_key(tasks_error *error)
{
    return fail(error, TASKS_DENIED, "token_unknown", "the token is refused: its signer has no such key");
}

static tasks_status get(const char *url, https_reply *reply, tasks_error *error)
{
    const https_call call = {.method = "GET",
                             .url = url,
                             .plain = discovery_url_ok(url),
                             .connect_ms = CONNECT_MS,
                             .total_ms = TOTAL_MS,
                             .size_max = REPLY_MAX};
    tasks_error cause;
    if (https_run(&call, reply, &cause))
        return away(error, cause.message);
    if (reply->status == 404 || reply->status == 403)
        return no_such_key(error);
    return reply->status == 200 ? TASKS_OK : away(error, "another answer than 200");
}

static EVP_PKEY *read_pem(const https_reply *reply)
{
    BIO *memory = openssl.BIO_new_mem_buf(reply->body, (int)reply->length);
    EVP_PKEY *key = memory ? openssl.PEM_read_bio_PUBKEY(memory, NULL, NULL, NULL) : NULL;
    openssl.BIO_free(memory);
    openssl.ERR_clear_error(); /* a text that is no key leaves errors in a queue that nobody reads */
    return key;
}

static tasks_status fetch(const struct balancer_keys *keys, const char *kid, EVP_PKEY **out,
                          tasks_error *error)
{
    buf url;
    https_reply reply = {.body = NULL};
    buf_init(&url, URL_MAX);
    buf_print(&url, "%s/%s", keys->url, kid);
    tasks_status status = url.status ? fail_memory(error) : get(url.bytes, &reply, error);
    *out = status ? NULL : read_pem(&reply);
    if (!status && !*out)
        status = away(error, "what is there is no key");
    https_reply_done(&reply);
    buf_done(&url);
    return status;
}

/* With the right to fetch: somebody else may just have done so. */
static tasks_status look_again(struct balancer_keys *keys, const char *kid, EVP_PKEY **out,
                               tasks_error *error)
{
    static const struct lru_key all = {.digest = {0}};
    *out = known(keys, kid);
    if (*out)
        return TASKS_OK;
    if (!buckets_take(keys->rate, &all, 1, log_clock_us()).enough)
        return away(error, "they were asked for too often; try again later");
    tasks_status status = fetch(keys, kid, out, error);
    if (!status)
        keep(keys, kid, *out);
    return status;
}

/* The name becomes part of a URL. */
static bool is_uuid(const char *kid)
{
    return strlen(kid) == KID_LENGTH && strspn(kid, "0123456789abcdef-") == KID_LENGTH;
}

tasks_status balancer_keys_find(struct balancer_keys *keys, const char *kid, EVP_PKEY **out,
                                tasks_error *error)
{
    *out = NULL;
    if (!is_uuid(kid))
        return no_such_key(error);
    *out = known(keys, kid);
    if (*out)
        return TASKS_OK;
    pthread_mutex_lock(&keys->fetching);
    tasks_status status = look_again(keys, kid, out, error);
    pthread_mutex_unlock(&keys->fetching);
    return status;
}
