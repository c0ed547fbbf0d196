#include "cors.h"

#include <string.h>

#include "route.h"

static void methods_field(struct http_response *rs, const char *name, unsigned allowed)
{
    buf methods;
    buf_init(&methods, 256);
    route_allow(allowed, &methods);
    http_field(rs, name, methods.bytes ? methods.bytes : "");
    buf_done(&methods);
}

static const char *allowed_origin(const struct access *access, const struct http_request *rq)
{
    const char *origin = access->origin_count ? http_header(rq, "Origin") : NULL;
    return origin ? access_origin_allowed(access, origin) : NULL;
}

int cors_options(const struct access *access, const struct http_request *rq, struct http_response *rs,
                 unsigned allowed)
{
    methods_field(rs, "Allow", allowed);
    if (http_header(rq, "Access-Control-Request-Method") && allowed_origin(access, rq)) {
        methods_field(rs, "Access-Control-Allow-Methods", allowed);
        http_field(rs, "Access-Control-Allow-Headers",
                   "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match");
        http_field(rs, "Access-Control-Max-Age", "600");
    }
    return 204;
}

void cors_answer(const struct access *access, const struct http_request *rq, struct http_response *rs)
{
    const char *origin = allowed_origin(access, rq);
    if (access->origin_count)
        http_field(rs, "Vary", "Origin");
    if (!origin)
        return;
    http_field(rs, "Access-Control-Allow-Origin", origin);
    http_field(rs, "Access-Control-Expose-Headers",
               "ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
               "WWW-Authenticate");
}
