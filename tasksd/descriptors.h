/* Each connection holds an open file, and the system limits how many there may be. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include "config.h"

enum { DESCRIPTORS_SPARE = 256 }; /* besides connections: the store, the queue, the listeners, the log */

/* Makes workers and streams that nobody asked for as few as `limit` open files leave room for; then
 * `fitted_to` is the limit. False, with nothing changed, if what was asked for does not fit. */
bool descriptors_fit(struct config *config, int64_t limit);

/* Fits the configuration to the hard limit of this process and raises its soft one as far as is needed; says
 * why on the log if that cannot be. */
bool descriptors_allow(struct config *config);

#endif
