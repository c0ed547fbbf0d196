/* Sends to several sockets in one system call. Who is woken by the first answer would take the processor at
 * once, often a client on the same machine for that one alone; so it finds all of them.
 *
 * The call is io_submit(2) of Linux: to a socket that does not block it writes as send(2) does, before it
 * returns. Where a system has none of it, or no room for more, each answer has a call of its own. */
#ifndef BURST_H
#define BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { BURST_MAX = 32 };

/* Of one thread. */
struct burst {
    unsigned long context;
    bool there;
};

struct burst_item {
    int fd; /* does not block */
    struct iovec parts[2];
    ssize_t sent; /* out: how many bytes the system has taken, maybe none; -1: the connection is broken */
};

void burst_init(struct burst *burst);
void burst_done(struct burst *burst);

/* Up to BURST_MAX, each of another socket. */
void burst_send(struct burst *burst, struct burst_item *items, size_t count);

#endif
