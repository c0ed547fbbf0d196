#include "web.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 256 * 1024, PEERS_MAX = 4096, PATIENCE_MS = 60000 };

#define MUST(holds)                                                                                          \
    do {                                                                                                     \
        if (!(holds)) {                                                                                      \
            perror("test server: " #holds);                                                                  \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

struct web_peer {
    web *of;
    int socket;
    SSL *tls; /* NULL for plain */
    int number;
    pthread_t thread;
};

struct web {
    web_handler *handler;
    void *context;
    SSL_CTX *tls;
    int socket, stopped; /* stopped: readable once the server is to end */
    int port;
    atomic_int count;
    pthread_t thread;
    web_peer *peers[PEERS_MAX];
    int peer_count; /* of the accepting thread, until it has ended */
    char url[2048];
};

/* ---- Bytes ---- */

/* Waits until the socket can be read, `ms` have passed or the server is stopped; true for the first. */
static bool wait_readable(const web_peer *peer, int ms)
{
    struct pollfd both[2] = {{.fd = peer->socket, .events = POLLIN},
                             {.fd = peer->of->stopped, .events = POLLIN}};
    if (peer->tls && SSL_pending(peer->tls))
        return true;
    return poll(both, 2, ms) > 0 && both[0].revents && !both[1].revents;
}

static long read_some(web_peer *peer, char *to, size_t size)
{
    if (!wait_readable(peer, PATIENCE_MS))
        return 0;
    return peer->tls ? SSL_read(peer->tls, to, (int)size) : recv(peer->socket, to, size, 0);
}

void web_write(web_peer *peer, const char *bytes, size_t length)
{
    while (length) {
        long count = peer->tls ? SSL_write(peer->tls, bytes, (int)length)
                               : send(peer->socket, bytes, length, MSG_NOSIGNAL);
        if (count <= 0)
            return; /* the client went away, which is its right */
        bytes += count;
        length -= (size_t)count;
    }
}

void web_answer(web_peer *peer, int status, const char *headers, const char *body)
{
    char head[4096];
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 %d Whatever\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n",
                          status, strlen(body), headers);
    web_write(peer, head, (size_t)length);
    web_write(peer, body, strlen(body));
}

void web_pause(web_peer *peer, int ms)
{
    char byte;
    if (wait_readable(peer, ms))
        read_some(peer, &byte, 1);
}

void web_hang(web_peer *peer)
{
    web_pause(peer, PATIENCE_MS);
}

/* ---- Requests ---- */

const char *web_header(const web_request *request, const char *name, char *out, size_t size)
{
    size_t length = strlen(name);
    for (const char *line = request->headers; line && *line; line = strstr(line, "\r\n") + 2) {
        size_t line_length = strcspn(line, "\r\n");
        if (line_length <= length || line[length] != ':' || strncasecmp(line, name, length) != 0)
            continue;
        const char *value = line + length + 1 + strspn(line + length + 1, " ");
        snprintf(out, size, "%.*s", (int)(line + line_length - value), value);
        return out;
    }
    return NULL;
}

static size_t body_length(const char *headers)
{
    char text[32];
    const web_request request = {.headers = headers};
    const char *value = web_header(&request, "Content-Length", text, sizeof text);
    return value ? strtoul(value, NULL, 10) : 0;
}

/* Reads until the blank line and the body after it are there; returns the place of the body. */
static char *read_request(web_peer *peer, char *room)
{
    size_t have = 0;
    char *end = NULL;
    while (have < REQUEST_MAX) {
        if (end && have >= (size_t)(end - room) + body_length(strstr(room, "\r\n") + 2))
            return end;
        long count = read_some(peer, room + have, REQUEST_MAX - have);
        if (count <= 0)
            return NULL;
        have += (size_t)count;
        room[have] = '\0';
        char *blank = end ? NULL : strstr(room, "\r\n\r\n");
        end = blank ? blank + 4 : end;
    }
    return NULL;
}

static void serve(web_peer *peer)
{
    char *room = calloc(1, REQUEST_MAX + 1);
    MUST(room);
    char *body = read_request(peer, room);
    if (body) {
        web_request request = {.body = body, .number = atomic_fetch_add(&peer->of->count, 1) + 1};
        char *line_end = strstr(room, "\r\n"), *path = strchr(room, ' ');
        *line_end = '\0';
        snprintf(request.method, sizeof request.method, "%.*s", (int)strcspn(room, " "), room);
        snprintf(request.path, sizeof request.path, "%.*s", path ? (int)strcspn(path + 1, " ") : 0, path + 1);
        request.headers = line_end + 2;
        request.length = body_length(request.headers);
        body[-2] = '\0';
        peer->of->handler(peer->of->context, &request, peer);
    }
    free(room);
}

/* ---- Connections ---- */

static void *run_peer(void *context)
{
    web_peer *peer = context;
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL); /* of this thread only: the client has to do without */
    if (peer->of->tls) {
        peer->tls = SSL_new(peer->of->tls);
        MUST(peer->tls && SSL_set_fd(peer->tls, peer->socket));
    }
    if (!peer->tls || SSL_accept(peer->tls) == 1)
        serve(peer);
    if (peer->tls)
        SSL_shutdown(peer->tls);
    SSL_free(peer->tls);
    shutdown(peer->socket, SHUT_RDWR);
    return NULL;
}

static void *run_web(void *context)
{
    web *s = context;
    struct pollfd both[2] = {{.fd = s->socket, .events = POLLIN}, {.fd = s->stopped, .events = POLLIN}};
    while (poll(both, 2, -1) >= 0 && !both[1].revents) {
        int socket = accept4(s->socket, NULL, NULL, SOCK_CLOEXEC);
        if (socket < 0)
            continue;
        web_peer *peer = calloc(1, sizeof *peer);
        MUST(peer && s->peer_count < PEERS_MAX);
        peer->of = s;
        peer->socket = socket;
        s->peers[s->peer_count++] = peer;
        MUST(pthread_create(&peer->thread, NULL, run_peer, peer) == 0);
    }
    return NULL;
}

static void listen_on_loopback(web *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    s->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(s->socket >= 0 && bind(s->socket, (struct sockaddr *)&address, length) == 0);
    MUST(listen(s->socket, 128) == 0 && getsockname(s->socket, (struct sockaddr *)&address, &length) == 0);
    s->port = ntohs(address.sin_port);
}

web *web_start(web_handler *handler, void *context, const char *certificate, const char *key)
{
    web *s = calloc(1, sizeof *s);
    MUST(s);
    s->handler = handler;
    s->context = context;
    if (certificate) {
        s->tls = SSL_CTX_new(TLS_server_method());
        MUST(s->tls && SSL_CTX_use_certificate_file(s->tls, certificate, SSL_FILETYPE_PEM) == 1);
        MUST(SSL_CTX_use_PrivateKey_file(s->tls, key, SSL_FILETYPE_PEM) == 1);
    }
    s->stopped = eventfd(0, EFD_CLOEXEC);
    MUST(s->stopped >= 0);
    listen_on_loopback(s);
    MUST(pthread_create(&s->thread, NULL, run_web, s) == 0);
    return s;
}

void web_stop(web *s)
{
    MUST(eventfd_write(s->stopped, 1) == 0);
    pthread_join(s->thread, NULL);
    for (int i = 0; i < s->peer_count; i++) {
        shutdown(s->peers[i]->socket, SHUT_RDWR); /* it may be in the middle of a write */
        pthread_join(s->peers[i]->thread, NULL);
        close(s->peers[i]->socket);
        free(s->peers[i]);
    }
    close(s->socket);
    close(s->stopped);
    SSL_CTX_free(s->tls);
    free(s);
}

int web_port(const web *s)
{
    return s->port;
}

int web_count(const web *s)
{
    return atomic_load(&s->count);
}

const char *web_url(web *s, const char *host, const char *path)
{
    snprintf(s->url, sizeof s->url, "http%s://%s:%d%s", s->tls ? "s" : "", host, s->port, path);
    return s->url;
}
