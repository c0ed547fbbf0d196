#include "conns.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "timestamp.h"

enum {
    LOOK_EVERY_MS = 250,
    IDLE_GRACE_MS = 1000,
    SOCKETS_SPARE = 1024, /* accepted but not yet with a worker, and the listening ones */
    STACK_SIZE = 128 << 10
};

enum state { FREE, IDLE, AT_WORK, ENDED };

struct conns_slot {
    _Alignas(64) atomic_int state; /* written by the worker; IDLE to ENDED by the thread that watches */
    _Atomic sockets_key key;       /* 0 until the first request has told who it is */
    _Atomic int64_t since;         /* opened, or last answered */
    _Atomic int64_t deadline;      /* 0: none */
    atomic_int late_end;           /* what of the connection ends then: SHUT_RD or SHUT_RDWR */
};

/* A connection of which no request has come yet is known by its descriptor only. */
struct stranger {
    sockets_key key;
    int64_t since;
    bool out;
};

struct conns {
    struct conns_options options;
    struct conns_slot *slots;
    atomic_size_t slots_used, held, in_flight;
    atomic_uint_fast64_t put_out[CROWD_VERDICTS];
    atomic_bool finished;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t closings;
    bool ending, watching;
    pthread_t watcher;

    /* The watcher's, under the lock. */
    uint16_t ports[16];
    size_t port_count;
    size_t sockets_max;
    struct sockets_item *items;
    struct crowd_member *members;
    struct stranger *strangers; /* by descriptor */
    bool *detached;             /* by descriptor */
};

/* With more connections than this, the next to come might find no worker. */
static size_t comfortable(const struct conns *c)
{
    size_t spare = c->options.workers / 4;
    return c->options.workers - (spare ? spare : 1);
}

struct conns *conns_new(const struct conns_options *options)
{
    pthread_condattr_t attributes;
    struct conns *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->options = *options;
    c->sockets_max = options->workers + options->detached_max + SOCKETS_SPARE;
    c->slots = aligned_alloc(_Alignof(struct conns_slot), options->workers * sizeof *c->slots);
    c->items = calloc(c->sockets_max, sizeof *c->items);
    c->members = calloc(c->sockets_max, sizeof *c->members);
    c->strangers = calloc(c->sockets_max, sizeof *c->strangers);
    c->detached = calloc(c->sockets_max, sizeof *c->detached);
    for (size_t i = 0; c->slots && i < options->workers; i++)
        c->slots[i] = (struct conns_slot){.state = FREE};
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (c->slots && c->items && c->members && c->strangers && c->detached)
        return c;
    conns_free(c);
    return NULL;
}

void conns_free(struct conns *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->ending = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    if (c->watching)
        pthread_join(c->watcher, NULL);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c->slots);
    free(c->items);
    free(c->members);
    free(c->strangers);
    free(c->detached);
    free(c);
}

/* ---- What workers tell -------------------------------------------------------------------------- */

struct conns_slot *conns_slot(struct conns *c)
{
    size_t index = atomic_fetch_add(&c->slots_used, 1);
    return index < c->options.workers ? &c->slots[index] : NULL;
}

void conns_opened(struct conns *c, struct conns_slot *slot)
{
    atomic_store(&slot->key, 0);
    atomic_store(&slot->deadline, 0);
    atomic_store(&slot->since, timestamp_monotonic());
    atomic_store(&slot->state, IDLE);
    if (atomic_fetch_add(&c->held, 1) > 0)
        return;
    pthread_mutex_lock(&c->lock);
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
}

void conns_closing(struct conns *c, struct conns_slot *slot)
{
    pthread_mutex_lock(&c->lock);
    c->closings++;
    atomic_store(&slot->state, FREE);
    pthread_mutex_unlock(&c->lock);
}

void conns_closed(struct conns *c)
{
    pthread_mutex_lock(&c->lock);
    if (--c->closings == 0)
        pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    atomic_fetch_sub(&c->held, 1);
}

bool conns_begin(struct conns *c, struct conns_slot *slot, sockets_key key)
{
    int idle = IDLE;
    if (!atomic_compare_exchange_strong(&slot->state, &idle, AT_WORK))
        return false;
    atomic_store(&slot->key, key);
    atomic_fetch_add(&c->in_flight, 1);
    if (!atomic_load(&c->finished))
        return true;
    conns_end(c, slot);
    return false;
}

void conns_end(struct conns *c, struct conns_slot *slot)
{
    atomic_store(&slot->deadline, 0);
    atomic_store(&slot->since, timestamp_monotonic());
    atomic_store(&slot->state, IDLE);
    atomic_fetch_sub(&c->in_flight, 1);
}

int64_t conns_since(const struct conns_slot *slot)
{
    return atomic_load(&slot->since);
}

static void set_limit(struct conns_slot *slot, int64_t limit_ms, int end)
{
    atomic_store(&slot->late_end, end);
    atomic_store(&slot->deadline, timestamp_monotonic() + limit_ms);
}

void conns_limit(struct conns_slot *slot, int64_t limit_ms)
{
    set_limit(slot, limit_ms, SHUT_RD);
}

void conns_limit_answer(struct conns_slot *slot, int64_t limit_ms)
{
    set_limit(slot, limit_ms, SHUT_RDWR);
}

bool conns_late(const struct conns_slot *slot)
{
    int64_t deadline = atomic_load(&slot->deadline);
    return deadline && timestamp_monotonic() >= deadline;
}

bool conns_crowded(const struct conns *c)
{
    return atomic_load(&c->held) > comfortable(c);
}

size_t conns_held(const struct conns *c)
{
    return atomic_load(&c->held);
}

size_t conns_in_flight(const struct conns *c)
{
    return atomic_load(&c->in_flight);
}

uint64_t conns_put_out(const struct conns *c, enum crowd_verdict why)
{
    return atomic_load(&c->put_out[why]);
}

/* ---- The watching ------------------------------------------------------------------------------- */

static bool is_late(const struct conns_slot *slot, int64_t now)
{
    int64_t deadline = atomic_load(&slot->deadline);
    return deadline && now >= deadline && atomic_load(&slot->state) == AT_WORK;
}

static bool any_late(const struct conns *c, int64_t now)
{
    for (size_t i = 0; i < c->options.workers; i++)
        if (is_late(&c->slots[i], now))
            return true;
    return false;
}

static struct conns_slot *slot_of(const struct conns *c, sockets_key key)
{
    for (size_t i = 0; i < c->options.workers; i++)
        if (atomic_load(&c->slots[i].key) == key && atomic_load(&c->slots[i].state) != FREE)
            return &c->slots[i];
    return NULL;
}

static void end_late(const struct conns *c, size_t count, int64_t now)
{
    for (size_t i = 0; i < count; i++) {
        struct conns_slot *slot = c->items[i].listening ? NULL : slot_of(c, c->items[i].key);
        if (slot && is_late(slot, now))
            shutdown(c->items[i].fd, atomic_load(&slot->late_end));
    }
}

static int64_t idle_time(struct conns *c, const struct sockets_item *item, int64_t now)
{
    struct conns_slot *slot = slot_of(c, item->key);
    if (slot)
        return atomic_load(&slot->state) == AT_WORK ? CROWD_AT_WORK : now - atomic_load(&slot->since);
    if ((size_t)item->fd >= c->sockets_max)
        return 0;
    struct stranger *stranger = &c->strangers[item->fd];
    if (stranger->key != item->key)
        *stranger = (struct stranger){item->key, now, false};
    return now - stranger->since;
}

static size_t gather(struct conns *c, size_t item_count, int64_t now)
{
    size_t count = 0;
    for (size_t i = 0; i < item_count; i++) {
        const struct sockets_item *item = &c->items[i];
        if (item->listening)
            continue;
        uint32_t address = sockets_address(item->key);
        c->members[count++] = (struct crowd_member){.address = address,
                                                    .exempt = access_trusts(c->options.access, address),
                                                    .waiting = sockets_pending(item),
                                                    .idle_ms = idle_time(c, item, now),
                                                    .fd = item->fd};
    }
    return count;
}

static sockets_key key_of(const struct conns *c, size_t item_count, int fd)
{
    for (size_t i = 0; i < item_count; i++)
        if (c->items[i].fd == fd)
            return c->items[i].key;
    return 0;
}

/* A stranger that is put out is still there until a worker has seen its end. */
static bool is_first_time(struct conns *c, int fd)
{
    bool first = (size_t)fd >= c->sockets_max || !c->strangers[fd].out;
    if ((size_t)fd < c->sockets_max)
        c->strangers[fd].out = true;
    return first;
}

/* Ends it unless a request has come in the meantime. */
static void end_idle(struct conns *c, sockets_key key, const struct crowd_member *member)
{
    int idle = IDLE;
    struct conns_slot *slot = slot_of(c, key);
    if (slot && !atomic_compare_exchange_strong(&slot->state, &idle, ENDED))
        return;
    shutdown(member->fd, SHUT_RDWR);
    atomic_fetch_add(&c->put_out[member->out], slot || is_first_time(c, member->fd));
}

static void thin(struct conns *c, size_t item_count, int64_t now)
{
    const struct crowd_limits limits = {c->options.per_address, comfortable(c), IDLE_GRACE_MS};
    size_t count = gather(c, item_count, now);
    crowd_thin(c->members, count, &limits);
    for (size_t i = 0; i < count; i++)
        if (c->members[i].out)
            end_idle(c, key_of(c, item_count, c->members[i].fd), &c->members[i]);
}

/* With the lock held and nobody closing, no descriptor that is found here can become another one. */
static size_t list_sockets(struct conns *c)
{
    while (c->closings > 0)
        pthread_cond_wait(&c->changed, &c->lock);
    size_t kept = 0, count = sockets_list(c->ports, c->port_count, c->items, c->sockets_max);
    for (size_t i = 0; i < count; i++)
        if ((size_t)c->items[i].fd >= c->sockets_max || !c->detached[c->items[i].fd])
            c->items[kept++] = c->items[i];
    return kept;
}

static void look(struct conns *c)
{
    int64_t now = timestamp_monotonic();
    size_t held = conns_held(c);
    bool late = any_late(c, now), many = held > comfortable(c) || held > c->options.per_address;
    if (!late && !many)
        return;
    size_t count = list_sockets(c);
    if (late)
        end_late(c, count, now);
    if (many)
        thin(c, count, now);
}

static void wait_for_next_look(struct conns *c)
{
    struct timespec until;
    if (conns_held(c) == 0) {
        pthread_cond_wait(&c->changed, &c->lock);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_EVERY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&c->changed, &c->lock, &until);
}

static void *watch(void *context)
{
    struct conns *c = context;
    pthread_mutex_lock(&c->lock);
    while (!c->ending) {
        look(c);
        wait_for_next_look(c);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

bool conns_watch(struct conns *c, const uint16_t *ports, size_t port_count)
{
    pthread_attr_t attributes;
    pthread_mutex_lock(&c->lock); /* the first request may be here already */
    for (size_t i = 0; i < port_count && i < sizeof c->ports / sizeof *c->ports; i++)
        c->ports[c->port_count++] = ports[i];
    pthread_mutex_unlock(&c->lock);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    c->watching = pthread_create(&c->watcher, &attributes, watch, c) == 0;
    pthread_attr_destroy(&attributes);
    return c->watching;
}

/* ---- Detaching ----------------------------------------------------------------------------------- */

/* The worker's library has no word for "this one is no longer yours": it shuts a socket down before it
 * closes it, whoever else holds it. So its descriptor is made to stand for another socket. */
static int replace(struct conns *c, int fd)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return -1;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own >= 0 && ((size_t)own >= c->sockets_max || dup3(pair[0], fd, O_CLOEXEC) < 0)) {
        close(own);
        own = -1;
    }
    close(pair[0]);
    close(pair[1]);
    return own;
}

/* The descriptor of what a worker holds; -1: not found. With the lock held. */
static int find_socket(struct conns *c, const struct conns_slot *slot)
{
    sockets_key key = atomic_load(&slot->key);
    size_t count = list_sockets(c);
    for (size_t i = 0; i < count; i++)
        if (!c->items[i].listening && c->items[i].key == key)
            return c->items[i].fd;
    return -1;
}

int conns_socket(struct conns *c, const struct conns_slot *slot)
{
    pthread_mutex_lock(&c->lock);
    int fd = find_socket(c, slot);
    pthread_mutex_unlock(&c->lock);
    return fd;
}

int conns_detach(struct conns *c, const struct conns_slot *slot)
{
    pthread_mutex_lock(&c->lock);
    int fd = find_socket(c, slot);
    int own = fd >= 0 ? replace(c, fd) : -1;
    if (own >= 0)
        c->detached[own] = true;
    pthread_mutex_unlock(&c->lock);
    return own;
}

void conns_release(struct conns *c, int fd)
{
    pthread_mutex_lock(&c->lock);
    close(fd);
    c->detached[fd] = false;
    pthread_mutex_unlock(&c->lock);
}

/* ---- Stopping ----------------------------------------------------------------------------------- */

void conns_deafen(struct conns *c)
{
    pthread_mutex_lock(&c->lock);
    size_t count = list_sockets(c);
    for (size_t i = 0; i < count; i++)
        if (c->items[i].listening)
            sockets_deafen(c->items[i].fd);
    pthread_mutex_unlock(&c->lock);
}

bool conns_quiet(struct conns *c)
{
    bool quiet = conns_in_flight(c) == 0;
    pthread_mutex_lock(&c->lock);
    size_t count = quiet ? list_sockets(c) : 0;
    for (size_t i = 0; i < count && quiet; i++)
        quiet = !sockets_pending(&c->items[i]);
    pthread_mutex_unlock(&c->lock);
    return quiet;
}

bool conns_finish(struct conns *c)
{
    atomic_store(&c->finished, true);
    return conns_in_flight(c) == 0;
}

void conns_end_all(struct conns *c)
{
    pthread_mutex_lock(&c->lock);
    size_t count = list_sockets(c);
    for (size_t i = 0; i < count; i++)
        shutdown(c->items[i].fd, SHUT_RDWR);
    pthread_mutex_unlock(&c->lock);
}
