/* civetweb gives every connection a thread for as long as it lasts. These hold that against the server. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"

#define GET "GET /tasks HTTP/1.1\r\nHost: localhost\r\n\r\n"

enum { WORKERS = 16, QUEUE = 64, PATIENCE_MS = 30000 };

static struct server server, admin; /* admin: the same, but its other address is asked */
static struct raw_reply reply;

static void finish(void)
{
    client_done();
    server_stop(&server);
}

/* Opens `count` connections that say `text`. */
static void open_many(int *fds, int count, const char *address, const char *text)
{
    for (int i = 0; i < count; i++) {
        fds[i] = raw_connect_from(server.port, address);
        ck_assert_int_ge(fds[i], 0);
        raw_try_send(fds[i], text, strlen(text));
    }
}

static void close_many(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

static int count_ended(const int *fds, int count)
{
    int ended = 0;
    for (int i = 0; i < count; i++) {
        char byte;
        ended += recv(fds[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    }
    return ended;
}

/* Waits until `wanted` of the connections have been ended by the server. */
static void wait_until_ended(const int *fds, int count, int wanted)
{
    for (int waited = 0; count_ended(fds, count) < wanted; waited += 20) {
        ck_assert_msg(waited < PATIENCE_MS, "%d of %d are ended", count_ended(fds, count), count);
        usleep(20000);
    }
}

/* Exactly as many kept connections as there are workers: whoever comes next must be served all the same. */
START_TEST(idle_connections_make_room)
{
    int fds[WORKERS];
    SERVER_START(&server, "--workers", "16", "--connections-per-address", "16");
    for (int i = 0; i < WORKERS; i++) {
        fds[i] = raw_connect(server.port);
        ck_assert_int_ge(fds[i], 0);
        ck_assert_int_eq(raw_ask(fds[i], GET, &reply), 200);
        ck_assert_msg(reply.closes == (i >= WORKERS * 3 / 4), "connection %d", i + 1);
    }
    int next = raw_connect(server.port);
    ck_assert_int_eq(raw_ask(next, GET, &reply), 200);
    close(next);
    close_many(fds, WORKERS);
    finish();
}
END_TEST

/* Kept connections that were granted before the crowd came are ended when workers run out. */
START_TEST(silent_connections_make_room)
{
    int kept[WORKERS * 3 / 4], silent[WORKERS];
    SERVER_START(&server, "--workers", "16", "--connections-per-address", "100", "--request-timeout", "10m");
    for (int i = 0; i < RUN_COUNT(kept); i++) {
        kept[i] = raw_connect(server.port);
        ck_assert_int_eq(raw_ask(kept[i], GET, &reply), 200);
        ck_assert(!reply.closes);
    }
    open_many(silent, WORKERS, "127.0.0.2", "GET / HTT");
    for (int i = 0; i < 4; i++) {
        int next = raw_connect_from(server.port, "127.0.0.3");
        ck_assert_int_eq(raw_ask(next, GET, &reply), 200);
        close(next);
    }
    ck_assert_int_gt(count_ended(kept, RUN_COUNT(kept)), 0);
    close_many(kept, RUN_COUNT(kept));
    close_many(silent, WORKERS);
    finish();
}
END_TEST

START_TEST(an_address_has_a_limit)
{
    int fds[WORKERS], others[4];
    SERVER_START(&server, "--workers", "64", "--connections-per-address", "6", "--request-timeout", "10m");
    open_many(others, 4, "127.0.0.3", "");
    open_many(fds, WORKERS, "127.0.0.2", "GET / HTT");
    wait_until_ended(fds, WORKERS, WORKERS - 6);
    usleep(600000);
    ck_assert_int_eq(count_ended(fds, WORKERS), WORKERS - 6);
    ck_assert_int_eq(count_ended(others, 4), 0);
    const char *page = client_get(&server, "/metrics")->body;
    ck_assert_ptr_nonnull(strstr(page, "\ntasksd_http_connections_ended_total{why=\"address\"} 10\n"));
    ck_assert_ptr_nonnull(strstr(page, "\ntasksd_http_connections_ended_total{why=\"crowd\"} 0\n"));
    close_many(fds, WORKERS);
    close_many(others, 4);
    finish();
}
END_TEST

START_TEST(a_trusted_proxy_has_none)
{
    int trusted[WORKERS], others[WORKERS];
    SERVER_START(&server, "--workers", "64", "--connections-per-address", "6", "--trusted-proxy", "127.0.0.2",
                 "--request-timeout", "10m");
    open_many(trusted, WORKERS, "127.0.0.2", "GET / HTT");
    open_many(others, WORKERS, "127.0.0.3", "GET / HTT");
    wait_until_ended(others, WORKERS, WORKERS - 6);
    ck_assert_int_eq(count_ended(trusted, WORKERS), 0);
    close_many(trusted, WORKERS);
    close_many(others, WORKERS);
    finish();
}
END_TEST

/* All workers taken, the queue full, nothing accepted any more: health checks still come through. */
START_TEST(the_admin_address_has_its_own_threads)
{
    static int fds[WORKERS + QUEUE + 20];
    SERVER_START(&server, "--workers", "16", "--connections-per-address", "1000", "--admin-listen",
                 "127.0.0.1:0", "--request-timeout", "10m", "--drain-timeout", "100ms");
    admin = server;
    admin.port = server.admin_port;
    open_many(fds, RUN_COUNT(fds), "127.0.0.2",
              "POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
              "5\r\n\r\n");
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(client_get(&admin, "/livez")->status, 200);
        ck_assert_int_eq(client_get(&admin, "/readyz")->status, 200);
        ck_assert_int_eq(client_get(&admin, "/pool-stats")->status, 200);
        ck_assert_int_eq(client_get(&admin, "/tasks")->status, 404);
    }
    close_many(fds, RUN_COUNT(fds));
    finish();
}
END_TEST

START_TEST(silence_does_not_block_the_admin_address)
{
    int fds[8];
    SERVER_START(&server, "--admin-listen", "127.0.0.1:0");
    admin = server;
    admin.port = server.admin_port;
    for (int i = 0; i < 8; i++)
        fds[i] = raw_connect(admin.port);
    ck_assert_int_eq(client_get(&admin, "/livez")->status, 200);
    close_many(fds, 8);
    finish();
}
END_TEST

static uint32_t segments_received(int fd)
{
    struct tcp_info about;
    socklen_t size = sizeof about;
    ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &about, &size), 0);
    return about.tcpi_data_segs_in;
}

/* Head and body in two pieces cost half the throughput, and with Nagle's algorithm 43 ms. */
START_TEST(an_answer_leaves_in_one_piece)
{
    SERVER_START(&server);
    int fd = raw_connect(server.port);
    for (uint32_t i = 1; i <= 10; i++) {
        ck_assert_int_eq(raw_ask(fd, GET, &reply), 200);
        ck_assert_uint_eq(segments_received(fd), i);
    }
    close(fd);
    finish();
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite(
        "crowding",
        (const TTest *[]){idle_connections_make_room, silent_connections_make_room, an_address_has_a_limit,
                          a_trusted_proxy_has_none, the_admin_address_has_its_own_threads,
                          silence_does_not_block_the_admin_address, an_answer_leaves_in_one_piece, NULL});
    server_clean_up();
    return result;
}
