#include "quick.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "head.h"
#include "sockets.h"
#include "timestamp.h"

enum {
    LOOPS_MAX = 4,
    STACK_SIZE = 128 << 10,
    HEAD_MAX = 16 << 10, /* as civetweb's */
    EVENTS_MAX = 32,     /* at once: the other loops take the rest */
    LOOK_EVERY_MS = 250,
    CREDIT_MAX = 16,
    CREDIT_ENOUGH = 8, /* to find the socket of a connection is dear, so it must have asked for some time */
    CREDIT_LOST = 4    /* a worker is cheaper where less than four of five requests are quick */
};

/* Of a place: what is ready is told to any loop, and a loop may still be at the last answer of a connection
 * when another one hears of the next request. Then the first one looks again. */
enum { OPEN, TAKEN, TAKEN_AND_MORE };

struct quick {
    const struct exchange_listener *listener;
    int epoll, alarm;
    pthread_mutex_t lock; /* guards the list and `ending` */
    struct quick_place *places;
    bool ending;
    _Atomic int64_t looked; /* when silent places were looked for */
    size_t count;
    pthread_t threads[LOOPS_MAX];
};

/* What a loop works with. */
struct loop {
    struct quick *quick;
    char *block;   /* what has come */
    char *dropped; /* as much room, which stays untouched */
    buf out;
};

/* ---- What a worker sees ------------------------------------------------------------------------- */

void quick_place_init(struct quick_place *place)
{
    *place = (struct quick_place){.fd = -1, .state = TAKEN};
    sem_init(&place->done, 0, 0);
}

void quick_opened(struct quick_place *place)
{
    place->taken = 0;
    place->uncounted = false;
    place->credit = 0;
    place->fd = -1;
}

static bool is_listed(const struct route_quick *list, const char *name, size_t name_length,
                      size_t value_length)
{
    for (; list->name; list++)
        if (strlen(list->name) == name_length && memcmp(list->name, name, name_length) == 0)
            return value_length <= list->length;
    return false;
}

/* Does the query, as it was sent, have such parameters only? */
static bool asks_only(const char *query, const struct route_quick *list)
{
    const char *end;
    for (; query && *query; query = *end ? end + 1 : NULL) {
        size_t name = strcspn(query, "=&");
        end = strchrnul(query + name, '&');
        if (!is_listed(list, query, name, (size_t)(end - query) - name))
            return false;
    }
    return true;
}

static bool is_quick(const struct route *route, enum http_method method, const char *query)
{
    return route && route->quick && method == HTTP_GET && asks_only(query, route->quick);
}

static void earn(struct quick_place *place)
{
    if (place->credit < CREDIT_MAX)
        place->credit++;
}

static void lose(struct quick_place *place)
{
    place->credit = place->credit > CREDIT_LOST ? place->credit - CREDIT_LOST : 0;
}

void quick_saw(struct quick_place *place, const struct http_request *rq, size_t head_size)
{
    place->uncounted = place->uncounted || head_size == 0 || rq->chunked;
    place->taken += head_size + (rq->content_length > 0 ? (uint64_t)rq->content_length : 0);
    if (is_quick(rq->route, rq->method, rq->query))
        earn(place);
    else
        lose(place);
}

/* civetweb may have read more than it has handed to us. It has not if the requests are all that was taken
 * from the socket. */
static bool is_untouched(const struct quick_place *place)
{
    uint64_t taken;
    return place->fd >= 0 && sockets_taken(place->fd, &taken) && taken == place->taken;
}

/* ---- A place in a loop -------------------------------------------------------------------------- */

static void wake(const struct quick *quick)
{
    const uint64_t one = 1;
    ssize_t written = write(quick->alarm, &one, sizeof one);
    (void)written; /* it can only fail when it is set already */
}

static void enter_list(struct quick *quick, struct quick_place *place)
{
    place->next = quick->places;
    place->link = &quick->places;
    if (place->next)
        place->next->link = &place->next;
    else
        wake(quick); /* it looks after silent connections only when there are some */
    quick->places = place;
}

static void leave_list(struct quick_place *place)
{
    *place->link = place->next;
    if (place->next)
        place->next->link = place->link;
}

static bool enter(struct quick *quick, struct quick_place *place)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = place};
    place->close = false;
    buf_init(&place->rest, SIZE_MAX - 1);
    pthread_mutex_lock(&quick->lock);
    bool entered = !quick->ending && epoll_ctl(quick->epoll, EPOLL_CTL_ADD, place->fd, &event) == 0;
    if (entered) {
        enter_list(quick, place);
        if (atomic_exchange(&place->state, OPEN) == TAKEN_AND_MORE)
            epoll_ctl(quick->epoll, EPOLL_CTL_MOD, place->fd, &event); /* so that it is told once more */
    }
    pthread_mutex_unlock(&quick->lock);
    return entered;
}

/* A place that is taken stays so: a loop may have heard of it a moment ago. */
static void leave(struct quick *quick, struct quick_place *place, bool close)
{
    pthread_mutex_lock(&quick->lock);
    leave_list(place);
    pthread_mutex_unlock(&quick->lock);
    epoll_ctl(quick->epoll, EPOLL_CTL_DEL, place->fd, NULL);
    place->close = close;
    sem_post(&place->done); /* from here on it is the worker's */
}

bool quick_stay(struct quick *quick, struct quick_place *place, struct conns_slot *slot, sockets_key key)
{
    if (!quick || place->credit < CREDIT_ENOUGH || place->uncounted)
        return true;
    if (place->fd < 0) {
        place->fd = conns_socket(quick->listener->conns, slot);
        place->uncounted = place->fd < 0;
    }
    place->slot = slot;
    place->key = key;
    if (!is_untouched(place) || !enter(quick, place))
        return true;
    while (sem_wait(&place->done))
        ;
    return !place->close;
}

/* ---- The loop ----------------------------------------------------------------------------------- */

enum verdict { STAYS, LEAVES, CLOSES };

/* A read that is to be made here. */
static bool is_ours(const struct loop *loop, const struct exchange *x, struct guard_framing *framing)
{
    struct route_match match;
    if (guard_check(&x->head, framing) || framing->content_length >= 0 || framing->chunked ||
        x->head.uri[0] != '/' || strchr(x->head.uri, '%'))
        return false;
    enum http_method method = http_method_read(x->head.method);
    route_find(loop->quick->listener->routes, method, x->head.uri, &match);
    return is_quick(match.route, method, x->head.query);
}

/* What is sent is only read. */
static struct iovec part(const void *bytes, size_t size)
{
    union {
        const void *ours;
        void *theirs;
    } start = {bytes};
    return (struct iovec){start.theirs, size};
}

/* What is left of the answer after `sent` bytes is kept for the worker. */
static void keep_rest(buf *rest, const struct iovec parts[2], size_t sent)
{
    for (int i = 0; i < 2; i++) {
        size_t gone = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        buf_bytes(rest, (const char *)parts[i].iov_base + gone, parts[i].iov_len - gone);
        sent -= gone;
    }
}

/* How many bytes the system has taken; -1: the connection is broken. */
static ssize_t send_parts(int fd, struct iovec parts[2])
{
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    enum { FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT };
    ssize_t sent = parts[1].iov_len ? sendmsg(fd, &message, FLAGS)
                                    : send(fd, parts[0].iov_base, parts[0].iov_len, FLAGS);
    return sent < 0 && errno == EAGAIN ? 0 : sent;
}

static enum verdict send_answer(struct loop *loop, struct quick_place *place, struct exchange *x)
{
    size_t size;
    const void *body = http_body(&x->rs, x->rq.method, &size);
    buf_reset(&loop->out);
    exchange_head(x, &loop->out);
    struct iovec parts[] = {part(loop->out.bytes, loop->out.length), part(body, size)};
    ssize_t sent = loop->out.status ? -1 : send_parts(place->fd, parts);
    if (sent < 0)
        return CLOSES;
    x->sent = loop->out.length + size;
    if ((size_t)sent < x->sent)
        keep_rest(&place->rest, parts, (size_t)sent);
    if (place->rest.status)
        buf_done(&place->rest);
    else if (!x->rs.close)
        return place->rest.length ? LEAVES : STAYS;
    return CLOSES;
}

/* MSG_TRUNC: the bytes are dropped, not copied. */
static bool take_head(struct loop *loop, struct quick_place *place, size_t size)
{
    if (recv(place->fd, loop->dropped, size, MSG_TRUNC | MSG_DONTWAIT) != (ssize_t)size)
        return false;
    place->taken += size;
    earn(place);
    return true;
}

static enum verdict answer(struct loop *loop, struct quick_place *place, struct exchange *x)
{
    exchange_begin(x, sockets_address(place->key));
    atomic_fetch_add_explicit(&x->listener->app->quick, 1, memory_order_relaxed);
    exchange_answer(x);
    x->rs.close = exchange_closes(x);
    enum verdict verdict = send_answer(loop, place, x);
    exchange_end(x);
    return verdict;
}

/* Who sends more before the answer is there is quicker served by a worker, which takes all at once. */
static enum verdict look(struct loop *loop, struct quick_place *place)
{
    struct guard_framing framing;
    struct conns *conns = loop->quick->listener->conns;
    struct exchange x = {.listener = loop->quick->listener};
    ssize_t got = recv(place->fd, loop->block, HEAD_MAX, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return STAYS;
    if (got <= 0 || !head_read(loop->block, (size_t)got, &x.head, x.headers) || !is_ours(loop, &x, &framing))
        return LEAVES;
    if ((size_t)got > framing.head_size)
        return LEAVES;
    if (!conns_begin(conns, place->slot, place->key))
        return CLOSES;
    enum verdict verdict = take_head(loop, place, framing.head_size) ? answer(loop, place, &x) : CLOSES;
    if (place->rest.length == 0)
        conns_end(conns, place->slot);
    return verdict;
}

/* False if another loop is at it, which then looks again. */
static bool take(struct quick_place *place)
{
    int state = OPEN;
    while (!atomic_compare_exchange_weak(&place->state, &state, state == OPEN ? TAKEN : TAKEN_AND_MORE))
        ;
    return state == OPEN;
}

/* False if somebody has heard of more in the meantime. */
static bool give_back(struct quick_place *place)
{
    int state = TAKEN;
    if (atomic_compare_exchange_strong(&place->state, &state, OPEN))
        return true;
    atomic_store(&place->state, TAKEN);
    return false;
}

static void serve(struct loop *loop, struct quick_place *place)
{
    enum verdict verdict;
    if (!take(place))
        return;
    do
        verdict = look(loop, place);
    while (verdict == STAYS && !give_back(place));
    if (verdict != STAYS)
        leave(loop->quick, place, verdict == CLOSES);
}

/* A place that has been silent since then, and is taken now; NULL: none. */
static struct quick_place *take_silent(struct quick *quick, int64_t then)
{
    pthread_mutex_lock(&quick->lock);
    struct quick_place *place = quick->places;
    while (place && (conns_since(place->slot) > then || !take(place)))
        place = place->next;
    pthread_mutex_unlock(&quick->lock);
    return place;
}

static void end_silent(struct quick *quick, int64_t then)
{
    for (struct quick_place *place; (place = take_silent(quick, then));)
        leave(quick, place, true);
}

static void end_silent_in_time(struct quick *quick)
{
    int64_t now = timestamp_monotonic(), looked = atomic_load(&quick->looked);
    if (now - looked >= LOOK_EVERY_MS && atomic_compare_exchange_strong(&quick->looked, &looked, now))
        end_silent(quick, now - quick->listener->keep_alive_ms);
}

/* At the end the alarm stays, for all loops. */
static void hush(struct quick *quick)
{
    uint64_t count;
    pthread_mutex_lock(&quick->lock);
    ssize_t got = quick->ending ? 0 : read(quick->alarm, &count, sizeof count);
    pthread_mutex_unlock(&quick->lock);
    (void)got; /* another loop may have been quicker */
}

static bool goes_on(struct quick *quick, int *timeout_ms)
{
    pthread_mutex_lock(&quick->lock);
    bool ending = quick->ending;
    *timeout_ms = quick->places ? LOOK_EVERY_MS : -1;
    pthread_mutex_unlock(&quick->lock);
    return !ending;
}

/* Whom the answers have woken is behind us on this processor, often the client itself: with the rest of our
 * time one in a hundred would wait five to thirty milliseconds. */
static void work(struct loop *loop)
{
    struct epoll_event events[EVENTS_MAX];
    int timeout_ms;
    while (goes_on(loop->quick, &timeout_ms)) {
        int count = epoll_wait(loop->quick->epoll, events, EVENTS_MAX, timeout_ms);
        for (int i = 0; i < count; i++)
            if (events[i].data.ptr)
                serve(loop, events[i].data.ptr);
            else
                hush(loop->quick);
        end_silent_in_time(loop->quick);
        sched_yield();
    }
}

static void *run(void *context)
{
    struct loop loop = {.quick = context, .block = malloc(HEAD_MAX), .dropped = malloc(HEAD_MAX)};
    buf_init(&loop.out, SIZE_MAX - 1);
    work(&loop);
    buf_done(&loop.out);
    free(loop.block);
    free(loop.dropped);
    return NULL;
}

/* ---- Starting and stopping ---------------------------------------------------------------------- */

static bool start_loop(struct quick *quick)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    bool started = pthread_create(&quick->threads[quick->count], &attributes, run, quick) == 0;
    pthread_attr_destroy(&attributes);
    quick->count += started;
    return started;
}

static bool start(struct quick *quick)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(quick->epoll, EPOLL_CTL_ADD, quick->alarm, &event))
        return false;
    do
        if (!start_loop(quick))
            return false;
    while (quick->count < LOOPS_MAX && (long)quick->count < processors);
    return true;
}

struct quick *quick_new(const struct exchange_listener *listener)
{
    struct quick *quick = calloc(1, sizeof *quick);
    if (!quick)
        return NULL;
    quick->listener = listener;
    quick->epoll = epoll_create1(EPOLL_CLOEXEC);
    quick->alarm = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&quick->lock, NULL);
    if (start(quick))
        return quick;
    quick_free(quick);
    return NULL;
}

void quick_end(struct quick *quick)
{
    if (!quick)
        return;
    pthread_mutex_lock(&quick->lock);
    quick->ending = true;
    pthread_mutex_unlock(&quick->lock);
    wake(quick);
    while (quick->count > 0)
        pthread_join(quick->threads[--quick->count], NULL);
    end_silent(quick, INT64_MAX);
}

static void close_if_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

void quick_free(struct quick *quick)
{
    if (!quick)
        return;
    quick_end(quick);
    close_if_open(quick->epoll);
    close_if_open(quick->alarm);
    pthread_mutex_destroy(&quick->lock);
    free(quick);
}
