#include "events.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "events_text.h"
#include "fail.h"
#include "log.h"
#include "seats.h"
#include "timestamp.h"

enum {
    PAGE = 100, /* tasks read at a time */
    PAGE_BYTES_MAX = 1 << 28,
    READY_MAX = 64,
    TICK_MS = 1000,
    ALIVE_MS = 15000,         /* between two signs of life */
    STUCK_MS = 30000,         /* a reader that takes nothing for so long is ended */
    RIGHT_MS = 5000,          /* so often it is looked whether a client may still have a stream */
    LIFE_MS = 30 * 60 * 1000, /* then it has to ask again, as does who shows nothing that can be revoked */
    SEND_BUFFER = 64 << 10
};

/* Text that goes to several streams. */
struct piece {
    size_t users, size;
    char *bytes;
};

/* The streams of one owner. */
struct feed {
    struct feed *next;
    tasks_db *db;
    size_t streams;
    /* What was made last: most streams have got equally far and take the same. */
    struct piece *piece;
    char *url_base;
    int64_t since, until;
    bool more;
    char owner[];
};

struct events_stream {
    struct events *events;
    struct events_stream *next;
    struct feed *feed;
    struct auth_who who;
    char *url_base;
    int seat;
    int64_t since;
    int64_t began, moved; /* when something was last taken */
    int64_t allowed;      /* when it was last seen that the client may have it */
    struct piece *piece;  /* being sent; NULL: nothing */
    size_t sent;
    int fd;
    bool from_now, started, behind, over;
};

struct events {
    struct events_options options;
    struct seats *seats;
    atomic_bool ending, recheck;
    atomic_uint_fast64_t news; /* grows when the store may have changed */
    int poll, wake;
    pthread_t writer, watcher;
    bool writing, watching;

    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct events_stream *arrived; /* under the lock; the rest is the writer's */

    struct events_stream *streams;
    struct feed *feeds;
    uint64_t known;   /* of `news` */
    int64_t retry_at; /* the store did not answer: when to ask again; 0: it did */
    bool unfinished;  /* somebody has more to get at once */
};

/* ---- Pieces ------------------------------------------------------------------------------------- */

static void drop_piece(struct piece **piece)
{
    struct piece *p = *piece;
    *piece = NULL;
    if (!p || --p->users > 0)
        return;
    free(p->bytes);
    free(p);
}

static struct piece *share(struct piece *piece)
{
    piece->users++;
    return piece;
}

/* Takes the text over; NULL when out of memory. */
static struct piece *make_piece(buf *text)
{
    struct piece *piece = malloc(sizeof *piece);
    size_t size;
    char *bytes = buf_take(text, &size);
    if (piece && bytes) {
        *piece = (struct piece){1, size, bytes};
        return piece;
    }
    free(bytes);
    free(piece);
    return NULL;
}

/* ---- Feeds -------------------------------------------------------------------------------------- */

static void forget(struct feed *feed)
{
    drop_piece(&feed->piece);
    free(feed->url_base);
    feed->url_base = NULL;
}

static struct feed *new_feed(struct events *e, const char *owner)
{
    size_t size = strlen(owner) + 1;
    struct feed *feed = calloc(1, sizeof *feed + size);
    if (!feed)
        return NULL;
    memcpy(feed->owner, owner, size);
    if (tasks_as(e->options.db, owner, &feed->db, NULL)) {
        free(feed);
        return NULL;
    }
    feed->next = e->feeds;
    return e->feeds = feed;
}

static struct feed *join_feed(struct events *e, const char *owner)
{
    struct feed *feed = e->feeds;
    while (feed && strcmp(feed->owner, owner) != 0)
        feed = feed->next;
    if (!feed)
        feed = new_feed(e, owner);
    if (feed)
        feed->streams++;
    return feed;
}

static void leave_feed(struct events *e, struct feed *feed)
{
    struct feed **place = &e->feeds;
    if (!feed || --feed->streams > 0)
        return;
    while (*place != feed)
        place = &(*place)->next;
    *place = feed->next;
    forget(feed);
    tasks_close(feed->db);
    free(feed);
}

/* ---- What there is to send ---------------------------------------------------------------------- */

/* The client lacks tombstones that are gone. */
static tasks_status make_reset(struct feed *feed, buf *text, tasks_error *error)
{
    int64_t expired;
    tasks_status status = tasks_revision(feed->db, &feed->until, &expired, error);
    feed->more = true;
    if (!status)
        events_text_reset(feed->until, text);
    return status;
}

static tasks_status make_page(struct feed *feed, const struct events_stream *s, buf *text, tasks_error *error)
{
    tasks_page *page;
    tasks_status status = tasks_changes(feed->db, s->since, PAGE, &page, error);
    if (status == TASKS_NOT_FOUND)
        return make_reset(feed, text, error);
    if (status)
        return status;
    uint32_t count = tasks_page_count(page);
    int64_t now = tasks_page_revision(page);
    feed->until = count ? tasks_page_at(page, count - 1)->revision : now;
    feed->more = feed->until < now;
    status = events_text_page(page, s->url_base, text, error);
    tasks_page_free(page);
    return status;
}

static tasks_status make(struct feed *feed, const struct events_stream *s, tasks_error *error)
{
    buf text;
    buf_init(&text, PAGE_BYTES_MAX);
    forget(feed);
    tasks_status status = make_page(feed, s, &text, error);
    bool silent = text.length == 0;
    feed->since = s->since;
    feed->piece = status || silent ? NULL : make_piece(&text);
    feed->url_base = status || (!feed->piece && !silent) ? NULL : strdup(s->url_base);
    buf_done(&text);
    if (!status && !feed->url_base)
        return fail(error, TASKS_NO_MEMORY, "no_memory", "no memory for events");
    return status;
}

static bool is_made(const struct feed *feed, const struct events_stream *s)
{
    return feed->url_base && feed->since == s->since && strcmp(feed->url_base, s->url_base) == 0;
}

/* The store does not answer: that is told once, and tried again later. */
static void put_off(struct events *e, const tasks_error *error)
{
    if (e->retry_at == 0)
        log_fault(error, NULL);
    e->retry_at = timestamp_monotonic() + TICK_MS;
}

static void advance(struct events_stream *s)
{
    tasks_error error;
    struct feed *feed = s->feed;
    if (s->events->retry_at > timestamp_monotonic())
        return;
    if (!is_made(feed, s) && make(feed, s, &error)) {
        put_off(s->events, &error);
        return;
    }
    s->events->retry_at = 0;
    s->piece = feed->piece ? share(feed->piece) : NULL;
    s->sent = 0;
    s->since = feed->until;
    s->behind = feed->more;
}

static void put(struct events_stream *s, buf *text)
{
    s->piece = make_piece(text);
    s->sent = 0;
    s->over |= !s->piece;
    buf_done(text);
}

static void start(struct events_stream *s)
{
    buf text;
    buf_init(&text, 256);
    events_text_start(s->from_now ? s->since : -1, &text);
    put(s, &text);
    s->started = s->behind = true;
}

static void show_life(struct events_stream *s)
{
    buf text;
    buf_init(&text, 16);
    events_text_alive(&text);
    put(s, &text);
}

/* ---- The writer --------------------------------------------------------------------------------- */

/* Sends what the socket takes. */
static void push(struct events_stream *s, int64_t now)
{
    ssize_t count = 1;
    while (s->piece && count > 0) {
        count = send(s->fd, s->piece->bytes + s->sent, s->piece->size - s->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0) {
            s->over |= errno != EAGAIN && errno != EINTR;
            return;
        }
        s->moved = now;
        s->sent += (size_t)count;
        if (s->sent == s->piece->size)
            drop_piece(&s->piece);
    }
}

/* While nobody can tell, the client keeps its stream. */
static void check_right(struct events_stream *s, int64_t now)
{
    tasks_error error;
    struct events *e = s->events;
    if (now - s->allowed < RIGHT_MS || e->retry_at > now)
        return;
    s->allowed = now;
    tasks_status status = auth_still(e->options.auth, &s->who, &error);
    if (status == TASKS_DENIED)
        s->over = true;
    else if (status)
        put_off(e, &error);
    else
        e->retry_at = 0;
}

static void serve(struct events_stream *s, int64_t now)
{
    check_right(s, now);
    push(s, now);
    if (!s->piece && !s->over && !s->started)
        start(s);
    else if (!s->piece && !s->over && s->behind)
        advance(s);
    if (!s->piece && now - s->moved >= ALIVE_MS)
        show_life(s);
    push(s, now);
    s->over |= now - (s->piece ? s->moved : now) > STUCK_MS || (!s->piece && now - s->began > LIFE_MS);
    s->events->unfinished |= !s->piece && !s->over && s->behind && s->events->retry_at == 0;
}

static void close_stream(struct events_stream *s)
{
    struct events *e = s->events;
    if (s->fd >= 0)
        conns_release(e->options.conns, s->fd);
    leave_feed(e, s->feed);
    drop_piece(&s->piece);
    seats_leave(e->seats, s->seat);
    free(s->url_base);
    free(s);
}

static void close_those_over(struct events *e, bool all)
{
    for (struct events_stream **place = &e->streams; *place;) {
        struct events_stream *s = *place;
        if (!all && !s->over) {
            place = &s->next;
            continue;
        }
        *place = s->next;
        close_stream(s);
    }
}

static void set_up(struct events_stream *s)
{
    struct epoll_event interest = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = s};
    int buffer = SEND_BUFFER, limit = STUCK_MS, on = 1;
    setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    setsockopt(s->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    s->began = s->moved = s->allowed = timestamp_monotonic();
    s->feed = join_feed(s->events, s->who.owner);
    s->over = !s->feed || epoll_ctl(s->events->poll, EPOLL_CTL_ADD, s->fd, &interest);
}

static void take_arrived(struct events *e)
{
    pthread_mutex_lock(&e->lock);
    struct events_stream *arrived = e->arrived;
    e->arrived = NULL;
    pthread_mutex_unlock(&e->lock);
    while (arrived) {
        struct events_stream *s = arrived;
        arrived = s->next;
        s->next = e->streams;
        e->streams = s;
        set_up(s);
    }
}

/* A client has nothing to say any more; what it sends is thrown away until it goes. */
static void listen_to(struct events_stream *s, uint32_t events)
{
    char scratch[512];
    ssize_t count;
    s->over |= (events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0;
    do
        count = recv(s->fd, scratch, sizeof scratch, MSG_DONTWAIT);
    while (count > 0);
    s->over |= count == 0;
}

static void wait_for_work(struct events *e)
{
    struct epoll_event ready[READY_MAX];
    uint64_t unread;
    int count = epoll_wait(e->poll, ready, READY_MAX, e->unfinished ? 0 : TICK_MS);
    for (int i = 0; i < count; i++) {
        if (ready[i].data.ptr)
            listen_to(ready[i].data.ptr, ready[i].events);
        else if (read(e->wake, &unread, sizeof unread) < 0)
            continue;
    }
}

static void recheck(struct events *e)
{
    if (!atomic_exchange(&e->recheck, false))
        return;
    for (struct events_stream *s = e->streams; s; s = s->next)
        s->allowed = INT64_MIN / 2;
}

/* All that was made before is old. */
static void take_news(struct events *e)
{
    uint64_t news = atomic_load(&e->news);
    if (news == e->known)
        return;
    e->known = news;
    for (struct feed *feed = e->feeds; feed; feed = feed->next)
        forget(feed);
    for (struct events_stream *s = e->streams; s; s = s->next)
        s->behind = true;
}

static void *write_all(void *context)
{
    struct events *e = context;
    while (!atomic_load(&e->ending)) {
        wait_for_work(e);
        take_arrived(e);
        take_news(e);
        recheck(e);
        e->unfinished = false;
        int64_t now = timestamp_monotonic();
        for (struct events_stream *s = e->streams; s; s = s->next)
            serve(s, now);
        close_those_over(e, false);
    }
    take_arrived(e);
    close_those_over(e, true);
    return NULL;
}

/* ---- The watcher -------------------------------------------------------------------------------- */

static void rouse(struct events *e)
{
    uint64_t one = 1;
    if (write(e->wake, &one, sizeof one) < 0) {
        /* It counts too high already: the writer will come. */
    }
}

/* False at the end. */
static bool wait_for_streams(struct events *e)
{
    pthread_mutex_lock(&e->lock);
    while (seats_held(e->seats) == 0 && !atomic_load(&e->ending))
        pthread_cond_wait(&e->wanted, &e->lock);
    pthread_mutex_unlock(&e->lock);
    return !atomic_load(&e->ending);
}

static void *watch_store(void *context)
{
    struct events *e = context;
    int64_t seen = 0;
    while (wait_for_streams(e)) {
        int64_t before = seen;
        if (tasks_watch(e->options.db, &seen, TICK_MS, NULL))
            usleep(TICK_MS * 1000); /* what was missed meanwhile is found by looking */
        else if (seen == before)
            continue;
        atomic_fetch_add(&e->news, 1);
        rouse(e);
    }
    return NULL;
}

/* ---- For others --------------------------------------------------------------------------------- */

static bool set_up_waking(struct events *e)
{
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = NULL};
    e->poll = epoll_create1(EPOLL_CLOEXEC);
    e->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return e->poll >= 0 && e->wake >= 0 && epoll_ctl(e->poll, EPOLL_CTL_ADD, e->wake, &interest) == 0;
}

struct events *events_new(const struct events_options *options)
{
    struct events *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->options = *options;
    e->poll = e->wake = -1;
    e->seats = seats_new(options->streams, options->per_address);
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->wanted, NULL);
    if (e->seats && set_up_waking(e)) {
        e->writing = pthread_create(&e->writer, NULL, write_all, e) == 0;
        e->watching = pthread_create(&e->watcher, NULL, watch_store, e) == 0;
    }
    if (e->writing && e->watching)
        return e;
    events_free(e);
    return NULL;
}

void events_end(struct events *e)
{
    pthread_mutex_lock(&e->lock);
    atomic_store(&e->ending, true);
    pthread_cond_broadcast(&e->wanted);
    pthread_mutex_unlock(&e->lock);
    rouse(e);
}

void events_free(struct events *e)
{
    if (!e)
        return;
    events_end(e);
    if (e->writing)
        pthread_join(e->writer, NULL);
    if (e->watching)
        pthread_join(e->watcher, NULL);
    take_arrived(e);
    close_those_over(e, true);
    if (e->poll >= 0)
        close(e->poll);
    if (e->wake >= 0)
        close(e->wake);
    seats_free(e->seats);
    pthread_cond_destroy(&e->wanted);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

void events_recheck(struct events *e)
{
    atomic_store(&e->recheck, true);
    rouse(e);
}

size_t events_count(const struct events *e)
{
    return seats_held(e->seats);
}

static struct events_stream *new_stream(struct events *e, const struct events_wish *wish, int seat)
{
    struct events_stream *s = calloc(1, sizeof *s);
    char *url_base = strdup(wish->url_base);
    if (!s || !url_base) {
        free(s);
        free(url_base);
        return NULL;
    }
    *s = (struct events_stream){.events = e,
                                .who = *wish->who,
                                .url_base = url_base,
                                .seat = seat,
                                .since = wish->since,
                                .from_now = wish->from_now,
                                .fd = -1};
    return s;
}

struct events_stream *events_open(struct events *e, const struct events_wish *wish, enum events_refusal *why)
{
    int seat = atomic_load(&e->ending) ? SEATS_NONE : seats_take(e->seats, &wish->address);
    *why = seat == SEATS_ENOUGH ? EVENTS_ENOUGH : EVENTS_FULL;
    struct events_stream *s = seat >= 0 ? new_stream(e, wish, seat) : NULL;
    if (seat >= 0 && !s)
        seats_leave(e->seats, seat);
    return s;
}

void events_give(void *context, int fd)
{
    struct events_stream *s = context;
    struct events *e = s->events;
    s->fd = fd;
    if (fd < 0) {
        close_stream(s);
        return;
    }
    pthread_mutex_lock(&e->lock);
    s->next = e->arrived;
    e->arrived = s;
    pthread_cond_signal(&e->wanted);
    pthread_mutex_unlock(&e->lock);
    rouse(e);
}
