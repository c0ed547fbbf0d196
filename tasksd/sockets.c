#include "sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <limits.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "number.h"

static bool is_ours(uint16_t port, const uint16_t *ports, size_t port_count)
{
    for (size_t i = 0; i < port_count; i++)
        if (ports[i] == port)
            return true;
    return false;
}

static bool is_listening(int fd)
{
    int listening = 0;
    socklen_t size = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening;
}

static bool look_at(int fd, const uint16_t *ports, size_t port_count, struct sockets_item *out)
{
    struct sockaddr_in own = {.sin_family = AF_UNSPEC}, peer = {.sin_family = AF_UNSPEC};
    socklen_t size = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &size) || own.sin_family != AF_INET ||
        !is_ours(ntohs(own.sin_port), ports, port_count))
        return false;
    *out = (struct sockets_item){.fd = fd};
    size = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &size))
        return out->listening = is_listening(fd);
    out->key = sockets_key_of(ntohl(peer.sin_addr.s_addr), ntohs(peer.sin_port), ntohs(own.sin_port));
    return true;
}

size_t sockets_list(const uint16_t *ports, size_t port_count, struct sockets_item *items, size_t max)
{
    size_t count = 0;
    DIR *descriptors = opendir("/proc/self/fd");
    if (!descriptors)
        return 0;
    for (struct dirent *entry; count < max && (entry = readdir(descriptors));) {
        int64_t fd;
        if (number_read(entry->d_name, strlen(entry->d_name), 0, INT_MAX, &fd) &&
            look_at((int)fd, ports, port_count, &items[count]))
            count++;
    }
    closedir(descriptors);
    return count;
}

/* A listening socket of an interface that nothing comes in by: the system refuses whoever calls, and what it
 * has taken already stays. (Not everybody may attach a filter that drops packets; to close it would lose the
 * rest.) */
void sockets_deafen(int listening)
{
    const int nowhere = INT_MAX;
    setsockopt(listening, SOL_SOCKET, SO_BINDTOIFINDEX, &nowhere, sizeof nowhere);
}

bool sockets_pending(const struct sockets_item *item)
{
    int bytes = 0;
    struct tcp_info about = {.tcpi_unacked = 0};
    socklen_t size = sizeof about;
    if (!item->listening)
        return ioctl(item->fd, FIONREAD, &bytes) == 0 && bytes > 0;
    /* For a listening socket the kernel reports the length of its accept queue here. */
    return getsockopt(item->fd, IPPROTO_TCP, TCP_INFO, &about, &size) == 0 && about.tcpi_unacked > 0;
}

/* What has arrived without what still lies there. More may arrive between the two questions: then the answer
 * is too small, and never what a caller expects who knows what has been sent. */
bool sockets_taken(int fd, uint64_t *bytes)
{
    int waiting;
    struct tcp_info about = {.tcpi_bytes_received = 0};
    socklen_t size = sizeof about;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &about, &size) || ioctl(fd, FIONREAD, &waiting) ||
        size < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof about.tcpi_bytes_received)
        return false;
    *bytes = about.tcpi_bytes_received - (uint64_t)waiting;
    return true;
}
