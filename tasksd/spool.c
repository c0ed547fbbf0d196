#include "spool.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"

enum {
    ROOM_MAX = 4 << 20,    /* some ten thousand lines: the hiccup of a disk passes unseen */
    ROOM_KEPT = 128 << 10, /* more is given back once it is written */
    GATHER_NS = 2000000,   /* two milliseconds: how long the first line waits for others */
    STOP_SECONDS = 1
};

struct spool {
    int fd;
    pthread_t thread;
    bool ended;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wanted;
    buf waiting;
    bool idle, stop; /* idle: the thread waits to be told */
    atomic_uint_fast64_t dropped;
};

/* ---- The thread that writes ---- */

/* A pipe whose other end does not read, and a descriptor that does not wait, both make it wait here. */
static bool write_some(int fd, const char **at, size_t *left)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    ssize_t count = write(fd, *at, *left);
    if (count < 0)
        return errno == EINTR || (errno == EAGAIN && poll(&ready, 1, -1) > 0);
    *at += count;
    *left -= (size_t)count;
    return true;
}

/* What is left when it cannot go on: a line of which a part is out counts, too. */
static uint64_t lines_in(const char *at, size_t left)
{
    uint64_t count = 0;
    for (const char *end; (end = memchr(at, '\n', left)); at = end + 1) {
        left -= (size_t)(end - at) + 1;
        count++;
    }
    return count;
}

static void write_all(struct spool *s, const buf *lines)
{
    const char *at = lines->bytes;
    size_t left = lines->length;
    while (left > 0 && write_some(s->fd, &at, &left))
        continue;
    if (left > 0)
        atomic_fetch_add(&s->dropped, lines_in(at, left));
}

static void gather(void)
{
    const struct timespec time = {.tv_nsec = GATHER_NS};
    nanosleep(&time, NULL);
}

/* Waits for the first line, unless there were some a moment ago. Returns whether to stop. */
static bool wait_for_lines(struct spool *s, bool busy)
{
    pthread_mutex_lock(&s->lock);
    s->idle = !busy;
    while (s->idle && s->waiting.length == 0 && !s->stop)
        pthread_cond_wait(&s->wanted, &s->lock);
    s->idle = false;
    bool stop = s->stop;
    pthread_mutex_unlock(&s->lock);
    return stop;
}

/* Takes the lines that are there; false: none. */
static bool take(struct spool *s, buf *lines)
{
    pthread_mutex_lock(&s->lock);
    buf taken = s->waiting;
    s->waiting = *lines;
    *lines = taken;
    pthread_mutex_unlock(&s->lock);
    return lines->length > 0;
}

/* And empties the buffer for the next round: two take turns. */
static void write_lines(struct spool *s, buf *lines)
{
    write_all(s, lines);
    if (lines->room > ROOM_KEPT)
        buf_done(lines);
    buf_reset(lines);
}

static void *run(void *context)
{
    struct spool *s = context;
    buf lines;
    bool stop = false, busy = false;
    buf_init(&lines, ROOM_MAX);
    while (!stop) {
        stop = wait_for_lines(s, busy);
        if (!stop)
            gather();
        busy = take(s, &lines);
        if (busy)
            write_lines(s, &lines);
    }
    buf_done(&lines);
    return NULL;
}

/* ---- What the others do ---- */

static void done(struct spool *s)
{
    pthread_cond_destroy(&s->wanted);
    pthread_mutex_destroy(&s->lock);
    buf_done(&s->waiting);
    free(s);
}

struct spool *spool_start(int fd)
{
    struct spool *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->fd = fd;
    buf_init(&s->waiting, ROOM_MAX);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wanted, NULL);
    if (pthread_create(&s->thread, NULL, run, s) == 0)
        return s;
    done(s);
    return NULL;
}

void spool_stop(struct spool *s)
{
    struct timespec until;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->wanted);
    pthread_mutex_unlock(&s->lock);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_SECONDS;
    s->ended = pthread_timedjoin_np(s->thread, NULL, &until) == 0;
}

/* If nobody reads, the thread is left behind with all that it uses. */
void spool_free(struct spool *s)
{
    if (s && s->ended)
        done(s);
}

void spool_put(struct spool *s, const char *lines, size_t length)
{
    pthread_mutex_lock(&s->lock);
    bool fits = length < ROOM_MAX - s->waiting.length && buf_reserve(&s->waiting, length);
    if (fits)
        buf_bytes(&s->waiting, lines, length);
    s->waiting.status = TASKS_OK; /* the next line may find memory */
    bool wake = fits && s->idle;
    s->idle = s->idle && !wake;
    pthread_mutex_unlock(&s->lock);
    if (!fits)
        atomic_fetch_add(&s->dropped, lines_in(lines, length));
    if (wake)
        pthread_cond_signal(&s->wanted);
}

uint64_t spool_dropped(const struct spool *s)
{
    return atomic_load(&s->dropped);
}
