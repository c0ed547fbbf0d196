/* Exit codes. They are part of the interface: scripts branch on them and `tasksctl help` lists them. */
#ifndef EXITS_H
#define EXITS_H

#include "tasks.h"

#define EXITS_MAP(X)                                                                                         \
    X(DONE, 0, "done, also when a list is empty")                                                            \
    X(FAILED, 1, "failure")                                                                                  \
    X(USAGE, 2, "the command line is wrong")                                                                 \
    X(NOT_FOUND, 3, "no such task or file")                                                                  \
    X(CONFLICT, 4, "changed meanwhile, or there already")                                                    \
    X(DENIED, 5, "not allowed")                                                                              \
    X(UNAVAILABLE, 6, "the store is busy or away: try again later")                                          \
    X(BAD_DATA, 7, "bad data: text or a store that breaks the rules")                                        \
    X(INTERRUPTED, 130, "interrupted")                                                                       \
    X(PIPE_CLOSED, 141, "whoever read the output went away")

#define EXITS_ENUM(name, number, text) EXITS_##name = number,
enum { EXITS_MAP(EXITS_ENUM) };

int exits_of(tasks_status status);

#endif
