#include "address.h"

#include <arpa/inet.h>
#include <string.h>

#include "number.h"

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

enum { NETWORK_SIZE = 8 };

_Static_assert((int)ADDRESS_TEXT_SIZE == (int)INET6_ADDRSTRLEN, "every address has room");

struct address address_of_ipv4(uint32_t host_order)
{
    struct address address;
    uint32_t wire = htonl(host_order);
    memcpy(address.bytes, mapped, sizeof mapped);
    memcpy(address.bytes + sizeof mapped, &wire, sizeof wire);
    return address;
}

bool address_is_ipv4(const struct address *address, uint32_t *host_order)
{
    uint32_t wire;
    memcpy(&wire, address->bytes + sizeof mapped, sizeof wire);
    *host_order = ntohl(wire);
    return memcmp(address->bytes, mapped, sizeof mapped) == 0;
}

/* Without port and brackets. A lone colon ends an IPv4 address; IPv6 has several. */
static void strip(const char **text, size_t *length)
{
    const char *colon = memchr(*text, ':', *length);
    if (*length > 0 && **text == '[') {
        const char *end = memchr(*text, ']', *length);
        *length = end ? (size_t)(end - *text) - 1 : 0;
        ++*text;
    } else if (colon && colon == memrchr(*text, ':', *length)) {
        *length = (size_t)(colon - *text);
    }
}

bool address_read(const char *text, size_t length, struct address *out)
{
    char copy[INET6_ADDRSTRLEN];
    struct in_addr ipv4;
    strip(&text, &length);
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (inet_pton(AF_INET6, copy, out->bytes) == 1)
        return true;
    if (inet_pton(AF_INET, copy, &ipv4) != 1)
        return false;
    *out = address_of_ipv4(ntohl(ipv4.s_addr));
    return true;
}

/* printf would be a tenth of what a request takes of the processor. */
static void write_ipv4(uint32_t ipv4, char *text)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        text += number_write_int(ipv4 >> shift & 255, text);
        *text++ = shift ? '.' : '\0';
    }
}

void address_write(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    uint32_t ipv4;
    if (address_is_ipv4(address, &ipv4))
        write_ipv4(ipv4, text);
    else
        inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_SIZE);
}

struct address address_network(const struct address *address)
{
    struct address network = *address;
    uint32_t ipv4;
    if (!address_is_ipv4(address, &ipv4))
        memset(network.bytes + NETWORK_SIZE, 0, ADDRESS_SIZE - NETWORK_SIZE);
    return network;
}
