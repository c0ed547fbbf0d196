#include "quick.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "share.h"
#include "sockets.h"
#include "timestamp.h"
#include "turn.h"

enum {
    LOOPS_MAX = 4,
    STACK_SIZE = 128 << 10,
    EVENTS_MAX = 32,  /* at once: the other loops take the rest */
    ANSWERS_MAX = 16, /* as much as the same, of calls that are through */
    LOOK_EVERY_MS = 250,
    WAIT_MS = 5000, /* as long as a call of the library waits for its turn */
    STUCK_MS = 250, /* far beyond any commit of a sound store */
    CREDIT_MAX = 16,
    CREDIT_ENOUGH = 8, /* to find the socket of a connection is dear, so it must have asked for some time */
    CREDIT_LOST = 4    /* a worker is cheaper where less than four of five requests are quick */
};

/* Of a place: what is ready is told to any loop, and a loop may still be at the last answer of a connection
 * when another one hears of the next request. Then the first one looks again. */
enum { OPEN, TAKEN, TAKEN_AND_MORE };

struct quick {
    const struct exchange_listener *listener;
    struct share *shares[CALL_KINDS]; /* where calls go; reads do not if they wait for nothing */
    int epoll, alarm, through;        /* through: calls are */
    pthread_mutex_t lock;             /* guards the list and `ending` */
    struct quick_place *places;
    bool ending;
    _Atomic int64_t looked; /* when silent places were looked for */
    sem_t begun;            /* a loop has */
    size_t count;
    pthread_t threads[LOOPS_MAX];
};

struct loop {
    struct quick *quick;
    struct turn turn;
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

static void earn(struct quick_place *place)
{
    if (place->credit < CREDIT_MAX)
        place->credit++;
}

void quick_missed(struct quick_place *place)
{
    place->credit = place->credit > CREDIT_LOST ? place->credit - CREDIT_LOST : 0;
}

void quick_took(struct quick_place *place, size_t size)
{
    place->taken += size;
    earn(place);
}

void quick_saw(const struct quick *quick, struct quick_place *place, const struct http_request *rq,
               size_t head_size)
{
    place->uncounted = place->uncounted || head_size == 0 || rq->chunked;
    place->taken += head_size + (rq->content_length > 0 ? (uint64_t)rq->content_length : 0);
    if (quick && turn_is_quick(quick->listener, rq))
        earn(place);
    else
        quick_missed(place);
}

/* civetweb may have read more than it has handed to us. It has not if the requests are all that was taken
 * from the socket. */
static bool is_untouched(const struct quick_place *place)
{
    uint64_t taken;
    return place->fd >= 0 && sockets_taken(place->fd, &taken) && taken == place->taken;
}

/* A socket that blocked would hold up a loop (burst.h); civetweb's do not. */
static bool never_blocks(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && flags & O_NONBLOCK;
}

/* ---- A place in a loop -------------------------------------------------------------------------- */

static void ring(int event)
{
    const uint64_t one = 1;
    ssize_t written = write(event, &one, sizeof one);
    (void)written; /* it can only fail when it is set already */
}

static void enter_list(struct quick *quick, struct quick_place *place)
{
    place->next = quick->places;
    place->link = &quick->places;
    if (place->next)
        place->next->link = &place->next;
    else
        ring(quick->alarm); /* it looks after silent connections only when there are some */
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
        place->uncounted = !never_blocks(place->fd);
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

static void go_on(struct loop *loop, struct quick_place *place, enum turn_verdict verdict)
{
    while (verdict == TURN_STAYS && !give_back(place))
        verdict = turn_take(&loop->turn, place);
    if (verdict == TURN_LEAVES || verdict == TURN_CLOSES)
        leave(loop->quick, place, verdict == TURN_CLOSES);
}

static void serve(struct loop *loop, struct quick_place *place)
{
    if (take(place))
        go_on(loop, place, turn_take(&loop->turn, place));
}

static void end_turn(struct loop *loop)
{
    enum turn_verdict verdict;
    for (struct quick_place *place; (place = turn_next(&loop->turn, &verdict));)
        go_on(loop, place, verdict);
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

/* Who waits for the store has waited long enough. */
static void handle(struct loop *loop, void *about)
{
    for (int kind = 0; kind < CALL_KINDS; kind++)
        if (loop->quick->shares[kind] && share_has_some(loop->quick->shares[kind]))
            turn_conclude(&loop->turn, share_take(loop->quick->shares[kind], ANSWERS_MAX));
    if (about == &loop->quick->alarm)
        hush(loop->quick);
    else if (about != &loop->quick->through)
        serve(loop, about);
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
            handle(loop, events[i].data.ptr);
        end_turn(loop);
        end_silent_in_time(loop->quick);
        sched_yield();
    }
}

static void *run(void *context)
{
    struct loop loop = {.quick = context};
    turn_init(&loop.turn, loop.quick->listener, loop.quick->shares);
    sem_post(&loop.quick->begun);
    work(&loop);
    turn_done(&loop.turn);
    return NULL;
}

/* ---- Starting and stopping ---------------------------------------------------------------------- */

/* One after the other: glibc gives its heaps out in turn, one for each processor, and two loops with the same
 * one would wait for each other at every request. */
static bool start_loop(struct quick *quick)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    bool started = pthread_create(&quick->threads[quick->count], &attributes, run, quick) == 0;
    pthread_attr_destroy(&attributes);
    quick->count += started;
    while (started && sem_wait(&quick->begun))
        ;
    return started;
}

static bool listen_to(const struct quick *quick, int *event_fd, uint32_t more)
{
    struct epoll_event event = {.events = EPOLLIN | more, .data.ptr = event_fd};
    return epoll_ctl(quick->epoll, EPOLL_CTL_ADD, *event_fd, &event) == 0;
}

static void calls_through(void *context)
{
    const struct quick *quick = context;
    ring(quick->through);
}

static bool start_shares(struct quick *quick)
{
    bool started = true;
    for (int kind = quick->listener->reads_at_once ? CALL_LOOKUP + 1 : CALL_LOOKUP; kind < CALL_KINDS;
         kind++) {
        quick->shares[kind] = share_new(&(struct share_options){calls_through, quick, WAIT_MS, STUCK_MS});
        started &= quick->shares[kind] != NULL;
    }
    return started;
}

/* Each time that calls are through one loop is told, once. */
static bool start(struct quick *quick)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (!start_shares(quick) || !listen_to(quick, &quick->alarm, 0) ||
        !listen_to(quick, &quick->through, EPOLLET))
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
    quick->through = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&quick->lock, NULL);
    sem_init(&quick->begun, 0, 0);
    if (start(quick))
        return quick;
    quick_free(quick);
    return NULL;
}

static void end_loops(struct quick *quick)
{
    pthread_mutex_lock(&quick->lock);
    quick->ending = true;
    pthread_mutex_unlock(&quick->lock);
    ring(quick->alarm);
    while (quick->count > 0)
        pthread_join(quick->threads[--quick->count], NULL);
}

/* What was begun is answered, but nothing else is. */
static void end_calls(struct quick *quick, struct share *share)
{
    struct turn turn;
    enum turn_verdict ignored;
    turn_init(&turn, quick->listener, quick->shares);
    share_end(share);
    turn_conclude(&turn, share_take(share, INT_MAX));
    for (struct quick_place *place; (place = turn_next(&turn, &ignored));)
        leave(quick, place, true);
    turn_done(&turn);
}

void quick_end(struct quick *quick)
{
    if (!quick)
        return;
    end_loops(quick);
    for (int kind = 0; kind < CALL_KINDS; kind++)
        if (quick->shares[kind])
            end_calls(quick, quick->shares[kind]);
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
    close_if_open(quick->through);
    for (int kind = 0; kind < CALL_KINDS; kind++)
        share_free(quick->shares[kind]);
    sem_destroy(&quick->begun);
    pthread_mutex_destroy(&quick->lock);
    free(quick);
}
