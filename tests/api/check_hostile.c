/* 300 connections that mean harm, of each of five kinds and then of all of them, against a server with the
 * settings that it has by itself, and how those fare who mean well. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "run.h"

#define HEAD(method, path) method " " path " HTTP/1.1\r\nHost: localhost\r\n"
#define JSON               "Content-Type: application/json\r\n"

enum { HOSTILE = 300, CALLS = 100, PAUSE_MS = 10, SOON_MS = 2000 };

/* A sanitizer makes hundreds of threads slow by itself: with it everybody must be served, but not soon, and
 * those who never read ask for less: that for threads maps memory anew for each large answer. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SERVED_SOON_PERCENT = 0, ASKS = 2, DRIP_MS = 1000, TITLES = 4 };
#else
enum { SERVED_SOON_PERCENT = 95, ASKS = 100, DRIP_MS = 50, TITLES = 40 };
#endif

static struct server server;

/* ---- Those who mean harm ---- */

static const struct kind {
    const char *name, *opening, *more; /* what is said at once, and again and again; NULL: nothing more */
    bool deaf;                         /* never reads, and so is never done with asking */
} kinds[] = {
    {"silent", "", NULL, false},
    {"header drip", HEAD("GET", "/tasks") "X-Slow: ", "a", false},
    {"body drip", HEAD("POST", "/tasks") JSON "Content-Length: 60000\r\n\r\n[", " ", false},
    {"idle", HEAD("GET", "/tasks?limit=1") "\r\n", NULL, false},
    {"never reading", HEAD("GET", "/tasks") "\r\n", HEAD("GET", "/tasks") "\r\n", true},
};

struct assailant {
    const struct kind *kind;
    int fd; /* -1: to be opened */
};

struct attack {
    pthread_t thread;
    struct assailant assailants[HOSTILE];
    atomic_int opened;
    atomic_bool over;
};

/* Each of them seems to come from somebody else: no limit of an address helps. */
static int come_from(int number)
{
    char address[32];
    snprintf(address, sizeof address, "127.1.%d.%d", number / 200, 1 + number % 200);
    return raw_connect_from(server.port, address);
}

static bool say(const struct assailant *a, const char *text)
{
    ssize_t count = send(a->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
    return count >= 0 || errno == EAGAIN;
}

/* False when the server has ended it. */
static bool go_on(const struct assailant *a)
{
    char scratch[4096];
    ssize_t count = 1;
    bool heard = true;
    for (int i = 0; a->kind->more && i < (a->kind->deaf ? ASKS : 1) && heard; i++)
        heard = say(a, a->kind->more);
    while (!a->kind->deaf && count > 0)
        count = recv(a->fd, scratch, sizeof scratch, MSG_DONTWAIT);
    return heard && (count > 0 || (count < 0 && errno == EAGAIN));
}

static void assail_once(struct attack *attack, int number)
{
    struct assailant *a = &attack->assailants[number];
    if (a->fd >= 0 && go_on(a))
        return;
    if (a->fd >= 0)
        close(a->fd);
    a->fd = come_from(number);
    if (a->fd >= 0 && say(a, a->kind->opening))
        atomic_fetch_add(&attack->opened, 1);
}

/* Who is put out comes back at once. */
static void *assail(void *context)
{
    struct attack *attack = context;
    while (!atomic_load(&attack->over)) {
        for (int i = 0; i < HOSTILE; i++)
            assail_once(attack, i);
        usleep(DRIP_MS * 1000);
    }
    for (int i = 0; i < HOSTILE; i++)
        close(attack->assailants[i].fd);
    return NULL;
}

static void begin(struct attack *attack, const struct kind *first, int kind_count)
{
    memset(attack, 0, sizeof *attack);
    for (int i = 0; i < HOSTILE; i++)
        attack->assailants[i] = (struct assailant){first + i % kind_count, -1};
    ck_assert_int_eq(pthread_create(&attack->thread, NULL, assail, attack), 0);
    while (atomic_load(&attack->opened) < HOSTILE)
        usleep(1000);
}

static void end(struct attack *attack)
{
    atomic_store(&attack->over, true);
    pthread_join(attack->thread, NULL);
}

/* ---- Those who mean well ---- */

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void ask(const char *request, int status)
{
    static struct raw_reply reply;
    int fd = raw_connect(server.port);
    ck_assert_int_ge(fd, 0);
    ck_assert_msg(raw_ask(fd, request, &reply) == status, "%d: %.300s", reply.status, reply.text);
    close(fd);
}

/* Reads and writes in turn, each on a connection of its own. Returns how long the call took. */
static long call(int number)
{
    long began = now_ms();
    if (number % 2)
        ask(HEAD("POST", "/tasks") JSON "Content-Length: 13\r\n\r\n{\"title\":\"a\"}", 201);
    else
        ask(HEAD("GET", "/tasks?limit=10") "\r\n", 200);
    return now_ms() - began;
}

static void fare_well(const struct attack *attack, const char *name)
{
    int soon = 0;
    long worst = 0;
    for (int i = 0; i < CALLS; i++, usleep(PAUSE_MS * 1000)) {
        long ms = call(i);
        soon += ms < SOON_MS;
        worst = ms > worst ? ms : worst;
    }
    printf("%-14s %d hostile connections, %d with those that came again: %d of %d honest calls under 2 s, "
           "the worst %ld ms\n",
           name, HOSTILE, atomic_load(&attack->opened), soon, CALLS, worst);
    fflush(stdout);
    ck_assert_int_ge(soon * 100, CALLS * SERVED_SOON_PERCENT);
}

/* ---- The test ---- */

/* A list that is long enough to fill a connection of which nobody reads. */
static void fill_store(void)
{
    char body[600];
    snprintf(body, sizeof body, "{\"title\":\"%0480d\"}", 0);
    for (int i = 0; i < TITLES; i++)
        ck_assert_int_eq((int)client_json(&server, "POST", "/tasks", body)->status, 201);
}

/* Kind by kind, and at last all of them. */
START_TEST(none_of_them_starves_who_means_well)
{
    static struct attack attack;
    bool all = _i == RUN_COUNT(kinds);
    SERVER_START(&server, "--workers", "448");
    fill_store();
    begin(&attack, &kinds[all ? 0 : _i], all ? RUN_COUNT(kinds) : 1);
    fare_well(&attack, all ? "all five" : kinds[_i].name);
    end(&attack);
    client_done();
    server_stop(&server);
}
END_TEST

int main(void)
{
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    server_prepare();
    int result = run_suite_for("hostile", RUN_COUNT(kinds) + 1,
                               (const TTest *[]){none_of_them_starves_who_means_well, NULL});
    server_clean_up();
    return result;
}
