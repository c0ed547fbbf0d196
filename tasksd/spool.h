/* Lines on their way to a descriptor. Many threads put them in and wait for nothing; one thread writes out
 * what has gathered, so that a busy server makes one system call for many lines, and a reader who is slow, or
 * gone, holds nobody up. What finds no room, or cannot be written, is dropped and counted. */
#ifndef SPOOL_H
#define SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool;

/* `fd` stays the caller's, open until the spool is stopped. NULL: out of memory, or no thread could be had.
 */
struct spool *spool_start(int fd);

/* Writes out what is there, for a second at the longest. What is put in later goes nowhere. */
void spool_stop(struct spool *s);

/* After spool_stop(), when nobody puts anything in any more. `s` may be NULL. */
void spool_free(struct spool *s);

/* One or more whole lines. */
void spool_put(struct spool *s, const char *lines, size_t length);

/* How many lines were dropped so far. */
uint64_t spool_dropped(const struct spool *s);

#endif
