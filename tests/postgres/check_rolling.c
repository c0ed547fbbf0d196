/* Two tasksd behind nginx are restarted one after the other, again and again, and no client sees it. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "clients.h"
#include "folder.h"
#include "raw.h"
#include "run.h"

enum { SERVERS = 2, CLIENTS = 8, ROUNDS = 4, BETWEEN = 300, TRIES = 8, PATIENCE_MS = 30000 };

static struct server servers[SERVERS];
static char addresses[SERVERS][32]; /* that nginx knows, and that a server comes back to */

/* ---- nginx ---- */

static pid_t nginx;

/* One that is free now. */
static int find_port(void)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert(fd >= 0 && !bind(fd, (struct sockaddr *)&own, size) &&
              !getsockname(fd, (struct sockaddr *)&own, &size));
    close(fd);
    return ntohs(own.sin_port);
}

static void become_balancer(int port)
{
    char text[3][16];
    const int numbers[] = {port, servers[0].port, servers[1].port};
    for (int i = 0; i < RUN_COUNT(numbers); i++)
        snprintf(text[i], sizeof text[i], "%d", numbers[i]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(BALANCER, "balancer", folder_path(), text[0], text[1], text[2], (char *)NULL);
    perror(BALANCER);
    _exit(127);
}

/* False if it ends, perhaps because somebody else has taken the port. */
static bool comes_up(int port)
{
    for (int waited = 0; waitpid(nginx, NULL, WNOHANG) == 0; waited += 10) {
        int fd = raw_connect(port);
        if (fd >= 0) {
            close(fd);
            return true;
        }
        ck_assert_int_lt(waited, PATIENCE_MS);
        usleep(10000);
    }
    return false;
}

static int start_balancer(void)
{
    for (int tries = 0; tries < TRIES; tries++) {
        int port = find_port();
        nginx = fork();
        ck_assert_int_ge(nginx, 0);
        if (nginx == 0)
            become_balancer(port);
        if (comes_up(port))
            return port;
    }
    ck_abort_msg("nginx does not start");
}

static void stop_balancer(void)
{
    kill(nginx, SIGTERM);
    waitpid(nginx, NULL, 0);
}

/* ---- The test ---- */

static void start_servers(void)
{
    for (int i = 0; i < SERVERS; i++) {
        if (i)
            memcpy(servers[i].store, servers[0].store, sizeof servers[i].store);
        SERVER_START(&servers[i], "--trusted-proxy", "127.0.0.1/32");
        snprintf(addresses[i], sizeof addresses[i], "127.0.0.1:%d", servers[i].port);
    }
}

static void restart(int i)
{
    server_stop(&servers[i]);
    SERVER_START(&servers[i], "--trusted-proxy", "127.0.0.1/32", "--listen", addresses[i]);
}

START_TEST(a_rolling_restart_drops_no_request)
{
    start_servers();
    int port = start_balancer();
    clients *requests = clients_start(&port, 1, CLIENTS);
    for (int i = 0; i < ROUNDS * SERVERS; i++) {
        clients_await(requests, BETWEEN);
        restart(i % SERVERS);
    }
    clients_await(requests, BETWEEN);
    clients_report r = clients_stop(requests);
    printf("%d restarts behind nginx: %lld requests done, %lld put off, %lld unanswered, %lld wrong\n",
           ROUNDS * SERVERS, (long long)r.done, (long long)r.put_off, (long long)r.unanswered,
           (long long)r.wrong);
    fflush(stdout);
    ck_assert_int_eq(r.put_off + r.unanswered + r.wrong, 0);
    clients_verify(requests, &servers[0]);
    client_done();
    stop_balancer();
    for (int i = 0; i < SERVERS; i++)
        server_stop(&servers[i]);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite("rolling", (const TTest *[]){a_rolling_restart_drops_no_request, NULL});
    server_clean_up();
    return result;
}
