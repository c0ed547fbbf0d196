#include "assets.h"
#include "handle.h"

int handle_page_get(struct app *app, const struct http_request *rq, struct http_response *rs)
{
    const frontend_asset *asset = assets_find(rq->rest);
    bool packed = asset->gzip && http_list_has(http_header(rq, "Accept-Encoding"), "gzip");
    (void)app;
    if (asset->gzip)
        http_field(rs, "Vary", "Accept-Encoding");
    if (handle_unchanged(rq, rs, asset->etag))
        return 304;
    http_field(rs, "ETag", asset->etag);
    rs->cache = "no-cache";
    rs->type = asset->type;
    if (packed)
        http_field(rs, "Content-Encoding", "gzip");
    http_bytes(rs, packed ? asset->gzip : asset->bytes, packed ? asset->gzip_size : asset->size);
    return 200;
}
