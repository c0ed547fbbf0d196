/* The server as a service: what it tells systemd, and logs that are rotated away from under it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "folder.h"
#include "run.h"

enum { PATIENCE_S = 30 };

static struct server server;

static int listen_for_states(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    folder_file(address.sun_path, sizeof address.sun_path, "notify");
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    setenv("WATCHDOG_USEC", "100000", 1);
    return fd;
}

static void expect_state(int fd, const char *state)
{
    char got[64] = "";
    ck_assert_msg(recv(fd, got, sizeof got - 1, 0) > 0, "nothing instead of %s", state);
    ck_assert_str_eq(got, state);
}

START_TEST(systemd_hears_how_it_is)
{
    int fd = listen_for_states();
    char got[64] = "";
    SERVER_START(&server);
    expect_state(fd, "READY=1");
    expect_state(fd, "WATCHDOG=1");
    expect_state(fd, "WATCHDOG=1");
    server_stop(&server);
    do {
        memset(got, 0, sizeof got);
        ck_assert_int_gt((int)recv(fd, got, sizeof got - 1, 0), 0);
    } while (strcmp(got, "WATCHDOG=1") == 0);
    ck_assert_str_eq(got, "STOPPING=1");
    close(fd);
}
END_TEST

/* Waits until the file has this text. */
static void await_text(const char *path, const char *text)
{
    static char content[65536];
    for (int i = 0; i < PATIENCE_S * 100; i++, usleep(10000)) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t count = fd < 0 ? 0 : read(fd, content, sizeof content - 1);
        content[count > 0 ? count : 0] = '\0';
        if (fd >= 0)
            close(fd);
        if (strstr(content, text))
            return;
    }
    ck_abort_msg("%s does not come to have %s", path, text);
}

START_TEST(a_log_can_be_moved_away)
{
    char path[600], moved[600];
    struct stat about;
    folder_file(path, sizeof path, "log");
    folder_file(moved, sizeof moved, "log.1");
    SERVER_SPAWN(&server, "--listen", "127.0.0.1:0", "--db", "sqlite::memory:", "--workers", "8",
                 "--log-file", path);
    await_text(path, "serving http");
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0600);
    ck_assert_int_eq(rename(path, moved), 0);
    server_signal(&server, SIGHUP);
    await_text(path, "log reopened");
    server_stop(&server);
    await_text(path, "stopping");
}
END_TEST

START_TEST(a_log_that_cannot_be_written_is_said_at_once)
{
    SERVER_SPAWN(&server, "--log-file", "/nobody/has/this/log");
    ck_assert(server_says(&server, "--log-file"));
    ck_assert_int_ne(server_wait(&server), 0);
}
END_TEST

int main(void)
{
    server_prepare();
    int result = run_suite("life", (const TTest *[]){systemd_hears_how_it_is, a_log_can_be_moved_away,
                                                     a_log_that_cannot_be_written_is_said_at_once, NULL});
    server_clean_up();
    return result;
}
