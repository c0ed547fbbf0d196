#include "sink.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { ENOUGH = 64 << 10, CAP = 16 << 20 };

void sink_init(sink *s, int fd)
{
    buf_init(&s->text, CAP);
    s->fd = fd;
    s->error = 0;
}

void sink_done(sink *s)
{
    buf_done(&s->text);
}

/* A terminal or pipe that somebody else made non-blocking: wait until it takes more. */
static int wait_for_room(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    return poll(&p, 1, -1) < 0 && errno != EINTR ? errno : 0;
}

static int write_all(int fd, const char *bytes, size_t length)
{
    int error = 0;
    while (length && !error) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0) {
            error = errno == EAGAIN ? wait_for_room(fd) : errno == EINTR ? 0 : errno;
        } else {
            bytes += n;
            length -= (size_t)n;
        }
    }
    return error;
}

void sink_flush(sink *s)
{
    if (!s->error && s->text.status)
        s->error = s->text.status == TASKS_NO_MEMORY ? ENOMEM : EMSGSIZE;
    if (!s->error)
        s->error = write_all(s->fd, s->text.bytes, s->text.length);
    buf_reset(&s->text);
}

void sink_flow(sink *s)
{
    if (s->text.length >= ENOUGH || s->text.status)
        sink_flush(s);
}

void sink_bytes(sink *s, const char *bytes, size_t length)
{
    if (length < ENOUGH) {
        buf_bytes(&s->text, bytes, length);
        sink_flow(s);
        return;
    }
    sink_flush(s);
    if (!s->error)
        s->error = write_all(s->fd, bytes, length);
}
