#include "head.h"

#include <string.h>

/* The text up to `mark`, which becomes its end; NULL if the line at *at has none. */
static char *take(char **at, const char *end, char mark)
{
    char *text = *at, *found = memchr(text, mark, (size_t)(end - text));
    if (!found)
        return NULL;
    *found = '\0';
    *at = found + 1;
    return text;
}

/* A line without its CR LF, both of which become NUL. */
static char *take_line(char **at, const char *end)
{
    char *line = take(at, end, '\r');
    if (!line || *at == end || **at != '\n')
        return NULL;
    *(*at)++ = '\0';
    return line;
}

/* civetweb takes no bytes but these: nothing below a blank in the head, and in the target none over '~'
 * either. */
static bool is_printable(const char *text, size_t length)
{
    bool control = false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        control |= (c < ' ' && c != '\r' && c != '\n') || c == 0x7f;
    }
    return !control;
}

static bool is_target(const char *text)
{
    while (*text > ' ' && *text < 0x7f)
        text++;
    return *text == '\0';
}

static bool read_request_line(char **at, const char *end, struct guard_head *head)
{
    char *line = take_line(at, end);
    if (!line)
        return false;
    char *line_end = line + strlen(line);
    head->method = take(&line, line_end, ' ');
    head->uri = head->method ? take(&line, line_end, ' ') : NULL;
    if (!head->uri || !is_target(head->uri) || strncmp(line, "HTTP/", 5) != 0)
        return false;
    head->version = line + 5;
    char *query = strchr(head->uri, '?');
    if (query)
        *query++ = '\0';
    head->query = query;
    return true;
}

static bool read_header(char **at, const char *end, struct http_header *header)
{
    char *line = take_line(at, end);
    if (!line)
        return false;
    char *line_end = line + strlen(line);
    header->name = take(&line, line_end, ':');
    header->value = line + strspn(line, " \t");
    return header->name && line_end > header->value && line_end[-1] != ' ' && line_end[-1] != '\t';
}

bool head_read(char *block, size_t size, struct guard_head *head,
               struct http_header headers[HTTP_HEADERS_MAX])
{
    char *at = block, *last = memmem(block, size, "\r\n\r\n", 4);
    if (!last || !is_printable(block, (size_t)(last - block)))
        return false;
    const char *end = last + 2;
    *head = (struct guard_head){.headers = headers};
    if (!read_request_line(&at, end, head))
        return false;
    while (at < end && head->header_count < HTTP_HEADERS_MAX)
        if (!read_header(&at, end, &headers[head->header_count++]))
            return false;
    last[3] = '\0';
    return at == end;
}
