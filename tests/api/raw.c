#include "raw.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run.h"

enum { PATIENCE_MS = 30000 };

/* Where nobody listens, the kernel may give a connection its own other end as port, and it meets itself. */
static bool met_itself(int fd)
{
    struct sockaddr_in own, other;
    socklen_t own_size = sizeof own, other_size = sizeof other;
    return getsockname(fd, (struct sockaddr *)&own, &own_size) == 0 &&
           getpeername(fd, (struct sockaddr *)&other, &other_size) == 0 && own.sin_port == other.sin_port;
}

int raw_connect_from(int port, const char *address)
{
    struct sockaddr_in own = {.sin_family = AF_INET};
    struct sockaddr_in other = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    /* The port is chosen at connect: one that is free may have just been used for this server. */
    ck_assert_int_eq(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int)), 0);
    inet_pton(AF_INET, address, &own.sin_addr);
    inet_pton(AF_INET, "127.0.0.1", &other.sin_addr);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
    if (connect(fd, (struct sockaddr *)&other, sizeof other) == 0 && !met_itself(fd))
        return fd;
    close(fd);
    return -1;
}

int raw_connect(int port)
{
    return raw_connect_from(port, "127.0.0.1");
}

bool raw_try_send(int fd, const void *bytes, size_t length)
{
    return send(fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

void raw_send(int fd, const char *text)
{
    ck_assert(raw_try_send(fd, text, strlen(text)));
}

bool raw_wait(int fd, int limit_ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, limit_ms) > 0;
}

/* Appends what comes next; false at the end of the connection. */
static bool receive_some(int fd, struct raw_reply *out, size_t *length, size_t most)
{
    ck_assert_msg(raw_wait(fd, PATIENCE_MS), "no answer; so far: %s", out->text);
    ssize_t count = recv(fd, out->text + *length, most, 0);
    if (count <= 0)
        return false;
    *length += (size_t)count;
    out->text[*length] = '\0';
    return true;
}

static const char *field(const struct raw_reply *reply, const char *name)
{
    const char *at = strcasestr(reply->text, name);
    return at && at < reply->body ? at + strlen(name) : NULL;
}

/* Byte by byte, so that nothing of a second answer is taken. */
void raw_receive_head(int fd, struct raw_reply *out)
{
    size_t length = 0;
    out->status = 0;
    out->text[0] = '\0';
    while (!(length >= 4 && strcmp(out->text + length - 4, "\r\n\r\n") == 0))
        if (!receive_some(fd, out, &length, 1))
            return;
    out->body = out->text + length;
    out->status = (int)strtol(out->text + strlen("HTTP/1.1 "), NULL, 10);
    out->closes = field(out, "\r\nConnection: close") != NULL;
}

void raw_receive(int fd, struct raw_reply *out)
{
    raw_receive_head(fd, out);
    if (out->status == 0)
        return;
    const char *size = field(out, "\r\nContent-Length: ");
    size_t length = (size_t)(out->body - out->text);
    size_t end = length + (size ? (size_t)strtol(size, NULL, 10) : 0);
    ck_assert_uint_lt(end, sizeof out->text);
    while (length < end)
        ck_assert_msg(receive_some(fd, out, &length, end - length), "the body is cut short: %s", out->text);
}

bool raw_ends(int fd)
{
    char byte;
    return raw_wait(fd, PATIENCE_MS) && recv(fd, &byte, 1, 0) <= 0;
}

int raw_ask(int fd, const char *request, struct raw_reply *out)
{
    raw_send(fd, request);
    raw_receive(fd, out);
    return out->status;
}
