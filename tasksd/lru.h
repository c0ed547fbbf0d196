/* A table of bounded size: when it has no place for a record, one goes that was not used for long. It has no
 * lock; its owner has. */
#ifndef LRU_H
#define LRU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sha256.h"

struct lru;

/* What records are found by: nobody can choose texts that share a place. */
struct lru_key {
    uint8_t digest[SHA256_SIZE];
};

struct lru_key lru_key(const void *bytes, size_t length);

/* `count` records of `size` bytes. NULL when out of memory. */
struct lru *lru_new(size_t count, size_t size);
void lru_free(struct lru *lru);

/* The record, in a time that tells nothing about other keys; NULL if there is none. Good until the next
 * lru_put(). */
void *lru_find(struct lru *lru, const struct lru_key *key);

/* The record; a new one is all zero. */
void *lru_put(struct lru *lru, const struct lru_key *key);

void lru_drop(struct lru *lru, const struct lru_key *key);
void lru_clear(struct lru *lru);

#endif
