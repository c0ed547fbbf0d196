/* What is told to others about each request: spans to a collector of OpenTelemetry, answers 5xx to a
 * collector of errors. Both are off unless they are asked for. */
#ifndef TELEMETRY_H
#define TELEMETRY_H

#include "config.h"
#include "log.h"
#include "timing.h"

struct telemetry;

/* Reads the secrets that the settings name. NULL with OK in `error`: nothing is asked for. `config` is
 * borrowed. */
struct telemetry *telemetry_new(const struct config *config, tasks_error *error);
void telemetry_free(struct telemetry *t); /* sends what is left, within seconds */

/* The same for errors alone, for who tells of the end of the process; waits until that is sent. */
struct telemetry *telemetry_for_errors(const struct config *config, tasks_error *error);
void telemetry_crash(struct telemetry *t, const char *how);

/* `t` may be NULL. `began_ns` is by CLOCK_MONOTONIC; `probe`: the answer of a health check, whose 5xx is no
 * error. */
void telemetry_request(struct telemetry *t, const struct log_request *request, int64_t began_ns,
                       const struct timing_request *timing, bool probe);

void telemetry_write(struct telemetry *t, buf *to); /* for /metrics */

#endif
