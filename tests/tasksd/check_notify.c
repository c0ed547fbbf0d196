#include "notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "run.h"

START_TEST(tells_who_listens)
{
    char name[64], got[64] = "";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(name, sizeof name, "@check-notify-%d", (int)getpid());
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memcpy(address.sun_path, name, (size_t)length);
    address.sun_path[0] = '\0';
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    notify_send("READY=1");
    ck_assert_int_eq((int)recv(fd, got, sizeof got - 1, 0), 7);
    ck_assert_str_eq(got, "READY=1");
    close(fd);
}
END_TEST

START_TEST(takes_no_harm_when_nobody_does)
{
    static const char *const names[] = {"", "@", "relative", "/nobody/listens/here", "@nobody-listens-here"};
    char long_name[200];
    for (int i = 0; i < RUN_COUNT(names); i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        notify_send("READY=1");
    }
    memset(long_name, '/', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    setenv("NOTIFY_SOCKET", long_name, 1);
    notify_send("READY=1");
    unsetenv("NOTIFY_SOCKET");
    notify_send("READY=1");
}
END_TEST

START_TEST(knows_how_often_to_show_life)
{
    char own[16];
    snprintf(own, sizeof own, "%d", (int)getpid());
    const struct {
        const char *us, *pid;
        int64_t ms;
    } rows[] = {{NULL, NULL, 0},
                {"30000000", NULL, 15000},
                {"30000000", own, 15000},
                {"30000000", "1", 0},
                {"30000000", "x", 0},
                {"0", NULL, 0},
                {"-5", NULL, 0},
                {"", NULL, 0},
                {"1", NULL, 1}};
    for (int i = 0; i < RUN_COUNT(rows); i++) {
        unsetenv("WATCHDOG_USEC");
        unsetenv("WATCHDOG_PID");
        if (rows[i].us)
            setenv("WATCHDOG_USEC", rows[i].us, 1);
        if (rows[i].pid)
            setenv("WATCHDOG_PID", rows[i].pid, 1);
        ck_assert_msg(notify_watchdog_ms() == rows[i].ms, "row %d", i);
    }
}
END_TEST

int main(void)
{
    return run_suite("notify", (const TTest *[]){tells_who_listens, takes_no_harm_when_nobody_does,
                                                 knows_how_often_to_show_life, NULL});
}
