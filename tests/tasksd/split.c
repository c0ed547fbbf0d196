#include "split.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The length of the head: up to CR LF CR LF or LF LF; 0 if there is none, or a byte that may not be. */
static size_t head_length(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c < 128 && c != '\r' && c != '\n' && !isprint(c))
            return 0;
        if (i + 1 < length && memcmp(bytes + i, "\n\n", 2) == 0)
            return i + 2;
        if (i + 3 < length && memcmp(bytes + i, "\r\n\r\n", 4) == 0)
            return i + 4;
    }
    return 0;
}

/* Ends a word at `**at` and skips the white space behind it. */
static bool end_word(char **at, bool end_of_line)
{
    while (isgraph((unsigned char)**at))
        ++*at;
    if (end_of_line ? **at != '\r' && **at != '\n' : **at != ' ')
        return false;
    do
        *(*at)++ = '\0';
    while (isspace((unsigned char)**at));
    return end_of_line || isgraph((unsigned char)**at);
}

static bool is_known(const char *method)
{
    static const char *const known[] = {"GET",     "POST",    "PUT",       "DELETE",   "HEAD",
                                        "OPTIONS", "CONNECT", "PATCH",     "PROPFIND", "MKCOL",
                                        "LOCK",    "UNLOCK",  "PROPPATCH", "REPORT"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], method) == 0)
            return true;
    return false;
}

/* One header line at `*at`. 1: taken, 0: the list ends here, -1: refused. */
static int take_line(char **at, struct http_header *out, bool *last)
{
    char *c = *at;
    while (*c != ':' && *c >= 33 && *c <= 126)
        c++;
    if (c == *at)
        return 0;
    while (*c == ' ')
        *c++ = '\0';
    if (*c != ':')
        return -1;
    *c++ = '\0';
    out->name = *at;
    c += strspn(c, " \t");
    out->value = c;
    c += strcspn(c, "\r\n");
    if (*c == '\r') {
        *c++ = '\0';
        if (*c != '\n')
            return -1;
    }
    *last = *c == '\0' || c[1] == '\r' || c[1] == '\n';
    if (*c)
        *c++ = '\0';
    *at = c;
    return 1;
}

static bool take_lines(char *at, struct split *out)
{
    bool last = false;
    out->head.headers = out->headers;
    while (!last && out->head.header_count < HTTP_HEADERS_MAX) {
        int taken = take_line(&at, &out->headers[out->head.header_count], &last);
        if (taken <= 0)
            return taken == 0;
        out->head.header_count++;
    }
    return true;
}

bool split_head(const char *bytes, size_t length, struct split *out, size_t *taken)
{
    size_t skipped = 0;
    *out = (struct split){.block = NULL};
    while (skipped < length && isspace((unsigned char)bytes[skipped]))
        skipped++;
    size_t count = head_length(bytes + skipped, length - skipped);
    *taken = skipped + count;
    out->block = count ? calloc(1, count + 2) : NULL;
    if (!out->block)
        return false;
    memcpy(out->block, bytes + skipped, count);
    out->block[count - 1] = '\0';
    char *at = out->block;
    out->head.method = at;
    if (!end_word(&at, false))
        return false;
    char *uri = at;
    out->head.uri = uri;
    if (!end_word(&at, false))
        return false;
    char *version = at;
    if (!end_word(&at, true) || strncmp(version, "HTTP/", 5) != 0 || !is_known(out->head.method))
        return false;
    out->head.version = version + 5;
    if (!take_lines(at, out))
        return false;
    char *query = strchr(uri, '?');
    if (query)
        *query++ = '\0';
    out->head.query = query;
    return true;
}

void split_done(struct split *s)
{
    free(s->block);
}
