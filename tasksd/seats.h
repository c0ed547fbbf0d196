/* Places that are handed out one by one: so many in all, and so many to one address. */
#ifndef SEATS_H
#define SEATS_H

#include "address.h"

struct seats;

/* NULL when out of memory. */
struct seats *seats_new(size_t count, size_t per_address);
void seats_free(struct seats *s);

enum { SEATS_NONE = -1, SEATS_ENOUGH = -2 }; /* all are taken; the address has its share */

/* A place to be given back, or one of the above. */
int seats_take(struct seats *s, const struct address *address);
void seats_leave(struct seats *s, int seat);

size_t seats_held(struct seats *s);

#endif
