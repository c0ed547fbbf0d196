#include "burst.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PARTS = sizeof((struct burst_item *)0)->parts / sizeof(struct iovec) };

void burst_init(struct burst *burst)
{
    burst->context = 0;
    burst->there = syscall(SYS_io_setup, BURST_MAX, &burst->context) == 0;
}

void burst_done(struct burst *burst)
{
    if (burst->there)
        syscall(SYS_io_destroy, burst->context);
    burst->there = false;
}

static ssize_t outcome(int64_t result)
{
    if (result == -EAGAIN)
        return 0;
    return result < 0 ? -1 : (ssize_t)result;
}

static void send_alone(struct burst_item *item)
{
    const struct msghdr message = {.msg_iov = item->parts, .msg_iovlen = PARTS};
    ssize_t sent = sendmsg(item->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    item->sent = outcome(sent < 0 ? -errno : sent);
}

/* Returns how many of the first are on their way; what is wrong with the next one shows when it is sent
 * alone. A socket that is broken raises SIGPIPE, which tasksd ignores (signals.c). */
static size_t submit(const struct burst *burst, struct burst_item *items, size_t count)
{
    struct iocb requests[BURST_MAX], *list[BURST_MAX];
    for (size_t i = 0; i < count; i++) {
        items[i].sent = -1;
        requests[i] = (struct iocb){.aio_data = i,
                                    .aio_lio_opcode = IOCB_CMD_PWRITEV,
                                    .aio_fildes = (uint32_t)items[i].fd,
                                    .aio_buf = (uintptr_t)items[i].parts,
                                    .aio_nbytes = PARTS};
        list[i] = &requests[i];
    }
    long submitted = syscall(SYS_io_submit, burst->context, (long)count, list);
    return submitted > 0 ? (size_t)submitted : 0;
}

/* They are through already; a signal may still come first. What cannot be told now must not be told of others
 * later. */
static void collect(struct burst *burst, struct burst_item *items, size_t count)
{
    struct io_event events[BURST_MAX];
    while (count > 0) {
        long got = syscall(SYS_io_getevents, burst->context, 1L, (long)count, events, NULL);
        if (got < 0 && errno != EINTR) {
            burst_done(burst);
            return;
        }
        for (long i = 0; i < got; i++)
            items[events[i].data].sent = outcome(events[i].res);
        count -= got > 0 ? (size_t)got : 0;
    }
}

void burst_send(struct burst *burst, struct burst_item *items, size_t count)
{
    size_t submitted = burst->there && count > 1 ? submit(burst, items, count) : 0;
    collect(burst, items, submitted);
    for (size_t i = submitted; i < count; i++)
        send_alone(&items[i]);
}
