#include "http.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "timestamp.h"

enum { FIELDS_MAX = 64 << 10, BODY_MAX = 1 << 20 };

/* No script but our own files, no frame, nothing from elsewhere. */
static const char security_fields[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types tasks\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

static const char *const method_names[] = {
    [HTTP_GET] = "GET",       [HTTP_HEAD] = "HEAD",       [HTTP_POST] = "POST",   [HTTP_PATCH] = "PATCH",
    [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS", [HTTP_OTHER] = "OTHER",
};

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

const char *http_reason(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Error";
}

enum http_method http_method_read(const char *name)
{
    enum http_method method = HTTP_GET;
    while (method < HTTP_OTHER && strcmp(name, method_names[method]) != 0)
        method++;
    return method;
}

const char *http_method_name(enum http_method method)
{
    return method_names[method];
}

/* Most names differ in their first letter. */
static bool same_name(const char *a, const char *b)
{
    return (*a | 0x20) == (*b | 0x20) && strcasecmp(a, b) == 0;
}

const char *http_header(const struct http_request *rq, const char *name)
{
    for (size_t i = 0; i < rq->header_count; i++)
        if (same_name(rq->headers[i].name, name))
            return rq->headers[i].value;
    return NULL;
}

static size_t trimmed(const char *text, size_t length)
{
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    return length;
}

static bool same_word(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && strncasecmp(text, word, length) == 0;
}

/* Is the quality among the parameters of an element zero? */
static bool refused(const char *parameters, size_t length)
{
    const char *q = memmem(parameters, length, "q=0", 3);
    size_t rest = q ? (size_t)(parameters + length - q) : 0;
    return q && trimmed(q, rest) == 3 + strspn(q + 3, ".0");
}

bool http_list_has(const char *list, const char *token)
{
    while (list && *list) {
        list += strspn(list, ", \t");
        size_t element = strcspn(list, ",");
        size_t word = strcspn(list, ";,");
        if (same_word(list, trimmed(list, word), token))
            return !refused(list + word, element - word);
        list += element;
    }
    return false;
}

bool http_type_is(const char *value, const char *type)
{
    return value && same_word(value, trimmed(value, strcspn(value, ";")), type);
}

void http_request_init(struct http_request *rq, arena *memory)
{
    *rq = (struct http_request){.content_length = -1, .memory = memory};
    buf_init(&rq->body, BODY_MAX + 1);
}

void http_request_done(struct http_request *rq)
{
    buf_done(&rq->body);
}

void http_response_init(struct http_response *rs)
{
    *rs = (struct http_response){.status = 200};
    buf_init(&rs->fields, FIELDS_MAX);
    buf_init(&rs->body, BODY_MAX);
}

void http_give(struct http_response *rs, int fd)
{
    struct http_takeover takeover = rs->takeover;
    rs->takeover.give = NULL;
    if (takeover.give)
        takeover.give(takeover.context, fd);
}

void http_response_done(struct http_response *rs)
{
    http_give(rs, -1);
    buf_done(&rs->fields);
    buf_done(&rs->body);
    if (rs->hold.release)
        rs->hold.release(rs->hold.context);
}

void http_field(struct http_response *rs, const char *name, const char *value)
{
    buf_text(&rs->fields, name);
    buf_text(&rs->fields, ": ");
    buf_text(&rs->fields, value);
    buf_text(&rs->fields, "\r\n");
}

void http_bytes(struct http_response *rs, const void *bytes, size_t size)
{
    rs->bytes = bytes;
    rs->size = size;
}

void http_hold(struct http_response *rs, void *context, void (*release)(void *context))
{
    rs->hold = (struct http_hold){context, release};
}

static void release_text(void *text)
{
    tasks_text_free(text);
}

void http_text(struct http_response *rs, tasks_text *text)
{
    http_bytes(rs, text->bytes, text->length);
    http_hold(rs, text, release_text);
}

static bool status_has_body(int status)
{
    return status != 204 && status != 304;
}

static size_t body_size(const struct http_response *rs)
{
    return rs->bytes ? rs->size : rs->body.length;
}

const void *http_body(const struct http_response *rs, enum http_method method, size_t *size)
{
    bool sent = status_has_body(rs->status) && method != HTTP_HEAD;
    *size = sent ? body_size(rs) : 0;
    return rs->bytes ? rs->bytes : rs->body.bytes;
}

/* As strftime() would write it, which takes much longer. */
static void date_field(buf *to)
{
    static const char weekdays[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[] = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n", iso[TIMESTAMP_SIZE];
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    timestamp_write(now_ms, iso); /* 1970-01-01T00:00:00.000Z */
    int month = (iso[5] - '0') * 10 + iso[6] - '0';
    memcpy(text + 6, weekdays[now_ms / 86400000 % 7], 3);
    memcpy(text + 11, iso + 8, 2);
    memcpy(text + 14, months[month - 1], 3);
    memcpy(text + 18, iso, 4);
    memcpy(text + 23, iso + 11, 8);
    buf_bytes(to, text, sizeof text - 1);
}

static void text_field(buf *to, const char *name, const char *value)
{
    buf_text(to, name);
    buf_text(to, value);
    buf_text(to, "\r\n");
}

void http_head(const struct http_response *rs, buf *to)
{
    buf_text(to, "HTTP/1.1 ");
    buf_int(to, rs->status);
    text_field(to, " ", http_reason(rs->status));
    date_field(to);
    if (status_has_body(rs->status)) {
        if (rs->type)
            text_field(to, "Content-Type: ", rs->type);
    }
    if (status_has_body(rs->status) && !rs->takeover.give) {
        buf_text(to, "Content-Length: ");
        buf_int(to, (int64_t)body_size(rs));
        buf_text(to, "\r\n");
    }
    text_field(to, "Cache-Control: ", rs->cache ? rs->cache : "no-store");
    if (rs->status != 304) /* those fields the client keeps, with the body that it has */
        buf_bytes(to, security_fields, sizeof security_fields - 1);
    buf_bytes(to, rs->fields.bytes, rs->fields.length);
    text_field(to, "Connection: ", rs->close ? "close" : "keep-alive");
    buf_text(to, "\r\n");
}
