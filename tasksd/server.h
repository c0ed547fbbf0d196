/* The life of the server: opens the store, serves, and stops gently. */
#ifndef SERVER_H
#define SERVER_H

#include "config.h"

enum server_exit {
    SERVER_DONE = 0,
    SERVER_FAILED = 1,
    SERVER_USAGE = 2,
    SERVER_DENIED = 5,
    SERVER_UNAVAILABLE = 6
};

/* Fits `config` to the limit of open files. Returns when a signal has stopped the server, or when it could
 * not start; why is then on stderr. */
enum server_exit server_run(struct config *config);

#endif
