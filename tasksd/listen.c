#include "listen.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "number.h"

/* civetweb's mark for TLS. Its TLS crashes at the first handshake with OpenSSL 3. */
static bool asks_for_tls(const char *text, size_t length)
{
    return length > 1 && text[length - 1] == 's' && isdigit((unsigned char)text[length - 2]);
}

static bool read_host(const char *text, size_t length, struct listen_address *out)
{
    struct in_addr address;
    if (length == strlen("localhost") && memcmp(text, "localhost", length) == 0) {
        text = "127.0.0.1";
        length = strlen(text);
    }
    if (length >= sizeof out->host)
        return false;
    memcpy(out->host, text, length);
    out->host[length] = '\0';
    if (inet_pton(AF_INET, out->host, &address) != 1)
        return false;
    out->loopback = ntohl(address.s_addr) >> 24 == 127;
    return true;
}

const char *listen_read(const char *text, size_t length, struct listen_address *out)
{
    int64_t port;
    const char *colon = memrchr(text, ':', length);
    if (asks_for_tls(text, length))
        return "asks for TLS, which tasksd does not speak: end TLS at a load balancer or nginx in front of "
               "it";
    if (!colon)
        return "is not HOST:PORT, such as 127.0.0.1:5000";
    if (memchr(text, '[', length))
        return "is an IPv6 address, which the HTTP library cannot listen on: use an IPv4 one";
    if (!read_host(text, (size_t)(colon - text), out))
        return "has a host that is neither an IPv4 address nor localhost";
    if (!number_read(colon + 1, (size_t)(text + length - colon - 1), 0, UINT16_MAX, &port))
        return "has a port that is not a number from 0 to 65535";
    out->port = (uint16_t)port;
    return NULL;
}

const char *listen_read_list(const char *text, struct listen_address out[LISTEN_MAX], size_t *count)
{
    const char *fault = NULL;
    *count = 0;
    do {
        size_t length = strcspn(text, ",");
        if (*count == LISTEN_MAX)
            return "has too many addresses";
        fault = listen_read(text, length, &out[(*count)++]);
        text += length;
    } while (!fault && *text++ == ',');
    return fault;
}
