#include "notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "number.h"

/* A path, or with '@' for its NUL a name in the abstract namespace. False if it is neither. */
static bool read_address(const char *text, struct sockaddr_un *address, socklen_t *size)
{
    size_t length = strlen(text);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if ((text[0] != '/' && text[0] != '@') || length < 2 || length >= sizeof address->sun_path)
        return false;
    memcpy(address->sun_path, text, length);
    if (text[0] == '@')
        address->sun_path[0] = '\0';
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

void notify_send(const char *state)
{
    struct sockaddr_un address;
    socklen_t size;
    const char *name = getenv("NOTIFY_SOCKET");
    if (!name || !read_address(name, &address, &size))
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, size);
    close(fd);
}

static bool read_variable(const char *name, int64_t max, int64_t *value)
{
    const char *text = getenv(name);
    return text && number_read(text, strlen(text), 1, max, value);
}

int64_t notify_watchdog_ms(void)
{
    int64_t us, pid;
    if (!read_variable("WATCHDOG_USEC", INT64_MAX, &us))
        return 0;
    if (getenv("WATCHDOG_PID") && (!read_variable("WATCHDOG_PID", INT32_MAX, &pid) || pid != getpid()))
        return 0;
    return us < 2000 ? 1 : us / 2000; /* twice as often as it must be */
}
