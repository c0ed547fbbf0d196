/* The end of the process that nobody asked for, told to --error-webhook. Who has crashed cannot be trusted to
 * speak TLS, so a second process is there for that: it sleeps until the first one is gone. */
#ifndef CRASH_H
#define CRASH_H

#include "config.h"

/* Starts it, if there is a webhook. While there is one thread only. False, with errno set, if it cannot. */
bool crash_watch(const struct config *config);

/* From now on the end is none to be told of. */
void crash_dismiss(void);

#endif
