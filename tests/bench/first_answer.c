/* first_answer PORT PROGRAM ARGUMENTS...: starts a server and prints the milliseconds from there to its first
 * 200 to GET /livez on 127.0.0.1:PORT; then stops it. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 10000, PAUSE_US = 200 };

static double milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool answers(uint16_t port)
{
    static const char request[] = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    static const char wanted[] = "HTTP/1.1 200";
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char answer[sizeof wanted] = "";
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof to) &&
                write(fd, request, sizeof request - 1) == (ssize_t)sizeof request - 1 &&
                recv(fd, answer, sizeof wanted - 1, MSG_WAITALL) == (ssize_t)sizeof wanted - 1 &&
                !strcmp(answer, wanted);
    if (fd >= 0)
        close(fd);
    return good;
}

int main(int argc, char **argv)
{
    int port = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 0;
    if (port < 1 || port > 65535) {
        fputs("usage: first_answer PORT PROGRAM ARGUMENTS...\n", stderr);
        return EXIT_FAILURE;
    }
    double start = milliseconds(), spent;
    pid_t child = fork();
    if (!child) {
        execv(argv[2], argv + 2);
        _exit(127);
    }
    bool good;
    while (!(good = answers((uint16_t)port)) && milliseconds() - start < LIMIT_MS)
        usleep(PAUSE_US);
    spent = milliseconds() - start;
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    if (!good) {
        fputs("first_answer: no answer\n", stderr);
        return EXIT_FAILURE;
    }
    printf("%.1f\n", spent);
    return EXIT_SUCCESS;
}
