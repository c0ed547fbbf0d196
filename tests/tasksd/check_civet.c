#include "civet.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conns.h"
#include "run.h"

enum { WORKERS = 4, DESCRIPTORS = 256, TRIES = 3000 };

static int connect_to(uint16_t port, struct sockaddr_in *own)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof *own;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)own, &size), 0);
    return fd;
}

/* The server's end of a connection, which is a descriptor of this process too; -1: not accepted yet. */
static int other_end(const struct sockaddr_in *of)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        struct sockaddr_in peer = {0};
        socklen_t size = sizeof peer;
        if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && peer.sin_family == AF_INET &&
            peer.sin_port == of->sin_port)
            return fd;
    }
    return -1;
}

/* An answer of over 64 KiB leaves in two pieces. The second must not wait until the first has been
 * acknowledged, for which a client takes its time. */
START_TEST(a_connection_does_not_wait_to_send)
{
    static const struct access access;
    static const struct route routes[] = {{0}};
    const struct conns_options limits = {WORKERS, WORKERS, 0, &access};
    struct listen_address address;
    struct civet_options options = {.listen = &address,
                                    .listen_count = 1,
                                    .workers = WORKERS,
                                    .request_ms = 15000,
                                    .listener = {.keep_alive_ms = 75000}};
    char fault[256];
    uint16_t ports[LISTEN_MAX];
    struct sockaddr_in own;
    int end, no_delay = 0;
    socklen_t size = sizeof no_delay;
    ck_assert_ptr_null(listen_read("127.0.0.1:0", 11, &address));
    options.listener.routes = routes;
    options.listener.conns = conns_new(&limits);
    struct civet *civet = civet_start(&options, fault, sizeof fault);
    ck_assert_msg(civet != NULL, "%s", fault);
    ck_assert_uint_eq(civet_ports(civet, ports), 1);
    int fd = connect_to(ports[0], &own);
    while ((end = other_end(&own)) < 0)
        poll(NULL, 0, 1);
    for (int tries = 0; tries < TRIES && !no_delay; tries++) { /* it is said a moment after the accept */
        ck_assert_int_eq(getsockopt(end, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
        poll(NULL, 0, 1);
    }
    ck_assert_int_eq(no_delay, 1);
    close(fd);
    civet_stop(civet);
    conns_free(options.listener.conns);
}
END_TEST

int main(void)
{
    return run_suite("civet", (const TTest *[]){a_connection_does_not_wait_to_send, NULL});
}
