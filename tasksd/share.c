#include "share.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "fail.h"
#include "timestamp.h"

enum { GROUP_MAX = 256, STACK_SIZE = 256 << 10 };

struct list {
    struct share_item *first, **last;
};

struct share {
    struct share_options options;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* guards all below but `began_ms` */
    pthread_cond_t more;
    struct list waiting, through;
    bool ending;
    _Atomic int64_t began_ms; /* 0: nothing is under way */
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

/* ---- The thread ---- */

static void give_up(tasks_batch *batch, int64_t waited_ms)
{
    batch->page = NULL;
    batch->status = fail(&batch->error, TASKS_TIMEOUT, "wait_timeout",
                         "the store was busy with other writes for %lld ms", (long long)waited_ms);
}

static void carry(struct share *share, const struct share_item *item)
{
    tasks_batch *batches[GROUP_MAX];
    uint32_t count = 0;
    int64_t now = timestamp_monotonic();
    atomic_store(&share->began_ms, now);
    for (; item; item = item->next)
        if (now - item->put_ms >= share->options.wait_ms)
            give_up(item->batch, now - item->put_ms);
        else
            batches[count++] = item->batch;
    tasks_apply_each(batches, count);
    atomic_store(&share->began_ms, 0);
}

/* NULL at the end. */
static struct share_item *await_items(struct share *share)
{
    pthread_mutex_lock(&share->lock);
    while (!share->waiting.first && !share->ending)
        pthread_cond_wait(&share->more, &share->lock);
    struct share_item *items = cut(&share->waiting, GROUP_MAX);
    pthread_mutex_unlock(&share->lock);
    return items;
}

static void *run(void *context)
{
    struct share *share = context;
    for (struct share_item *items; (items = await_items(share));) {
        carry(share, items);
        pthread_mutex_lock(&share->lock);
        append(&share->through, items);
        pthread_mutex_unlock(&share->lock);
        share->options.ready(share->options.context);
    }
    return NULL;
}

/* ---- What others see ---- */

static bool start(struct share *share)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    share->started = pthread_create(&share->thread, &attributes, run, share) == 0;
    pthread_attr_destroy(&attributes);
    return share->started;
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
    pthread_cond_init(&share->more, NULL);
    if (start(share))
        return share;
    share_free(share);
    return NULL;
}

void share_put(struct share *share, struct share_item *list)
{
    int64_t now = timestamp_monotonic();
    for (struct share_item *item = list; item; item = item->next)
        item->put_ms = now;
    pthread_mutex_lock(&share->lock);
    append(&share->waiting, list);
    pthread_mutex_unlock(&share->lock);
    pthread_cond_signal(&share->more);
}

struct share_item *share_take(struct share *share, int most)
{
    pthread_mutex_lock(&share->lock);
    struct share_item *items = cut(&share->through, most);
    bool others = share->through.first != NULL;
    pthread_mutex_unlock(&share->lock);
    if (others)
        share->options.ready(share->options.context);
    return items;
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
    pthread_cond_signal(&share->more);
    if (share->started)
        pthread_join(share->thread, NULL);
    share->started = false;
}

void share_free(struct share *share)
{
    if (!share)
        return;
    share_end(share);
    pthread_cond_destroy(&share->more);
    pthread_mutex_destroy(&share->lock);
    free(share);
}
