#include "seats.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct seat {
    struct address address;
    bool taken;
};

struct seats {
    pthread_mutex_t lock;
    size_t count, per_address, held;
    struct seat seats[];
};

struct seats *seats_new(size_t count, size_t per_address)
{
    struct seats *s = calloc(1, sizeof *s + count * sizeof *s->seats);
    if (!s)
        return NULL;
    s->count = count;
    s->per_address = per_address;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void seats_free(struct seats *s)
{
    if (!s)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* There are thousands at most, and they are taken for minutes: to look at all of them is cheap. */
static int find(const struct seats *s, const struct address *address)
{
    int free_one = SEATS_NONE;
    size_t own = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (!s->seats[i].taken)
            free_one = (int)i;
        else
            own += memcmp(&s->seats[i].address, address, sizeof *address) == 0;
    }
    return free_one != SEATS_NONE && own >= s->per_address ? SEATS_ENOUGH : free_one;
}

int seats_take(struct seats *s, const struct address *address)
{
    pthread_mutex_lock(&s->lock);
    int seat = find(s, address);
    if (seat >= 0) {
        s->seats[seat] = (struct seat){*address, true};
        s->held++;
    }
    pthread_mutex_unlock(&s->lock);
    return seat;
}

void seats_leave(struct seats *s, int seat)
{
    pthread_mutex_lock(&s->lock);
    s->seats[seat].taken = false;
    s->held--;
    pthread_mutex_unlock(&s->lock);
}

size_t seats_held(struct seats *s)
{
    pthread_mutex_lock(&s->lock);
    size_t held = s->held;
    pthread_mutex_unlock(&s->lock);
    return held;
}
