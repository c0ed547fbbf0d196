#include "crowd.h"

#include <stdlib.h>

static int longest_idle_first(const struct crowd_member *a, const struct crowd_member *b)
{
    if (a->waiting != b->waiting)
        return a->waiting ? 1 : -1;
    return (a->idle_ms < b->idle_ms) - (a->idle_ms > b->idle_ms);
}

static int by_idle(const void *a, const void *b)
{
    return longest_idle_first(a, b);
}

static int by_address(const void *left, const void *right)
{
    const struct crowd_member *a = left, *b = right;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return longest_idle_first(a, b);
}

/* Puts out up to `excess` members that have been idle for at least `least_ms`; they are in order. */
static void put_out(struct crowd_member *members, size_t count, size_t excess, int64_t least_ms,
                    enum crowd_verdict why)
{
    for (size_t i = 0; i < count && excess > 0; i++) {
        if (members[i].out || members[i].idle_ms < least_ms)
            continue;
        members[i].out = why;
        excess--;
    }
}

void crowd_thin(struct crowd_member *members, size_t count, const struct crowd_limits *limits)
{
    size_t left = 0;
    qsort(members, count, sizeof *members, by_address);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first; end < count && members[end].address == members[first].address;)
            end++;
        if (!members[first].exempt && end - first > limits->per_address)
            put_out(members + first, end - first, end - first - limits->per_address, 0, CROWD_OF_ADDRESS);
    }
    for (size_t i = 0; i < count; i++)
        left += !members[i].out;
    qsort(members, count, sizeof *members, by_idle);
    if (left > limits->total)
        put_out(members, count, left - limits->total, limits->grace_ms, CROWD_OF_ALL);
}
