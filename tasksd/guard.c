#include "guard.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LENGTH_DIGITS_MAX = 15 };

/* Headers that mean one thing only; a second one would be for somebody else to read. */
enum once {
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    CONTENT_TYPE,
    EXPECT,
    ORIGIN,
    AUTHORIZATION,
    IF_MATCH,
    IF_NONE_MATCH,
    ONCE_COUNT
};
static const char *const once_names[ONCE_COUNT] = {
    [HOST] = "host",
    [CONTENT_LENGTH] = "content-length",
    [TRANSFER_ENCODING] = "transfer-encoding",
    [CONTENT_TYPE] = "content-type",
    [EXPECT] = "expect",
    [ORIGIN] = "origin",
    [AUTHORIZATION] = "authorization",
    [IF_MATCH] = "if-match",
    [IF_NONE_MATCH] = "if-none-match",
};

static const char *end_of(const char *text)
{
    return text + strlen(text);
}

static bool only(const char *text, const char *allowed)
{
    return text[0] && text[strspn(text, allowed)] == '\0';
}

/* civetweb skips any white space between the words of the first line; only one blank is right. (Behind the
 * version it leaves no trace of whether the two bytes were CR LF.) */
static const char *check_request_line(const struct guard_head *head)
{
    if (head->uri != end_of(head->method) + 1)
        return "the method is not followed by one space";
    const char *uri_end = end_of(head->query ? head->query : head->uri);
    if (head->version != uri_end + 1 + strlen("HTTP/"))
        return "the target is not followed by one space";
    if (strcmp(head->version, "1.1") != 0 && strcmp(head->version, "1.0") != 0)
        return "the HTTP version is not 1.0 or 1.1";
    return NULL;
}

/* How many letters, digits and `marks` the text begins with. strspn() would build a set of them all first,
 * which costs more than the rest of the guard. */
static size_t span(const char *text, const char *marks)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || (text[length] && strchr(marks, text[length])))
        length++;
    return length;
}

static bool is_token(const char *text)
{
    size_t length = span(text, "!#$%&'*+-.^_`|~");
    return length > 0 && text[length] == '\0';
}

/* Between a name and its value there is the colon, now a NUL, and blanks. Another NUL was a space in
 * front of the colon. */
static bool colon_follows(const struct http_header *header)
{
    const char *at = end_of(header->name) + 1;
    while (at < header->value && (*at == ' ' || *at == '\t'))
        at++;
    return at == header->value;
}

static bool has_control(const char *value)
{
    for (; *value; value++)
        if (iscntrl((unsigned char)*value) && *value != '\t')
            return true;
    return false;
}

/* Each line begins where the CRLF of the line before ended (both bytes are NUL by now), and the block
 * ends after the last one: civetweb stops without a word at a line that begins with a blank, a colon
 * or a byte over 126, and what came after it would be gone. */
static const char *check_lines(const struct guard_head *head, struct guard_framing *out)
{
    if (head->header_count < 1 || head->header_count >= HTTP_HEADERS_MAX)
        return "there must be 1 to 63 headers";
    const char *previous_end = end_of(head->version);
    for (size_t i = 0; i < head->header_count; i++) {
        const struct http_header *header = &head->headers[i];
        if (header->name != previous_end + 2)
            return "a line does not end with CR LF";
        if (!is_token(header->name) || !colon_follows(header))
            return "a header name is malformed";
        if (has_control(header->value))
            return "a header value holds a control character";
        previous_end = end_of(header->value);
    }
    if (previous_end[1] != '\0' || previous_end[2] != '\r' || previous_end[3] != '\0')
        return "a header line is malformed";
    out->head_size = (size_t)(previous_end + 4 - head->method);
    return NULL;
}

static const char *collect(const struct guard_head *head, const char *values[ONCE_COUNT])
{
    for (size_t i = 0; i < head->header_count; i++) {
        int first = tolower((unsigned char)head->headers[i].name[0]);
        for (size_t o = 0; o < ONCE_COUNT; o++) {
            if (first != once_names[o][0] || strcasecmp(head->headers[i].name, once_names[o]) != 0)
                continue;
            if (values[o])
                return "a header that may come once comes twice";
            values[o] = head->headers[i].value;
        }
    }
    return NULL;
}

static bool is_port(const char *text)
{
    return text[0] == '\0' || (text[0] == ':' && only(text + 1, "0123456789") && strlen(text) <= 6);
}

static bool is_authority(const char *host)
{
    if (host[0] != '[') {
        size_t length = span(host, ".-_");
        return length > 0 && length <= 255 && is_port(host + length);
    }
    size_t length = strspn(host + 1, "0123456789abcdefABCDEF:.");
    return length > 0 && length <= 45 && host[length + 1] == ']' && is_port(host + length + 2);
}

/* A target in absolute form must name the same authority as Host: nobody may take it for another one. */
static const char *check_host(const char *host, const char *uri)
{
    if (!host)
        return "there is no Host header";
    if (!is_authority(host))
        return "the Host header is malformed";
    if (uri[0] == '/')
        return NULL;
    const char *authority = strstr(uri, "://");
    size_t length = strlen(host);
    if (!authority || strncasecmp(authority + 3, host, length) != 0 || authority[3 + length] != '/')
        return "the target and the Host header differ";
    return NULL;
}

static const char *check_framing(const char *const values[ONCE_COUNT], const char *version,
                                 struct guard_framing *out)
{
    const char *length = values[CONTENT_LENGTH], *coding = values[TRANSFER_ENCODING];
    if (length && coding)
        return "Content-Length and Transfer-Encoding exclude each other";
    if (length && (!only(length, "0123456789") || strlen(length) > LENGTH_DIGITS_MAX))
        return "Content-Length is not a number in range";
    if (coding && (strcasecmp(coding, "chunked") != 0 || strcmp(version, "1.1") != 0))
        return "Transfer-Encoding is not understood";
    out->chunked = coding != NULL;
    out->content_length = length ? strtoll(length, NULL, 10) : -1;
    return NULL;
}

const char *guard_check(const struct guard_head *head, struct guard_framing *out)
{
    const char *values[ONCE_COUNT] = {NULL};
    const char *fault = check_request_line(head);
    if (!fault)
        fault = check_lines(head, out);
    if (!fault)
        fault = collect(head, values);
    if (!fault)
        fault = check_host(values[HOST], head->uri);
    if (!fault)
        fault = check_framing(values, head->version, out);
    return fault;
}
