#include "lru.h"

#include <stdlib.h>
#include <string.h>

/* A record may lie in one of so many places, which its key tells. */
enum { WAYS = 8, ALIGNMENT = 16 };

struct head {
    struct lru_key key;
    uint64_t used; /* by the clock of the table; 0: the place is free */
};

struct lru {
    size_t sets, step, size;
    uint64_t clock;
    char *places;
};

enum { HEAD_SIZE = (sizeof(struct head) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT };

struct lru_key lru_key(const void *bytes, size_t length)
{
    struct lru_key key = {0};
    sha256(bytes, length, key.digest);
    return key;
}

struct lru *lru_new(size_t count, size_t size)
{
    struct lru *lru = calloc(1, sizeof *lru);
    if (!lru)
        return NULL;
    lru->sets = (count + WAYS - 1) / WAYS;
    lru->size = size;
    lru->step = HEAD_SIZE + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    lru->places = calloc(lru->sets * WAYS, lru->step);
    if (lru->places)
        return lru;
    free(lru);
    return NULL;
}

void lru_free(struct lru *lru)
{
    if (lru)
        free(lru->places);
    free(lru);
}

static struct head *place(const struct lru *lru, const struct lru_key *key, size_t way)
{
    uint32_t number;
    memcpy(&number, key->digest, sizeof number);
    return (void *)(lru->places + (number % lru->sets * WAYS + way) * lru->step);
}

static void *record(struct head *head)
{
    return (char *)head + HEAD_SIZE;
}

static bool same(const struct lru_key *a, const struct lru_key *b)
{
    unsigned difference = 0;
    for (size_t i = 0; i < sizeof a->digest; i++)
        difference |= (unsigned)(a->digest[i] ^ b->digest[i]);
    return difference == 0;
}

static struct head *find(const struct lru *lru, const struct lru_key *key)
{
    struct head *found = NULL;
    for (size_t way = 0; way < WAYS; way++) {
        struct head *head = place(lru, key, way);
        if (same(&head->key, key) && head->used)
            found = head;
    }
    return found;
}

void *lru_find(struct lru *lru, const struct lru_key *key)
{
    struct head *head = find(lru, key);
    if (!head)
        return NULL;
    head->used = ++lru->clock;
    return record(head);
}

static struct head *oldest(const struct lru *lru, const struct lru_key *key)
{
    struct head *found = place(lru, key, 0);
    for (size_t way = 1; way < WAYS; way++) {
        struct head *head = place(lru, key, way);
        if (head->used < found->used)
            found = head;
    }
    return found;
}

void *lru_put(struct lru *lru, const struct lru_key *key)
{
    void *known = lru_find(lru, key);
    if (known)
        return known;
    struct head *head = oldest(lru, key);
    *head = (struct head){.key = *key, .used = ++lru->clock};
    return memset(record(head), 0, lru->size);
}

void lru_drop(struct lru *lru, const struct lru_key *key)
{
    struct head *head = find(lru, key);
    if (head)
        head->used = 0;
}

void lru_clear(struct lru *lru)
{
    memset(lru->places, 0, lru->sets * WAYS * lru->step);
}
