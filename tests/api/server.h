/* A real tasksd: the program that the environment variable TASKSD names, on free ports, with a store of its
 * own. It ends with the test, however that ends. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "store.h"

struct server {
    pid_t pid;
    int port, admin_port; /* 0 without --admin-listen */
    int errors;           /* reads its stderr */
    char said[8192];      /* what came from there so far */
    char store[STORE_URI_SIZE];
};

/* Before and after all tests of a program: a temporary folder, and where stores are made. */
void server_prepare(void);
void server_clean_up(void);

/* Starts it with what is listed besides --listen 127.0.0.1:0, --db and few --workers (hundreds take a
 * sanitizer seconds to start), and waits until it serves. Started again, the same `s` has the same store. */
#define SERVER_START(...) server_start(__VA_ARGS__, (const char *)NULL)
void server_start(struct server *s, ...) __attribute__((sentinel));

/* Starts it with what is listed and nothing else; does not wait. */
#define SERVER_SPAWN(...) server_spawn(__VA_ARGS__, (const char *)NULL)
void server_spawn(struct server *s, ...) __attribute__((sentinel));

void server_signal(const struct server *s, int number);

/* Waits for its end: the exit code, or -1 if a signal ended it. Fails the test after a generous time. */
int server_wait(struct server *s);

/* SIGTERM, then server_wait(), which must give 0. */
void server_stop(struct server *s);

/* Reads on until it has said `text` on stderr; false if it ends or is silent for too long before that. */
bool server_says(struct server *s, const char *text);

#endif
