/* Prometheus' text format, version 0.0.4. Names and labels are ours and need no escaping. */
#ifndef PROM_H
#define PROM_H

#include "buf.h"

#define PROM_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* What precedes the samples of a name; type is counter, gauge or histogram. */
void prom_family(buf *to, const char *name, const char *type, const char *help);

/* One sample; `labels` is NULL or as it stands between the braces: a="b",c="d". */
void prom_sample(buf *to, const char *name, const char *labels, double value);

/* A family of one sample without labels. */
void prom_single(buf *to, const char *name, const char *type, const char *help, double value);

#endif
