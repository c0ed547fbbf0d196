#include "access.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "number.h"

static const char *const loopback_names[] = {"localhost", "127.0.0.1", "[::1]"};

/* The next element of a comma-separated list, cut out of it; NULL at its end. */
static char *next_item(char **list)
{
    char *item;
    while ((item = strsep(list, ","))) {
        item += strspn(item, " \t");
        item[strcspn(item, " \t")] = '\0';
        if (*item)
            return item;
    }
    return NULL;
}

const char *access_hosts(struct access *access, char *list)
{
    for (char *item; (item = next_item(&list));) {
        if (access->host_count == ACCESS_ITEMS_MAX)
            return "has too many names";
        if (strpbrk(item, "/@?#"))
            return "is not a list of host names";
        access->hosts[access->host_count++] = item;
    }
    return NULL;
}

static bool is_origin(const char *text)
{
    const char *host = strstr(text, "://");
    return strcmp(text, "*") == 0 || (host && host > text && host[3] && !strchr(host + 3, '/'));
}

const char *access_origins(struct access *access, char *list)
{
    for (char *item; (item = next_item(&list));) {
        if (access->origin_count == ACCESS_ITEMS_MAX)
            return "has too many origins";
        if (!is_origin(item))
            return "is not a list of origins such as https://example.org";
        access->origins[access->origin_count++] = item;
    }
    return NULL;
}

static bool read_network(char *text, struct access_network *out)
{
    struct in_addr address;
    int64_t bits = 32;
    char *slash = strchr(text, '/');
    if (slash) {
        *slash++ = '\0';
        if (!number_read(slash, strlen(slash), 0, 32, &bits))
            return false;
    }
    if (inet_pton(AF_INET, text, &address) != 1)
        return false;
    out->mask = bits ? UINT32_MAX << (32 - bits) : 0;
    out->address = ntohl(address.s_addr) & out->mask;
    return true;
}

const char *access_proxies(struct access *access, char *list)
{
    for (char *item; (item = next_item(&list));) {
        if (access->proxy_count == ACCESS_ITEMS_MAX)
            return "has too many networks";
        if (!read_network(item, &access->proxies[access->proxy_count++]))
            return "is not a list of IPv4 networks such as 10.0.0.0/8";
    }
    return NULL;
}

bool access_trusts(const struct access *access, uint32_t peer)
{
    for (size_t i = 0; i < access->proxy_count; i++)
        if ((peer & access->proxies[i].mask) == access->proxies[i].address)
            return true;
    return false;
}

static bool trusts(const struct access *access, const struct address *address)
{
    uint32_t ipv4;
    return address_is_ipv4(address, &ipv4) && access_trusts(access, ipv4);
}

/* Goes through one header from its end, where the nearest proxy has written, for as long as who is named
 * there is trusted too. False where it ends with somebody who is not. */
static bool follow(const struct access *access, const char *list, struct address *client)
{
    struct address hop;
    size_t length = strlen(list);
    while (length > 0 && trusts(access, client)) {
        const char *comma = memrchr(list, ',', length);
        const char *item = comma ? comma + 1 : list;
        const char *end = list + length;
        item += strspn(item, " \t");
        while (end > item && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        if (item >= end || !address_read(item, (size_t)(end - item), &hop))
            return false;
        *client = hop;
        length = comma ? (size_t)(comma - list) : 0;
    }
    return trusts(access, client);
}

struct address access_sender(const struct access *access, const struct http_request *rq)
{
    struct address client = address_of_ipv4(rq->peer);
    for (size_t i = rq->header_count; i-- > 0 && trusts(access, &client);)
        if (strcasecmp(rq->headers[i].name, "X-Forwarded-For") == 0 &&
            !follow(access, rq->headers[i].value, &client))
            break;
    return client;
}

struct address access_client(const struct access *access, const struct http_request *rq)
{
    struct address sender = access_sender(access, rq);
    return address_network(&sender);
}

static size_t without_port(const char *host)
{
    const char *end = host[0] == '[' ? strchr(host, ']') : NULL;
    return end ? (size_t)(end - host) + 1 : strcspn(host, ":");
}

static bool is_named(const char *host, size_t length, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == length && strncasecmp(host, names[i], length) == 0)
            return true;
    return false;
}

bool access_host_ok(const struct access *access, const char *host)
{
    size_t length = without_port(host);
    return access->any_host ||
           is_named(host, length, loopback_names, sizeof loopback_names / sizeof *loopback_names) ||
           is_named(host, length, access->hosts, access->host_count);
}

const char *access_origin_allowed(const struct access *access, const char *origin)
{
    for (size_t i = 0; i < access->origin_count; i++) {
        if (strcmp(access->origins[i], "*") == 0)
            return "*";
        if (strcasecmp(access->origins[i], origin) == 0)
            return origin;
    }
    return NULL;
}

/* Pages that the server sent itself come with "http://HOST" or "https://HOST". */
static bool is_own(const char *origin, const char *host)
{
    const char *rest = strstr(origin, "://");
    return rest && strcasecmp(rest + 3, host) == 0;
}

bool access_write_ok(const struct access *access, const char *origin, const char *host)
{
    return !origin || is_own(origin, host) || access_origin_allowed(access, origin);
}

bool access_is_https(const struct access *access, const struct http_request *rq)
{
    const char *proto = access->proxy_count ? http_header(rq, "X-Forwarded-Proto") : NULL;
    return proto && access_trusts(access, rq->peer) && strcasecmp(proto, "https") == 0;
}
