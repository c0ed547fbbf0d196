/* Entity tags: a task's is "r<revision>", a list's "r<revision>.<expired>". */
#ifndef ETAG_H
#define ETAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ETAG_SIZE = 48, ETAG_MATCH_MAX = 16, ETAG_ANY = -1 };

void etag_task(int64_t revision, char text[ETAG_SIZE]);
void etag_list(int64_t revision, int64_t expired, char text[ETAG_SIZE]);

/* Does an If-None-Match header name the tag? Weak and strong tags are the same here (RFC 9110, 13.1.2). */
bool etag_none_match(const char *header, const char *etag);

/* The revisions that an If-Match header names: how many, or ETAG_ANY for "*". Weak and malformed tags and
 * those of lists name none: they match no task. */
int etag_match(const char *header, int64_t revisions[ETAG_MATCH_MAX]);

#endif
