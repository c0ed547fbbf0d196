/* What civetweb 1.15 lets through and must not: requests whose framing two parties could read
 * differently. On any doubt the answer is 400 and the connection ends. */
#ifndef GUARD_H
#define GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http.h"

/* A request head as civetweb leaves it: every pointer points into the one block that was received, in
 * which it has put a NUL over the byte after each part. That is what makes the check possible: what lies
 * between two parts shows whether something was skipped. Two bytes behind the block are looked at too when
 * it ends with LF LF; civetweb's buffer has them, as malloc() rounds its 16 KiB up. */
struct guard_head {
    const char *method, *uri, *query, *version; /* query: after '?', or NULL; version: "1.1" */
    const struct http_header *headers;
    size_t header_count;
};

struct guard_framing {
    size_t head_size;       /* bytes, up to the body */
    int64_t content_length; /* -1: none given */
    bool chunked;
};

/* NULL when the head is sound, else what is wrong with it. Static. */
const char *guard_check(const struct guard_head *head, struct guard_framing *out);

#endif
