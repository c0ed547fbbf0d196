/* Tells systemd how the server is, if it asks (sd_notify(3), without its library). */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

/* "READY=1". Without NOTIFY_SOCKET, and when nobody listens there, nothing happens. */
void notify_send(const char *state);

/* How often "WATCHDOG=1" is to be sent, in milliseconds; 0: not at all. */
int64_t notify_watchdog_ms(void);

#endif
