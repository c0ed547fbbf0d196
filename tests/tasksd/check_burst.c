/* Answers to many sockets at once: each has its own, whatever becomes of the others. Each case runs with the
 * one system call, and with one for each. */
#include "burst.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "run.h"

enum { LARGE = 4 << 20 }; /* more than a socket takes at once */

static struct burst burst;
static struct burst_item items[BURST_MAX];
static int peers[BURST_MAX];
static char heads[BURST_MAX][16], body[] = "the body", large[LARGE];

static struct iovec part(void *bytes, size_t size)
{
    return (struct iovec){bytes, size};
}

static void start(bool alone)
{
    signal(SIGPIPE, SIG_IGN);
    burst_init(&burst);
    ck_assert(burst.there);
    if (alone)
        burst_done(&burst);
    for (int i = 0; i < BURST_MAX; i++) {
        int pair[2];
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
        int size = snprintf(heads[i], sizeof heads[i], "%d has ", i);
        items[i] = (struct burst_item){pair[0], {part(heads[i], (size_t)size), part(body, strlen(body))}, 0};
        peers[i] = pair[1];
    }
}

static void finish(void)
{
    for (int i = 0; i < BURST_MAX; i++) {
        close(items[i].fd);
        close(peers[i]);
    }
    burst_done(&burst);
}

static ssize_t size_of(const struct burst_item *item)
{
    return (ssize_t)(item->parts[0].iov_len + item->parts[1].iov_len);
}

static void has_its_own(int i)
{
    char expected[64], got[64] = {0};
    ck_assert_int_eq(items[i].sent, size_of(&items[i]));
    snprintf(expected, sizeof expected, "%s%s", heads[i], body);
    ck_assert_int_eq(recv(peers[i], got, sizeof got - 1, 0), items[i].sent);
    ck_assert_str_eq(got, expected);
}

static void all_but(int other)
{
    for (int i = 0; i < BURST_MAX; i++)
        if (i != other)
            has_its_own(i);
}

START_TEST(each_has_its_own)
{
    start(_i);
    for (int round = 0; round < 3; round++) {
        burst_send(&burst, items, BURST_MAX);
        all_but(-1);
    }
    finish();
}
END_TEST

START_TEST(there_may_be_one_or_none)
{
    start(_i);
    burst_send(&burst, items, 0);
    burst_send(&burst, items, 1);
    has_its_own(0);
    ck_assert_int_lt(recv(peers[1], heads[0], 1, 0), 0);
    finish();
}
END_TEST

START_TEST(who_has_gone_is_told)
{
    start(_i);
    close(peers[7]);
    burst_send(&burst, items, BURST_MAX);
    ck_assert_int_eq(items[7].sent, -1);
    all_but(7);
    peers[7] = dup(peers[0]);
    finish();
}
END_TEST

START_TEST(who_is_not_there_is_told)
{
    const int places[] = {0, 7, BURST_MAX - 1};
    start(_i);
    for (int i = 0; i < RUN_COUNT(places); i++) {
        int fd = items[places[i]].fd;
        items[places[i]].fd = -1;
        burst_send(&burst, items, BURST_MAX);
        ck_assert_int_eq(items[places[i]].sent, -1);
        all_but(places[i]);
        items[places[i]].fd = fd;
    }
    finish();
}
END_TEST

static size_t drain(int fd)
{
    static char bytes[1 << 16];
    size_t all = 0;
    for (ssize_t got; (got = recv(fd, bytes, sizeof bytes, 0)) > 0;)
        all += (size_t)got;
    return all;
}

START_TEST(when_the_call_fails_each_is_sent_alone)
{
    start(_i);
    if (!_i)
        ck_assert_int_eq(syscall(SYS_io_destroy, burst.context), 0);
    burst_send(&burst, items, BURST_MAX);
    all_but(-1);
    finish();
}
END_TEST

START_TEST(who_reads_nothing_gets_what_fits_and_holds_nobody_up)
{
    start(_i);
    items[7].parts[1] = part(large, LARGE);
    burst_send(&burst, items, BURST_MAX);
    size_t fitting = (size_t)items[7].sent;
    ck_assert_int_gt(items[7].sent, 0);
    ck_assert_int_lt(items[7].sent, size_of(&items[7]));
    all_but(7);
    burst_send(&burst, items, BURST_MAX);
    ck_assert_int_eq(items[7].sent, 0);
    all_but(7);
    ck_assert_uint_eq(drain(peers[7]), fitting);
    finish();
}
END_TEST

int main(void)
{
    return run_suite_for("burst", 2,
                         (const TTest *[]){each_has_its_own, there_may_be_one_or_none, who_has_gone_is_told,
                                           who_is_not_there_is_told, when_the_call_fails_each_is_sent_alone,
                                           who_reads_nothing_gets_what_fits_and_holds_nobody_up, NULL});
}
