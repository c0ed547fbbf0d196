#include "share.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "timestamp.h"

enum { CARRIERS = 2, STACK_SIZE = 256 << 10 };

struct list {
    struct share_item *first, **last;
};

struct share {
    struct share_options options;
    pthread_t threads[CARRIERS];
    int started;
    pthread_mutex_t lock; /* guards all below but `began_ms` */
    pthread_cond_t turn;  /* there is something to carry, and nothing under way */
    struct list waiting, through;
    uint32_t under_way;
    bool ending;
    _Atomic int64_t began_ms; /* 0: nothing is under way */
    atomic_bool some;         /* of those that are through */
};

/* ---- Lists ---- */

static void clear(struct list *list)
{
    list->first = NULL;
    list->last = &list->first;
}

static void append(struct list *list, struct share_item *items)
{
    *list->last = items;
    while (*list->last)
        list->last = &(*list->last)->next;
}

/* Cuts the first `most` items off. */
static struct share_item *cut(struct list *list, int most)
{
    struct share_item *first = list->first, **end = &list->first;
    while (*end && most-- > 0)
        end = &(*end)->next;
    struct share_item *rest = *end;
    *end = NULL;
    clear(list);
    append(list, rest);
    return first;
}

/* ---- The threads ---- */

/* With the last one that is under way the next turn comes. */
static void end(struct share_item *item)
{
    struct share *share = item->share;
    pthread_mutex_lock(&share->lock);
    item->next = NULL;
    append(&share->through, item);
    bool last = --share->under_way == 0;
    if (last) {
        atomic_store(&share->began_ms, 0);
        atomic_store(&share->some, true);
    }
    if (last && (share->waiting.first || share->ending))
        pthread_cond_signal(&share->turn);
    pthread_mutex_unlock(&share->lock);
    if (last)
        share->options.ready(share->options.context);
}

static void done(void *context, const tasks_timing *timing)
{
    struct share_item *item = context;
    if (timing)
        timing_keep(item->timing, timing);
    end(item);
}

static void give_up(struct share_item *item, int64_t waited_ms)
{
    call_give_up(item->call, waited_ms);
    end(item);
}

static void carry(const struct share *share, struct share_item *item)
{
    struct call *calls[CALL_GROUP_MAX];
    uint32_t count = 0;
    int64_t now = timestamp_monotonic();
    for (struct share_item *next; item; item = next) {
        next = item->next;
        if (now - item->put_ms >= share->options.wait_ms) {
            give_up(item, now - item->put_ms);
            continue;
        }
        call_tell(item->call, done, item);
        calls[count++] = item->call;
    }
    call_make(calls, count);
}

static bool is_turn(const struct share *share)
{
    return share->under_way == 0 && (share->waiting.first || share->ending);
}

static uint32_t count_of(const struct share_item *item)
{
    uint32_t count = 0;
    for (; item; item = item->next)
        count++;
    return count;
}

/* NULL at the end. */
static struct share_item *await_turn(struct share *share)
{
    pthread_mutex_lock(&share->lock);
    while (!is_turn(share))
        pthread_cond_wait(&share->turn, &share->lock);
    struct share_item *items = cut(&share->waiting, CALL_GROUP_MAX);
    share->under_way = count_of(items);
    if (items)
        atomic_store(&share->began_ms, timestamp_monotonic());
    pthread_mutex_unlock(&share->lock);
    return items;
}

static void *run(void *context)
{
    struct share *share = context;
    for (struct share_item *items; (items = await_turn(share));)
        carry(share, items);
    return NULL;
}

/* ---- What others see ---- */

static bool start(struct share *share)
{
    bool started = true;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    while (started && share->started < CARRIERS) {
        started = pthread_create(&share->threads[share->started], &attributes, run, share) == 0;
        share->started += started;
    }
    pthread_attr_destroy(&attributes);
    return started;
}

struct share *share_new(const struct share_options *options)
{
    struct share *share = calloc(1, sizeof *share);
    if (!share)
        return NULL;
    share->options = *options;
    clear(&share->waiting);
    clear(&share->through);
    pthread_mutex_init(&share->lock, NULL);
    pthread_cond_init(&share->turn, NULL);
    if (start(share))
        return share;
    share_free(share);
    return NULL;
}

void share_put(struct share *share, struct share_item *list)
{
    int64_t now = timestamp_monotonic();
    for (struct share_item *item = list; item; item = item->next) {
        item->put_ms = now;
        item->share = share;
    }
    pthread_mutex_lock(&share->lock);
    append(&share->waiting, list);
    bool turn = is_turn(share);
    pthread_mutex_unlock(&share->lock);
    if (turn)
        pthread_cond_signal(&share->turn);
}

struct share_item *share_take(struct share *share, int most)
{
    pthread_mutex_lock(&share->lock);
    struct share_item *items = cut(&share->through, most);
    bool others = share->through.first != NULL;
    atomic_store(&share->some, others);
    pthread_mutex_unlock(&share->lock);
    if (others)
        share->options.ready(share->options.context);
    return items;
}

bool share_has_some(const struct share *share)
{
    return atomic_load_explicit(&share->some, memory_order_relaxed);
}

bool share_is_stuck(const struct share *share)
{
    int64_t began = atomic_load_explicit(&share->began_ms, memory_order_relaxed);
    return began && timestamp_monotonic() - began >= share->options.stuck_ms;
}

void share_end(struct share *share)
{
    pthread_mutex_lock(&share->lock);
    share->ending = true;
    pthread_mutex_unlock(&share->lock);
    pthread_cond_broadcast(&share->turn);
    while (share->started > 0)
        pthread_join(share->threads[--share->started], NULL);
}

void share_free(struct share *share)
{
    if (!share)
        return;
    share_end(share);
    pthread_cond_destroy(&share->turn);
    pthread_mutex_destroy(&share->lock);
    free(share);
}
