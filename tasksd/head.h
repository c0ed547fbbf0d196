/* Takes the head of a request apart, the way guard.h wants it. */
#ifndef HEAD_H
#define HEAD_H

#include "guard.h"

/* Puts NULs into `block`, which holds `size` bytes that begin with a request. False if the head is not whole,
 * or not in the plain form that nearly all clients use; what is true may still be refused by guard_check().
 */
bool head_read(char *block, size_t size, struct guard_head *head,
               struct http_header headers[HTTP_HEADERS_MAX]);

#endif
