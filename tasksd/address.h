/* Addresses of clients: 16 bytes, those of IPv4 mapped into IPv6. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDRESS_SIZE = 16, ADDRESS_TEXT_SIZE = 46 };

struct address {
    uint8_t bytes[ADDRESS_SIZE];
};

struct address address_of_ipv4(uint32_t host_order);
bool address_is_ipv4(const struct address *address, uint32_t *host_order);

/* Reads one as proxies write it, with or without a port: "192.0.2.1", "192.0.2.1:80", "2001:db8::1",
 * "[2001:db8::1]", "[2001:db8::1]:80". */
bool address_read(const char *text, size_t length, struct address *out);

/* As people write it. */
void address_write(const struct address *address, char text[ADDRESS_TEXT_SIZE]);

/* The network that one client is taken to be: all 64 bits of an interface are its own to choose from. */
struct address address_network(const struct address *address);

#endif
