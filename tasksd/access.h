/* Who may talk to the server by which name, and from which page: the Host check against DNS rebinding,
 * the Origin check against writes from other sites, and the proxies that are believed. */
#ifndef ACCESS_H
#define ACCESS_H

#include "address.h"
#include "http.h"

enum { ACCESS_ITEMS_MAX = 32 };

struct access_network {
    uint32_t address, mask; /* host order */
};

struct access {
    bool any_host;                         /* Host is not looked at */
    const char *hosts[ACCESS_ITEMS_MAX];   /* without port, besides the names of loopback */
    const char *origins[ACCESS_ITEMS_MAX]; /* "https://host:port", or "*" for every one */
    struct access_network proxies[ACCESS_ITEMS_MAX];
    size_t host_count, origin_count, proxy_count;
};

/* Each reads a comma-separated list ("" for none). The text is cut up and must outlive `access`.
 * NULL, or what is wrong with the list. */
const char *access_hosts(struct access *access, char *list);
const char *access_origins(struct access *access, char *list);
const char *access_proxies(struct access *access, char *list);

bool access_trusts(const struct access *access, uint32_t peer);

/* Who sent the request, as far as trusted proxies tell in X-Forwarded-For. */
struct address access_sender(const struct access *access, const struct http_request *rq);

/* The same, taken for one client: of IPv6 it is the network. */
struct address access_client(const struct access *access, const struct http_request *rq);

bool access_host_ok(const struct access *access, const char *host);

/* "*" or `origin` itself if pages from there may read answers; NULL if not. */
const char *access_origin_allowed(const struct access *access, const char *origin);

/* May a request that came with this Origin header (NULL for none) change something? */
bool access_write_ok(const struct access *access, const char *origin, const char *host);

/* Was the request sent by TLS, as far as a trusted proxy tells? */
bool access_is_https(const struct access *access, const struct http_request *rq);

#endif
