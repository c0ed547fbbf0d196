#include "tokens.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "lru.h"
#include "timestamp.h"

enum { REMEMBERED_MAX = 1024, LASTS = 64, TEXT_MAX = 64 };

/* A token that was shown a moment ago, and its key. */
struct last {
    char text[TEXT_MAX];
    size_t length;
    struct lru_key key;
};

struct tokens {
    tokens_finder *finder;
    void *context;
    int64_t memory_ms;
    pthread_mutex_t lock;
    struct lru *known;
    struct last lasts[LASTS];
};

struct known {
    int64_t found_ms; /* on the clock that never goes back */
    struct tokens_holder holder;
};

struct tokens *tokens_new(tokens_finder *finder, void *context, int64_t memory_ms)
{
    struct tokens *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->finder = finder;
    t->context = context;
    t->memory_ms = memory_ms;
    t->known = lru_new(REMEMBERED_MAX, sizeof(struct known));
    pthread_mutex_init(&t->lock, NULL);
    if (t->known)
        return t;
    tokens_free(t);
    return NULL;
}

void tokens_free(struct tokens *t)
{
    if (!t)
        return;
    pthread_mutex_destroy(&t->lock);
    lru_free(t->known);
    free(t);
}

static bool is_good(const struct tokens *t, const struct known *known)
{
    int64_t expires_at_ms = known->holder.expires_at_ms;
    bool expired = expires_at_ms != TASKS_NO_TIME && expires_at_ms <= timestamp_now();
    return !expired && timestamp_monotonic() - known->found_ms < t->memory_ms;
}

/* In a time that does not tell how much of a text that somebody tries is right. */
static bool same(const char *a, const char *b, size_t length)
{
    unsigned different = 0;
    for (size_t i = 0; i < length; i++)
        different |= (unsigned char)(a[i] ^ b[i]);
    return different == 0;
}

/* To compute a key is a tenth of what a request takes of the processor. Under the lock. */
static struct lru_key key_of(struct tokens *t, const char *text)
{
    size_t length = strlen(text);
    if (length > TEXT_MAX)
        return lru_key(text, length);
    struct last *last = &t->lasts[hash_bytes(HASH_START, text, length) % LASTS];
    if (length != last->length || !same(text, last->text, length)) {
        memcpy(last->text, text, length);
        last->length = length;
        last->key = lru_key(text, length);
    }
    return last->key;
}

enum tokens_memory tokens_recall(struct tokens *t, const char *text, struct tokens_holder *out)
{
    enum tokens_memory memory = TOKENS_UNKNOWN;
    pthread_mutex_lock(&t->lock);
    struct lru_key key = key_of(t, text);
    const struct known *known = lru_find(t->known, &key);
    if (known)
        memory = is_good(t, known) ? TOKENS_GOOD : TOKENS_STALE;
    if (memory == TOKENS_GOOD)
        *out = known->holder;
    pthread_mutex_unlock(&t->lock);
    return memory;
}

static void remember(struct tokens *t, const struct lru_key *key, const struct tokens_holder *holder,
                     int64_t asked_ms)
{
    pthread_mutex_lock(&t->lock);
    struct known *known = lru_put(t->known, key);
    *known = (struct known){asked_ms, *holder};
    pthread_mutex_unlock(&t->lock);
}

static void forget(struct tokens *t, const struct lru_key *key)
{
    pthread_mutex_lock(&t->lock);
    lru_drop(t->known, key);
    pthread_mutex_unlock(&t->lock);
}

void tokens_forget(struct tokens *t)
{
    pthread_mutex_lock(&t->lock);
    lru_clear(t->known);
    pthread_mutex_unlock(&t->lock);
}

tasks_status tokens_find(struct tokens *t, const char *text, struct tokens_holder *out, tasks_error *error)
{
    int64_t asked_ms = timestamp_monotonic();
    struct lru_key key = lru_key(text, strlen(text));
    tasks_status status = t->finder(t->context, text, out, error);
    if (status == TASKS_DENIED)
        forget(t, &key);
    else if (status == TASKS_OK)
        remember(t, &key, out, asked_ms);
    return status;
}

tasks_status tokens_of_store(void *context, const char *text, struct tokens_holder *out, tasks_error *error)
{
    tasks_token *token;
    tasks_status status = tasks_token_find(context, text, &token, error);
    if (status)
        return status;
    *out = (struct tokens_holder){
        .token = token->id, .read_only = token->read_only, .expires_at_ms = token->expires_at_ms};
    memccpy(out->owner, token->owner, '\0', sizeof out->owner);
    tasks_token_free(token);
    return TASKS_OK;
}
