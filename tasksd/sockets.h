/* The server's own TCP sockets, found through the kernel: civetweb tells nobody which they are. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names a connection: address and port of the other end, port of this one. */
typedef uint64_t sockets_key;

static inline sockets_key sockets_key_of(uint32_t address, uint16_t port, uint16_t own_port)
{
    return (uint64_t)address << 32 | (uint32_t)port << 16 | own_port;
}

static inline uint32_t sockets_address(sockets_key key)
{
    return (uint32_t)(key >> 32);
}

struct sockets_item {
    int fd;
    bool listening;
    sockets_key key; /* 0 when listening */
};

/* The sockets whose own port is one of `ports`, up to `max` of them. */
size_t sockets_list(const uint16_t *ports, size_t port_count, struct sockets_item *items, size_t max);

/* Makes a listening socket refuse new handshakes; those that wait to be accepted stay. (Closing it would
 * reset them.) */
void sockets_deafen(int listening);

/* Does a connection hold bytes, or a listening socket connections, that nobody has taken yet? */
bool sockets_pending(const struct sockets_item *item);

/* How many bytes of a connection have been taken from its socket since it is there; false: not known. */
bool sockets_taken(int fd, uint64_t *bytes);

#endif
