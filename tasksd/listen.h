/* Addresses to listen on, as civetweb on Debian 12 can: IPv4, without TLS. */
#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LISTEN_MAX = 8 };

struct listen_address {
    char host[16]; /* "127.0.0.1" */
    uint16_t port; /* 0: any free one */
    bool loopback;
};

/* Reads "HOST:PORT". NULL, or what is wrong with it and what to do. Static. */
const char *listen_read(const char *text, size_t length, struct listen_address *out);

/* Reads a comma-separated list of them. */
const char *listen_read_list(const char *text, struct listen_address out[LISTEN_MAX], size_t *count);

#endif
