/* Who has to go when there are too many connections. Decides only; touches nothing. */
#ifndef CROWD_H
#define CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CROWD_AT_WORK = -1 };

enum crowd_verdict { CROWD_STAYS, CROWD_OF_ADDRESS, CROWD_OF_ALL, CROWD_VERDICTS }; /* too many of whom */

struct crowd_member {
    uint32_t address;
    bool exempt;  /* from the limit of its address */
    bool waiting; /* has sent what nobody has read yet */
    enum crowd_verdict out;
    int64_t idle_ms; /* since it came or was last answered; CROWD_AT_WORK while a request is handled */
    int fd;          /* the caller's */
};

struct crowd_limits {
    size_t per_address;
    size_t total;
    int64_t grace_ms; /* for being too many in total, nobody goes who was busy this recently */
};

/* Of an address that has too many the longest idle go; then, while there are too many in total, the
 * longest idle of all. Who waits to be read goes after those who are silent, and nobody who is at work.
 * Reorders `members`. */
void crowd_thin(struct crowd_member *members, size_t count, const struct crowd_limits *limits);

#endif
