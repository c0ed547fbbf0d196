/* Requests that two parties could read differently, slow ones and broken ones, byte by byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"

#define HOST "Host: localhost\r\n"
#define JSON "Content-Type: application/json\r\n"
#define POST "POST /tasks HTTP/1.1\r\n" HOST JSON
#define TASK "{\"title\":\"a\"}" /* 13 bytes */

static struct server server;
static struct raw_reply reply;

static void finish(void)
{
    client_done();
    server_stop(&server);
}

/* Each carries a second request that must not be answered, whoever's it is. */
#define SECOND "GET /tasks?smuggled HTTP/1.1\r\n" HOST "\r\n"
#define MANY(n)                                                                                              \
    "N" n "0: 0\r\nN" n "1: 1\r\nN" n "2: 2\r\nN" n "3: 3\r\nN" n "4: 4\r\nN" n "5: 5\r\nN" n "6: 6\r\nN" n  \
    "7: 7\r\nN" n "8: 8\r\nN" n "9: 9\r\n"
#define SIXTY MANY("a") MANY("b") MANY("c") MANY("d") MANY("e") MANY("f")

static const struct {
    const char *name, *request;
} doubtful[] = {
    {"a length with letters", POST "Content-Length: 13abc\r\n\r\n" TASK SECOND},
    {"a length with a sign", POST "Content-Length: +13\r\n\r\n" TASK SECOND},
    {"a negative length", POST "Content-Length: -1\r\n\r\n" SECOND},
    {"a hexadecimal length", POST "Content-Length: 0x0d\r\n\r\n" TASK SECOND},
    {"a length with a fraction", POST "Content-Length: 13.0\r\n\r\n" TASK SECOND},
    {"a list of lengths", POST "Content-Length: 13, 13\r\n\r\n" TASK SECOND},
    {"a length that is too large", POST "Content-Length: 9223372036854775807\r\n\r\n" TASK SECOND},
    {"a length beyond 64 bits", POST "Content-Length: 99999999999999999999\r\n\r\n" TASK SECOND},
    {"an empty length", POST "Content-Length:\r\nAccept: a\r\n\r\n" SECOND},
    {"two lengths", POST "Content-Length: 13\r\nContent-Length: 0\r\n\r\n" TASK SECOND},
    {"two equal lengths", POST "Content-Length: 13\r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"a blank before the colon", POST "Content-Length : 13\r\n\r\n" TASK SECOND},
    {"length, then coding", POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"coding, then length", POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" SECOND},
    {"two codings", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" SECOND},
    {"identity with a length", POST "Content-Length: 13\r\nTransfer-Encoding: identity\r\n\r\n" TASK SECOND},
    {"an unknown coding", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" SECOND},
    {"a list of codings", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"a blank before the coding's colon", POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"an empty coding", POST "Transfer-Encoding:\r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"a coding in HTTP/1.0", "POST /tasks HTTP/1.0\r\n" HOST JSON
                             "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND},
    {"a line behind a blank", POST " x\r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"a line behind a tab", POST "\tx\r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"a line behind a colon", POST ": x\r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"a line behind a high byte", POST "\xa0: x\r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"a line behind an empty blank line", POST " \r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"the 64th header",
     "POST /tasks HTTP/1.1\r\n" HOST JSON SIXTY "A: a\r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"the 65th header",
     "POST /tasks HTTP/1.1\r\n" HOST JSON SIXTY "A: a\r\nB: b\r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"the 66th header", "POST /tasks HTTP/1.1\r\n" HOST JSON SIXTY
                        "A: a\r\nB: b\r\nC: c\r\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"bare line feeds", "POST /tasks HTTP/1.1\nHost: localhost\nContent-Length: 13\n\n" TASK SECOND},
    {"one bare line feed", POST "A: a\nContent-Length: 13\r\n\r\n" TASK SECOND},
    {"a bare carriage return", POST "A: a\rContent-Length: 13\r\n\r\n" TASK SECOND},
    {"a folded first line", "POST /tasks HTTP/1.1\r\n " HOST JSON "Content-Length: 13\r\n\r\n" TASK SECOND},
    {"no host", "GET /tasks HTTP/1.1\r\nAccept: a\r\n\r\n" SECOND},
    {"no header", "GET /tasks HTTP/1.1\r\n\r\n" SECOND},
    {"two hosts", "GET /tasks HTTP/1.1\r\n" HOST "Host: b\r\n\r\n" SECOND},
    {"a host with a path", "GET /tasks HTTP/1.1\r\nHost: a/b\r\n\r\n" SECOND},
    {"two blanks in the first line", "GET  /tasks HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"a version that is none", "GET /tasks HTTP/1.9\r\n" HOST "\r\n" SECOND},
    {"a version of two digits", "GET /tasks HTTP/1.10\r\n" HOST "\r\n" SECOND},
    {"a target in lower case method", "get /tasks HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"a tunnel", "CONNECT localhost:80 HTTP/1.1\r\n" HOST "\r\n" SECOND},
    {"a chunk with letters", POST "Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n" SECOND},
    {"a chunk with a sign", POST "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" SECOND},
    {"a chunk beyond 64 bits", POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" SECOND},
    {"a chunk longer than it says", POST "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n" SECOND},
    {"a body for GET", "GET /tasks HTTP/1.1\r\n" HOST "Content-Length: 13\r\n\r\n" TASK SECOND},
};

START_TEST(doubtful_framing_ends_the_connection)
{
    SERVER_START(&server);
    for (int i = 0; i < RUN_COUNT(doubtful); i++) {
        int fd = raw_connect(server.port);
        int status = raw_ask(fd, doubtful[i].request, &reply);
        ck_assert_msg(status == 400 || status == 505, "%s: %d", doubtful[i].name, status);
        ck_assert_msg(reply.closes, "%s", doubtful[i].name);
        ck_assert_msg(strstr(reply.text, "application/problem+json"), "%s", doubtful[i].name);
        ck_assert_msg(raw_ends(fd), "%s: the second request was answered", doubtful[i].name);
        close(fd);
    }
    ck_assert_str_eq(client_get(&server, "/tasks")->body, "[]");
    finish();
}
END_TEST

START_TEST(sound_framing_keeps_the_connection)
{
    static const char *const requests[] = {
        POST "Content-Length: 13\r\n\r\n" TASK,
        POST "Transfer-Encoding: chunked\r\n\r\n6\r\n{\"titl\r\n7\r\ne\":\"a\"}\r\n0\r\n\r\n",
        POST "Content-Length: 2\r\n\r\n{}",
        "GET /tasks HTTP/1.1\r\n" HOST "\r\n",
        "GET /tasks HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
        "GET /nothing HTTP/1.1\r\n" HOST "\r\n",
        "DELETE /tasks/99 HTTP/1.1\r\n" HOST JSON "\r\n",
        "\r\nGET /tasks HTTP/1.1\r\n" HOST "\r\n",
        "GET /tasks HTTP/1.0\r\n" HOST "Connection: keep-alive\r\n\r\n",
    };
    SERVER_START(&server);
    int fd = raw_connect(server.port);
    for (int i = 0; i < RUN_COUNT(requests); i++) {
        ck_assert_int_gt(raw_ask(fd, requests[i], &reply), 0);
        ck_assert_msg(!reply.closes, "%s", requests[i]);
    }
    raw_send(fd, "GET /livez HTTP/1.1\r\n" HOST "\r\nGET /nothing HTTP/1.1\r\n" HOST "\r\n");
    raw_receive(fd, &reply);
    ck_assert_int_eq(reply.status, 200);
    raw_receive(fd, &reply);
    ck_assert_int_eq(reply.status, 404);
    close(fd);
    finish();
}
END_TEST

START_TEST(who_wants_to_leave_may)
{
    static const char *const requests[] = {
        "GET /tasks HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
        "GET /tasks HTTP/1.0\r\n" HOST "\r\n",
        "GET /tasks HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        "GET /tasks HTTP/1.1\r\n" HOST "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
    };
    SERVER_START(&server);
    for (int i = 0; i < RUN_COUNT(requests); i++) {
        int fd = raw_connect(server.port);
        ck_assert_int_eq(raw_ask(fd, requests[i], &reply), 200);
        ck_assert_msg(reply.closes && raw_ends(fd), "%s", requests[i]);
        close(fd);
    }
    finish();
}
END_TEST

START_TEST(head_sends_no_body)
{
    SERVER_START(&server);
    int fd = raw_connect(server.port);
    raw_send(fd, "HEAD /livez HTTP/1.1\r\n" HOST "\r\nGET /nothing HTTP/1.1\r\n" HOST "\r\n");
    raw_receive_head(fd, &reply);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_ptr_nonnull(strstr(reply.text, "Content-Length: 15\r\n"));
    raw_receive(fd, &reply);
    ck_assert_int_eq(reply.status, 404);
    close(fd);
    finish();
}
END_TEST

START_TEST(targets_may_be_absolute)
{
    char request[256];
    SERVER_START(&server);
    int fd = raw_connect(server.port);
    snprintf(request, sizeof request,
             "GET http://localhost:%d/tasks?limit=1 HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", server.port,
             server.port);
    ck_assert_int_eq(raw_ask(fd, request, &reply), 200);
    snprintf(request, sizeof request, "GET http://other:%d/tasks HTTP/1.1\r\nHost: localhost:%d\r\n\r\n",
             server.port, server.port);
    ck_assert_int_eq(raw_ask(fd, request, &reply), 400);
    close(fd);
    finish();
}
END_TEST

START_TEST(a_head_has_a_limit)
{
    static char request[20000];
    SERVER_START(&server);
    memset(request, 'a', sizeof request - 1);
    memcpy(request, "GET /tasks?q=", 13);
    int fd = raw_connect(server.port);
    ck_assert_int_eq(raw_ask(fd, request, &reply), 400);
    ck_assert(reply.closes);
    close(fd);
    finish();
}
END_TEST

/* civetweb reports nothing when a body ends early. */
START_TEST(a_body_cut_short_changes_nothing)
{
    static const char *const requests[] = {
        POST "Content-Length: 30\r\n\r\n" TASK,
        POST "Transfer-Encoding: chunked\r\n\r\nd\r\n" TASK,
        POST "Transfer-Encoding: chunked\r\n\r\nd\r\n" TASK "\r\n",
        POST "Transfer-Encoding: chunked\r\n\r\n14\r\n" TASK,
    };
    SERVER_START(&server);
    for (int i = 0; i < RUN_COUNT(requests); i++) {
        int fd = raw_connect(server.port);
        raw_send(fd, requests[i]);
        shutdown(fd, SHUT_WR);
        raw_receive(fd, &reply);
        ck_assert_int_eq(reply.status, 400);
        ck_assert_ptr_nonnull(strstr(reply.body, "body_incomplete"));
        close(fd);
    }
    ck_assert_str_eq(client_get(&server, "/tasks")->body, "[]");
    finish();
}
END_TEST

/* Sends a byte now and then, until the other end gives up. */
static void drip(int fd, int pause_ms)
{
    while (!raw_wait(fd, pause_ms) && raw_try_send(fd, " ", 1))
        continue;
}

/* civetweb bounds a body from byte to byte only: one a second would go on for ever. */
START_TEST(a_body_has_its_time_in_total)
{
    static const char *const requests[] = {
        POST "Content-Length: 60000\r\n\r\n",
        POST "Transfer-Encoding: chunked\r\n\r\nea60\r\n",
    };
    SERVER_START(&server, "--request-timeout", "500ms");
    for (int i = 0; i < RUN_COUNT(requests); i++) {
        int fd = raw_connect(server.port);
        raw_send(fd, requests[i]);
        drip(fd, 50);
        raw_receive(fd, &reply);
        ck_assert_int_eq(reply.status, 408);
        ck_assert(reply.closes);
        close(fd);
    }
    ck_assert_str_eq(client_get(&server, "/tasks")->body, "[]");
    finish();
}
END_TEST

START_TEST(a_head_has_its_time_in_total)
{
    SERVER_START(&server, "--request-timeout", "500ms");
    int silent = raw_connect(server.port), slow = raw_connect(server.port);
    raw_send(slow, "GET /tasks HTTP/1.1\r\nA:");
    drip(slow, 50);
    raw_receive(slow, &reply);
    ck_assert_int_eq(reply.status, 400);
    ck_assert(raw_ends(slow));
    ck_assert(raw_ends(silent));
    close(slow);
    close(silent);
    finish();
}
END_TEST

/* Fills the connection with answers that it does not read. */
START_TEST(who_never_reads_is_cut_off)
{
    static char body[60000];
    char request[] = "GET /tasks?limit=1000 HTTP/1.1\r\n" HOST "\r\n";
    SERVER_START(&server, "--request-timeout", "500ms");
    for (int i = 0; i < 100; i++)
        snprintf(body + strlen(body), sizeof body - strlen(body), "%s{\"title\":\"%0480d\"}%s", i ? "," : "[",
                 i, i < 99 ? "" : "]");
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(client_json(&server, "POST", "/tasks", body)->status, 201);
    int fd = raw_connect(server.port);
    for (int i = 0; i < 200; i++)
        if (!raw_try_send(fd, request, strlen(request)))
            break;
    while (strtol(strstr(client_get(&server, "/pool-stats")->body, "\"connections\":") + 14, NULL, 10) > 1)
        usleep(20000);
    close(fd);
    finish();
}
END_TEST

START_TEST(who_waits_for_leave_to_send_gets_it)
{
    SERVER_START(&server);
    int fd = raw_connect(server.port);
    raw_send(fd, POST "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n");
    raw_receive_head(fd, &reply);
    ck_assert_int_eq(reply.status, 100);
    ck_assert_int_eq(raw_ask(fd, TASK, &reply), 201);
    ck_assert(!reply.closes);
    close(fd);
    finish();
}
END_TEST

START_TEST(who_would_be_refused_need_not_send)
{
    static const struct {
        const char *request;
        int status;
    } rows[] = {
        {POST "Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n", 413},
        {"POST /tasks HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n", 415},
        {"POST /nothing HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 13\r\n\r\n", 404},
        {POST "Expect: coffee\r\nContent-Length: 13\r\n\r\n", 417},
    };
    SERVER_START(&server);
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        int fd = raw_connect(server.port);
        ck_assert_int_eq(raw_ask(fd, rows[i].request, &reply), rows[i].status);
        ck_assert(reply.closes);
        ck_assert(raw_ends(fd));
        close(fd);
    }
    finish();
}
END_TEST

/* Who sends a body that is too large still learns why it was refused. */
START_TEST(too_large_a_body_is_refused_in_words)
{
    size_t size = 3 << 20;
    char *large = malloc(size + 1);
    SERVER_START(&server);
    memset(large, ' ', size);
    large[size] = '\0';
    for (size_t length = size; length > 70000; length /= 3) {
        large[length] = '\0';
        ck_assert_int_eq(client_json(&server, "POST", "/tasks", large)->status, 413);
    }
    free(large);
    finish();
}
END_TEST

/* The answer comes before the body is sent, but nothing is lost: the rest is taken off the client's hands. */
START_TEST(who_is_refused_may_finish_sending)
{
    static char body[200000];
    static const char *const requests[] = {
        "PATCH /tasks/1 HTTP/1.1\r\n" HOST JSON "Content-Length: 200000\r\n\r\n",
        "POST /nothing HTTP/1.1\r\n" HOST "Content-Length: 200000\r\n\r\n",
    };
    SERVER_START(&server);
    for (int i = 0; i < RUN_COUNT(requests); i++) {
        int fd = raw_connect(server.port);
        raw_send(fd, requests[i]);
        ck_assert(raw_wait(fd, 10000));
        for (size_t sent = 0; sent < sizeof body; sent += 1000)
            ck_assert(raw_try_send(fd, body + sent, 1000));
        raw_receive(fd, &reply);
        ck_assert_int_eq(reply.status, i ? 404 : 413);
        ck_assert(reply.closes);
        ck_assert(raw_ends(fd));
        close(fd);
    }
    finish();
}
END_TEST

START_TEST(chunks_have_a_limit_in_total)
{
    static char chunk[1024 + 7];
    SERVER_START(&server);
    int fd = raw_connect(server.port), count = 0;
    snprintf(chunk, sizeof chunk, "400\r\n%1024s\r", "");
    chunk[sizeof chunk - 1] = '\n';
    raw_send(fd, POST "Transfer-Encoding: chunked\r\n\r\n");
    while (!raw_wait(fd, 0) && count < 2000 && raw_try_send(fd, chunk, sizeof chunk))
        count++;
    raw_receive(fd, &reply);
    ck_assert_int_eq(reply.status, 413);
    ck_assert(reply.closes);
    close(fd);
    finish();
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite(
        "framing", (const TTest *[]){doubtful_framing_ends_the_connection, sound_framing_keeps_the_connection,
                                     who_wants_to_leave_may, head_sends_no_body, targets_may_be_absolute,
                                     a_head_has_a_limit, a_body_cut_short_changes_nothing,
                                     a_body_has_its_time_in_total, a_head_has_its_time_in_total,
                                     who_never_reads_is_cut_off, who_waits_for_leave_to_send_gets_it,
                                     who_would_be_refused_need_not_send, too_large_a_body_is_refused_in_words,
                                     who_is_refused_may_finish_sending, chunks_have_a_limit_in_total, NULL});
    server_clean_up();
    return result;
}
