#include "outbox.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fail.h"
#include "https.h"
#include "log.h"
#include "timestamp.h"

enum {
    TRIES = 3,
    RETRY_MS = 1000, /* after the first try; twice as long after the next */
    CONNECT_MS = 3000,
    TOTAL_MS = 10000,
    LAST_MS = 2000, /* for what is left at the end */
    REPLY_MAX = 64 << 10,
    POST_MAX = 8 << 20,
    HEADERS_MAX = 16
};

struct item {
    char *bytes;
    size_t size;
};

struct outbox {
    struct outbox_options options;
    const char *headers[HEADERS_MAX + 2]; /* those of the options, and the type */
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    bool ending;
    struct item *items; /* a ring */
    size_t first, count;
    struct outbox_figures figures;
    bool failing; /* the sender's: that it fails is said once */
};

/* ---- Waiting, with the lock ---- */

/* False when the time is over. */
static bool wait_until(struct outbox *o, int64_t end_ms)
{
    struct timespec end = {end_ms / 1000, end_ms % 1000 * 1000000};
    return pthread_cond_timedwait(&o->changed, &o->lock, &end) == 0;
}

static void wait_for_items(struct outbox *o)
{
    while (o->count == 0 && !o->ending)
        pthread_cond_wait(&o->changed, &o->lock);
    int64_t end_ms = timestamp_monotonic() + o->options.gather_ms;
    while (o->count < o->options.items_in_a_post && !o->ending && wait_until(o, end_ms))
        continue;
}

/* Unless it is to end. */
static void rest(struct outbox *o, int64_t ms)
{
    int64_t end_ms = timestamp_monotonic() + ms;
    while (!o->ending && wait_until(o, end_ms))
        continue;
}

/* ---- Posting, without the lock ---- */

enum outcome { TAKEN, REFUSED, AWAY };

static void tell_failure(struct outbox *o, const char *why)
{
    if (!o->failing)
        log_line("%s does not take what it is sent: %s", o->options.name, why);
    o->failing = true;
}

static enum outcome judge(struct outbox *o, long status)
{
    char why[32];
    if (status >= 200 && status < 300)
        return TAKEN;
    snprintf(why, sizeof why, "status %ld", status);
    tell_failure(o, why);
    return status == 429 || status >= 500 ? AWAY : REFUSED;
}

static enum outcome post(struct outbox *o, const buf *body, uint32_t limit_ms)
{
    tasks_error error;
    https_reply reply;
    const https_call call = {.method = "POST",
                             .url = o->options.url,
                             .headers = o->headers,
                             .body = body->bytes,
                             .body_length = body->length,
                             .plain = o->options.plain,
                             .connect_ms = limit_ms < CONNECT_MS ? limit_ms : CONNECT_MS,
                             .total_ms = limit_ms,
                             .size_max = REPLY_MAX};
    enum outcome outcome = AWAY;
    if (https_run(&call, &reply, &error))
        tell_failure(o, error.message);
    else
        outcome = judge(o, reply.status);
    https_reply_done(&reply);
    o->failing &= outcome != TAKEN;
    return outcome;
}

static bool is_ending(struct outbox *o)
{
    pthread_mutex_lock(&o->lock);
    bool ending = o->ending;
    pthread_mutex_unlock(&o->lock);
    return ending;
}

static bool deliver(struct outbox *o, const buf *body)
{
    enum outcome outcome = AWAY;
    for (int i = 0; i < TRIES && outcome == AWAY; i++) {
        bool last = is_ending(o);
        outcome = post(o, body, last ? LAST_MS : TOTAL_MS);
        if (outcome != AWAY || last)
            break;
        pthread_mutex_lock(&o->lock);
        rest(o, i + 1 < TRIES ? RETRY_MS << i : 0);
        pthread_mutex_unlock(&o->lock);
    }
    return outcome == TAKEN;
}

/* ---- The thread ---- */

/* With the lock. Returns how many there are in it. */
static size_t take_items(struct outbox *o, buf *body)
{
    size_t count = o->count < o->options.items_in_a_post ? o->count : o->options.items_in_a_post;
    buf_text(body, o->options.before);
    for (size_t i = 0; i < count; i++) {
        struct item *item = &o->items[o->first];
        if (i > 0)
            buf_char(body, ',');
        buf_bytes(body, item->bytes, item->size);
        free(item->bytes);
        o->first = (o->first + 1) % o->options.items_max;
    }
    o->count -= count;
    buf_text(body, o->options.after);
    return count;
}

/* Called and returns with the lock held. */
static bool send_some(struct outbox *o)
{
    buf body;
    buf_init(&body, POST_MAX);
    size_t count = take_items(o, &body);
    pthread_mutex_unlock(&o->lock);
    bool taken = !body.status && deliver(o, &body);
    buf_done(&body);
    pthread_mutex_lock(&o->lock);
    *(taken ? &o->figures.sent : &o->figures.dropped) += count;
    return taken;
}

static void *run(void *context)
{
    struct outbox *o = context;
    pthread_mutex_lock(&o->lock);
    while (!o->ending) {
        wait_for_items(o);
        if (o->count > 0 && !o->ending)
            send_some(o);
        if (o->options.pause_ms)
            rest(o, o->options.pause_ms);
    }
    int64_t end_ms = timestamp_monotonic() + LAST_MS;
    while (o->count > 0 && send_some(o) && timestamp_monotonic() < end_ms)
        continue;
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

/* ---- For others ---- */

static bool set_headers(struct outbox *o)
{
    size_t count = 0;
    for (; o->options.headers && o->options.headers[count]; count++) {
        if (count == HEADERS_MAX)
            return false;
        o->headers[count] = o->options.headers[count];
    }
    o->headers[count] = "Content-Type: application/json";
    return true;
}

static void init_waiting(struct outbox *o)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&o->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&o->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void release(struct outbox *o)
{
    for (size_t i = 0; o->items && i < o->count; i++)
        free(o->items[(o->first + i) % o->options.items_max].bytes);
    free(o->items);
    pthread_cond_destroy(&o->changed);
    pthread_mutex_destroy(&o->lock);
    free(o);
}

struct outbox *outbox_new(const struct outbox_options *options, tasks_error *error)
{
    struct outbox *o = calloc(1, sizeof *o);
    fail_memory(error);
    if (!o)
        return NULL;
    o->options = *options;
    o->items = calloc(options->items_max, sizeof *o->items);
    init_waiting(o);
    if (!set_headers(o))
        fail(error, TASKS_INVALID, "option_malformed", "%s: more than %d headers", options->name,
             HEADERS_MAX);
    else if (o->items && pthread_create(&o->thread, NULL, run, o) == 0)
        return o;
    release(o);
    return NULL;
}

void outbox_free(struct outbox *o)
{
    if (!o)
        return;
    pthread_mutex_lock(&o->lock);
    o->ending = true;
    pthread_cond_broadcast(&o->changed);
    pthread_mutex_unlock(&o->lock);
    pthread_join(o->thread, NULL);
    release(o);
}

void outbox_put(struct outbox *o, buf *text)
{
    struct item item;
    item.bytes = buf_take(text, &item.size);
    pthread_mutex_lock(&o->lock);
    bool fits = item.bytes && o->count < o->options.items_max;
    if (fits)
        o->items[(o->first + o->count++) % o->options.items_max] = item;
    else
        o->figures.dropped++;
    bool tell = fits && (o->count == 1 || o->count == o->options.items_in_a_post);
    if (tell)
        pthread_cond_signal(&o->changed);
    pthread_mutex_unlock(&o->lock);
    if (!fits)
        free(item.bytes);
}

struct outbox_figures outbox_figures(struct outbox *o)
{
    pthread_mutex_lock(&o->lock);
    struct outbox_figures figures = o->figures;
    pthread_mutex_unlock(&o->lock);
    return figures;
}
