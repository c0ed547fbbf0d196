#include "handle.h"

#include "etag.h"

/* What has an ETag may be kept, but is asked for again each time. */
static const char revalidate[] = "private, no-cache";

void handle_head(const struct http_request *rq, struct http_response *rs)
{
    bool reading = rq->method == HTTP_GET || rq->method == HTTP_HEAD;
    rs->type = "application/json";
    rs->cache = reading ? revalidate : NULL;
}

int handle_json(const struct http_request *rq, struct http_response *rs, int status, tasks_text *text)
{
    handle_head(rq, rs);
    http_text(rs, text);
    return status;
}

bool handle_unchanged(const struct http_request *rq, struct http_response *rs, const char *etag)
{
    const char *seen = http_header(rq, "If-None-Match");
    if (!seen || !etag_none_match(seen, etag))
        return false;
    http_field(rs, "ETag", etag);
    rs->cache = revalidate;
    return true;
}
