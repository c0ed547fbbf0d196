/* Takes a request head apart as civetweb 1.15 does, holes included, for what must stand behind it. */
#ifndef SPLIT_H
#define SPLIT_H

#include "guard.h"

struct split {
    char *block; /* what was received, with NULs put in; two bytes longer than the head (see guard.h) */
    struct http_header headers[HTTP_HEADERS_MAX];
    struct guard_head head;
};

/* False when civetweb itself would refuse the head, or wait for more of it. Give back with split_done()
 * either way. `*taken` is where the body starts. */
bool split_head(const char *bytes, size_t length, struct split *out, size_t *taken);
void split_done(struct split *s);

#endif
