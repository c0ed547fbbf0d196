#include "sse.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "raw.h"
#include "run.h"

enum { PATIENCE_MS = 30000 };

int sse_open(struct sse *s, int port, const char *path, const char *headers)
{
    char request[512];
    struct raw_reply *reply = malloc(sizeof *reply);
    *s = (struct sse){.fd = raw_connect(port)};
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s\r\n", path, headers);
    raw_send(s->fd, request);
    raw_receive_head(s->fd, reply);
    int status = reply->status;
    if (status == 200) {
        ck_assert_ptr_nonnull(strstr(reply->text, "Content-Type: text/event-stream\r\n"));
        ck_assert_ptr_null(strstr(reply->text, "Content-Length"));
        ck_assert(reply->closes);
    } else if (status == 503) {
        ck_assert_ptr_nonnull(strstr(reply->text, "Retry-After: "));
    }
    free(reply);
    return status;
}

void sse_close(struct sse *s)
{
    close(s->fd);
    free(s->text);
    free(s->data);
    *s = (struct sse){.fd = -1};
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool read_more(struct sse *s, long until)
{
    struct pollfd ready = {.fd = s->fd, .events = POLLIN};
    long left = until - now_ms();
    if (left <= 0 || poll(&ready, 1, (int)left) <= 0)
        return false;
    if (s->room - s->length < 4096)
        s->text = realloc(s->text, s->room = 2 * s->room + 8192);
    ssize_t count = read(s->fd, s->text + s->length, s->room - s->length - 1);
    s->ended = count <= 0;
    if (count > 0)
        s->text[s->length += (size_t)count] = '\0';
    return !s->ended;
}

/* The next line without its end, for the caller to free; NULL if there is none in time. */
static char *next_line(struct sse *s, long until)
{
    char *end;
    while (!s->text || !(end = memchr(s->text, '\n', s->length)))
        if (!read_more(s, until))
            return NULL;
    size_t size = (size_t)(end - s->text);
    char *line = strndup(s->text, size);
    s->length -= size + 1;
    memmove(s->text, end + 1, s->length);
    return line;
}

static void take_field(struct sse *s, char *line, char *id, size_t id_size)
{
    char *value = strstr(line, ": ");
    if (line[0] == ':') {
        s->comments++;
        return;
    }
    ck_assert_msg(value != NULL, "%s", line);
    *value = '\0';
    value += 2;
    if (strcmp(line, "event") == 0)
        snprintf(s->event, sizeof s->event, "%s", value);
    else if (strcmp(line, "id") == 0)
        snprintf(id, id_size, "%s", value);
    else if (strcmp(line, "data") == 0)
        s->data = strdup(value);
    else
        ck_assert_str_eq(line, "retry");
}

bool sse_next(struct sse *s, int limit_ms)
{
    long until = now_ms() + limit_ms;
    char id[32] = "";
    free(s->data);
    s->data = NULL;
    s->event[0] = '\0';
    for (char *line; (line = next_line(s, until)); free(line)) {
        if (line[0]) {
            take_field(s, line, id, sizeof id);
            continue;
        }
        if (id[0])
            snprintf(s->last_id, sizeof s->last_id, "%s", id);
        if (!s->data)
            continue;
        free(line);
        return true;
    }
    return false;
}

bool sse_comment(struct sse *s, int limit_ms)
{
    long until = now_ms() + limit_ms;
    int before = s->comments;
    char id[32];
    for (char *line; s->comments == before && (line = next_line(s, until)); free(line))
        if (line[0])
            take_field(s, line, id, sizeof id);
    return s->comments > before && !s->data;
}

void sse_expect(struct sse *s, const char *event)
{
    ck_assert_msg(sse_next(s, PATIENCE_MS), "no event '%s'", event);
    ck_assert_str_eq(s->event, event);
}
